/* SPDX-License-Identifier: Apache-2.0
 * audit flags: the patterns in the log, as AuditEvent/$flags finds them. The index is read beside a running
 * service; the record is the service's own while it runs, and the rules that ask it are then left out and
 * named. */
#include <stdio.h>

#include "api/flag_facts.h"
#include "app/cmd.h"
#include "app/wiring.h"
#include "base/os.h"
#include "base/time.h"
#include "json/json.h"

enum { CMD_AUDIT_FLAGS = 100, CMD_AUDIT_FLAGS_DAYS = 7 };
#define CMD_AUDIT_DAY_MS (INT64_C(24) * 3600 * 1000)

struct cmd_audit_flags {
    struct audit_flag_rules rules;
    struct audit_flag_query q;
    struct audit_flags found;
    struct arena arena;
    bool record, json; /* record: the rules that ask it could */
};

static bool cmd_audit_flags_known(const struct cmd_audit_flags *f)
{
    bool known = !f->q.code.n;
    for (size_t i = 0; i < f->rules.count; i++)
        known = known || str_eq(f->rules.item[i].code, f->q.code);
    return known;
}

static bool cmd_audit_flags_find(struct cmd_audit_flags *f, const char *data, const char *spare,
                                 struct wiring *w, struct err *err)
{
    struct audit_flag_facts ask;
    struct flag_facts *facts = w ? flag_facts_new(w->store, w->search, err) : NULL;
    struct audit_index *x = facts || !w ? audit_index_current(data, spare, err) : NULL;
    if (facts)
        ask = flag_facts_get(facts);
    f->record = facts != NULL;
    bool ok = x && audit_flag_find(x, &f->rules, facts ? &ask : NULL, &f->q, &f->arena, &f->found, err);
    audit_index_close(x);
    flag_facts_free(facts);
    return ok;
}

/* With the record when nobody has it. */
static bool cmd_audit_flags_look(struct cmd_audit_flags *f, const char *data, const char *spare,
                                 struct err *err)
{
    struct wiring w;
    if (wiring_open(&w, data, false, true, err)) {
        bool ok = cmd_audit_flags_find(f, data, spare, &w, err);
        wiring_close(&w);
        return ok;
    }
    if (err->code != ERR_STORE_LOCKED)
        return false;
    *err = (struct err){0};
    return cmd_audit_flags_find(f, data, spare, NULL, err);
}

/* ---- printing ---- */

static void cmd_audit_flags_json(const struct audit_flagged *g)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    struct json_out o;
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_string(&o, "code", g->rule->code);
    json_out_string(&o, "user", g->user);
    json_out_string(&o, "unit", g->unit);
    if (g->patient.n)
        json_out_string(&o, "patient", g->patient);
    json_out_i64(&o, "count", (int64_t)g->count);
    json_out_string(&o, "from", (struct str){from, time_format(g->from_ms, from)});
    json_out_string(&o, "to", (struct str){to, time_format(g->to_ms, to)});
    json_out_array(&o, "events");
    for (size_t i = 0; i < g->event_count; i++)
        json_out_i64(&o, NULL, (int64_t)g->event[i]);
    json_out_end_array(&o);
    json_out_i64(&o, "reviewed", (int64_t)g->reviewed);
    json_out_end_object(&o);
    printf("%.*s\n", STR_ARG(buf_get(&out)));
    buf_release(&out);
}

static void cmd_audit_flags_line(const struct audit_flagged *g)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    struct buf why;
    buf_init(&why, BUF_NO_MAX);
    audit_flag_text(g->rule, g->rule->why[ERR_SV], g->count, &why);
    time_format(g->from_ms, from);
    time_format(g->to_ms, to);
    printf("%.*s\t%s\t%s\t%.*s\t%.*s\t%.*s\t%llu\t%llu\t", STR_ARG(g->rule->code), from, to, STR_ARG(g->user),
           STR_ARG(g->unit), STR_ARG(g->patient), (unsigned long long)g->count,
           (unsigned long long)g->reviewed);
    for (size_t i = 0; i < g->event_count; i++)
        printf("%s%llu", i ? "," : "", (unsigned long long)g->event[i]);
    printf("\t%.*s\n", STR_ARG(buf_get(&why)));
    buf_release(&why);
}

/* What the answer is not to be taken for. */
static void cmd_audit_flags_told(const struct cmd_audit_flags *f)
{
    fprintf(stderr,
            "%zu av mönstren i %llu poster; ett urval för granskning, ingen anklagelse\n"
            "%zu patterns in %llu records; a selection for review, no accusation\n",
            f->found.count, (unsigned long long)f->found.records, f->found.count,
            (unsigned long long)f->found.records);
    if (!f->found.complete)
        fputs("Fler poster eller mönster än vad som gås igenom: välj kortare tid\n"
              "More records or patterns than are looked at: choose a shorter time\n",
              stderr);
    for (size_t i = 0; !f->record && i < f->rules.count; i++)
        if (f->rules.item[i].on && audit_flag_needs_facts(&f->rules.item[i]))
            fprintf(stderr,
                    "inte prövat, tjänsten har journalen (not tried, the service has the record): %.*s\n",
                    STR_ARG(f->rules.item[i].code));
}

static int cmd_audit_flags_run(struct cmd_audit_flags *f, const char *data, const char *spare)
{
    struct err err = {0};
    if (!flag_facts_rules(&f->arena, &f->rules, &err))
        return cmd_fail(&cmd_audit, &err);
    if (!cmd_audit_flags_known(f))
        return cmd_wrong(&cmd_audit, "--flag: ingen sådan regel finns i definitions/access/flags.json",
                         "--flag: there is no such rule in definitions/access/flags.json");
    if (!cmd_audit_flags_look(f, data, spare, &err))
        return cmd_fail(&cmd_audit, &err);
    if (!f->json)
        puts("regel\tfrån\ttill\tperson\tenhet\tpatient\tantal\tgranskade\tposter\tvarför");
    for (size_t i = 0; i < f->found.count; i++)
        (f->json ? cmd_audit_flags_json : cmd_audit_flags_line)(&f->found.item[i]);
    cmd_audit_flags_told(f);
    return CMD_OK;
}

int cmd_audit_flags(const struct cmd_audit_flags_asked *o)
{
    int64_t until = o->q->high_ms ? o->q->high_ms : os_now_ms();
    struct cmd_audit_flags f = {
        .json = o->json,
        .q = {.low_ms = o->q->low_ms ? o->q->low_ms : until - CMD_AUDIT_FLAGS_DAYS * CMD_AUDIT_DAY_MS,
              .high_ms = until,
              .code = str_of(o->flag ? o->flag : ""),
              .user = o->q->user,
              .unit = o->q->unit,
              .patient = o->q->patient,
              .limit = o->limit ? (size_t)o->limit : CMD_AUDIT_FLAGS}};
    arena_init(&f.arena);
    int code = cmd_audit_flags_run(&f, o->data, o->spare);
    arena_release(&f.arena);
    return code;
}
