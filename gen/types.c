/* SPDX-License-Identifier: Apache-2.0 */
#include "types.h"

#include <ctype.h>
#include <stdlib.h>

#include "codes.h"
#include "fail.h"
#include "rules.h"

#define FHIR_VERSION "4.0.1"
#define SYSTEM_TYPE "http://hl7.org/fhirpath/System."
#define FHIR_TYPE_EXTENSION "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"

/* Types beneath it are the steering's own. */
#define STYR_BASE "https://helhet.example/styr/StructureDefinition/"

enum { TARGETS_MAX = 256 };

static const struct {
    const char *type, *prim;
} primitives[] = {
    {"boolean", "BOOLEAN"},
    {"integer", "INTEGER"},
    {"positiveInt", "POSITIVE_INT"},
    {"decimal", "DECIMAL"},
    {"string", "STRING"},
    {"unsignedInt", "UNSIGNED_INT"},
    {"code", "CODE"},
    {"id", "ID"},
    {"markdown", "MARKDOWN"},
    {"uri", "URI"},
    {"url", "URL"},
    {"canonical", "CANONICAL"},
    {"oid", "OID"},
    {"uuid", "UUID"},
    {"date", "DATE"},
    {"dateTime", "DATETIME"},
    {"instant", "INSTANT"},
    {"time", "TIME"},
    {"xhtml", "XHTML"},
    {"base64Binary", "BASE64"},
};

static const struct {
    const char *text;
    enum tables_kind kind;
} kinds[] = {{"primitive-type", KIND_PRIMITIVE}, {"complex-type", KIND_COMPLEX}, {"resource", KIND_RESOURCE}};

/* A StructureDefinition being read. */
struct reader {
    struct tables *t;
    const struct source_resource *r;
    const struct tables_type *type; /* its root type */
    const char *where;              /* for messages */
    enum tables_kind kind;
    const char *heir; /* NULL, or the type that inherits what is read */
};

static const char *prim_of(const struct tables *t, const char *name, const char *where)
{
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
        if (!strcmp(primitives[i].type, name))
            return arena_printf(t->arena, "FHIR_PRIM_%s", primitives[i].prim).p;
    fail_at(where, "primitive type %s has no known format", name);
}

static struct tables_type *type_add(struct tables *t, const char *name, const char *base, const char *where)
{
    if (tables_type_find(t, name))
        fail_at(where, "type %s is defined twice", name);
    if (t->type_count == TABLES_TYPES_MAX)
        fail_at(where, "more than %d types", TABLES_TYPES_MAX);
    struct tables_type *row = &t->type[t->type_count++];
    *row = (struct tables_type){.name = name, .base_name = base, .prim = "FHIR_PRIM_NONE"};
    return row;
}

/* Is r a type of its own (true), or a profile or logical model, which make no tables (false)? */
static bool is_type(const struct source *s, const struct source_resource *r, enum tables_kind *kind)
{
    const char *derivation = source_get(s, r->doc, r->node, "derivation");
    if (derivation && !strcmp(derivation, "constraint"))
        return false;
    const char *text = source_need(s, r->doc, r->node, "kind", r->url);
    if (!strcmp(text, "logical"))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].text, text) != 0)
            continue;
        *kind = kinds[i].kind;
        return true;
    }
    fail_at(r->url, "unknown kind %s", text);
}

static void read_type(struct tables *t, const struct source_resource *r, enum tables_kind kind)
{
    const struct source *s = &t->source;
    const char *version = source_need(s, r->doc, r->node, "fhirVersion", r->url);
    if (strcmp(version, FHIR_VERSION) != 0)
        fail_at(r->url, "fhirVersion is %s, not " FHIR_VERSION, version);
    const char *base = source_get(s, r->doc, r->node, "baseDefinition");
    const char *name = source_need(s, r->doc, r->node, "type", r->url);
    struct tables_type *row = type_add(t, name, base ? source_tail(s, base) : NULL, r->url);
    row->kind = kind;
    row->abstract = source_true(r->doc, r->node, "abstract");
    row->styr = str_starts(str_of(r->url), STR(STYR_BASE));
    if (kind == KIND_PRIMITIVE)
        row->prim = prim_of(t, name, r->url);
}

/* Types of one kind, in the order of the files: first primitives, then complex types, then resources, so that
 * the rows of resource types are contiguous. */
