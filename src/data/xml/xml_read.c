/* SPDX-License-Identifier: Apache-2.0
 * From XML to JSON in one pass, over parser events.
 *
 * Members come in the model's order, so all items of a list stand together (a "group") and JSON can be
 * written as they come. Only the '_' list of a repeating primitive has to wait until its values are out: it
 * gathers in a buffer of the next level, since what stands in it may hold such lists itself. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "xml/xml_int.h"

enum read_kind {
    READ_OBJECT,    /* resource, complex type, backbone element */
    READ_PRIMITIVE, /* members are those of its '_' object */
    READ_WRAPPER,   /* contained, Bundle.entry.resource …: holds one resource */
};

/* An element that has begun and not ended. */
struct read_frame {
    uint8_t kind;
    bool any;           /* has written a member: the next needs a comma */
    bool open;          /* PRIMITIVE: its '_' object has begun */
    bool valued;        /* PRIMITIVE: has a value */
    uint8_t level;      /* buffer that its members go to */
    fhir_type_id type;  /* whose members these are */
    fhir_elem_id elem;  /* what it is to the frame above; 0: a resource */
    fhir_elem_id group; /* member being written; 0: none */
    uint32_t count;     /* items of the group, resources of a wrapper */
    bool group_valued;  /* an item of the group has a value */
    bool any_before;    /* any, before the group */
    size_t group_from;  /* where the group begins in its buffer */
    size_t side_from;   /* and its '_' list in the next level's */
    uint32_t side_count;
};

enum { READ_LEVELS_MAX = XML_DEPTH_MAX / 2 + 2 };

struct xml_reader {
    struct xml_parse p; /* first: events get a pointer to it */
    struct read_frame frame[XML_DEPTH_MAX];
    uint32_t depth;
    struct buf *level[READ_LEVELS_MAX]; /* level 0 is the caller's */
    struct buf side[READ_LEVELS_MAX];
    int line; /* of level 0: as many line breaks as the XML has had */
    struct xml_narrative narrative;
};

struct read_attr {
    const xmlChar *local, *prefix, *uri, *from, *to;
};

static struct read_frame *top(struct xml_reader *r)
{
    return &r->frame[r->depth - 1];
}

static struct str name_text(fhir_elem_id elem)
{
    return str_of(fhir_name_text[fhir_elems[elem].name]);
}

/* "Patient.name[0].given[1]" of what is being read, and the name of an element in it that has no place there
 * (or NULL). */
static void fail_at(struct xml_reader *r, const char *unknown)
{
    struct buf path;
    buf_init(&path, BUF_NO_MAX);
    for (uint32_t d = 0; d < r->depth; d++) {
        const struct read_frame *f = &r->frame[d];
        if (d == 0) {
            buf_cstr(&path, fhir_types[f->type].name);
        } else if (f->elem) {
            buf_char(&path, '.');
            buf_str(&path, name_text(f->elem));
            if (fhir_elems[f->elem].many)
                buf_printf(&path, "[%u]", r->frame[d - 1].count ? r->frame[d - 1].count - 1 : 0);
        }
    }
    if (unknown)
        buf_printf(&path, ".%s", unknown);
    err_at(r->p.err, (struct str){path.p, path.n});
    buf_release(&path);
}

static void fail(struct xml_reader *r, enum err_code code, const char *a, const char *b)
{
    err_set(r->p.err, code, a, b, NULL);
    fail_at(r, code == ERR_FHIR_ELEMENT_UNKNOWN ? a : NULL);
    xml_lib_stop(&r->p);
}

static struct buf *out_of(struct xml_reader *r, const struct read_frame *f)
{
    return r->level[f->level];
}

/* The comma before a member, and the line breaks that bring us to the XML's line. */
static void next_member(struct xml_reader *r, struct read_frame *f)
{
    struct buf *out = out_of(r, f);
    if (f->any)
        buf_char(out, ',');
    f->any = true;
    for (; f->level == 0 && r->line < r->p.parser->input->line; r->line++)
        buf_char(out, '\n');
}

