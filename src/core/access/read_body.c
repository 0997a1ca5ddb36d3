/* SPDX-License-Identifier: Apache-2.0 */
#include "access/read_body.h"

#include "base/time.h"
#include "fhir_gen/names.h"

struct str read_body_id_of(struct str reference, struct str type)
{
    size_t slash = SIZE_MAX;
    for (size_t i = str_find(reference, '/', 0); i != SIZE_MAX; i = str_find(reference, '/', i + 1))
        slash = i;
    if (slash == SIZE_MAX || slash < type.n)
        return (struct str){0};
    struct str name = str_sub(reference, slash - type.n, slash);
    if (!str_eq(name, type) || (slash > type.n && reference.p[slash - type.n - 1] != '/'))
        return (struct str){0};
    return str_sub(reference, slash + 1, reference.n);
}

struct str read_body_reference(const struct json_doc *doc, uint32_t i)
{
    if (i == UINT32_MAX || doc->nodes[i].kind != JSON_OBJECT)
        return (struct str){0};
    return json_text(doc, json_get(doc, i, FHIR_NAME_reference));
}

uint32_t read_body_extension(const struct json_doc *doc, uint32_t i, const char *url)
{
    if (i == UINT32_MAX || doc->nodes[i].kind != JSON_OBJECT)
        return UINT32_MAX;
    uint32_t list = json_get(doc, i, FHIR_NAME_extension);
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return UINT32_MAX;
    JSON_EACH(doc, list, c)
    {
        if (doc->nodes[c].kind == JSON_OBJECT && str_is(json_text(doc, json_get(doc, c, FHIR_NAME_url)), url))
            return c;
    }
    return UINT32_MAX;
}

bool read_body_flag(const struct json_doc *doc, uint32_t i, const char *url, bool *value)
{
    uint32_t e = read_body_extension(doc, i, url);
    uint32_t v = e == UINT32_MAX ? e : json_get_key(doc, e, STR("valueBoolean"));
    if (v == UINT32_MAX)
        return false;
    *value = doc->nodes[v].kind == JSON_TRUE;
    return true;
}

struct str read_body_label(const struct json_doc *doc, uint32_t i, const char *url)
{
    uint32_t e = read_body_extension(doc, json_get(doc, i, FHIR_NAME_meta), url);
    return e == UINT32_MAX ? (struct str){0}
                           : read_body_reference(doc, json_get_key(doc, e, STR("valueReference")));
}

static struct str concept_code(const struct json_doc *doc, uint32_t i, const char *system)
{
    uint32_t codings = doc->nodes[i].kind == JSON_OBJECT ? json_get(doc, i, FHIR_NAME_coding) : UINT32_MAX;
    if (codings == UINT32_MAX)
        return (struct str){0};
    JSON_EACH(doc, codings, c)
    {
        if (doc->nodes[c].kind == JSON_OBJECT &&
            str_is(json_text(doc, json_get(doc, c, FHIR_NAME_system)), system))
            return json_text(doc, json_get(doc, c, FHIR_NAME_code));
    }
    return (struct str){0};
}

struct str read_body_code(const struct json_doc *doc, uint32_t i, const char *system)
{
    struct str code = {0};
    if (i == UINT32_MAX)
        return code;
    if (doc->nodes[i].kind != JSON_ARRAY)
        return concept_code(doc, i, system);
    JSON_EACH(doc, i, c)
    {
        code = concept_code(doc, c, system);
        if (code.n)
            break;
    }
    return code;
}

bool read_body_walk(const struct json_doc *doc, uint32_t i, struct str path, read_body_node_fn *fn, void *arg)
{
    if (doc->nodes[i].kind == JSON_ARRAY) {
        JSON_EACH(doc, i, c)
        {
            if (!read_body_walk(doc, c, path, fn, arg))
                return false;
        }
        return true;
    }
    if (!path.n)
        return fn(arg, doc, i);
    struct str step;
    str_split(&path, '.', &step);
    uint32_t next = doc->nodes[i].kind == JSON_OBJECT ? json_get_key(doc, i, step) : UINT32_MAX;
    return next == UINT32_MAX || read_body_walk(doc, next, path.p ? path : (struct str){"", 0}, fn, arg);
}

bool read_body_time(struct str text, int64_t *low_ms, int64_t *high_ms)
{
    struct time_value v;
    if (!text.n || !time_parse(text, false, &v))
        return false;
    struct time_span s = time_span(&v, 60);
    *low_ms = s.low_ms;
    *high_ms = s.high_ms;
    return true;
}

void read_body_period(const struct json_doc *doc, uint32_t i, int64_t *from_ms, int64_t *to_ms)
{
    int64_t low, high;
    *from_ms = INT64_MIN;
    *to_ms = INT64_MAX;
    if (i == UINT32_MAX || doc->nodes[i].kind != JSON_OBJECT)
        return;
    if (read_body_time(json_text(doc, json_get(doc, i, FHIR_NAME_start)), &low, &high))
        *from_ms = low;
    if (read_body_time(json_text(doc, json_get(doc, i, FHIR_NAME_end)), &low, &high))
        *to_ms = high;
}
