/* SPDX-License-Identifier: Apache-2.0
 * Initiatives: phase and gates move by decisions, never by editing. */
#include "rules/gov_rules_int.h"

enum { PHASES_MAX = 50 };

static uint64_t number_at(const struct gov_body *b, const char *key)
{
    uint64_t n = 0;
    struct str text = gov_rules_body_text(b, key);
    return text.n && str_u64(text, PHASES_MAX, &n) ? n : 0;
}

static bool refuse(struct gov_ask *a, uint64_t gate)
{
    return err_set(a->err, ERR_GOV_GATE, arena_cstr(a->arena, a->name),
                   arena_cstr(a->arena, arena_printf(a->arena, "%llu", (unsigned long long)gate)), NULL);
}

/* The case that the decision was made in says which initiative and gate, where the decision does not. */
static bool about(struct gov_ask *a, const struct gov_body *decision, struct str *initiative, uint64_t *gate)
{
    struct gov_body the_case;
    struct str ref = gov_rules_body_text(decision, "case.reference");
    *initiative = gov_rules_body_text(decision, "initiative.reference");
    *gate = number_at(decision, "gateNumber");
    if (!ref.n || (initiative->n && *gate))
        return true;
    if (!gov_rules_read(a, ref, "case", &the_case))
        return false;
    if (!initiative->n)
        *initiative = gov_rules_body_text(&the_case, "initiative.reference");
    if (!*gate)
        *gate = number_at(&the_case, "gateNumber");
    return true;
}

/* Has somebody with a mandate decided what the gate says? */
static bool decided(struct gov_ask *a, const struct gov_body *gate)
{
    struct gov_body decision;
    uint64_t number = number_at(gate, "number"), of;
    struct str ref = gov_rules_body_text(gate, "decision.reference"), initiative;
    if (!ref.n)
        return refuse(a, number);
    if (!gov_rules_read(a, ref, "gate.decision", &decision) || !about(a, &decision, &initiative, &of))
        return false;
    return (str_is(gov_rules_body_text(&decision, "status"), "final") && str_eq(initiative, a->name) &&
            of == number && gov_rules_body_same_at(&decision, gate, "outcome")) ||
           refuse(a, number);
}

/* Is the same item in the other's list? */
static bool holds(const struct gov_body *b, const struct gov_body *gate)
{
    struct gov_body other;
    for (size_t i = 0; gov_rules_body_item(b, "gate", i, &other); i++)
        if (gov_rules_body_same(&other, gate))
            return true;
    return false;
}

static bool granted(const struct gov_body *b, uint64_t number)
{
    struct gov_body gate;
    for (size_t i = 0; gov_rules_body_item(b, "gate", i, &gate); i++)
        if (number_at(&gate, "number") == number && str_is(gov_rules_body_text(&gate, "outcome"), "granted"))
            return true;
    return false;
}

/* New gates are decided, old ones stay. *fresh: there is a new one that was not granted, from which number.
 */
static bool gates(struct gov_ask *a, uint64_t *back)
{
    struct gov_body gate;
    const struct gov_body *was = &a->c->was, *will = &a->c->will;
    *back = PHASES_MAX;
    for (size_t i = 0; gov_rules_body_item(was, "gate", i, &gate); i++)
        if (!holds(will, &gate))
            return refuse(a, number_at(&gate, "number"));
    for (size_t i = 0; gov_rules_body_item(will, "gate", i, &gate); i++) {
        if (holds(was, &gate))
            continue;
        if (!decided(a, &gate))
            return false;
        if (!str_is(gov_rules_body_text(&gate, "outcome"), "granted") && number_at(&gate, "number") < *back)
            *back = number_at(&gate, "number");
    }
    return true;
}

/* Which phase a status speaks of, where the process does not say. */
static const struct {
    const char *status;
    uint64_t phase;
} phases[] = {{"concept", 1}, {"develop", 3}, {"pilot", 4}, {"broad", 5}, {"managed", 6}};

/* A status that speaks of a later phase than the decided one would say what nobody decided. */
static bool status_follows(struct gov_ask *a)
{
    const struct gov_body *will = &a->c->will;
    struct gov_body process = {0}, phase;
    struct str status = gov_rules_body_text(will, "status");
    struct str ref = gov_rules_body_text(will, "process.reference");
    uint64_t at = number_at(will, "phase");
    if (gov_rules_body_same_at(&a->c->was, will, "status"))
        return true;
    if (ref.n && !gov_rules_read(a, ref, "process", &process))
        return false;
    if (gov_rules_body_find(&process, "phase", "initiativeStatus", status, &phase))
        return number_at(&phase, "number") <= at || err_set_str(a->err, ERR_GOV_PHASE, a->name, status);
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
        if (str_is(status, phases[i].status))
            return phases[i].phase <= at || err_set_str(a->err, ERR_GOV_PHASE, a->name, status);
    return true;
}

bool gov_rules_initiative(struct gov_ask *a)
{
    const struct gov_change *c = a->c;
    uint64_t back, from = number_at(&c->was, "phase"), to = number_at(&c->will, "phase");
    if (c->way == GOV_IMPORT && (!gov_is(&c->was) || !gov_is(&c->will)))
        return gov_is(&c->will) || err_set_str(a->err, ERR_GOV_KEEP, a->name, STR(""));
    if (!gov_is(&c->will))
        return (from <= 1 && gov_rules_body_count(&c->was, "gate") == 0) ||
               err_set_str(a->err, ERR_GOV_KEEP, a->name, STR(""));
    if (!gates(a, &back))
        return false;
    if (gov_rules_body_count(&c->was, "gate") && !gov_rules_body_same_at(&c->was, &c->will, "process"))
        return refuse(a, from); /* its gates were decided in that process */
    if (gov_is(&c->was) && to < from)
        return back <= to || refuse(a, to);
    for (uint64_t n = 1; to > from && n < to; n++)
        if (!granted(&c->will, n))
            return refuse(a, n);
    return status_follows(a);
}
