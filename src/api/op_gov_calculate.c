/* SPDX-License-Identifier: Apache-2.0
 * BenefitCase/[id]/$calculate: what the case comes to (worth/worth.h), with what a reader must know about it.
 */
#include <math.h>

#include "api/gov_out.h"
#include "base/dec.h"
#include "worth/worth.h"

enum { RATE_DEFAULT = 3, PERCENT = 100, KRONOR_DECIMALS = 2 };

static const struct params_def calculate_params[] = {{.name = "rate"}, {0}};

struct calculate {
    struct call *call;
    struct worth_case c;
    struct worth_item item[WORTH_ITEMS_MAX];
    struct worth_actual actual[WORTH_ACTUALS_MAX];
    struct str title[WORTH_ITEMS_MAX];
    struct worth_sum sum;
    struct worth_followed followed;
};

static bool number(struct str text, double *out)
{
    struct dec d;
    if (!text.n || !dec_parse(text, &d))
        return false;
    *out = dec_double(d);
    return true;
}

static unsigned whole(struct str text)
{
    uint64_t n = 0;
    return str_u64(text, UINT16_MAX, &n) ? (unsigned)n : 0;
}

static enum worth_class class_of(struct str code)
{
    return str_is(code, "redistribution") ? WORTH_REDISTRIBUTION
           : str_is(code, "unvalued")     ? WORTH_UNVALUED
                                          : WORTH_FINANCIAL;
}

static bool read_items(struct calculate *x, const struct gov_body *b, const char *key, struct err *err)
{
    struct gov_body item;
    for (size_t i = 0; gov_rules_body_item(b, key, i, &item); i++) {
        struct str title = gov_rules_body_text(&item, "title");
        if (x->c.item_count == WORTH_ITEMS_MAX)
            return err_set(err, ERR_SEARCH_LIMIT, key, "200", NULL);
        struct worth_item *it = &x->item[x->c.item_count];
        *it = (struct worth_item){.cost = key[0] == 'c',
                                  .class = class_of(gov_rules_body_text(&item, "class")),
                                  .first = whole(gov_rules_body_text(&item, "fromYear")),
                                  .years = whole(gov_rules_body_text(&item, "yearCount"))};
        number(gov_rules_body_text(&item, "expected"), &it->expected);
        it->low = it->high = it->expected;
        number(gov_rules_body_text(&item, "low"), &it->low);
        number(gov_rules_body_text(&item, "high"), &it->high);
        x->title[x->c.item_count++] = title.n ? title : gov_rules_body_text(&item, "code");
    }
    return true;
}

static bool read_actuals(struct calculate *x, const struct gov_body *b, struct err *err)
{
    struct gov_body item;
    for (size_t i = 0; gov_rules_body_item(b, "actual", i, &item); i++) {
        if (x->c.actual_count == WORTH_ACTUALS_MAX)
            return err_set(err, ERR_SEARCH_LIMIT, "actual", "400", NULL);
        struct worth_actual *a = &x->actual[x->c.actual_count++];
        *a = (struct worth_actual){.cost = str_is(gov_rules_body_text(&item, "kind"), "cost"),
                                   .class = class_of(gov_rules_body_text(&item, "class")),
                                   .at = whole(gov_rules_body_text(&item, "atYear"))};
        number(gov_rules_body_text(&item, "amount"), &a->amount);
    }
    return true;
}

static bool read_case(struct calculate *x, const struct gov_body *b, struct err *err)
{
    struct params p;
    double rate = RATE_DEFAULT;
    if (!params_read(x->call, calculate_params, &p, err))
        return false;
    struct str asked = params_text(&p, "rate");
    if (asked.p ? !number(asked, &rate) || rate <= -PERCENT
                : gov_rules_body_text(b, "rate").n && !number(gov_rules_body_text(b, "rate"), &rate))
        return err_set_str(err, ERR_PARAM_VALUE, asked, STR("rate"));
    x->c = (struct worth_case){.rate = rate / PERCENT, .item = x->item, .actual = x->actual};
    if (!read_items(x, b, "cost", err) || !read_items(x, b, "benefit", err) || !read_actuals(x, b, err))
        return false;
    return (worth_sum(&x->c, &x->sum) && worth_follow(&x->c, &x->followed)) ||
           err_set_str(err, ERR_GOV_WORTH, resource_name(x->call->arena, x->call->type, x->call->id),
                       STR(""));
}

static void kronor(struct json_out *o, const char *name, double value)
{
    gov_out_decimal(o, name, value, KRONOR_DECIMALS);
}

static void put_sums(const struct calculate *x, struct json_out *o)
{
    const struct worth_sum *s = &x->sum;
    gov_out_decimal(o, "rate", x->c.rate * PERCENT, 4);
    kronor(o, "undiscounted", s->undiscounted);
    kronor(o, "npv", s->npv);
    kronor(o, "npvLow", s->npv_low);
    kronor(o, "npvHigh", s->npv_high);
    kronor(o, "npvFinancial", s->npv_financial);
    kronor(o, "late", s->late);
    kronor(o, "shortTenth", s->short_tenth);
    if (s->breaks_even) {
        kronor(o, "breakEven", s->break_even);
        gov_out_decimal(o, "breakEvenShare", s->break_even_share * PERCENT, 2);
    }
    gov_out_text(o, "irrCount", "valueCode",
                 str_of(s->irr.count == 0   ? "none"
                        : s->irr.count == 1 ? "one"
                                            : "several"));
    for (size_t i = 0; i < s->irr.count && i < WORTH_ROOTS_MAX; i++)
        gov_out_decimal(o, "irr", s->irr.rate[i] * PERCENT, 2);
    if (s->pays_back)
        gov_out_decimal(o, "payback", s->payback, 2);
    if (s->pays_back_discounted)
        gov_out_decimal(o, "paybackDiscounted", s->payback_discounted, 2);
}

