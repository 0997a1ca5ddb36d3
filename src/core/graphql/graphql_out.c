/* SPDX-License-Identifier: Apache-2.0 */
#include "graphql/graphql_int.h"

bool graphql_out_fail(struct err *err, struct gql_place place, struct str sv, struct str en)
{
    err_set_str(err, ERR_GRAPHQL, sv, en);
    err_place(err, place.line, place.column);
    return false;
}

struct gql_member *graphql_out_member(struct arena *arena, struct gql_object *o, struct str name,
                                      enum gql_list list, struct gql_place place)
{
    for (struct gql_member *m = o->first; m; m = m->next)
        if (str_eq(m->name, name)) {
            if (m->list == GQL_ONE)
                m->list = list;
            return m;
        }
    struct gql_member *m = ARENA_NEW(arena, struct gql_member);
    if (!m)
        return NULL;
    m->name = name;
    m->list = list;
    m->place = place;
    if (o->last)
        o->last->next = m;
    else
        o->first = m;
    o->last = m;
    return m;
}

struct gql_item *graphql_out_item(struct arena *arena, struct gql_member *m)
{
    struct gql_item *item = ARENA_NEW(arena, struct gql_item);
    if (!item)
        return NULL;
    if (m->last)
        m->last->next = item;
    else
        m->first = item;
    m->last = item;
    m->count++;
    return item;
}

static bool write_item(const struct gql_item *item, struct buf *out, struct err *err)
{
    if (item->object)
        return graphql_out_write(item->object, out, err);
    buf_str(out, item->text);
    return true;
}

static bool write_member(const struct gql_member *m, struct buf *out, struct err *err)
{
    bool list = m->list == GQL_MANY || (m->list == GQL_ONE && m->count > 1);
    if (m->list == GQL_SINGLETON && m->count > 1)
        return graphql_out_fail(err, m->place, STR("@singleton har flera värden"),
                                STR("@singleton has several values"));
    json_write_string(out, m->name);
    buf_cstr(out, list ? ":[" : ":");
    for (const struct gql_item *item = m->first; item; item = item->next) {
        if (item != m->first)
            buf_char(out, ',');
        if (!write_item(item, out, err))
            return false;
    }
    if (list)
        buf_char(out, ']');
    return true;
}

bool graphql_out_write(const struct gql_object *o, struct buf *out, struct err *err)
{
    bool first = true;
    buf_char(out, '{');
    for (const struct gql_member *m = o->first; m; m = m->next) {
        if (!m->count)
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        if (!write_member(m, out, err))
            return false;
    }
    buf_char(out, '}');
    return true;
}
