/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_gen/names.h"
#include "search/search_int.h"

/* At most max bytes of s, cut between characters. */
static struct str cut(struct str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return str_sub(s, 0, max);
}

/* The whole string, and each later word with what follows it, so that a prefix search finds "Karin" in "Anna
 * Karin". */
static void put(const struct rows_to *to, struct str text)
{
    struct str folded = cut(search_fold(to->arena, text), SEARCH_STRING_MAX);
    if (folded.n == 0)
        return;
    struct store_row *r = value_row(to, STORE_STRING);
    r->text = folded;
    r->exact = hash_sip(to->s->key, text);
    unsigned words = 0;
    for (size_t i = 1; i < folded.n && words < SEARCH_WORDS_MAX; i++) {
        if (folded.p[i - 1] != ' ' && folded.p[i - 1] != '-')
            continue;
        r = value_row(to, STORE_STRING);
        r->text = cut(str_sub(folded, i, folded.n), SEARCH_WORD_MAX);
        words++;
    }
}

/* The parts of HumanName and Address that R4 3.1.1.4.8 names. */
static const uint16_t name_parts[] = {FHIR_NAME_family, FHIR_NAME_given,  FHIR_NAME_text,
                                      FHIR_NAME_prefix, FHIR_NAME_suffix, FHIR_NAME_NONE};
static const uint16_t address_parts[] = {FHIR_NAME_line,  FHIR_NAME_city,       FHIR_NAME_district,
                                         FHIR_NAME_state, FHIR_NAME_postalCode, FHIR_NAME_country,
                                         FHIR_NAME_text,  FHIR_NAME_NONE};
static const uint16_t concept_parts[] = {FHIR_NAME_text, FHIR_NAME_NONE};

static const struct {
    fhir_type_id type;
    const uint16_t *parts;
} complex_types[] = {
    {FHIR_TYPE_HumanName, name_parts},
    {FHIR_TYPE_Address, address_parts},
    {FHIR_TYPE_CodeableConcept, concept_parts},
};

static void rows_parts(const struct rows_to *to, const struct path_value *v, const uint16_t *parts)
{
    for (; *parts != FHIR_NAME_NONE; parts++) {
        uint32_t child = value_child(v, *parts);
        if (child == UINT32_MAX)
            continue;
        if (v->doc->nodes[child].kind == JSON_STRING)
            put(to, json_text(v->doc, child));
        if (v->doc->nodes[child].kind != JSON_ARRAY)
            continue;
        JSON_EACH(v->doc, child, i)
        {
            put(to, json_text(v->doc, i));
        }
    }
}

static void rows(const struct rows_to *to, const struct path_value *v)
{
    for (size_t i = 0; v->kind == PATH_NODE && i < sizeof complex_types / sizeof complex_types[0]; i++) {
        if (complex_types[i].type == v->type) {
            rows_parts(to, v, complex_types[i].parts);
            return;
        }
    }
    struct str text = value_self(v);
    if (text.n)
        put(to, text);
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    (void)cmp;
    (void)approx;
    struct str text = value_unescape(q->arena, value);
    struct str folded = cut(search_fold(q->arena, text), SEARCH_STRING_MAX);
    if (folded.n == 0)
        return value_error(q, value);
    struct store_match *m = value_match(q, STORE_STRING, out);
    m->row.text = folded;
    m->cmp = STORE_CMP_PREFIX;
    if (q->modifier == SEARCH_MOD_CONTAINS)
        m->cmp = STORE_CMP_CONTAINS;
    if (q->modifier == SEARCH_MOD_EXACT) {
        m->cmp = STORE_CMP_EXACT;
        m->row.exact = hash_sip(q->s->key, text);
    }
    return true;
}

const struct search_kind string_kind = {
    .index = STORE_STRING,
    .modifiers = SEARCH_MOD_MISSING | SEARCH_MOD_EXACT | SEARCH_MOD_CONTAINS,
    .rows = rows,
    .match = match,
};
