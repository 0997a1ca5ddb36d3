/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/meter.h"
#include "app/wiring.h"
#include "load/load.h"

struct cmd_import_options {
    const char *data, *report;
    unsigned workers;
    char **paths;
    size_t count;
};

static const struct option cmd_import_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"report", required_argument, NULL, 'r'},
    {"workers", required_argument, NULL, 'w'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* -1 to go on, else the exit code. */
static int cmd_import_parse(int argc, char **argv, struct cmd_import_options *o)
{
    uint64_t n;
    for (int c; (c = getopt_long(argc, argv, "d:r:w:h", cmd_import_longs, NULL)) != -1;) {
        switch (c) {
        case 'd':
            o->data = optarg;
            break;
        case 'r':
            o->report = optarg;
            break;
        case 'w':
            if (!str_u64(str_of(optarg), LOAD_WORKERS_MAX, &n) || n == 0)
                return cmd_wrong(&cmd_import, "--workers ska vara 1 till 16", "--workers must be 1 to 16");
            o->workers = (unsigned)n;
            break;
        case 'h':
            return cmd_help(&cmd_import);
        default:
            return cmd_wrong(&cmd_import, "okänd flagga", "unknown option");
        }
    }
    o->paths = argv + optind;
    o->count = (size_t)(argc - optind);
    if (!o->data)
        return cmd_wrong(&cmd_import, "--data KATALOG saknas", "--data DIR is missing");
    if (o->count == 0)
        return cmd_wrong(&cmd_import, "ange minst en fil eller katalog", "name at least one file or folder");
    return -1;
}

static void cmd_import_progress(void *arg, const struct load_stats *now)
{
    meter_show(arg, now->bytes_done, now->bytes_total, now->in);
}

static void cmd_import_summary(const struct load_stats *s, double seconds, const char *report, bool stopped)
{
    double rate = seconds > 0 ? (double)s->in / seconds : 0;
    printf("%s: in %llu = lagrade %llu + oförändrade %llu + avvisade %llu; %.1f s, %.0f/s\n",
           stopped ? "Import avbruten, kör samma kommando igen för resten" : "Import klar",
           (unsigned long long)s->in, (unsigned long long)s->stored, (unsigned long long)s->unchanged,
           (unsigned long long)s->rejected, seconds, rate);
    printf("%s: in %llu = stored %llu + unchanged %llu + rejected %llu; %.1f s, %.0f/s\n",
           stopped ? "Import stopped, run the same command again for the rest" : "Import done",
           (unsigned long long)s->in, (unsigned long long)s->stored, (unsigned long long)s->unchanged,
           (unsigned long long)s->rejected, seconds, rate);
    if (s->kept)
        printf("Av de oförändrade fanns %llu redan med annat innehåll (POST skriver inte över)\n"
               "Of the unchanged, %llu existed with another content (POST does not overwrite)\n",
               (unsigned long long)s->kept, (unsigned long long)s->kept);
    if (s->rejected || s->kept)
        printf("Rapport (report): %s\n", report);
}

/* Feeds all files to the loader. False with *err when the load failed. */
static bool cmd_import_feed(struct wiring *w, const struct cmd_import_options *o,
                            const struct load_path *path, size_t count, struct meter *m,
                            struct load_stats *stats, struct err *err)
{
    struct load_options opt = {
        .store = w->store,
        .search = w->search,
        .workers = o->workers,
        .report_path = o->report,
        .agent = STR("import"),
        .reason = STR("helhet import"),
        .stop = &wiring_stopped,
        .progress = cmd_import_progress,
        .progress_arg = m,
    };
    struct load *l = load_begin(&opt, err);
    if (!l)
        return false;
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += path[i].bytes;
    load_expect(l, bytes);
    for (size_t i = 0; i < count && load_file(l, path[i].path); i++)
        ;
    bool ok = load_end(l, stats, err);
    meter_end(m);
    return ok;
}

static int cmd_import_all(struct cmd_import_options *o, struct arena *arena)
{
    struct load_path *path = NULL;
    size_t count = 0;
    struct err err;
    struct load_stats stats = {.in = 0};
    struct wiring w;
    struct meter m;
    if (!load_paths(o->paths, o->count, arena, &path, &count, &err) ||
        !wiring_open(&w, o->data, true, false, &err))
        return cmd_fail(&cmd_import, &err);
    if (!o->report)
        o->report = arena_printf(arena, "%s/import-report.ndjson", o->data).p;
    wiring_catch_stop();
    meter_begin(&m, "poster (entries)");
    bool ok = cmd_import_feed(&w, o, path, count, &m, &stats, &err);
    double seconds = meter_seconds(&m);
    wiring_close(&w);
    if (!ok)
        cmd_fail(&cmd_import, &err);
    bool stopped = atomic_load(&wiring_stopped);
    cmd_import_summary(&stats, seconds, o->report, stopped || !ok);
    return !ok ? CMD_FAILED : stopped ? CMD_STOPPED : stats.rejected ? CMD_FAILED : CMD_OK;
}

static int cmd_import_run(int argc, char **argv)
{
    struct cmd_import_options o = {.workers = 0};
    int code = cmd_import_parse(argc, argv, &o);
    if (code >= 0)
        return code;
    struct arena arena;
    arena_init(&arena);
    code = cmd_import_all(&o, &arena);
    arena_release(&arena);
    return code;
}

const struct cmd cmd_import = {
    .name = "import",
    .run = cmd_import_run,
    .usage_sv = "import --data KATALOG [--report FIL] [--workers N] SÖKVÄG…",
    .help_sv =
        "läser in FHIR R4, JSON och XML: resurser, Bundle, NDJSON, även gzip och bzip2\n"
        "  --data KATALOG  lagret; skapas om det saknas\n"
        "  --report FIL    rapporten, en rad JSON per avvisad post (annars KATALOG/import-report.ndjson)\n"
        "  --workers N     trådar som tolkar (annars en per kärna)\n"
        "  SÖKVÄG          filer eller kataloger (i kataloger: .json .ndjson .xml .gz .bz2, i "
        "bokstavsordning)\n"
        "Id behålls. POST i en Bundle skapar men ändrar aldrig det som finns; PUT, NDJSON och övriga Bundle "
        "skapar eller\n"
        "uppdaterar. Lika innehåll ger ingen ny version, så samma kommando kan köras om efter Ctrl-C eller "
        "avbrott.\n"
        "Slutkod 1 om något avvisades, 130 efter Ctrl-C.",
    .help_en =
        "loads FHIR R4, JSON and XML: resources, Bundles, NDJSON, gzip and bzip2 too\n"
        "  --data DIR      the store; made when absent\n"
        "  --report FILE   the report, one line of JSON a rejected entry (else DIR/import-report.ndjson)\n"
        "  --workers N     parsing threads (else one a core)\n"
        "  PATH            files or folders (in folders: .json .ndjson .xml .gz .bz2, by name)\n"
        "Ids are kept. POST in a Bundle creates and never changes what exists; PUT, NDJSON and other Bundles "
        "create or\n"
        "update. Equal content makes no new version, so the same command may be run again after Ctrl-C or a "
        "crash.\n"
        "Exit code 1 when something was rejected, 130 after Ctrl-C.",
};
