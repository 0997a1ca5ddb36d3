/* SPDX-License-Identifier: Apache-2.0
 * AuditEvent/$flags: patterns in the log, a selection for review. */
#include "api/audit_event.h"
#include "api/flag_facts.h"
#include "api/log_ask.h"
#include "fhir_gen/names.h"

enum { FLAGS_DEFAULT = 100, FLAGS_MAX = 500, FLAGS_DAYS = 7, FLAGS_BYTES_MAX = 16 << 20 };
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static const struct params_def flags_params[] = {LOG_ASK_PARAMS, {.name = "flag"}, {.name = "_count"}, {0}};

struct flags {
    struct call *call;
    struct audit_flag_rules rules;
    struct audit_flag_query q;
    struct audit_flags found;
};

static bool known_rule(const struct flags *f, struct str code)
{
    for (size_t i = 0; i < f->rules.count; i++)
        if (str_eq(f->rules.item[i].code, code))
            return true;
    return false;
}

static bool flags_read(struct flags *f, struct err *err)
{
    struct params p;
    struct audit_query q = {.limit = 0};
    uint64_t limit;
    if (!params_read(f->call, flags_params, &p, err) || !log_ask_query(f->call, &p, &q, err) ||
        !log_ask_count(&p, "_count", FLAGS_DEFAULT, FLAGS_MAX, &limit, err))
        return false;
    struct str code = params_text(&p, "flag");
    if (code.p && !known_rule(f, code))
        return err_set_str(err, ERR_PARAM_VALUE, code, STR("flag"));
    int64_t until = q.high_ms ? q.high_ms : os_now_ms();
    f->q = (struct audit_flag_query){.low_ms = q.low_ms ? q.low_ms : until - FLAGS_DAYS * DAY_MS,
                                     .high_ms = until,
                                     .code = code,
                                     .user = q.user,
                                     .unit = q.unit,
                                     .patient = q.patient,
                                     .limit = (size_t)limit};
    return true;
}

static void put_text(struct json_out *o, const char *name, const struct audit_flag_rule *rule,
                     struct str text, uint64_t count)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    audit_flag_text(rule, text, count, &b);
    log_ask_text(o, name, "valueString", buf_get(&b));
    buf_release(&b);
}

static void part_begin(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_array(o, "part");
}

static void part_end(struct json_out *o)
{
    json_out_end_array(o);
    json_out_end_object(o);
}

static void put_rule(const struct flags *f, struct json_out *o, size_t i)
{
    const struct audit_flag_rule *r = &f->rules.item[i];
    enum err_lang lang = f->call->wants.lang;
    part_begin(o, "rule");
    log_ask_text(o, "code", "valueCode", r->code);
    log_ask_text(o, "title", "valueString", r->title[lang]);
    put_text(o, "what", r, r->what[lang], 0);
    json_out_object(o, NULL);
    json_out_cstr(o, "name", "on");
    json_out_bool(o, "valueBoolean", r->on);
    json_out_end_object(o);
    if (r->limit)
        log_ask_number(o, "limit", r->limit);
    log_ask_number(o, "found", f->found.found[i]);
    part_end(o);
}

static void put_flag(const struct flags *f, struct json_out *o, const struct audit_flagged *g)
{
    struct arena *arena = f->call->arena;
    enum err_lang lang = f->call->wants.lang;
    part_begin(o, "flag");
    log_ask_text(o, "code", "valueCode", g->rule->code);
    log_ask_text(o, "title", "valueString", g->rule->title[lang]);
    put_text(o, "why", g->rule, g->rule->why[lang], g->count);
    log_ask_reference(o, "user", g->user, STR(""));
    log_ask_reference(o, "unit", g->unit, STR(""));
    if (g->patient.n)
        log_ask_reference(o, "patient", arena_printf(arena, "Patient/%.*s", STR_ARG(g->patient)), STR(""));
    log_ask_number(o, "count", g->count);
    if (g->rule->limit)
        log_ask_number(o, "limit", g->rule->limit);
    log_ask_instant(o, "from", g->from_ms);
    log_ask_instant(o, "to", g->to_ms);
    for (size_t i = 0; i < g->event_count; i++)
        log_ask_reference(o, "event", arena_printf(arena, "AuditEvent/%llu", (unsigned long long)g->event[i]),
                          STR(""));
    log_ask_number(o, "reviewed", g->reviewed);
    part_end(o);
}

static void write_flags(const struct flags *f, struct buf *out)
{
    struct json_out o;
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    log_ask_text(
        &o, "notice", "valueString",
        f->call->wants.lang == ERR_SV
            ? STR("Ett urval för granskning, ingen anklagelse: det som är vanligt i arbetet kan också "
                  "se ut så här.")
            : STR("A selection for review, no accusation: what is usual at work can look like this "
                  "too."));
    log_ask_instant(&o, "since", f->q.low_ms);
    log_ask_instant(&o, "until", f->q.high_ms);
    log_ask_number(&o, "records", f->found.records);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "name", "complete");
    json_out_bool(&o, "valueBoolean", f->found.complete);
    json_out_end_object(&o);
    for (size_t i = 0; i < f->rules.count; i++)
        put_rule(f, &o, i);
    for (size_t i = 0; i < f->found.count; i++)
        put_flag(f, &o, &f->found.item[i]);
    json_out_end_array(&o);
    json_out_end_object(&o);
}

static bool look(struct flags *f, struct arena *arena, struct err *err)
{
    struct api *a = f->call->api;
    struct audit_index *x = audit_event_index(f->call, err);
    struct flag_facts *facts = x ? flag_facts_new(a->store, a->search, err) : NULL;
    struct audit_flag_facts ask = {.arg = NULL};
    if (facts)
        ask = flag_facts_get(facts);
    bool ok = facts && audit_flag_find(x, &f->rules, &ask, &f->q, arena, &f->found, err);
    flag_facts_free(facts);
    audit_index_close(x);
    return ok;
}

bool op_audit_flags_run(struct call *c)
{
    struct err err = {0};
    struct flags f = {.call = c};
    struct arena arena;
    struct buf out;
    if (!log_ask_allowed(c, &err) || !flag_facts_rules(c->arena, &f.rules, &err) || !flags_read(&f, &err))
        return outcome_fail(c, &err);
    arena_init(&arena); /* what a look needs is more than a request may have */
    bool ok = look(&f, &arena, &err);
    if (ok) {
        buf_init(&out, FLAGS_BYTES_MAX);
        write_flags(&f, &out);
        c->note = arena_printf(c->arena, "%zu flags of %llu records", f.found.count,
                               (unsigned long long)f.found.records);
    }
    arena_release(&arena);
    return ok ? resource_answer_buf(c, &out, 200) : outcome_fail(c, &err);
}
