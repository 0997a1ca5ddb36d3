/* SPDX-License-Identifier: Apache-2.0
 * Random regions behind a server, in which staff, patients and guardians try to create, change, patch and
 * delete: what may be done is what the rules say, a refusal tells nothing of what is hidden, and what was
 * refused has changed nothing. HELHET_WRITES=n, HELHET_SEED=n. */
#include "access_ask.h"
#include "access_made.h"

enum { WRITES = 1500, PER_WORLD = 500, BODY_MAX = 8192 };

static struct real region;
static struct world web;

struct writer {
    struct w_caller c;
    char name[32];
};

/* "s3": a member of staff, "p4": a patient, "g4": a guardian. */
static bool handle_writer(void *arg, struct http_request *req, struct http_response *resp)
{
    struct world *w = arg;
    struct access_caller *caller = ARENA_NEW(req->arena, struct access_caller);
    char(*texts)[32] = (char(*)[32])arena_alloc(req->arena, 96);
    struct w_caller c = {.scope = true};
    const char *who = arena_cstr(req->arena, http_header(req, "X-Test-Caller"));
    assert_int_equal(sscanf(who, "%c%d", &c.kind, &c.number), 2);
    make_caller(&region, &c, texts, caller);
    caller->account = str_of(who);
    return api_handle_as(w->api, caller, req, resp);
}

/* ---- the oracle: docs/ACCESS.md, Writes ---- */

/* Physicians and nurses write records, nobody else here does. */
static bool may_write(const struct writer *w)
{
    const struct w_staff *s = &region.w.staff[w->c.number];
    return w->c.kind == 's' && s->usable && s->role <= 1;
}

static bool is_hidden(const struct writer *w, const struct thing *x)
{
    return w_sight(&region.w, &w->c, &x->t, may(&region, &w->c, &x->t), ACCESS_READ) == W_HIDDEN;
}

/* A unit changes what it has written, and takes over what nobody has. */
static bool is_others(const struct writer *w, const struct thing *x)
{
    return x->t.unit && x->t.unit != region.w.staff[w->c.number].unit;
}

static int update_wanted(const struct writer *w, const struct thing *x)
{
    return !may_write(w)     ? 403
           : is_hidden(w, x) ? 404
           : is_others(w, x) ? 403
           : x->t.is_signed  ? 409 /* stands: it is corrected, not replaced */
                             : 200;
}

/* What is hidden is deleted as what was never there is: nothing happens. */
static int delete_wanted(const struct writer *w, const struct thing *x, bool *deleted)
{
    int s = update_wanted(w, x);
    *deleted = s == 200;
    return s == 404 || s == 200 ? 204 : s;
}

static int create_wanted(const struct writer *w, const struct thing *x)
{
    if (!may_write(w))
        return 403;
    for (int i = 0; i < x->t.patients; i++)
        if (!region.w.patient[x->t.patient[i]].here)
            return 422;
    return 201;
}

/* ---- asking ---- */

static uint32_t version_of(const struct thing *x)
{
    struct arena arena;
    struct err err = {0};
    struct store_version v = {0};
    arena_init(&arena);
    struct store_read *r = store_read_begin(region.store, &err);
    enum store_found found = store_get(r, x->type, str_of(x->id), &arena, &v, &err);
    store_read_end(r);
    arena_release(&arena);
    return found == STORE_FOUND ? v.version : 0;
}

/* Its body without a text, which nobody may send for who is protected. */
static void body_of(const struct thing *x, bool with_id, char body[BODY_MAX])
{
    char rest[MADE_TEXT_MAX];
    thing_rest(x, rest);
    snprintf(body, BODY_MAX, "{\"resourceType\":\"%s\"%s%s%s,%s}", fhir_types[x->type].name,
             with_id ? ",\"id\":\"" : "", with_id ? x->id : "", with_id ? "\"" : "",
             strstr(rest, "\"identifier\""));
}

static void expect(const struct writer *w, const char *what, const struct thing *x, char *answer, int want)
{
    if (status_of(answer) != want)
        fail_msg("%s %s %s/%s: %d wanted\n%s", w->name, what, fhir_types[x->type].name, x->id, want, answer);
    if (w->c.kind != 's' && strstr(answer, "ordet"))
        fail_msg("%s %s %s: told its text", w->name, what, x->id);
    os_free(answer);
    region.calls++;
}

static void after_update(const struct writer *w, struct thing *x, int status)
{
    if (status != 200 || x->t.unit)
        return;
    x->t.unit = region.w.staff[w->c.number].unit;
    x->t.provider = w_provider_of(&region.w, x->t.unit);
}

