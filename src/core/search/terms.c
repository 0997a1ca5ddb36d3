/* SPDX-License-Identifier: Apache-2.0
 * What search does not know itself is asked of the floors above: which codes a value set or a hierarchy
 * holds, and which resources hold some words. */
#include "search/search_int.h"

static bool absent(struct err *err, const char *what, const char *sv, const char *en)
{
    return err_set(err, ERR_SEARCH_ABSENT, what, sv, en, NULL);
}

bool terms_match(const struct query_of *q, enum search_codes what, struct str value, struct matches *out)
{
    struct str rest = value, system = STR(""), code;
    struct search_code *codes = NULL;
    size_t count = 0;
    if (!q->s->terms.codes)
        return absent(q->err, q->param->code, "tjänsten har inga kodverk", "the service has no terminology");
    if (what == SEARCH_CODES_IN) {
        code = value;
    } else {
        value_split(&rest, '|', &code);
        if (rest.p) {
            system = value_unescape(q->arena, code);
            code = rest;
        }
    }
    if (code.n == 0)
        return what == SEARCH_CODES_IN
                   ? value_expected(q, value, "en värdemängds URL", "the URL of a value set")
                   : value_error(q, value);
    code = value_unescape(q->arena, code);
    if (q->read &&
        !q->s->terms.codes(q->s->terms.arg, q->read, what, system, code, q->arena, &codes, &count, q->err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct store_match *m = value_match(q, STORE_TOKEN, out);
        m->row.text = codes[i].code;
        m->row.name = codes[i].system;
        m->any_name = codes[i].system.p == NULL;
        m->any_text = codes[i].code.n == 0;
        token_implied(q, m);
    }
    return true;
}

bool terms_words(struct plan_of *p, enum search_words_in where, struct str code, struct str value)
{
    const struct search_words *w = &p->s->words;
    if (!w->find)
        return absent(p->err, arena_cstr(p->arena, code), "tjänsten har inget textindex",
                      "the service has no text index");
    struct store_cond *c = plan_cond(p, STORE_COND_RIDS);
    if (where != SEARCH_WORDS_PARAM) {
        store_rid *rids = NULL;
        double *score = NULL;
        if (p->read && !w->find(w->arg, p->read, p->seq, where, 0, p->types, p->type_count, value, p->arena,
                                &rids, &score, &c->rid_count, p->err))
            return false;
        c->rids = rids;
        c->score = score;
        p->scored = p->scored || score;
        return true;
    }
    store_rid *all = NULL;
    size_t n = 0;
    for (size_t t = 0; p->read && t < p->type_count; t++) {
        store_rid *rids = NULL;
        double *score = NULL;
        size_t count = 0;
        fhir_param_id id = search_param_find(p->s, p->types[t], code);
        if (!w->find(w->arg, p->read, p->seq, where, id, &p->types[t], 1, value, p->arena, &rids, &score,
                     &count, p->err))
            return false;
        if (!count)
            continue;
        all = arena_grow(p->arena, all, n, n + count, sizeof *all);
        memcpy(all + n, rids, count * sizeof *all);
        n += count;
    }
    c->rids = verify_sorted(all, &n);
    c->rid_count = n;
    return true;
}
