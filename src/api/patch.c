/* SPDX-License-Identifier: Apache-2.0
 * PATCH (R4 3.1.0.9): JSON Patch, XML Patch and FHIRPath Patch, of a resource named by id or by criteria, and
 * as an entry of a batch or transaction (R4 3.1.0.11.1: a Binary, or a Parameters). The changes are made from
 * the current version by rewrite.c. */
#include "patch/patch.h"

#include <strings.h>

#include "api/api_int.h"
#include "api/refs.h"
#include "fhir_gen/names.h"
#include "terms/terms.h"

enum patch_kind { PATCH_KIND_JSON, PATCH_KIND_XML, PATCH_KIND_FHIRPATH };

struct patch {
    enum patch_kind kind;
    struct str text; /* FHIRPath: a Parameters resource in JSON */
    int64_t now_ms;  /* the same at each try */
    refs_map_fn *map;
    void *map_arg;
};

/* Bodies in application/fhir+xml are JSON by now (media_in). */
static const struct {
    const char *type;
    enum patch_kind kind;
} patch_types[] = {
    {"application/json-patch+json", PATCH_KIND_JSON},
    {"application/xml-patch+xml", PATCH_KIND_XML},
    {"application/fhir+json", PATCH_KIND_FHIRPATH},
    {"application/json", PATCH_KIND_FHIRPATH},
    {"text/json", PATCH_KIND_FHIRPATH},
};

static bool kind_of(struct str type, enum patch_kind *kind)
{
    size_t end = str_find(type, ';', 0);
    type = str_sub(type, 0, end == SIZE_MAX ? type.n : end);
    while (type.n && type.p[type.n - 1] == ' ')
        type.n--;
    for (size_t i = 0; i < sizeof(patch_types) / sizeof(*patch_types); i++)
        if (type.n == strlen(patch_types[i].type) && strncasecmp(type.p, patch_types[i].type, type.n) == 0) {
            *kind = patch_types[i].kind;
            return true;
        }
    return false;
}

/* In a transaction references are to what the other entries became. */
static bool map_references(struct write *w, const struct patch *p, struct str *text, struct err *err)
{
    struct arena *arena = w->call->arena;
    struct json_doc doc;
    struct buf out;
    if (!json_parse(arena, *text, &fhir_names, &doc, err))
        return false;
    fhir_type_tree(&doc, 0);
    if (!refs_rewrite(&doc, 0, arena, p->map, p->map_arg, err))
        return false;
    buf_init(&out, STORE_BODY_MAX);
    json_write(&doc, 0, &out);
    *text = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    return text->p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool rewrite(struct write *w, struct str body, struct str *out, struct err *err)
{
    const struct patch *p = w->rewrite_arg;
    struct arena *arena = w->call->arena;
    bool ok = false;
    switch (p->kind) {
    case PATCH_KIND_JSON:
        ok = patch_json(body, p->text, arena, out, err);
        break;
    case PATCH_KIND_XML:
        ok = patch_xml_resource(body, p->text, arena, out, err);
        break;
    case PATCH_KIND_FHIRPATH: {
        struct terms_session *terms = terms_session_new(w->call->api->terms);
        terms_session_read(terms, w->rewrite_read, 0);
        ok = patch_fhirpath(body, p->text, p->now_ms, terms_session_path(terms), arena, out, err);
        terms_session_free(terms);
        break;
    }
    }
    return ok && (!p->map || map_references(w, p, out, err));
}

bool patch_run(struct call *c)
{
    struct err err = {0};
    struct patch *p = ARENA_NEW(c->arena, struct patch);
    if (!p)
        err_set(&err, ERR_NO_MEMORY, NULL);
    else if (!kind_of(c->wants.content_type, &p->kind))
        err_set_str(&err, ERR_CONTENT_TYPE_PATCH, c->wants.content_type, STR(""));
    else if (!c->body.n)
        err_set(&err, ERR_BODY_MISSING, NULL);
    if (err.code)
        return outcome_fail(c, &err);
    p->text = c->body;
    p->now_ms = os_now_ms();
    return rewrite_run(c, rewrite, p, NULL);
}

bool patch_conditional_run(struct call *c)
{
    return patch_run(c);
}

/* ---- entries ---- */

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The bytes of checked base64; white space in it is passed over. */
static struct str base64_bytes(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, text.n + 1), *at = to;
    unsigned bits = 0, have = 0;
    if (!to)
        return (struct str){0};
    for (size_t i = 0; i < text.n; i++) {
        int d = base64_digit(text.p[i]);
        if (d < 0)
            continue;
        bits = bits << 6 | (unsigned)d;
        have += 6;
        if (have >= 8) {
            have -= 8;
            *at++ = (char)(bits >> have & 0xFF);
        }
    }
    return (struct str){to, (size_t)(at - to)};
}

static bool read_binary(struct call *c, const struct json_doc *doc, uint32_t node, struct patch *p,
                        struct err *err)
{
    struct str type = json_text(doc, json_get(doc, node, FHIR_NAME_contentType));
    struct str data = json_text(doc, json_get(doc, node, FHIR_NAME_data));
    if (!kind_of(type, &p->kind) || p->kind == PATCH_KIND_FHIRPATH)
        return err_set_str(err, ERR_CONTENT_TYPE_PATCH, type.p ? type : STR("Binary"), STR(""));
    if (!fhir_prim_valid(FHIR_PRIM_BASE64, data))
        return err_set(err, ERR_FHIR_PRIMITIVE, "Binary.data", "base64Binary", NULL);
    p->text = base64_bytes(c->arena, data);
    return p->text.p || err_set(err, ERR_NO_MEMORY, NULL);
}

static bool read_parameters(struct call *c, const struct json_doc *doc, uint32_t node, struct patch *p,
                            struct err *err)
{
    struct buf out;
    buf_init(&out, STORE_BODY_MAX);
    json_write(doc, node, &out);
    p->kind = PATCH_KIND_FHIRPATH;
    p->text = buf_ok(&out) ? arena_str(c->arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    return p->text.p || err_set(err, ERR_NO_MEMORY, NULL);
}

bool patch_entry(struct write *w, const struct json_doc *doc, uint32_t node, patch_map_fn *map, void *map_arg,
                 struct err *err)
{
    struct call *c = w->call;
    struct patch *p = ARENA_NEW(c->arena, struct patch);
    w->doc = ARENA_NEW(c->arena, struct json_doc);
    w->node = 0;
    if (!p || !w->doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    fhir_type_id type = fhir_resource_type(doc, node);
    p->now_ms = os_now_ms();
    p->map = map;
    p->map_arg = map_arg;
    w->rewrite = rewrite;
    w->rewrite_arg = p;
    if (type == FHIR_TYPE_Binary)
        return read_binary(c, doc, node, p, err);
    if (type == FHIR_TYPE_Parameters)
        return read_parameters(c, doc, node, p, err);
    return err_set(err, ERR_FHIR_TYPE_MISMATCH, type ? fhir_types[type].name : "?", "Binary/Parameters",
                   NULL);
}
