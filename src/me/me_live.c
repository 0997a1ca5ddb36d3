/* SPDX-License-Identifier: Apache-2.0
 * Streams and what wakes them. The feed's thread judges and writes; the threads of http only copy. A stream
 * is held by http, until its connection ends, and by the feed's thread while it looks at it. */
#include "me/me_live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "access/access_view.h"
#include "access/facts.h"
#include "feed/feed.h"
#include "fhir_gen/names.h"

struct sub {
    struct sub *prev, *next; /* in the list, under its lock */
    struct live *live;
    atomic_int refs;
    struct arena arena; /* of the texts below */
    struct access_caller caller;
    bool open; /* no accounts: everything is seen */
    struct str token;
    struct str patient_id;
    store_rid patient, unit; /* what is followed; 0: not by that */
    struct http_wake *wake;
    uint64_t beat_ns;
    int64_t after;        /* commits up to this have been judged: the feed's thread's */
    pthread_mutex_t lock; /* of what waits to be sent */
    struct buf out;
    size_t at;  /* sent of it */
    bool lost;  /* there was no room: the client must ask again */
    bool ended; /* when out is sent, the stream ends */
};

struct live {
    struct me *me;
    struct arena arena;
    uint16_t *about;
    struct feed_options feed_opt;
    struct feed *feed;
    pthread_mutex_t lock; /* of the list, and of seq */
    struct sub *first;
    size_t count;
    int64_t seq; /* commits up to this are not given to who comes now */
};

/* ---- one stream ---- */

static void unref(struct sub *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    http_wake_free(s->wake);
    buf_release(&s->out);
    pthread_mutex_destroy(&s->lock);
    arena_release(&s->arena);
    os_free(s);
}

static const char again_text[] = "event: again\ndata: {}\n\n";

/* Adds text to what waits, or notes that there was no room for it. */
static void say(struct sub *s, struct str text)
{
    pthread_mutex_lock(&s->lock);
    s->out.n -= s->at;
    if (s->at && s->out.n)
        memmove(s->out.p, s->out.p + s->at, s->out.n);
    s->at = 0;
    s->lost = s->lost || s->out.n + text.n > LIVE_PENDING_MAX;
    if (!s->lost)
        buf_str(&s->out, text);
    if (!buf_ok(&s->out)) {
        buf_release(&s->out);
        buf_init(&s->out, LIVE_PENDING_MAX);
        s->ended = true; /* a part of an event may have gone: the client comes again */
    }
    pthread_mutex_unlock(&s->lock);
    http_wake(s->wake);
}

static void end(struct sub *s)
{
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_mutex_unlock(&s->lock);
    http_wake(s->wake);
}

static ssize_t on_read(void *arg, char *to, size_t n)
{
    struct sub *s = arg;
    ssize_t got = HTTP_STREAM_LATER;
    pthread_mutex_lock(&s->lock);
    if (s->at == s->out.n && s->lost && !s->ended) {
        s->out.n = s->at = 0;
        buf_cstr(&s->out, again_text);
        s->lost = false;
    }
    size_t left = s->out.n - s->at;
    if (s->ended) {
        got = 0;
    } else if (left) {
        got = (ssize_t)(left < n ? left : n);
        memcpy(to, s->out.p + s->at, (size_t)got);
        s->at += (size_t)got;
    }
    pthread_mutex_unlock(&s->lock);
    return got;
}

static void on_free(void *arg)
{
    struct sub *s = arg;
    struct live *l = s->live;
    pthread_mutex_lock(&l->lock);
    bool listed = s->prev || s->next || l->first == s;
    if (s->prev)
        s->prev->next = s->next;
    else if (listed)
        l->first = s->next;
    if (s->next)
        s->next->prev = s->prev;
    s->prev = s->next = NULL;
    l->count -= listed;
    pthread_mutex_unlock(&l->lock);
    unref(s);
}

/* ---- judging ---- */

