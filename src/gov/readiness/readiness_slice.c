/* SPDX-License-Identifier: Apache-2.0
 * Many checkpoints at a time: measured in one snapshot, those that differ written in jobs that are bounded by
 * time, so that the writer's thread is nobody's for long, and all kept beside in one transaction. */
#include "base/log.h"
#include "base/os.h"
#include "readiness/readiness_int.h"

enum { RETRY_MS = 1000 }; /* between two tries of what has failed */

struct slice {
    struct readiness *x;
    enum readiness_mark mark;
    store_rid rid[READINESS_SLICE];
    struct readiness_checked item[READINESS_SLICE];
    bool failed[READINESS_SLICE];
    size_t count; /* of rid */
    size_t done;  /* of item and failed: those there was time for */
    size_t from, to;
};

static bool past(uint64_t since_ns, unsigned ms)
{
    return os_mono_ns() - since_ns >= ms * UINT64_C(1000000);
}

/* What one of them cannot do is told of, and keeps nobody else from going on. */
static void tell(const char *what, const struct err *err)
{
    struct log_line l;
    log_begin(&l, LOG_LEVEL_WARN, "readiness");
    log_cstr(&l, "doing", what);
    log_cstr(&l, "error", err_info(err->code)->name);
    log_end(&l);
}

static bool measure(struct slice *s, struct err *err)
{
    struct readiness *x = s->x;
    uint64_t begun = os_mono_ns();
    struct store_read *r = store_read_begin(x->opt.store, err);
    readiness_memo_clear(x->memo);
    arena_reset(&x->kept);
    while (r && s->done < s->count && !atomic_load(&x->stopping) && !past(begun, READINESS_SLICE_MS)) {
        struct err why = {0};
        size_t i = s->done++;
        s->failed[i] = !readiness_check(x, r, s->rid[i], &x->kept, &s->item[i], &why);
        if (s->failed[i])
            tell("measure", &why);
    }
    store_read_end(r);
    return r;
}

/* ---- writing ---- */

/* What somebody else has written since it was measured is left: it is marked by that change. */
static bool write_one(struct store_tx *tx, struct slice *s, struct readiness_checked *item, bool *written,
                      struct err *err)
{
    *written = store_put(tx, &item->change, err);
    if (!*written && err->code == ERR_VERSION_CONFLICT) {
        *err = (struct err){0};
        return true;
    }
    item->row.version = item->change.version;
    return *written && readiness_pause(s->x, tx, &item->row, &s->x->kept, err);
}

static bool write_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct slice *s = arg;
    uint64_t begun = os_mono_ns();
    for (s->to = s->from; s->to < s->done && !past(begun, READINESS_WRITE_MS); s->to++) {
        struct readiness_checked *item = &s->item[s->to];
        if (!s->failed[s->to] && item->found == READINESS_DIFFERS &&
            !write_one(tx, s, item, &item->done, err))
            return false;
    }
    return true;
}

static bool write_some(struct slice *s, size_t end, struct err *err)
{
    size_t done = s->done;
    struct store_job job = {
        .run = write_run, .arg = s, .agent = STR("gov/readiness"), .reason = STR("measured")};
    s->done = end;
    bool ok = store_run(s->x->opt.store, &job, err);
    s->done = done;
    for (size_t i = s->from; !ok && i < end; i++)
        s->item[i].done = s->item[i].found != READINESS_DIFFERS;
    return ok;
}

/* When a job fails, each of what it held is tried alone; those that fail again are marked so. */
static bool write(struct slice *s, struct err *err)
{
    struct err why = {0};
    bool any = false;
    for (s->from = 0; s->from < s->done; s->from = s->to)
        if (!write_some(s, s->done, &why))
            break;
    for (; s->from < s->done; s->from++) {
        why = (struct err){0};
        if (s->failed[s->from] || s->item[s->from].found != READINESS_DIFFERS)
            continue;
        s->failed[s->from] = !write_some(s, s->from + 1, &why);
        any = any || !s->failed[s->from];
        if (!s->failed[s->from])
            continue;
        tell("write", &why);
        /* Nothing can be written: later. */
        if (!any)
            return (*err = why, false);
    }
    return true;
}

static bool any_differs(const struct slice *s)
{
    for (size_t i = 0; i < s->done; i++)
        if (!s->failed[i] && s->item[i].found == READINESS_DIFFERS)
            return true;
    return false;
}

/* ---- keeping ---- */

static bool keep(struct slice *s, struct err *err)
{
    struct side *side = &s->x->side;
    bool ok = side_begin(side, err);
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < s->done; i++) {
        const struct readiness_checked *item = &s->item[i];
        if (s->failed[i])
            ok = readiness_side_mark_broken(side, s->rid[i], err);
        else if (item->found == READINESS_GONE)
            ok = readiness_side_drop(side, s->rid[i], err);
        else if (item->done)
            ok = readiness_side_put(side, &item->row, err);
    }
    return side_end(side, ok, err);
}

bool readiness_slice(struct readiness *x, bool *more, struct err *err)
{
    struct slice *s = os_alloc(sizeof *s);
    if (!s)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset(s, 0, sizeof *s);
    s->x = x;
    int64_t now = os_now_ms();
    bool again = now - x->failed_ms >= RETRY_MS || now < x->failed_ms;
    bool ok = readiness_side_marked(&x->side, again ? READINESS_BROKEN : READINESS_SWEPT, s->rid, &s->count,
                                    &s->mark, err);
    if (s->mark == READINESS_BROKEN)
        x->failed_ms = now;
    *more = ok && s->count > 0 && s->mark < READINESS_BROKEN;
    if (ok && s->count)
        ok = measure(s, err) && (!any_differs(s) || write(s, err)) && keep(s, err);
    os_free(s);
    return ok;
}