static void read_kind(struct tables *t, enum tables_kind wanted)
{
    for (uint32_t i = 0; i < t->source.count; i++) {
        const struct source_resource *r = &t->source.list[i];
        enum tables_kind kind;
        if (!r->gone && !strcmp(r->type, "StructureDefinition") && is_type(&t->source, r, &kind) &&
            kind == wanted)
            read_type(t, r, kind);
    }
}

/* The FHIR type of a type code: most are it, System types name it in an extension. */
static const char *type_name(const struct reader *x, uint32_t type, const char *path)
{
    const struct source *s = &x->t->source;
    const struct json_doc *doc = x->r->doc;
    const char *code = source_need(s, doc, type, "code", path);
    if (strncmp(code, SYSTEM_TYPE, sizeof SYSTEM_TYPE - 1) != 0)
        return code;
    /* R4's own snapshots say string here; the datatype of Resource.id is id (2.26.3.1). */
    const char *last = strrchr(path, '.');
    if (last && !strcmp(last, ".id") && x->kind == KIND_RESOURCE && last == strchr(path, '.'))
        return "id";
    if (!strcmp(path, "xhtml.id"))
        return "string";
    uint32_t ext = source_child(doc, type, "extension");
    if (ext != UINT32_MAX) {
        JSON_EACH(doc, ext, e)
        {
            if (!strcmp(source_need(s, doc, e, "url", path), FHIR_TYPE_EXTENSION))
                return source_need(s, doc, e, "valueUrl", path);
        }
    }
    fail_at(path, "%s does not name its FHIR type", code);
}

static unsigned read_min(const struct reader *x, uint32_t e, const char *path)
{
    uint64_t min;
    if (!str_u64(json_text(x->r->doc, source_child(x->r->doc, e, "min")), 1, &min))
        fail_at(path, "min is not 0 or 1");
    return (unsigned)min;
}

/* False for an element that is not allowed here (max 0). */
static bool read_max(const struct reader *x, uint32_t e, const char *path, bool *many)
{
    const char *max = source_need(&x->t->source, x->r->doc, e, "max", path);
    *many = !strcmp(max, "*");
    if (!*many && strcmp(max, "0") != 0 && strcmp(max, "1") != 0)
        fail_at(path, "max %s is not 0, 1 or *", max);
    return strcmp(max, "0") != 0;
}

static uint16_t read_binding(const struct reader *x, uint32_t e, const char *path)
{
    const struct source *s = &x->t->source;
    uint32_t b = source_child(x->r->doc, e, "binding");
    if (b == UINT32_MAX || strcmp(source_need(s, x->r->doc, b, "strength", path), "required") != 0)
        return 0;
    return codes_binding(x->t, source_need(s, x->r->doc, b, "valueSet", path));
}

static void read_targets(const struct reader *x, uint32_t type, struct tables_elem *row)
{
    const struct json_doc *doc = x->r->doc;
    uint32_t list = source_child(doc, type, "targetProfile");
    if (list == UINT32_MAX)
        return;
    row->target_urls = ARENA_ARRAY(x->t->arena, const char *, doc->nodes[list].len);
    JSON_EACH(doc, list, u)
    {
        row->target_urls[row->target_url_count++] = source_text(&x->t->source, doc, u);
    }
}

static void elem_add(const struct reader *x, const struct tables_elem *row)
{
    struct tables *t = x->t;
    if (t->elem_count == TABLES_ELEMS_MAX)
        fail_at(x->where, "more than %d elements", TABLES_ELEMS_MAX);
    for (uint32_t i = t->elem_count; i-- > 1 && i + TARGETS_MAX > t->elem_count;)
        if (!strcmp(t->elem[i].owner_name, row->owner_name) && !strcmp(t->elem[i].name, row->name))
            fail_at(x->where, "%s.%s occurs twice", row->owner_name, row->name);
    t->elem[t->elem_count++] = *row;
}

/* "value" + "dateTime" → "valueDateTime" */
static const char *choice_name(const struct reader *x, const char *path_name, const char *type)
{
    return arena_printf(x->t->arena, "%s%c%s", path_name, toupper((unsigned char)type[0]), type + 1).p;
}

/* Elements with children of their own get a backbone type, named by their path. */
static const char *backbone(const struct reader *x, const char *path, const char *base)
{
    struct tables_type *row = type_add(x->t, path, base, x->where);
    row->kind = KIND_BACKBONE;
    return path;
}

/* The elements of a definition: its snapshot's, else its differential's; UINT32_MAX: neither. */
static uint32_t elements_of(const struct source_resource *r, bool *differential)
{
    uint32_t part = source_child(r->doc, r->node, "snapshot");
    *differential = part == UINT32_MAX;
    if (*differential)
        part = source_child(r->doc, r->node, "differential");
    return part == UINT32_MAX ? part : source_child(r->doc, part, "element");
}