static void put_key(struct buf *out, fhir_elem_id elem, bool underscore)
{
    buf_cstr(out, underscore ? "\"_" : "\"");
    buf_str(out, name_text(elem));
    buf_cstr(out, "\":");
}

/* ---- groups ---- */

static bool group_primitive(const struct read_frame *f)
{
    return fhir_types[fhir_elems[f->group].type].prim != FHIR_PRIM_NONE;
}

static void group_begin(struct xml_reader *r, struct read_frame *f, fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    f->group = elem;
    f->count = f->side_count = 0;
    f->group_valued = false;
    f->any_before = f->any;
    f->group_from = out_of(r, f)->n;
    f->side_from = 0;
    if (!e->many)
        return;
    next_member(r, f);
    put_key(out_of(r, f), elem, false);
    buf_char(out_of(r, f), '[');
    if (group_primitive(f))
        f->side_from = r->level[f->level + 1]->n;
}

/* Nulls for the items without '_' object up to item number count. */
static void pad_side(struct xml_reader *r, struct read_frame *f, uint32_t count)
{
    struct buf *side = r->level[f->level + 1];
    for (; f->side_count < count; f->side_count++)
        buf_cstr(side, f->side_count ? ",null" : "null");
}

static void group_end(struct xml_reader *r, struct read_frame *f)
{
    struct buf *out = out_of(r, f);
    if (!f->group || !fhir_elems[f->group].many) {
        f->group = 0;
        return;
    }
    buf_char(out, ']');
    if (group_primitive(f)) {
        struct buf *side = r->level[f->level + 1];
        if (!f->group_valued && buf_ok(out)) {
            out->n = f->group_from;
            f->any = f->any_before;
        }
        if (f->side_count) {
            pad_side(r, f, f->count);
            next_member(r, f);
            put_key(out, f->group, true);
            buf_char(out, '[');
            if (buf_ok(side))
                buf_str(out, str_sub(buf_get(side), f->side_from, side->n));
            else
                out->failed = true;
            buf_char(out, ']');
        }
        if (buf_ok(side))
            side->n = f->side_from;
    }
    f->group = 0;
}

/* ---- elements ---- */

static struct read_frame *push(struct xml_reader *r, enum read_kind kind, fhir_type_id type,
                               fhir_elem_id elem, uint8_t level)
{
    struct read_frame *f = &r->frame[r->depth++];
    *f = (struct read_frame){.kind = (uint8_t)kind, .type = type, .elem = elem, .level = level};
    return f;
}

/* The '_' object of the primitive on top begins when the first thing in it comes. */
static void open_side(struct xml_reader *r, struct read_frame *f)
{
    struct read_frame *above = f - 1;
    if (f->open)
        return;
    f->open = true;
    if (fhir_elems[f->elem].many) {
        pad_side(r, above, above->count - 1);
        if (above->side_count++)
            buf_char(out_of(r, f), ',');
    } else {
        next_member(r, above);
        put_key(out_of(r, above), f->elem, true);
    }
    buf_char(out_of(r, f), '{');
}

static struct str attr_text(const struct read_attr *a)
{
    return (struct str){(const char *)a->from, (size_t)(a->to - a->from)};
}

static void put_value(struct xml_reader *r, struct buf *out, fhir_elem_id elem, struct str text)
{
    fhir_type_id type = fhir_elems[elem].type;
    switch (fhir_types[type].prim) {
    case FHIR_PRIM_BOOLEAN:
    case FHIR_PRIM_INTEGER:
    case FHIR_PRIM_POSITIVE_INT:
    case FHIR_PRIM_UNSIGNED_INT:
    case FHIR_PRIM_DECIMAL:
        /* Written into JSON as it stands, so it has to be what JSON can hold. */
        if (fhir_prim_valid(fhir_types[type].prim, text)) {
            buf_str(out, text);
            break;
        }
        err_set_str(r->p.err, ERR_FHIR_PRIMITIVE, text, str_of(fhir_types[type].name));
        fail_at(r, NULL);
        xml_lib_stop(&r->p);
        break;
    default:
        json_write_string(out, text);
    }
}

