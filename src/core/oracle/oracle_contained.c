/* SPDX-License-Identifier: Apache-2.0
 * _contained (R4 3.1.1.5.5): each contained resource is a resource of its own, with the same parameters,
 * which nothing refers to. What is found is it or what contains it. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"
#include "json/json.h"

/* A copy that begins at node 0, as everything else here expects. */
static const struct json_doc *copy_of(struct oracle *o, const struct json_doc *doc, uint32_t node)
{
    struct json_doc *copy = ARENA_NEW(&o->arena, struct json_doc);
    struct err err = {0};
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    json_write(doc, node, &b);
    bool ok = json_parse(&o->arena, arena_str(&o->arena, buf_get(&b)), &fhir_names, copy, &err);
    buf_release(&b);
    return ok ? copy : NULL;
}

void oracle_contained_note(struct oracle *o, size_t i)
{
    const struct json_doc *doc = o->resource[i].doc;
    uint32_t list = json_get(doc, 0, FHIR_NAME_contained);
    for (size_t k = 1; k <= o->inside_count; k++) {
        if (o->container[ORACLE_RESOURCES_MAX - k] == i)
            o->gone[ORACLE_RESOURCES_MAX - k] = true;
    }
    if (list == UINT32_MAX || doc->nodes[list].kind != JSON_ARRAY)
        return;
    JSON_EACH(doc, list, c)
    {
        const struct json_doc *copy = copy_of(o, doc, c);
        fhir_type_id type = copy ? fhir_type_tree((struct json_doc *)copy, 0) : 0;
        size_t at = ORACLE_RESOURCES_MAX - 1 - o->inside_count;
        if (!type)
            continue;
        OS_ASSERT(at > o->count);
        o->inside_count++;
        o->container[at] = i;
        o->gone[at] = false;
        o->resource[at] = (struct oracle_resource){.type = type, .doc = copy, .id = STR("")};
        o->values[at] = ARENA_ARRAY(&o->arena, struct oracle_values, o->type[type].param_count + 1);
    }
}

size_t oracle_find_contained(const struct oracle *o, size_t i, struct str inside)
{
    for (size_t at = ORACLE_RESOURCES_MAX - o->inside_count; at < ORACLE_RESOURCES_MAX; at++) {
        const struct json_doc *doc = o->resource[at].doc;
        if (!o->gone[at] && o->container[at] == i &&
            str_eq(json_text(doc, json_get(doc, 0, FHIR_NAME_id)), inside))
            return at;
    }
    return SIZE_MAX;
}

void oracle_contained_match(struct oracle *o, fhir_type_id type, bool both, bool itself,
                            oracle_contained_fn *holds, void *arg, bool *match)
{
    for (size_t i = 0; i < o->count; i++)
        match[i] = both && !o->gone[i] && o->resource[i].type == type && holds(arg, i);
    for (size_t at = ORACLE_RESOURCES_MAX - o->inside_count; at < ORACLE_RESOURCES_MAX; at++) {
        size_t i = o->container[at];
        if (!o->gone[at] && !o->gone[i] && o->resource[at].type == type && holds(arg, at))
            match[itself ? at : i] = true;
    }
}
