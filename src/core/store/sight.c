/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sight.h"

#include "base/os.h"
#include "store/store_int.h"

enum { SIGHT_PATIENTS = 4 }; /* of one resource, before they need memory */

void sight_init(struct sight *v)
{
    *v = (struct sight){0};
    map_int_init(&v->known);
}

void sight_release(struct sight *v)
{
    map_int_release(&v->known);
    os_free(v->patient);
}

void sight_forget(struct sight *v)
{
    v->on = NULL;
    if (v->count)
        map_int_clear(&v->known);
    v->count = 0;
    v->last = 0;
    v->many = false;
    v->withheld = 0;
}

void store_read_view(struct store_read *r, const struct store_view *view)
{
    OS_ASSERT(!r->sight.asking);
    sight_forget(&r->sight);
    r->sight.on = view;
}

void store_read_seen(struct store_read *r, const store_rid **patient, size_t *count, bool *many,
                     uint64_t *withheld)
{
    *patient = r->sight.patient;
    *count = r->sight.count;
    *many = r->sight.many;
    *withheld = r->sight.withheld;
}

void sight_withhold(struct store_read *r)
{
    r->sight.withheld++;
}

/* ---- who was seen ---- */

static bool sight_note(struct sight *v, store_rid patient, struct err *err)
{
    if (patient == v->last || v->many || map_int_get(&v->known, patient))
        return true;
    if (v->count == STORE_SEEN_MAX) {
        v->many = true;
        return true;
    }
    if (!v->patient)
        v->patient = os_alloc(STORE_SEEN_MAX * sizeof *v->patient);
    if (!v->patient || !map_int_put(&v->known, patient, 1))
        return err_set(err, ERR_NO_MEMORY, NULL);
    v->patient[v->count++] = v->last = patient;
    return true;
}

/* ---- labels ---- */

/* The patients as they are found: a few on the stack, more in the reader's arena. */
struct patients {
    store_rid few[SIGHT_PATIENTS];
    struct rid_list list;
};

static bool label_take(struct store_read *r, const struct rows_label *row, struct store_label *l,
                       struct patients *p, struct err *err)
{
    if (row->which == 0) {
        l->date_ms = row->low;
        return l->type == r->s->patient_type || rid_list_add(&p->list, &r->arena, row->name, err);
    }
    if (row->which == STORE_LABEL_UNIT)
        l->unit = l->unit ? l->unit : row->name;
    else if (row->which == STORE_LABEL_PROVIDER)
        l->provider = l->provider ? l->provider : row->name;
    else
        l->flags |= (uint32_t)row->low;
    return true;
}

static bool label_read(struct store_read *r, struct store_label *l, struct patients *p, struct err *err)
{
    struct rows_label row = {0};
    bool ok = true;
    struct str packed = l->rows;
    l->date_ms = INT64_MIN;
    p->list = (struct rid_list){p->few, 0, SIGHT_PATIENTS};
    if (l->type == r->s->patient_type && !rid_list_add(&p->list, &r->arena, l->rid, err))
        return false;
    while (rows_next_label(&packed, l->rid, &row, &ok))
        if (!label_take(r, &row, l, p, err))
            return false;
    l->patient = p->list.item;
    l->patient_count = p->list.count;
    return ok || err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
}

store_rid store_label_target(const struct store_read *r, const struct store_label *label, uint16_t param,
                             size_t *at)
{
    uint16_t durable = number_durable(&r->s->params, param);
    struct str rest = str_sub(label->rows, *at, label->rows.n);
    struct rows_group g;
    bool ok = true, found = false;
    while (durable && !found && rows_next(&rest, label->rid, &g, &ok))
        for (int i = 0; i < g.params && !found; i++)
            found = g.row.kind == STORE_REFERENCE && g.row.name > 0 && g.param[i] == durable;
    *at = label->rows.n - rest.n;
    return found ? g.row.name : 0;
}

/* ---- what is seen ---- */

/* Asks the view, which may read anything through r meanwhile. */
static bool sight_ask(struct store_read *r, const struct store_label *label, enum store_sight *out,
                      struct err *err)
{
    const struct store_view *view = r->sight.on;
    int64_t pin = r->pin.seq;
    struct arena_mark mark = arena_mark(&r->arena);
    OS_ASSERT(r->db->level == 0);
    r->sight.on = NULL;
    r->sight.asking = true;
    r->db->level = 1;
    pin_set(&r->pin, PIN_NOW);
    bool ok = view->see(view->arg, r, label, out, err);
    pin_set(&r->pin, pin);
    r->db->level = 0;
    r->sight.asking = false;
    r->sight.on = view;
    arena_rewind(&r->arena, mark);
    if (*out == STORE_MASKED && !view->mask)
        *out = STORE_HIDDEN;
    return ok;
}

/* Notes whom it is about where the view says how that is told. */
static bool sight_about(struct store_read *r, const struct store_label *label, struct err *err)
{
    uint16_t param = r->sight.on->about ? r->sight.on->about[label->type] : 0;
    size_t at = 0;
    bool ok = true;
    for (store_rid t; ok && param && (t = store_label_target(r, label, param, &at));)
        ok = sight_note(&r->sight, t, err);
    return ok;
}

