/* SPDX-License-Identifier: Apache-2.0
 * What search asks the text index for. _text and _content are queries; :text takes its candidates from the
 * index (texts that hold the words) and then reads each one's body to see whether it is the parameter that
 * says so. */
#include <stdlib.h>

#include "words/words_int.h"

struct hook {
    struct words *w;
    struct search *s;
    struct store_read *r;
    struct arena *arena;
    int64_t seq;
    const fhir_type_id *types;
    size_t type_count;
    struct err *err;
};

struct hook_list {
    store_rid *rid;
    size_t count, cap;
};

/* What the reader's view hides has no words; what it masks has none for a query, since nobody knows from
 * which of its elements they come. */
static bool hook_keep_whole(void *arg, store_rid rid, bool *keep, struct err *err)
{
    const struct hook *h = arg;
    enum store_sight sight;
    bool ok = store_sight_of(h->r, rid, h->seq, &sight, err);
    *keep = ok && sight == STORE_SEEN;
    return ok;
}

static bool hook_keep_shown(void *arg, store_rid rid, bool *keep, struct err *err)
{
    const struct hook *h = arg;
    enum store_sight sight;
    bool ok = store_sight_of(h->r, rid, h->seq, &sight, err);
    *keep = ok && sight != STORE_HIDDEN;
    return ok;
}

static bool hook_query(struct hook *h, struct str query, enum words_where where, store_rid **rids,
                       double **score, size_t *count)
{
    struct words_hits hits;
    struct words_ask ask = {.query = query,
                            .where = where,
                            .types = h->type_count ? h->types : NULL,
                            .type_count = h->type_count,
                            .seq = h->seq,
                            .score = true,
                            .keep = hook_keep_whole,
                            .keep_arg = h};
    if (!words_find(h->w, &ask, h->arena, &hits, h->err))
        return false;
    *rids = hits.rid;
    *score = hits.score;
    *count = hits.count;
    return true;
}

/* ---- :text ---- */

/* Takes the next alternative off the value: commas part, backslashes take the meaning off. */
static bool hook_next(struct arena *arena, struct str *rest, struct str *part)
{
    if (!rest->p)
        return false;
    char *to = arena_alloc(arena, rest->n + 1);
    size_t n = 0, i = 0;
    for (; i < rest->n && rest->p[i] != ','; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n)
            i++;
        to[n++] = rest->p[i];
    }
    *part = (struct str){to, n};
    *rest = i < rest->n ? str_sub(*rest, i + 1, rest->n) : (struct str){NULL, 0};
    return true;
}

static bool hook_add(struct hook_list *l, struct arena *arena, store_rid rid)
{
    if (l->count == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        l->rid = arena_grow(arena, l->rid, l->cap, cap, sizeof *l->rid);
        if (!l->rid)
            return false;
        l->cap = cap;
    }
    l->rid[l->count++] = rid;
    return true;
}

/* Reads the candidates and keeps the ones whose parameter begins so. */
static bool hook_verify(const struct hook *h, fhir_param_id param, struct str folded,
                        const struct words_hits *hits, struct hook_list *out)
{
    struct arena scratch;
    bool ok = true;
    arena_init(&scratch);
    for (size_t i = 0; ok && i < hits->count; i++) {
        struct store_version v;
        bool yes = false;
        arena_reset(&scratch);
        enum store_found found =
            store_get_rid_version(h->r, hits->rid[i], hits->version[i], &scratch, &v, h->err);
        ok = found != STORE_FAILED;
        if (found == STORE_FOUND)
            ok = search_text_begins(h->s, h->types[0], param, v.body, folded, &scratch, &yes, h->err);
        if (ok && yes && !hook_add(out, h->arena, hits->rid[i]))
            ok = err_set(h->err, ERR_NO_MEMORY, NULL);
    }
    arena_release(&scratch);
    return ok;
}

static bool hook_alternative(struct hook *h, fhir_param_id param, struct str text, struct hook_list *out)
{
    struct words_hits hits;
    struct words_ask ask = {.query = text,
                            .start = true,
                            .where = WORDS_ALL,
                            .types = h->types,
                            .type_count = 1,
                            .seq = h->seq,
                            .keep = hook_keep_shown,
                            .keep_arg = h};
    if (!words_find(h->w, &ask, h->arena, &hits, h->err))
        return false;
    if (hits.count > WORDS_VERIFY_MAX) {
        char number[16];
        struct str n = arena_printf(h->arena, "%zu", hits.count);
        memcpy(number, n.p, n.n + 1);
        return err_set(h->err, ERR_SEARCH_BUDGET, number, NULL);
    }
    return hook_verify(h, param, search_fold(h->arena, text), &hits, out);
}

static int hook_order(const void *a, const void *b)
{
    store_rid x = *(const store_rid *)a, y = *(const store_rid *)b;
    return x < y ? -1 : x > y;
}

static bool hook_param(struct hook *h, fhir_param_id param, struct str value, store_rid **rids, size_t *count)
{
    struct hook_list list = {0};
    struct str rest = value, part;
    size_t n = 0;
    while (hook_next(h->arena, &rest, &part))
        if (!hook_alternative(h, param, part, &list))
            return false;
    if (list.count)
        qsort(list.rid, list.count, sizeof *list.rid, hook_order);
    for (size_t i = 0; i < list.count; i++)
        if (n == 0 || list.rid[n - 1] != list.rid[i])
            list.rid[n++] = list.rid[i];
    *rids = list.rid;
    *count = n;
    return true;
}

static bool hook_find(void *arg, struct store_read *r, int64_t seq, enum search_words_in where,
                      fhir_param_id param, const fhir_type_id *types, size_t type_count, struct str query,
                      struct arena *arena, store_rid **rids, double **score, size_t *count, struct err *err)
{
    const struct words_hook *hook = arg;
    struct hook h = {.w = hook->words,
                     .s = hook->search,
                     .r = r,
                     .arena = arena,
                     .types = types,
                     .type_count = type_count,
                     .err = err};
    *rids = NULL;
    *score = NULL;
    *count = 0;
    /* What a transaction has written so far is not in the index. */
    if (store_read_in_job(r))
        return err_set(err, ERR_WORDS_TRANSACTION, NULL);
    h.seq = seq ? seq : store_read_seq(r);
    if (where == SEARCH_WORDS_PARAM)
        return hook_param(&h, param, query, rids, count);
    return hook_query(&h, query, where == SEARCH_WORDS_TEXT ? WORDS_NARRATIVE : WORDS_ALL, rids, score,
                      count);
}

struct search_words words_for_search(struct words_hook *hook)
{
    return (struct search_words){.arg = hook, .find = hook_find};
}