/* A value attribute, or its absence, of the primitive that has just been pushed. */
static void primitive_value(struct xml_reader *r, struct read_frame *f, const struct read_attr *value)
{
    struct read_frame *above = f - 1;
    struct buf *out = out_of(r, above);
    f->valued = value != NULL;
    above->group_valued = above->group_valued || value;
    if (fhir_elems[f->elem].many) {
        if (above->count > 1)
            buf_char(out, ',');
        if (!value)
            buf_cstr(out, "null");
    } else if (value) {
        next_member(r, above);
        put_key(out, f->elem, false);
    }
    if (value)
        put_value(r, out, f->elem, attr_text(value));
}

static void put_member(struct xml_reader *r, struct read_frame *f, const char *key, struct str value)
{
    next_member(r, f);
    json_write_string(out_of(r, f), str_of(key));
    buf_char(out_of(r, f), ':');
    json_write_string(out_of(r, f), value);
}

/* Attributes that hold nothing: hints to schema validators. */
static bool attr_ignored(const struct read_frame *f, const struct read_attr *a)
{
    return a->uri && !f->elem && xmlStrEqual(a->uri, BAD_CAST "http://www.w3.org/2001/XMLSchema-instance");
}

static bool type_has_attr(const struct read_frame *f, const xmlChar *local)
{
    if (f->kind == READ_WRAPPER || fhir_types[f->type].kind == FHIR_RESOURCE)
        return false;
    return xmlStrEqual(local, BAD_CAST "id") ||
           (f->type == FHIR_TYPE_Extension && xmlStrEqual(local, BAD_CAST "url"));
}

/* The attributes of the frame on top: value, id, url, and nothing else. */
static void read_attrs(struct xml_reader *r, int count, const xmlChar **attrs)
{
    struct read_frame *f = top(r);
    const struct read_attr *value = NULL, *item = (const struct read_attr *)(const void *)attrs;
    for (int i = 0; i < count && f->kind == READ_PRIMITIVE; i++)
        if (!item[i].uri && xmlStrEqual(item[i].local, BAD_CAST "value"))
            value = &item[i];
    if (f->kind == READ_PRIMITIVE)
        primitive_value(r, f, value);
    for (int i = 0; i < count && !r->p.failed; i++) {
        if (&item[i] == value || attr_ignored(f, &item[i]))
            continue;
        if (item[i].uri || !type_has_attr(f, item[i].local)) {
            fail(r, ERR_XML_ATTRIBUTE, (const char *)item[i].local,
                 f->elem ? fhir_name_text[fhir_elems[f->elem].name] : fhir_types[f->type].name);
            return;
        }
        if (f->kind == READ_PRIMITIVE)
            open_side(r, f);
        put_member(r, f, (const char *)item[i].local, attr_text(&item[i]));
    }
}

static void start_resource(struct xml_reader *r, const xmlChar *local, uint8_t level)
{
    fhir_type_id type = fhir_resource_find(str_of((const char *)local));
    if (!type) {
        fail(r, ERR_FHIR_TYPE_UNKNOWN, (const char *)local, NULL);
        return;
    }
    struct read_frame *f = push(r, READ_OBJECT, type, 0, level);
    buf_char(out_of(r, f), '{');
    put_member(r, f, "resourceType", str_of(fhir_types[type].name));
}

/* Elements of the model that XML has as attributes: ids of elements, Extension.url. */
static bool is_attribute(fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    if (e->name == FHIR_NAME_id)
        return fhir_types[e->owner].kind != FHIR_RESOURCE;
    return e->name == FHIR_NAME_url && e->owner == FHIR_TYPE_Extension;
}

