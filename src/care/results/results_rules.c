/* SPDX-License-Identifier: Apache-2.0 */
#include "results/results_int.h"
#include "json/json.h"

bool results_words_has(const struct results_words *w, struct str word)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->item[i], word))
            return true;
    return false;
}

static bool wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_ACCESS_RULES, "care/results.json", what, NULL);
}

static bool read_words(const struct json_doc *doc, uint32_t i, const char *name, struct results_words *out,
                       struct err *err)
{
    uint32_t list = json_get_key(doc, i, str_of(name));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return wrong(err, name);
    JSON_EACH(doc, list, c)
    {
        if (out->count == RESULTS_WORDS_MAX || doc->nodes[c].kind != JSON_STRING)
            return wrong(err, name);
        out->item[out->count++] = json_text(doc, c);
    }
    return true;
}

static bool read_number(const struct json_doc *doc, uint32_t i, const char *name, int64_t times, int64_t *out,
                        struct err *err)
{
    uint64_t n;
    if (!str_u64(json_text(doc, json_get_key(doc, i, str_of(name))), 100000, &n) || n == 0)
        return wrong(err, name);
    *out = (int64_t)n * times;
    return true;
}

static bool read_rule(const struct json_doc *doc, uint32_t i, struct results_rules *out, struct err *err)
{
    if (out->rule_count == RESULTS_RULES_MAX)
        return wrong(err, "result");
    struct results_rule *r = &out->rule[out->rule_count++];
    r->type = fhir_resource_find(json_text(doc, json_get_key(doc, i, STR("type"))));
    return (r->type || wrong(err, "type")) && read_words(doc, i, "status", &r->status, err) &&
           read_words(doc, i, "again", &r->again, err) && read_words(doc, i, "category", &r->category, err);
}

static bool read_priority(const struct json_doc *doc, uint32_t i, struct results_rules *out, struct err *err)
{
    if (out->escalate_count == RESULTS_PRIORITIES_MAX)
        return wrong(err, "escalate");
    out->escalate[out->escalate_count].priority = json_text(doc, json_get_key(doc, i, STR("priority")));
    return read_number(doc, i, "hours", 1, &out->escalate[out->escalate_count++].hours, err);
}

bool results_rules_read(struct arena *arena, struct results_rules *out, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    *out = (struct results_rules){0};
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, results_file(), NULL, doc, err))
        return false;
    uint32_t list = json_get_key(doc, 0, STR("result")), escalate = json_get_key(doc, 0, STR("escalate"));
    if (list == UINT32_MAX || escalate == UINT32_MAX)
        return wrong(err, "result, escalate");
    JSON_EACH(doc, list, c)
    if (!read_rule(doc, c, out, err))
        return false;
    JSON_EACH(doc, escalate, c)
    if (!read_priority(doc, c, out, err))
        return false;
    return read_words(doc, 0, "urgent", &out->urgent, err) &&
           read_number(doc, 0, "fresh_days", 24 * 3600 * 1000, &out->fresh_ms, err) &&
           read_number(doc, 0, "look_minutes", 60 * 1000, &out->look_ms, err);
}
