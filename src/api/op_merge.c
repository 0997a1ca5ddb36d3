/* SPDX-License-Identifier: Apache-2.0
 * Patient/$merge (FHIR R5/R6): source-patient and target-patient are references, with a version when the
 * caller wants to be sure of what was looked at; preview only counts. The same merge again is answered as
 * done. What gives access (choices, consents, openings) stays with the source, so that nobody sees more of
 * the target by it; blocks follow. Provenances tell of the source as it was, and stay. */
#include "access/read_body.h"
#include "api/merge.h"
#include "fhir_gen/names.h"
#include "ids/idsystem.h"
#include "search/label.h"

struct found {
    struct merge *m;
    struct found_item {
        fhir_type_id type;
        struct str id, body;
    } * item;
    size_t count, cap;
    bool many, failed;
};

/* Of those the references stay. */
static bool stays(const struct json_doc *doc, fhir_type_id type)
{
    if (type == FHIR_TYPE_Provenance || type == FHIR_TYPE_AuditEvent || type == FHIR_TYPE_Patient)
        return true;
    struct str code = read_body_code(doc, json_get(doc, 0, FHIR_NAME_category), LABEL_GRANT_SYSTEM);
    return type == FHIR_TYPE_Consent && code.n && !str_is(code, "block");
}

static bool collect(void *arg, const struct store_version *v)
{
    struct found *f = arg;
    struct arena *arena = f->m->call->arena;
    if (f->count == MERGE_MOVED_MAX) {
        f->many = true;
        return false;
    }
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 64;
        f->item = arena_grow(arena, f->item, f->cap, cap, sizeof *f->item);
        f->cap = cap;
    }
    struct str body = f->item ? arena_str(arena, v->body) : (struct str){0};
    f->failed = !body.p;
    if (f->failed)
        return false;
    f->item[f->count++] = (struct found_item){v->type, arena_str(arena, v->id), body};
    return true;
}

/* True when some reference in it was to the source. */
static bool turn(const struct merge *m, struct json_doc *doc)
{
    bool any = false;
    for (uint32_t i = 0; i < doc->nodes[0].end; i++) {
        struct str text = merge_reference(doc, i);
        if (!text.n || !merge_is(m, text, m->source.name))
            continue;
        merge_refer(doc, i, m->target.name);
        any = true;
    }
    return any;
}

static bool move(struct merge *m, const struct found_item *f, struct err *err)
{
    struct store_change change;
    struct json_doc doc;
    if (!json_parse(m->call->arena, f->body, &fhir_names, &doc, err))
        return false;
    fhir_type_tree(&doc, 0);
    if (stays(&doc, f->type) || !turn(m, &doc))
        return true;
    if (m->preview) {
        m->moved_count++;
        return true;
    }
    struct str text = merge_text(m, &doc, err);
    if (!text.p || !merge_put(m, f->type, f->id, text, &change, err))
        return false;
    m->moved[m->moved_count++] = arena_printf(m->call->arena, "%s/%.*s/_history/%u", fhir_types[f->type].name,
                                              STR_ARG(f->id), change.version);
    return true;
}

static bool move_all(struct merge *m, struct err *err)
{
    struct found f = {.m = m};
    if (!store_referrers(m->r, m->source.now.rid, 0, 0, collect, &f, err))
        return false;
    if (f.many)
        return err_set_str(err, ERR_MERGE_LARGE, m->source.name,
                           arena_printf(m->call->arena, "%d", MERGE_MOVED_MAX));
    m->moved = f.count ? ARENA_ARRAY(m->call->arena, struct str, f.count) : NULL;
    if (f.failed || (f.count && !m->moved))
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < f.count; i++)
        if (!move(m, &f.item[i], err))
            return false;
    return true;
}

/* ---- the Patients ---- */

static void write_mark(struct json_out *o, const struct merge *m)
{
    json_out_array(o, "extension");
    json_out_object(o, NULL);
    json_out_cstr(o, "url", MERGE_URL);
    json_out_object(o, "valueReference");
    json_out_string(o, "reference", m->record);
    json_out_end_object(o);
    json_out_end_object(o);
    json_out_end_array(o);
}

static void write_raw(struct json_out *o, const struct json_doc *doc, uint32_t i, const char *key)
{
    struct buf text;
    buf_init(&text, STORE_BODY_MAX);
    json_write(doc, i, &text);
    json_out_raw(o, key, buf_get(&text));
    buf_release(&text);
}

/* The items of a list that is there, before what is added. */
static void write_items(struct json_out *o, const struct json_doc *doc, uint16_t name)
{
    uint32_t list = json_get(doc, 0, name);
    if (list == UINT32_MAX)
        return;
    JSON_EACH(doc, list, i)
    write_raw(o, doc, i, NULL);
}

