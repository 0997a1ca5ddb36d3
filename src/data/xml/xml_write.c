/* SPDX-License-Identifier: Apache-2.0
 * From the tree to XML. Members are written in the model's order, whatever order JSON has them in. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "xml/xml_int.h"

struct xml_writer {
    const struct json_doc *doc;
    uint32_t root;
    bool pretty;
    uint32_t depth;
    struct buf *out;
    struct err *err;
};

/* One element of an object: its value, its '_' sibling, or both. UINT32_MAX: absent. */
struct write_member {
    fhir_elem_id elem;
    uint32_t value, side;
};

static bool write_resource(struct xml_writer *w, uint32_t i, bool first);

static void fail_at(struct xml_writer *w, uint32_t i)
{
    struct buf path;
    buf_init(&path, ERR_PATH_MAX);
    fhir_node_path(w->doc, w->root, i, &path);
    err_at(w->err, (struct str){path.p, path.n});
    buf_release(&path);
}

static bool fail(struct xml_writer *w, uint32_t i, enum err_code code, const char *a, const char *b)
{
    err_set(w->err, code, a, b, NULL);
    fail_at(w, i);
    return false;
}

static bool is_attribute(fhir_elem_id elem)
{
    const struct fhir_elem *e = &fhir_elems[elem];
    if (e->name == FHIR_NAME_id)
        return fhir_types[e->owner].kind != FHIR_RESOURCE;
    return e->name == FHIR_NAME_url && e->owner == FHIR_TYPE_Extension;
}

/* ---- text ---- */

/* How a byte stands in a quoted attribute: 0 as itself, 1 not at all. White space would be read back as
 * spaces unless it is a reference. */
static const char *const write_forbidden = "";
static const char *const write_as[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;",   ['>'] = "&gt;",   ['"'] = "&quot;",
    ['\t'] = "&#9;", ['\n'] = "&#10;", ['\r'] = "&#13;",
};

static const char *byte_as(unsigned char c)
{
    return c < 0x20 && !write_as[c] ? write_forbidden : write_as[c];
}

/* U+FFFE and U+FFFF are no characters of XML. */
static bool no_character(struct str s, size_t i)
{
    return (unsigned char)s.p[i] == 0xEF && s.n - i >= 3 && (unsigned char)s.p[i + 1] == 0xBF &&
           (unsigned char)s.p[i + 2] >= 0xBE;
}

static bool write_quoted(struct xml_writer *w, uint32_t i, struct str s)
{
    size_t run = 0;
    buf_char(w->out, '"');
    for (size_t k = 0; k < s.n; k++) {
        const char *as = byte_as((unsigned char)s.p[k]);
        if (as == write_forbidden || no_character(s, k))
            return fail(w, i, ERR_XML_UNWRITABLE, "ett styrtecken", "a control character");
        if (!as)
            continue;
        buf_add(w->out, s.p + run, k - run);
        buf_cstr(w->out, as);
        run = k + 1;
    }
    buf_add(w->out, s.p + run, s.n - run);
    buf_char(w->out, '"');
    return true;
}

static void write_indent(struct xml_writer *w)
{
    if (!w->pretty)
        return;
    buf_char(w->out, '\n');
    for (uint32_t i = 0; i < w->depth; i++)
        buf_add(w->out, "  ", 2);
}

/* ---- objects ---- */

/* The element of object i that comes next in the model's order after last; elem 0 at the end. An object has
 * few members, so looking through them each time costs less than sorting. */
static struct write_member next_member(const struct json_doc *doc, uint32_t i, fhir_elem_id last)
{
    struct write_member m = {0, UINT32_MAX, UINT32_MAX};
    JSON_EACH(doc, i, c)
    {
        const struct json_node *n = &doc->nodes[c];
        if (n->elem <= last || (m.elem && n->elem > m.elem))
            continue;
        if (n->elem != m.elem)
            m = (struct write_member){n->elem, UINT32_MAX, UINT32_MAX};
        if (n->flags & JSON_F_UNDERSCORE)
            m.side = c;
        else
            m.value = c;
    }
    return m;
}

/* Every member has to be one the model knows: what cannot be written must not be left out. */
static bool all_known(struct xml_writer *w, uint32_t i)
{
    JSON_EACH(w->doc, i, c)
    {
        const struct json_node *n = &w->doc->nodes[c];
        bool type = n->name == FHIR_NAME_resourceType && !(n->flags & JSON_F_UNDERSCORE);
        if (!n->elem && !type) {
            err_set_str(w->err, ERR_FHIR_ELEMENT_UNKNOWN, (struct str){n->key, n->key_len}, STR(""));
            fail_at(w, c);
            return false;
        }
    }
    return true;
}

