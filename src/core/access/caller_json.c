/* SPDX-License-Identifier: Apache-2.0 */
#include "access/caller_json.h"

#include <stddef.h>

static const char *const kinds[] = {
    [ACCESS_NOBODY] = "nobody",     [ACCESS_STAFF] = "staff",   [ACCESS_PATIENT] = "patient",
    [ACCESS_GUARDIAN] = "guardian", [ACCESS_SYSTEM] = "system",
};

/* identity: a caller with another one is another. */
static const struct {
    const char *key;
    size_t at;
    bool identity;
} texts[] = {
    {"account", offsetof(struct access_caller, account), true},
    {"user", offsetof(struct access_caller, user), true},
    {"assignment", offsetof(struct access_caller, assignment), true},
    {"unit", offsetof(struct access_caller, unit), false},
    {"provider", offsetof(struct access_caller, provider), false},
    {"role", offsetof(struct access_caller, role), true},
    {"purpose", offsetof(struct access_caller, purpose), true},
    {"session", offsetof(struct access_caller, session), false},
    {"origin", offsetof(struct access_caller, origin), false},
};
enum { TEXTS = sizeof texts / sizeof *texts };

static const struct str *text_at(const struct access_caller *c, size_t i)
{
    return (const struct str *)(const void *)((const char *)c + texts[i].at);
}

static void write_scopes(struct json_out *o, const struct access_scopes *s)
{
    json_out_object(o, "scopes");
    json_out_string(o, "patient", s->patient);
    json_out_array(o, "item");
    for (size_t i = 0; i < s->count; i++) {
        json_out_object(o, NULL);
        json_out_i64(o, "level", (int64_t)s->item[i].level);
        json_out_string(o, "type", s->item[i].type);
        json_out_i64(o, "actions", s->item[i].actions);
        json_out_string(o, "query", s->item[i].query);
        json_out_end_object(o);
    }
    json_out_end_array(o);
    json_out_end_object(o);
}

void caller_json_write(struct json_out *o, const char *key, const struct access_caller *c)
{
    json_out_object(o, key);
    json_out_cstr(o, "kind", kinds[c->kind]);
    for (size_t i = 0; i < TEXTS; i++)
        json_out_string(o, texts[i].key, *text_at(c, i));
    if (c->scopes)
        write_scopes(o, c->scopes);
    json_out_end_object(o);
}

static bool text_of(const struct json_doc *doc, uint32_t node, const char *key, struct arena *arena,
                    struct str *out)
{
    uint32_t at = json_get_key(doc, node, str_of(key));
    if (at == UINT32_MAX || doc->nodes[at].kind != JSON_STRING)
        return false;
    struct str text = json_text(doc, at);
    *out = text.n ? arena_str(arena, text) : STR("");
    return out->p;
}

static bool number_of(const struct json_doc *doc, uint32_t node, const char *key, uint64_t max, uint64_t *out)
{
    return str_u64(json_text(doc, json_get_key(doc, node, str_of(key))), max, out);
}

static bool read_scope(const struct json_doc *doc, uint32_t node, struct arena *arena,
                       struct access_scope *out)
{
    uint64_t level, actions;
    if (!number_of(doc, node, "level", ACCESS_LEVEL_SYSTEM, &level) ||
        !number_of(doc, node, "actions", UINT32_MAX, &actions))
        return false;
    out->level = (enum access_level)level;
    out->actions = (uint32_t)actions;
    return text_of(doc, node, "type", arena, &out->type) && text_of(doc, node, "query", arena, &out->query);
}

static bool read_scopes(const struct json_doc *doc, uint32_t node, struct arena *arena,
                        const struct access_scopes **out)
{
    struct access_scopes *s = ARENA_NEW(arena, struct access_scopes);
    uint32_t list = json_get_key(doc, node, STR("item"));
    struct access_scope *item =
        list == UINT32_MAX ? NULL : ARENA_ARRAY(arena, struct access_scope, doc->nodes[list].len + 1);
    if (!s || !item || !text_of(doc, node, "patient", arena, &s->patient))
        return false;
    JSON_EACH(doc, list, i)
    {
        if (!read_scope(doc, i, arena, &item[s->count++]))
            return false;
    }
    s->item = item;
    *out = s;
    return true;
}

bool caller_json_read(const struct json_doc *doc, uint32_t node, struct arena *arena,
                      struct access_caller *out)
{
    size_t kind = 0;
    *out = (struct access_caller){0};
    if (node == UINT32_MAX || doc->nodes[node].kind != JSON_OBJECT)
        return false;
    struct str name = json_text(doc, json_get_key(doc, node, STR("kind")));
    while (kind < sizeof kinds / sizeof *kinds && !str_is(name, kinds[kind]))
        kind++;
    if (kind == sizeof kinds / sizeof *kinds)
        return false;
    out->kind = (enum access_kind)kind;
    for (size_t i = 0; i < TEXTS; i++)
        if (!text_of(doc, node, texts[i].key, arena, (struct str *)(void *)((char *)out + texts[i].at)))
            return false;
    uint32_t scopes = json_get_key(doc, node, STR("scopes"));
    return scopes == UINT32_MAX || read_scopes(doc, scopes, arena, &out->scopes);
}

static bool same_scopes(const struct access_scopes *a, const struct access_scopes *b)
{
    if (!a || !b)
        return !a && !b;
    if (a->count != b->count || !str_eq(a->patient, b->patient))
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->item[i].level != b->item[i].level || a->item[i].actions != b->item[i].actions ||
            !str_eq(a->item[i].type, b->item[i].type) || !str_eq(a->item[i].query, b->item[i].query))
            return false;
    return true;
}

bool caller_json_same(const struct access_caller *a, const struct access_caller *b)
{
    for (size_t i = 0; i < TEXTS; i++)
        if (texts[i].identity && !str_eq(*text_at(a, i), *text_at(b, i)))
            return false;
    return a->kind == b->kind && same_scopes(a->scopes, b->scopes);
}