static void put_classes(const struct calculate *x, struct json_out *o)
{
    static const char *const codes[] = {"financial", "redistribution", "unvalued"};
    for (int i = 0; i < WORTH_CLASSES; i++) {
        gov_out_part(o, "class");
        gov_out_text(o, "code", "valueCode", str_of(codes[i]));
        gov_out_count(o, "count", x->sum.count[i]);
        if (i != WORTH_UNVALUED)
            kronor(o, "amount", x->sum.present[i]);
        gov_out_part_end(o);
    }
    gov_out_part(o, "class");
    gov_out_text(o, "code", "valueCode", STR("cost"));
    kronor(o, "amount", -x->sum.present_cost);
    gov_out_part_end(o);
}

static void put_tornado(const struct calculate *x, struct json_out *o)
{
    for (size_t i = 0; i < x->sum.bar_count; i++) {
        const struct worth_bar *b = &x->sum.bar[i];
        gov_out_part(o, "tornado");
        gov_out_text(o, "name", "valueString", x->title[b->item]);
        gov_out_text(o, "kind", "valueCode", str_of(x->item[b->item].cost ? "cost" : "benefit"));
        kronor(o, "low", b->low);
        kronor(o, "high", b->high);
        gov_out_part_end(o);
    }
}

static void put_years(const struct calculate *x, struct json_out *o)
{
    for (size_t t = 0; t < x->followed.years; t++) {
        const struct worth_year *y = &x->followed.at[t];
        gov_out_part(o, "year");
        gov_out_count(o, "year", t);
        kronor(o, "plannedCost", y->planned_cost);
        kronor(o, "plannedBenefit", y->planned_benefit);
        kronor(o, "planned", y->planned_benefit - y->planned_cost);
        if (y->followed) {
            kronor(o, "actualCost", y->actual_cost);
            kronor(o, "actualBenefit", y->actual_benefit);
            kronor(o, "actual", y->actual_benefit - y->actual_cost);
        }
        gov_out_part_end(o);
    }
    if (x->c.actual_count)
        kronor(o, "npvFollowed", x->followed.npv);
}

/* What the figures alone do not say. */
static void put_warnings(const struct calculate *x, struct json_out *o)
{
    const struct worth_sum *s = &x->sum;
    const struct {
        bool on;
        const char *code, *sv, *en;
    } all[] = {
        {s->npv < 0, "negative", "Kalkylen är negativ: kostnaderna är större än nyttan i dagens värde.",
         "The case is negative: the costs are larger than the benefits in present value."},
        {s->npv >= 0 && s->short_tenth < 0, "tenth", "En minskning av nyttan med 10 % gör kalkylen negativ.",
         "Benefits 10 % lower make the case negative."},
        {s->npv >= 0 && s->late < 0, "late", "Ett års försening av nyttan gör kalkylen negativ.",
         "Benefits a year later make the case negative."},
        {s->npv >= 0 && s->npv_low < 0, "low", "Med alla låga värden är kalkylen negativ.",
         "At all its low values the case is negative."},
        {s->present[WORTH_REDISTRIBUTION] > 0, "redistribution",
         "Frigjord tid är omfördelning, inte en besparing i budget.",
         "Freed time is redistribution, not a saving in a budget."},
        {s->npv >= 0 && s->npv_financial < 0, "budget",
         "Räknas bara det som minskar en budget är kalkylen negativ.",
         "Counting only what makes a budget smaller, the case is negative."},
        {s->count[WORTH_UNVALUED] > 0, "unvalued", "Nyttor som inte är värderade ingår inte i summorna.",
         "Benefits that are not valued are not part of the sums."},
        {s->irr.count > 1, "irr", "Kalkylen har flera internräntor: ingen av dem är den rätta.",
         "The case has several internal rates: none of them is the right one."},
        {!s->breaks_even, "no-benefit", "Ingen värderad nytta är angiven.", "No valued benefit is given."},
        {x->c.actual_count && x->followed.actual_benefit < x->followed.planned_benefit, "behind",
         "Utfallet av nyttan är lägre än planen.", "The benefits so far are lower than planned."},
        {x->c.actual_count && x->followed.actual_cost > x->followed.planned_cost, "over",
         "Utfallet av kostnaden är högre än planen.", "The costs so far are higher than planned."},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].on)
            gov_out_warning(o, x->call, "warning", all[i].code, all[i].sv, all[i].en);
}

bool op_gov_calculate_run(struct call *c)
{
    struct err err = {0};
    struct json_out o;
    struct buf out;
    struct gov_body body;
    struct calculate *x = ARENA_NEW(c->arena, struct calculate);
    struct store_read *r = x ? call_read_begin(c, &err) : NULL;
    if (!x)
        err_set(&err, ERR_NO_MEMORY, NULL);
    if (!r)
        return outcome_fail(c, &err);
    x->call = c;
    bool ok = gov_out_read(c, r, &body, NULL, &err);
    call_read_end(c, r);
    if (!ok || !read_case(x, &body, &err))
        return outcome_fail(c, &err);
    gov_out_begin(&o, &out);
    put_sums(x, &o);
    put_classes(x, &o);
    put_tornado(x, &o);
    put_years(x, &o);
    put_warnings(x, &o);
    return gov_out_end(&o, c, &out);
}
