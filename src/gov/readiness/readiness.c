/* SPDX-License-Identifier: Apache-2.0 */
#include "readiness/readiness_int.h"

#include "base/log.h"
#include "base/os.h"

/* ---- marking ---- */

/* A checkpoint that somebody has written is measured; what we wrote ourselves is known. */
static bool mark_checkpoint(struct readiness *x, const struct feed_change *c, struct arena *arena,
                            struct err *err)
{
    struct readiness_row row;
    struct err none = {0};
    if (readiness_side_get(&x->side, c->rid, arena, &row, &none) && row.version == c->version && c->op != 'D')
        return true;
    return readiness_side_mark_one(&x->side, c->rid, READINESS_TOUCHED, err);
}

static bool on_take(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                    size_t count, struct err *err)
{
    struct readiness *x = arg;
    struct arena arena;
    bool any = false, ok = readiness_side_any(&x->side, &any, err);
    (void)f;
    arena_init(&arena);
    for (size_t i = 0; ok && i < count && !atomic_load(&x->stopping); i++) {
        /* A record without open checkpoints pays nothing for what they would be measured by. */
        if (!list[i].current || (!any && list[i].type != x->type.checkpoint))
            continue;
        any = true;
        ok = list[i].type == x->type.checkpoint ? mark_checkpoint(x, &list[i], &arena, err)
                                                : readiness_touch(x, r, &list[i], &arena, err);
        arena_reset(&arena);
    }
    /* What was lost is found by measuring everything. */
    x->begun = x->begun && ok;
    arena_release(&arena);
    return ok;
}

/* ---- measuring ---- */

struct begin {
    struct readiness *x;
    struct err *err;
    bool failed;
};

static bool begin_new(struct begin *b, const struct store_version *v)
{
    struct arena arena;
    struct json_doc doc;
    arena_init(&arena);
    bool ok = json_parse(&arena, v->body, &fhir_names, &doc, b->err);
    if (ok) {
        struct readiness_row row = readiness_check_head(v, &doc, readiness_find_today());
        ok = readiness_side_mark_new(&b->x->side, &row, READINESS_SWEPT, b->err);
    }
    arena_release(&arena);
    return ok;
}

static bool begin_one(void *arg, const struct store_version *v)
{
    struct begin *b = arg;
    bool known;
    b->failed =
        !readiness_side_has(&b->x->side, v->rid, &known, b->err) ||
        !(known ? readiness_side_mark_one(&b->x->side, v->rid, READINESS_SWEPT, b->err) : begin_new(b, v));
    return !b->failed && !atomic_load(&b->x->stopping);
}

/* Everything there is is measured anew. */
static bool begin(struct readiness *x, struct err *err)
{
    struct begin b = {x, err, false};
    struct store_read *r = store_read_begin(x->opt.store, err);
    bool ok = r && side_begin(&x->side, err);
    if (ok)
        ok = side_end(&x->side,
                      readiness_side_mark(&x->side, STR(""), STR(""), READINESS_SWEPT, err) &&
                          store_scan(r, x->type.checkpoint, 0, begin_one, &b, err) && !b.failed,
                      err);
    store_read_end(r);
    return ok;
}

struct passing {
    struct readiness *x;
    store_rid *rid;
    size_t count, cap;
    int32_t today;
};

/* Has time alone changed it? */
static bool pass_one(void *arg, const struct readiness_row *row)
{
    struct passing *p = arg;
    struct readiness_row now = *row;
    enum verdict_state before[READINESS_CRITERIA_MAX];
    if (!row->open)
        return true;
    for (size_t i = 0; i < row->kept_count; i++)
        before[i] = row->kept[i].result.state;
    struct verdict_sum sum = readiness_check_row(&now, p->today);
    bool other = sum.verdict != row->sum.verdict;
    for (size_t i = 0; i < row->kept_count; i++)
        other = other || before[i] != now.kept[i].result.state;
    if (!other)
        return true;
    if (p->count == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 256;
        store_rid *more = os_realloc(p->rid, cap * sizeof *more);
        if (!more)
            return false;
        p->rid = more;
        p->cap = cap;
    }
    p->rid[p->count++] = row->rid;
    return true;
}

/* A new day: all verdicts from what is kept, and those that are others are measured and written. Then all
 * others: what a day does to a roster, a window or a workaround that ends stands nowhere beside. */
static bool pass_time(struct readiness *x, int32_t today, struct err *err)
{
    struct passing p = {.x = x, .today = today};
    bool ok = readiness_side_each(&x->side, STR(""), pass_one, &p, err) && side_begin(&x->side, err);
    bool marked = ok;
    for (size_t i = 0; marked && i < p.count; i++)
        marked = readiness_side_mark_one(&x->side, p.rid[i], READINESS_WIDE, err);
    marked = marked && readiness_side_mark(&x->side, STR(""), STR(""), READINESS_SWEPT, err);
    ok = ok && side_end(&x->side, marked, err);
    os_free(p.rid);
    return ok;
}

/* Those that somebody waits for go before all others. */
static bool mark_wanted(struct readiness *x, struct err *err)
{
    bool ok = true;
    pthread_mutex_lock(&x->lock);
    for (size_t i = 0; ok && i < x->wanted_count; i++)
        ok = readiness_side_mark_one(&x->side, x->wanted[i], READINESS_TOUCHED, err);
    x->wanted_count = ok ? 0 : x->wanted_count;
    pthread_mutex_unlock(&x->lock);
    return ok;
}