static bool write_attribute(struct xml_writer *w, uint32_t c)
{
    const struct json_node *n = &w->doc->nodes[c];
    const char *name = fhir_name_text[fhir_elems[n->elem].name];
    if (n->kind != JSON_STRING || (n->flags & JSON_F_UNDERSCORE))
        return fail(w, c, ERR_FHIR_KIND, name, "string");
    buf_char(w->out, ' ');
    buf_cstr(w->out, name);
    buf_char(w->out, '=');
    return write_quoted(w, c, json_text(w->doc, c));
}

/* id and url of object i as attributes of the tag being written, id first. *inner: are there other members?
 */
static bool write_attributes(struct xml_writer *w, uint32_t i, bool *inner)
{
    uint32_t url = UINT32_MAX;
    *inner = false;
    JSON_EACH(w->doc, i, c)
    {
        const struct json_node *n = &w->doc->nodes[c];
        if (!n->elem || !is_attribute(n->elem))
            *inner = *inner || n->elem;
        else if (n->name == FHIR_NAME_url)
            url = c;
        else if (!write_attribute(w, c))
            return false;
    }
    return url == UINT32_MAX || write_attribute(w, url);
}

static struct str scalar_text(const struct json_node *n)
{
    switch (n->kind) {
    case JSON_TRUE:
        return STR("true");
    case JSON_FALSE:
        return STR("false");
    case JSON_NUMBER:
    case JSON_STRING:
        return (struct str){n->text, n->len};
    default:
        return (struct str){NULL, 0};
    }
}

static bool write_members(struct xml_writer *w, uint32_t i);

static void write_end(struct xml_writer *w, const char *name, bool inner)
{
    if (!inner) {
        buf_cstr(w->out, "/>");
        return;
    }
    write_indent(w);
    buf_cstr(w->out, "</");
    buf_cstr(w->out, name);
    buf_char(w->out, '>');
}

/* What stands between the tags, one level deeper. */
static bool write_inner(struct xml_writer *w, uint32_t i)
{
    buf_char(w->out, '>');
    w->depth++;
    bool ok = write_members(w, i);
    w->depth--;
    return ok;
}

/* A primitive: value and '_' object, UINT32_MAX or null where absent. */
static bool write_primitive(struct xml_writer *w, const char *name, uint32_t value, uint32_t side)
{
    const struct json_doc *doc = w->doc;
    bool inner = false;
    bool has_value = value != UINT32_MAX && doc->nodes[value].kind != JSON_NULL;
    bool has_side = side != UINT32_MAX && doc->nodes[side].kind != JSON_NULL;
    uint32_t at = has_value ? value : side;
    if (has_side && doc->nodes[side].kind != JSON_OBJECT)
        return fail(w, side, ERR_FHIR_KIND, name, "object");
    if (has_value && !scalar_text(&doc->nodes[value]).p)
        return fail(w, value, ERR_FHIR_KIND, name, "primitive");
    if (!has_value && !has_side)
        return fail(w, at == UINT32_MAX ? value : at, ERR_FHIR_EMPTY, name, NULL);
    write_indent(w);
    buf_char(w->out, '<');
    buf_cstr(w->out, name);
    if (has_side && (!all_known(w, side) || !write_attributes(w, side, &inner)))
        return false;
    if (has_value) {
        buf_cstr(w->out, " value=");
        if (!write_quoted(w, value, scalar_text(&doc->nodes[value])))
            return false;
    }
    if (inner && !write_inner(w, side))
        return false;
    write_end(w, name, inner);
    return true;
}

static bool write_narrative(struct xml_writer *w, uint32_t i)
{
    if (w->doc->nodes[i].kind != JSON_STRING)
        return fail(w, i, ERR_FHIR_KIND, "div", "string");
    write_indent(w);
    if (xml_narrative_write(json_text(w->doc, i), w->out, w->err))
        return true;
    fail_at(w, i);
    return false;
}

/* A complex value or a resource in its wrapper. */
static bool write_complex(struct xml_writer *w, const char *name, fhir_type_id type, uint32_t i)
{
    bool inner = true;
    if (w->doc->nodes[i].kind != JSON_OBJECT)
        return fail(w, i, ERR_FHIR_KIND, name, "object");
    write_indent(w);
    buf_char(w->out, '<');
    buf_cstr(w->out, name);
    if (fhir_types[type].kind == FHIR_RESOURCE) {
        buf_char(w->out, '>');
        w->depth++;
        bool ok = write_resource(w, i, false);
        w->depth--;
        if (!ok)
            return false;
    } else if (!all_known(w, i) || !write_attributes(w, i, &inner) || (inner && !write_inner(w, i))) {
        return false;
    }
    write_end(w, name, inner);
    return true;
}

