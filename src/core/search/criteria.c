/* SPDX-License-Identifier: Apache-2.0 */
#include "search/criteria.h"

/* Of the parameters that every type has, those that the resource itself answers. */
static const char *const own[] = {"_id", "_language", "_profile", "_security", "_source", "_tag"};

static bool asks_itself(struct str name)
{
    struct str code = str_sub(name, 0, str_find(name, ':', 0));
    if (str_find(name, '.', 0) != SIZE_MAX)
        return false;
    if (!code.n || code.p[0] != '_')
        return code.n > 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_is(code, own[i]))
            return true;
    return false;
}

static bool by_rows(const struct store_cond *cond, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct store_cond *c = &cond[i];
        if (c->kind == STORE_COND_UPDATED || c->kind == STORE_COND_RIDS)
            return false;
        for (size_t k = 0; k < c->any_count; k++)
            if (c->any[k].chain)
                return false;
        for (size_t k = 0; k < c->sub_count; k++)
            if (!by_rows(c->sub[k].cond, c->sub[k].cond_count))
                return false;
    }
    return true;
}

bool criteria_parse(struct search *s, struct store_read *r, fhir_type_id type,
                    const struct search_param *params, size_t count, struct arena *arena,
                    struct store_plan *out, struct err *err)
{
    struct search_query q;
    if (count == 0 || count > CRITERIA_MAX)
        return err_set(err, ERR_SEARCH_CRITERIA, "?", NULL);
    for (size_t i = 0; i < count; i++) {
        struct search_query one;
        if (!asks_itself(params[i].name))
            return err_set_str(err, ERR_SEARCH_CRITERIA, params[i].name, STR(""));
        /* Without a reader it costs nothing to see what it would become. */
        if (!search_parse(s, NULL, type, &params[i], 1, false, arena, &one, err))
            return false;
        if (!by_rows(one.plan.cond, one.plan.cond_count))
            return err_set_str(err, ERR_SEARCH_CRITERIA, params[i].name, STR(""));
    }
    if (!search_parse(s, r, type, params, count, false, arena, &q, err))
        return false;
    *out = q.plan;
    return by_rows(q.plan.cond, q.plan.cond_count) ||
           err_set_str(err, ERR_SEARCH_CRITERIA, params[0].name, STR(""));
}

/* ---- rows that are not in a store yet ---- */

static bool clinical(const struct store_row *want, const struct store_row *row)
{
    return row->index == STORE_CLINICAL && row->hash == want->hash && row->target_type == want->target_type &&
           str_eq(row->text, want->text);
}

static bool has_one(const struct store_cond *c, const struct store_row *row, size_t count)
{
    for (size_t k = 0; k < c->any_count; k++)
        for (size_t i = 0; i < count; i++)
            if (c->kind == STORE_COND_PATIENT ? clinical(&c->any[k].row, &row[i])
                                              : store_match_row(&c->any[k], &row[i]))
                return true;
    return false;
}

static bool is_one(const struct store_cond *c, struct str id)
{
    for (size_t k = 0; k < c->id_count; k++)
        if (str_eq(c->ids[k], id))
            return true;
    return false;
}

bool criteria_meet(const struct store_plan *criteria, struct str id, const struct store_row *row,
                   size_t count)
{
    for (size_t i = 0; i < criteria->cond_count; i++) {
        const struct store_cond *c = &criteria->cond[i];
        bool some = c->kind == STORE_COND_IDS ? is_one(c, id) : has_one(c, row, count);
        for (size_t k = 0; k < c->sub_count && !some; k++)
            some = criteria_meet(&c->sub[k], id, row, count);
        if (some == c->negate)
            return false;
    }
    return true;
}

bool criteria_each(const struct store_plan *criteria, bool (*fn)(void *arg, fhir_param_id param), void *arg)
{
    for (size_t i = 0; i < criteria->cond_count; i++) {
        const struct store_cond *c = &criteria->cond[i];
        for (size_t k = 0; k < c->any_count; k++)
            if (c->kind == STORE_COND_MATCH && !fn(arg, c->any[k].row.param))
                return false;
        for (size_t k = 0; k < c->sub_count; k++)
            if (!criteria_each(&c->sub[k], fn, arg))
                return false;
    }
    return true;
}
