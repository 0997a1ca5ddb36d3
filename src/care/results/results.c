/* SPDX-License-Identifier: Apache-2.0 */
#include "results/results.h"

#include "api/body.h"
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "results/results_int.h"
#include "search/label.h"
#include "json/json.h"

enum { TASK_BYTES_MAX = 1 << 20, CURSOR_MAX = 1 << 16 };

struct results {
    struct store *store;
    struct search *search;
    struct arena arena; /* the rules */
    struct results_rules rules;
    bool *types;
    struct feed *feed;
    int64_t looked_ms;
};

/* ---- one change of the store ---- */

static bool put(struct results *x, struct store_tx *tx, struct str id, struct str body, struct arena *arena,
                struct err *err)
{
    struct store_change change = {.op = 'U'};
    struct store_rows rows = {0};
    struct json_doc doc, whole;
    if (!json_parse(arena, body, &fhir_names, &doc, err) ||
        !body_parts(&doc, 0, FHIR_TYPE_Task, id, arena, &change, err))
        return false;
    struct str text = arena_printf(arena, "%.*s\"meta\":{\"versionId\":\"1\"%.*s}%.*s", STR_ARG(change.head),
                                   STR_ARG(change.meta_rest), STR_ARG(change.tail));
    if (!text.p)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, &fhir_names, &whole, err))
        return false;
    fhir_type_tree(&whole, 0);
    if (!search_extract(x->search, &whole, 0, FHIR_TYPE_Task, arena, &rows, err))
        return false;
    change.rows = rows.item;
    change.row_count = rows.count;
    change.epoch = rows.epoch;
    return store_put(tx, &change, err);
}

/* Changes the Task of that id, if it is there and may be changed so. */
static bool change(struct results *x, struct store_tx *tx, struct str id, enum results_change how,
                   int64_t now_ms, struct arena *arena, struct err *err)
{
    struct store_version v;
    struct buf text;
    enum store_found found = store_get(store_tx_read(tx), FHIR_TYPE_Task, id, arena, &v, err);
    if (found != STORE_FOUND)
        return found != STORE_FAILED;
    buf_init(&text, TASK_BYTES_MAX);
    bool ok = results_task_change(&x->rules, v.body, how, now_ms, arena, &text, err)
                  ? put(x, tx, id, buf_get(&text), arena, err)
                  : err->code == ERR_OK;
    buf_release(&text);
    return ok;
}

/* ---- results become Tasks ---- */

struct work {
    struct results *x;
    struct feed *feed;
    struct arena *arena;
    struct result *item;
    size_t count;
};

static bool make(struct work *w, struct store_tx *tx, const struct result *res, struct err *err)
{
    struct store_version v;
    struct buf text;
    struct str id = results_task_id(w->x->store, w->arena, res->name);
    int64_t now = store_tx_time_ms(tx);
    for (size_t i = 0; i < res->part_count; i++) {
        struct str part = arena_printf(w->arena, "Observation/%.*s", STR_ARG(res->part[i]));
        if (!change(w->x, tx, results_task_id(w->x->store, w->arena, part), RESULTS_CANCEL, now, w->arena,
                    err))
            return false;
    }
    enum store_found found = store_get(store_tx_read(tx), FHIR_TYPE_Task, id, w->arena, &v, err);
    if (found == STORE_FOUND)
        return !results_words_has(&res->rule->again, res->status) ||
               change(w->x, tx, id, RESULTS_REOPEN, now, w->arena, err);
    if (found == STORE_FAILED)
        return false;
    buf_init(&text, TASK_BYTES_MAX);
    bool ok = results_task_write(res, now, &text) ? put(w->x, tx, id, buf_get(&text), w->arena, err)
                                                  : err_set(err, ERR_NO_MEMORY, NULL);
    buf_release(&text);
    return ok;
}

static bool work_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct work *w = arg;
    for (size_t i = 0; i < w->count; i++)
        if (!make(w, tx, &w->item[i], err))
            return false;
    return feed_mark(w->feed, tx, err);
}

/* Is it worth opening? The label tells without the body. */
static bool looks_so(const struct results *x, const struct feed_change *c, int64_t now_ms)
{
    return c->current && c->op != 'D' && (c->flags & LABEL_SIGNED) &&
           (c->date_ms == INT64_MIN || c->date_ms >= now_ms - x->rules.fresh_ms);
}

static bool on_take(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                    size_t count, struct err *err)
{
    struct results *x = arg;
    struct arena arena;
    struct work w = {.x = x, .feed = f, .arena = &arena};
    struct store_job job = {
        .run = work_run, .arg = &w, .agent = STR("care/results"), .reason = STR("acknowledge")};
    bool ok = true;
    int64_t now = os_now_ms();
    arena_init(&arena);
    w.item = ARENA_ARRAY(&arena, struct result, count);
    if (!w.item)
        ok = err_set(err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; ok && i < count; i++) {
        struct store_version v;
        if (!looks_so(x, &list[i], now))
            continue;
        enum store_found found = store_get_rid(r, list[i].rid, &arena, &v, err);
        int is = found == STORE_FOUND
                     ? results_task_result(&x->rules, r, list[i].type, &v, &arena, &w.item[w.count], err)
                 : found == STORE_FAILED ? -1
                                         : 0;
        ok = is >= 0;
        w.count += is > 0;
    }
    ok = ok && (w.count == 0 || store_run(x->store, &job, err));
    arena_release(&arena);
    return ok;
}

/* ---- what has waited too long ---- */

struct handing {
    struct results *x;
    struct arena *arena;
    enum results_change how;
    struct str *id;
    size_t count;
    int64_t now_ms;
};

