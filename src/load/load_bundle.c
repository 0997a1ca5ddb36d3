/* SPDX-License-Identifier: Apache-2.0 */
#include "api/refs.h"
#include "load/load_int.h"

enum load_bundle_order { LOAD_FORWARD, LOAD_BACKWARD };

/* R4 Bundle.type. A history begins with the newest entry. */
static const struct load_bundle_type {
    const char *code;
    enum load_bundle_order order;
} load_bundle_types[] = {
    {"transaction", LOAD_FORWARD},    {"batch", LOAD_FORWARD},
    {"collection", LOAD_FORWARD},     {"document", LOAD_FORWARD},
    {"message", LOAD_FORWARD},        {"searchset", LOAD_FORWARD},
    {"history", LOAD_BACKWARD},       {"transaction-response", LOAD_FORWARD},
    {"batch-response", LOAD_FORWARD}, {NULL, LOAD_FORWARD},
};

/* A Bundle under way. */
struct load_bundle_job {
    struct load_worker *worker;
    struct load_entry *entry; /* in import order */
    size_t count;
    struct load_refs refs;
};

static struct str load_bundle_text(const struct json_doc *doc, uint32_t object, struct str key)
{
    uint32_t n = object == UINT32_MAX ? UINT32_MAX : json_get_key(doc, object, key);
    return n != UINT32_MAX && doc->nodes[n].kind == JSON_STRING ? json_text(doc, n) : (struct str){NULL, 0};
}

static uint32_t load_bundle_object(const struct json_doc *doc, uint32_t object, struct str key)
{
    uint32_t n = doc->nodes[object].kind == JSON_OBJECT ? json_get_key(doc, object, key) : UINT32_MAX;
    return n != UINT32_MAX && doc->nodes[n].kind == JSON_OBJECT ? n : UINT32_MAX;
}

static void load_bundle_reject(struct load_worker *w, struct load_entry *e, enum err_code code, struct str a,
                               struct str b)
{
    char path[sizeof "Bundle.entry[4294967295]"];
    err_set_str(&w->err, code, a, b);
    int n = snprintf(path, sizeof path, "Bundle.entry[%u]", e->number - 1);
    err_at(&w->err, (struct str){path, (size_t)n});
    load_entry_reject(w, e);
}

/* "Type/id" and "Type?query" of a PUT; the type is compared once the resource's own is known. An absolute
 * address is read as if it were relative to its own base. */
static void load_bundle_put(struct load_entry *e, struct str url)
{
    if (str_find_str(url, STR("://")) != SIZE_MAX) {
        const char *id = memrchr(url.p, '/', url.n);
        const char *type = id > url.p ? memrchr(url.p, '/', (size_t)(id - url.p)) : NULL;
        url = type ? str_sub(url, (size_t)(type + 1 - url.p), url.n) : url;
    }
    size_t mark = str_find(url, '?', 0);
    size_t slash = str_find(url, '/', 0);
    e->put_type = str_sub(url, 0, mark < slash ? mark : slash);
    if (mark != SIZE_MAX)
        e->put_query = str_sub(url, mark + 1, url.n);
    else if (slash != SIZE_MAX)
        e->put_id = str_sub(url, slash + 1, url.n);
}

static void load_bundle_checked(struct load_worker *w, struct load_entry *e)
{
    load_entry_check(w, e);
    if (e->state != LOAD_READY)
        return;
    struct str type = str_of(fhir_types[e->change.type].name);
    if (e->put_type.n && !str_eq(e->put_type, type))
        load_bundle_reject(w, e, ERR_FHIR_TYPE_MISMATCH, type, e->put_type);
    else if (e->put_id.n && !str_eq(e->put_id, e->change.id))
        load_bundle_reject(w, e, ERR_FHIR_ID_MISMATCH, e->change.id, e->put_id);
}

/* The query of an ifNoneExist. It should be "name=value", but "Type?name=value" is common. */
static struct str load_bundle_none_exist(struct str text)
{
    size_t mark = str_find(text, '?', 0), equal = str_find(text, '=', 0);
    return mark != SIZE_MAX && mark < equal ? str_sub(text, mark + 1, text.n) : text;
}

/* Reads the envelope of the entry at node n and checks its resource. */
static void load_bundle_entry(struct load_worker *w, struct json_doc *doc, uint32_t n, struct load_entry *e)
{
    e->doc = doc;
    e->node = load_bundle_object(doc, n, STR("resource"));
    uint32_t request = load_bundle_object(doc, n, STR("request"));
    struct str method = load_bundle_text(doc, request, STR("method"));
    bool post = str_is(method, "POST"), put = str_is(method, "PUT");
    if (doc->nodes[n].kind == JSON_OBJECT)
        e->full_url = load_bundle_text(doc, n, STR("fullUrl"));
    if (method.n && !post && !put) {
        load_bundle_reject(w, e, ERR_LOAD_METHOD, method, STR(""));
        return;
    }
    if (e->node == UINT32_MAX) {
        load_bundle_reject(w, e, ERR_FHIR_CARDINALITY_MIN, STR("Bundle.entry.resource"), STR(""));
        return;
    }
    e->change.if_absent = post;
    if (post)
        e->if_none_exist = load_bundle_none_exist(load_bundle_text(doc, request, STR("ifNoneExist")));
    if (put)
        load_bundle_put(e, load_bundle_text(doc, request, STR("url")));
    load_bundle_checked(w, e);
}

