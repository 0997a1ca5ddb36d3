/* SPDX-License-Identifier: Apache-2.0
 * SystemAsset/$cliff: the contracts of systems not yet ended, by quarter (cliff/cliff.h). */
#include <stdio.h>

#include "api/gov_out.h"
#include "api/guard_gov.h"
#include "base/dec.h"
#include "base/time.h"
#include "cliff/cliff.h"
#include "fhir_gen/names.h"

enum { QUARTERS_OF_YEAR = 4 };

static const struct params_def cliff_params[] = {{.name = "date"}, {0}};

struct asset {
    struct cliff_asset cliff;
    struct str name, reference, owner, replaced_by, criticality, extension;
    bool has_end, has_lead, obsolete, has_cost;
};

struct reading {
    struct call *call;
    struct asset *item;
    struct cliff_asset **dated;
    size_t count, cap, dated_count;
    int64_t today;
    struct err *err;
};

static bool day_of(struct str text, int64_t *day)
{
    struct time_value v;
    if (!time_parse(text, false, &v) || v.precision < TIME_DAY)
        return false;
    *day = time_days(v.year, v.month, v.day);
    return true;
}

static unsigned rank(struct str code)
{
    static const char *const ranks[] = {"", "low", "medium", "high", "critical"};
    for (unsigned i = 1; i < sizeof ranks / sizeof *ranks; i++)
        if (str_is(code, ranks[i]))
            return i;
    return 0;
}

static bool make_room(struct reading *x)
{
    size_t cap = x->cap ? x->cap * 2 : 64;
    if (x->count < x->cap)
        return true;
    if (x->cap >= CLIFF_ASSETS_MAX)
        return err_set(x->err, ERR_SEARCH_LIMIT, "SystemAsset", "20000", NULL);
    struct asset *more = arena_grow(x->call->arena, x->item, x->cap, cap, sizeof *more);
    if (!more)
        return err_set(x->err, ERR_NO_MEMORY, NULL);
    x->item = more;
    x->cap = cap;
    return true;
}

static struct str name_of(const struct gov_body *b, const char *member)
{
    struct gov_body ref = gov_rules_body_get(b, member);
    struct str display = gov_rules_body_text(&ref, "display");
    return display.n ? display : gov_rules_body_text(&ref, "reference");
}

static void read_asset(struct reading *x, const struct gov_body *b, struct str id)
{
    uint64_t lead = 0;
    double cost = 0;
    struct dec d;
    struct asset *a = &x->item[x->count++];
    struct str amount = gov_rules_body_text(b, "annualCost.value");
    *a = (struct asset){.name = gov_rules_body_text(b, "name"),
                        .reference = resource_name(x->call->arena, x->call->type, id),
                        .owner = name_of(b, "owner"),
                        .replaced_by = name_of(b, "replacedBy"),
                        .criticality = gov_rules_body_text(b, "criticality"),
                        .extension = gov_rules_body_text(b, "extensionOption"),
                        .obsolete = gov_rules_body_true(b, "obsolete")};
    a->has_end = day_of(gov_rules_body_text(b, "contractEnd"), &a->cliff.end);
    a->has_lead = str_u64(gov_rules_body_text(b, "leadTimeMonths"), CLIFF_LEAD_MAX, &lead);
    a->has_cost = amount.n && dec_parse(amount, &d);
    if (a->has_cost)
        cost = dec_double(d);
    a->cliff.lead = (unsigned)lead;
    a->cliff.criticality = rank(a->criticality);
    a->cliff.cost = cost;
}

static bool each(void *arg, const struct store_version *v)
{
    struct reading *x = arg;
    struct arena *arena = x->call->arena;
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    struct str text = doc ? arena_str(arena, v->body) : (struct str){0};
    if (!text.p)
        return err_set(x->err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, &fhir_names, doc, x->err))
        return false;
    struct gov_body b = {doc, 0};
    if (str_is(gov_rules_body_text(&b, "status"), "ended"))
        return true;
    if (!make_room(x))
        return false;
    read_asset(x, &b, v->id);
    return true;
}

