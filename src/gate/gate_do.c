/* SPDX-License-Identifier: Apache-2.0
 * What the gate's thread does with a request under /auth. Each way tells the log before the answer leaves; a
 * session that could not be logged is ended again. */
#include <sodium.h>

#include "base/time.h"
#include "gate/gate_oidc.h"
#include "gate/gate_smart.h"

struct doing {
    struct gate *gate;
    struct http_request *req;
    struct http_response *resp;
    const struct auth_route *route;
    struct str token; /* the one that came; {NULL,0} */
    struct gate_body body;
    struct identity_token out; /* the new one, "" when there is none */
    struct access_caller caller;
    enum identity_state state; /* of the session that know saw last */
    struct str leave;          /* where to log out at the outside provider; {NULL,0} */
};

/* The caller as the token has it; nobody when it is no session. */
static enum identity_state know(struct doing *d, struct str token)
{
    struct access_caller c = {0};
    enum identity_state state = identity_session(d->gate->opt.identity, token, false, d->req->arena, &c);
    if (state != IDENTITY_NONE)
        d->caller = c;
    d->state = state;
    d->caller.origin = d->req->origin;
    return state;
}

static struct str token_of(const struct identity_token *t)
{
    return str_of(t->text);
}

/* The assignment among the person's that is asked for, or the only one there is; NULL with *err when it is
 * asked for and cannot be had. */
static const struct assignment *choose(const struct person *p, struct str asked, struct err *err)
{
    const struct assignment *only = NULL;
    size_t fit = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct assignment *a = &p->assignment[i];
        if (a->unfit)
            continue;
        if (asked.n && str_eq(a->id, asked))
            return a;
        only = a;
        fit++;
    }
    if (asked.n) {
        err_set_str(err, ERR_LOGIN_ASSIGNMENT_UNFIT, asked, STR(""));
        return NULL;
    }
    return fit == 1 ? only : NULL;
}

/* The purpose asked for, or the assignment's first. */
static bool purpose_of(const struct assignment *a, struct str asked, struct str *out, struct err *err)
{
    for (size_t i = 0; i < a->purpose_count; i++)
        if (!asked.n || str_eq(a->purpose[i], asked)) {
            *out = a->purpose[i];
            return true;
        }
    return err_set_str(err, ERR_LOGIN_ASSIGNMENT_UNFIT, a->id, STR(""));
}

/* Puts the session of token into an assignment, when there is one to choose. */
static bool assign(struct doing *d, struct str token, bool must, struct err *err)
{
    struct person p;
    struct err none = {0};
    struct identity_role role;
    struct identity_token now;
    if (d->caller.kind != ACCESS_STAFF)
        return !must || err_set_str(err, ERR_LOGIN_ASSIGNMENT_UNFIT, d->body.assignment, STR(""));
    if (!gate_person_read(d->gate, d->caller.user, d->req->arena, &p, err))
        return false;
    const struct assignment *a = choose(&p, d->body.assignment, &none);
    if (!a && none.code)
        *err = none;
    if (!a)
        return !none.code && (!must || err_set(err, ERR_LOGIN_ASSIGNMENT_UNFIT, "", NULL));
    role = (struct identity_role){.assignment = a->id,
                                  .unit = a->unit,
                                  .provider = a->provider,
                                  .role = a->role->code,
                                  .until_ms = a->until_ms};
    if (!purpose_of(a, d->body.purpose, &role.purpose, err) ||
        !identity_assign(d->gate->opt.identity, token, &role, &now, err))
        return false;
    d->out = now;
    know(d, token_of(&d->out));
    return true;
}

/* An assignment asked for at login that cannot be had does not undo the login: the person chooses again. */
static bool do_login(struct doing *d, struct err *err)
{
    struct identity_login l = {d->body.name, d->body.password, d->req->origin};
    struct err later = {0};
    if (!d->body.name.n || !d->body.password.n)
        return err_set(err, ERR_LOGIN_BODY, "name och password krävs", "name and password are needed", NULL);
    if (!identity_login(d->gate->opt.identity, &l, &d->out, err))
        return false;
    /* Whatever session this browser had is over: nobody's cookie lives on in somebody else's hands. */
    if (d->token.p)
        identity_logout(d->gate->opt.identity, d->token, false, NULL);
    know(d, token_of(&d->out));
    if (!assign(d, token_of(&d->out), false, &later) && err_info(later.code)->http >= 500)
        *err = later;
    return !err->code;
}

