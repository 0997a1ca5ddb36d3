/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pin.h"

#include "store/change.h"
#include "store/lookup.h"

enum { PIN_NOW_THERE = 1, PIN_CREATED = 2, PIN_TYPE_SHIFT = 2 };

void pin_init(struct pin *a)
{
    *a = (struct pin){.seq = PIN_NOW, .kept = PIN_NOW};
    map_int_init(&a->changed);
    map_int_init(&a->known);
    arena_init(&a->arena);
    arena_limit(&a->arena, STORE_ARENA_MAX);
}

void pin_release(struct pin *a)
{
    map_int_release(&a->changed);
    map_int_release(&a->known);
    arena_release(&a->arena);
}

void pin_forget(struct pin *a)
{
    a->seq = a->kept = PIN_NOW;
    a->walked = false;
    map_int_clear(&a->changed);
    map_int_clear(&a->known);
    a->state = NULL;
    a->states = a->states_cap = 0;
    arena_release(&a->arena);
    arena_limit(&a->arena, STORE_ARENA_MAX);
}

void pin_set(struct pin *a, int64_t pin)
{
    if (pin != PIN_NOW && pin != a->kept) {
        pin_forget(a);
        a->kept = pin;
    }
    a->seq = pin;
}

/* ---- what has changed since ---- */

static bool pin_note(struct pin *a, const struct change *c, struct err *err)
{
    int64_t *known = map_int_get(&a->changed, c->rid);
    int64_t there = c->op == OP_DELETED ? 0 : PIN_NOW_THERE;
    int64_t created = c->version == 1 ? PIN_CREATED : 0;
    if (known) {
        *known = (*known & ~(int64_t)PIN_NOW_THERE) | there;
        return true;
    }
    return map_int_put(&a->changed, c->rid, (int64_t)c->type << PIN_TYPE_SHIFT | created | there) ||
           err_set(err, ERR_NO_MEMORY, NULL);
}

static bool pin_note_part(struct store_read *r, struct str data, uint64_t *total, struct err *err)
{
    struct change *c;
    size_t n;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = change_decode(data, &r->arena, &c, &n, err);
    *total += ok ? n : 0;
    if (*total > PIN_WALK_MAX)
        ok = err_set(err, ERR_SEARCH_PAGE_OLD, NULL);
    for (size_t i = 0; i < n && ok; i++)
        ok = pin_note(&r->pin, &c[i], err);
    arena_rewind(&r->arena, mark);
    return ok;
}

static bool pin_walk(struct store_read *r, struct err *err)
{
    if (r->pin.walked)
        return true;
    sqlite3_stmt *st = db_get(r->db, DB_CHANGE_SINCE, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, r->pin.seq);
    int rc;
    uint64_t total = 0;
    while ((rc = db_step(r->db, st, err)) > 0)
        if (!pin_note_part(r, db_column_blob(st, 0), &total, err))
            break;
    sqlite3_reset(st);
    r->pin.walked = rc == 0;
    if (rc != 0)
        map_int_clear(&r->pin.changed);
    return rc == 0;
}

static bool pin_of_type(int64_t entry, const uint16_t *type, size_t count)
{
    bool found = type == NULL;
    for (size_t i = 0; i < count && !found; i++)
        found = entry >> PIN_TYPE_SHIFT == type[i];
    return found;
}

int pin_touched(struct store_read *r, const uint16_t *type, size_t count, struct err *err)
{
    if (!pin_walk(r, err))
        return -1;
    const struct map_int *m = &r->pin.changed;
    for (size_t i = 0; i < m->cap; i++)
        if (m->key[i] && pin_of_type(m->value[i], type, count))
            return 1;
    return 0;
}

bool pin_changed(const struct store_read *r, store_rid rid)
{
    return map_int_get(&r->pin.changed, rid) != NULL;
}

bool pin_list(struct store_read *r, const uint16_t *type, size_t count, struct arena *arena,
              struct rid_list *out, struct err *err)
{
    const struct map_int *m = &r->pin.changed;
    *out = (struct rid_list){0};
    if (!pin_walk(r, err))
        return false;
    for (size_t i = 0; i < m->cap; i++) {
        if (!m->key[i] || m->value[i] & PIN_CREATED || !pin_of_type(m->value[i], type, count))
            continue;
        if (out->count == PIN_CHANGED_MAX)
            return err_set(err, ERR_SEARCH_PAGE_OLD, NULL);
        if (!rid_list_add(out, arena, m->key[i], err))
            return false;
    }
    rid_list_unique(out);
    return true;
}

/* Was it there at the pin? 1, 0, -1 failed. */
static int pin_there(struct store_read *r, store_rid rid, struct err *err)
{
    sqlite3_stmt *st = db_get(r->db, DB_HIST_ASOF, err);
    if (!st)
        return -1;
    sqlite3_bind_int64(st, 1, rid);
    sqlite3_bind_int64(st, 2, r->pin.seq);
    int rc = db_step(r->db, st, err);
    int there = rc > 0 ? sqlite3_column_int(st, 2) != OP_DELETED : rc;
    sqlite3_reset(st);
    return there;
}

bool pin_more(struct store_read *r, uint16_t type, int64_t *more, struct err *err)
{
    const struct map_int *m = &r->pin.changed;
    size_t looked = 0;
    *more = 0;
    if (!pin_walk(r, err))
        return false;
    for (size_t i = 0; i < m->cap; i++) {
        if (!m->key[i] || !pin_of_type(m->value[i], type ? &type : NULL, 1))
            continue;
        bool created = m->value[i] & PIN_CREATED;
        if (!created && ++looked > PIN_CHANGED_MAX)
            return err_set(err, ERR_SEARCH_PAGE_OLD, NULL);
        int then = created ? 0 : pin_there(r, m->key[i], err);
        if (then < 0)
            return false;
        *more += then - (m->value[i] & PIN_NOW_THERE ? 1 : 0);
    }
    return true;
}

