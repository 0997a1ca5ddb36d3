/* SPDX-License-Identifier: Apache-2.0
 * Whose records a call gave out or changed: what its readers saw, the rows of what it wrote, and whom it
 * asked for by name. */
#include "access/access_near.h"
#include "access/facts.h"
#include "api/audited.h"
#include "api/guard.h"
#include "audit/audit.h"
#include "fhir_gen/names.h"

enum {
    WHOSE_HASHED = 4096, /* slots for telling patients apart; a power of two over AUDIT_PATIENTS_MAX */
    WHOSE_FEW = 8,       /* so many are told apart by looking */
};

/* ---- the set ---- */

static uint16_t *slot_of(struct call *c, struct str id)
{
    struct call_whose *w = &c->whose;
    size_t at = hash_word(id.p, id.n) & (WHOSE_HASHED - 1);
    while (w->slot[at] && !str_eq(w->item[w->slot[at] - 1], id))
        at = (at + 1) & (WHOSE_HASHED - 1);
    return &w->slot[at];
}

static bool slots_begin(struct call *c)
{
    c->whose.slot = ARENA_ARRAY(c->arena, uint16_t, WHOSE_HASHED);
    for (size_t i = 0; c->whose.slot && i < c->whose.count; i++)
        *slot_of(c, c->whose.item[i]) = (uint16_t)(i + 1);
    return c->whose.slot;
}

static bool known(struct call *c, struct str id)
{
    if (c->whose.slot)
        return *slot_of(c, id);
    for (size_t i = 0; i < c->whose.count; i++)
        if (str_eq(c->whose.item[i], id))
            return true;
    return false;
}

/* Without memory there are many: the log then says that not all are named. */
static bool room(struct call *c)
{
    struct call_whose *w = &c->whose;
    if (w->count == AUDIT_PATIENTS_MAX || (w->count == WHOSE_FEW && !w->slot && !slots_begin(c)))
        return false;
    if (w->count < w->cap)
        return true;
    size_t cap = w->cap ? w->cap * 4 : WHOSE_FEW;
    struct str *more = arena_grow(c->arena, w->item, w->cap, cap, sizeof(*more));
    if (!more)
        return false;
    w->item = more;
    w->cap = cap;
    return true;
}

void audited_name(struct call *c, struct str id)
{
    struct call_whose *w = &c->whose;
    if (!c->api->audit || w->many || known(c, id))
        return;
    struct str copy = room(c) ? arena_str(c->arena, id) : (struct str){0};
    w->many = !copy.p;
    if (w->many)
        return;
    w->item[w->count++] = copy;
    if (w->slot)
        *slot_of(c, copy) = (uint16_t)w->count;
}

void audited_pack(const struct call *c, struct buf *out)
{
    for (size_t i = 0; i < c->whose.count; i++) {
        buf_str(out, c->whose.item[i]);
        buf_char(out, '\n');
    }
}

void audited_unpack(struct call *c, struct str packed)
{
    struct str id;
    bool many = c->whose.many;
    c->whose = (struct call_whose){0};
    while (packed.n && str_split(&packed, '\n', &id))
        if (id.n)
            audited_name(c, id);
    c->whose.many = c->whose.many || many;
}

/* ---- what was given out ---- */

/* Marks one's own record and a colleague's. What cannot be read now is not marked: the patterns over the
 * index find what there is to find, and the access itself is in the log. */
static void mark_near(struct call *c, struct store_read *r, store_rid patient, struct str id)
{
    uint32_t near = 0;
    struct err err;
    if (!c->view || !access_near(c->view, r, patient, id, &near, &err))
        return;
    c->flags |= (near & ACCESS_NEAR_OWN ? AUDIT_FLAG_OWN : 0u) |
                (near & ACCESS_NEAR_COLLEAGUE ? AUDIT_FLAG_COLLEAGUE : 0u);
}

void audited_seen(struct call *c, struct store_read *r)
{
    const store_rid *patient;
    size_t count;
    uint64_t withheld;
    bool many;
    store_read_seen(r, &patient, &count, &many, &withheld);
    c->withheld += withheld;
    store_rid *seen = c->api->audit && count ? ARENA_ARRAY(c->arena, store_rid, count) : NULL;
    c->whose.many = c->whose.many || many || (c->api->audit && count && !seen);
    if (!seen)
        return;
    memcpy(seen, patient, count * sizeof *seen);
    store_read_view(r, NULL);
    for (size_t i = 0; i < count && !c->whose.many; i++) {
        struct err err;
        uint16_t type;
        struct str id;
        if (!store_name(r, seen[i], c->arena, &type, &id, &err))
            c->whose.many = true;
        else if (type == FHIR_TYPE_Patient) {
            audited_name(c, id);
            mark_near(c, r, seen[i], id);
        }
    }
    guard_reader(c, r);
}

