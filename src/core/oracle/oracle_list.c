/* SPDX-License-Identifier: Apache-2.0
 * _list (R4 3.1.1.4.16): what the entries of a List refer to, those marked deleted left out. */
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"

struct str oracle_list_item(const struct json_doc *doc, uint32_t entry)
{
    uint32_t item = json_get(doc, entry, FHIR_NAME_item), deleted = json_get(doc, entry, FHIR_NAME_deleted);
    if (item == UINT32_MAX || (deleted != UINT32_MAX && doc->nodes[deleted].kind == JSON_TRUE))
        return (struct str){NULL, 0};
    return json_text(doc, json_get(doc, item, FHIR_NAME_reference));
}

static bool holds(struct oracle *o, size_t list, struct str wanted)
{
    const struct json_doc *doc = o->resource[list].doc;
    uint32_t entries = json_get(doc, 0, FHIR_NAME_entry);
    if (entries == UINT32_MAX)
        return false;
    JSON_EACH(doc, entries, e)
    {
        struct str item = oracle_list_item(doc, e);
        if (str_starts(item, wanted) &&
            (item.n == wanted.n || str_starts(str_sub(item, wanted.n, item.n), STR("/_history/"))))
            return true;
    }
    return false;
}

bool oracle_list_holds(struct oracle_ask *k, size_t i, struct str value)
{
    const struct oracle_resource *r = &k->o->resource[i];
    struct str rest = value, id;
    struct str me = arena_printf(&k->o->arena, "%s/%.*s", fhir_types[r->type].name, STR_ARG(r->id));
    bool found = false;
    while (oracle_text_split(&rest, ',', &id)) {
        size_t list = oracle_find(k->o, FHIR_TYPE_List, id);
        if (list == SIZE_MAX || k->o->gone[list])
            return oracle_fail(k, "no such List", id);
        found = found || holds(k->o, list, me);
    }
    return found;
}
