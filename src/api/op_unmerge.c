/* SPDX-License-Identifier: Apache-2.0
 * Patient/$unmerge: a $merge undone (merge.h). Only the last one of the target's own: a target that has
 * itself been merged is unmerged first. */
#include "access/read_body.h"
#include "api/merge.h"
#include "fhir_gen/names.h"

struct moved {
    fhir_type_id type;
    struct str id;
    uint32_t version; /* that the merge wrote */
};

/* "Type/id/_history/n" */
static bool read_moved(struct str text, struct moved *out)
{
    uint64_t version;
    size_t slash = str_find(text, '/', 0), mark = str_find_str(text, STR("/_history/"));
    if (slash == SIZE_MAX || mark == SIZE_MAX ||
        !str_u64(str_sub(text, mark + 10, text.n), UINT32_MAX, &version))
        return false;
    *out = (struct moved){fhir_resource_find(str_sub(text, 0, slash)), str_sub(text, slash + 1, mark),
                          (uint32_t)version};
    return out->type && version > 1;
}

static bool broken(struct merge *m, struct err *err)
{
    return err->code ? false : err_set(err, ERR_INTERNAL, arena_cstr(m->call->arena, m->record), NULL);
}

static bool version_of(struct merge *m, const struct moved *v, uint32_t version, struct str *body,
                       struct err *err)
{
    struct store_version was;
    if (store_get_version(m->r, v->type, v->id, version, m->call->arena, &was, err) != STORE_FOUND)
        return broken(m, err);
    *body = was.body;
    return true;
}

static bool same_place(const struct json_doc *a, uint32_t i, const struct json_doc *b, uint32_t j)
{
    struct buf x, y;
    buf_init(&x, ERR_PATH_MAX);
    buf_init(&y, ERR_PATH_MAX);
    fhir_node_path(a, 0, i, &x);
    fhir_node_path(b, 0, j, &y);
    bool same = buf_ok(&x) && buf_ok(&y) && str_eq(buf_get(&x), buf_get(&y));
    buf_release(&x);
    buf_release(&y);
    return same;
}

/* Was the reference at i of now one to the source before the merge, at the same place? */
static bool was_source(const struct merge *m, const struct json_doc *before, const struct json_doc *now,
                       uint32_t i)
{
    for (uint32_t j = 0; j < before->nodes[0].end; j++) {
        struct str text = merge_reference(before, j);
        if (text.n && merge_is(m, text, m->source.name) && same_place(before, j, now, i))
            return true;
    }
    return false;
}

/* It has been changed since: its text stays, its references go back. */
static bool turn_back(struct merge *m, const struct moved *v, struct str before, struct str now,
                      struct err *err)
{
    struct json_doc was, is;
    struct store_change change;
    bool any = false;
    if (!json_parse(m->call->arena, before, &fhir_names, &was, err) ||
        !json_parse(m->call->arena, now, &fhir_names, &is, err))
        return false;
    fhir_type_tree(&was, 0);
    fhir_type_tree(&is, 0);
    for (uint32_t i = 0; i < is.nodes[0].end; i++) {
        struct str text = merge_reference(&is, i);
        if (!text.n || !merge_is(m, text, m->target.name) || !was_source(m, &was, &is, i))
            continue;
        merge_refer(&is, i, m->source.name);
        any = true;
    }
    m->kept_count += !any;
    if (!any)
        return true;
    struct str text = merge_text(m, &is, err);
    return text.p && merge_put(m, v->type, v->id, text, &change, err);
}

static bool move_back(struct merge *m, const struct moved *v, struct err *err)
{
    struct store_version now;
    struct store_change change;
    struct str before;
    enum store_found found = store_get(m->r, v->type, v->id, m->call->arena, &now, err);
    if (found != STORE_FOUND) /* what was deleted since stays so */
        return found != STORE_FAILED;
    if (!version_of(m, v, v->version - 1, &before, err))
        return false;
    if (now.version != v->version)
        return turn_back(m, v, before, now.body, err);
    return merge_put(m, v->type, v->id, before, &change, err);
}

static bool move_all(struct merge *m, const struct json_doc *record, struct err *err)
{
    uint32_t list = json_get(record, 0, FHIR_NAME_extension);
    m->moved = ARENA_ARRAY(m->call->arena, struct str, MERGE_MOVED_MAX);
    if (!m->moved)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (uint32_t e = list == UINT32_MAX ? 0 : list + 1; list != UINT32_MAX && e < record->nodes[list].end;
         e = record->nodes[e].end) {
        struct moved v;
        if (!str_is(json_text(record, json_get(record, e, FHIR_NAME_url)), MERGE_MOVED_URL))
            continue;
        struct str text = read_body_reference(record, json_get_key(record, e, STR("valueReference")));
        if (m->moved_count == MERGE_MOVED_MAX || !read_moved(text, &v))
            return broken(m, err);
        if (!move_back(m, &v, err))
            return false;
        m->moved[m->moved_count++] = text;
    }
    return true;
}