bool audited_whose(const struct call *c, const struct store_row *row)
{
    fhir_param_id about = c->api->watch.about[c->type];
    if (c->type == FHIR_TYPE_Patient)
        return false;
    return row->index == STORE_CLINICAL ? row->hash == 0
                                        : row->index == STORE_REFERENCE && about && row->param == about &&
                                              row->target_type == FHIR_TYPE_Patient;
}

void audited_written(struct call *c, const struct store_change *change)
{
    c->wrote = true;
    if (c->type == FHIR_TYPE_Patient)
        audited_name(c, change->id);
    for (size_t i = 0; i < change->row_count; i++)
        if (audited_whose(c, &change->rows[i]))
            audited_name(c, change->rows[i].text);
}

/* A search for somebody is told of even when nothing is found. */
static void name_asked(struct call *c)
{
    for (size_t i = 0; i < c->param_count; i++) {
        struct str name = c->params[i].name, value = c->params[i].value, one;
        bool self = c->type == FHIR_TYPE_Patient && str_is(name, "_id");
        if (!self && !str_is(name, "patient") && !str_is(name, "subject"))
            continue;
        while (value.p && str_split(&value, ',', &one)) {
            if (str_starts(one, STR("Patient/")))
                one = str_sub(one, 8, one.n);
            if (fhir_prim_valid(FHIR_PRIM_ID, one))
                audited_name(c, one);
        }
    }
}

/* A write that was refused before anything was made of it. */
static void name_sent(struct call *c)
{
    const struct bundle *b = c->bundle;
    bool resource = c->route && (c->route->run == create_run || c->route->run == update_run ||
                                 c->route->run == update_conditional_run);
    if (c->entry || c->resp->status < 400 || c->wrote)
        return;
    for (size_t i = 0; b && i < b->count; i++)
        if (!b->item[i].call.wrote)
            audited_sent(&b->item[i].call, b->doc, b->item[i].resource);
    if (resource)
        audited_sent_body(c);
}

void audited_patients(struct call *c)
{
    bool named = c->type == FHIR_TYPE_Patient || c->compartment == FHIR_TYPE_Patient;
    if (!c->api->audit)
        return;
    /* What was only read is not given out when the answer is a refusal. */
    if (c->resp->status >= 400 && !c->wrote) {
        c->whose = (struct call_whose){0};
        c->flags = 0;
    }
    if (audited_emergency(c) && c->resp->status == 201) /* opened, not asked about or ended */
        c->flags |= AUDIT_FLAG_EMERGENCY;
    if (named && c->id.n)
        audited_name(c, c->id);
    name_asked(c);
    name_sent(c);
    c->whose.many = c->whose.many || (c->resp->stream.read && !c->whose.whole);
}

/* ---- without accounts everything is seen, and told of ---- */

static bool see_all(void *arg, struct store_read *r, const struct store_label *label, enum store_sight *out,
                    struct err *err)
{
    (void)arg;
    (void)r;
    (void)label;
    (void)err;
    *out = STORE_SEEN;
    return true;
}

bool audited_watch(struct api *a, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    const struct rules *rules = rules_read(rules_file, NULL, &arena, err);
    if (rules) {
        a->watch_whole = os_alloc(fhir_type_count * sizeof *a->watch_whole);
        a->watch_about = os_alloc(fhir_type_count * sizeof *a->watch_about);
    }
    bool ok = a->watch_whole && a->watch_about;
    for (fhir_type_id t = 0; ok && t < fhir_type_count; t++) {
        a->watch_whole[t] = true;
        a->watch_about[t] = t ? facts_about(rules, t) : 0;
    }
    if (ok)
        a->watch = (struct store_view){.see = see_all, .whole = a->watch_whole, .about = a->watch_about};
    else if (rules)
        err_set(err, ERR_NO_MEMORY, NULL);
    arena_release(&arena);
    return ok;
}
