/* SPDX-License-Identifier: Apache-2.0
 * _summary and _elements (R4 3.1.1.5.8, 3.1.1.5.9): a part of a resource, marked SUBSETTED so that nobody
 * writes it back as the whole. Mandatory elements stay, so the part is still valid. */
#include "api/api_int.h"
#include "fhir_gen/names.h"

static const char tag_subsetted[] =
    "{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ObservationValue\",\"code\":\"SUBSETTED\"}";

bool subset_wanted(const struct subset *s)
{
    return s->element_count > 0 || s->summary == SEARCH_SUMMARY_TRUE || s->summary == SEARCH_SUMMARY_TEXT ||
           s->summary == SEARCH_SUMMARY_DATA;
}

static bool parse_summary(struct str value, enum search_summary *out, struct err *err)
{
    static const char *const names[] = {"false", "true", "text", "data", "count"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (str_is(value, names[i])) {
            *out = (enum search_summary)i;
            return true;
        }
    return err_set_str(err, ERR_SEARCH_VALUE, value, STR("_summary"));
}

bool subset_parse(struct call *c, struct subset *s, struct err *err)
{
    *s = (struct subset){.summary = SEARCH_SUMMARY_FALSE};
    struct str summary = call_param(c, "_summary"), elements = call_param(c, "_elements"), part;
    if (summary.p && !parse_summary(summary, &s->summary, err))
        return false;
    if (!elements.n)
        return true;
    size_t max = 1;
    for (size_t i = 0; i < elements.n; i++)
        max += elements.p[i] == ',';
    struct str *list = ARENA_ARRAY(c->arena, struct str, max);
    if (!list)
        return err_set(err, ERR_NO_MEMORY, NULL);
    while (elements.p && str_split(&elements, ',', &part))
        list[s->element_count++] = part;
    s->elements = list;
    return true;
}

/* "name", "Patient.name"; "value" takes every value[x]. */
static bool element_named(const struct subset *s, const struct fhir_elem *e)
{
    for (size_t i = 0; i < s->element_count; i++) {
        struct str want = s->elements[i];
        size_t dot = str_find(want, '.', 0);
        if (dot != SIZE_MAX && !str_is(str_sub(want, 0, dot), fhir_types[e->owner].name))
            continue;
        if (dot != SIZE_MAX)
            want = str_sub(want, dot + 1, want.n);
        if (str_is(want, fhir_name_text[e->name]) || str_is(want, fhir_name_text[e->path_name]))
            return true;
    }
    return false;
}

/* Elements named for other types only say nothing of this one. */
static bool elements_apply(const struct subset *s, fhir_type_id type)
{
    bool apply = s->element_count == 0;
    for (size_t i = 0; i < s->element_count && !apply; i++) {
        size_t dot = str_find(s->elements[i], '.', 0);
        apply = dot == SIZE_MAX || str_is(str_sub(s->elements[i], 0, dot), fhir_types[type].name);
    }
    return apply;
}

static bool keeps(const struct subset *s, const struct json_node *n)
{
    const struct fhir_elem *e = &fhir_elems[n->elem];
    if (n->name == FHIR_NAME_resourceType || n->name == FHIR_NAME_id)
        return true;
    if (s->element_count)
        return e->min > 0 || element_named(s, e);
    switch (s->summary) {
    case SEARCH_SUMMARY_TRUE:
        return e->summary || e->min > 0;
    case SEARCH_SUMMARY_TEXT:
        return n->name == FHIR_NAME_text || e->min > 0;
    case SEARCH_SUMMARY_DATA:
        return n->name != FHIR_NAME_text;
    default:
        return true;
    }
}

static void write_key(const struct json_node *n, struct buf *out)
{
    json_write_string(out, (struct str){n->key, n->key_len});
    buf_char(out, ':');
}

static void write_meta(const struct json_doc *doc, uint32_t meta, struct buf *out)
{
    bool tagged = false, first = true;
    buf_char(out, '{');
    JSON_EACH(doc, meta, m)
    {
        const struct json_node *n = &doc->nodes[m];
        if (!first)
            buf_char(out, ',');
        first = false;
        write_key(n, out);
        if (n->kind != JSON_ARRAY || n->name != FHIR_NAME_tag || (n->flags & JSON_F_UNDERSCORE)) {
            json_write(doc, m, out);
            continue;
        }
        tagged = true;
        buf_char(out, '[');
        JSON_EACH(doc, m, t)
        {
            json_write(doc, t, out);
            buf_char(out, ',');
        }
        buf_cstr(out, tag_subsetted);
        buf_char(out, ']');
    }
    if (!tagged) {
        buf_cstr(out, first ? "\"tag\":[" : ",\"tag\":[");
        buf_cstr(out, tag_subsetted);
        buf_char(out, ']');
    }
    buf_char(out, '}');
}

static void write_part(const struct json_doc *doc, uint32_t i, const struct subset *s, struct buf *out);

/* Backbone elements have summary elements of their own; data types are kept whole. */
static void write_value(const struct json_doc *doc, uint32_t i, const struct subset *s, struct buf *out)
{
    const struct json_node *n = &doc->nodes[i];
    bool backbone = fhir_types[fhir_elems[n->elem].type].kind == FHIR_BACKBONE;
    if (s->element_count || s->summary != SEARCH_SUMMARY_TRUE || !backbone) {
        json_write(doc, i, out);
    } else if (n->kind == JSON_ARRAY) {
        bool first = true;
        buf_char(out, '[');
        JSON_EACH(doc, i, item)
        {
            if (!first)
                buf_char(out, ',');
            first = false;
            write_part(doc, item, s, out);
        }
        buf_char(out, ']');
    } else {
        write_part(doc, i, s, out);
    }
}

static void write_part(const struct json_doc *doc, uint32_t i, const struct subset *s, struct buf *out)
{
    if (doc->nodes[i].kind != JSON_OBJECT) {
        json_write(doc, i, out);
        return;
    }
    bool first = true, top = i == 0;
    buf_char(out, '{');
    JSON_EACH(doc, i, c)
    {
        const struct json_node *n = &doc->nodes[c];
        bool meta = top && n->name == FHIR_NAME_meta && n->kind == JSON_OBJECT;
        if (!meta && !keeps(s, n))
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        write_key(n, out);
        if (meta)
            write_meta(doc, c, out);
        else
            write_value(doc, c, s, out);
    }
    buf_char(out, '}');
}

bool subset_write(struct arena *arena, struct str body, const struct subset *s, struct buf *out,
                  struct err *err)
{
    struct json_doc doc;
    struct arena_mark mark = arena_mark(arena);
    bool ok = json_parse(arena, body, &fhir_names, &doc, err);
    if (ok) {
        fhir_type_id type = fhir_type_tree(&doc, 0);
        if (elements_apply(s, type))
            write_part(&doc, 0, s, out);
        else
            buf_str(out, body);
    }
    arena_rewind(arena, mark);
    return ok;
}
