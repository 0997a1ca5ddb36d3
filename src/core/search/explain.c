/* SPDX-License-Identifier: Apache-2.0
 * How a search is run, for administrators: each condition with what it alone gives, the path the store takes,
 * and what the whole cost. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/search_int.h"

static const char *const kinds[] = {
    [STORE_COND_MATCH] = "values", [STORE_COND_IDS] = "_id",        [STORE_COND_UPDATED] = "_lastUpdated",
    [STORE_COND_GROUP] = "group",  [STORE_COND_RIDS] = "resources", [STORE_COND_PATIENT] = "patient",
};

/* "not Observation.code: 3 values", "Observation.subject → Patient: …"; no value is shown. */
static void describe(const struct search *s, const struct store_cond *c, unsigned depth, struct buf *out)
{
    size_t n = c->kind == STORE_COND_IDS     ? c->id_count
               : c->kind == STORE_COND_RIDS  ? c->rid_count
               : c->kind == STORE_COND_GROUP ? c->sub_count
                                             : c->any_count;
    if (c->negate)
        buf_cstr(out, "not ");
    if (c->kind == STORE_COND_MATCH && n) {
        const struct store_match *m = &c->any[0];
        const struct fhir_param *p = search_param(s, m->row.param);
        buf_printf(out, "%s.%s", fhir_types[p->base].name, p->code);
        if (m->chain && depth < SEARCH_CHAIN_MAX) {
            buf_cstr(out, m->reverse ? " <- (" : " -> (");
            for (size_t i = 0; i < m->chain->cond_count; i++) {
                buf_cstr(out, i ? ", " : "");
                describe(s, &m->chain->cond[i], depth + 1, out);
            }
            buf_char(out, ')');
        }
    } else {
        buf_cstr(out, kinds[c->kind]);
    }
    buf_printf(out, ": %zu", n);
}

