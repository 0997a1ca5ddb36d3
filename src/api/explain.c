/* SPDX-License-Identifier: Apache-2.0
 * _explain=true: how a search is run, as a Parameters resource, for administrators. */
#include "api/guard.h"

static void part_of(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

static void text_part(struct json_out *o, const char *name, struct str value)
{
    while (value.n && value.p[value.n - 1] == '\n')
        value.n--;
    if (value.n == 0)
        return;
    part_of(o, name);
    json_out_string(o, "valueString", value);
    json_out_end_object(o);
}

static void count_part(struct json_out *o, const char *name, uint64_t n)
{
    char digits[24], *end = digits + sizeof digits, *at = end;
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    part_of(o, name);
    json_out_raw(o, "valueDecimal", (struct str){at, (size_t)(end - at)});
    json_out_end_object(o);
}

static void write_cond(struct json_out *o, const struct search_explained_cond *cond)
{
    part_of(o, "condition");
    json_out_array(o, "part");
    text_part(o, "what", cond->text);
    text_part(o, "path", cond->path);
    count_part(o, "matches", cond->total);
    json_out_end_array(o);
    json_out_end_object(o);
}

static void write_explained(struct json_out *o, const struct search_explained *e)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "Parameters");
    json_out_array(o, "parameter");
    text_part(o, "plan", e->path);
    for (size_t i = 0; i < e->cond_count; i++)
        write_cond(o, &e->cond[i]);
    count_part(o, "matchesOnPage", e->found);
    count_part(o, "includedOnPage", e->included);
    count_part(o, "resourcesLookedAt", e->work);
    count_part(o, "microseconds", e->micros);
    json_out_end_array(o);
    json_out_end_object(o);
}

bool explain_answer(struct call *c, struct store_read *r, const struct search_query *q)
{
    struct err err = {0};
    struct search_explained e;
    struct json_out o;
    struct buf out;
    if (!c->api->explain || (c->view && !access_view_right(c->view, RULES_ADMINISTRATE))) {
        err_set(&err, ERR_SEARCH_EXPLAIN, NULL);
        return outcome_fail(c, &err);
    }
    if (!search_explain(c->api->search, r, q, c->arena, &e, &err))
        return outcome_fail(c, &err);
    buf_init(&out, BUF_NO_MAX);
    json_out_init(&o, &out);
    write_explained(&o, &e);
    return resource_answer_buf(c, &out, 200);
}
