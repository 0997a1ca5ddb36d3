/* SPDX-License-Identifier: Apache-2.0
 * Accounts, for whoever may administrate: by the assignment that the session is in, as the record is now. All
 * of it runs on the gate's one thread, so what is checked cannot change before it is done. Passwords are
 * never read out; a one-time password is in the answer that made it and nowhere else. */
#include <sodium.h>
#include <stdio.h>

#include "access/read_body.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "fold/fold.h"
#include "gate/gate_smart.h"

enum { ACCOUNTS_ANSWER_MAX = 1 << 18 };

struct managing {
    struct gate *gate;
    struct http_request *req;
    struct http_response *resp;
    const struct auth_route *route;
    struct gate_body body;
    struct access_caller caller;
    struct str about;          /* the person of the account it is done to, for the log */
    struct identity_once once; /* "" when none was made */
};

/* ---- who may ---- */

static bool may_administrate(const struct assignment *a)
{
    return !a->unfit && a->role->rights & RULES_ADMINISTRATE;
}

/* Is there somebody in a live session, in an assignment that gives the right? */
static bool admit(struct managing *m, struct str token, struct err *err)
{
    struct access_caller c = {0};
    struct person p;
    enum identity_state state = identity_session(m->gate->opt.identity, token, true, m->req->arena, &c);
    if (state != IDENTITY_NONE)
        m->caller = c;
    m->caller.origin = m->req->origin;
    if (state != IDENTITY_LIVE)
        return identity_refuse(state, err);
    if (c.kind != ACCESS_STAFF || !c.assignment.n)
        return err_set(err, ERR_ACCOUNT_RIGHT, NULL);
    if (!gate_person_read(m->gate, c.user, m->req->arena, &p, err))
        return false;
    for (size_t i = 0; i < p.count; i++)
        if (str_eq(p.assignment[i].id, c.assignment) && may_administrate(&p.assignment[i]))
            return true;
    return err_set(err, ERR_ACCOUNT_RIGHT, NULL);
}

/* ---- the account it is about ---- */

static bool all_accounts(struct managing *m, struct identity_account **list, size_t *count, struct err *err)
{
    return identity_list(m->gate->opt.identity, m->req->arena, list, count, err);
}

/* The account that the body names, whose person goes into the log. */
static const struct identity_account *account_of(struct managing *m, struct err *err)
{
    struct identity_account *list;
    size_t count;
    struct str name = m->body.name;
    char lower[IDENTITY_NAME_MAX + 1];
    if (!identity_name(name, lower, err) || !all_accounts(m, &list, &count, err))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (str_is(list[i].name, lower)) {
            m->about = list[i].person;
            return &list[i];
        }
    err_set(err, ERR_ACCOUNT_NONE, lower, NULL);
    return NULL;
}

/* Can anybody but the caller administrate: an enabled account with a password of its own, and an assignment
 * that can be used now? *out; false when reading failed. */
static bool others_administrate(struct managing *m, bool *out, struct err *err)
{
    struct identity_account *list;
    struct arena *arena = m->req->arena;
    size_t count;
    *out = false;
    if (!all_accounts(m, &list, &count, err))
        return false;
    for (size_t i = 0; i < count && !*out; i++) {
        struct person p;
        struct arena_mark mark = arena_mark(arena);
        if (!list[i].enabled || list[i].once || str_eq(list[i].name, m->caller.account) ||
            identity_kind(list[i].person) != ACCESS_STAFF)
            continue;
        if (!gate_person_read(m->gate, list[i].person, arena, &p, err))
            return false;
        for (size_t k = 0; k < p.count; k++)
            *out = *out || may_administrate(&p.assignment[k]);
        arena_rewind(arena, mark);
    }
    return true;
}

/* Nobody closes the door behind themselves: the caller's own account stays as it is, so one that may
 * administrate always remains. Says which of the two it is about. */
static bool not_own(struct managing *m, const struct identity_account *a, struct err *err)
{
    bool others;
    if (!str_eq(a->name, m->caller.account))
        return true;
    if (!others_administrate(m, &others, err))
        return false;
    return others ? err_set(err, ERR_ACCOUNT_OWN, NULL)
                  : err_set_str(err, ERR_ACCOUNT_LAST_ADMIN, a->name, STR(""));
}

/* What apps hold for the account ends with its sessions. */
static void end_apps(struct managing *m, struct str name)
{
    struct access_caller whose = {.account = name};
    gate_smart_ended(m->gate, &whose, true);
}

