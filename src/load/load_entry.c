/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"
#include "api/refs.h"
#include "base/os.h"
#include "load/load_int.h"
#include "xml/xml.h"

#include <openssl/evp.h>

enum { LOAD_ENTRY_FIRST = 64, LOAD_ID_TEXT = 37 };

bool load_entry_add(struct load_worker *w, struct load_entry *e)
{
    if (w->count == w->cap) {
        size_t cap = w->cap ? w->cap * 2 : LOAD_ENTRY_FIRST;
        struct load_entry **grown = os_realloc(w->entry, cap * sizeof(struct load_entry *));
        if (!grown)
            return load_fail(w->load, &(struct err){.code = ERR_NO_MEMORY});
        w->entry = grown;
        w->cap = cap;
    }
    w->entry[w->count++] = e;
    return true;
}

void load_entry_reject(struct load_worker *w, struct load_entry *e)
{
    static const struct err no_memory = {.code = ERR_NO_MEMORY};
    struct err *kept = ARENA_NEW(&w->arena, struct err);
    if (kept) {
        *kept = w->err;
        if (w->from_xml)
            kept->column = 0;
    }
    e->err = kept ? kept : &no_memory;
    e->state = LOAD_REJECTED;
}

/* An id that the same content always gives: the first half of its SHA-256, written as a UUID of version 8. */
static bool load_entry_digest(struct load_worker *w, struct load_entry *e)
{
    struct buf text;
    unsigned char md[EVP_MAX_MD_SIZE];
    buf_init(&text, STORE_BODY_MAX);
    json_write(e->doc, e->node, &text);
    bool ok = buf_ok(&text) && EVP_Digest(text.p, text.n, md, NULL, EVP_sha256(), NULL) == 1;
    buf_release(&text);
    char *id = ok ? arena_alloc(&w->arena, LOAD_ID_TEXT) : NULL;
    if (!id)
        return err_set(&w->err, ERR_NO_MEMORY, NULL);
    md[6] = (unsigned char)(0x80 | (md[6] & 0x0F));
    md[8] = (unsigned char)(0x80 | (md[8] & 0x3F));
    size_t at = 0;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            id[at++] = '-';
        id[at++] = "0123456789abcdef"[md[i] >> 4];
        id[at++] = "0123456789abcdef"[md[i] & 15];
    }
    e->change.id = (struct str){id, at};
    return true;
}

static bool load_entry_id(struct load_worker *w, struct load_entry *e)
{
    struct str own = json_text(e->doc, json_get_key(e->doc, e->node, STR("id")));
    struct str uuid = STR("urn:uuid:");
    if (own.n) {
        e->change.id = own;
        return true; /* its format was checked with the resource */
    }
    if (str_starts(e->full_url, uuid)) {
        struct str id = str_sub(e->full_url, uuid.n, e->full_url.n);
        if (fhir_prim_valid(FHIR_PRIM_ID, id)) {
            e->change.id = id;
            return true;
        }
    }
    if (e->put_id.n) {
        e->change.id = e->put_id;
        return fhir_prim_valid(FHIR_PRIM_ID, e->put_id) ||
               err_set_str(&w->err, ERR_FHIR_ID, e->put_id, STR(""));
    }
    return load_entry_digest(w, e);
}

void load_entry_check(struct load_worker *w, struct load_entry *e)
{
    w->issues.count = 0;
    w->issues.total = 0;
    fhir_type_id type = 0;
    bool good = check_resource(e->doc, e->node, &type, &w->issues);
    e->change.type = type;
    if (!good)
        w->err = w->issues.item[0];
    fhir_type_id only = w->load->opt.only_type;
    if (good && only && type != only)
        good = err_set(&w->err, ERR_FHIR_TYPE_MISMATCH, fhir_types[type].name, fhir_types[only].name, NULL);
    if (!good || !load_entry_id(w, e))
        load_entry_reject(w, e);
}

/* Index rows of the body as it will be stored: the resource itself lacks the id it was given. */
static bool load_entry_extract_named(struct load_worker *w, struct load_entry *e, struct store_rows *rows)
{
    struct json_doc doc;
    const struct store_change *c = &e->change;
    struct str body = arena_printf(&w->arena, "%.*s\"meta\":{\"versionId\":\"1\"%.*s}%.*s", STR_ARG(c->head),
                                   STR_ARG(c->meta_rest), STR_ARG(c->tail));
    if (!body.p)
        return err_set(&w->err, ERR_NO_MEMORY, NULL);
    if (!json_parse(&w->arena, body, &fhir_names, &doc, &w->err))
        return false;
    fhir_type_tree(&doc, 0);
    return search_extract(w->load->opt.search, &doc, 0, c->type, &w->arena, rows, &w->err);
}

static bool load_entry_extract(struct load_worker *w, struct load_entry *e, struct store_rows *rows)
{
    struct str own = json_text(e->doc, json_get_key(e->doc, e->node, STR("id")));
    if (!str_eq(own, e->change.id))
        return load_entry_extract_named(w, e, rows);
    return search_extract(w->load->opt.search, e->doc, e->node, e->change.type, &w->arena, rows, &w->err);
}