/* How the store runs a plan, as text: a line for the whole, then one for each of its conditions. */
static bool explain_path(struct store_read *r, const struct store_plan *plan, struct arena *arena,
                         struct str *out, struct err *err)
{
    struct store_explanation e;
    struct buf text;
    if (!store_explain(r, plan, arena, &e, err))
        return false;
    buf_init(&text, BUF_NO_MAX);
    buf_printf(&text, "%.*s\n", STR_ARG(e.how));
    for (size_t i = 0; i < e.step_count; i++) {
        const struct store_step *step = &e.step[i];
        buf_printf(&text, "%*s%s%.*s: ", 2 * step->depth, "", step->leads ? "* " : "", STR_ARG(step->what));
        if (step->usable)
            buf_printf(&text, "%s%llu candidates; ", step->complete ? "" : "more than ",
                       (unsigned long long)step->candidates);
        buf_printf(&text, "%.*s\n%.*s", STR_ARG(step->why), STR_ARG(step->path));
    }
    if (e.cut)
        buf_cstr(&text, "…\n");
    *out = arena_str(arena, buf_get(&text));
    buf_release(&text);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

/* The parameter as it is written in a search. */
static const char *cond_code(const struct search *s, const struct store_cond *c)
{
    static const char *const codes[] = {[STORE_COND_IDS] = "_id",
                                        [STORE_COND_UPDATED] = "_lastUpdated",
                                        [STORE_COND_GROUP] = "_filter",
                                        [STORE_COND_RIDS] = "_content",
                                        [STORE_COND_PATIENT] = "patient"};
    if (c->kind == STORE_COND_MATCH && c->any_count)
        return search_param(s, c->any[0].row.param)->code;
    return c->kind == STORE_COND_MATCH ? "?" : codes[c->kind];
}

static bool patient_missing(const struct store_plan *plan)
{
    bool could = false;
    for (size_t i = 0; i < plan->cond_count; i++)
        if (plan->cond[i].kind == STORE_COND_PATIENT)
            return false;
    for (size_t i = 0; i < plan->type_count; i++)
        could = could || (plan->types[i] != FHIR_TYPE_Patient &&
                          search_in_compartment(FHIR_TYPE_Patient, plan->types[i]));
    return could;
}

static const struct store_step *leading(const struct store_explanation *e)
{
    for (size_t i = 0; i < e->step_count; i++)
        if (e->step[i].leads && e->step[i].cond)
            return &e->step[i];
    return NULL;
}

void explain_budget(struct search *s, struct store_read *r, const struct store_plan *plan,
                    struct arena *arena, struct err *err)
{
    struct store_plan tiny = *plan;
    struct store_explanation e;
    struct err unused = {0};
    if (!err || err->code != ERR_SEARCH_BUDGET)
        return;
    tiny.work_max = 1;
    tiny.deadline_ns = 0;
    if (!store_explain(r, &tiny, arena, &e, &unused))
        return;
    const struct store_step *lead = leading(&e);
    bool patient = patient_missing(plan);
    /* An export has all the time it needs (bulk_export.c). */
    const char *sv = "; $export med _typeFilter tar hur mycket som helst";
    const char *en = "; $export with _typeFilter takes any amount";
    const char *type = plan->type_count == 1 ? fhir_types[plan->types[0]].name : "FHIR";
    if (lead) {
        const char *code = cond_code(s, lead->cond);
        snprintf(err->arg[1], ERR_ARG_MAX, ": %s ger %s%llu%s%s", code, lead->complete ? "" : "fler än ",
                 (unsigned long long)lead->candidates, patient ? " och patient saknas" : "", sv);
        snprintf(err->arg[2], ERR_ARG_MAX, ": %s gives %s%llu%s%s", code, lead->complete ? "" : "more than ",
                 (unsigned long long)lead->candidates, patient ? " and patient is missing" : "", en);
        return;
    }
    snprintf(err->arg[1], ERR_ARG_MAX, ": inget villkor avgränsar, hela %s gås igenom%s%s", type,
             patient ? " och patient saknas" : "", sv);
    snprintf(err->arg[2], ERR_ARG_MAX, ": no condition leads, all of %s is gone through%s%s", type,
             patient ? " and patient is missing" : "", en);
}

static bool explain_cond(struct search *s, struct store_read *r, const struct store_plan *whole,
                         const struct store_cond *c, struct arena *arena, struct search_explained_cond *out,
                         struct err *err)
{
    struct store_plan plan = {.types = whole->types,
                              .type_count = whole->type_count,
                              .cond = c,
                              .cond_count = 1,
                              .count = true,
                              .work_max = whole->work_max,
                              .deadline_ns = whole->deadline_ns};
    struct store_hits hits = {0};
    struct buf text;
    buf_init(&text, BUF_NO_MAX);
    describe(s, c, 0, &text);
    out->text = arena_str(arena, buf_get(&text));
    buf_release(&text);
    bool ok = explain_path(r, &plan, arena, &out->path, err) && store_search(r, &plan, arena, &hits, err);
    out->total = hits.total;
    return ok;
}

bool search_explain(struct search *s, struct store_read *r, const struct search_query *q, struct arena *arena,
                    struct search_explained *out, struct err *err)
{
    struct search_page page;
    uint64_t begun = os_mono_ns();
    *out = (struct search_explained){.cond_count = q->plan.cond_count};
    if (!search_run(s, r, q, arena, &page, err))
        return false;
    out->micros = (os_mono_ns() - begun) / 1000;
    out->work = page.work;
    out->found = page.match_count;
    out->included = page.included_count;
    bool ok = explain_path(r, &q->plan, arena, &out->path, err);
    out->cond = ARENA_ARRAY(arena, struct search_explained_cond, out->cond_count + 1);
    for (size_t i = 0; ok && i < out->cond_count; i++)
        ok = explain_cond(s, r, &q->plan, &q->plan.cond[i], arena, &out->cond[i], err);
    return ok;
}