/* ---- what is done ---- */

static bool person_there(struct managing *m, struct err *err)
{
    struct str who = m->body.person;
    size_t slash = str_find(who, '/', 0);
    struct store_version v;
    if (identity_kind(who) == ACCESS_NOBODY)
        return err_set_str(err, ERR_ACCOUNT_PERSON, str_sub(who, 0, 80), STR(""));
    struct store_read *r = store_read_begin(m->gate->opt.store, err);
    if (!r)
        return false;
    enum store_found found = store_get(r, fhir_resource_find(str_sub(who, 0, slash)),
                                       str_sub(who, slash + 1, who.n), m->req->arena, &v, err);
    store_read_end(r);
    return found == STORE_FOUND ||
           (found != STORE_FAILED && err_set_str(err, ERR_ACCOUNT_PERSON_NONE, who, STR("")));
}

static bool do_add(struct managing *m, struct err *err)
{
    if (!m->body.name.n || !m->body.person.n)
        return err_set(err, ERR_LOGIN_BODY, "name och person krävs", "name and person are needed", NULL);
    if (!person_there(m, err) ||
        !identity_add_once(m->gate->opt.identity, m->body.name, m->body.person, &m->once, err))
        return false;
    m->about = m->body.person;
    return true;
}

static bool do_enable(struct managing *m, struct err *err)
{
    return account_of(m, err) && identity_enable(m->gate->opt.identity, m->body.name, true, err);
}

static bool do_disable(struct managing *m, struct err *err)
{
    const struct identity_account *a = account_of(m, err);
    if (!a || !not_own(m, a, err) || !identity_enable(m->gate->opt.identity, a->name, false, err))
        return false;
    end_apps(m, a->name);
    return true;
}

static bool do_unlock(struct managing *m, struct err *err)
{
    return account_of(m, err) && identity_unlock(m->gate->opt.identity, m->body.name, err);
}

static bool do_reset(struct managing *m, struct err *err)
{
    const struct identity_account *a = account_of(m, err);
    if (!a || !not_own(m, a, err) || !identity_reset(m->gate->opt.identity, a->name, &m->once, err))
        return false;
    end_apps(m, a->name);
    return true;
}

static bool do_end(struct managing *m, struct err *err)
{
    const struct identity_account *a = account_of(m, err);
    if (!a || !identity_end_sessions(m->gate->opt.identity, a->name, err))
        return false;
    end_apps(m, a->name);
    return true;
}

static bool do_search(struct managing *m, struct err *err)
{
    if (m->body.count > GATE_ACCOUNTS_PAGE_MAX)
        return err_set(err, ERR_LOGIN_BODY, "count ska vara högst 100", "count must be 100 at most", NULL);
    return true;
}

/* ---- the list ---- */

struct listing {
    struct managing *m;
    struct store_read *r;
    struct json_out o;
    struct str text; /* folded */
};

static bool contains(struct arena *arena, struct str text, struct str part)
{
    struct str folded = fold_text(arena, text);
    return folded.p && str_find_str(folded, part) != SIZE_MAX;
}

static bool wanted(struct listing *l, const struct identity_account *a)
{
    struct arena *arena = l->m->req->arena;
    if (!l->text.n)
        return true;
    struct arena_mark mark = arena_mark(arena);
    bool yes = contains(arena, a->name, l->text) || contains(arena, a->person, l->text) ||
               contains(arena, gate_person_name(l->r, a->person, arena), l->text);
    arena_rewind(arena, mark);
    return yes;
}

static void put_time(struct json_out *o, const char *key, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    if (ms)
        json_out_string(o, key, (struct str){text, time_format(ms, text)});
}

static bool write_account(struct listing *l, const struct identity_account *a, struct err *err)
{
    struct json_out *o = &l->o;
    struct arena *arena = l->m->req->arena;
    struct person p;
    size_t usable = 0;
    if (!gate_person_read(l->m->gate, a->person, arena, &p, err))
        return false;
    for (size_t i = 0; i < p.count; i++)
        usable += !p.assignment[i].unfit;
    json_out_object(o, NULL);
    json_out_string(o, "name", a->name);
    json_out_object(o, "person");
    json_out_string(o, "reference", a->person);
    json_out_string(o, "display", p.name);
    json_out_end_object(o);
    json_out_cstr(o, "kind", gate_answer_kind(identity_kind(a->person)));
    json_out_bool(o, "enabled", a->enabled);
    json_out_bool(o, "once", a->once);
    put_time(o, "created", a->created_ms);
    put_time(o, "password", a->password_ms);
    put_time(o, "login", a->login_ms);
    json_out_i64(o, "fails", a->fails);
    put_time(o, "failed", a->failed_ms);
    json_out_i64(o, "wait", (a->wait_ms + 999) / 1000);
    json_out_i64(o, "sessions", a->sessions);
    json_out_i64(o, "assignments", (int64_t)p.count);
    json_out_i64(o, "usable", (int64_t)usable);
    json_out_end_object(o);
    return true;
}