static bool do_resume(struct doing *d, struct err *err)
{
    know(d, d->token);
    if (!identity_resume(d->gate->opt.identity, d->token, d->body.password, &d->out, err))
        return false;
    know(d, token_of(&d->out));
    return true;
}

static bool do_logout(struct doing *d, struct err *err)
{
    know(d, d->token);
    gate_smart_ended(d->gate, &d->caller, d->body.everywhere);
    d->leave = gate_oidc_leave(d->gate, d->req, d->caller.session);
    return identity_logout(d->gate->opt.identity, d->token, d->body.everywhere, err);
}

static bool do_assignment(struct doing *d, struct err *err)
{
    enum identity_state state = know(d, d->token);
    if (state != IDENTITY_LIVE)
        return identity_refuse(state, err);
    if (!d->body.assignment.n)
        return err_set(err, ERR_LOGIN_BODY, "assignment krävs", "assignment is needed", NULL);
    return assign(d, d->token, true, err);
}

static bool do_password(struct doing *d, struct err *err)
{
    struct err later = {0};
    bool first = know(d, d->token) == IDENTITY_CHANGE;
    if (!identity_change_password(d->gate->opt.identity, d->token, d->body.old, d->body.now, &d->out, err))
        return false;
    know(d, token_of(&d->out));
    gate_smart_ended(d->gate, &d->caller, true);
    if (first && !assign(d, token_of(&d->out), false, &later) && err_info(later.code)->http >= 500)
        *err = later;
    return !err->code;
}

static bool perform(struct doing *d, struct err *err)
{
    static bool (*const how[])(struct doing * d, struct err * err) = {
        [GATE_LOGIN] = do_login,           [GATE_RESUME] = do_resume,     [GATE_LOGOUT] = do_logout,
        [GATE_ASSIGNMENT] = do_assignment, [GATE_PASSWORD] = do_password,
    };
    if (!gate_body_read(d->req->arena, gate_body_of(d->req), d->route->members, &d->body, err))
        return false;
    if (!how[d->route->what](d, err))
        return false;
    if (gate_done(d->gate, d->req, d->route->name, &d->caller, err))
        return true;
    if (d->out.text[0])
        identity_logout(d->gate->opt.identity, token_of(&d->out), false, NULL);
    return false;
}

/* Whose name was tried, for the log: only when there is such an account. */
static void name_tried(struct doing *d)
{
    if (d->route->what == GATE_LOGIN && !d->caller.account.n &&
        identity_exists(d->gate->opt.identity, d->body.name))
        d->caller.account = arena_str(d->req->arena, d->body.name);
}

static void answer(struct doing *d)
{
    struct err err = {0};
    bool gone = d->route->what == GATE_LOGOUT;
    enum identity_state state = gone ? IDENTITY_NONE : d->state;
    if (gone || d->out.text[0])
        gate_answer_cookie(d->gate, d->req, d->resp, gone ? NULL : &d->out);
    if (d->leave.p ? !gate_answer_left(d->resp, d->leave, &err)
                   : !gate_answer_session(d->gate, d->req, d->resp, state, gone ? NULL : &d->caller, &err))
        gate_refused(d->gate, d->req, d->route->name, &d->caller, &err, d->resp);
}

void gate_do(struct job *job, struct http_response *resp)
{
    struct err err = {0};
    struct doing d = {.gate = job->gate, .req = job->req, .resp = resp, .route = job->route};
    d.caller.origin = job->req->origin;
    d.token = job->heads.cookie_twice ? (struct str){0} : job->heads.token;
    resp->route = job->route->name;
    if (perform(&d, &err)) {
        answer(&d);
    } else {
        name_tried(&d);
        gate_refused(job->gate, job->req, job->route->name, &d.caller, &err, resp);
    }
    sodium_memzero(&d.out, sizeof d.out);
}
