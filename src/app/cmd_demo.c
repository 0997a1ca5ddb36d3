/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/demo_accounts.h"
#include "app/demo_freeze.h"
#include "app/meter.h"
#include "app/wiring.h"
#include "base/os.h"
#include "base/time.h"
#include "demo/demo.h"
#include "load/load.h"

enum { CMD_DEMO_MARK_MAX = 256 };

struct cmd_demo_options {
    const char *data, *today;
    bool freeze; /* a checkpoint is measured and frozen: no longer the same bytes each time */
    struct demo_options region;
};

/* The region on its way into the loader. */
struct cmd_demo_job {
    struct load *load;
    struct buf text;
    struct meter meter;
};

static const struct option cmd_demo_longs[] = {
    {"data", required_argument, NULL, 'd'},  {"patients", required_argument, NULL, 'p'},
    {"seed", required_argument, NULL, 's'},  {"today", required_argument, NULL, 't'},
    {"record-only", no_argument, NULL, 'r'}, {"freeze", no_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
};

static bool cmd_demo_number(const char *text, uint64_t max, uint64_t *out)
{
    return str_u64(str_of(text), max, out);
}

/* -1 to go on, else the exit code. */
static int cmd_demo_parse(int argc, char **argv, struct cmd_demo_options *o)
{
    uint64_t n = 0;
    struct time_value day;
    for (int c; (c = getopt_long(argc, argv, "d:p:s:t:rfh", cmd_demo_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_demo);
        if (c == 'd') {
            o->data = optarg;
        } else if (c == 't') {
            o->today = optarg;
        } else if (c == 'r') {
            o->region.record_only = true;
        } else if (c == 'f') {
            o->freeze = true;
        } else if (c == 'p' && cmd_demo_number(optarg, DEMO_PATIENTS_MAX, &n)) {
            o->region.patients = (uint32_t)n;
        } else if (c == 's' && cmd_demo_number(optarg, UINT64_MAX, &n)) {
            o->region.seed = n;
        } else {
            return cmd_wrong(&cmd_demo, "okänd flagga, eller ett tal utanför gränserna",
                             "unknown option, or a number out of bounds");
        }
    }
    if (!o->data || optind < argc)
        return cmd_wrong(&cmd_demo, "ange --data KATALOG", "give --data DIR");
    if (!time_parse(str_of(o->today), false, &day) || day.precision != TIME_DAY)
        return cmd_wrong(&cmd_demo, "--today ska vara ett datum, 2026-11-21",
                         "--today must be a date, 2026-11-21");
    o->region.now_ms = time_span(&day, 0).low_ms + 12 * 3600 * 1000;
    return -1;
}

/* What region a store holds stands in a small file beside it: making the same one again finishes what was
 * interrupted, another one would mix two regions. */
static bool cmd_demo_mark(struct wiring *w, const struct cmd_demo_options *o, struct arena *arena,
                          struct err *err)
{
    const char *path = arena_printf(arena, "%s/demo.json", o->data).p;
    struct str mark = arena_printf(arena, "{\"patients\":%u,\"seed\":%llu,\"today\":\"%s\"%s}\n",
                                   o->region.patients, (unsigned long long)o->region.seed, o->today,
                                   o->region.record_only ? ",\"record-only\":true" : "");
    char *old = NULL;
    size_t n = 0;
    bool same = os_file_read(path, CMD_DEMO_MARK_MAX, &old, &n) && str_eq(mark, (struct str){old, n});
    os_free(old);
    if (same)
        return true;
    uint64_t count = 0;
    struct store_read *r = store_read_begin(w->store, err);
    bool ok = r && store_count(r, 0, &count, err);
    if (r)
        store_read_end(r);
    if (!ok)
        return false;
    if (count)
        return err_set(err, ERR_DEMO_OTHER, o->data, NULL);
    return os_file_replace(path, mark) ? true : err_set(err, ERR_IO, path, strerror(errno), NULL);
}

static bool cmd_demo_emit(void *arg, struct str resource)
{
    struct cmd_demo_job *j = arg;
    buf_str(&j->text, resource);
    buf_char(&j->text, '\n');
    if (j->text.n < LOAD_CHUNK)
        return true;
    bool ok = load_text(j->load, "demo", buf_get(&j->text));
    buf_clear(&j->text);
    return ok;
}

static void cmd_demo_progress(void *arg, const struct load_stats *now)
{
    meter_show(arg, 0, 0, now->in);
}

static bool cmd_demo_fill(struct wiring *w, const struct cmd_demo_options *o, struct cmd_demo_job *j,
                          struct load_stats *stats, const char *report, struct err *err)
{
    struct load_options opt = {
        .store = w->store,
        .search = w->search,
        .report_path = report,
        .agent = STR("demo"),
        .reason = STR("helhet demo"),
        .stop = &wiring_stopped,
        .progress = cmd_demo_progress,
        .progress_arg = &j->meter,
    };
    j->load = load_begin(&opt, err);
    if (!j->load)
        return false;
    struct err made = {.code = ERR_OK};
    bool ok = demo_generate(&o->region, cmd_demo_emit, j, &made);
    if (ok && j->text.n)
        load_text(j->load, "demo", buf_get(&j->text));
    ok = load_end(j->load, stats, err);
    meter_end(&j->meter);
    if (ok && made.code) {
        *err = made;
        ok = false;
    }
    return ok;
}

static int cmd_demo_make(struct wiring *w, const struct cmd_demo_options *o, struct arena *arena,
                         struct err *err)
{
    struct cmd_demo_job j = {.load = NULL};
    struct load_stats s = {.in = 0};
    const char *report = arena_printf(arena, "%s/import-report.ndjson", o->data).p;
    if (!cmd_demo_mark(w, o, arena, err))
        return CMD_FAILED;
    buf_init(&j.text, BUF_NO_MAX);
    meter_begin(&j.meter, "resurser (resources)");
    bool measured = false;
    bool ok = (!o->freeze || demo_freeze_begun(w, &measured, err)) &&
              (measured || cmd_demo_fill(w, o, &j, &s, report, err));
    buf_release(&j.text);
    if (!ok)
        return CMD_FAILED;
    double seconds = meter_seconds(&j.meter);
    bool stopped = atomic_load(&wiring_stopped);
    printf(
        "Demoregion %s: %u patienter, %llu resurser; lagrade %llu, oförändrade %llu, avvisade %llu; %.1f s\n",
        stopped ? "avbruten" : "klar", o->region.patients, (unsigned long long)s.in,
        (unsigned long long)s.stored, (unsigned long long)s.unchanged, (unsigned long long)s.rejected,
        seconds);
    printf(
        "Demo region %s: %u patients, %llu resources; stored %llu, unchanged %llu, rejected %llu; %.1f s\n",
        stopped ? "stopped" : "done", o->region.patients, (unsigned long long)s.in,
        (unsigned long long)s.stored, (unsigned long long)s.unchanged, (unsigned long long)s.rejected,
        seconds);
    if (!stopped &&
        ((o->freeze && !demo_freeze(w, o->data, err)) || !demo_accounts_make(w->store, o->data, err)))
        return CMD_FAILED;
    if (s.rejected)
        printf("Rapport (report): %s\n", report);
    return stopped ? CMD_STOPPED : s.rejected ? CMD_FAILED : CMD_OK;
}

static int cmd_demo_run(int argc, char **argv)
{
    struct cmd_demo_options o = {.today = "2026-11-21", .region = {.patients = 500, .seed = 1}};
    int code = cmd_demo_parse(argc, argv, &o);
    if (code >= 0)
        return code;
    struct err err = {.code = ERR_OK};
    struct wiring w;
    struct arena arena;
    if (!wiring_open(&w, o.data, true, false, &err))
        return cmd_fail(&cmd_demo, &err);
    arena_init(&arena);
    wiring_catch_stop();
    code = cmd_demo_make(&w, &o, &arena, &err);
    wiring_close(&w);
    arena_release(&arena);
    return err.code ? cmd_fail(&cmd_demo, &err) : code;
}

const struct cmd cmd_demo = {
    .name = "demo",
    .run = cmd_demo_run,
    .usage_sv = "demo --data KATALOG [--patients N] [--seed S] [--today DATUM] [--record-only] [--freeze]",
    .help_sv =
        "skapar en påhittad svensk region att prova med\n"
        "  --data KATALOG  lagret; ska vara tomt eller hålla just denna region\n"
        "  --patients N    annars 500, högst 20000\n"
        "  --seed S        annars 1; samma frö ger samma region\n"
        "  --today DATUM   regionens idag, annars 2026-11-21\n"
        "  --record-only   bara journalen, inget av styrningen\n"
        "  --freeze        mät styrningens avstämningar och frys en av dem med sitt underlag, så att det\n"
        "                  finns ett beslutsunderlag att se (inte samma byte varje gång)\n"
        "Ingen i regionen finns: patienterna har officiella testidentiteter.",
    .help_en =
        "makes a made-up Swedish region to try with\n"
        "  --data DIR      the store; must be empty or hold this very region\n"
        "  --patients N    else 500, at most 20000\n"
        "  --seed S        else 1; the same seed gives the same region\n"
        "  --today DATE    the region's today, else 2026-11-21\n"
        "  --record-only   the record alone, nothing of the steering\n"
        "  --freeze        measure the steering's checkpoints and freeze one with its evidence, so that\n"
        "                  there is one to look at (not the same bytes each time)\n"
        "Nobody in the region exists: the patients have official test identities.",
};
