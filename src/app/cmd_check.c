/* SPDX-License-Identifier: Apache-2.0
 * check and reindex: reading the whole store back. */
#include <getopt.h>
#include <stdio.h>

#include "app/cmd.h"
#include "app/meter.h"
#include "app/told.h"
#include "app/wiring.h"
#include "audit/audit_verify.h"
#include "search/own.h"

static const struct option cmd_check_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* -1 to go on, else the exit code. */
static int cmd_check_parse(const struct cmd *c, int argc, char **argv, const char **data)
{
    for (int o; (o = getopt_long(argc, argv, "d:h", cmd_check_longs, NULL)) != -1;) {
        if (o == 'h')
            return cmd_help(c);
        if (o != 'd')
            return cmd_wrong(c, "okänd flagga", "unknown option");
        *data = optarg;
    }
    if (!*data)
        return cmd_wrong(c, "--data KATALOG saknas", "--data DIR is missing");
    return optind < argc ? cmd_wrong(c, "för många argument", "too many arguments") : -1;
}

static void cmd_check_progress(void *arg, uint64_t done, uint64_t total)
{
    meter_show(arg, done, total, done);
}

static void cmd_check_print(const struct store_check *k, double seconds)
{
    printf(
        "Resurser (resources)      %llu\nVersioner (versions)      %llu\nPlatshållare (placeholders) %llu\n"
        "Indexrader (index rows)   %llu\nIncheckningar (commits)   %llu\nByte på disk (on disk)    %llu\n"
        "Fel (faults)              %llu\n%.1f s\n",
        (unsigned long long)k->resources, (unsigned long long)k->versions,
        (unsigned long long)k->placeholders, (unsigned long long)k->rows, (unsigned long long)k->commits,
        (unsigned long long)k->bytes, (unsigned long long)k->faults, seconds);
}

/* What stands in the text index; CMD_FAILED when it is not what the store says. */
static int cmd_check_words(const struct wiring *w, const char *data)
{
    struct words_status s;
    struct err err;
    if (!words_check(data, w->store, &s, &err)) {
        if (err.code == ERR_STORE_CORRUPT)
            printf("Textindex (text index)    skadat; görs om av serve (damaged; serve makes it anew)\n");
        return cmd_fail(&cmd_check, &err);
    }
    if (!s.present) {
        printf("Textindex (text index)    inget än; serve gör det (none yet; serve makes it)\n");
        return CMD_OK;
    }
    printf("Textindex (text index)    %llu resurser (resources), %llu äldre (older), %llu byte, "
           "incheckning (commit) %lld/%lld\nFel i textindex (faults)  %llu\n",
           (unsigned long long)s.docs, (unsigned long long)s.superseded, (unsigned long long)s.bytes,
           (long long)s.seq, (long long)s.store_seq, (unsigned long long)s.faults);
    if (s.behind)
        printf("Inte fel: %llu ändringar är inte i textindexet än; serve hinner i kapp\n"
               "No fault: %llu changes are not in the text index yet; serve catches up\n",
               (unsigned long long)s.behind, (unsigned long long)s.behind);
    return s.faults ? CMD_FAILED : CMD_OK;
}

static int cmd_check_run(int argc, char **argv)
{
    const char *data = NULL;
    int code = cmd_check_parse(&cmd_check, argc, argv, &data);
    if (code >= 0)
        return code;
    struct err err;
    struct wiring w;
    struct meter m;
    struct store_check k = {.resources = 0};
    if (!wiring_open(&w, data, false, false, &err))
        return cmd_fail(&cmd_check, &err);
    meter_begin(&m, "versioner (versions)");
    bool ok = store_check(w.store, &k, cmd_check_progress, &m, &err);
    meter_end(&m);
    if (ok)
        cmd_check_print(&k, meter_seconds(&m));
    code = ok ? cmd_check_words(&w, data) : cmd_fail(&cmd_check, &err);
    struct audit_known none = {0};
    char spare[AUDIT_PATH_MAX];
    if (ok && cmd_audit_check(data, told_spare(data, NULL, spare), &none) != CMD_OK)
        code = CMD_FAILED;
    wiring_close(&w);
    return ok && k.faults ? cmd_fail(&cmd_check, &k.first) : code;
}