static void try_update(const struct writer *w, struct thing *x)
{
    char path[128], body[BODY_MAX];
    int want = update_wanted(w, x);
    uint32_t before = version_of(x);
    snprintf(path, sizeof path, "%s/%s", fhir_types[x->type].name, x->id);
    body_of(x, true, body);
    expect(w, "updates", x, ask(&web, w->name, "PUT", path, NULL, body), want);
    assert_true(want == 200 || version_of(x) == before);
    after_update(w, x, want);
}

static void try_patch(const struct writer *w, struct thing *x)
{
    char path[128], body[BODY_MAX];
    int want = update_wanted(w, x);
    uint32_t before = version_of(x);
    const char *type = fhir_types[x->type].name;
    snprintf(path, sizeof path, "%s/%s", type, x->id);
    snprintf(
        body, sizeof body,
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\",\"part\":[{\"name\":"
        "\"type\","
        "\"valueCode\":\"replace\"},{\"name\":\"path\",\"valueString\":\"%s.status\"},{\"name\":\"value\","
        "\"valueCode\":\"%s\"}]}]}",
        type, x->t.is_signed ? "final" : "preliminary");
    expect(w, "patches", x, ask(&web, w->name, "PATCH", path, NULL, body), want);
    assert_true(want == 200 || version_of(x) == before);
    after_update(w, x, want);
}

static void try_delete(const struct writer *w, struct thing *x, bool by_condition)
{
    char path[128];
    bool deleted;
    int want = delete_wanted(w, x, &deleted);
    uint32_t before = version_of(x);
    snprintf(path, sizeof path, by_condition ? "%s?identifier=urn:i%%7Ci-%s" : "%s/%s",
             fhir_types[x->type].name, x->id);
    expect(w, "deletes", x, ask(&web, w->name, "DELETE", path, NULL, NULL), want);
    assert_true(deleted ? version_of(x) == 0 : version_of(x) == before);
    if (deleted)
        put_thing(&region, x);
}

static void try_create(const struct writer *w, const struct thing *x)
{
    struct thing copy = *x;
    char body[BODY_MAX];
    snprintf(copy.id, sizeof copy.id, "new%u", below(1u << 30));
    body_of(&copy, false, body);
    expect(w, "creates", x, ask(&web, w->name, "POST", fhir_types[x->type].name, NULL, body),
           create_wanted(w, x));
}

/* A patient's things, mostly those of the writer's own unit. */
static struct thing *any_note(const struct writer *w)
{
    for (int tries = 0;; tries++) {
        struct thing *x = &region.thing[below((uint32_t)region.things)];
        bool record = x->type != FHIR_TYPE_Patient && x->type != FHIR_TYPE_RelatedPerson;
        bool near = w->c.kind != 's' || tries > 40 || (!is_hidden(w, x) && !is_others(w, x));
        if (record && x->t.dated && (near || chance(20)))
            return x;
    }
}

static void write_once(void)
{
    struct writer w = {.c = {.kind = "ssssssssspg"[below(11)], .scope = true}};
    w.c.number = 1 + (int)below(w.c.kind == 's' ? W_STAFF : W_PATIENTS);
    snprintf(w.name, sizeof w.name, "%c%d", w.c.kind, w.c.number);
    struct thing *x = any_note(&w);
    switch (below(6)) {
    case 0:
    case 1:
        try_update(&w, x);
        break;
    case 2:
        try_patch(&w, x);
        break;
    case 3:
        try_delete(&w, x, false);
        break;
    case 4:
        try_delete(&w, x, true);
        break;
    default:
        try_create(&w, x);
    }
}

static void test_writes(void **state)
{
    (void)state;
    const char *n = getenv("HELHET_WRITES"), *seed = getenv("HELHET_SEED");
    uint64_t writes = n ? strtoull(n, NULL, 10) : WRITES;
    random_state = seed ? strtoull(seed, NULL, 10) : 20261122;
    memset(&region, 0, sizeof region);
    while (region.calls < writes) {
        world_store(&web, "writes");
        world_serve(&web, handle_writer, false);
        region.search = web.search;
        region.store = web.store;
        region.access = web.access;
        region.things = region.papers = 0;
        make_world(&region);
        for (int i = 0; i < PER_WORLD && region.calls < writes; i++) {
            write_once();
            if (i % 20 == 0)
                add_block(&region, 1 + (int)below(W_PATIENTS));
            if (i % 10 == 0)
                add_paper(&region, 1 + (int)below(W_PATIENTS));
        }
        world_close(&web);
    }
    print_message("%llu writes, 0 wrongly made, 0 wrongly refused\n", (unsigned long long)region.calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
