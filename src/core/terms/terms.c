/* SPDX-License-Identifier: Apache-2.0
 * The question and what is remembered of earlier ones. */
#include "terms/terms.h"

#include <pthread.h>

#include "terms/terms_int.h"

/* An answer kept; its texts are its own. */
struct kept {
    struct str key;
    struct search_code *code;
    size_t count;
    char *memory;
    uint64_t used; /* the question it last answered */
};

struct terms {
    struct search *search;
    pthread_mutex_t lock;
    int64_t seq; /* of the commit that everything kept holds for */
    uint64_t asked;
    struct kept kept[TERMS_KEPT_MAX];
    size_t count;
};

struct terms *terms_new(struct search *s, struct err *err)
{
    struct terms *t = os_alloc(sizeof *t);
    if (!t) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *t = (struct terms){.search = s};
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

static void terms_forget(struct terms *t)
{
    for (size_t i = 0; i < t->count; i++)
        os_free(t->kept[i].memory);
    t->count = 0;
}

void terms_free(struct terms *t)
{
    if (!t)
        return;
    terms_forget(t);
    pthread_mutex_destroy(&t->lock);
    os_free(t);
}

struct search *terms_search(const struct terms *t)
{
    return t->search;
}

/* A reason with what in the place of {}. */
static struct str terms_reason(const struct asking *a, const char *reason, struct str what)
{
    struct str r = str_of(reason);
    size_t at = str_find_str(r, STR("{}"));
    if (at == SIZE_MAX)
        return r;
    return arena_printf(a->arena, "%.*s%.*s%s", (int)at, r.p, STR_ARG(what), r.p + at + 2);
}

bool terms_fail(const struct asking *a, const char *sv, const char *en, struct str what)
{
    char *subject = arena_cstr(a->arena, a->subject);
    struct str swedish = terms_reason(a, sv, what), english = terms_reason(a, en, what);
    return err_set(a->err, ERR_TERMS, subject ? subject : "", arena_cstr(a->arena, swedish),
                   arena_cstr(a->arena, english), NULL);
}

/* ---- what is kept ---- */

/* Makes what is kept hold for r's commit; false when it cannot be used: r is older. */
static bool terms_fresh(struct terms *t, struct store_read *r)
{
    static const uint16_t types[] = {FHIR_TYPE_ValueSet, FHIR_TYPE_CodeSystem};
    int64_t seq = store_read_as_of(r);
    bool touched = true;
    if (seq < t->seq || store_read_in_job(r))
        return false;
    if (seq > t->seq && (!store_touched(r, t->seq, types, 2, &touched, NULL) || touched))
        terms_forget(t);
    t->seq = seq;
    return true;
}

static bool terms_kept(struct terms *t, struct store_read *r, struct str key, struct arena *arena,
                       struct search_code **out, size_t *count)
{
    bool found = false;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; terms_fresh(t, r) && i < t->count && !found; i++) {
        struct kept *k = &t->kept[i];
        if (!str_eq(k->key, key))
            continue;
        *out = arena_alloc(arena, (k->count + 1) * sizeof **out);
        for (size_t c = 0; *out && c < k->count; c++)
            (*out)[c] = (struct search_code){k->code[c].system.p ? arena_str(arena, k->code[c].system)
                                                                 : (struct str){NULL, 0},
                                             arena_str(arena, k->code[c].code)};
        *count = k->count;
        k->used = ++t->asked;
        found = *out != NULL;
    }
    pthread_mutex_unlock(&t->lock);
    return found;
}

static char *kept_text(struct str *s, char *at)
{
    if (!s->p)
        return at;
    char *next = mempcpy(at, s->p, s->n);
    s->p = at;
    return next;
}