static bool handing_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct handing *h = arg;
    for (size_t i = 0; i < h->count; i++)
        if (!change(h->x, tx, h->id[i], h->how, h->now_ms, h->arena, err))
            return false;
    return true;
}

/* One page of what is looked for, those of it that are to be changed, and the change of them. *cursor moves
 * on, and is empty after the last. */
static bool hand_page(struct results *x, const struct search_param *params, size_t count,
                      enum results_change how, int64_t now_ms, struct buf *cursor, struct err *err)
{
    struct arena arena;
    struct search_query q;
    struct store_hits hits = {0};
    struct handing h = {.x = x, .arena = &arena, .how = how, .now_ms = now_ms};
    struct store_job job = {
        .run = handing_run, .arg = &h, .agent = STR("care/results"), .reason = STR("escalate")};
    arena_init(&arena);
    struct store_read *r = store_read_begin(x->store, err);
    bool ok = r && search_parse(x->search, r, FHIR_TYPE_Task, params, count, false, &arena, &q, err);
    if (ok) {
        q.plan.limit = RESULTS_PAGE;
        q.plan.count = false;
        q.plan.cursor = arena_str(&arena, buf_get(cursor));
        ok = store_search(r, &q.plan, &arena, &hits, err);
    }
    store_read_end(r);
    h.id = ARENA_ARRAY(&arena, struct str, hits.count + 1);
    for (size_t i = 0; ok && h.id && i < hits.count; i++)
        if (results_task_may(hits.item[i].body, how, now_ms, &arena))
            h.id[h.count++] = hits.item[i].id;
    buf_clear(cursor);
    if (ok && hits.next.n)
        buf_str(cursor, hits.next);
    ok = ok && (h.id || err_set(err, ERR_NO_MEMORY, NULL)) &&
         (buf_ok(cursor) || err_set(err, ERR_NO_MEMORY, NULL)) &&
         (h.count == 0 || store_run(x->store, &job, err));
    arena_release(&arena);
    return ok;
}

/* All that is waiting under that businessStatus. */
static bool hand_all(struct results *x, struct search_param status, const struct search_param *old,
                     enum results_change how, int64_t now_ms, struct err *err)
{
    struct search_param params[5] = {
        {STR("code"), STR(RESULTS_TASK_SYSTEM "|" RESULTS_TASK_CODE)},
        {STR("status"), STR("requested,received,accepted,ready,on-hold")},
        status,
    };
    struct buf cursor;
    size_t count = 3;
    for (size_t i = 0; old && i < 2; i++)
        params[count++] = old[i];
    buf_init(&cursor, CURSOR_MAX);
    bool ok, more = true;
    for (size_t page = 0;
         (ok = more ? hand_page(x, params, count, how, now_ms, &cursor, err) : true) && more;)
        more = buf_get(&cursor).n > 0 && ++page < RESULTS_PAGES;
    buf_release(&cursor);
    return ok;
}

/* Open ones of a priority that are older than it allows, and have not been the unit's. */
static bool hand_old(struct results *x, size_t which, int64_t now_ms, struct err *err)
{
    char before[TIME_TEXT_MAX + 2] = "lt";
    size_t n = time_format(now_ms - x->rules.escalate[which].hours * 3600 * 1000, before + 2);
    const struct search_param old[2] = {{STR("priority"), x->rules.escalate[which].priority},
                                        {STR("authored-on"), {before, n + 2}}};
    return hand_all(
        x,
        (struct search_param){STR("business-status:not"),
                              STR(RESULTS_TASK_SYSTEM "|escalated," RESULTS_TASK_SYSTEM "|handed-on")},
        old, RESULTS_ESCALATE, now_ms, err);
}

bool results_escalate(struct results *x, int64_t now_ms, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < x->rules.escalate_count; i++)
        ok = hand_old(x, i, now_ms, err);
    /* What the unit has handed on is given the same time with who has it now, and comes back after it. */
    return ok &&
           hand_all(x, (struct search_param){STR("business-status"), STR(RESULTS_TASK_SYSTEM "|escalated")},
                    NULL, RESULTS_HAND, now_ms, err) &&
           hand_all(x, (struct search_param){STR("business-status"), STR(RESULTS_TASK_SYSTEM "|handed-on")},
                    NULL, RESULTS_ESCALATE, now_ms, err);
}

static void on_tick(void *arg)
{
    struct results *x = arg;
    struct err err = {0};
    int64_t now = os_now_ms();
    if (now - x->looked_ms < x->rules.look_ms && now >= x->looked_ms)
        return;
    x->looked_ms = now;
    results_escalate(x, now, &err); /* what failed is looked for again */
}

struct results *results_start(struct store *s, struct search *search, struct err *err)
{
    struct results *x = os_alloc(sizeof *x);
    if (!x) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(x, 0, sizeof *x);
    x->store = s;
    x->search = search;
    arena_init(&x->arena);
    x->types = ARENA_ARRAY(&x->arena, bool, fhir_type_count);
    if (!x->types)
        err_set(err, ERR_NO_MEMORY, NULL);
    if (x->types && results_rules_read(&x->arena, &x->rules, err)) {
        for (size_t i = 0; i < x->rules.rule_count; i++)
            x->types[x->rules.rule[i].type] = true;
        struct feed_options opt = {
            .store = s, .name = "results", .types = x->types, .take = on_take, .tick = on_tick, .arg = x};
        x->feed = feed_start(&opt, err);
    }
    if (x->feed)
        return x;
    results_stop(x);
    return NULL;
}

void results_stop(struct results *x)
{
    if (!x)
        return;
    feed_stop(x->feed);
    arena_release(&x->arena);
    os_free(x);
}

int64_t results_seq(const struct results *x)
{
    return feed_seq(x->feed);
}
