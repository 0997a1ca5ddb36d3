/* SPDX-License-Identifier: Apache-2.0
 * Cases: their status goes one way, with the decision that it speaks of; records grow only more official. */
#include "rules/gov_rules_int.h"

/* Which status may follow which. What is not here may not. */
static const struct {
    const char *from, *to; /* from "": a new one */
} steps[] = {
    {"", "draft"},
    {"draft", "submitted"},
    {"submitted", "endorsed"},
    {"submitted", "referred-back"},
    {"referred-back", "draft"},
    {"referred-back", "submitted"},
    {"endorsed", "referred-back"},
    {"submitted", "decided"},
    {"endorsed", "decided"},
    {"decided", "dispatched"},
    {"dispatched", "reported"},
};

static const char *const records[] = {"arbetsmaterial", "upprattad", "expedierad", "arkiverad", NULL};

/* What a decided case may still change in. */
static const char *const open_members[] = {"status",     "recordStatus", "secrecy", "dispatchedOn",
                                           "reportedOn", "reportedAt",   "note",    NULL};

static bool step(struct gov_ask *a, struct str from, struct str to)
{
    struct str next = {"", 0};
    if (str_eq(from, to))
        return true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!str_is(from, steps[i].from))
            continue;
        if (str_is(to, steps[i].to))
            return true;
        next = arena_printf(a->arena, "%.*s%s%s", STR_ARG(next), next.n ? ", " : "", steps[i].to);
    }
    return err_set(a->err, ERR_GOV_STATUS, arena_cstr(a->arena, a->name),
                   arena_cstr(a->arena, from.n ? from : STR("–")), arena_cstr(a->arena, to),
                   arena_cstr(a->arena, next.n ? next : STR("–")), NULL);
}

static int rank(struct str record)
{
    for (int i = 0; records[i]; i++)
        if (str_is(record, records[i]))
            return i;
    return 0;
}

static bool later(struct str status)
{
    return str_is(status, "decided") || str_is(status, "dispatched") || str_is(status, "reported");
}

/* Endorsed: a body has said so. Decided and on: a final decision of this case, which has been sent, and
 * reported. */
static bool grounds(struct gov_ask *a, struct str to)
{
    struct gov_body decision, body;
    bool found;
    if (str_is(to, "endorsed"))
        return gov_rules_body_find(&a->c->will, "coordination", "outcome", to, &body) ||
               err_set_str(a->err, ERR_GOV_ENDORSED, a->name, STR(""));
    if (!later(to))
        return true;
    if (!a->reads->decided(a->reads->arg, a->name, GOV_CASE, &decision, &found, a->err))
        return false;
    if (!found)
        return err_set_str(a->err, ERR_GOV_UNDECIDED, a->name, to);
    if (!str_is(to, "decided") && !gov_rules_body_count(&decision, "dispatch"))
        return err_set_str(a->err, ERR_GOV_UNDECIDED, a->name, STR("Decision.dispatch"));
    return !str_is(to, "reported") || gov_rules_body_count(&decision, "reportedAt") ||
           err_set_str(a->err, ERR_GOV_UNDECIDED, a->name, STR("Decision.reportedAt"));
}

bool gov_rules_case(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    struct str from = gov_is(&c->was) ? gov_rules_body_text(&c->was, "status") : STR("");
    struct str to = gov_rules_body_text(&c->will, "status");
    struct str record = gov_rules_body_text(&c->was, "recordStatus");
    if (!gov_is(&c->will))
        return (str_is(from, "draft") && rank(record) == 0) ||
               err_set_str(a->err, ERR_GOV_KEEP, a->name, STR(""));
    if (c->way == GOV_IMPORT && !gov_is(&c->was))
        return true;
    if (rank(gov_rules_body_text(&c->will, "recordStatus")) < rank(record))
        return err_set_str(a->err, ERR_GOV_RECORD, a->name, record);
    if (later(from)) {
        struct str key = gov_rules_body_changed(&c->was, &c->will, open_members);
        if (key.p)
            return err_set_str(a->err, ERR_GOV_CASE_CLOSED, a->name, key);
    }
    return step(a, from, to) && (str_eq(from, to) || c->way == GOV_IMPORT || grounds(a, to));
}
