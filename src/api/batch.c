/* SPDX-License-Identifier: Apache-2.0
 * batch: entries that know nothing of each other. Reads are answered here; all writes go to the store as one
 * job, where each fails or succeeds for itself. */
#include "api/api_int.h"

struct batch_job {
    struct api_job api;
    struct bundle *bundle;
};

/* Faults of the store itself end the whole job, and so does what is not of the open chart; an entry's own end
 * only the entry. */
static bool fatal(const struct err *err)
{
    return err_info(err->code)->http >= 500 || err->code == ERR_PATIENT_MISMATCH;
}

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct batch_job *j = arg;
    for (size_t i = 0; i < j->bundle->count; i++) {
        struct entry *e = &j->bundle->item[i];
        struct err why = {0};
        if (!e->writes || e->answered || write_perform(&e->write, tx, &why))
            continue;
        if (fatal(&why)) {
            *err = why;
            return false;
        }
        outcome_fail(&e->call, &why);
        e->answered = true;
    }
    return true;
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct batch_job *j = arg;
    struct bundle *b = j->bundle;
    struct call *c = b->call;
    for (size_t i = 0; ok && i < b->count; i++)
        if (b->item[i].writes && !b->item[i].answered)
            write_answer(&b->item[i].write);
    if (ok) {
        entry_answer(b);
    } else {
        entry_release(b);
        outcome_fail(c, err);
    }
    api_job_end(c);
}

bool batch_run(struct bundle *b)
{
    bool writes = false;
    for (size_t i = 0; i < b->count; i++) {
        struct err err = {0};
        struct entry *e = &b->item[i];
        if (!entry_prepare(b, e, &err))
            continue;
        if (!e->writes)
            entry_read(b, e, NULL, NULL);
        else if (e->write.rewrite || !e->write.id.n || write_build(&e->write, &err))
            writes = true;
        if (err.code) {
            outcome_fail(&e->call, &err);
            e->answered = true;
        }
    }
    if (!writes) {
        entry_answer(b);
        return true;
    }
    struct batch_job *j = ARENA_NEW(b->call->arena, struct batch_job);
    if (!j) {
        struct err err = {0};
        entry_release(b);
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(b->call, &err);
    }
    j->bundle = b;
    j->api.job.run = job_run;
    j->api.job.done = job_done;
    j->api.job.arg = j;
    return api_job_submit(b->call, &j->api);
}
