/* SPDX-License-Identifier: Apache-2.0
 * AuditEvent/$sample and AuditEvent/[id]/$review: systematic samples of the log and what came of looking at
 * them (HSLF-FS 2016:40 4 kap. 9 §). The record of the call itself is the documentation: of a sample its
 * seed, how many and of how many; of a review its outcome and note. Nothing of it is ever changed. */
#include "api/audit_event.h"
#include "api/guard.h"
#include "api/log_ask.h"
#include "fhir_gen/names.h"

enum {
    SAMPLE_DEFAULT = 20,
    SAMPLE_MAX = 200,
    SAMPLE_BYTES_MAX = 64 << 20,
    REVIEW_NOTE_MAX = 250, /* bytes: the log cuts nothing off */
};

/* ---- $sample ---- */

static const struct params_def sample_params[] = {
    LOG_ASK_PARAMS, {.name = "n"}, {.name = "flag"}, {.name = "seed"}, {0}};

struct sample {
    struct audit_query q;
    uint64_t n, seed, population;
    struct audit_found found[SAMPLE_MAX];
    size_t count;
};

static bool sample_read(struct call *c, struct sample *s, struct err *err)
{
    struct params p;
    struct str flag, seed;
    if (!params_read(c, sample_params, &p, err) || !log_ask_query(c, &p, &s->q, err) ||
        !log_ask_count(&p, "n", SAMPLE_DEFAULT, SAMPLE_MAX, &s->n, err))
        return false;
    flag = params_text(&p, "flag");
    seed = params_text(&p, "seed");
    s->q.bits = audit_flag_named(flag);
    if (flag.p && !s->q.bits)
        return err_set_str(err, ERR_PARAM_VALUE, flag, STR("flag"));
    if (seed.p && !str_u64(seed, INT64_MAX, &s->seed))
        return err_set_str(err, ERR_PARAM_VALUE, seed, STR("seed"));
    if (!seed.p) {
        os_random(&s->seed, sizeof s->seed);
        s->seed &= INT64_MAX;
    }
    /* What staff has done is what is sampled; without accounts there is nobody by name. */
    if (c->view && !s->q.bits)
        s->q.bits = AUDIT_BIT_STAFF;
    return true;
}

static bool sample_bundle(struct call *c, const struct sample *s, struct buf *out, struct err *err)
{
    bool ok = true;
    bundle_begin(out, "searchset", NULL, 0, true, s->count);
    for (size_t i = 0; ok && i < s->count; i++) {
        buf_cstr(out, i ? ",{" : "{");
        bundle_full_url(out, c->base, c->type,
                        arena_printf(c->arena, "%llu", (unsigned long long)s->found[i].seq));
        buf_cstr(out, ",\"resource\":");
        ok = audit_event_write(c, &s->found[i], out, err);
        buf_cstr(out, ",\"search\":{\"mode\":\"match\"}}");
    }
    bundle_end(out);
    return ok && (buf_ok(out) || err_set(err, ERR_NO_MEMORY, NULL));
}

static bool sample_write(struct call *c, const struct sample *s, struct buf *out, struct err *err)
{
    struct json_out o;
    struct buf bundle;
    buf_init(&bundle, SAMPLE_BYTES_MAX);
    bool ok = sample_bundle(c, s, &bundle, err);
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "resourceType", "Parameters");
    json_out_array(&o, "parameter");
    log_ask_text(&o, "seed", "valueString", arena_printf(c->arena, "%llu", (unsigned long long)s->seed));
    log_ask_number(&o, "n", s->count);
    log_ask_number(&o, "population", s->population);
    if (s->q.low_ms)
        log_ask_instant(&o, "since", s->q.low_ms);
    log_ask_instant(&o, "until", s->q.high_ms);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "name", "sample");
    if (ok)
        json_out_raw(&o, "resource", buf_get(&bundle));
    json_out_end_object(&o);
    json_out_end_array(&o);
    json_out_end_object(&o);
    buf_release(&bundle);
    return ok;
}