/* ---- one resource as it was ---- */

static struct pin_state *pin_add(struct pin *a, store_rid rid, struct err *err)
{
    if (a->states == a->states_cap) {
        size_t cap = a->states_cap ? a->states_cap * 2 : 64;
        struct pin_state *grown = arena_grow(&a->arena, a->state, a->states, cap, sizeof *grown);
        if (!grown) {
            err_set(err, ERR_NO_MEMORY, NULL);
            return NULL;
        }
        a->state = grown;
        a->states_cap = cap;
    }
    if (!map_int_put(&a->known, rid, (int64_t)a->states + 1)) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    a->state[a->states] = (struct pin_state){0};
    return &a->state[a->states++];
}

bool pin_rows(struct store_read *r, const struct store_version *v, struct arena *arena, struct str *packed,
              struct err *err)
{
    struct store_hooks *hooks = &r->s->hooks;
    struct store_rows rows = {0};
    struct nrow *row;
    size_t count;
    if (!hooks->extract(hooks->arg, &r->arena, v->type, v->body, &rows, err) ||
        !lookup_rows(r, &rows, &r->arena, &row, &count, err))
        return false;
    struct buf out;
    buf_init(&out, STORE_ARENA_MAX);
    rows_pack(row, count, v->rid, &out);
    *packed = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){NULL, 0};
    buf_release(&out);
    return packed->p || err_set(err, ERR_NO_MEMORY, NULL);
}

/* The version's rows, packed, and its id, in the arena of the pin. */
static bool pin_fill(struct store_read *r, const struct store_version *v, struct pin_state *out,
                     struct err *err)
{
    if (!pin_rows(r, v, &r->pin.arena, &out->packed, err))
        return false;
    out->id = arena_str(&r->pin.arena, v->id);
    out->type = number_durable(&r->s->types, v->type);
    out->seq = v->seq;
    out->exists = true;
    return out->id.p || err_set(err, ERR_NO_MEMORY, NULL);
}

const struct pin_state *pin_get(struct store_read *r, store_rid rid, struct err *err)
{
    const int64_t *known = map_int_get(&r->pin.known, rid);
    if (known)
        return &r->pin.state[*known - 1];
    struct store_version v;
    struct pin_state state = {0}, *kept = NULL;
    struct arena_mark mark = arena_mark(&r->arena);
    enum store_found found = read_current(r, rid, true, &r->arena, &v, err);
    if (found != STORE_FAILED && (found != STORE_FOUND || pin_fill(r, &v, &state, err)))
        kept = pin_add(&r->pin, rid, err);
    if (kept)
        *kept = state;
    arena_rewind(&r->arena, mark);
    return kept;
}

bool pin_points(const struct pin_state *s, store_rid rid, uint8_t kind, uint16_t param, store_rid target)
{
    struct str packed = s->packed;
    struct rows_group g;
    bool ok = s->exists, found = false;
    while (!found && rows_next(&packed, rid, &g, &ok)) {
        bool named = param == 0;
        for (int i = 0; i < g.params && !named; i++)
            named = g.param[i] == param;
        found = named && g.row.kind == kind && g.row.name == target;
    }
    return found;
}

bool pin_pointing(struct store_read *r, uint16_t type, uint8_t kind, uint16_t param, store_rid target,
                  struct rid_list *list, struct err *err)
{
    struct rid_list past;
    size_t kept = 0;
    if (r->pin.seq == PIN_NOW)
        return true;
    if (!pin_list(r, type ? &type : NULL, 1, &r->arena, &past, err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!pin_changed(r, list->item[i]))
            list->item[kept++] = list->item[i];
    list->count = kept;
    for (size_t i = 0; i < past.count; i++) {
        const struct pin_state *s = pin_get(r, past.item[i], err);
        if (!s)
            return false;
        if (pin_points(s, past.item[i], kind, param, target) &&
            !rid_list_add(list, &r->arena, past.item[i], err))
            return false;
    }
    rid_list_unique(list);
    return true;
}

static bool pin_row(struct store_read *r, store_rid rid, bool id, struct arena *arena, struct pin_state *out,
                    struct err *err)
{
    *out = (struct pin_state){0};
    sqlite3_stmt *st = db_get(r->db, DB_RES_HEAD, err);
    if (!st)
        return false;
    sqlite3_bind_int64(st, 1, rid);
    int rc = db_step(r->db, st, err);
    if (rc <= 0)
        return rc == 0;
    out->seq = sqlite3_column_int64(st, 3);
    if (out->seq > r->pin.seq) {
        sqlite3_reset(st);
        const struct pin_state *then = pin_get(r, rid, err);
        *out = then ? *then : *out;
        return then != NULL;
    }
    out->exists = sqlite3_column_int64(st, 2) > 0 && sqlite3_column_int(st, 4) != OP_DELETED;
    out->type = (uint16_t)sqlite3_column_int(st, 0);
    if (id)
        out->id = read_column_id(st, 1, arena);
    out->packed = arena_str(arena, db_column_blob(st, 5));
    sqlite3_reset(st);
    return ((out->id.p || !id) && out->packed.p) || err_set(err, ERR_NO_MEMORY, NULL);
}

bool pin_read(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
              struct err *err)
{
    return pin_row(r, rid, true, arena, out, err);
}

bool pin_head(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
              struct err *err)
{
    return pin_row(r, rid, false, arena, out, err);
}
