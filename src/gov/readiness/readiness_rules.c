/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/readiness_int.h"

static bool wrong(struct err *err, const char *what)
{
    return err_set(err, ERR_ACCESS_RULES, "care/readiness.json", what, NULL);
}

static struct str text(const struct json_doc *doc, uint32_t i, const char *key)
{
    return json_text(doc, json_get_key(doc, i, str_of(key)));
}

static bool read_rule(const struct json_doc *doc, uint32_t i, struct readiness_rules *out, struct err *err)
{
    if (out->rule_count == READINESS_MEASURES_MAX)
        return wrong(err, "measure");
    struct readiness_rule *r = &out->rule[out->rule_count++];
    uint32_t people = json_get_key(doc, i, STR("people"));
    *r = (struct readiness_rule){.name = text(doc, i, "name"),
                                 .url = text(doc, i, "url"),
                                 .measure = readiness_measure_kind(text(doc, i, "kind")),
                                 .people = people != UINT32_MAX && doc->nodes[people].kind == JSON_TRUE};
    return (r->name.n && r->measure) || wrong(err, "measure: name, kind");
}

bool readiness_rules_read(struct arena *arena, struct readiness_rules *out, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    uint64_t minutes;
    *out = (struct readiness_rules){0};
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, readiness_file(), NULL, doc, err))
        return false;
    uint32_t rules = json_get_key(doc, 0, STR("measure"));
    if (rules == UINT32_MAX || !str_u64(text(doc, 0, "look_minutes"), 1440, &minutes) || minutes == 0)
        return wrong(err, "measure, look_minutes");
    out->look_ms = (int64_t)minutes * 60 * 1000;
    JSON_EACH(doc, rules, c)
    if (!read_rule(doc, c, out, err))
        return false;
    return true;
}

const struct readiness_rule *readiness_rules_find(const struct readiness_rules *rules, struct str name)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (str_eq(rules->rule[i].name, name))
            return &rules->rule[i];
    return NULL;
}
