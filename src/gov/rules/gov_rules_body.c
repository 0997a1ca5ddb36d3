/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/gov_rules_body.h"

#include "base/dec.h"

static const struct gov_body nothing;

static struct gov_body at(const struct gov_body *b, uint32_t node)
{
    return node == UINT32_MAX ? nothing : (struct gov_body){b->doc, node};
}

static enum json_kind kind(const struct gov_body *b)
{
    return b->doc->nodes[b->node].kind;
}

struct gov_body gov_rules_body_get(const struct gov_body *b, const char *key)
{
    if (!b->doc || kind(b) != JSON_OBJECT)
        return nothing;
    return at(b, json_get_key(b->doc, b->node, str_of(key)));
}

static struct gov_body first(struct gov_body b)
{
    if (b.doc && kind(&b) == JSON_ARRAY)
        return b.doc->nodes[b.node].len ? at(&b, b.node + 1) : nothing;
    return b;
}

struct str gov_rules_body_text(const struct gov_body *b, const char *path)
{
    struct str rest = str_of(path), part;
    struct gov_body now = *b;
    while (now.doc && rest.p && str_split(&rest, '.', &part))
        now = kind(&now) == JSON_OBJECT ? first(at(&now, json_get_key(now.doc, now.node, part))) : nothing;
    return now.doc ? json_text(now.doc, now.node) : (struct str){0};
}

size_t gov_rules_body_count(const struct gov_body *b, const char *key)
{
    struct gov_body list = gov_rules_body_get(b, key);
    if (!list.doc)
        return 0;
    return kind(&list) == JSON_ARRAY ? list.doc->nodes[list.node].len : 1;
}

bool gov_rules_body_item(const struct gov_body *b, const char *key, size_t i, struct gov_body *out)
{
    struct gov_body list = gov_rules_body_get(b, key);
    *out = nothing;
    if (!list.doc || kind(&list) != JSON_ARRAY) {
        *out = i == 0 ? list : nothing;
        return out->doc != NULL;
    }
    JSON_EACH(list.doc, list.node, c)
    {
        if (i-- == 0) {
            *out = at(&list, c);
            return true;
        }
    }
    return false;
}

bool gov_rules_body_find(const struct gov_body *b, const char *key, const char *by, struct str text,
                         struct gov_body *out)
{
    for (size_t i = 0; gov_rules_body_item(b, key, i, out); i++)
        if (str_eq(gov_rules_body_text(out, by), text))
            return true;
    return false;
}

bool gov_rules_body_true(const struct gov_body *b, const char *key)
{
    struct gov_body v = gov_rules_body_get(b, key);
    return v.doc && kind(&v) == JSON_TRUE;
}

static bool same_object(const struct gov_body *a, const struct gov_body *b)
{
    JSON_EACH(a->doc, a->node, c)
    {
        const struct json_node *n = &a->doc->nodes[c];
        struct gov_body x = at(a, c),
                        y = at(b, json_get_key(b->doc, b->node, (struct str){n->key, n->key_len}));
        if (!y.doc || !gov_rules_body_same(&x, &y))
            return false;
    }
    return true;
}

static bool same_array(const struct gov_body *a, const struct gov_body *b)
{
    uint32_t d = b->node + 1;
    JSON_EACH(a->doc, a->node, c)
    {
        struct gov_body x = at(a, c), y = at(b, d);
        if (!gov_rules_body_same(&x, &y))
            return false;
        d = b->doc->nodes[d].end;
    }
    return true;
}

bool gov_rules_body_same(const struct gov_body *a, const struct gov_body *b)
{
    if (!a->doc || !b->doc)
        return !a->doc && !b->doc;
    const struct json_node *x = &a->doc->nodes[a->node], *y = &b->doc->nodes[b->node];
    if (x->kind != y->kind)
        return false;
    switch (x->kind) {
    case JSON_OBJECT:
        return x->len == y->len && same_object(a, b);
    case JSON_ARRAY:
        return x->len == y->len && same_array(a, b);
    case JSON_NUMBER:
    case JSON_STRING:
        return str_eq((struct str){x->text, x->len}, (struct str){y->text, y->len});
    default:
        return true;
    }
}

bool gov_rules_body_same_at(const struct gov_body *a, const struct gov_body *b, const char *key)
{
    struct gov_body x = gov_rules_body_get(a, key), y = gov_rules_body_get(b, key);
    return gov_rules_body_same(&x, &y);
}

static bool named(struct str key, const char *const *list)
{
    static const char *const never[] = {"id", "meta", "resourceType", NULL};
    for (const char *const *n = never; *n; n++)
        if (str_is(key, *n))
            return true;
    for (; list && *list; list++)
        if (str_is(key, *list))
            return true;
    return false;
}

/* A member of a that b lacks or says otherwise. */
static struct str differs(const struct gov_body *a, const struct gov_body *b, const char *const *allowed)
{
    JSON_EACH(a->doc, a->node, c)
    {
        const struct json_node *n = &a->doc->nodes[c];
        struct str key = {n->key, n->key_len};
        struct gov_body x = at(a, c), y = at(b, json_get_key(b->doc, b->node, key));
        if (!named(key, allowed) && !gov_rules_body_same(&x, &y))
            return key;
    }
    return (struct str){0};
}

struct str gov_rules_body_changed(const struct gov_body *a, const struct gov_body *b,
                                  const char *const *allowed)
{
    struct str key = differs(a, b, allowed);
    return key.p ? key : differs(b, a, allowed);
}

bool gov_rules_body_extends(const struct gov_body *a, const struct gov_body *b, const char *key)
{
    struct gov_body x, y;
    for (size_t i = 0; gov_rules_body_item(a, key, i, &x); i++)
        if (!gov_rules_body_item(b, key, i, &y) || !gov_rules_body_same(&x, &y))
            return false;
    return true;
}

/* "2026-11" stands for all of its days: compared as far as the shorter one goes. */
static int date_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    n = n < 10 ? n : 10;
    return n ? memcmp(a.p, b.p, n) : 0;
}

bool gov_rules_body_within(const struct gov_body *b, const char *key, struct str date)
{
    struct gov_body period = gov_rules_body_get(b, key);
    struct str start = gov_rules_body_text(&period, "start"), end = gov_rules_body_text(&period, "end");
    return date.n >= 10 && date_cmp(start, date) <= 0 && (!end.n || date_cmp(date, end) <= 0);
}

bool gov_rules_body_less(struct str a, struct str b)
{
    struct dec x, y;
    return dec_parse(a, &x) && dec_parse(b, &y) && dec_cmp(x, y) < 0;
}
