/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo.h"

#include "base/os.h"
#include "demo/demo_int.h"

/* 2024-01-01 and 2100-01-01: what the test series and the tables are made for. */
static const int64_t now_first_ms = INT64_C(1704067200000), now_last_ms = INT64_C(4102444800000);

static bool check_options(const struct demo_options *options, struct err *err)
{
    if (options->patients > DEMO_PATIENTS_MAX)
        return err_set(err, ERR_USAGE, "högst 20000 demopatienter / at most 20000 demo patients", NULL);
    if (options->now_ms < now_first_ms || options->now_ms >= now_last_ms)
        return err_set(err, ERR_USAGE,
                       "demons dag måste ligga i 2024–2099 / the demo's day must lie in 2024–2099", NULL);
    return true;
}

bool demo_generate(const struct demo_options *options, bool (*emit)(void *arg, struct str resource_json),
                   void *arg, struct err *err)
{
    if (!check_options(options, err))
        return false;
    struct demo *d = os_alloc(sizeof *d);
    if (!d)
        return err_set(err, ERR_NO_MEMORY, NULL);
    memset(d, 0, sizeof *d);
    d->options = options;
    d->emit = emit;
    d->arg = arg;
    d->people.seed = options->seed;
    d->rng = demo_rng_stream(options->seed, 0);
    buf_init(&d->buf, DEMO_RESOURCE_MAX);
    buf_init(&d->text, DEMO_TEXT_MAX);
    buf_init(&d->base64, 2 * DEMO_TEXT_MAX);
    demo_region_emit(d);
    if (!options->record_only)
        demo_styr_emit(d);
    demo_range_emit(d);
    demo_terms_emit(d);
    for (uint32_t i = 0; i < options->patients && !d->stopped; i++) {
        demo_patient_make(d, i);
        demo_story_run(d);
        demo_background_make(d);
        bool before = d->access_shown;
        demo_access_make(d, i);
        /* Who shows what access is about has no visit of today that would open what is closed. */
        if (d->access_shown == before)
            demo_unsigned_make(d, i);
        if (d->access_shown == before)
            demo_messages_make(d, i);
        demo_results_make(d, i);
        demo_growth_make(d, i);
    }
    if (!options->record_only)
        demo_styr_units(d);
    bool done = !d->stopped;
    buf_release(&d->buf);
    buf_release(&d->text);
    buf_release(&d->base64);
    os_free(d);
    return done;
}