static void write_link(struct json_out *o, const struct merge *m, const struct merge_side *s,
                       const char *type, struct str other)
{
    json_out_array(o, "link");
    write_items(o, &s->doc, FHIR_NAME_link);
    json_out_object(o, NULL);
    write_mark(o, m);
    json_out_object(o, "other");
    json_out_string(o, "reference", other);
    json_out_end_object(o);
    json_out_cstr(o, "type", type);
    json_out_end_object(o);
    json_out_end_array(o);
}

static struct str part(const struct json_doc *doc, uint32_t i, uint16_t name)
{
    return json_text(doc, json_get(doc, i, name));
}

static bool has_identifier(const struct json_doc *doc, struct str system, struct str value)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_identifier);
    if (list == UINT32_MAX)
        return false;
    JSON_EACH(doc, list, i)
    if (str_eq(part(doc, i, FHIR_NAME_system), system) && str_eq(part(doc, i, FHIR_NAME_value), value))
        return true;
    return false;
}

static void write_old(struct json_out *o, const struct merge *m, uint32_t i)
{
    static const char *const own[] = {"extension", "use", "_use"};
    const struct json_doc *doc = &m->source.doc;
    json_out_object(o, NULL);
    write_mark(o, m);
    json_out_cstr(o, "use", "old");
    JSON_EACH(doc, i, c)
    {
        struct str key = {doc->nodes[c].key, doc->nodes[c].key_len};
        bool keep = true;
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            keep = keep && !str_is(key, own[k]);
        if (keep)
            write_raw(o, doc, c, arena_cstr(m->call->arena, key));
    }
    json_out_end_object(o);
}

/* The target is found by what the source was called. */
static void write_identifiers(struct json_out *o, const struct merge *m)
{
    const struct json_doc *from = &m->source.doc, *to = &m->target.doc;
    uint32_t list = json_get(from, 0, FHIR_NAME_identifier);
    if (list == UINT32_MAX && json_get(to, 0, FHIR_NAME_identifier) == UINT32_MAX)
        return;
    json_out_array(o, "identifier");
    write_items(o, to, FHIR_NAME_identifier);
    for (uint32_t i = list == UINT32_MAX ? 0 : list + 1; list != UINT32_MAX && i < from->nodes[list].end;
         i = from->nodes[i].end) {
        struct str value = part(from, i, FHIR_NAME_value);
        if (value.n && !has_identifier(to, part(from, i, FHIR_NAME_system), value))
            write_old(o, m, i);
    }
    json_out_end_array(o);
}

static bool put_patient(struct merge *m, struct merge_side *s, struct err *err)
{
    bool source = s == &m->source;
    struct json_out o;
    struct buf out;
    buf_init(&out, STORE_BODY_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    JSON_EACH(&s->doc, 0, c)
    {
        struct str key = {s->doc.nodes[c].key, s->doc.nodes[c].key_len};
        if (!str_is(key, "link") && !(source ? str_is(key, "active") : str_is(key, "identifier")))
            write_raw(&o, &s->doc, c, arena_cstr(m->call->arena, key));
    }
    if (source)
        json_out_bool(&o, "active", false);
    else
        write_identifiers(&o, m);
    write_link(&o, m, s, source ? "replaced-by" : "replaces", source ? m->target.name : m->source.name);
    json_out_end_object(&o);
    struct str text = buf_ok(&out) ? arena_str(m->call->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return merge_put(m, FHIR_TYPE_Patient, s->id, text, &s->change, err);
}

/* ---- may they be? ---- */

/* The number in use; {NULL, 0} when there is none. */
static struct str personnummer(const struct json_doc *doc)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_identifier);
    if (list == UINT32_MAX)
        return (struct str){0};
    JSON_EACH(doc, list, i)
    if (str_is(part(doc, i, FHIR_NAME_system), IDSYSTEM_PERSONNUMMER) &&
        !str_is(part(doc, i, FHIR_NAME_use), "old"))
        return part(doc, i, FHIR_NAME_value);
    return (struct str){0};
}

static bool may(struct merge *m, struct err *err)
{
    const struct merge_side *sides[] = {&m->source, &m->target};
    for (size_t i = 0; i < 2; i++) {
        struct str by = merge_replaced(&sides[i]->doc);
        if (by.n)
            return err_set_str(err, ERR_PATIENT_MERGED, sides[i]->name, by);
    }
    struct str one = personnummer(&m->source.doc), other = personnummer(&m->target.doc);
    return !one.n || !other.n || str_eq(one, other) ||
           err_set_str(err, ERR_MERGE_PERSONS, m->source.name, m->target.name);
}

static bool run(struct merge *m, struct err *err)
{
    if (merge_record(m).n) /* done already */
        return true;
    if (!may(m, err) || !move_all(m, err))
        return false;
    return m->preview || (put_patient(m, &m->source, err) && put_patient(m, &m->target, err) &&
                          merge_note(m, "merge", err));
}

bool op_merge_run(struct call *c)
{
    return merge_submit(c, run);
}
