/* SPDX-License-Identifier: Apache-2.0
 * A JSON tree that can be changed: lists of children, in an arena, with a budget for every step. */
#include "base/dec.h"
#include "patch/patch_int.h"

static bool spend(struct edit_budget *b)
{
    if (!b->steps)
        return false;
    b->steps--;
    return true;
}

struct edit *edit_new(struct edit_budget *b, uint8_t kind)
{
    struct edit *e = spend(b) ? ARENA_NEW(b->arena, struct edit) : NULL;
    if (e)
        e->kind = kind;
    return e;
}

struct edit *edit_of(struct edit_budget *b, const struct json_doc *doc, uint32_t i, struct edit **map)
{
    const struct json_node *n = &doc->nodes[i];
    struct edit *e = edit_new(b, n->kind), **to;
    if (!e)
        return NULL;
    if (map)
        map[i] = e;
    e->key = (struct str){n->key, n->key_len};
    if (n->kind == JSON_NUMBER || n->kind == JSON_STRING)
        e->text = (struct str){n->text, n->len};
    if (n->kind < JSON_ARRAY)
        return e;
    to = &e->child;
    JSON_EACH(doc, i, c)
    {
        *to = edit_of(b, doc, c, map);
        if (!*to)
            return NULL;
        (*to)->parent = e;
        to = &(*to)->next;
    }
    return e;
}

struct edit *edit_copy(struct edit_budget *b, const struct edit *e)
{
    struct edit *copy = edit_new(b, e->kind), **to;
    if (!copy)
        return NULL;
    copy->key = e->key;
    copy->text = e->text;
    to = &copy->child;
    for (const struct edit *c = e->child; c; c = c->next) {
        *to = edit_copy(b, c);
        if (!*to)
            return NULL;
        (*to)->parent = copy;
        to = &(*to)->next;
    }
    return copy;
}

bool edit_within(struct edit_budget *b, const struct edit *e, uint32_t levels)
{
    if (!levels || !spend(b))
        return false;
    for (const struct edit *c = e->child; c; c = c->next)
        if (!edit_within(b, c, levels - 1))
            return false;
    return true;
}

struct edit *edit_find(struct edit_budget *b, const struct edit *object, struct str key)
{
    for (struct edit *c = object->child; c && spend(b); c = c->next)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

struct edit *edit_member(const struct edit *object, struct str key)
{
    for (struct edit *c = object->child; c; c = c->next)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

struct edit *edit_item(struct edit_budget *b, const struct edit *array, uint32_t index)
{
    struct edit *c = array->child;
    for (; c && index; index--) {
        if (!spend(b))
            return NULL;
        c = c->next;
    }
    return c;
}

uint32_t edit_count(const struct edit *e)
{
    uint32_t n = 0;
    for (const struct edit *c = e->child; c; c = c->next)
        n++;
    return n;
}

uint32_t edit_index(const struct edit *e)
{
    uint32_t n = 0;
    for (const struct edit *c = e->parent->child; c != e; c = c->next)
        n++;
    return n;
}

void edit_insert(struct edit *parent, uint32_t index, struct edit *e)
{
    struct edit **at = &parent->child;
    while (*at && index--)
        at = &(*at)->next;
    e->next = *at;
    e->parent = parent;
    *at = e;
}

void edit_remove(struct edit *e)
{
    struct edit **at = &e->parent->child;
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    e->next = e->parent = NULL;
}

void edit_replace(struct edit *old, struct edit *e)
{
    struct edit **at = &old->parent->child;
    while (*at != old)
        at = &(*at)->next;
    e->key = old->key;
    e->next = old->next;
    e->parent = old->parent;
    *at = e;
    old->next = old->parent = NULL;
}

void edit_set(struct edit *object, struct str key, struct edit *e)
{
    struct edit *old = edit_member(object, key);
    e->key = key;
    if (old)
        edit_replace(old, e);
    else
        edit_insert(object, UINT32_MAX, e);
    e->key = key;
}

static bool same_number(struct str a, struct str b)
{
    struct dec x, y;
    if (!dec_parse(a, &x) || !dec_parse(b, &y))
        return str_eq(a, b);
    return dec_cmp(x, y) == 0;
}

bool edit_equal(struct edit_budget *b, const struct edit *x, const struct edit *y)
{
    if (x->kind != y->kind || !spend(b))
        return false;
    if (x->kind == JSON_NUMBER)
        return same_number(x->text, y->text);
    if (x->kind == JSON_STRING)
        return str_eq(x->text, y->text);
    if (x->kind < JSON_ARRAY)
        return true;
    const struct edit *d = y->child;
    uint32_t n = 0;
    for (const struct edit *c = x->child; c; c = c->next, n++) {
        /* Mostly in the same order. */
        if (x->kind == JSON_OBJECT && !(d && str_eq(d->key, c->key)))
            d = edit_find(b, y, c->key);
        if (!d || !edit_equal(b, c, d))
            return false;
        d = d->next;
    }
    return n == edit_count(y);
}

void edit_write(const struct edit *e, struct buf *out)
{
    static const char *const words[] = {[JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
    if (e->kind < JSON_NUMBER) {
        buf_cstr(out, words[e->kind]);
        return;
    }
    if (e->kind == JSON_NUMBER) {
        buf_str(out, e->text);
        return;
    }
    if (e->kind == JSON_STRING) {
        json_write_string(out, e->text);
        return;
    }
    bool object = e->kind == JSON_OBJECT;
    buf_char(out, object ? '{' : '[');
    for (const struct edit *c = e->child; c; c = c->next) {
        if (c != e->child)
            buf_char(out, ',');
        if (object) {
            json_write_string(out, c->key);
            buf_char(out, ':');
        }
        edit_write(c, out);
    }
    buf_char(out, object ? '}' : ']');
}

struct str edit_text(const struct edit *e, struct arena *arena)
{
    struct buf out;
    struct str text = {0};
    buf_init(&out, JSON_SIZE_MAX);
    edit_write(e, &out);
    if (buf_ok(&out))
        text = arena_str(arena, buf_get(&out));
    buf_release(&out);
    return text;
}