static bool has_children(const struct reader *x, uint32_t e, const char *path)
{
    const struct json_doc *doc = x->r->doc;
    uint32_t next = doc->nodes[e].end;
    bool differential;
    uint32_t list = elements_of(x->r, &differential);
    if (next >= doc->nodes[list].end)
        return false;
    struct str p = json_text(doc, source_child(doc, next, "path"));
    size_t n = strlen(path);
    return p.n > n && !memcmp(p.p, path, n) && p.p[n] == '.';
}

static void read_inherited(const struct reader *x, const char *url, enum tables_kind kind, const char *heir);

/* The elements of an element with children: in a differential those of its base are not listed. */
static const char *backbone_whole(const struct reader *x, const char *path, const char *base)
{
    bool differential;
    elements_of(x->r, &differential);
    backbone(x, path, base);
    if (differential)
        read_inherited(x, arena_printf(x->t->arena, "http://hl7.org/fhir/StructureDefinition/%s", base).p,
                       KIND_COMPLEX, path);
    return path;
}

static void read_alternatives(const struct reader *x, uint32_t e, const char *path, struct tables_elem *row)
{
    const struct json_doc *doc = x->r->doc;
    uint32_t types = source_child(doc, e, "type");
    if (types == UINT32_MAX || !doc->nodes[types].len)
        fail_at(path, "has neither type nor contentReference");
    if (!row->choice && doc->nodes[types].len != 1)
        fail_at(path, "has several types but is no choice");
    JSON_EACH(doc, types, type)
    {
        struct tables_elem one = *row;
        one.type_name = type_name(x, type, path);
        if (row->choice)
            one.name = choice_name(x, row->path_name, one.type_name);
        read_targets(x, type, &one);
        if (has_children(x, e, path)) {
            if (row->choice)
                fail_at(path, "is a choice with children");
            one.type_name = backbone_whole(x, path, one.type_name);
        }
        elem_add(x, &one);
    }
}

static void read_content_reference(const struct reader *x, const char *ref, const char *path,
                                   struct tables_elem *row)
{
    if (ref[0] != '#' || row->choice)
        fail_at(path, "content reference %s is not understood", ref);
    row->type_name = arena_cstr(x->t->arena, str_of(ref + 1));
    elem_add(x, row);
}

static void read_element(const struct reader *x, uint32_t e)
{
    const struct source *s = &x->t->source;
    const struct json_doc *doc = x->r->doc;
    const char *path = source_need(s, doc, e, "path", x->where);
    if (source_get(s, doc, e, "sliceName"))
        fail_at(path, "slices are for profiles, not for types");
    const char *dot = strrchr(path, '.');
    if (!dot) {
        if (strcmp(path, x->type->name) != 0)
            fail_at(x->where, "the root element is %s", path);
        return;
    }
    struct tables_elem row = {.owner_name = arena_cstr(s->arena, (struct str){path, (size_t)(dot - path)})};
    if (x->heir) {
        if (strchr(path, '.') != dot)
            fail_at(path, "is an element of an element, which is not inherited");
        row.owner_name = x->heir;
    }
    /* The value of a primitive is a System type: the text of the node itself, not an element. */
    if (!read_max(x, e, path, &row.many) || (x->kind == KIND_PRIMITIVE && !strcmp(dot, ".value")))
        return;
    row.min = read_min(x, e, path);
    struct str name = str_of(dot + 1);
    row.choice = str_ends(name, STR("[x]"));
    if (row.choice)
        name.n -= 3;
    row.name = row.path_name = arena_cstr(s->arena, name);
    row.modifier = source_true(doc, e, "isModifier");
    row.summary = source_true(doc, e, "isSummary");
    row.binding = read_binding(x, e, path);
    const char *ref = source_get(s, doc, e, "contentReference");
    if (ref)
        read_content_reference(x, ref, path, &row);
    else
        read_alternatives(x, e, path, &row);
}

/* What a definition with only a differential has from a base, whose snapshot has all of it; heir is the type
 * that gets it. */
static void read_inherited(const struct reader *of, const char *url, enum tables_kind kind, const char *heir)
{
    struct tables *t = of->t;
    const struct source_resource *r = source_find(&t->source, "StructureDefinition", url);
    if (!r)
        fail_at(of->where, "its base %s is not known", url);
    const char *name = source_need(&t->source, r->doc, r->node, "type", r->url);
    struct reader x = {t, r, &t->type[tables_type_need(t, name, r->url)], r->url, kind, heir};
    bool differential;
    uint32_t list = elements_of(r, &differential);
    if (list == UINT32_MAX || differential)
        fail_at(of->where, "its base %s has no snapshot", url);
    JSON_EACH(r->doc, list, e)
    {
        read_element(&x, e);
    }
}