/* Copies an answer into the place of the one longest unused. Without memory nothing is kept. */
static void terms_keep(struct terms *t, int64_t seq, struct str key, const struct search_code *code,
                       size_t count)
{
    size_t bytes = count * sizeof *code + key.n, at = 0;
    for (size_t i = 0; i < count; i++)
        bytes += code[i].system.n + code[i].code.n;
    char *memory = os_alloc(bytes + 1);
    if (!memory)
        return;
    struct kept k = {
        .key = key, .code = (struct search_code *)(void *)memory, .count = count, .memory = memory};
    char *text = memory + count * sizeof *code;
    if (count)
        memcpy(memory, code, count * sizeof *code);
    for (size_t i = 0; i < count; i++)
        text = kept_text(&k.code[i].code, kept_text(&k.code[i].system, text));
    kept_text(&k.key, text);
    pthread_mutex_lock(&t->lock);
    if (t->seq == seq) {
        for (size_t i = 1; i < t->count; i++)
            at = t->kept[i].used < t->kept[at].used ? i : at;
        if (t->count < TERMS_KEPT_MAX)
            at = t->count++;
        else
            os_free(t->kept[at].memory);
        k.used = ++t->asked;
        t->kept[at] = k;
        memory = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    os_free(memory);
}

/* ---- answering ---- */

/* A code with what it subsumes, or what subsumes it. */
static bool terms_hierarchy(struct asking *a, bool up, struct str system, struct str code, struct list *out)
{
    struct system s;
    if (system.n == 0)
        return terms_fail(a, "ange kodverket: system|kod", "name the code system: system|code", STR(""));
    enum load_result found = system_load(a, system, &s);
    if (found == LOAD_FAILED)
        return false;
    if (found == LOAD_ABSENT)
        return terms_fail(a, "kodverket {} finns inte här", "the code system {} is not here", system);
    if (!s.complete)
        return terms_fail(a, "kodverket {} finns bara delvis här", "the code system {} is here in part only",
                          system);
    uint32_t at = system_find(&s, code);
    bool *mark = ARENA_ARRAY(a->arena, bool, s.count + 1);
    if (at == UINT32_MAX)
        return terms_fail(a, "koden finns inte i {}", "the code is not in {}", system);
    if (!mark)
        return err_set(a->err, ERR_NO_MEMORY, NULL);
    if (!system_mark(a, &s, at, up, mark))
        return false;
    for (uint32_t i = 0; i < s.count; i++)
        if (mark[i] && !list_add(a, out, s.url, s.concept[i].code))
            return false;
    list_sort(out);
    return true;
}

static bool terms_answer(struct asking *a, enum search_codes what, struct str system, struct str value,
                         struct list *out)
{
    bool ok = what == SEARCH_CODES_IN ? expand_canonical(a, value, out)
                                      : terms_hierarchy(a, what == SEARCH_CODES_ABOVE, system, value, out);
    if (ok && out->count > TERMS_CODES_MAX)
        return err_set_str(a->err, ERR_SEARCH_LIMIT,
                           arena_printf(a->arena, "koder (codes): %.*s", STR_ARG(a->subject)),
                           arena_printf(a->arena, "%d", TERMS_CODES_MAX));
    return ok;
}

/* The codes in the caller's arena; the work was done in another. */
static bool terms_copy(const struct list *list, struct arena *arena, struct search_code **out, size_t *count,
                       struct err *err)
{
    *count = list->count;
    *out = arena_alloc(arena, (list->count + 1) * sizeof **out);
    if (!*out)
        return err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < list->count; i++) {
        struct str system = list->item[i].system;
        (*out)[i].system = system.p ? arena_str(arena, system) : system;
        (*out)[i].code = arena_str(arena, list->item[i].code);
    }
    return true;
}

bool terms_codes(struct terms *t, struct store_read *r, enum search_codes what, struct str system,
                 struct str value, struct arena *arena, struct search_code **out, size_t *count,
                 struct err *err)
{
    struct arena scratch;
    struct list list = {0};
    struct str key = arena_printf(arena, "%d %.*s %.*s", (int)what, STR_ARG(system), STR_ARG(value));
    if (terms_kept(t, r, key, arena, out, count))
        return true;
    arena_init(&scratch);
    struct asking a = {.s = t->search, .r = r, .arena = &scratch, .err = err};
    a.subject = system.n ? arena_printf(&scratch, "%.*s|%.*s", STR_ARG(system), STR_ARG(value)) : value;
    bool ok = terms_answer(&a, what, system, value, &list) && terms_copy(&list, arena, out, count, err);
    arena_release(&scratch);
    if (ok && !store_read_in_job(r))
        terms_keep(t, store_read_as_of(r), key, *out, *count);
    return ok;
}

static bool terms_hook(void *arg, struct store_read *r, enum search_codes what, struct str system,
                       struct str value, struct arena *arena, struct search_code **out, size_t *count,
                       struct err *err)
{
    return terms_codes(arg, r, what, system, value, arena, out, count, err);
}

struct search_terms terms_for_search(struct terms *t)
{
    return (struct search_terms){.arg = t, .codes = terms_hook};
}