static fhir_elem_id find_elem(const struct read_frame *f, const xmlChar *local)
{
    size_t n = (size_t)xmlStrlen(local);
    uint16_t name = n < JSON_KEY_MAX ? fhir_names.find((const char *)local, n) : 0;
    fhir_elem_id elem = name ? fhir_elem_find(f->type, name) : 0;
    return elem && !is_attribute(elem) ? elem : 0;
}

/* Begins or goes on with the group of elem; false when it may not stand here. */
static bool enter_group(struct xml_reader *r, struct read_frame *f, fhir_elem_id elem, const xmlChar *local)
{
    fhir_elem_id before = f->group;
    if (elem < before) {
        fail(r, ERR_XML_ORDER, (const char *)local, fhir_name_text[fhir_elems[before].name]);
        return false;
    }
    if (before == elem && !fhir_elems[elem].many) {
        fail(r, ERR_FHIR_CARDINALITY_MAX, (const char *)local, NULL);
        return false;
    }
    if (before != elem) {
        group_end(r, f);
        group_begin(r, f, elem);
    }
    f->count++;
    return true;
}

/* An element that is no narrative: writes what begins it and pushes its frame. */
static void start_value(struct xml_reader *r, struct read_frame *f, fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    const struct fhir_type *type = &fhir_types[e->type];
    if (type->prim) {
        push(r, READ_PRIMITIVE, e->type, elem, (uint8_t)(f->level + e->many));
        return;
    }
    if (!e->many) {
        next_member(r, f);
        put_key(out_of(r, f), elem, false);
    } else if (f->count > 1) {
        buf_char(out_of(r, f), ',');
    }
    if (type->kind == FHIR_RESOURCE) {
        push(r, READ_WRAPPER, e->type, elem, f->level);
        return;
    }
    buf_char(out_of(r, f), '{');
    push(r, READ_OBJECT, e->type, elem, f->level);
}

static void start_member(struct xml_reader *r, const xmlChar *local, const xmlChar *prefix,
                         const xmlChar *uri, int ns_count, const xmlChar **ns, int attr_count,
                         const xmlChar **attrs)
{
    struct read_frame *f = top(r);
    fhir_elem_id elem = find_elem(f, local);
    bool div = elem && fhir_types[fhir_elems[elem].type].prim == FHIR_PRIM_XHTML;
    const char *space = div ? XML_NS_XHTML : XML_NS_FHIR;
    if (!xmlStrEqual(uri, BAD_CAST space)) {
        fail(r, ERR_XML_NAMESPACE, (const char *)local, space);
        return;
    }
    if (!elem) {
        fail(r, ERR_FHIR_ELEMENT_UNKNOWN, (const char *)local, NULL);
        return;
    }
    if (f->kind == READ_PRIMITIVE)
        open_side(r, f);
    if (!enter_group(r, f, elem, local))
        return;
    if (div) {
        if (!xml_narrative_start(&r->narrative, &r->p, local, prefix, uri, ns_count, ns, attr_count, attrs))
            fail_at(r, NULL);
        return;
    }
    start_value(r, f, elem);
    read_attrs(r, attr_count, attrs);
}

