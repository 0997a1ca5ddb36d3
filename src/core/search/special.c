/* SPDX-License-Identifier: Apache-2.0
 * Parameters that are no index rows of their own: _id and _lastUpdated ask the resource table; near keeps a
 * position as a composite row (latitude as number, longitude as a span of micro-degrees) and searches the box
 * around the circle. */
#include <math.h>

#include "fhir_gen/names.h"
#include "search/search_int.h"

static const double micro = 1e6, km_per_degree = 111.195, degree = 0.017453292519943295;

static void near_rows(const struct rows_to *to, const struct path_value *v)
{
    double latitude, longitude;
    if (!number_value(value_text(v, FHIR_NAME_latitude), &latitude) ||
        !number_value(value_text(v, FHIR_NAME_longitude), &longitude) || fabs(latitude) > 90 ||
        fabs(longitude) > 360)
        return;
    struct store_row *r = value_row(to, STORE_COMPOSITE);
    r->number_low = r->number_high = latitude;
    r->low = (int64_t)llround(longitude * micro);
    r->high = r->low + 1;
}

static bool near_number(struct str *rest, struct str *part, double *out)
{
    return value_split(rest, '|', part) && number_value(*part, out);
}

/* latitude|longitude|distance|unit, km when no unit is given; without a distance 10 km. */
static bool near_match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                       struct matches *out)
{
    static const struct {
        const char *unit;
        double km;
    } units[] = {{"", 1},         {"km", 1}, {"m", 0.001}, {"[mi_us]", 1.609347}, {"[mi_i]", 1.609344},
                 {"mi", 1.609344}};
    (void)cmp;
    (void)approx;
    struct str rest = value, part, unit = {NULL, 0};
    double latitude, longitude, distance = 10, km = 0;
    if (!near_number(&rest, &part, &latitude) || !near_number(&rest, &part, &longitude) ||
        fabs(latitude) > 90)
        return value_error(q, value);
    if (rest.p && !near_number(&rest, &part, &distance))
        return value_error(q, value);
    if (rest.p)
        value_split(&rest, '|', &unit);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        km = str_is(unit, units[i].unit) ? units[i].km * distance : km;
    if (rest.p || km <= 0)
        return value_error(q, value);
    double high = km / km_per_degree, shrink = fmax(cos(latitude * degree), 0.01);
    struct store_match *m = value_match(q, STORE_COMPOSITE, out);
    m->cmp = m->cmp_span = STORE_CMP_EQ;
    m->any_name = m->any_exact = true;
    m->row.number_low = latitude - high;
    m->row.number_high = latitude + high;
    m->row.low = (int64_t)llround((longitude - high / shrink) * micro);
    m->row.high = (int64_t)llround((longitude + high / shrink) * micro) + 1;
    return true;
}

const struct search_kind near_kind = {
    .index = STORE_COMPOSITE,
    .modifiers = SEARCH_MOD_MISSING,
    .rows = near_rows,
    .match = near_match,
};

static bool id_cond(struct plan_of *p, struct str value)
{
    struct store_cond *c = plan_cond(p, STORE_COND_IDS);
    struct str rest = value, part, *ids = NULL;
    size_t count = 0, cap = 0;
    while (value_split(&rest, ',', &part)) {
        if (part.n == 0)
            return value_refuse(p->arena, p->err, STR("_id"), value, value_place(p->whole, part), "ett id",
                                "an id");
        if (count == SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, "_id", "1000", NULL);
        if (count == cap) {
            ids = arena_grow(p->arena, ids, cap, cap ? cap * 2 : 8, sizeof *ids);
            cap = cap ? cap * 2 : 8;
        }
        ids[count++] = value_unescape(p->arena, part);
    }
    c->ids = ids;
    c->id_count = count;
    return true;
}

static bool updated_cond(struct plan_of *p, struct str value)
{
    static const struct fhir_param updated = {.code = "_lastUpdated", .type = FHIR_SEARCH_DATE};
    struct query_of q = plan_query(p, 0);
    q.param = &updated;
    struct store_cond *c = plan_cond(p, STORE_COND_UPDATED);
    struct matches list = {0};
    struct str rest = value, part;
    while (value_split(&rest, ',', &part)) {
        bool approx;
        enum store_cmp cmp = value_prefix(&part, &approx);
        if (list.count == SEARCH_VALUES_MAX)
            return err_set(p->err, ERR_SEARCH_LIMIT, "_lastUpdated", "1000", NULL);
        if (!date_kind.match(&q, cmp, approx, part, &list))
            return false;
    }
    c->any = list.item;
    c->any_count = list.count;
    return true;
}

static bool text_cond(struct plan_of *p, struct str value)
{
    return terms_words(p, SEARCH_WORDS_TEXT, STR("_text"), value);
}

static bool content_cond(struct plan_of *p, struct str value)
{
    return terms_words(p, SEARCH_WORDS_CONTENT, STR("_content"), value);
}

/* Every resource has an id and a time: :missing=true is no resource. */
static bool never_missing(struct plan_of *p, struct str code, struct str value)
{
    bool missing = str_is(value, "true");
    if (!missing && !str_is(value, "false"))
        return err_set_str(p->err, ERR_SEARCH_VALUE, value, code);
    plan_cond(p, STORE_COND_IDS)->negate = !missing;
    return true;
}

enum { HAS_NOT = 1, HAS_MISSING = 2 };

bool special_cond(struct plan_of *p, struct str code, struct str modifier, struct str value, bool *handled)
{
    static const struct {
        const char *name;
        bool (*cond)(struct plan_of *p, struct str value);
        unsigned modifiers;
    } specials[] = {{"_id", id_cond, HAS_NOT | HAS_MISSING},
                    {"_lastUpdated", updated_cond, HAS_MISSING},
                    {"_text", text_cond, 0},
                    {"_content", content_cond, 0},
                    {"_filter", filter_cond, 0},
                    {"_list", list_cond, 0}};
    *handled = false;
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        unsigned has = specials[i].modifiers;
        if (!str_is(code, specials[i].name))
            continue;
        *handled = true;
        if ((has & HAS_MISSING) && str_is(modifier, "missing"))
            return never_missing(p, code, value);
        if (modifier.p && !((has & HAS_NOT) && str_is(modifier, "not")))
            return err_set(p->err, ERR_SEARCH_MODIFIER, arena_cstr(p->arena, modifier), specials[i].name,
                           " (där går ingen)", " (none is allowed there)", NULL);
        if (!specials[i].cond(p, value))
            return false;
        if (modifier.p)
            p->cond[p->cond_count - 1].negate = true;
    }
    return true;
}
