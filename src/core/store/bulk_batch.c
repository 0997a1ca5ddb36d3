/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bulk_batch.h"

#include "base/os.h"
#include "store/body.h"

enum { BULK_BATCH_TOKENS_FIRST = 1 << 15 };

void bulk_batch_init(struct bulk_batch *l, struct store *s, struct str agent, struct str reason)
{
    *l = (struct bulk_batch){.s = s, .key = s->key, .agent = agent, .reason = reason};
    arena_init(&l->arena);
    arena_limit(&l->arena, STORE_ARENA_MAX);
    map_text_init(&l->ids, s->key);
    buf_init(&l->body, STORE_BODY_MAX);
    buf_init(&l->packed, BUF_NO_MAX);
    l->cctx = ZSTD_createCCtx();
    l->chain = chain_new(NULL);
    char *copy = os_alloc(agent.n + reason.n + 1);
    if (!copy) {
        l->agent = l->reason = (struct str){NULL, 0};
        return;
    }
    if (agent.n)
        memcpy(copy, agent.p, agent.n);
    if (reason.n)
        memcpy(copy + agent.n, reason.p, reason.n);
    l->agent.p = copy;
    l->reason.p = copy + agent.n;
}

void bulk_batch_release(struct bulk_batch *l)
{
    os_free((char *)l->agent.p);
    os_free(l->change);
    os_free(l->ready);
    buf_release(&l->body);
    buf_release(&l->packed);
    ZSTD_freeCCtx(l->cctx);
    chain_free(l->chain);
    os_free(l->token);
    os_free(l->token_at);
    arena_release(&l->arena);
    map_text_release(&l->ids);
}

void bulk_batch_clear(struct bulk_batch *l)
{
    arena_reset(&l->arena);
    map_text_clear(&l->ids);
    if (l->token)
        memset(l->token, 0, l->token_cap * sizeof *l->token);
    l->token_count = l->count = l->bytes = 0;
}

bool bulk_batch_full(const struct bulk_batch *l)
{
    return l->count >= BULK_BATCH_CHANGES_MAX || l->bytes >= BULK_BATCH_BYTES_MAX;
}

const struct store_change *bulk_batch_get(const struct bulk_batch *l, uint16_t type, struct str id)
{
    const struct map_text_entry *e = map_text_get(&l->ids, type, id);
    return e ? &l->change[e->value] : NULL;
}

/* ---- tokens ---- */

static uint64_t bulk_batch_hash(const struct bulk_batch *l, const struct store_row *row)
{
    struct hash_key key = {l->key.k0 ^ row->param, l->key.k1};
    uint64_t h = hash_sip(key, row->text) * 31 + hash_sip(key, row->name);
    return h ? h : 1;
}

static void bulk_batch_place(uint64_t *token, uint32_t *token_at, size_t cap, uint64_t hash, uint32_t change)
{
    size_t at = hash & (cap - 1);
    while (token[at])
        at = (at + 1) & (cap - 1);
    token[at] = hash;
    token_at[at] = change;
}

static bool bulk_batch_grow(struct bulk_batch *l)
{
    size_t cap = l->token_cap ? l->token_cap * 2 : BULK_BATCH_TOKENS_FIRST;
    uint64_t *token = os_alloc(cap * sizeof *token);
    uint32_t *token_at = os_alloc(cap * sizeof *token_at);
    if (!token || !token_at) {
        os_free(token);
        os_free(token_at);
        return false;
    }
    memset(token, 0, cap * sizeof *token);
    for (size_t i = 0; i < l->token_cap; i++)
        if (l->token[i])
            bulk_batch_place(token, token_at, cap, l->token[i], l->token_at[i]);
    os_free(l->token);
    os_free(l->token_at);
    l->token = token;
    l->token_at = token_at;
    l->token_cap = cap;
    return true;
}

static bool bulk_batch_add_token(struct bulk_batch *l, const struct store_row *row, uint32_t change)
{
    if (l->token_count >= l->token_cap / 2 && !bulk_batch_grow(l))
        return false;
    l->token_count++;
    bulk_batch_place(l->token, l->token_at, l->token_cap, bulk_batch_hash(l, row), change);
    return true;
}

static bool bulk_batch_asked(const struct bulk_batch *l, uint16_t param)
{
    return l->asked[param / 8] >> param % 8 & 1;
}

bool bulk_batch_ask(struct bulk_batch *l, uint16_t param, struct err *err)
{
    if (bulk_batch_asked(l, param))
        return true;
    l->asked[param / 8] |= (uint8_t)(1 << param % 8);
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = 0; k < l->change[i].row_count; k++) {
            const struct store_row *row = &l->change[i].rows[k];
            if (row->index == STORE_TOKEN && row->param == param &&
                !bulk_batch_add_token(l, row, (uint32_t)i))
                return err_set(err, ERR_NO_MEMORY, NULL);
        }
    return true;
}

static bool bulk_batch_holds(const struct store_change *c, const struct store_row *row)
{
    for (size_t i = 0; i < c->row_count; i++) {
        const struct store_row *r = &c->rows[i];
        if (r->index == STORE_TOKEN && r->param == row->param && str_eq(r->text, row->text) &&
            str_eq(r->name, row->name))
            return true;
    }
    return false;
}