/* What is to be measured without a change having said so. */
static bool mark_some(struct readiness *x, struct err *err)
{
    int64_t now = os_now_ms();
    int32_t today = readiness_find_today();
    if (today != x->today && !pass_time(x, today, err))
        return false;
    x->today = today;
    if (now - x->looked_ms >= x->rules.look_ms || now < x->looked_ms) {
        x->looked_ms = now;
        if (!readiness_side_mark_old(&x->side, err))
            return false;
    }
    if (now - x->acted_ms >= FEED_TICK_MS || now < x->acted_ms) {
        x->acted_ms = now;
        if (!readiness_acts(x, err))
            return false;
    }
    return mark_wanted(x, err);
}

/* Nothing is marked, what failed included. */
static bool all_done(struct readiness *x)
{
    store_rid rid[READINESS_SLICE];
    size_t count;
    enum readiness_mark mark;
    struct err none = {0};
    return readiness_side_marked(&x->side, READINESS_BROKEN, rid, &count, &mark, &none) && count == 0;
}

static void tell(const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_WARN, "readiness");
    log_cstr(&l, "doing", "look");
    log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

static void on_tick(void *arg)
{
    struct readiness *x = arg;
    struct err err = {0};
    struct feed *f = x->feed;
    int64_t seq = f ? feed_seq(f) : 0;
    uint64_t begun = os_mono_ns();
    bool ok = x->begun || begin(x, &err);
    /* What was lost is found by measuring everything. */
    x->begun = ok && mark_some(x, &err);
    ok = x->begun;
    x->more = ok;
    while (ok && x->more && !atomic_load(&x->stopping) &&
           os_mono_ns() - begun < READINESS_TICK_MS * UINT64_C(1000000))
        ok = readiness_slice(x, &x->more, &err);
    x->more = x->more && ok;
    if (!ok)
        tell(&err);
    if (ok && !x->more && f && all_done(x))
        atomic_store(&x->done_seq, seq);
    /* Last: what it writes is a change like any other, and is seen at the next look. */
    if (ok)
        (void)readiness_own(x, readiness_find_today(), &err);
}

static bool is_busy(void *arg)
{
    const struct readiness *x = arg;
    return x->more && !atomic_load(&x->stopping);
}

int64_t readiness_seq(const struct readiness *x)
{
    return atomic_load(&x->done_seq);
}

/* ---- asked ---- */

bool readiness_answer(void *arg, struct readiness_ask *ask, struct err *err)
{
    struct readiness *x = arg;
    static bool (*const answers[])(struct readiness_work * w, struct readiness_ask * ask,
                                   struct err * err) = {
        [READINESS_LINE] = readiness_line,         [READINESS_BOARD] = readiness_board,
        [READINESS_EVIDENCE] = readiness_named,    [READINESS_OPEN] = readiness_open,
        [READINESS_EVALUATE] = readiness_evaluate, [READINESS_FREEZE] = readiness_freeze,
        [READINESS_VERIFY] = readiness_verify,
    };
    struct readiness_work w = {
        .x = x, .read = ask->read, .arena = ask->arena, .today = readiness_find_today()};
    return answers[ask->what](&w, ask, err);
}

/* ---- beginning and end ---- */

static bool find_types(struct readiness *x, struct err *err)
{
    const struct {
        fhir_type_id *to;
        const char *name;
    } types[] = {
        {&x->type.checkpoint, "ReadinessCheckpoint"},
        {&x->type.definition, "CheckpointDefinition"},
        {&x->type.decision_case, "DecisionCase"},
        {&x->type.incident, "Incident"},
        {&x->type.question, "Question"},
        {&x->type.initiative, "Initiative"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        *types[i].to = fhir_resource_find(str_of(types[i].name));
    x->types = ARENA_ARRAY(&x->arena, bool, fhir_type_count);
    if (!x->types)
        return err_set(err, ERR_NO_MEMORY, NULL);
    x->types[x->type.checkpoint] = true;
    readiness_touch_types(x->types);
    return (x->type.checkpoint && x->type.definition) ||
           err_set(err, ERR_TYPE_NONE, "ReadinessCheckpoint", NULL);
}

static bool open_sides(struct readiness *x, struct err *err)
{
    return readiness_side_open(&x->side, x->opt.dir, true, err) &&
           readiness_side_open(&x->look, x->opt.dir, false, err);
}

struct readiness *readiness_start(const struct readiness_options *opt, struct err *err)
{
    struct readiness *x = os_alloc(sizeof *x);
    if (!x) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(x, 0, sizeof *x);
    x->opt = *opt;
    arena_init(&x->arena);
    arena_init(&x->kept);
    arena_init(&x->scratch);
    x->memo = readiness_memo_new();
    x->seen = readiness_acts_new();
    pthread_mutex_init(&x->lock, NULL);
    bool ok = (x->memo && x->seen) || err_set(err, ERR_NO_MEMORY, NULL);
    if (ok && find_types(x, err) && readiness_rules_read(&x->arena, &x->rules, err) && open_sides(x, err)) {
        readiness_own_start(x);
        struct feed_options feed = {.store = opt->store,
                                    .types = x->types,
                                    .take = on_take,
                                    .tick = on_tick,
                                    .busy = is_busy,
                                    .nice = READINESS_NICE,
                                    .arg = x};
        x->feed = feed_start(&feed, err);
    }
    if (x->feed)
        return x;
    readiness_stop(x);
    return NULL;
}

void readiness_stop(struct readiness *x)
{
    if (!x)
        return;
    atomic_store(&x->stopping, true);
    feed_stop(x->feed);
    side_close(&x->side);
    side_close(&x->look);
    pthread_mutex_destroy(&x->lock);
    arena_release(&x->arena);
    arena_release(&x->kept);
    arena_release(&x->scratch);
    readiness_memo_free(x->memo);
    readiness_acts_free(x->seen);
    os_free(x);
}
