/* SPDX-License-Identifier: Apache-2.0
 * $as-basic: a resource of the steering as an R4 Basic, for peers that know none of its types (docs/
 * STEERING.md). code says the type; each element is an extension
 * STYR/StructureDefinition/extension-TYPE.ELEMENT, a modifierExtension where it modifies; a backbone element
 * is one with its elements inside, by their names. What every resource has stays where it is. References to
 * other resources of the steering are made absolute, for a peer could not resolve them otherwise. */
#include "api/api_int.h"

#include <ctype.h>

#include "fhir_gen/names.h"

#define STYR "https://helhet.example/styr/"

struct basic {
    struct call *c;
    struct json_doc doc;
    struct json_out out;
};

/* Members that a Basic has too. code comes of the type. */
static const uint16_t kept[] = {FHIR_NAME_id,       FHIR_NAME_meta, FHIR_NAME_implicitRules,
                                FHIR_NAME_language, FHIR_NAME_text, FHIR_NAME_contained};

static bool is_kept(uint16_t name)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i] == name)
            return true;
    return false;
}

static struct str key_of(const struct basic *b, uint32_t i)
{
    return (struct str){b->doc.nodes[i].key, b->doc.nodes[i].key_len};
}

static const char *key_text(const struct basic *b, uint32_t i)
{
    return arena_cstr(b->c->arena, key_of(b, i));
}

static struct str raw(const struct basic *b, uint32_t i)
{
    struct buf buf;
    buf_init(&buf, STORE_BODY_MAX);
    json_write(&b->doc, i, &buf);
    struct str text = arena_str(b->c->arena, buf_get(&buf));
    buf_release(&buf);
    return text;
}

/* ---- values ---- */

/* "Initiative/x" → base/Initiative/x; everything else as it is. */
static struct str resolvable(const struct basic *b, struct str reference)
{
    struct str rest = reference, type;
    str_split(&rest, '/', &type);
    fhir_type_id t = fhir_resource_find(type);
    return t && rest.p && fhir_types[t].styr
               ? arena_printf(b->c->arena, "%.*s/%.*s", STR_ARG(b->c->base), STR_ARG(reference))
               : reference;
}

static void reference_out(struct basic *b, const char *key, uint32_t i)
{
    json_out_object(&b->out, key);
    JSON_EACH(&b->doc, i, m)
    {
        if (b->doc.nodes[m].name == FHIR_NAME_reference && b->doc.nodes[m].kind == JSON_STRING)
            json_out_string(&b->out, "reference", resolvable(b, json_text(&b->doc, m)));
        else
            json_out_raw(&b->out, key_text(b, m), raw(b, m));
    }
    json_out_end_object(&b->out);
}

/* "value" + type with a capital; under: "_value…", what is said about a primitive. */
static const char *value_name(const struct basic *b, fhir_type_id type, bool under)
{
    const char *name = fhir_types[type].name;
    return arena_printf(b->c->arena, "%svalue%c%s", under ? "_" : "", toupper((unsigned char)name[0]),
                        name + 1)
        .p;
}

/* ---- elements ---- */

/* One element of the resource or of a backbone element, and its "_" sibling; UINT32_MAX: there is none. */
struct part {
    const struct fhir_elem *elem;
    uint32_t value, about;
};

static void backbone_out(struct basic *b, uint32_t i, fhir_type_id type);

static bool is_null(const struct basic *b, uint32_t i)
{
    return i == UINT32_MAX || b->doc.nodes[i].kind == JSON_NULL;
}

/* One repetition of an element as one extension. */
static void extension_out(struct basic *b, const char *url, const struct fhir_elem *e, uint32_t value,
                          uint32_t about)
{
    struct json_out *o = &b->out;
    json_out_object(o, NULL);
    if (fhir_types[e->type].kind == FHIR_BACKBONE) {
        uint32_t id = json_get(&b->doc, value, FHIR_NAME_id);
        if (id != UINT32_MAX)
            json_out_string(o, "id", json_text(&b->doc, id));
        json_out_cstr(o, "url", url);
        backbone_out(b, value, e->type);
    } else {
        json_out_cstr(o, "url", url);
        if (!is_null(b, value) && e->type == FHIR_TYPE_Reference)
            reference_out(b, value_name(b, e->type, false), value);
        else if (!is_null(b, value))
            json_out_raw(o, value_name(b, e->type, false), raw(b, value));
        if (!is_null(b, about))
            json_out_raw(o, value_name(b, e->type, true), raw(b, about));
    }
    json_out_end_object(o);
}

/* The n-th item of an array, UINT32_MAX past its end; what is no array is its own first item. */
static uint32_t item(const struct basic *b, uint32_t list, uint32_t n)
{
    if (list == UINT32_MAX || b->doc.nodes[list].kind != JSON_ARRAY)
        return n ? UINT32_MAX : list;
    if (n >= b->doc.nodes[list].len)
        return UINT32_MAX;
    uint32_t at = list + 1;
    while (n--)
        at = b->doc.nodes[at].end;
    return at;
}

static void element_out(struct basic *b, const char *url, const struct part *p)
{
    for (uint32_t n = 0;; n++) {
        uint32_t value = item(b, p->value, n), about = item(b, p->about, n);
        if (value == UINT32_MAX && about == UINT32_MAX)
            return;
        extension_out(b, url, p->elem, value, about);
    }
}

/* The part that member m begins: false for what is no element of its own here, and for a "_" sibling whose
 * element was written with its value. */
