/* SPDX-License-Identifier: Apache-2.0
 * Walks over many resources in rid order. Rids are read in chunks, so the callback may use the reader freely.
 */
#include "store/store_int.h"

enum { SCAN_CHUNK = 1024 };

/* One chunk of rids from st (its last parameter but one is bound by the caller). */
static bool scan_chunk(struct store_read *r, sqlite3_stmt *st, store_rid *rid, size_t *count, struct err *err)
{
    int rc = 1;
    *count = 0;
    while (*count < SCAN_CHUNK && (rc = db_step(r->db, st, err)) > 0)
        rid[(*count)++] = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return rc >= 0;
}

/* The resources of rid[]; *stop when the callback ended it. Deleted ones are passed over. */
static bool scan_give(struct store_read *r, const store_rid *rid, size_t count, store_each_fn *fn, void *arg,
                      bool *stop, struct err *err)
{
    for (size_t i = 0; i < count && !*stop; i++) {
        struct store_version v;
        struct arena_mark mark = arena_mark(&r->arena);
        enum store_found found = read_shown(r, rid[i], true, &r->arena, &v, err);
        if (found == STORE_FOUND)
            *stop = !fn(arg, &v);
        arena_rewind(&r->arena, mark);
        if (found == STORE_FAILED)
            return false;
    }
    return true;
}

bool store_scan(struct store_read *r, uint16_t type, store_rid after_rid, store_each_fn *fn, void *arg,
                struct err *err)
{
    store_rid rid[SCAN_CHUNK];
    size_t n = SCAN_CHUNK;
    bool stop = false;
    uint16_t durable = number_durable(&r->s->types, type);
    if (type && !durable)
        return true;
    while (n == SCAN_CHUNK && !stop) {
        sqlite3_stmt *st = db_get(r->db, type ? DB_KIND_ALL : DB_RES_ALL, err);
        if (!st)
            return false;
        if (type)
            sqlite3_bind_int64(st, 1, durable);
        sqlite3_bind_int64(st, type ? 2 : 1, after_rid);
        if (!scan_chunk(r, st, rid, &n, err) || !scan_give(r, rid, n, fn, arg, &stop, err))
            return false;
        if (n)
            after_rid = rid[n - 1];
    }
    return true;
}

/* How many of rid[] are there and seen. */
static bool scan_count(struct store_read *r, const store_rid *rid, size_t n, uint64_t *count, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct pin_state head;
        enum store_sight sight = STORE_SEEN;
        struct arena_mark mark = arena_mark(&r->arena);
        bool ok =
            pin_head(r, rid[i], &r->arena, &head, err) &&
            (!head.exists || sight_rows(r, rid[i], head.type, head.seq, head.packed, false, &sight, err));
        arena_rewind(&r->arena, mark);
        if (!ok)
            return false;
        *count += head.exists && sight != STORE_HIDDEN;
        if (sight == STORE_HIDDEN)
            sight_withhold(r);
    }
    return true;
}

bool store_count(struct store_read *r, uint16_t type, uint64_t *count, struct err *err)
{
    uint16_t durable = number_durable(&r->s->types, type);
    if (!r->sight.on || (type && (!durable || sight_whole(r, durable))))
        return read_count(r, type, count, err);
    store_rid rid[SCAN_CHUNK], after = 0;
    *count = 0;
    for (size_t n = SCAN_CHUNK; n == SCAN_CHUNK; after = n ? rid[n - 1] : after) {
        sqlite3_stmt *st = db_get(r->db, type ? DB_KIND_ALL : DB_RES_ALL, err);
        if (!st)
            return false;
        if (type)
            sqlite3_bind_int64(st, 1, durable);
        sqlite3_bind_int64(st, type ? 2 : 1, after);
        if (!scan_chunk(r, st, rid, &n, err) || !scan_count(r, rid, n, count, err))
            return false;
    }
    return true;
}

static bool scan_list(struct store_read *r, struct rid_list *list, sqlite3_stmt *st, struct err *err)
{
    int rc;
    while ((rc = db_step(r->db, st, err)) > 0)
        if (!rid_list_add(list, &r->arena, sqlite3_column_int64(st, 0), err)) {
            sqlite3_reset(st);
            return false;
        }
    return rc == 0;
}