static bool follows(const struct sub *s, const struct feed_change *c)
{
    if (c->seq <= s->after)
        return false;
    if (s->patient) {
        for (uint8_t i = 0; i < c->patients; i++)
            if (c->patient[i] == s->patient)
                return true;
        return c->many || (c->type == FHIR_TYPE_Patient && c->rid == s->patient);
    }
    return s->open || c->unit == s->unit;
}

/* Whose it is: the one followed, else the first. */
static bool patient_of(const struct sub *s, struct store_read *r, const struct feed_change *c,
                       struct arena *arena, struct str *out, struct err *err)
{
    uint16_t type;
    *out = s->patient ? s->patient_id : STR("");
    return s->patient || !c->patients || store_name(r, c->patient[0], arena, &type, out, err);
}

static bool write_one(struct sub *s, struct store_read *r, const struct feed_change *c, struct arena *arena,
                      struct buf *out, struct err *err)
{
    struct store_version v;
    struct str patient;
    struct json_out o;
    char version[16];
    enum store_found found = store_get_rid_version(r, c->rid, c->version, arena, &v, err);
    if (found != STORE_FOUND && found != STORE_DELETED)
        return found == STORE_ABSENT;
    if (!patient_of(s, r, c, arena, &patient, err))
        return false;
    snprintf(version, sizeof version, "%u", c->version);
    buf_cstr(out, "event: changed\ndata: ");
    json_out_init(&o, out);
    json_out_object(&o, NULL);
    json_out_cstr(&o, "type", fhir_types[c->type].name);
    json_out_string(&o, "id", v.id);
    json_out_cstr(&o, "version", version);
    json_out_string(&o, "patient", patient);
    if (c->op == 'D')
        json_out_bool(&o, "deleted", true);
    json_out_end_object(&o);
    buf_cstr(out, "\n\n");
    return true;
}

/* The events of one part of the log, and its commit as the place when it is whole. r has no view. */
static bool write_all(struct sub *s, struct store_read *r, const struct feed_change *list, size_t count,
                      struct buf *out, struct err *err)
{
    struct access *access = s->live->me->opt.access;
    struct access_view *view = NULL;
    struct arena arena;
    bool ok = s->open || (view = access_view_new(access, &s->caller, ACCESS_READ, r, err));
    arena_init(&arena);
    if (ok && view)
        store_read_view(r, access_view_store(view));
    for (size_t i = 0; ok && i < count; i++) {
        ok = !follows(s, &list[i]) || write_one(s, r, &list[i], &arena, out, err);
        arena_reset(&arena);
    }
    store_read_view(r, NULL);
    access_view_free(view);
    arena_release(&arena);
    if (ok && out->n && list[count - 1].last)
        buf_printf(out, "id: %lld\n\n", (long long)list[count - 1].seq);
    return ok && buf_ok(out);
}

static bool follows_any(const struct sub *s, const struct feed_change *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (follows(s, &list[i]))
            return true;
    return false;
}

static bool is_alive(const struct sub *s)
{
    const struct me *m = s->live->me;
    return s->open || (m->alive && m->alive(m->alive_arg, s->token));
}

static void give(struct sub *s, struct store_read *r, const struct feed_change *list, size_t count)
{
    struct buf out;
    struct err err = {0};
    if (follows_any(s, list, count)) {
        if (!is_alive(s)) {
            end(s);
            return;
        }
        buf_init(&out, LIVE_PENDING_MAX);
        if (!write_all(s, r, list, count, &out, &err))
            say(s, STR(again_text)); /* what could not be judged is asked for */
        else if (out.n)
            say(s, buf_get(&out));
        buf_release(&out);
    }
    if (list[count - 1].seq > s->after)
        s->after = list[count - 1].seq;
}

/* ---- the feed's thread ---- */