bool op_audit_sample_run(struct call *c)
{
    struct err err = {0};
    struct buf out;
    struct sample *s = ARENA_NEW(c->arena, struct sample);
    if (!s)
        return outcome_fail(c, (err_set(&err, ERR_NO_MEMORY, NULL), &err));
    *s = (struct sample){.seed = 0};
    if (!log_ask_allowed(c, &err) || !sample_read(c, s, &err))
        return outcome_fail(c, &err);
    if (!s->q.high_ms)
        s->q.high_ms = os_now_ms();
    struct audit_index *x = audit_event_index(c, &err);
    s->count = (size_t)s->n;
    bool ok = x && audit_index_pick(x, &s->q, s->seed, c->arena, s->found, &s->count, &s->population, &err);
    audit_index_close(x);
    buf_init(&out, SAMPLE_BYTES_MAX);
    if (ok && sample_write(c, s, &out, &err)) {
        c->note = arena_printf(c->arena, "seed %llu, %zu of %llu", (unsigned long long)s->seed, s->count,
                               (unsigned long long)s->population);
        return resource_answer_buf(c, &out, 200);
    }
    buf_release(&out);
    return outcome_fail(c, &err);
}

/* ---- $review ---- */

static const struct params_def review_params[] = {
    {.name = "outcome", .required = true}, {.name = "note"}, {0}};

static const char *const review_outcomes[] = {"ok", "question", "explained", "suspected", "reported"};

static bool review_read(struct call *c, struct str *outcome, struct str *note, struct err *err)
{
    struct params p;
    bool known = false;
    if (!params_read(c, review_params, &p, err))
        return false;
    *outcome = params_text(&p, "outcome");
    *note = params_text(&p, "note");
    for (size_t i = 0; i < sizeof review_outcomes / sizeof *review_outcomes; i++)
        known |= str_is(*outcome, review_outcomes[i]);
    if (!known)
        return err_set_str(err, ERR_PARAM_VALUE, *outcome, STR("outcome"));
    if (note->n > REVIEW_NOTE_MAX)
        return err_set(err, ERR_SEARCH_LIMIT, "note", "250 byte", NULL);
    return note->n || str_is(*outcome, "ok") || err_set_str(err, ERR_AUDIT_NOTE, *outcome, STR(""));
}

/* The record, which must not be the reviewer's own. */
static bool review_find(struct call *c, uint64_t *seq, struct audit_found *out, struct err *err)
{
    struct audit_query q = {.limit = 1};
    struct audit_found *found;
    struct json_doc doc;
    size_t count = 0;
    bool number = str_u64(c->id, INT64_MAX, &q.seq) && q.seq;
    struct audit_index *x = number ? audit_event_index(c, err) : NULL;
    bool ok = !number || (x && audit_index_find(x, &q, c->arena, &found, &count, NULL, err));
    audit_index_close(x);
    if (!ok)
        return false;
    if (!count)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
    *seq = q.seq;
    *out = *found;
    if (!json_parse(c->arena, found->json, NULL, &doc, err))
        return false;
    struct str user = json_text(&doc, json_get_key(&doc, 0, STR("user")));
    return !c->caller || !user.n || !str_eq(user, c->caller->user) || err_set(err, ERR_AUDIT_OWN, NULL);
}

bool op_audit_review_run(struct call *c)
{
    struct err err = {0};
    struct str outcome, note;
    struct audit_found found;
    struct buf out;
    uint64_t seq;
    if (!log_ask_allowed(c, &err) || !review_read(c, &outcome, &note, &err) ||
        !review_find(c, &seq, &found, &err))
        return outcome_fail(c, &err);
    buf_init(&out, SAMPLE_BYTES_MAX);
    if (!audit_event_write(c, &found, &out, &err)) {
        buf_release(&out);
        return outcome_fail(c, &err);
    }
    /* What the call's own record says. */
    c->about = seq;
    c->reviewed = outcome;
    c->note = note;
    return resource_answer_buf(c, &out, 200);
}