static void start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int ns_count,
                  const xmlChar **ns, int attr_count, int defaulted, const xmlChar **attrs)
{
    struct xml_reader *r = user;
    (void)defaulted;
    if (r->p.failed)
        return;
    if (r->depth + r->narrative.depth >= XML_DEPTH_MAX) {
        char text[16];
        snprintf(text, sizeof(text), "%d", XML_DEPTH_MAX);
        fail(r, ERR_XML_DEPTH, text, NULL);
    } else if (r->narrative.depth) {
        if (!xml_narrative_start(&r->narrative, &r->p, local, prefix, uri, ns_count, ns, attr_count, attrs))
            fail_at(r, NULL);
    } else if (r->depth && top(r)->kind != READ_WRAPPER) {
        start_member(r, local, prefix, uri, ns_count, ns, attr_count, attrs);
    } else if (!xmlStrEqual(uri, BAD_CAST XML_NS_FHIR)) {
        fail(r, ERR_XML_NAMESPACE, (const char *)local, XML_NS_FHIR);
    } else if (r->depth && top(r)->count++) {
        fail(r, ERR_XML_RESOURCE, fhir_name_text[fhir_elems[top(r)->elem].name], NULL);
    } else {
        start_resource(r, local, r->depth ? top(r)->level : 0);
        if (!r->p.failed)
            read_attrs(r, attr_count, attrs);
    }
}

static void end_narrative(struct xml_reader *r, const xmlChar *local)
{
    struct str div;
    struct read_frame *f = top(r);
    if (!xml_narrative_end(&r->narrative, &r->p, local, &div))
        return;
    next_member(r, f);
    put_key(out_of(r, f), f->group, false);
    json_write_string(out_of(r, f), div);
}

static void end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *r = user;
    (void)prefix;
    (void)uri;
    if (r->p.failed)
        return;
    if (r->narrative.depth) {
        end_narrative(r, local);
        return;
    }
    struct read_frame *f = top(r);
    if (f->kind == READ_WRAPPER && !f->count)
        fail(r, ERR_XML_RESOURCE, (const char *)local, NULL);
    else if (f->kind == READ_PRIMITIVE ? !f->valued && !f->open : f->kind == READ_OBJECT && !f->any)
        fail(r, ERR_FHIR_EMPTY, (const char *)local, NULL);
    if (r->p.failed)
        return;
    if (f->kind == READ_OBJECT || f->open) {
        group_end(r, f);
        buf_char(out_of(r, f), '}');
    }
    r->depth--;
}

static void characters(void *user, const xmlChar *text, int n)
{
    struct xml_reader *r = user;
    if (r->p.failed)
        return;
    if (r->narrative.depth) {
        xml_narrative_text(&r->narrative, (struct str){(const char *)text, (size_t)n});
        return;
    }
    for (int i = 0; i < n; i++)
        if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') {
            size_t left = (size_t)(n - i);
            struct str shown = {(const char *)text + i,
                                left < XML_ERROR_TEXT_MAX ? left : XML_ERROR_TEXT_MAX};
            err_set_str(r->p.err, ERR_XML_TEXT, shown, STR(""));
            fail_at(r, NULL);
            xml_lib_stop(&r->p);
            return;
        }
}

static void comment(void *user, const xmlChar *text)
{
    struct xml_reader *r = user;
    if (!r->p.failed && r->narrative.depth)
        xml_narrative_comment(&r->narrative, str_of((const char *)text));
}

static const xmlSAXHandler read_events = {
    .startElementNs = start,
    .endElementNs = end,
    .characters = characters,
    .ignorableWhitespace = characters,
    .cdataBlock = characters,
    .comment = comment,
};

bool xml_read(struct str source, struct buf *out, struct err *err)
{
    struct err ignored;
    struct xml_reader *r = os_alloc(sizeof(*r));
    if (!r)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset(r, 0, sizeof(*r));
    r->line = 1;
    r->level[0] = out;
    for (size_t i = 1; i < READ_LEVELS_MAX; i++) {
        buf_init(&r->side[i], JSON_SIZE_MAX);
        r->level[i] = &r->side[i];
    }
    buf_init(&r->narrative.again, JSON_SIZE_MAX);
    err = err ? err : &ignored;
    bool ok = xml_lib_run(&r->p, &read_events, source, err);
    if (ok && !(buf_ok(out) && buf_ok(&r->narrative.again)))
        ok = err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 1; i < READ_LEVELS_MAX; i++)
        buf_release(&r->side[i]);
    buf_release(&r->narrative.again);
    os_free(r);
    return ok;
}