static bool sight_label(struct store_read *r, struct store_label *label, bool whole, bool give,
                        enum store_sight *out, struct err *err)
{
    struct patients patients;
    struct arena_mark mark = arena_mark(&r->arena);
    *out = whole ? STORE_SEEN : STORE_HIDDEN;
    bool ok = label_read(r, label, &patients, err) && (whole || sight_ask(r, label, out, err));
    for (size_t i = 0; ok && give && *out != STORE_HIDDEN && i < label->patient_count; i++)
        ok = sight_note(&r->sight, label->patient[i], err);
    if (ok && give && *out != STORE_HIDDEN)
        ok = sight_about(r, label, err);
    arena_rewind(&r->arena, mark);
    return ok;
}

bool sight_whole(const struct store_read *r, uint16_t type)
{
    const struct store_view *view = r->sight.on;
    return !view || (view->whole && view->whole[number_build(&r->s->types, type)]);
}

bool sight_rows(struct store_read *r, store_rid rid, uint16_t type, int64_t seq, struct str packed, bool give,
                enum store_sight *out, struct err *err)
{
    bool whole = sight_whole(r, type);
    *out = STORE_SEEN;
    if (!r->sight.on || (whole && !give))
        return true;
    struct store_label label = {
        .rid = rid, .type = number_build(&r->s->types, type), .seq = seq, .rows = packed};
    return sight_label(r, &label, whole, give, out, err);
}

/* The version whose label counts: of a deletion the one before. */
static bool sight_content(struct store_read *r, const struct store_version *v, struct store_version *out,
                          struct err *err)
{
    *out = *v;
    if (v->op != 'D' || v->version < 2)
        return true;
    return read_version(r, v->rid, v->version - 1, &r->arena, out, err) != STORE_FAILED;
}

bool sight_version(struct store_read *r, const struct store_version *v, bool give, enum store_sight *out,
                   struct err *err)
{
    uint16_t type = number_durable(&r->s->types, v->type);
    bool whole = sight_whole(r, type);
    *out = STORE_SEEN;
    if (!r->sight.on || (whole && !give))
        return true;
    struct store_label label = {.rid = v->rid, .type = v->type, .seq = v->seq, .deleted = v->op == 'D'};
    struct store_version content;
    struct arena_mark mark = arena_mark(&r->arena);
    bool ok = sight_content(r, v, &content, err) &&
              (!content.body.p || pin_rows(r, &content, &r->arena, &label.rows, err)) &&
              sight_label(r, &label, whole, give, out, err);
    arena_rewind(&r->arena, mark);
    return ok;
}

bool store_sight_of(struct store_read *r, store_rid rid, int64_t seq, enum store_sight *out, struct err *err)
{
    struct pin_state head;
    int64_t pin = r->pin.seq;
    struct arena_mark mark = arena_mark(&r->arena);
    *out = STORE_SEEN;
    if (!r->sight.on)
        return true;
    store_read_pin(r, seq);
    bool ok = pin_head(r, rid, &r->arena, &head, err);
    if (ok && !head.exists)
        *out = STORE_HIDDEN;
    else
        ok = ok && sight_rows(r, rid, head.type, head.seq, head.packed, false, out, err);
    pin_set(&r->pin, pin);
    arena_rewind(&r->arena, mark);
    return ok;
}

/* ---- what is masked ---- */

bool sight_mask(struct store_read *r, uint16_t build_type, struct arena *arena, struct str *body,
                struct err *err)
{
    const struct store_view *view = r->sight.on;
    return view->mask(view->arg, arena, build_type, *body, body, err);
}

bool sight_masks(const struct store_read *r, uint16_t param)
{
    const struct store_view *view = r->sight.on;
    uint16_t build = view && param ? number_build(&r->s->params, param) : 0;
    bool masked = build && view->masked_from && build >= view->masked_from;
    for (size_t i = 0; build && i < view->masked_count && !masked; i++)
        masked = view->masked_param[i] == build;
    return masked;
}

bool sight_mask_rows(struct store_read *r, store_rid rid, struct arena *arena, struct str *packed,
                     struct err *err)
{
    struct nrow *row;
    size_t count, kept = 0;
    if (!rows_unpack(*packed, rid, arena, &row, &count))
        return err_set(err, ERR_STORE_CORRUPT, "packed rows", NULL);
    for (size_t i = 0; i < count; i++)
        if (!sight_masks(r, row[i].param))
            row[kept++] = row[i];
    struct buf out;
    buf_init(&out, STORE_ARENA_MAX);
    rows_pack(row, kept, rid, &out);
    *packed = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){NULL, 0};
    buf_release(&out);
    return packed->p || err_set(err, ERR_NO_MEMORY, NULL);
}

bool sight_head(struct store_read *r, store_rid rid, struct arena *arena, struct pin_state *out,
                struct err *err)
{
    enum store_sight sight;
    if (!pin_head(r, rid, arena, out, err))
        return false;
    if (!r->sight.on || !out->exists)
        return true;
    if (!sight_rows(r, rid, out->type, out->seq, out->packed, false, &sight, err))
        return false;
    if (sight == STORE_HIDDEN)
        *out = (struct pin_state){0};
    return sight != STORE_MASKED || sight_mask_rows(r, rid, arena, &out->packed, err);
}

int sight_points(struct store_read *r, store_rid rid, uint8_t kind, uint16_t param, store_rid target,
                 struct err *err)
{
    struct pin_state head;
    struct arena_mark mark = arena_mark(&r->arena);
    int points = sight_head(r, rid, &r->arena, &head, err) ? pin_points(&head, rid, kind, param, target) : -1;
    arena_rewind(&r->arena, mark);
    return points;
}
