/* SPDX-License-Identifier: Apache-2.0
 * Patient/[id]/$emergency (PDL 4 kap. 5 §, lag 2022:913 3 kap.): emergency opening in two steps. The first
 * gives a ticket and says what it means; the second, with the ticket and a reason, opens: for this assignment
 * and patient, for a few hours, marked for review. Who opened may end it before its time. */
#include "api/grant.h"
#include "api/params.h"

static const struct params_def emergency_params[] = {
    {.name = "ticket"}, {.name = "reason"}, {.name = "end"}, {0}};

/* Bound to who, in which assignment, which patient and until when, under the store's own key. */
static struct str ticket_of(const struct call *c, uint64_t until_ms)
{
    struct str text = arena_printf(
        c->arena, "emergency %.*s %.*s %.*s %.*s %llu", STR_ARG(c->caller->account), STR_ARG(c->caller->user),
        STR_ARG(c->caller->assignment), STR_ARG(c->id), (unsigned long long)until_ms);
    uint64_t mac = hash_sip(store_hash_key(c->api->store), text);
    return arena_printf(c->arena, "%llu-%016llx", (unsigned long long)until_ms, (unsigned long long)mac);
}

static bool ticket_good(const struct call *c, struct str ticket)
{
    size_t dash = str_find(ticket, '-', 0);
    uint64_t until;
    if (dash == SIZE_MAX || !str_u64(str_sub(ticket, 0, dash), INT64_MAX, &until) ||
        (int64_t)until < os_now_ms())
        return false;
    struct str good = ticket_of(c, until);
    unsigned char differs = good.n != ticket.n;
    for (size_t i = 0; i < good.n && i < ticket.n; i++)
        differs |= (unsigned char)(good.p[i] ^ ticket.p[i]);
    return differs == 0;
}

static void part(struct json_out *o, const char *name, const char *kind, struct str value)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
    json_out_string(o, kind, value);
    json_out_end_object(o);
}

static bool first_step(struct call *c)
{
    struct buf out;
    struct json_out o;
    uint64_t until = (uint64_t)(os_now_ms() + access_rules(c->api->access)->times.ticket_ms);
    struct err warning = {0};
    struct buf text;
    err_set(&warning, ERR_ACCESS_EMERGENCY, NULL);
    buf_init(&text, 4096);
    err_text(&warning, c->wants.lang, &text);
    buf_init(&out, 1 << 16);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    part(&o, "ticket", "valueString", ticket_of(c, until));
    part(&o, "warning", "valueString", buf_get(&text));
    json_out_end_array(&o);
    json_out_end_object(&o);
    buf_release(&text);
    return resource_answer_buf(c, &out, 200);
}

bool op_emergency_run(struct call *c)
{
    struct err err = {0};
    struct params p;
    struct grant g = {
        .category = "emergency", .review = true, .from_ms = os_now_ms(), .law = "PDL 4 kap. 5 §"};
    if (!params_read(c, emergency_params, &p, &err) || !grant_open(c, RULES_EMERGENCY, false, &err))
        return outcome_fail(c, &err);
    if (params_text(&p, "end").n)
        return grant_end(c, params_text(&p, "end"), g.category, c->caller->assignment);
    struct str ticket = params_text(&p, "ticket");
    g.reason = params_text(&p, "reason");
    if (!ticket.n)
        return first_step(c);
    if (!g.reason.n)
        err_set(&err, ERR_ACCESS_REASON, NULL);
    else if (!ticket_good(c, ticket))
        err_set(&err, ERR_ACCESS_TICKET, NULL);
    if (err.code)
        return outcome_fail(c, &err);
    g.actor = c->caller->assignment;
    g.to_ms = g.from_ms + access_rules(c->api->access)->times.emergency_ms;
    return grant_make(c, &g);
}
