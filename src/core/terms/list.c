/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "terms/terms_int.h"

bool list_add(const struct asking *a, struct list *l, struct str system, struct str code)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        l->item = arena_grow(a->arena, l->item, l->cap, cap, sizeof *l->item);
        if (!l->item)
            return err_set(a->err, ERR_NO_MEMORY, NULL);
        l->cap = cap;
    }
    l->item[l->count++] = (struct search_code){system, code};
    return true;
}

static int list_cmp(const void *a, const void *b)
{
    const struct search_code *x = a, *y = b;
    int c = str_cmp(x->system, y->system);
    return c ? c : str_cmp(x->code, y->code);
}

void list_sort(struct list *l)
{
    size_t n = 0;
    if (l->count)
        qsort(l->item, l->count, sizeof *l->item, list_cmp);
    for (size_t i = 0; i < l->count; i++)
        if (n == 0 || list_cmp(&l->item[n - 1], &l->item[i]) != 0)
            l->item[n++] = l->item[i];
    l->count = n;
}

bool list_has(const struct list *l, struct str system, struct str code)
{
    struct search_code key = {system, code};
    return l->count && bsearch(&key, l->item, l->count, sizeof key, list_cmp);
}

static bool list_covers(const struct list *l, const struct search_code *c)
{
    return list_has(l, c->system, c->code) || list_has(l, c->system, STR(""));
}

bool list_both(const struct asking *a, struct list *l, const struct list *other)
{
    struct list both = {0};
    for (size_t i = 0; i < l->count; i++)
        if (list_covers(other, &l->item[i]) && !list_add(a, &both, l->item[i].system, l->item[i].code))
            return false;
    for (size_t i = 0; i < other->count; i++)
        if (list_covers(l, &other->item[i]) &&
            !list_add(a, &both, other->item[i].system, other->item[i].code))
            return false;
    list_sort(&both);
    *l = both;
    return true;
}

bool list_without(const struct asking *a, struct list *l, const struct list *other)
{
    size_t n = 0;
    for (size_t i = 0; i < other->count; i++)
        if (other->item[i].code.n && list_has(l, other->item[i].system, STR("")))
            return terms_fail(a, "koder undantas ur hela {}, som inte kan räknas upp",
                              "codes are excluded from all of {}, which cannot be counted out",
                              other->item[i].system);
    for (size_t i = 0; i < l->count; i++)
        if (!list_covers(other, &l->item[i]))
            l->item[n++] = l->item[i];
    l->count = n;
    return true;
}

void list_tidy(struct list *l)
{
    size_t n = 0;
    /* A whole system sorts before its codes. */
    struct str whole = {NULL, 0};
    for (size_t i = 0; i < l->count; i++) {
        if (l->item[i].code.n == 0)
            whole = l->item[i].system;
        else if (whole.p && str_eq(whole, l->item[i].system))
            continue;
        l->item[n++] = l->item[i];
    }
    l->count = n;
}