/* Those there are, held; to be let go with unref. */
static struct sub **hold_all(struct live *l, int64_t seq, size_t *count)
{
    pthread_mutex_lock(&l->lock);
    struct sub **all = os_alloc((l->count + 1) * sizeof(struct sub *));
    *count = 0;
    for (struct sub *s = l->first; all && s; s = s->next) {
        s->refs++;
        all[(*count)++] = s;
    }
    if (seq > l->seq)
        l->seq = seq;
    pthread_mutex_unlock(&l->lock);
    return all;
}

static bool on_wanted(void *arg, int64_t seq)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    bool some = l->first;
    if (!some && seq > l->seq)
        l->seq = seq;
    pthread_mutex_unlock(&l->lock);
    return some;
}

static bool on_take(void *arg, struct feed *f, struct store_read *r, const struct feed_change *list,
                    size_t count, struct err *err)
{
    size_t n;
    struct sub **all = hold_all(arg, list[count - 1].seq, &n);
    (void)f;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        give(all[i], r, list, count);
        unref(all[i]);
    }
    os_free(all);
    return true;
}

static void on_tick(void *arg)
{
    size_t n;
    uint64_t now = os_mono_ns();
    struct sub **all = hold_all(arg, 0, &n);
    for (size_t i = 0; i < n; i++) {
        struct sub *s = all[i];
        char text[64];
        if (!is_alive(s)) {
            end(s);
        } else if (now - s->beat_ns >= LIVE_BEAT_MS * UINT64_C(1000000)) {
            int len = snprintf(text, sizeof text, ": still here\nid: %lld\n\n", (long long)s->after);
            s->beat_ns = now;
            say(s, (struct str){text, (size_t)len});
        }
        unref(s);
    }
    os_free(all);
}

/* Whom records that lie in no compartment are about. */
static bool read_about(struct live *l, struct err *err)
{
    const struct rules *rules = rules_read(rules_file, NULL, &l->arena, err);
    l->about = rules ? ARENA_ARRAY(&l->arena, uint16_t, fhir_type_count) : NULL;
    for (fhir_type_id t = 1; l->about && t < fhir_type_count; t++)
        l->about[t] = facts_about(rules, t);
    return l->about || (rules && err_set(err, ERR_NO_MEMORY, NULL));
}

struct live *live_new(struct me *m, struct err *err)
{
    struct live *l = os_alloc(sizeof *l);
    if (!l) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(l, 0, sizeof *l);
    l->me = m;
    arena_init(&l->arena);
    pthread_mutex_init(&l->lock, NULL);
    if (read_about(l, err)) {
        l->feed_opt = (struct feed_options){.store = m->opt.store,
                                            .about = l->about,
                                            .wanted = on_wanted,
                                            .take = on_take,
                                            .tick = on_tick,
                                            .arg = l};
        l->feed = feed_start(&l->feed_opt, err);
    }
    if (l->feed)
        return l;
    live_free(l);
    return NULL;
}

static bool is_listed(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    bool some = l->first;
    pthread_mutex_unlock(&l->lock);
    return some;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    feed_stop(l->feed);
    /* Those whose records the log had not taken when the server stopped end as it takes them. */
    while (is_listed(l))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    pthread_mutex_destroy(&l->lock);
    arena_release(&l->arena);
    os_free(l);
}

/* ---- a new stream ---- */

static struct sub *sub_new(struct ask *a, struct err *err)
{
    struct sub *s = os_alloc(sizeof *s);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->live = a->me->live;
    s->refs = 1;
    s->open = !a->caller || !a->me->opt.access;
    s->beat_ns = os_mono_ns();
    arena_init(&s->arena);
    pthread_mutex_init(&s->lock, NULL);
    buf_init(&s->out, LIVE_PENDING_MAX);
    s->wake = http_wake_new();
    if (a->caller)
        s->caller = *a->caller;
    struct str *const texts[] = {&s->caller.account, &s->caller.user,     &s->caller.assignment,
                                 &s->caller.unit,    &s->caller.provider, &s->caller.role,
                                 &s->caller.purpose, &s->caller.session,  &s->caller.origin};
    s->token = arena_str(&s->arena, a->token);
    bool ok = s->wake && s->token.p;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_str(&s->arena, texts[i]->p ? *texts[i] : STR(""));
        ok = ok && texts[i]->p;
    }
    if (ok)
        return s;
    unref(s);
    err_set(err, ERR_NO_MEMORY, NULL);
    return NULL;
}

