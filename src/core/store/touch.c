/* SPDX-License-Identifier: Apache-2.0 */
#include "store/touch.h"

#include "base/os.h"
#include "store/store_int.h"

static void touch_one(struct touch *t, uint16_t type, store_rid rid, store_rid patient)
{
    if (t->count == STORE_TOLD_MAX)
        t->many = true;
    else
        t->item[t->count++] = (struct store_told){type, rid, patient};
}

static bool touch_patients(struct touch *t, uint16_t type, store_rid rid, const struct nrow *row,
                           size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != STORE_CLINICAL || row[i].key != 0)
            continue;
        touch_one(t, type, rid, row[i].name);
        any = true;
    }
    return any;
}

void touch_note(struct touch *t, uint16_t type, store_rid rid, const struct nrow *before, size_t before_count,
                const struct nrow *after, size_t after_count)
{
    if (!t->types || !t->types[type])
        return;
    bool was = touch_patients(t, type, rid, before, before_count);
    bool is = touch_patients(t, type, rid, after, after_count);
    if (!was && !is)
        touch_one(t, type, rid, 0);
}

void touch_tell(struct touch *t, bool committed, int64_t seq)
{
    if (committed && t->fn && (t->count || t->many))
        t->fn(t->arg, seq, t->item, t->many ? 0 : t->count);
    t->count = 0;
    t->many = false;
}

void touch_release(struct touch *t)
{
    os_free(t->item);
    *t = (struct touch){0};
}

struct telling {
    struct store *s;
    struct touch touch;
};

/* On the writer's thread, which is the only one that looks at it. */
static bool telling_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct telling *t = arg;
    (void)tx;
    (void)err;
    touch_release(&t->s->touch);
    t->s->touch = t->touch;
    return true;
}

bool store_tell(struct store *s, const bool *types, store_told_fn *fn, void *arg, struct err *err)
{
    struct telling t = {s, {.types = types, .fn = fn, .arg = arg}};
    struct store_job job = {.run = telling_run, .arg = &t, .agent = STR("store"), .reason = STR("tell")};
    t.touch.item = types ? os_alloc(STORE_TOLD_MAX * sizeof *t.touch.item) : NULL;
    if (types && !t.touch.item)
        return err_set(err, ERR_NO_MEMORY, NULL);
    if (store_run(s, &job, err))
        return true;
    os_free(t.touch.item);
    return false;
}
