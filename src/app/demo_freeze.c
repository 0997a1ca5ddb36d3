/* SPDX-License-Identifier: Apache-2.0 */
#include "app/demo_freeze.h"

#include <time.h>

#include "api/readiness_ask.h"
#include "readiness/readiness.h"

/* The first unit's of definitions/example/styr.ndjson. */
#define FROZEN STR("t-180-1")

enum { TRIES = 300, STEP_MS = 100 };

/* It waits a while for what has been loaded to be measured by itself; a large region takes longer. */
static bool freeze_now(struct readiness *x, struct wiring *w, struct arena *arena, struct err *err)
{
    struct readiness_ask ask = {.what = READINESS_FREEZE, .arena = arena, .agent = STR("demo"), .id = FROZEN};
    if (!readiness_answer(x, &ask, err))
        return false;
    struct store_job job = {
        .run = ask.run, .arg = ask.run_arg, .agent = STR("demo"), .reason = STR("freeze")};
    return store_run(w->store, &job, err);
}

static bool freeze(struct readiness *x, struct wiring *w, struct arena *arena, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        *err = (struct err){0};
        if (freeze_now(x, w, arena, err) || err->code == ERR_GOV_FROZEN) /* by a time before */
            return true;
        if (err->code != ERR_READINESS_BEHIND)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    return false;
}

/* Its version, 0: it is not there. */
static bool version_of(struct wiring *w, struct arena *arena, uint32_t *version, struct err *err)
{
    struct store_version v;
    struct store_read *r = store_read_begin(w->store, err);
    enum store_found found =
        r ? store_get(r, fhir_resource_find(STR("ReadinessCheckpoint")), FROZEN, arena, &v, err)
          : STORE_FAILED;
    *version = found == STORE_FOUND ? v.version : 0;
    store_read_end(r);
    return found != STORE_FAILED;
}

bool demo_freeze(struct wiring *w, const char *dir, struct err *err)
{
    struct arena arena;
    struct readiness *x = NULL;
    uint32_t version;
    arena_init(&arena);
    bool ok = version_of(w, &arena, &version, err);
    if (ok && version) {
        struct readiness_options opt = {.store = w->store, .search = w->search, .dir = dir};
        x = readiness_start(&opt, err);
        ok = x && freeze(x, w, &arena, err);
        readiness_stop(x);
        if (ok)
            *err = (struct err){0};
    }
    arena_release(&arena);
    return ok;
}

bool demo_freeze_begun(struct wiring *w, bool *measured, struct err *err)
{
    struct arena arena;
    uint32_t version = 0;
    arena_init(&arena);
    bool ok = version_of(w, &arena, &version, err);
    arena_release(&arena);
    *measured = version > 1;
    return ok;
}