static void put_asset(struct json_out *o, const struct asset *a)
{
    static const char *const states[] = {"later", "soon", "passed", "ended"};
    gov_out_part(o, "asset");
    gov_out_reference(o, "asset", a->reference, a->name);
    if (a->has_end)
        gov_out_day(o, "contractEnd", a->cliff.end);
    if (a->has_lead)
        gov_out_count(o, "leadTimeMonths", a->cliff.lead);
    if (a->has_end && a->has_lead)
        gov_out_day(o, "latestStart", a->cliff.latest);
    gov_out_text(o, "state", "valueCode",
                 a->has_end && a->has_lead ? str_of(states[a->cliff.state]) : STR("unknown"));
    gov_out_text(o, "criticality", "valueCode", a->criticality);
    if (a->has_cost)
        gov_out_decimal(o, "annualCost", a->cliff.cost, 2);
    gov_out_text(o, "owner", "valueString", a->owner);
    gov_out_text(o, "replacedBy", "valueString", a->replaced_by);
    gov_out_text(o, "extensionOption", "valueString", a->extension);
    gov_out_bool(o, "obsolete", a->obsolete);
    gov_out_part_end(o);
}

static void put_quarter(struct json_out *o, const struct reading *x, const struct cliff_bar *b)
{
    static const char *const codes[] = {"none", "low", "medium", "high", "critical"};
    char name[40];
    int n = snprintf(name, sizeof name, "%lld K%lld", (long long)(b->quarter / QUARTERS_OF_YEAR),
                     (long long)(b->quarter % QUARTERS_OF_YEAR + 1));
    gov_out_part(o, "quarter");
    gov_out_text(o, "name", "valueString", (struct str){name, (size_t)n});
    gov_out_count(o, "count", b->count);
    gov_out_count(o, "late", b->late);
    gov_out_decimal(o, "cost", b->cost, 2);
    for (size_t i = 0; i < CLIFF_CRITICALITY; i++) {
        if (!b->by_criticality[i])
            continue;
        gov_out_part(o, "criticality");
        gov_out_text(o, "code", "valueCode", str_of(codes[i]));
        gov_out_count(o, "count", b->by_criticality[i]);
        gov_out_part_end(o);
    }
    for (size_t i = b->first; i < b->first + b->count; i++)
        put_asset(o, (const struct asset *)(const void *)x->dated[i]);
    gov_out_part_end(o);
}

_Static_assert(offsetof(struct asset, cliff) == 0, "an asset is found by its part");

static bool sort_out(struct reading *x, struct cliff_bar **bars, size_t *count)
{
    struct arena *arena = x->call->arena;
    x->dated = ARENA_ARRAY(arena, struct cliff_asset *, x->count + 1);
    *bars = ARENA_ARRAY(arena, struct cliff_bar, x->count + 1);
    if (!x->dated || !*bars)
        return err_set(x->err, ERR_NO_MEMORY, NULL);
    for (size_t i = 0; i < x->count; i++)
        if (x->item[i].has_end && x->item[i].has_lead)
            x->dated[x->dated_count++] = &x->item[i].cliff;
    *count = cliff_quarters(x->dated, x->dated_count, x->today, *bars);
    return true;
}

static bool read_all(struct reading *x)
{
    struct params p;
    struct call *c = x->call;
    if (!params_read(c, cliff_params, &p, x->err))
        return false;
    struct str date = params_text(&p, "date");
    if (!day_of(date.p ? date : guard_gov_today(c->arena), &x->today))
        return err_set_str(x->err, ERR_PARAM_VALUE, date, STR("date"));
    struct store_read *r = call_read_begin(c, x->err);
    if (!r)
        return false;
    bool ok = store_scan(r, c->type, 0, each, x, x->err) && !x->err->code;
    call_read_end(c, r);
    return ok;
}

bool op_gov_cliff_run(struct call *c)
{
    struct err err = {0};
    struct reading x = {.call = c, .err = &err};
    struct cliff_bar *bars;
    struct json_out o;
    struct buf out;
    size_t count;
    if (!read_all(&x) || !sort_out(&x, &bars, &count))
        return outcome_fail(c, &err);
    gov_out_begin(&o, &out);
    gov_out_day(&o, "date", x.today);
    for (size_t i = 0; i < count; i++)
        put_quarter(&o, &x, &bars[i]);
    for (size_t i = 0; i < x.count; i++) {
        if (x.item[i].has_end && x.item[i].has_lead)
            continue;
        gov_out_part(&o, "unknown");
        put_asset(&o, &x.item[i]);
        gov_out_part_end(&o);
    }
    return gov_out_end(&o, c, &out);
}
