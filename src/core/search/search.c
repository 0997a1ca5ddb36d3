/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "fold/fold.h"
#include "search/own_int.h"

/* Types and parameters by the names under which the store keeps its own numbers. */
static void name_tables(struct search *s)
{
    s->type_names = ARENA_ARRAY(&s->arena, const char *, fhir_type_count + 1u);
    s->param_names = ARENA_ARRAY(&s->arena, const char *, fhir_param_count + OWN_MAX + 1u);
    for (fhir_type_id t = 1; t < fhir_type_count; t++)
        s->type_names[t] = fhir_types[t].name;
    for (fhir_param_id p = 1; p < fhir_param_count; p++)
        s->param_names[p] =
            arena_printf(&s->arena, "%s.%s", fhir_types[fhir_params[p].base].name, fhir_params[p].code).p;
}

struct search *search_new(struct err *err)
{
    struct search *s = os_alloc(sizeof *s);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *s = (struct search){.budget = {SEARCH_BUDGET_MS, SEARCH_WORK_MAX}};
    arena_init(&s->arena);
    pthread_mutex_init(&s->lock, NULL);
    name_tables(s);
    s->type = arena_zalloc(&s->arena, fhir_type_count, sizeof *s->type);
    s->own = own_new(s);
    if (!s->own) {
        search_free(s);
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    snprintf(s->fingerprint, sizeof s->fingerprint, "%d-%s", SEARCH_ROWS_VERSION, fhir_model_fingerprint);
    return s;
}

void search_free(struct search *s)
{
    if (!s)
        return;
    own_free(s);
    pthread_mutex_destroy(&s->lock);
    arena_release(&s->arena);
    os_free(s);
}

const struct fhir_param *search_param(const struct search *s, fhir_param_id id)
{
    const struct own_param *own = own_get(s, id);
    return own ? &own->p : &fhir_params[id];
}

fhir_param_id search_param_find(const struct search *s, fhir_type_id base, struct str code)
{
    fhir_param_id id = fhir_param_find(base, code);
    return id ? id : own_find(s, base, code);
}

const fhir_type_id *search_targets(const struct search *s, fhir_param_id id, uint16_t *count)
{
    const struct own_param *own = own_get(s, id);
    const struct fhir_param *p = search_param(s, id);
    *count = own ? own->target_count : p->target_count;
    return own ? own->targets : &fhir_targets[p->target_first];
}

void search_set_key(struct search *s, struct hash_key key)
{
    s->key = key;
    page_keyed(s);
}

void search_set_budget(struct search *s, struct search_budget budget)
{
    s->budget = budget;
}

void search_set_terms(struct search *s, const struct search_terms *terms)
{
    s->terms = *terms;
}

void search_set_words(struct search *s, const struct search_words *words)
{
    s->words = *words;
}

struct str search_fold(struct arena *arena, struct str s)
{
    return fold_text(arena, s);
}

struct store_schema search_schema(struct search *s)
{
    return (struct store_schema){
        .fingerprint = s->fingerprint,
        .type_names = s->type_names,
        .type_count = fhir_type_count,
        .param_names = s->param_names,
        .param_count = fhir_param_count + OWN_MAX,
        .watched = FHIR_TYPE_SearchParameter,
    };
}

static bool extract_body(void *arg, struct arena *arena, uint16_t type, struct str body,
                         struct store_rows *out, struct err *err)
{
    struct json_doc doc;
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    if (fhir_type_tree(&doc, 0) != type)
        return err_set(err, ERR_FHIR_TYPE_UNKNOWN, "resourceType", NULL);
    return search_extract(arg, &doc, 0, type, arena, out, err);
}

struct store_hooks search_hooks(struct search *s)
{
    return (struct store_hooks){.arg = s,
                                .extract = extract_body,
                                .sort_text = sort_text_of,
                                .epoch = own_epoch,
                                .accept = own_accept,
                                .changed = own_changed,
                                .settled = own_settled};
}

const struct search_kind *search_kind_of(const struct fhir_param *p)
{
    static const struct search_kind *const kinds[] = {
        [FHIR_SEARCH_NUMBER] = &number_kind,
        [FHIR_SEARCH_DATE] = &date_kind,
        [FHIR_SEARCH_STRING] = &string_kind,
        [FHIR_SEARCH_TOKEN] = &token_kind,
        [FHIR_SEARCH_REFERENCE] = &reference_kind,
        [FHIR_SEARCH_COMPOSITE] = &composite_kind,
        [FHIR_SEARCH_QUANTITY] = &quantity_kind,
        [FHIR_SEARCH_URI] = &uri_kind,
        [FHIR_SEARCH_SPECIAL] = NULL,
    };
    if (p->expression[0] == 0 || strcmp(p->code, "_id") == 0 || strcmp(p->code, "_lastUpdated") == 0)
        return NULL;
    if (p->type == FHIR_SEARCH_SPECIAL && strcmp(p->code, "near") == 0)
        return &near_kind;
    return p->type < sizeof kinds / sizeof kinds[0] ? kinds[p->type] : NULL;
}
