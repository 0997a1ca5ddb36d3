/* SPDX-License-Identifier: Apache-2.0
 * Bundles: how they are written, and what POST /fhir does with one. */
#include "api/api_int.h"
#include "fhir_gen/names.h"

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~:,$/", c));
}

void bundle_encode(struct buf *out, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (unreserved(c)) {
            buf_char(out, (char)c);
        } else {
            buf_char(out, '%');
            buf_char(out, hex[c >> 4]);
            buf_char(out, hex[c & 15]);
        }
    }
}

struct str bundle_url(struct arena *arena, struct str base, struct str path,
                      const struct search_param *params, size_t count)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    buf_str(&out, base);
    if (path.n && path.p[0] != '/')
        buf_char(&out, '/');
    buf_str(&out, path);
    for (size_t i = 0; i < count; i++) {
        buf_char(&out, i ? '&' : '?');
        bundle_encode(&out, params[i].name);
        buf_char(&out, '=');
        bundle_encode(&out, params[i].value);
    }
    struct str url = buf_ok(&out) ? arena_str(arena, buf_get(&out)) : (struct str){0};
    buf_release(&out);
    return url;
}

static void write_links(struct buf *out, const struct link *links, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_cstr(out, i ? ",{\"relation\":\"" : ",\"link\":[{\"relation\":\"");
        buf_cstr(out, links[i].relation);
        buf_cstr(out, "\",\"url\":");
        json_write_string(out, links[i].url);
        buf_cstr(out, i + 1 == count ? "}]" : "}");
    }
}

void bundle_begin(struct buf *out, const char *type, const struct link *links, size_t link_count,
                  bool has_total, uint64_t total)
{
    buf_cstr(out, "{\"resourceType\":\"Bundle\",\"type\":\"");
    buf_cstr(out, type);
    buf_char(out, '"');
    if (has_total) {
        buf_cstr(out, ",\"total\":");
        buf_u64(out, total);
    }
    write_links(out, links, link_count);
    buf_cstr(out, ",\"entry\":[");
}

void bundle_full_url(struct buf *out, struct str base, fhir_type_id type, struct str id)
{
    buf_cstr(out, "\"fullUrl\":\"");
    buf_str(out, str_sub(base, 0, base.n < API_BASE_BYTES ? base.n : base.n - API_BASE_BYTES));
    buf_cstr(out, fhir_types[type].styr ? "/styr/" : "/fhir/");
    buf_cstr(out, fhir_types[type].name);
    buf_char(out, '/');
    buf_str(out, id);
    buf_char(out, '"');
}

void bundle_end_links(struct buf *out, const struct link *links, size_t count)
{
    /* FHIR has no empty arrays: a Bundle without entries has no entry at all. */
    static const char empty[] = ",\"entry\":[";
    size_t n = sizeof(empty) - 1;
    if (buf_ok(out) && out->n >= n && memcmp(out->p + out->n - n, empty, n) == 0)
        out->n -= n;
    else
        buf_char(out, ']');
    write_links(out, links, count);
    buf_char(out, '}');
}

void bundle_end(struct buf *out)
{
    bundle_end_links(out, NULL, 0);
}

/* Its resources are checked one by one later, in a batch so that one bad entry does not take the others with
 * it. */
bool bundle_parse(struct call *c, struct bundle *b, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!media_content(c, err) || !json_parse(c->arena, c->body, &fhir_names, doc, err))
        return false;
    *b = (struct bundle){.call = c, .doc = doc};
    fhir_type_id type = fhir_type_tree(doc, 0);
    if (doc->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    if (type != FHIR_TYPE_Bundle)
        return err_set(err, ERR_FHIR_TYPE_MISMATCH, type ? fhir_types[type].name : "?", "Bundle", NULL);
    struct str kind = json_text(doc, json_get(doc, 0, FHIR_NAME_type));
    b->transaction = str_is(kind, "transaction");
    if (b->transaction || str_is(kind, "batch"))
        return true;
    err_set_str(err, ERR_BUNDLE_TYPE, kind, STR(""));
    err_at(err, STR("Bundle.type"));
    return false;
}

bool bundle_run(struct call *c)
{
    static const char *const params[] = {NULL};
    struct err err = {0};
    struct bundle *b = ARENA_NEW(c->arena, struct bundle);
    if (!b) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    if (c->body.n == 0) {
        err_set(&err, ERR_BODY_MISSING, NULL);
        return outcome_fail(c, &err);
    }
    if (!call_params_only(c, params, &err) || !bundle_parse(c, b, &err) || !entry_parse(b, &err))
        return outcome_fail(c, &err);
    c->bundle = b;
    return b->transaction ? transaction_run(b) : batch_run(b);
}