/* Exactly one of patient and unit. */
static bool read_query(struct ask *a, struct str *patient, struct str *unit, struct err *err)
{
    struct http_pair *pairs;
    size_t count;
    *patient = *unit = (struct str){0};
    if (!http_query_parse(a->req->arena, a->req->query, &pairs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_patient = str_is(pairs[i].name, "patient");
        if (!is_patient && !str_is(pairs[i].name, "unit"))
            return err_set_str(err, ERR_SEARCH_PARAM_UNKNOWN, pairs[i].name, str_of(a->route->name));
        *(is_patient ? patient : unit) = pairs[i].value;
    }
    if (unit->p && !str_is(*unit, "own"))
        return err_set_str(err, ERR_PARAM_VALUE, *unit, STR("unit"));
    if (!patient->p == !unit->p)
        return err_set(err, ERR_ME_BODY, "antingen patient=ID eller unit=own krävs",
                       "either patient=ID or unit=own is needed", NULL);
    return !patient->p || fhir_prim_valid(FHIR_PRIM_ID, *patient) ||
           err_set_str(err, ERR_PARAM_VALUE, *patient, STR("patient"));
}

static bool find(struct store_read *r, struct arena *arena, fhir_type_id type, struct str id, store_rid *rid,
                 struct err *err)
{
    struct store_version v;
    enum store_found found = store_get(r, type, id, arena, &v, err);
    *rid = found == STORE_FOUND ? v.rid : 0;
    return found == STORE_FOUND || (found != STORE_FAILED && err_set_str(err, ERR_NOT_FOUND, id, STR("")));
}

/* What is followed; a patient must be seen, as the caller sees now. */
static bool aim(struct ask *a, struct sub *s, struct store_read *r, struct str patient, struct err *err)
{
    struct access_view *view = NULL;
    struct str unit;
    bool ok;
    if (!s->open) {
        view = access_view_new(a->me->opt.access, &s->caller, ACCESS_READ, r, err);
        if (!view)
            return false;
    }
    if (patient.p) {
        if (view)
            store_read_view(r, access_view_store(view));
        ok = find(r, a->req->arena, FHIR_TYPE_Patient, patient, &s->patient, err);
        store_read_view(r, NULL);
        s->patient_id = arena_str(&s->arena, patient);
        ok = ok && (s->patient_id.p || err_set(err, ERR_NO_MEMORY, NULL));
    } else {
        unit = view ? access_view_unit(view) : STR("");
        size_t slash = str_find(unit, '/', 0);
        ok = s->open || (slash != SIZE_MAX ? find(r, a->req->arena, FHIR_TYPE_Organization,
                                                  str_sub(unit, slash + 1, unit.n), &s->unit, err)
                                           : err_set_str(err, ERR_PARAM_VALUE, STR("own"), STR("unit")));
    }
    access_view_free(view);
    return ok;
}

/* What has happened since *place, as far as it is not too much; *place is then the end. */
static bool catch_up(struct sub *s, struct store_read *r, struct store_place *place, bool *again,
                     struct err *err)
{
    struct arena arena;
    bool ok = true, more = true;
    arena_init(&arena);
    for (int i = 0; ok && more && i < LIVE_RESUME_PARTS; i++) {
        struct feed_change *list;
        struct store_place before = *place;
        struct buf out;
        size_t count;
        ok = feed_read(r, &s->live->feed_opt, place, &arena, &list, &count, err);
        more = ok && (before.seq != place->seq || before.part != place->part);
        buf_init(&out, LIVE_PENDING_MAX);
        if (ok && count && follows_any(s, list, count))
            ok = write_all(s, r, list, count, &out, err);
        if (ok && out.n)
            say(s, buf_get(&out));
        buf_release(&out);
        arena_reset(&arena);
    }
    arena_release(&arena);
    *again = more;
    return ok;
}

static void greet(struct sub *s, int64_t place, bool again)
{
    char text[128];
    int n =
        snprintf(text, sizeof text, "%sretry: 3000\nid: %lld\n\n", again ? again_text : "", (long long)place);
    say(s, (struct str){text, (size_t)n});
}

/* Into the list, unless the feed has gone further than s has; 1, 0, -1 failed. */
static int enlist(struct sub *s, int64_t place, struct err *err)
{
    struct live *l = s->live;
    size_t same = 0;
    int rc = 0;
    pthread_mutex_lock(&l->lock);
    for (struct sub *o = l->first; o && !s->open; o = o->next)
        same += str_eq(o->caller.session, s->caller.session);
    if (l->count >= LIVE_MAX || same >= LIVE_SESSION_MAX) {
        err_set(err, ERR_LIVE_FULL, l->count >= LIVE_MAX ? "2000" : "16", NULL);
        rc = -1;
    } else if (place >= l->seq) {
        s->after = place;
        s->next = l->first;
        if (s->next)
            s->next->prev = s;
        l->first = s;
        l->count++;
        rc = 1;
    }
    pthread_mutex_unlock(&l->lock);
    return rc;
}

/* One look at the log from *place, or at its end. False with *err. */
static bool look(struct sub *s, struct store_read *r, struct store_place *place, struct err *err)
{
    int64_t now = store_read_seq(r);
    bool again = place->seq > now; /* a place of another past */
    if (place->seq >= 0 && !again && !catch_up(s, r, place, &again, err))
        return false;
    if (place->seq < 0 || again)
        *place = (struct store_place){now, INT64_MAX};
    greet(s, place->seq, again);
    return true;
}

/* From the place it had, or from now on; until the feed goes on from there. */
static bool begin(struct ask *a, struct sub *s, struct str patient, struct err *err)
{
    struct str last = http_header(a->req, "Last-Event-ID");
    struct store_place place = {-1, INT64_MAX};
    uint64_t seq;
    if (last.n && !str_u64(last, INT64_MAX, &seq))
        return err_set_str(err, ERR_HEADER, STR("Last-Event-ID"), last);
    if (last.n)
        place.seq = (int64_t)seq;
    for (int rc = 0; rc <= 0;) {
        struct store_read *r = store_read_begin(a->me->opt.store, err);
        bool aimed = s->patient || s->unit;
        bool ok = r && (aimed || aim(a, s, r, patient, err)) && look(s, r, &place, err);
        store_read_end(r);
        rc = ok ? enlist(s, place.seq, err) : -1;
        if (rc < 0)
            return false;
    }
    return true;
}

bool me_live_run(struct ask *a, struct err *err)
{
    struct str patient, unit;
    struct http_response resp = {.status = 200, .content_type = "text/event-stream", .route = a->route->name};
    if (!read_query(a, &patient, &unit, err))
        return false;
    struct sub *s = sub_new(a, err);
    if (!s)
        return false;
    if (!begin(a, s, patient, err)) {
        unref(s);
        return false;
    }
    http_response_header(&resp, "Cache-Control", STR("no-store"));
    http_response_header(&resp, "X-Content-Type-Options", STR("nosniff"));
    http_response_header(&resp, "X-Accel-Buffering", STR("no")); /* nginx: as it comes */
    resp.stream = (struct http_stream){on_read, on_free, s, UINT64_MAX, s->wake};
    http_defer(a->req);
    *a->deferred = true;
    api_finish_told(a->me->opt.api, a->caller, a->req, &resp, a->route->name, &patient, patient.p ? 1 : 0);
    return true;
}
