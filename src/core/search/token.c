/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_gen/names.h"
#include "search/search_int.h"

static void put(const struct rows_to *to, struct str system, struct str code)
{
    if (code.n == 0 && system.n == 0)
        return;
    struct store_row *r = value_row(to, STORE_TOKEN);
    r->text = code;
    r->name = system;
}

static void rows_coding(const struct rows_to *to, const struct path_value *v)
{
    put(to, value_text(v, FHIR_NAME_system), value_text(v, FHIR_NAME_code));
}

static void rows_concept(const struct rows_to *to, const struct path_value *v)
{
    uint32_t coding = value_child(v, FHIR_NAME_coding);
    if (coding == UINT32_MAX || v->doc->nodes[coding].kind != JSON_ARRAY)
        return;
    JSON_EACH(v->doc, coding, i)
    {
        struct path_value c = {.kind = PATH_NODE, .type = FHIR_TYPE_Coding, .node = i, .doc = v->doc};
        rows_coding(to, &c);
    }
}

void token_rows_identifier(const struct rows_to *to, const struct path_value *v)
{
    struct str value = value_text(v, FHIR_NAME_value);
    if (value.n)
        put(to, value_text(v, FHIR_NAME_system), value);
}

/* What is telephone or e-mail is said by a code of the element, used as the token's system (R4 leaves it
 * open). */
static void rows_contact(const struct rows_to *to, const struct path_value *v)
{
    token_rows_identifier(to, v);
}

/* The complex types a token can come from; everything primitive is a code without system. */
static const struct {
    fhir_type_id type;
    void (*rows)(const struct rows_to *to, const struct path_value *v);
} complex_types[] = {
    {FHIR_TYPE_CodeableConcept, rows_concept},
    {FHIR_TYPE_Coding, rows_coding},
    {FHIR_TYPE_Identifier, token_rows_identifier},
    {FHIR_TYPE_ContactPoint, rows_contact},
};

static void rows(const struct rows_to *to, const struct path_value *v)
{
    for (size_t i = 0; v->kind == PATH_NODE && i < sizeof complex_types / sizeof complex_types[0]; i++) {
        if (complex_types[i].type == v->type) {
            complex_types[i].rows(to, v);
            return;
        }
    }
    struct str text = value_self(v);
    if (text.n)
        put(to, (struct str){NULL, 0}, text);
}

bool token_match_text(const struct query_of *q, struct str value, struct matches *out)
{
    struct str rest = value, system, code;
    value_split(&rest, '|', &system);
    bool has_system = rest.p != NULL;
    code = has_system ? rest : system;
    struct str more = code, part;
    value_split(&more, '|', &part);
    if (more.p || value.n == 0 || (has_system && system.n + code.n == 0))
        return value_error(q, value);
    struct store_match *m = value_match(q, STORE_TOKEN, out);
    m->any_name = !has_system;
    m->any_text = code.n == 0;
    m->row.text = value_unescape(q->arena, code);
    if (has_system)
        m->row.name = value_unescape(q->arena, system);
    return true;
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    (void)cmp;
    (void)approx;
    return token_match_text(q, value, out);
}

const struct search_kind token_kind = {
    .index = STORE_TOKEN,
    .modifiers = SEARCH_MOD_MISSING | SEARCH_MOD_NOT,
    .rows = rows,
    .match = match,
};
