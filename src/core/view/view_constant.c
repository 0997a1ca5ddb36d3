/* SPDX-License-Identifier: Apache-2.0
 * ViewDefinition.constant: values known by name, as variables of the expressions. */
#include "view/view_int.h"

static const struct constant_type {
    const char *member;
    uint8_t prim; /* enum fhir_prim */
    uint8_t kind; /* enum path_kind */
    uint8_t json; /* enum json_kind */
} types[] = {
    {"valueBase64Binary", FHIR_PRIM_BASE64, PATH_STRING, JSON_STRING},
    {"valueBoolean", FHIR_PRIM_BOOLEAN, PATH_BOOLEAN, JSON_TRUE},
    {"valueCanonical", FHIR_PRIM_CANONICAL, PATH_STRING, JSON_STRING},
    {"valueCode", FHIR_PRIM_CODE, PATH_STRING, JSON_STRING},
    {"valueDate", FHIR_PRIM_DATE, PATH_DATE, JSON_STRING},
    {"valueDateTime", FHIR_PRIM_DATETIME, PATH_DATETIME, JSON_STRING},
    {"valueDecimal", FHIR_PRIM_DECIMAL, PATH_DECIMAL, JSON_NUMBER},
    {"valueId", FHIR_PRIM_ID, PATH_STRING, JSON_STRING},
    {"valueInstant", FHIR_PRIM_INSTANT, PATH_DATETIME, JSON_STRING},
    {"valueInteger", FHIR_PRIM_INTEGER, PATH_INTEGER, JSON_NUMBER},
    {"valueInteger64", FHIR_PRIM_NONE, PATH_INTEGER, JSON_STRING},
    {"valueMarkdown", FHIR_PRIM_MARKDOWN, PATH_STRING, JSON_STRING},
    {"valueOid", FHIR_PRIM_OID, PATH_STRING, JSON_STRING},
    {"valuePositiveInt", FHIR_PRIM_POSITIVE_INT, PATH_INTEGER, JSON_NUMBER},
    {"valueString", FHIR_PRIM_STRING, PATH_STRING, JSON_STRING},
    {"valueTime", FHIR_PRIM_TIME, PATH_TIME, JSON_STRING},
    {"valueUnsignedInt", FHIR_PRIM_UNSIGNED_INT, PATH_INTEGER, JSON_NUMBER},
    {"valueUri", FHIR_PRIM_URI, PATH_STRING, JSON_STRING},
    {"valueUrl", FHIR_PRIM_URL, PATH_STRING, JSON_STRING},
    {"valueUuid", FHIR_PRIM_UUID, PATH_STRING, JSON_STRING},
};

enum { TYPE_COUNT = sizeof types / sizeof *types, INTEGER64_DIGITS_MAX = 20 };

/* R4 has no integer64: FHIR R5 writes it as a string of digits. */
static bool is_integer64(struct str text)
{
    struct str digits = str_sub(text, text.n && text.p[0] == '-', text.n);
    uint64_t v;
    return digits.n < INTEGER64_DIGITS_MAX && str_u64(digits, INT64_MAX, &v);
}

static bool valid(const struct view_make *m, uint32_t node, const struct constant_type *t)
{
    uint8_t kind = m->doc->nodes[node].kind;
    if (t->json == JSON_TRUE)
        return kind == JSON_TRUE || kind == JSON_FALSE;
    struct str text = json_text(m->doc, node);
    if (t->prim == FHIR_PRIM_NONE)
        return (kind == JSON_STRING || kind == JSON_NUMBER) && is_integer64(text);
    return kind == t->json && fhir_prim_valid((enum fhir_prim)t->prim, text);
}

/* The constant's value: exactly one value[x]. */
static bool constant_value(const struct view_make *m, uint32_t node, struct path_value *out, uint8_t *kind)
{
    uint32_t found = UINT32_MAX;
    JSON_EACH(m->doc, node, c)
    {
        struct str key = {m->doc->nodes[c].key, m->doc->nodes[c].key_len};
        size_t t = 0;
        while (t < TYPE_COUNT && !str_is(key, types[t].member))
            t++;
        if (t == TYPE_COUNT)
            continue;
        if (found != UINT32_MAX)
            return view_member_fail(m, c, "bara ett value[x] får anges", "only one value[x] may be given");
        if (!valid(m, c, &types[t]))
            return view_member_fail_on(m, c, "värdet är inte giltigt som {}", "the value is not a valid {}",
                                       str_sub(key, 5, key.n));
        found = c;
        *kind = types[t].kind;
        *out = (struct path_value){.kind = *kind, .node = UINT32_MAX, .text = json_text(m->doc, c)};
        out->boolean = m->doc->nodes[c].kind == JSON_TRUE;
        if (out->text.p)
            out->text = arena_str(m->arena, out->text);
    }
    return found != UINT32_MAX || view_member_fail(m, node, "value[x] saknas", "value[x] is missing");
}

static bool check_constant(const struct view_make *m, uint32_t node)
{
    struct view_member table[TYPE_COUNT + 2] = {{"name", VIEW_M_STRING, true}};
    for (size_t i = 0; i < TYPE_COUNT; i++)
        table[i + 1] = (struct view_member){types[i].member, VIEW_M_IGNORED, false};
    return view_member_check(m, node, table) && view_member_name(m, view_member(m, node, "name"));
}

bool view_constant_all(struct view_make *m)
{
    uint32_t list = view_member(m, m->root, "constant");
    size_t count = view_member_count(m, m->root, "constant"), n = 0;
    if (count > VIEW_CONSTANTS_MAX)
        return view_member_fail(m, list, "för många konstanter", "too many constants");
    struct path_variable *names = ARENA_ARRAY(m->arena, struct path_variable, count + 1);
    struct path_value *values = ARENA_ARRAY(m->arena, struct path_value, count + 1);
    if (!names || !values)
        return err_set(m->err, ERR_NO_MEMORY, NULL);
    for (uint32_t c = list == UINT32_MAX ? 0 : list + 1; n < count; c = m->doc->nodes[c].end) {
        if (!check_constant(m, c))
            return false;
        struct str name = arena_str(m->arena, view_member_text(m, c, "name"));
        for (size_t i = 0; i < n; i++)
            if (str_eq(names[i].name, name))
                return view_member_fail_on(m, c, "konstanten {} finns redan",
                                           "there is already a constant {}", name);
        if (path_variable_reserved(name) || str_is(name, "rowIndex"))
            return view_member_fail_on(m, c, "namnet {} är upptaget av FHIRPath",
                                       "the name {} is taken by FHIRPath", name);
        names[n].name = name;
        if (!constant_value(m, c, &values[n], &names[n].kind))
            return false;
        n++;
    }
    names[n] = (struct path_variable){STR("rowIndex"), PATH_INTEGER};
    values[n++] = (struct path_value){.kind = PATH_INTEGER, .node = UINT32_MAX, .text = STR("0")};
    m->view->variables = names;
    m->view->values = values;
    m->view->variable_count = n;
    return true;
}