bool load_entry_ready(struct load_worker *w, struct load_entry *e, struct load_refs *refs)
{
    struct store_rows rows = {0};
    struct store_change *c = &e->change;
    bool ok = refs_rewrite(e->doc, e->node, &w->arena, load_refs_map, refs, &w->err) &&
              body_parts(e->doc, e->node, c->type, c->id, &w->arena, c, &w->err) &&
              load_entry_extract(w, e, &rows);
    c->op = 'U';
    c->skip_same = true;
    c->rows = rows.item;
    c->row_count = rows.count;
    c->epoch = rows.epoch;
    if (!ok)
        load_entry_reject(w, e);
    return !refs->over;
}

/* One rejected entry for a whole record or file. */
static bool load_entry_wrong(struct load_worker *w, uint32_t line, const struct err *err)
{
    struct load_entry *e = ARENA_NEW(&w->arena, struct load_entry);
    w->full = !e;
    if (!e)
        return false;
    e->node = UINT32_MAX;
    e->line = line;
    w->err = *err;
    load_entry_reject(w, e);
    return load_entry_add(w, e);
}

static bool load_entry_single(struct load_worker *w, struct json_doc *doc, uint32_t line)
{
    struct load_entry *e = ARENA_NEW(&w->arena, struct load_entry);
    struct load_refs refs = {.worker = w};
    w->full = !e;
    if (!e)
        return false;
    e->doc = doc;
    e->line = line;
    load_entry_check(w, e);
    if (e->state == LOAD_READY && !load_entry_ready(w, e, &refs))
        return false;
    return load_entry_add(w, e);
}

/* FHIR XML as JSON of the same lines, in the worker's arena: documents only, a line of NDJSON is JSON. False
 * with *err; text is then as it was. */
static bool load_entry_from_xml(struct load_worker *w, struct str *text, struct err *err)
{
    struct buf json;
    w->from_xml = false;
    if (!w->chunk->document || !xml_looks_so(*text))
        return true;
    buf_init(&json, LOAD_RECORD_MAX);
    bool ok = xml_read(*text, &json, err);
    if (ok && !buf_ok(&json))
        ok = err_set(err, ERR_JSON_SIZE, "134217728", NULL);
    struct str made = ok ? arena_str(&w->arena, buf_get(&json)) : (struct str){0};
    buf_release(&json);
    w->full = ok && !made.p;
    w->from_xml = made.p;
    if (made.p)
        *text = made;
    return made.p;
}

static bool load_entry_parsed(struct load_worker *w, struct str text, uint32_t line)
{
    struct err err = {.code = ERR_OK};
    struct json_doc *doc = ARENA_NEW(&w->arena, struct json_doc);
    w->full = !doc;
    if (!doc)
        return false;
    if (!load_entry_from_xml(w, &text, &err))
        return !w->full && load_entry_wrong(w, line, &err);
    if (json_parse(&w->arena, text, &fhir_names, doc, &err) && doc->nodes[0].kind != JSON_OBJECT)
        err_set(&err, ERR_FHIR_NOT_OBJECT, NULL);
    if (err.code)
        return load_entry_wrong(w, line, &err);
    if (str_is(json_text(doc, json_get_key(doc, 0, STR("resourceType"))), "Bundle"))
        return load_bundle(w, doc, line);
    return load_entry_single(w, doc, line);
}

/* A record that asks for more memory than a worker may have is rejected, but for what of it went in already.
 */
static bool load_entry_record(struct load_worker *w, struct str text, uint32_t line)
{
    struct arena_mark mark = arena_mark(&w->arena);
    size_t before = w->count;
    if (load_entry_parsed(w, text, line))
        return true;
    if (!w->full)
        return false;
    w->count = w->put > before ? w->put : before;
    arena_rewind(&w->arena, mark);
    return load_entry_wrong(w, line, &(struct err){.code = ERR_NO_MEMORY});
}

static bool load_entry_lines(struct load_worker *w)
{
    struct str rest = {w->chunk->text, w->chunk->n}, one;
    for (uint32_t line = w->chunk->line; str_split(&rest, '\n', &one); line++) {
        while (one.n && (one.p[one.n - 1] == '\r' || one.p[one.n - 1] == ' ' || one.p[one.n - 1] == '\t'))
            one.n--;
        if (one.n && line >= w->load->opt.first_line && !load_entry_record(w, one, line))
            return false;
    }
    return true;
}

bool load_entry_chunk(struct load_worker *w)
{
    const struct load_chunk *c = w->chunk;
    bool ok = true;
    if (c->n)
        ok = c->document ? load_entry_record(w, (struct str){c->text, c->n}, c->line) : load_entry_lines(w);
    return ok && (c->fault.code == ERR_OK || load_entry_wrong(w, 0, &c->fault));
}