/* The (durable) type whose resources have the parameter, named "Type.code"; 0: not one alone. */
static uint16_t scan_type_of(struct store_read *r, uint16_t param)
{
    const struct store_schema *schema = &r->s->schema;
    struct str rest = str_of(param ? schema->param_names[param] : ""), name;
    str_split(&rest, '.', &name);
    for (uint16_t type = 1; type < schema->type_count && param; type++)
        if (str_is(name, schema->type_names[type]))
            return number_durable(&r->s->types, type);
    return 0;
}

/* Drops those of whose references to target nothing is seen: a view may take rows away. */
static bool scan_pointing(struct store_read *r, uint16_t param, store_rid target, struct rid_list *list,
                          struct err *err)
{
    size_t kept = 0;
    if (!r->sight.on || !r->sight.on->masked_count)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        int points = sight_points(r, list->item[i], STORE_REFERENCE, param, target, err);
        if (points < 0)
            return false;
        if (points)
            list->item[kept++] = list->item[i];
    }
    list->count = kept;
    return true;
}

/* Drops those up to after. */
static bool scan_from(struct rid_list *list, store_rid after)
{
    size_t n = 0;
    while (n < list->count && list->item[n] <= after)
        n++;
    list->item += n;
    list->count -= n;
    return true;
}

bool store_referrers(struct store_read *r, store_rid rid, uint16_t param, store_rid after_rid,
                     store_each_fn *fn, void *arg, struct err *err)
{
    struct rid_list list = {0};
    struct arena_mark mark = arena_mark(&r->arena);
    uint16_t durable = number_durable(&r->s->params, param);
    if (param && !durable)
        return true;
    sqlite3_stmt *st = db_get(r->db, param ? DB_PATH_REFERENCE : DB_PATH_REFERENCE_ANY, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    sqlite3_bind_int64(st, 2, param ? durable : after_rid);
    if (param)
        sqlite3_bind_int64(st, 3, after_rid);
    bool stop = false, ok = scan_list(r, &list, st, err);
    rid_list_unique(&list);
    ok = ok && pin_pointing(r, scan_type_of(r, param), STORE_REFERENCE, durable, rid, &list, err) &&
         scan_from(&list, after_rid);
    ok = ok && scan_pointing(r, durable, rid, &list, err);
    ok = ok && scan_give(r, list.item, list.count, fn, arg, &stop, err);
    arena_rewind(&r->arena, mark);
    return ok;
}

/* One group of packed rows: every parameter it stands for. */
static bool scan_group(struct store_read *r, const struct rows_group *g, store_target_fn *fn, void *arg)
{
    for (int i = 0; i < g->params; i++) {
        uint16_t param = number_build(&r->s->params, g->param[i]);
        if (param && !fn(arg, param, g->row.name))
            return false;
    }
    return true;
}

bool store_targets(struct store_read *r, store_rid rid, store_target_fn *fn, void *arg, struct err *err)
{
    struct pin_state head;
    struct rows_group g;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = sight_head(r, rid, &r->arena, &head, err), go = ok;
    while (go && rows_next(&head.packed, rid, &g, &ok))
        if (g.row.kind == STORE_REFERENCE && g.row.name > 0)
            go = scan_group(r, &g, fn, arg);
    arena_rewind(&r->arena, mark);
    return ok || (!go ? false : err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL));
}

bool store_compartment(struct store_read *r, store_rid patient, store_rid after_rid, store_each_fn *fn,
                       void *arg, struct err *err)
{
    struct rid_list list = {0};
    struct arena_mark mark = arena_mark(&r->arena);
    sqlite3_stmt *st = db_get(r->db, DB_PATH_COMPARTMENT, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, patient);
    bool stop = false, ok = scan_list(r, &list, st, err);
    rid_list_unique(&list);
    ok = ok && pin_pointing(r, 0, STORE_CLINICAL, 0, patient, &list, err);
    if (ok && after_rid == 0)
        ok = scan_give(r, &patient, 1, fn, arg, &stop, err);
    for (size_t i = 0; i < list.count && ok && !stop; i++)
        if (list.item[i] > after_rid && list.item[i] != patient)
            ok = scan_give(r, &list.item[i], 1, fn, arg, &stop, err);
    arena_rewind(&r->arena, mark);
    return ok;
}
