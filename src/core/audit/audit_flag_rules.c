/* SPDX-License-Identifier: Apache-2.0
 * The rules of the patterns as data. */
#include "audit/audit_flag_int.h"
#include "json/json.h"

static const char *const flag_kinds[] = {
    [FLAG_OWN] = "own",
    [FLAG_COLLEAGUE] = "colleague",
    [FLAG_EMERGENCY] = "emergency",
    [FLAG_SURNAME] = "surname",
    [FLAG_ADDRESS] = "address",
    [FLAG_MANY_PATIENTS] = "many-patients",
    [FLAG_HOURS] = "hours",
    [FLAG_NAME_SEARCH] = "name-search",
    [FLAG_NO_RELATION] = "no-relation",
    [FLAG_MANY_STAFF] = "many-staff",
    [FLAG_REFUSALS] = "refusals",
};

static bool wrong(struct err *err, struct str what)
{
    return err_set_str(err, ERR_ACCESS_RULES, STR("flags"), what);
}

static bool both_languages(const struct json_doc *doc, uint32_t rule, const char *key, struct str out[2],
                           struct err *err)
{
    uint32_t list = json_get_key(doc, rule, str_of(key));
    size_t n = 0;
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return wrong(err, str_of(key));
    JSON_EACH(doc, list, i)
    {
        if (n < 2)
            out[n] = json_text(doc, i);
        n++;
    }
    return (n == 2 && out[0].n && out[1].n) || wrong(err, str_of(key));
}

static bool read_member(const struct json_doc *doc, uint32_t at, struct audit_flag_rule *r, struct err *err)
{
    const struct {
        const char *name;
        uint64_t *to;
    } numbers[] = {{"limit", &r->limit},
                   {"minutes", &r->minutes},
                   {"days", &r->days},
                   {"share", &r->share},
                   {"minimum", &r->minimum}};
    struct str key = {doc->nodes[at].key, doc->nodes[at].key_len}, text = json_text(doc, at);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (str_is(key, numbers[i].name))
            return str_u64(text, FLAG_NUMBER_MAX, numbers[i].to) || wrong(err, key);
    if (str_is(key, "on")) {
        r->on = doc->nodes[at].kind == JSON_TRUE;
        return r->on || doc->nodes[at].kind == JSON_FALSE || wrong(err, key);
    }
    if (str_is(key, "code")) {
        r->code = text;
        return text.n || wrong(err, key);
    }
    if (str_is(key, "kind")) {
        while (r->kind < FLAG_KINDS && !str_is(text, flag_kinds[r->kind]))
            r->kind++;
        return r->kind < FLAG_KINDS || wrong(err, text);
    }
    return str_is(key, "title") || str_is(key, "what") || str_is(key, "why") || wrong(err, key);
}

bool audit_flag_rules_read(struct str text, struct arena *arena, struct audit_flag_rules *out,
                           struct err *err)
{
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    *out =
        (struct audit_flag_rules){.item = ARENA_ARRAY(arena, struct audit_flag_rule, AUDIT_FLAG_RULES_MAX)};
    if (!doc || !out->item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, NULL, doc, err))
        return false;
    uint32_t list = json_get_key(doc, 0, STR("rule"));
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return wrong(err, STR("rule"));
    JSON_EACH(doc, list, i)
    {
        if (out->count == AUDIT_FLAG_RULES_MAX || doc->nodes[i].kind != JSON_OBJECT)
            return wrong(err, STR("rule"));
        struct audit_flag_rule *r = &out->item[out->count++];
        *r = (struct audit_flag_rule){.kind = 0};
        JSON_EACH(doc, i, member)
        {
            if (!read_member(doc, member, r, err))
                return false;
        }
        if (!both_languages(doc, i, "title", r->title, err) ||
            !both_languages(doc, i, "what", r->what, err) || !both_languages(doc, i, "why", r->why, err))
            return false;
        if (!r->code.n)
            return wrong(err, STR("code"));
    }
    return true;
}

bool audit_flag_needs_facts(const struct audit_flag_rule *rule)
{
    return rule->kind == FLAG_SURNAME || rule->kind == FLAG_ADDRESS || rule->kind == FLAG_NAME_SEARCH ||
           rule->kind == FLAG_NO_RELATION || rule->kind == FLAG_MANY_STAFF;
}

void audit_flag_text(const struct audit_flag_rule *rule, struct str text, uint64_t count, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } figures[] = {{"{count}", count},     {"{limit}", rule->limit}, {"{minutes}", rule->minutes},
                   {"{days}", rule->days}, {"{share}", rule->share}, {"{minimum}", rule->minimum}};
    while (text.n) {
        size_t i = 0;
        while (i < sizeof figures / sizeof *figures && !str_starts(text, str_of(figures[i].name)))
            i++;
        size_t n = 1;
        if (i < sizeof figures / sizeof *figures) {
            buf_u64(out, figures[i].value);
            n = strlen(figures[i].name);
        } else {
            buf_char(out, text.p[0]);
        }
        text = str_sub(text, n, text.n);
    }
}
