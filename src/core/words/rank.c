/* SPDX-License-Identifier: Apache-2.0
 * Ranking: BM25 (Robertson & Zaragoza 2009) whose document frequencies and mean length are those of the hits
 * themselves. FTS5's own bm25() takes them over the whole index, so that a page asked for later would rank
 * otherwise than the first one did. */
#include <math.h>

#include "words/words_int.h"

static const double rank_k1 = 1.2, rank_b = 0.75;

static void rank_tally(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *ctx, int argc,
                       sqlite3_value **argv)
{
    unsigned char tally[WORDS_PHRASES] = {0};
    int phrases = api->xPhraseCount(fts), instances = 0;
    (void)argc;
    (void)argv;
    if (api->xInstCount(fts, &instances) != SQLITE_OK) {
        sqlite3_result_error_code(ctx, SQLITE_NOMEM);
        return;
    }
    for (int i = 0; i < instances; i++) {
        int phrase, column, offset;
        if (api->xInst(fts, i, &phrase, &column, &offset) != SQLITE_OK)
            break;
        unsigned char *n = &tally[phrase < WORDS_PHRASES ? phrase : WORDS_PHRASES - 1];
        *n += *n < 255;
    }
    sqlite3_result_blob(ctx, tally, phrases < WORDS_PHRASES ? phrases : WORDS_PHRASES, SQLITE_TRANSIENT);
}

bool rank_register(sqlite3 *h)
{
    fts5_api *api = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(h, "SELECT fts5(?1)", -1, &st, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(st);
    }
    sqlite3_finalize(st);
    return api && api->xCreateFunction(api, "words_tally", NULL, rank_tally, NULL) == SQLITE_OK;
}

bool rank_add(struct rank *r, struct str tally, uint32_t length)
{
    if (r->count == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 256;
        r->tally = arena_grow(r->arena, r->tally, r->cap * r->phrases, cap * r->phrases, 1);
        r->length = arena_grow(r->arena, r->length, r->cap, cap, sizeof *r->length);
        if (!r->tally || !r->length)
            return false;
        r->cap = cap;
    }
    unsigned char *to = r->tally + r->count * r->phrases;
    memset(to, 0, r->phrases);
    memcpy(to, tally.p, tally.n < r->phrases ? tally.n : r->phrases);
    r->length[r->count++] = length;
    return true;
}

/* What one occurrence of each phrase is worth: the rarer among the hits, the more. */
static void rank_weights(const struct rank *r, double weight[WORDS_PHRASES])
{
    for (unsigned p = 0; p < r->phrases; p++) {
        size_t with = 0;
        for (size_t i = 0; i < r->count; i++)
            with += r->tally[i * r->phrases + p] > 0;
        weight[p] = log1p(((double)(r->count - with) + 0.5) / ((double)with + 0.5));
    }
}

double *rank_scores(const struct rank *r)
{
    double weight[WORDS_PHRASES], mean = 0, best = 0;
    double *score = arena_alloc(r->arena, (r->count + 1) * sizeof *score);
    if (!score)
        return NULL;
    rank_weights(r, weight);
    for (size_t i = 0; i < r->count; i++)
        mean += r->length[i];
    mean = r->count && mean > 0 ? mean / (double)r->count : 1;
    for (size_t i = 0; i < r->count; i++) {
        double part = rank_k1 * (1 - rank_b + rank_b * r->length[i] / mean);
        score[i] = 0;
        for (unsigned p = 0; p < r->phrases; p++) {
            double n = r->tally[i * r->phrases + p];
            score[i] += weight[p] * n * (rank_k1 + 1) / (n + part);
        }
        best = score[i] > best ? score[i] : best;
    }
    for (size_t i = 0; i < r->count; i++)
        score[i] = best > 0 ? score[i] / best : 1;
    return score;
}