static bool write_page(struct listing *l, struct err *err)
{
    struct managing *m = l->m;
    struct identity_account *list;
    size_t count, total = 0, want = m->body.count ? m->body.count : GATE_ACCOUNTS_PAGE;
    if (!all_accounts(m, &list, &count, err))
        return false;
    json_out_object(&l->o, NULL);
    json_out_array(&l->o, "accounts");
    for (size_t i = 0; i < count; i++) {
        if (!wanted(l, &list[i]))
            continue;
        if (total >= m->body.from && total - m->body.from < want && !write_account(l, &list[i], err))
            return false;
        total++;
    }
    json_out_end_array(&l->o);
    json_out_i64(&l->o, "total", (int64_t)total);
    json_out_i64(&l->o, "from", (int64_t)m->body.from);
    json_out_i64(&l->o, "count", (int64_t)want);
    json_out_end_object(&l->o);
    return true;
}

static bool answer_list(struct managing *m, struct err *err)
{
    struct buf out;
    struct listing l = {.m = m, .text = fold_text(m->req->arena, m->body.text)};
    l.r = store_read_begin(m->gate->opt.store, err);
    if (!l.r)
        return false;
    buf_init(&out, ACCOUNTS_ANSWER_MAX);
    json_out_init(&l.o, &out);
    bool ok = write_page(&l, err) && (buf_ok(&out) || err_set(err, ERR_NO_MEMORY, NULL));
    store_read_end(l.r);
    if (!ok) {
        buf_release(&out);
        return false;
    }
    gate_answer_seal(m->resp);
    http_response_buf(m->resp, &out);
    return true;
}

/* ---- putting it together ---- */

/* {"name": …} and the one-time password where one was made. */
static bool answer_done(struct managing *m)
{
    struct arena *arena = m->req->arena;
    char lower[IDENTITY_NAME_MAX + 1] = "";
    identity_name(m->body.name, lower, NULL);
    gate_answer_seal(m->resp);
    m->resp->body = m->once.text[0]
                        ? arena_printf(arena, "{\"name\":\"%s\",\"password\":\"%s\"}", lower, m->once.text)
                        : arena_printf(arena, "{\"name\":\"%s\"}", lower);
    return true;
}

static bool perform(struct managing *m, struct str token, struct err *err)
{
    static bool (*const how[])(struct managing * m, struct err * err) = {
        [GATE_ACCOUNTS_SEARCH] = do_search, [GATE_ACCOUNTS_ADD] = do_add,
        [GATE_ACCOUNTS_ENABLE] = do_enable, [GATE_ACCOUNTS_DISABLE] = do_disable,
        [GATE_ACCOUNTS_UNLOCK] = do_unlock, [GATE_ACCOUNTS_RESET] = do_reset,
        [GATE_ACCOUNTS_END] = do_end,
    };
    enum gate_what what = m->route->what;
    if (!admit(m, token, err) ||
        !gate_body_read(m->req->arena, gate_body_of(m->req), m->route->members, &m->body, err) ||
        !how[what](m, err))
        return false;
    if (gate_done_about(m->gate, m->req, m->route->name, &m->caller, m->about, err))
        return what == GATE_ACCOUNTS_SEARCH ? answer_list(m, err) : answer_done(m);
    /* An account that the log does not know of is nobody's. */
    if (what == GATE_ACCOUNTS_ADD)
        identity_enable(m->gate->opt.identity, m->body.name, false, NULL);
    return false;
}

void gate_accounts_do(struct job *job, struct http_response *resp)
{
    struct err err = {0};
    struct managing m = {.gate = job->gate, .req = job->req, .resp = resp, .route = job->route};
    m.caller.origin = job->req->origin;
    resp->route = job->route->name;
    if (!perform(&m, job->heads.cookie_twice ? (struct str){0} : job->heads.token, &err))
        gate_refused(job->gate, job->req, job->route->name, &m.caller, &err, resp);
    sodium_memzero(&m.once, sizeof m.once);
}
