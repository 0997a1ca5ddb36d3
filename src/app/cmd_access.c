/* SPDX-License-Identifier: Apache-2.0
 * Who can see what, from the command line: the same report as Organization/[id]/$access-report, as a table.
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "access/report.h"
#include "app/cmd.h"
#include "app/wiring.h"
#include "base/os.h"
#include "identity/identity.h"

enum { CMD_ACCESS_BYTES_MAX = 16 << 20 };

static const struct option cmd_access_longs[] = {
    {"data", required_argument, NULL, 'd'},
    {"unit", required_argument, NULL, 'u'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct cmd_access_job {
    struct store_read *r;
    struct report_options opt;
    struct arena arena; /* of one unit */
    bool head;          /* still to be written */
};

static int64_t cmd_access_login(void *arg, struct str person)
{
    return identity_last_login(arg, person);
}

static bool cmd_access_unit(struct cmd_access_job *j, struct str id, bool empty, struct err *err)
{
    struct report rep;
    struct buf out;
    j->opt.unit = id;
    if (!report_make(j->r, &j->opt, &j->arena, &rep, err))
        return false;
    buf_init(&out, CMD_ACCESS_BYTES_MAX);
    if (rep.count || empty) {
        report_csv(&rep, j->head, &out);
        j->head = false;
    }
    bool ok = buf_ok(&out) || err_set(err, ERR_NO_MEMORY, NULL);
    if (ok && out.n)
        fwrite(buf_get(&out).p, 1, buf_get(&out).n, stdout);
    buf_release(&out);
    arena_reset(&j->arena);
    return ok;
}

static bool cmd_access_units(struct cmd_access_job *j, const char *unit, struct err *err)
{
    const struct region *g = j->opt.region;
    struct str id = str_of(unit);
    if (unit)
        return cmd_access_unit(
            j, str_starts(id, STR("Organization/")) ? str_sub(id, strlen("Organization/"), id.n) : id, true,
            err);
    for (size_t i = 0; i < g->count; i++)
        if (!cmd_access_unit(j, g->org[i].id, false, err))
            return false;
    return true;
}

static bool cmd_access_report(const char *data, const char *unit, struct err *err)
{
    struct wiring w;
    struct arena arena;
    struct err none = {.code = ERR_OK};
    struct identity_options known = {.dir = data};
    struct cmd_access_job j = {.head = true};
    if (!wiring_open(&w, data, false, true, err))
        return false;
    struct identity *id = identity_open(&known, &none);
    arena_init(&arena);
    arena_init(&j.arena);
    j.r = store_read_begin(w.store, err);
    j.opt = (struct report_options){.rules = rules_read(rules_file, NULL, &arena, err),
                                    .region = j.r ? region_read(j.r, &arena, err) : NULL,
                                    .now_ms = os_now_ms(),
                                    .login = id ? cmd_access_login : NULL,
                                    .arg = id};
    bool ok = j.opt.rules && j.opt.region && cmd_access_units(&j, unit, err);
    if (j.r)
        store_read_end(j.r);
    arena_release(&j.arena);
    arena_release(&arena);
    identity_close(id);
    wiring_close(&w);
    return ok;
}

static int cmd_access_run(int argc, char **argv)
{
    const char *data = NULL, *unit = NULL;
    struct err err = {.code = ERR_OK};
    for (int c; (c = getopt_long(argc, argv, "d:u:h", cmd_access_longs, NULL)) != -1;) {
        if (c == 'h')
            return cmd_help(&cmd_access);
        if (c == 'd')
            data = optarg;
        else if (c == 'u')
            unit = optarg;
        else
            return cmd_wrong(&cmd_access, "okänd flagga", "unknown option");
    }
    if (!data || argc - optind != 1 || strcmp(argv[optind], "report") != 0)
        return cmd_wrong(&cmd_access, "ange report och --data KATALOG", "give report and --data DIR");
    return cmd_access_report(data, unit, &err) ? CMD_OK : cmd_fail(&cmd_access, &err);
}

const struct cmd cmd_access = {
    .name = "access",
    .run = cmd_access_run,
    .usage_sv = "access report --data KATALOG [--unit ENHET]",
    .help_sv = "vem kan se vad, per enhet, som en tabell (CSV) på standard ut\n"
               "  --data KATALOG   lagret; ingen tjänst får använda det just då\n"
               "  --unit ENHET     en Organization; annars alla enheter där någon har uppdrag\n"
               "Villkoren prövas mot samma regler som avgör varje läsning.",
    .help_en = "who can see what, by unit, as a table (CSV) on standard output\n"
               "  --data DIR       the store; no service may be using it at the time\n"
               "  --unit UNIT      an Organization; else every unit where somebody has an assignment\n"
               "The conditions are tried against the same rules that decide every read.",
};