/* -1 to go on, else the exit code. */
static int cmd_reindex_parse(int argc, char **argv, const char **data, const char **param)
{
    static const struct option longs[] = {
        {"data", required_argument, NULL, 'd'},
        {"param", required_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    for (int o; (o = getopt_long(argc, argv, "d:p:h", longs, NULL)) != -1;) {
        if (o == 'h')
            return cmd_help(&cmd_reindex);
        if (o != 'd' && o != 'p')
            return cmd_wrong(&cmd_reindex, "okänd flagga", "unknown option");
        *(o == 'd' ? data : param) = optarg;
    }
    if (!*data)
        return cmd_wrong(&cmd_reindex, "--data KATALOG saknas", "--data DIR is missing");
    return optind < argc ? cmd_wrong(&cmd_reindex, "för många argument", "too many arguments") : -1;
}

static void cmd_reindex_show(void *arg, const struct own_status *st)
{
    meter_show(arg, st->done, st->total, st->done);
}

struct cmd_reindex_own {
    const struct search *search;
    unsigned failed;
};

static bool cmd_reindex_each(void *arg, const struct own_status *st)
{
    struct cmd_reindex_own *own = arg;
    const struct fhir_param *p = search_param(own->search, st->param);
    if (st->state == OWN_READY && st->total)
        printf("%s.%s: %llu av (of) %llu, jämfört (verified) %llu\n", fhir_types[p->base].name, p->code,
               (unsigned long long)st->rows, (unsigned long long)st->total, (unsigned long long)st->expected);
    own->failed += st->state != OWN_READY && st->state != OWN_REMOVING;
    return true;
}

/* What the server does in the background: parameters made at run time whose rows are not complete. */
static bool cmd_reindex_own(struct wiring *w, const char *param, struct meter *m, struct err *err)
{
    struct cmd_reindex_own own = {.search = w->search};
    if (!own_index_start(w->search, 0, err))
        return false;
    bool ok = (!param || own_index_again(w->search, str_of(param), err)) &&
              (own_index_wait(w->search, cmd_reindex_show, m, &wiring_stopped) ||
               err_set(err, ERR_CANCELLED, NULL));
    own_index_stop(w->search);
    meter_end(m);
    if (ok)
        own_each(w->search, cmd_reindex_each, &own);
    return ok && (!own.failed || err_set(err, ERR_SEARCH_INDEX_FAILED, "SearchParameter", NULL));
}

static int cmd_reindex_run(int argc, char **argv)
{
    const char *data = NULL, *param = NULL;
    int code = cmd_reindex_parse(argc, argv, &data, &param);
    if (code >= 0)
        return code;
    struct err err;
    struct wiring w;
    struct meter m;
    if (!wiring_open(&w, data, false, !param, &err))
        return cmd_fail(&cmd_reindex, &err);
    wiring_catch_stop();
    meter_begin(&m, "resurser (resources)");
    bool ok = (param || store_reindex(w.store, cmd_check_progress, &m, &err)) &&
              cmd_reindex_own(&w, param, &m, &err);
    meter_end(&m);
    wiring_close(&w);
    if (!ok)
        return cmd_fail(&cmd_reindex, &err);
    printf("Indexraderna är omgjorda på %.1f s\nThe index rows were made anew in %.1f s\n", meter_seconds(&m),
           meter_seconds(&m));
    return CMD_OK;
}

const struct cmd cmd_check = {
    .name = "check",
    .run = cmd_check_run,
    .usage_sv = "check --data KATALOG",
    .help_sv = "läser tillbaka hela lagret och kontrollerar det\n"
               "Varje version tolkas, varje indexrad jämförs med ny indexering, incheckningarnas kedja följs "
               "och räknarna\n"
               "stäms av. Slutkod 1 och det första felet om något inte stämmer.",
    .help_en = "reads the whole store back and verifies it\n"
               "Every version is parsed, every index row compared with a new extraction, the chain of "
               "commits followed and\n"
               "the counters verified. Exit code 1 and the first fault when something is wrong.",
};

const struct cmd cmd_reindex = {
    .name = "reindex",
    .run = cmd_reindex_run,
    .usage_sv = "reindex --data KATALOG [--param ID]",
    .help_sv = "gör om alla indexrader från de lagrade resurserna\n"
               "  --param ID             bara den egna sökparametern SearchParameter/ID\n"
               "Behövs efter en uppgradering som ändrar sökparametrar; helhet säger till.",
    .help_en = "makes all index rows anew from the stored resources\n"
               "  --param ID             only those of the search parameter SearchParameter/ID\n"
               "Needed after an upgrade that changes search parameters; helhet tells when.",
};
