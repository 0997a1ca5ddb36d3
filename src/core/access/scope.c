/* SPDX-License-Identifier: Apache-2.0 */
#include "access/scope.h"

#include "http/http.h"
#include "search/criteria.h"

#define READS (ACCESS_READ | ACCESS_SEARCH)
#define WRITES (ACCESS_CREATE | ACCESS_UPDATE)

/* A scope with criteria, as it is of one type. */
struct narrow {
    const struct access_scope *scope;
    bool tried, held; /* are its criteria read? can they be held? */
    struct store_plan criteria;
};

struct of_type {
    bool known;
    struct scope_left whole, some;
    struct narrow *narrow;
    size_t narrow_count;
};

struct scope_set {
    struct arena *arena;
    const struct access_scopes *scopes; /* NULL: none */
    uint32_t without;                   /* what is left then */
    const struct rules *rules;
    struct search *search;
    struct of_type *type; /* by type; NULL without scopes */
};

struct scope_set *scope_set_new(struct arena *arena, const struct access_caller *caller,
                                const struct rules *rules, struct search *search)
{
    struct scope_set *set = ARENA_NEW(arena, struct scope_set);
    *set = (struct scope_set){.arena = arena, .scopes = caller->scopes, .rules = rules, .search = search};
    set->without = caller->kind == ACCESS_SYSTEM ? 0 : UINT32_MAX;
    if (set->scopes)
        set->type = ARENA_ARRAY(arena, struct of_type, fhir_type_count);
    return set;
}

/* ---- by type ---- */

static bool about_type(const struct access_scope *s, fhir_type_id type)
{
    return str_is(s->type, "*") || str_is(s->type, fhir_types[type].name);
}

/* What the scope gives of a type in the class. Signing is a way of writing that the role decides of. */
static void give(const struct scope_set *set, const struct access_scope *s, enum rules_class class,
                 struct scope_left *to)
{
    uint32_t actions = s->actions & WRITES ? s->actions | ACCESS_SIGN : s->actions;
    if (s->level != ACCESS_LEVEL_PATIENT)
        to->any |= actions;
    else if (!set->scopes->patient.n)
        return;
    else if (class == RULES_RECORD || class == RULES_PERSON || class == RULES_GRANT)
        to->patient |= actions;
    else if (class != RULES_LOG && class != RULES_STEERING)
        to->any |= actions & READS;
}

static struct of_type *of_type(struct scope_set *set, fhir_type_id type)
{
    struct of_type *t = &set->type[type];
    enum rules_class class = (enum rules_class)set->rules->class_of[type];
    if (t->known)
        return t;
    t->known = true;
    for (size_t i = 0; i < set->scopes->count; i++) {
        const struct access_scope *s = &set->scopes->item[i];
        if (!about_type(s, type))
            continue;
        if (s->query.n && !t->narrow)
            t->narrow = ARENA_ARRAY(set->arena, struct narrow, set->scopes->count);
        if (s->query.n)
            t->narrow[t->narrow_count++].scope = s;
        else
            give(set, s, class, &t->whole);
        give(set, s, class, &t->some);
    }
    return t;
}

struct scope_left scope_set_type(struct scope_set *set, fhir_type_id type, bool some)
{
    if (!set->scopes)
        return (struct scope_left){set->without, 0};
    const struct of_type *t = of_type(set, type);
    return some ? t->some : t->whole;
}

/* ---- criteria ---- */

static bool not_masked(void *arg, fhir_param_id param)
{
    const struct rules *rules = arg;
    if (param >= fhir_param_count)
        return false;
    for (size_t i = 0; i < rules->masked_count; i++)
        if (rules->masked_param[i] == param)
            return false;
    return true;
}

/* The scope's criteria for the type. What may be masked is no criterion: that it meets them would tell. Of a
 * parameter made at run time nobody knows which elements it reads, nor whether it reads the same tomorrow. */