static void read_elements(struct tables *t, const struct source_resource *r, enum tables_kind kind)
{
    const char *name = source_need(&t->source, r->doc, r->node, "type", r->url);
    struct reader x = {t, r, &t->type[tables_type_need(t, name, r->url)], r->url, kind, NULL};
    bool differential;
    uint32_t list = elements_of(r, &differential);
    if (list == UINT32_MAX)
        fail_at(r->url, "has neither snapshot nor differential");
    if (differential)
        read_inherited(&x, source_need(&t->source, r->doc, r->node, "baseDefinition", r->url), kind, name);
    JSON_EACH(r->doc, list, e)
    {
        read_element(&x, e);
    }
    rules_read(t, r, list);
}

static int by_owner(const void *a, const void *b)
{
    const struct tables_elem *x = a, *y = b;
    if (x->owner != y->owner)
        return x->owner < y->owner ? -1 : 1;
    return x->name_id < y->name_id ? -1 : x->name_id > y->name_id; /* name_id holds the order here */
}

/* Groups the rows by owner, keeping the order of definition within each. */
static void group(struct tables *t)
{
    for (uint32_t i = 1; i < t->elem_count; i++) {
        t->elem[i].owner = tables_type_need(t, t->elem[i].owner_name, t->elem[i].name);
        t->elem[i].name_id = (uint16_t)i;
    }
    qsort(t->elem + 1, t->elem_count - 1, sizeof *t->elem, by_owner);
    for (uint32_t i = 1; i < t->elem_count; i++) {
        struct tables_type *owner = &t->type[t->elem[i].owner];
        if (!owner->elem_count++)
            owner->elem_first = i;
    }
}

/* Allowed types behind target profiles; a profile counts as the type it constrains, Resource as any. */
static void resolve_targets(struct tables *t, struct tables_elem *row)
{
    uint16_t types[TARGETS_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < row->target_url_count; i++) {
        const struct source_resource *r = source_find(&t->source, "StructureDefinition", row->target_urls[i]);
        if (!r)
            fail_at(row->owner_name, "%s refers to unknown %s", row->name, row->target_urls[i]);
        const char *name = source_need(&t->source, r->doc, r->node, "type", r->url);
        if (!strcmp(name, "Resource"))
            return;
        if (n == TARGETS_MAX)
            fail_at(row->owner_name, "%s has more than %d targets", row->name, TARGETS_MAX);
        types[n++] = tables_type_need(t, name, row->target_urls[i]);
    }
    if (n) {
        row->target_first = tables_targets(t, types, n);
        row->target_count = (uint16_t)n;
    }
}

static void resolve(struct tables *t)
{
    for (uint32_t i = 1; i < t->type_count; i++)
        if (t->type[i].base_name)
            t->type[i].base = tables_type_need(t, t->type[i].base_name, t->type[i].name);
    for (uint32_t i = 1; i < t->elem_count; i++) {
        struct tables_elem *row = &t->elem[i];
        row->type = tables_type_need(t, row->type_name, row->owner_name);
        row->name_id = names_add(&t->names, row->name);
        row->path_name_id = names_add(&t->names, row->path_name);
        resolve_targets(t, row);
    }
    for (uint32_t i = 1; i < t->type_count; i++)
        if (t->type[i].kind != KIND_BACKBONE)
            names_add(&t->names, t->type[i].name);
}

void types_build(struct tables *t)
{
    t->type_count = t->elem_count = t->rule_count = 1;
    t->type[0] = (struct tables_type){.name = "", .prim = "FHIR_PRIM_NONE"};
    t->elem[0] = (struct tables_elem){.owner_name = "", .name = "", .path_name = "", .type_name = ""};
    read_kind(t, KIND_PRIMITIVE);
    read_kind(t, KIND_COMPLEX);
    read_kind(t, KIND_RESOURCE);
    for (uint32_t i = 0; i < t->source.count; i++) {
        const struct source_resource *r = &t->source.list[i];
        enum tables_kind kind;
        if (!r->gone && !strcmp(r->type, "StructureDefinition") && is_type(&t->source, r, &kind))
            read_elements(t, r, kind);
    }
    group(t);
    resolve(t);
    rules_group(t);
}