const struct store_change *bulk_batch_token(const struct bulk_batch *l, const struct store_row *row,
                                            size_t *at)
{
    if (!l->token_cap)
        return NULL;
    uint64_t hash = bulk_batch_hash(l, row);
    for (;; ++*at) {
        size_t slot = (hash + *at) & (l->token_cap - 1);
        if (!l->token[slot])
            return NULL;
        const struct store_change *c = &l->change[l->token_at[slot]];
        if (l->token[slot] == hash && bulk_batch_holds(c, row)) {
            ++*at;
            return c;
        }
    }
}

/* ---- adding ---- */

static bool bulk_batch_text(struct bulk_batch *l, struct str *s)
{
    l->bytes += s->n;
    if (s->n)
        *s = arena_str(&l->arena, *s);
    return s->n == 0 || s->p;
}

static bool bulk_batch_rows(struct bulk_batch *l, struct store_change *c)
{
    struct store_row *rows = arena_alloc(&l->arena, (c->row_count + 1) * sizeof *rows);
    if (!rows)
        return false;
    if (c->row_count)
        memcpy(rows, c->rows, c->row_count * sizeof *rows);
    l->bytes += c->row_count * sizeof *rows;
    bool ok = true;
    for (size_t i = 0; i < c->row_count && ok; i++) {
        ok = bulk_batch_text(l, &rows[i].text) && bulk_batch_text(l, &rows[i].name);
        if (ok && rows[i].index == STORE_TOKEN && bulk_batch_asked(l, rows[i].param))
            ok = bulk_batch_add_token(l, &rows[i], (uint32_t)l->count);
    }
    c->rows = rows;
    return ok;
}

/* Room for one more change. */
static bool bulk_batch_room(struct bulk_batch *l)
{
    if (l->count < l->cap)
        return true;
    size_t cap = l->cap ? l->cap * 2 : 1024;
    struct store_change *change = os_realloc(l->change, cap * sizeof *change);
    if (change)
        l->change = change;
    struct write_ready *ready = os_realloc(l->ready, cap * sizeof *ready);
    if (ready)
        l->ready = ready;
    if (change && ready)
        l->cap = cap;
    return change && ready;
}

/* Builds, packs and digests the body on the caller's thread, so that the writer has less to do. Most
 * resources of a load are new; for the others, and when this fails, the writer does it. Not before there is a
 * dictionary. */
static void bulk_batch_make_ready(struct bulk_batch *l, const struct store_change *c,
                                  struct write_ready *ready)
{
    struct err err;
    *ready = (struct write_ready){.dict = atomic_load(&l->s->dicts.newest)};
    buf_clear(&l->packed);
    if (c->op == 'D' || !ready->dict || !l->cctx || !l->chain || !body_build(c, 1, l->time_ms, &l->body) ||
        !dict_pack(&l->s->dicts, l->cctx, buf_get(&l->body), &l->packed, &err))
        return;
    struct chain_change digest = {str_of(l->s->schema.type_names[c->type]), c->id, buf_get(&l->body), 1,
                                  OP_CREATED};
    if (!chain_change(l->chain, &digest, ready->digest, &err))
        return;
    ready->text_n = l->body.n;
    ready->packed = arena_str(&l->arena, buf_get(&l->packed));
    l->bytes += ready->packed.n;
}

bool bulk_batch_add(struct bulk_batch *l, const struct store_change *c, struct err *err)
{
    if (!bulk_batch_room(l))
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (l->count == 0)
        l->time_ms = os_now_ms();
    struct store_change *to = &l->change[l->count];
    *to = *c;
    if (!bulk_batch_text(l, &to->id) || !bulk_batch_text(l, &to->head) ||
        !bulk_batch_text(l, &to->meta_rest) || !bulk_batch_text(l, &to->tail) || !bulk_batch_rows(l, to) ||
        !map_text_put(&l->ids, to->type, to->id, (int64_t)l->count))
        return err_set(err, ERR_NO_MEMORY, NULL);
    bulk_batch_make_ready(l, to, &l->ready[l->count]);
    l->count++;
    return true;
}
bool bulk_batch_train(const struct bulk_batch *l, struct buf *out)
{
    struct dict_trainer t;
    struct buf body;
    dict_trainer_init(&t);
    buf_init(&body, BUF_NO_MAX);
    /* Every so many, so that the whole batch is seen within the bound on bytes. */
    size_t step = l->bytes / DICT_SAMPLE_BYTES_MAX + 1;
    for (size_t i = 0; i < l->count; i += step) {
        const struct store_change *c = &l->change[i];
        buf_clear(&body);
        buf_str(&body, c->head);
        buf_str(&body, c->meta_rest);
        buf_str(&body, c->tail);
        if (c->op == 'D' || !dict_trainer_add(&t, buf_get(&body)))
            continue;
    }
    bool ok = dict_trainer_run(&t, out);
    buf_release(&body);
    dict_trainer_release(&t);
    return ok;
}
