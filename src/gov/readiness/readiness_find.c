/* SPDX-License-Identifier: Apache-2.0 */
#include "access/read_body.h"
#include "base/os.h"
#include "base/time.h"
#include "readiness/readiness_int.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct str readiness_find_text(const struct json_doc *doc, uint32_t i, const char *path)
{
    struct str rest = str_of(path), part;
    while (i != UINT32_MAX && rest.p && str_split(&rest, '.', &part)) {
        i = json_get_key(doc, i, part);
        if (i != UINT32_MAX && rest.p && doc->nodes[i].kind == JSON_ARRAY)
            i = doc->nodes[i].len ? i + 1 : UINT32_MAX; /* the first */
    }
    return json_text(doc, i);
}

int32_t readiness_find_today(void)
{
    int64_t now = os_now_ms();
    return (int32_t)((now + time_swedish(now)) / DAY_MS);
}

bool readiness_find_day(struct str text, int32_t *day)
{
    struct time_value v;
    if (!text.n || !time_parse(text, false, &v))
        return false;
    if (v.precision <=
        TIME_DAY) { /* a date: of a month or a year, its first day, which is the oldest it can be */
        *day = (int32_t)time_days(v.year, v.month ? v.month : 1, v.day ? v.day : 1);
        return true;
    }
    int64_t ms = time_span(&v, 60).low_ms;
    ms += time_swedish(ms);
    *day = (int32_t)(ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS));
    return true;
}

int readiness_find_one(struct store_read *r, struct arena *arena, struct str name, struct store_version *v,
                       struct json_doc *doc, struct err *err)
{
    size_t slash = str_find(name, '/', 0);
    fhir_type_id type = slash == SIZE_MAX ? 0 : fhir_resource_find(str_sub(name, 0, slash));
    if (!type)
        return 0;
    enum store_found found = store_get(r, type, str_sub(name, slash + 1, name.n), arena, v, err);
    if (found != STORE_FOUND)
        return found == STORE_FAILED ? -1 : 0;
    return json_parse(arena, v->body, &fhir_names, doc, err) ? 1 : -1;
}

/* One page; *cursor is empty after the last. */
static bool find_page(struct readiness_work *w, struct search_query *q, readiness_find_fn *fn, void *arg,
                      size_t *left, bool *more, struct err *err)
{
    struct store_hits hits = {0};
    if (!store_search(w->read, &q->plan, w->arena, &hits, err))
        return false;
    *more = hits.more;
    for (size_t i = 0; i < hits.count; i++) {
        struct json_doc doc;
        if (*left == 0) {
            *more = true;
            return true;
        }
        --*left;
        if (!json_parse(w->arena, hits.item[i].body, &fhir_names, &doc, err))
            return false;
        if (!fn(arg, &hits.item[i], &doc)) {
            *more = false;
            break;
        }
    }
    q->plan.cursor = hits.next;
    return true;
}

bool readiness_find(struct readiness_work *w, fhir_type_id type, const struct search_param *params,
                    size_t count, readiness_find_fn *fn, void *arg, bool *cut, struct err *err)
{
    struct search_query q;
    size_t left = READINESS_FOUND_MAX;
    bool more = true;
    *cut = false;
    if (!search_parse(w->x->opt.search, w->read, type, params, count, false, w->arena, &q, err))
        return false;
    q.plan.limit = SEARCH_COUNT_MAX;
    q.plan.count = false;
    while (more && left) {
        if (!find_page(w, &q, fn, arg, &left, &more, err))
            return false;
        more = more && q.plan.cursor.n;
    }
    *cut = more;
    return true;
}

/* ---- the roster ---- */

struct roster {
    struct readiness_work *w;
    size_t cap;
    bool full, failed;
};

static bool works_now(const struct json_doc *doc, int64_t now_ms)
{
    int64_t from, to;
    read_body_period(doc, json_get_key(doc, 0, STR("period")), &from, &to);
    return from <= now_ms && now_ms < to;
}

static bool take_role(void *arg, const struct store_version *v, const struct json_doc *doc)
{
    struct roster *r = arg;
    struct readiness_work *w = r->w;
    /* On a day that is looked forward to, those who work there then. */
    if (!works_now(doc, os_now_ms() + (w->today - readiness_find_today()) * DAY_MS))
        return true;
    if (w->roster_count == READINESS_ROSTER_MAX) {
        r->full = true;
        return false;
    }
    if (w->roster_count == r->cap) {
        size_t cap = r->cap * 2;
        w->roster = arena_grow(w->arena, w->roster, r->cap, cap, sizeof *w->roster);
        r->cap = cap;
    }
    struct str code = read_body_code(doc, json_get_key(doc, 0, STR("code")), ACCESS_URL_ROLE);
    if (!code.n)
        code = readiness_find_text(doc, 0, "code.coding.code");
    w->roster[w->roster_count++] =
        (struct readiness_person){.role = arena_printf(w->arena, "PractitionerRole/%.*s", STR_ARG(v->id)),
                                  .person = readiness_find_text(doc, 0, "practitioner.reference"),
                                  .code = code.n ? code : STR(""),
                                  .display = readiness_find_text(doc, 0, "code.coding.display")};
    return true;
}

bool readiness_find_roster(struct readiness_work *w, struct err *err)
{
    struct roster r = {.w = w, .cap = 64};
    bool cut;
    const struct search_param params[] = {{STR("active"), STR("true")}, {STR("organization"), w->unit}};
    if (w->roster)
        return true;
    w->roster_count = 0;
    w->roster = ARENA_ARRAY(w->arena, struct readiness_person, r.cap);
    if (!w->roster)
        return err_set(err, ERR_NO_MEMORY, NULL);
    return readiness_find(w, fhir_resource_find(STR("PractitionerRole")), params, 2, take_role, &r, &cut,
                          err) &&
           (!(r.full || cut) || err_set(err, ERR_SEARCH_LIMIT, "PractitionerRole", "5000", NULL));
}
