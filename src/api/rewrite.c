/* SPDX-License-Identifier: Apache-2.0
 * Changes that are made from the current version: patches, and operations such as $meta-add. The new body is
 * computed on the calling thread; should another write come in between, it is computed anew from that one's
 * result in the writer's transaction, so none is ever lost. */
#include "api/gov_fill.h"
#include "fhir_gen/names.h"

/* The new body from the current one, checked like any update. */
static bool apply(struct write *w, const struct store_version *now, struct check_issues *issues,
                  struct err *err)
{
    struct str text = {0};
    w->built = false;
    /* Told before a patch that cannot be made from what has changed since. */
    if (!write_version_holds(w->call->arena, now->version, w->change.if_version, err) ||
        !w->rewrite(w, now->body, &text, err) || !json_parse(w->call->arena, text, &fhir_names, w->doc, err))
        return false;
    if (w->doc->nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    if (!gov_fill(w, w->rewrite_read, err))
        return false;
    if (!write_check(w, issues)) {
        *err = issues->item[0];
        return false;
    }
    w->base_version = now->version;
    return write_build(w, err);
}

static bool current(struct write *w, struct store_read *r, struct store_version *v, struct err *err)
{
    struct call *c = w->call;
    enum store_found found = store_get(r, c->type, w->id, c->arena, v, err);
    if (found == STORE_FOUND || found == STORE_FAILED)
        return found == STORE_FOUND;
    return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                       resource_name(c->arena, c->type, w->id), STR(""));
}

bool rewrite_perform(struct write *w, struct store_read *r, struct err *err)
{
    struct store_version v;
    struct check_issues *issues = arena_alloc(w->call->arena, sizeof(*issues));
    if (!issues)
        return err_set(err, ERR_NO_MEMORY, NULL);
    w->rewrite_read = r;
    if (!current(w, r, &v, err))
        return false;
    return (w->built && w->base_version == v.version) || apply(w, &v, issues, err);
}

struct rewrite_job {
    struct api_job api;
    struct write write;
};

static bool job_run(struct store_tx *tx, void *arg, struct err *err)
{
    struct rewrite_job *j = arg;
    return write_perform(&j->write, tx, err);
}

static void job_done(void *arg, bool ok, const struct err *err)
{
    struct rewrite_job *j = arg;
    struct call *c = j->api.call;
    if (!ok)
        outcome_fail(c, err);
    else if (j->write.rewrite_answer)
        j->write.rewrite_answer(&j->write);
    else
        write_answer(&j->write);
    api_job_end(c);
}

/* The first try, against what is current now. A condition is looked up by the writer. */
static bool try_now(struct write *w, struct check_issues *issues, struct err *err)
{
    struct store_version v;
    if (w->criteria.p)
        return true;
    struct store_read *r = call_read_begin(w->call, err);
    if (!r)
        return false;
    w->rewrite_read = r;
    bool ok = current(w, r, &v, err) && apply(w, &v, issues, err);
    call_read_end(w->call, r);
    return ok;
}

bool rewrite_run(struct call *c, rewrite_fn *rewrite, void *arg, void (*answer)(struct write *w))
{
    struct err err = {0};
    struct rewrite_job *j = ARENA_NEW(c->arena, struct rewrite_job);
    struct check_issues *issues = arena_alloc(c->arena, sizeof(*issues));
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    if (!j || !issues || !doc) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    issues->count = 0;
    if (!write_prepare(c, &j->write, WRITE_UPDATE, &err))
        return outcome_fail(c, &err);
    j->write.doc = doc;
    j->write.rewrite = rewrite;
    j->write.rewrite_arg = arg;
    j->write.rewrite_answer = answer;
    if (!try_now(&j->write, issues, &err))
        return issues->count > 1 ? outcome_fail_many(c, issues) : outcome_fail(c, &err);
    j->api.write = &j->write;
    j->api.job.run = job_run;
    j->api.job.done = job_done;
    j->api.job.arg = j;
    return api_job_submit(c, &j->api);
}