/* "Type?query" in the worker's arena. */
static struct str load_bundle_condition(struct load_worker *w, const struct load_entry *e, struct str query)
{
    return arena_printf(&w->arena, "%s?%.*s", fhir_types[e->change.type].name, STR_ARG(query));
}

/* ifNoneExist of a POST, the query of a PUT: one match lends the entry its id. False when the load is over.
 */
static bool load_bundle_resolve(struct load_bundle_job *j, struct load_entry *e)
{
    struct str query = e->if_none_exist.n ? e->if_none_exist : e->put_query;
    struct str text = load_bundle_condition(j->worker, e, query);
    struct str known = load_refs_get(&j->refs, text), id = {NULL, 0};
    unsigned count = known.n ? 1 : 0;
    bool over = false;
    if (known.n)
        id = str_sub(known, str_find(known, '/', 0) + 1, known.n);
    else if (!load_refs_find(j->worker, e->change.type, query, &count, &id, &over, &j->worker->err))
        load_entry_reject(j->worker, e);
    if (over || e->state == LOAD_REJECTED)
        return !over;
    if (count > 1) {
        load_bundle_reject(j->worker, e, ERR_MULTIPLE_MATCHES, text, STR("≥ 2"));
        return true;
    }
    if (count == 1 && e->if_none_exist.n)
        e->state = LOAD_UNCHANGED;
    if (count == 1)
        e->change.id = id;
    return load_refs_add(&j->refs, text, e->change.type, e->change.id);
}

/* Every way the Bundle's references may name the entry. */
static bool load_bundle_names(struct load_bundle_job *j, const struct load_entry *e)
{
    if (e->change.type == 0 || e->change.id.n == 0)
        return true;
    struct str own = json_text(e->doc, json_get_key(e->doc, e->node, STR("id")));
    if (own.n && !str_eq(own, e->change.id)) {
        struct str old =
            arena_printf(&j->worker->arena, "%s/%.*s", fhir_types[e->change.type].name, STR_ARG(own));
        if (!load_refs_add(&j->refs, old, e->change.type, e->change.id))
            return false;
    }
    return e->full_url.n == 0 || load_refs_add(&j->refs, e->full_url, e->change.type, e->change.id);
}

static bool load_bundle_run(struct load_bundle_job *j)
{
    for (size_t i = 0; i < j->count; i++) {
        struct load_entry *e = &j->entry[i];
        if (e->state == LOAD_READY && (e->if_none_exist.n || e->put_query.n) && !load_bundle_resolve(j, e))
            return false;
    }
    for (size_t i = 0; i < j->count; i++)
        if (!load_bundle_names(j, &j->entry[i]))
            return false;
    for (size_t i = 0; i < j->count; i++) {
        struct load_entry *e = &j->entry[i];
        if (e->state == LOAD_READY && !load_entry_ready(j->worker, e, &j->refs))
            return false;
        if (!load_entry_add(j->worker, e))
            return false;
    }
    return true;
}

/* The Bundle as a whole cannot be read: one rejected entry. */
static bool load_bundle_wrong(struct load_worker *w, struct json_doc *doc, uint32_t line, enum err_code code,
                              const char *a, const char *b)
{
    struct load_entry *e = ARENA_NEW(&w->arena, struct load_entry);
    w->full = !e;
    if (!e)
        return false;
    e->doc = doc;
    e->line = line;
    err_set(&w->err, code, a, b, NULL);
    load_entry_reject(w, e);
    return load_entry_add(w, e);
}

bool load_bundle(struct load_worker *w, struct json_doc *doc, uint32_t line)
{
    struct str code = load_bundle_text(doc, 0, STR("type"));
    const struct load_bundle_type *type = load_bundle_types;
    while (type->code && !str_is(code, type->code))
        type++;
    if (code.n == 0)
        return load_bundle_wrong(w, doc, line, ERR_FHIR_CARDINALITY_MIN, "Bundle.type", NULL);
    if (!type->code)
        return load_bundle_wrong(w, doc, line, ERR_FHIR_BINDING, arena_cstr(&w->arena, code),
                                 "http://hl7.org/fhir/ValueSet/bundle-type");
    uint32_t list = json_get_key(doc, 0, STR("entry"));
    if (list == UINT32_MAX)
        return true;
    if (doc->nodes[list].kind != JSON_ARRAY)
        return load_bundle_wrong(w, doc, line, ERR_FHIR_NOT_ARRAY, "Bundle.entry", NULL);
    struct load_bundle_job j = {.worker = w, .count = doc->nodes[list].len, .refs = {.worker = w}};
    j.entry = ARENA_ARRAY(&w->arena, struct load_entry, j.count ? j.count : 1);
    w->full = !j.entry;
    if (!j.entry)
        return false;
    uint32_t number = 0;
    JSON_EACH(doc, list, n)
    {
        number++;
        struct load_entry *e = &j.entry[type->order == LOAD_BACKWARD ? j.count - number : number - 1];
        e->line = line;
        e->number = number;
        load_bundle_entry(w, doc, n, e);
    }
    return load_bundle_run(&j);
}
