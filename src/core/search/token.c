/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "fold/fold.h"
#include "ids/idsystem.h"
#include "ids/personnummer.h"
#include "search/search_int.h"

/* The end of year 9998: after every birth. */
#define LATER INT64_C(253370764800000)

static bool is_identity_system(struct str system)
{
    static const char *const systems[] = {IDSYSTEM_PERSONNUMMER, IDSYSTEM_SAMORDNINGSNUMMER,
                                          IDSYSTEM_RESERVNUMMER, IDSYSTEM_RESERV_VGR,
                                          IDSYSTEM_RESERV_STOCKHOLM};
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        if (str_is(system, systems[i]))
            return true;
    }
    return false;
}

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
    struct str value = value_text(v, FHIR_NAME_value), system = value_text(v, FHIR_NAME_system);
    struct personnummer p;
    put(to, system, value);
    /* "19121212-1212" is found as 191212121212 too; a form without century says no certain person. */
    if (value.n > PERSONNUMMER_LEN && is_identity_system(system) &&
        personnummer_parse(value, LATER, &p, NULL))
        put(to, system, arena_str(to->arena, str_of(p.text)));
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

uint16_t token_binding(const struct fhir_param *p)
{
    struct str rest = str_of(p->expression), step;
    fhir_type_id type = 0;
    fhir_elem_id elem = 0;
    while (str_split(&rest, '.', &step)) {
        uint16_t name = fhir_names.find(step.p, step.n);
        if (!type && !(type = fhir_resource_find(step)))
            return 0;
        if (step.p == p->expression)
            continue;
        elem = name ? fhir_elem_find_path(type, name) : 0;
        if (!elem)
            return 0;
        type = fhir_elems[elem].type;
    }
    return elem && type == FHIR_TYPE_code ? fhir_elems[elem].binding : 0;
}

/* fhir_binding_implies without case. */
static bool implies_folded(uint16_t binding, struct str code, struct str system)
{
    const struct fhir_binding *b = &fhir_bindings[binding];
    bool found = false;
    for (size_t i = 0; b->codes && code.n && i < b->code_count && !found; i++)
        found = fold_same(str_of(b->codes[i]), code) && fold_same(str_of(b->systems[i]), system);
    for (size_t i = 0; (!b->codes || code.n == 0) && b->systems[i] && !found; i++)
        found = fold_same(str_of(b->systems[i]), system);
    return found;
}

/* A code element's system is implied by its required binding (R4 3.1.1.4.10). */
void token_implied(const struct query_of *q, struct store_match *m)
{
    uint16_t binding = m->row.name.n ? token_binding(q->param) : 0;
    bool (*implies)(uint16_t, struct str, struct str) = q->any_case ? implies_folded : fhir_binding_implies;
    if (binding && implies(binding, m->row.text, m->row.name))
        m->row.name = STR("");
}

/* Another way of writing a Swedish identity asks for its canonical form as well. */
static void match_identity(const struct query_of *q, struct store_match m, struct matches *out)
{
    struct personnummer p;
    if ((!m.any_name && !is_identity_system(m.row.name)) || m.row.text.n < PERSONNUMMER_LEN - 2 ||
        !personnummer_parse(m.row.text, os_now_ms(), &p, NULL) || str_is(m.row.text, p.text))
        return;
    m.row.text = arena_str(q->arena, str_of(p.text));
    *value_match(q, STORE_TOKEN, out) = m;
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
    if (has_system)
        token_implied(q, m);
    match_identity(q, *m, out);
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
    .modifiers = SEARCH_MOD_MISSING | SEARCH_MOD_NOT | SEARCH_MOD_TEXT | SEARCH_MOD_IN | SEARCH_MOD_NOT_IN |
                 SEARCH_MOD_BELOW | SEARCH_MOD_ABOVE | SEARCH_MOD_OF_TYPE,
    .rows = rows,
    .match = match,
};
