/* SPDX-License-Identifier: Apache-2.0
 * :text on tokens and references (R4 3.1.1.4.5): the texts beside a code are no rows; a stored body is asked.
 */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "search/search_int.h"

/* As string parameters match: folded, from the beginning of the text or of a word in it. */
static bool begins(struct arena *arena, struct str text, struct str folded)
{
    struct str all = search_fold(arena, text);
    for (size_t from = 0, at; from < all.n; from += at + 1) {
        at = str_find_str(str_sub(all, from, all.n), folded);
        if (at == SIZE_MAX)
            return false;
        if (from + at == 0 || all.p[from + at - 1] == ' ' || all.p[from + at - 1] == '-')
            return true;
    }
    return false;
}

static bool concept_begins(struct arena *arena, const struct path_value *v, struct str folded)
{
    if (begins(arena, value_text(v, FHIR_NAME_text), folded))
        return true;
    uint32_t coding = value_child(v, FHIR_NAME_coding);
    if (coding == UINT32_MAX || v->doc->nodes[coding].kind != JSON_ARRAY)
        return false;
    JSON_EACH(v->doc, coding, i)
    {
        struct path_value c = {.kind = PATH_NODE, .type = FHIR_TYPE_Coding, .node = i, .doc = v->doc};
        if (begins(arena, value_text(&c, FHIR_NAME_display), folded))
            return true;
    }
    return false;
}

static bool value_begins(struct arena *arena, const struct path_value *v, struct str folded)
{
    if (v->kind != PATH_NODE)
        return false;
    switch (v->type) {
    case FHIR_TYPE_CodeableConcept:
        return concept_begins(arena, v, folded);
    case FHIR_TYPE_Coding:
    case FHIR_TYPE_Reference:
        return begins(arena, value_text(v, FHIR_NAME_display), folded);
    case FHIR_TYPE_Identifier: {
        uint32_t type = value_child(v, FHIR_NAME_type);
        struct path_value t = {.kind = PATH_NODE, .node = type, .doc = v->doc};
        return type != UINT32_MAX && begins(arena, value_text(&t, FHIR_NAME_text), folded);
    }
    default:
        return false;
    }
}

/* NULL: it has been withdrawn since the search was read. */
static const struct extract_param *find_param(const struct extract_type *t, fhir_param_id param)
{
    for (size_t i = 0; i < t->param_count; i++)
        if (t->param[i].id == param)
            return &t->param[i];
    return NULL;
}

bool search_text_begins(struct search *s, fhir_type_id type, fhir_param_id param, struct str body,
                        struct str folded, struct arena *arena, bool *yes, struct err *err)
{
    struct json_doc doc;
    struct path_list values = {0};
    struct err local = {0};
    const struct extract_type *t = extract_type_of(s, type, err);
    *yes = false;
    if (!t || !json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    const struct extract_param *p = find_param(t, param);
    if (!p)
        return true;
    fhir_type_tree(&doc, 0);
    struct path_context ctx = {.doc = &doc};
    /* As in extraction: where the expression fails there is no value. */
    if (!path_eval(p->expr, &ctx, 0, arena, &values, &local)) {
        if (local.code != ERR_PATH_RUNTIME)
            *err = local;
        return local.code == ERR_PATH_RUNTIME;
    }
    for (uint32_t i = 0; i < values.count && !*yes; i++)
        *yes = value_begins(arena, &values.item[i], folded);
    return true;
}