static bool part_at(const struct basic *b, uint32_t of, fhir_type_id type, uint32_t m, struct part *out)
{
    const struct json_node *n = &b->doc.nodes[m];
    bool under = n->flags & JSON_F_UNDERSCORE;
    uint32_t value = json_get(&b->doc, of, n->name);
    fhir_elem_id e = fhir_elem_find(type, n->name);
    if (!e || (under && value != UINT32_MAX))
        return false;
    struct str sibling = arena_printf(b->c->arena, "_%.*s", STR_ARG(key_of(b, m)));
    *out =
        (struct part){&fhir_elems[e], under ? UINT32_MAX : m, under ? m : json_get_key(&b->doc, of, sibling)};
    return true;
}

/* Extensions that were there already. */
static void inherited_out(struct basic *b, uint32_t i, uint16_t name)
{
    uint32_t list = json_get(&b->doc, i, name);
    if (list == UINT32_MAX)
        return;
    JSON_EACH(&b->doc, list, x)
    {
        json_out_raw(&b->out, NULL, raw(b, x));
    }
}

/* An Extension has no modifierExtension: those of a backbone element stand beneath one of that name. */
static void backbone_out(struct basic *b, uint32_t i, fhir_type_id type)
{
    struct part p;
    json_out_array(&b->out, "extension");
    inherited_out(b, i, FHIR_NAME_extension);
    if (json_get(&b->doc, i, FHIR_NAME_modifierExtension) != UINT32_MAX) {
        json_out_object(&b->out, NULL);
        json_out_cstr(&b->out, "url", "modifierExtension");
        json_out_array(&b->out, "extension");
        inherited_out(b, i, FHIR_NAME_modifierExtension);
        json_out_end_array(&b->out);
        json_out_end_object(&b->out);
    }
    JSON_EACH(&b->doc, i, m)
    {
        uint16_t name = b->doc.nodes[m].name;
        if (name != FHIR_NAME_id && name != FHIR_NAME_extension && name != FHIR_NAME_modifierExtension &&
            part_at(b, i, type, m, &p))
            element_out(b, fhir_name_text[name], &p);
    }
    json_out_end_array(&b->out);
}

/* Is m an element of the resource that becomes an extension (modifier: one that modifies)? */
static bool own_part(const struct basic *b, uint32_t m, bool modifier, struct part *out)
{
    uint16_t name = b->doc.nodes[m].name;
    return !is_kept(name) && name != FHIR_NAME_extension && name != FHIR_NAME_modifierExtension &&
           part_at(b, 0, b->c->type, m, out) && out->elem->modifier == modifier;
}

static void own_out(struct basic *b, uint16_t to)
{
    bool modifier = to == FHIR_NAME_modifierExtension, some = json_get(&b->doc, 0, to) != UINT32_MAX;
    struct part p;
    JSON_EACH(&b->doc, 0, m)
    {
        some = some || own_part(b, m, modifier, &p);
    }
    if (!some)
        return;
    json_out_array(&b->out, fhir_name_text[to]);
    inherited_out(b, 0, to);
    JSON_EACH(&b->doc, 0, m)
    {
        if (own_part(b, m, modifier, &p))
            element_out(b,
                        arena_printf(b->c->arena, STYR "StructureDefinition/extension-%s.%s",
                                     fhir_types[b->c->type].name, fhir_name_text[b->doc.nodes[m].name])
                            .p,
                        &p);
    }
    json_out_end_array(&b->out);
}

static void basic_out(struct basic *b)
{
    struct json_out *o = &b->out;
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "Basic");
    JSON_EACH(&b->doc, 0, m)
    {
        if (is_kept(b->doc.nodes[m].name))
            json_out_raw(o, key_text(b, m), raw(b, m));
    }
    own_out(b, FHIR_NAME_extension);
    own_out(b, FHIR_NAME_modifierExtension);
    json_out_object(o, "code");
    json_out_array(o, "coding");
    json_out_object(o, NULL);
    json_out_cstr(o, "system", STYR "CodeSystem/type");
    json_out_cstr(o, "code", fhir_types[b->c->type].name);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
    json_out_end_object(o);
}

static bool read_body(struct call *c, struct store_version *v, struct err *err)
{
    struct store_read *r = call_read_begin(c, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, c->type, c->id, c->arena, v, err);
    call_read_end(c, r);
    if (found == STORE_DELETED)
        return err_set_str(err, ERR_GONE, resource_name(c->arena, c->type, c->id), STR(""));
    if (found == STORE_ABSENT)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
    return found == STORE_FOUND;
}

bool op_as_basic_run(struct call *c)
{
    static const char *const none[] = {NULL};
    struct err err = {0};
    struct store_version v;
    struct basic b = {.c = c};
    struct buf buf;
    if (!fhir_types[c->type].styr) {
        err_set_str(&err, ERR_URL, call_path(c), STR(""));
        return outcome_fail(c, &err);
    }
    if (!call_params_only(c, none, &err) || !read_body(c, &v, &err) ||
        !json_parse(c->arena, v.body, &fhir_names, &b.doc, &err))
        return outcome_fail(c, &err);
    buf_init(&buf, 4 * STORE_BODY_MAX);
    json_out_init(&b.out, &buf);
    basic_out(&b);
    c->resp->body = buf_ok(&buf) ? arena_str(c->arena, buf_get(&buf)) : (struct str){0};
    buf_release(&buf);
    if (!c->resp->body.p) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    return resource_answer_set(c, 200);
}
