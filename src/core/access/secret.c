/* SPDX-License-Identifier: Apache-2.0 */
#include "access/secret.h"

#include "access/decide.h"
#include "fhir_gen/names.h"
#include "search/label.h"

static bool parse(const struct store_version *v, struct arena *arena, struct json_doc *doc)
{
    struct err ignored;
    return json_parse(arena, v->body, &fhir_names, doc, &ignored) && doc->nodes[0].kind == JSON_OBJECT;
}

static bool says_so(const struct json_doc *doc, fhir_type_id type, int64_t now_ms)
{
    return decide_secret(label_read(doc, 0, type).flags, now_ms);
}

/* The case of a decision. */
static bool of_case(struct store_read *r, const struct json_doc *doc, struct arena *arena, int64_t now_ms,
                    bool *secret, struct err *err)
{
    struct store_version v;
    struct json_doc the_case;
    struct str prefix = STR("DecisionCase/");
    uint32_t at = json_get(doc, 0, FHIR_NAME_case);
    struct str name = at == UINT32_MAX ? STR("") : json_text(doc, json_get(doc, at, FHIR_NAME_reference));
    *secret = false;
    if (!str_starts(name, prefix))
        return true;
    struct str id = str_sub(name, prefix.n, name.n);
    size_t slash = str_find(id, '/', 0); /* a version of it is of it */
    enum store_found found = store_get(r, FHIR_TYPE_DecisionCase,
                                       str_sub(id, 0, slash == SIZE_MAX ? id.n : slash), arena, &v, err);
    if (found == STORE_FAILED)
        return false;
    if (found == STORE_FOUND)
        *secret = !parse(&v, arena, &the_case) || says_so(&the_case, FHIR_TYPE_DecisionCase, now_ms);
    else
        *secret = found == STORE_DELETED;
    return true;
}

bool secret_of(struct store_read *r, store_rid rid, struct arena *arena, int64_t now_ms, bool *secret,
               struct err *err)
{
    struct store_version v;
    struct json_doc doc;
    enum store_found found = store_get_rid(r, rid, arena, &v, err);
    *secret = true;
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    if (!parse(&v, arena, &doc) || says_so(&doc, v.type, now_ms))
        return true;
    *secret = false;
    return v.type != FHIR_TYPE_Decision || of_case(r, &doc, arena, now_ms, secret, err);
}
