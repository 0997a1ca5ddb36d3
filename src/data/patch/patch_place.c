/* SPDX-License-Identifier: Apache-2.0
 * FHIR elements in a JSON tree: a primitive is a value and a '_' sibling, a repeating one two lists that go
 * in step (R4 2.6.2.3). Everything here keeps them so. */
#include "patch/patch_int.h"

static struct str with_underscore(struct edit_budget *b, struct str name)
{
    return arena_printf(b->arena, "_%.*s", STR_ARG(name));
}

static struct edit *side_member(struct edit_budget *b, const struct edit *object, struct str name)
{
    struct str key = with_underscore(b, name);
    return key.p ? edit_member(object, key) : NULL;
}

bool place_of(struct edit *e, struct place *p)
{
    struct edit *member = e;
    p->index = -1;
    if (!e->parent)
        return false;
    if (e->parent->kind == JSON_ARRAY) {
        p->index = edit_index(e);
        member = e->parent;
        if (!member->parent)
            return false;
    }
    p->object = member->parent;
    p->name = member->key;
    if (p->name.n && p->name.p[0] == '_')
        p->name = str_sub(p->name, 1, p->name.n);
    return p->object->kind == JSON_OBJECT;
}

uint32_t place_list_count(const struct edit *object, struct str name)
{
    uint32_t n = 0;
    for (const struct edit *c = object->child; c; c = c->next) {
        bool side =
            c->key.n == name.n + 1 && c->key.p[0] == '_' && str_eq(str_sub(c->key, 1, c->key.n), name);
        if ((side || str_eq(c->key, name)) && c->kind == JSON_ARRAY) {
            uint32_t have = edit_count(c);
            n = have > n ? have : n;
        }
    }
    return n;
}

/* Item index of a list, NULL when there is no list or it is shorter. */
static struct edit *item_at(struct edit *list, uint32_t index)
{
    struct edit *c = list && list->kind == JSON_ARRAY ? list->child : NULL;
    while (c && index--)
        c = c->next;
    return c;
}

static bool all_null(const struct edit *list)
{
    for (const struct edit *c = list->child; c; c = c->next)
        if (c->kind != JSON_NULL)
            return false;
    return true;
}

/* Lists that hold nothing any more go. */
static void drop_if_empty(struct edit *list)
{
    if (list && list->kind == JSON_ARRAY && all_null(list))
        edit_remove(list);
}

struct content place_take(struct edit_budget *b, const struct place *p)
{
    struct content c = {edit_member(p->object, p->name), side_member(b, p->object, p->name)};
    if (p->index >= 0) {
        struct edit *values = c.value, *sides = c.side;
        c.value = item_at(values, (uint32_t)p->index);
        c.side = item_at(sides, (uint32_t)p->index);
        if (c.value)
            edit_remove(c.value);
        if (c.side)
            edit_remove(c.side);
        drop_if_empty(values);
        drop_if_empty(sides);
    } else {
        if (c.value)
            edit_remove(c.value);
        if (c.side)
            edit_remove(c.side);
    }
    if (c.value && c.value->kind == JSON_NULL)
        c.value = NULL;
    if (c.side && c.side->kind == JSON_NULL)
        c.side = NULL;
    return c;
}

void place_delete(struct edit_budget *b, const struct place *p)
{
    struct edit *object = p->object;
    place_take(b, p);
    /* An element without content may not be (ele-1): it goes too. A resource always has its type. */
    while (!object->child && object->parent) {
        struct place outer;
        if (!place_of(object, &outer))
            return;
        object = outer.object;
        /* Of a primitive whose '_' object is now empty the value stays. */
        struct edit *value = edit_member(object, outer.name), *item = value;
        if (outer.index >= 0)
            item = item_at(value, (uint32_t)outer.index);
        struct edit *side = side_member(b, object, outer.name);
        struct edit *side_item = outer.index >= 0 ? item_at(side, (uint32_t)outer.index) : side;
        if (item && item->kind != JSON_NULL && side_item && !side_item->child) {
            if (outer.index < 0)
                edit_remove(side);
            else {
                struct edit *nothing = edit_new(b, JSON_NULL);
                if (nothing)
                    edit_replace(side_item, nothing);
                drop_if_empty(side);
            }
            return;
        }
        place_take(b, &outer);
    }
}

/* Puts item (NULL: null) in at index of the list key, which is made, and filled up with nulls, as needed. */
static void insert_in_list(struct edit_budget *b, struct edit *object, struct str key, uint32_t index,
                           uint32_t count, struct edit *item)
{
    struct edit *list = edit_member(object, key);
    if (!list && !item)
        return;
    if (!list) {
        list = edit_new(b, JSON_ARRAY);
        if (!list || !key.p)
            return;
        list->key = key;
        edit_insert(object, UINT32_MAX, list);
    }
    for (uint32_t n = edit_count(list); n < count; n++) {
        struct edit *nothing = edit_new(b, JSON_NULL);
        if (!nothing)
            return;
        edit_insert(list, UINT32_MAX, nothing);
    }
    item = item ? item : edit_new(b, JSON_NULL);
    if (!item)
        return;
    item->key = (struct str){0};
    edit_insert(list, index, item);
}

void place_insert(struct edit_budget *b, struct edit *object, struct str name, uint32_t index,
                  struct content c)
{
    uint32_t count = place_list_count(object, name);
    insert_in_list(b, object, name, index, count, c.value);
    insert_in_list(b, object, with_underscore(b, name), index, count, c.side);
}

void place_replace(struct edit_budget *b, const struct place *p, struct content c)
{
    if (p->index >= 0) {
        place_take(b, p);
        place_insert(b, p->object, p->name, (uint32_t)p->index, c);
        return;
    }
    struct edit *value = edit_member(p->object, p->name), *side = side_member(b, p->object, p->name);
    if (value && !c.value)
        edit_remove(value);
    if (side && !c.side)
        edit_remove(side);
    if (c.value)
        edit_set(p->object, p->name, c.value);
    struct str key = with_underscore(b, p->name);
    if (c.side && key.p)
        edit_set(p->object, key, c.side);
}

struct edit *place_side(struct edit_budget *b, const struct place *p)
{
    struct str key = with_underscore(b, p->name);
    struct edit *side = key.p ? edit_member(p->object, key) : NULL;
    if (p->index < 0) {
        if (!side && key.p && (side = edit_new(b, JSON_OBJECT)) != NULL)
            edit_set(p->object, key, side);
        return side;
    }
    uint32_t count = place_list_count(p->object, p->name);
    struct edit *fresh = edit_new(b, JSON_OBJECT), *item = item_at(side, (uint32_t)p->index);
    if (item && item->kind == JSON_OBJECT)
        return item;
    if (!fresh || !key.p)
        return NULL;
    if (item) {
        edit_replace(item, fresh);
        return fresh;
    }
    /* Nulls before it, then itself, then nulls up to the end. */
    insert_in_list(b, p->object, key, (uint32_t)p->index, (uint32_t)p->index, fresh);
    side = edit_member(p->object, key);
    for (uint32_t n = side ? edit_count(side) : count; side && n < count; n++) {
        struct edit *nothing = edit_new(b, JSON_NULL);
        if (!nothing)
            return NULL;
        edit_insert(side, UINT32_MAX, nothing);
    }
    return fresh;
}
