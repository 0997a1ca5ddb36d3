/* SPDX-License-Identifier: Apache-2.0 */
#include "access/caller_json.h"
#include "bulk/bulk_int.h"
#include "http/http.h"

static int64_t number_of(const struct json_doc *doc, const char *key)
{
    uint64_t n = 0;
    return str_u64(json_text(doc, json_get_key(doc, 0, str_of(key))), INT64_MAX, &n) ? (int64_t)n : 0;
}

static bool flag_of(const struct json_doc *doc, const char *key)
{
    uint32_t at = json_get_key(doc, 0, str_of(key));
    return at != UINT32_MAX && doc->nodes[at].kind == JSON_TRUE;
}

/* The texts of a list; *there tells whether there is one. */
static bool texts_of(const struct json_doc *doc, const char *key, struct arena *arena, bool *there,
                     struct str **out, size_t *count, struct err *err)
{
    uint32_t list = json_get_key(doc, 0, str_of(key));
    *there = list != UINT32_MAX;
    *count = 0;
    if (!*there)
        return true;
    *out = ARENA_ARRAY(arena, struct str, doc->nodes[list].len + 1);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    JSON_EACH(doc, list, c)
    {
        (*out)[(*count)++] = json_text(doc, c);
    }
    return true;
}

static bool types_of(const struct json_doc *doc, struct arena *arena, struct bulk_request *out,
                     struct err *err)
{
    struct str *name;
    size_t n;
    bool there;
    if (!texts_of(doc, "types", arena, &there, &name, &n, err))
        return false;
    out->type = ARENA_ARRAY(arena, fhir_type_id, n + 1);
    if (!out->type)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        out->type[i] = fhir_resource_find(name[i]);
        if (!out->type[i])
            return err_set_str(err, ERR_FHIR_TYPE_UNKNOWN, name[i], STR(""));
    }
    out->type_count = n;
    return true;
}

static bool filter_of(struct str type, struct str query, struct arena *arena, struct bulk_filter *out,
                      struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    out->type = fhir_resource_find(type);
    if (!out->type)
        return err_set_str(err, ERR_FHIR_TYPE_UNKNOWN, type, STR(""));
    if (!http_query_parse(arena, query, &pairs, &count, err))
        return false;
    out->param = ARENA_ARRAY(arena, struct search_param, count + 1);
    if (!out->param)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        out->param[i] = (struct search_param){pairs[i].name, pairs[i].value};
    out->param_count = count;
    return true;
}

static bool filters_of(const struct json_doc *doc, struct arena *arena, struct bulk_request *out,
                       struct err *err)
{
    uint32_t list = json_get_key(doc, 0, STR("filters"));
    if (list == UINT32_MAX)
        return true;
    out->filter = ARENA_ARRAY(arena, struct bulk_filter, doc->nodes[list].len + 1);
    if (!out->filter)
        return err_set(err, ERR_NO_MEMORY, NULL);
    JSON_EACH(doc, list, c)
    {
        if (!filter_of(json_text(doc, json_get_key(doc, c, STR("type"))),
                       json_text(doc, json_get_key(doc, c, STR("query"))), arena,
                       &out->filter[out->filter_count++], err))
            return false;
    }
    return true;
}

static bool caller_of(const struct json_doc *doc, struct arena *arena, struct bulk_request *out,
                      struct err *err)
{
    uint32_t node = json_get_key(doc, 0, STR("caller"));
    struct access_caller *c = ARENA_NEW(arena, struct access_caller);
    if (node == UINT32_MAX)
        return true;
    out->caller = c;
    return (c && caller_json_read(doc, node, arena, c)) || err_set(err, ERR_INTERNAL, "export: caller", NULL);
}

bool bulk_request_read(struct str text, struct arena *arena, struct bulk_request *out, struct err *err)
{
    struct json_doc doc;
    bool there;
    *out = (struct bulk_request){0};
    if (!json_parse(arena, text, NULL, &doc, err))
        return false;
    out->since_ms = number_of(&doc, "since");
    out->until_ms = number_of(&doc, "until");
    out->compartment = flag_of(&doc, "compartment");
    return caller_of(&doc, arena, out, err) && types_of(&doc, arena, out, err) &&
           filters_of(&doc, arena, out, err) &&
           texts_of(&doc, "elements", arena, &there, &out->element, &out->element_count, err) &&
           texts_of(&doc, "patients", arena, &out->patients, &out->patient, &out->patient_count, err);
}
