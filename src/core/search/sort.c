/* SPDX-License-Identifier: Apache-2.0
 * _sort: what the index keeps in order is sorted by its rows; tokens, references and URIs, which it keeps as
 * numbers, by their text in the body; a chain by what the reference leads to. */
#include "search/search_int.h"

enum { SORT_CHAIN_MAX = 4, SORT_TARGETS_MAX = 200 };

struct key_of {
    const struct plan_of *plan;
    struct str text; /* the whole key */
    bool descending;
};

static bool refuse(const struct key_of *k, struct str part, const char *sv, const char *en)
{
    const struct plan_of *p = k->plan;
    return value_refuse(p->arena, p->err, STR("_sort"), part, value_place(p->whole, part), sv, en);
}

/* What a sort by the values of a parameter goes by. */
static bool sort_index(const struct fhir_param *p, uint8_t *index)
{
    static const uint8_t sorts[] = {
        [STORE_TOKEN] = STORE_SORT_TEXT, [STORE_STRING] = STORE_STRING,       [STORE_DATE] = STORE_DATE,
        [STORE_NUMBER] = STORE_NUMBER,   [STORE_REFERENCE] = STORE_SORT_TEXT, [STORE_URI] = STORE_SORT_TEXT,
    };
    const struct search_kind *kind = search_kind_of(p);
    if (!kind || kind->index >= sizeof sorts)
        return false;
    *index = sorts[kind->index];
    return true;
}

static bool leaf(const struct key_of *k, fhir_type_id type, struct str part, struct store_sort *out)
{
    static const struct {
        const char *name;
        uint8_t index;
    } specials[] = {
        {"_lastUpdated", STORE_SORT_UPDATED}, {"_id", STORE_SORT_ID}, {"_score", STORE_SORT_SCORE}};
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (str_is(part, specials[i].name)) {
            out->index = specials[i].index;
            return true;
        }
    }
    out->param = type ? search_param_find(k->plan->s, type, part) : 0;
    if (!out->param)
        return refuse(k, part, type ? "en sökparameter för typen" : "_lastUpdated eller _id",
                      type ? "a search parameter of the type" : "_lastUpdated or _id");
    return sort_index(search_param(k->plan->s, out->param), &out->index) ||
           refuse(k, part, "en parameter som har en ordning", "a parameter that has an order");
}

static bool key(const struct key_of *k, fhir_type_id type, struct str part, unsigned depth,
                struct store_sort *out);

/* The one target type that knows what the chain goes on with. */
static bool only_target(const struct key_of *k, const struct fhir_param *fp, struct str tail,
                        fhir_type_id *type)
{
    size_t end = 0;
    while (end < tail.n && tail.p[end] != '.' && tail.p[end] != ':')
        end++;
    struct str code = str_sub(tail, 0, end);
    *type = 0;
    for (uint16_t i = 0; i < fp->target_count; i++) {
        fhir_type_id t = fhir_targets[fp->target_first + i];
        if (fp->target_count > 1 && !search_param_find(k->plan->s, t, code))
            continue;
        if (*type)
            return refuse(k, code, "en namngiven typ, som subject:Patient.name",
                          "a named type, as in subject:Patient.name");
        *type = t;
    }
    return *type || refuse(k, code, "en sökparameter för det som referensen pekar på",
                           "a search parameter of what the reference points at");
}

static bool chain(const struct key_of *k, fhir_type_id type, struct str head, struct str tail, unsigned depth,
                  struct store_sort *out)
{
    struct str named = head, code;
    struct store_sort *inner = ARENA_NEW(k->plan->arena, struct store_sort);
    fhir_type_id target = 0;
    str_split(&named, ':', &code);
    out->param = type ? search_param_find(k->plan->s, type, code) : 0;
    if (!out->param || search_param(k->plan->s, out->param)->type != FHIR_SEARCH_REFERENCE)
        return refuse(k, code, "en referens", "a reference");
    if (named.p && (target = fhir_resource_find(named)) == 0)
        return refuse(k, named, "en resurstyp", "a resource type");
    if (!target && !only_target(k, search_param(k->plan->s, out->param), tail, &target))
        return false;
    out->index = STORE_REFERENCE;
    out->chain = inner;
    out->target = target;
    inner->descending = k->descending;
    return key(k, target, tail, depth + 1, inner);
}

static bool key(const struct key_of *k, fhir_type_id type, struct str part, unsigned depth,
                struct store_sort *out)
{
    size_t dot = str_find(part, '.', 0);
    if (dot == SIZE_MAX)
        return leaf(k, type, part, out);
    if (depth == SORT_CHAIN_MAX)
        return refuse(k, part, "högst fyra steg", "four steps at most");
    return chain(k, type, str_sub(part, 0, dot), str_sub(part, dot + 1, part.n), depth, out);
}

bool sort_parse_key(const struct plan_of *p, fhir_type_id type, struct str text, struct store_sort *out)
{
    struct key_of k = {p, text, str_starts(text, STR("-"))};
    *out = (struct store_sort){.descending = k.descending};
    return key(&k, type, str_sub(text, k.descending, text.n), 0, out);
}

/* ---- the text of a body ---- */

static struct str row_text(struct arena *arena, const struct store_row *r)
{
    if (r->index == STORE_REFERENCE && r->target_type)
        return arena_printf(arena, "%s/%.*s", fhir_types[r->target_type].name, STR_ARG(r->text));
    return r->text.n ? r->text : r->name;
}

/* A canonical with version has a row without it too, by which it is found, not sorted. */
static bool without_version(const struct store_row *whole, const struct store_row *r)
{
    return r->index == whole->index && r->name.n && r->name.p == whole->name.p && r->name.n < whole->name.n;
}

bool sort_text_of(void *arg, struct arena *arena, uint16_t type, uint16_t param, bool descending,
                  struct str body, struct str *out, struct err *err)
{
    struct search *s = arg;
    struct json_doc doc;
    struct path_list list = {0};
    struct store_rows rows = {0};
    struct path_context ctx = {.doc = &doc};
    bool full = false;
    struct rows_to to = {s, arena, param, &rows, &full};
    const struct search_kind *kind = search_kind_of(search_param(s, param));
    *out = (struct str){NULL, 0};
    if (!json_parse(arena, body, &fhir_names, &doc, err))
        return false;
    fhir_type_tree(&doc, 0);
    if (!kind || !kind->rows || !extract_values(s, type, param, &ctx, arena, &list, err))
        return kind != NULL && kind->rows == NULL;
    for (uint32_t i = 0; i < list.count; i++)
        kind->rows(&to, &list.item[i]);
    for (size_t i = 0; i < rows.count; i++) {
        if (i > 0 && without_version(&rows.item[i - 1], &rows.item[i]))
            continue;
        struct str text = row_text(arena, &rows.item[i]);
        int order = out->p ? str_cmp(text, *out) : 0;
        if (text.n && (!out->p || (descending ? order > 0 : order < 0)))
            *out = text;
    }
    return true;
}
