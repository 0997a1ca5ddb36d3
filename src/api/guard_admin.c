/* SPDX-License-Identifier: Apache-2.0
 * Nobody closes the door for all: a write after which no open account could administrate any more is not
 * made. What was so before the write stays possible: a region without administrators can be given one. */
#include "access/admins.h"
#include "api/guard.h"
#include "fhir_gen/names.h"

/* Whether anybody could, as r reads. A region that cannot be read lets nobody in: *why says so. */
static bool anybody(struct call *c, struct store_read *r, bool *any, struct err *why, struct err *err)
{
    struct api *a = c->api;
    struct err e = {0};
    *why = (struct err){0};
    if (admins_any(r, access_rules(a->access), os_now_ms(), a->opens, a->opens_arg, c->arena, any, &e))
        return true;
    *any = false;
    *(e.code == ERR_ACCESS_REGION ? why : err) = e;
    return e.code == ERR_ACCESS_REGION;
}

/* As it was before the transaction. */
static bool anybody_before(struct call *c, bool *any, struct err *err)
{
    struct err why;
    struct store_read *r = store_read_begin(c->api->store, err);
    if (!r)
        return false;
    bool ok = anybody(c, r, any, &why, err);
    store_read_end(r);
    return ok;
}

/* Anybody who could before must be somebody after. */
static bool remains(struct call *c, struct store_read *r, struct err *err)
{
    bool now, before;
    struct err why;
    if (!anybody(c, r, &now, &why, err))
        return false;
    if (now)
        return true;
    if (!anybody_before(c, &before, err))
        return false;
    if (!before)
        return true;
    if (!why.code)
        err_set(&why, ERR_ACCESS_LAST_ADMIN, NULL);
    *err = why;
    return false;
}

/* ---- as if it had been written ---- */

struct instead {
    store_rid rid;
    struct str body; /* {NULL, 0}: deleted */
};

static bool see(void *arg, struct store_read *r, const struct store_label *label, enum store_sight *out,
                struct err *err)
{
    const struct instead *i = arg;
    (void)r;
    (void)err;
    *out = label->rid != i->rid ? STORE_SEEN : i->body.p ? STORE_MASKED : STORE_HIDDEN;
    return true;
}

static bool new_body(void *arg, struct arena *arena, uint16_t type, struct str body, struct str *out,
                     struct err *err)
{
    const struct instead *i = arg;
    (void)arena;
    (void)type;
    (void)body;
    (void)err;
    *out = i->body;
    return true;
}

static bool body_sent(const struct write *w, struct str *out, struct err *err)
{
    struct buf text;
    if (w->kind == WRITE_DELETE)
        return true;
    buf_init(&text, STORE_BODY_MAX);
    json_write(w->doc, w->node, &text);
    *out = buf_ok(&text) ? arena_str(w->call->arena, buf_get(&text)) : (struct str){0};
    buf_release(&text);
    return out->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool would_remain(struct write *w, struct store_read *r, store_rid rid, struct err *err)
{
    struct instead instead = {.rid = rid};
    struct store_view view = {.arg = &instead, .see = see, .mask = new_body};
    if (!body_sent(w, &instead.body, err))
        return false;
    store_read_view(r, &view);
    bool ok = remains(w->call, r, err);
    guard_reader(w->call, r);
    return ok;
}

bool guard_admin(struct write *w, struct store_read *r, struct err *err)
{
    struct call *c = w->call;
    struct store_version v;
    struct json_doc doc;
    w->admins = false;
    if (!c->view || !c->api->opens || w->kind == WRITE_CREATE || w->fresh ||
        (c->type != FHIR_TYPE_PractitionerRole && c->type != FHIR_TYPE_Library &&
         c->type != FHIR_TYPE_Organization))
        return true;
    if (!guard_mask_full(w, r, &v, err))
        return false;
    if (!v.rid)
        return true;
    if (!json_parse(c->arena, v.body, &fhir_names, &doc, err))
        return false;
    w->admins = admins_concern(access_rules(c->api->access), c->type, &doc);
    return !w->admins || w->late_integrity || would_remain(w, r, v.rid, err);
}

bool guard_admin_left(struct call *c, struct store_read *r, struct err *err)
{
    store_read_view(r, NULL);
    bool ok = remains(c, r, err);
    guard_reader(c, r);
    return ok;
}