static bool read_criteria(struct search *search, const struct rules *rules, struct store_read *r,
                          fhir_type_id type, const struct access_scope *s, struct arena *arena,
                          struct store_plan *out, struct err *err)
{
    struct http_pair *pairs;
    struct search_param *params;
    size_t count;
    if (!http_query_parse(arena, s->query, &pairs, &count, err))
        return false;
    params = ARENA_ARRAY(arena, struct search_param, count + 1);
    for (size_t i = 0; i < count; i++)
        params[i] = (struct search_param){pairs[i].name, pairs[i].value};
    if (!criteria_parse(search, r, type, params, count, arena, out, err))
        return false;
    return criteria_each(out, not_masked, (void *)rules) ||
           err_set_str(err, ERR_SEARCH_CRITERIA, s->query, STR(""));
}

bool scope_check(struct search *search, const struct rules *rules, const struct access_scope *scope,
                 struct arena *arena, struct err *err)
{
    struct store_plan unused;
    struct err why = {0};
    fhir_type_id type = str_is(scope->type, "*") ? 0 : fhir_resource_find(scope->type);
    if (!scope->query.n || (search && read_criteria(search, rules, NULL, type, scope, arena, &unused, &why)))
        return true;
    struct buf text[2];
    for (int lang = 0; lang < 2; lang++) {
        buf_init(&text[lang], BUF_NO_MAX);
        err_text(&why, (enum err_lang)lang, &text[lang]);
        buf_char(&text[lang], 0);
    }
    err_set(err, ERR_SCOPE_CRITERIA,
            arena_cstr(arena, arena_printf(arena, "%.*s…?%.*s", STR_ARG(scope->type), STR_ARG(scope->query))),
            buf_ok(&text[0]) ? buf_get(&text[0]).p : "", buf_ok(&text[1]) ? buf_get(&text[1]).p : "", NULL);
    buf_release(&text[0]);
    buf_release(&text[1]);
    return false;
}

/* Can it be held? What was once fine may have lost its value set: then it gives nothing. */
static bool held(struct scope_set *set, struct store_read *r, fhir_type_id type, struct narrow *n)
{
    struct err why = {0};
    if (!n->tried)
        n->held = set->search &&
                  read_criteria(set->search, set->rules, r, type, n->scope, set->arena, &n->criteria, &why);
    n->tried = true;
    return n->held;
}

/* ---- one resource ---- */

/* Would it give something of action that is not there yet? */
static bool wanted(const struct scope_set *set, const struct narrow *n, enum rules_class class,
                   uint32_t action, const struct scope_left *have)
{
    struct scope_left gives = {0, 0};
    give(set, n->scope, class, &gives);
    return (gives.any & action & ~have->any) || (gives.patient & action & ~have->patient);
}

bool scope_set_label(struct scope_set *set, struct store_read *r, const struct store_label *label,
                     uint32_t action, struct scope_left *out, struct err *err)
{
    *out = scope_set_type(set, label->type, false);
    enum rules_class class = (enum rules_class)set->rules->class_of[label->type];
    struct of_type *t = set->scopes ? of_type(set, label->type) : NULL;
    for (size_t i = 0; t && i < t->narrow_count; i++) {
        bool meets = false;
        if (!wanted(set, &t->narrow[i], class, action, out) || !held(set, r, label->type, &t->narrow[i]))
            continue;
        if (!store_label_meets(r, label, &t->narrow[i].criteria, &meets, err))
            return false;
        if (meets)
            give(set, t->narrow[i].scope, class, out);
    }
    return true;
}

struct scope_left scope_set_rows(struct scope_set *set, struct store_read *r, fhir_type_id type,
                                 struct str id, const struct store_row *row, size_t count, uint32_t action)
{
    struct scope_left left = scope_set_type(set, type, false);
    enum rules_class class = (enum rules_class)set->rules->class_of[type];
    struct of_type *t = set->scopes ? of_type(set, type) : NULL;
    for (size_t i = 0; t && i < t->narrow_count; i++)
        if (wanted(set, &t->narrow[i], class, action, &left) && held(set, r, type, &t->narrow[i]) &&
            criteria_meet(&t->narrow[i].criteria, id, row, count))
            give(set, t->narrow[i].scope, class, &left);
    return left;
}