/* ---- the Patients ---- */

/* Does the item carry this merge's mark? */
static bool marked(const struct json_doc *doc, uint32_t i, struct str record)
{
    uint32_t e = read_body_extension(doc, i, MERGE_URL);
    return e != UINT32_MAX &&
           str_eq(read_body_reference(doc, json_get_key(doc, e, STR("valueReference"))), record);
}

static bool write_rest(struct json_out *o, struct merge *m, const struct json_doc *doc, uint32_t list,
                       struct str key, struct str record)
{
    bool any = false;
    JSON_EACH(doc, list, i)
    {
        struct buf text;
        if (marked(doc, i, record))
            continue;
        if (!any)
            json_out_array(o, arena_cstr(m->call->arena, key));
        any = true;
        buf_init(&text, STORE_BODY_MAX);
        json_write(doc, i, &text);
        json_out_raw(o, NULL, buf_get(&text));
        buf_release(&text);
    }
    if (any)
        json_out_end_array(o);
    return any;
}

/* Changed since: only what the merge put there is taken away. */
static struct str without(struct merge *m, struct merge_side *s, struct str record, struct err *err)
{
    struct json_out o;
    struct buf out;
    buf_init(&out, STORE_BODY_MAX);
    json_out_init(&o, &out);
    json_out_object(&o, NULL);
    JSON_EACH(&s->doc, 0, c)
    {
        struct str key = {s->doc.nodes[c].key, s->doc.nodes[c].key_len};
        struct buf text;
        if (str_is(key, "link") || str_is(key, "identifier")) {
            write_rest(&o, m, &s->doc, c, key, record);
            continue;
        }
        buf_init(&text, STORE_BODY_MAX);
        json_write(&s->doc, c, &text);
        if (s == &m->source && str_is(key, "active"))
            json_out_bool(&o, "active", true);
        else
            json_out_raw(&o, arena_cstr(m->call->arena, key), buf_get(&text));
        buf_release(&text);
    }
    json_out_end_object(&o);
    struct str text = buf_ok(&out) ? arena_str(m->call->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    if (!text.p)
        err_set(err, ERR_NO_MEMORY, NULL);
    return text;
}

static bool put_patient(struct merge *m, struct merge_side *s, struct str written, struct str record,
                        struct err *err)
{
    struct moved v;
    struct str text;
    if (!read_moved(written, &v))
        return broken(m, err);
    if (s->now.version == v.version) {
        if (!version_of(m, &v, v.version - 1, &text, err))
            return false;
    } else {
        text = without(m, s, record, err);
    }
    return text.p && merge_put(m, FHIR_TYPE_Patient, s->id, text, &s->change, err);
}

/* The versions that the merge wrote of target and source. */
static bool put_patients(struct merge *m, const struct json_doc *doc, struct str record, struct err *err)
{
    uint32_t list = json_get(doc, 0, FHIR_NAME_target);
    uint32_t target = list == UINT32_MAX ? UINT32_MAX : list + 1;
    uint32_t source = target == UINT32_MAX ? UINT32_MAX : doc->nodes[target].end;
    if (source == UINT32_MAX || source >= doc->nodes[list].end)
        return broken(m, err);
    return put_patient(m, &m->target, read_body_reference(doc, target), record, err) &&
           put_patient(m, &m->source, read_body_reference(doc, source), record, err);
}

static bool run(struct merge *m, struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    struct str record = merge_record(m), by = merge_replaced(&m->target.doc);
    if (!record.n)
        return err_set_str(err, ERR_MERGE_NONE, m->source.name, m->target.name);
    if (by.n)
        return err_set_str(err, ERR_PATIENT_MERGED, m->target.name, by);
    struct str id = read_body_id_of(record, STR("Provenance"));
    if (store_get(m->r, FHIR_TYPE_Provenance, id, m->call->arena, &v, err) != STORE_FOUND)
        return broken(m, err);
    if (m->preview)
        return true;
    if (!json_parse(m->call->arena, v.body, &fhir_names, &doc, err))
        return false;
    return move_all(m, &doc, err) && put_patients(m, &doc, record, err) && merge_note(m, "unmerge", err);
}

bool op_unmerge_run(struct call *c)
{
    return merge_submit(c, run);
}