/* A repeating primitive: its values and its '_' list are walked in step. */
static bool write_primitives(struct xml_writer *w, const char *name, const struct write_member *m)
{
    const struct json_doc *doc = w->doc;
    uint32_t v = m->value == UINT32_MAX ? UINT32_MAX : m->value + 1;
    uint32_t s = m->side == UINT32_MAX ? UINT32_MAX : m->side + 1;
    for (;;) {
        if (v != UINT32_MAX && v >= doc->nodes[m->value].end)
            v = UINT32_MAX;
        if (s != UINT32_MAX && s >= doc->nodes[m->side].end)
            s = UINT32_MAX;
        if (v == UINT32_MAX && s == UINT32_MAX)
            return true;
        if (!write_primitive(w, name, v, s))
            return false;
        v = v == UINT32_MAX ? v : doc->nodes[v].end;
        s = s == UINT32_MAX ? s : doc->nodes[s].end;
    }
}

static bool write_member(struct xml_writer *w, const struct write_member *m)
{
    const struct json_doc *doc = w->doc;
    const struct fhir_elem *e = &fhir_elems[m->elem];
    const char *name = fhir_name_text[e->name];
    enum fhir_prim prim = fhir_types[e->type].prim;
    uint32_t any = m->value != UINT32_MAX ? m->value : m->side;
    bool lists = doc->nodes[any].kind == JSON_ARRAY;
    if (m->value != UINT32_MAX && m->side != UINT32_MAX &&
        (doc->nodes[m->value].kind == JSON_ARRAY) != (doc->nodes[m->side].kind == JSON_ARRAY))
        return fail(w, m->side, ERR_FHIR_ALIGNMENT, name, NULL);
    if (lists != e->many)
        return fail(w, any, e->many ? ERR_FHIR_NOT_ARRAY : ERR_FHIR_CARDINALITY_MAX, name, NULL);
    if (prim == FHIR_PRIM_XHTML && m->side == UINT32_MAX)
        return write_narrative(w, m->value);
    if (prim && lists)
        return write_primitives(w, name, m);
    if (prim)
        return write_primitive(w, name, m->value, m->side);
    if (m->side != UINT32_MAX)
        return fail(w, m->side, ERR_FHIR_ELEMENT_UNKNOWN, name, NULL);
    if (!lists)
        return write_complex(w, name, e->type, m->value);
    JSON_EACH(doc, m->value, item)
    {
        if (!write_complex(w, name, e->type, item))
            return false;
    }
    return true;
}

/* The members of object i that are elements. The depth of the recursion is that of the document. */
static bool write_members(struct xml_writer *w, uint32_t i)
{
    struct write_member m = {0};
    for (;;) {
        m = next_member(w->doc, i, m.elem);
        if (!m.elem)
            return true;
        if (!is_attribute(m.elem) && !write_member(w, &m))
            return false;
    }
}

static bool write_resource(struct xml_writer *w, uint32_t i, bool first)
{
    fhir_type_id type = fhir_resource_type(w->doc, i);
    if (!type)
        return fail(w, i, ERR_FHIR_TYPE_MISSING, NULL, NULL);
    if (!all_known(w, i))
        return false;
    const char *name = fhir_types[type].name;
    if (!first)
        write_indent(w);
    buf_char(w->out, '<');
    buf_cstr(w->out, name);
    if (first)
        buf_cstr(w->out, " xmlns=\"" XML_NS_FHIR "\"");
    bool inner = w->doc->nodes[i].len > 1;
    if (inner && !write_inner(w, i))
        return false;
    write_end(w, name, inner);
    return true;
}

bool xml_write(const struct json_doc *doc, uint32_t i, bool pretty, struct buf *out, struct err *err)
{
    struct err ignored;
    struct xml_writer w = {doc, i, pretty, 0, out, err ? err : &ignored};
    buf_cstr(out, pretty ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                         : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if (!write_resource(&w, i, true))
        return false;
    if (pretty)
        buf_char(out, '\n');
    return buf_ok(out) || err_set(w.err, ERR_NO_MEMORY, NULL);
}

bool xml_write_text(struct str json, size_t memory_max, bool pretty, struct buf *out, struct err *err)
{
    struct arena arena;
    struct json_doc doc;
    arena_init(&arena);
    arena_limit(&arena, memory_max);
    bool ok = json_parse(&arena, json, &fhir_names, &doc, err);
    if (ok) {
        fhir_type_tree(&doc, 0);
        ok = xml_write(&doc, 0, pretty, out, err);
    }
    arena_release(&arena);
    return ok;
}
