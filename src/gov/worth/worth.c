/* SPDX-License-Identifier: Apache-2.0 */
#include "worth/worth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double rate_low = -0.99, rate_high = 10.0;
enum { ROOT_STEPS = 4000, ROOT_HALVINGS = 80 };

enum level { LEVEL_LOW, LEVEL_EXPECTED, LEVEL_HIGH };

static bool sound(const struct worth_case *c)
{
    if (!(c->rate > -1) || !isfinite(c->rate) || c->item_count > WORTH_ITEMS_MAX ||
        c->actual_count > WORTH_ACTUALS_MAX)
        return false;
    for (size_t i = 0; i < c->item_count; i++) {
        const struct worth_item *it = &c->item[i];
        if (it->first >= WORTH_YEARS_MAX || it->years >= WORTH_YEARS_MAX ||
            it->first + it->years >= WORTH_YEARS_MAX || !isfinite(it->low) || !isfinite(it->expected) ||
            !isfinite(it->high) || it->low < 0 || it->low > it->expected || it->expected > it->high)
            return false;
    }
    for (size_t i = 0; i < c->actual_count; i++)
        if (c->actual[i].at > WORTH_YEARS_MAX || !isfinite(c->actual[i].amount))
            return false;
    return true;
}

static double amount(const struct worth_item *it, enum level level)
{
    return level == LEVEL_LOW ? it->low : level == LEVEL_HIGH ? it->high : it->expected;
}

static void spread(struct worth_flow *flow, const struct worth_item *it, double whole, unsigned late)
{
    double sign = it->cost ? -1 : 1;
    unsigned first = it->first + (it->cost ? 0 : late);
    if (it->years == 0)
        flow->at[first] += sign * whole;
    for (unsigned y = 1; y <= it->years; y++)
        flow->at[first + y] += sign * whole / it->years;
}

/* Counted are all costs, and benefits whose class is in the mask. */
static bool counted(const struct worth_item *it, unsigned classes)
{
    return it->cost || (classes >> it->class & 1);
}

enum { VALUED = 1u << WORTH_FINANCIAL | 1u << WORTH_REDISTRIBUTION };

static void flow_of(const struct worth_case *c, unsigned classes, unsigned late, struct worth_flow *out)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < c->item_count; i++)
        if (counted(&c->item[i], classes))
            spread(out, &c->item[i], c->item[i].expected, late);
}

double worth_npv(const struct worth_flow *flow, double rate)
{
    double sum = 0;
    for (unsigned t = WORTH_YEARS_MAX + 1; t-- > 0;) /* Horner: sum of at[t] * v^t */
        sum = sum / (1 + rate) + flow->at[t];
    return sum;
}

static double bisect(const struct worth_flow *flow, double a, double b)
{
    bool below = worth_npv(flow, a) < 0;
    for (unsigned i = 0; i < ROOT_HALVINGS; i++) {
        double m = (a + b) / 2;
        if ((worth_npv(flow, m) < 0) == below)
            a = m;
        else
            b = m;
    }
    return (a + b) / 2;
}

/* Does something of both signs fall due? Else no rate makes it nought. */
static bool both_signs(const struct worth_flow *flow)
{
    bool plus = false, minus = false;
    for (unsigned t = 0; t <= WORTH_YEARS_MAX; t++) {
        plus = plus || flow->at[t] > 0;
        minus = minus || flow->at[t] < 0;
    }
    return plus && minus;
}

void worth_irr(const struct worth_flow *flow, struct worth_irr *out)
{
    double from = log(1 + rate_low), step = (log(1 + rate_high) - from) / ROOT_STEPS;
    double last = rate_low;
    memset(out, 0, sizeof(*out));
    if (!both_signs(flow))
        return;
    for (unsigned i = 1; i <= ROOT_STEPS; i++) {
        double rate = exp(from + step * i) - 1;
        if ((worth_npv(flow, last) < 0) != (worth_npv(flow, rate) < 0)) {
            if (out->count < WORTH_ROOTS_MAX)
                out->rate[out->count] = bisect(flow, last, rate);
            out->count++;
        }
        last = rate;
    }
}

bool worth_payback(const struct worth_flow *flow, double rate, double *years)
{
    double sum = 0, factor = 1;
    bool found = false, out = false;
    *years = 0;
    for (unsigned t = 0; t <= WORTH_YEARS_MAX; t++, factor /= 1 + rate) {
        double due = flow->at[t] * factor, after = sum + due;
        out = out || flow->at[t] != 0;
        if (after < -1e-6) {
            found = false;
        } else if (!found && out) {
            found = true;
            *years = t == 0 || sum >= 0 ? (double)t : t - 1 + -sum / due;
        }
        sum = after;
    }
    return found && out;
}

static double with_level(const struct worth_case *c, double base, size_t i, enum level level)
{
    struct worth_flow flow = {0};
    const struct worth_item *it = &c->item[i];
    spread(&flow, it, amount(it, level) - it->expected, 0);
    return base + worth_npv(&flow, c->rate);
}

static int wider(const void *a, const void *b)
{
    const struct worth_bar *x = a, *y = b;
    double wx = fabs(x->high - x->low), wy = fabs(y->high - y->low);
    if (wx != wy)
        return wx < wy ? 1 : -1;
    return x->item < y->item ? -1 : x->item > y->item;
}

static void tornado(const struct worth_case *c, struct worth_sum *out)
{
    for (size_t i = 0; i < c->item_count; i++) {
        const struct worth_item *it = &c->item[i];
        if (!counted(it, VALUED) || it->low == it->high)
            continue;
        out->bar[out->bar_count++] = (struct worth_bar){.item = i,
                                                        .low = with_level(c, out->npv, i, LEVEL_LOW),
                                                        .high = with_level(c, out->npv, i, LEVEL_HIGH)};
    }
    qsort(out->bar, out->bar_count, sizeof(*out->bar), wider);
    out->npv_low = out->npv_high = out->npv;
    for (size_t i = 0; i < out->bar_count; i++) {
        const struct worth_bar *b = &out->bar[i];
        out->npv_low += (b->low < b->high ? b->low : b->high) - out->npv;
        out->npv_high += (b->low < b->high ? b->high : b->low) - out->npv;
    }
}

static void parts(const struct worth_case *c, double *benefit, struct worth_sum *out)
{
    for (size_t i = 0; i < c->item_count; i++) {
        const struct worth_item *it = &c->item[i];
        struct worth_flow flow = {0};
        if (!it->cost)
            out->count[it->class]++;
        if (!counted(it, VALUED))
            continue;
        spread(&flow, it, it->expected, 0);
        if (it->cost) {
            out->present_cost -= worth_npv(&flow, c->rate);
        } else {
            out->present[it->class] += worth_npv(&flow, c->rate);
            *benefit += it->expected;
        }
    }
}

bool worth_sum(const struct worth_case *c, struct worth_sum *out)
{
    struct worth_flow flow, late;
    double benefit = 0;
    memset(out, 0, sizeof(*out));
    if (!sound(c))
        return false;
    flow_of(c, VALUED, 0, &flow);
    flow_of(c, VALUED, 1, &late);
    parts(c, &benefit, out);
    double present = out->present[WORTH_FINANCIAL] + out->present[WORTH_REDISTRIBUTION];
    out->undiscounted = worth_npv(&flow, 0);
    out->npv = worth_npv(&flow, c->rate);
    out->npv_financial = out->present[WORTH_FINANCIAL] - out->present_cost;
    out->late = worth_npv(&late, c->rate);
    out->short_tenth = out->npv - present / 10;
    out->breaks_even = present > 0;
    if (out->breaks_even) {
        out->break_even_share = out->present_cost / present;
        out->break_even = benefit * out->break_even_share;
    }
    worth_irr(&flow, &out->irr);
    out->pays_back = worth_payback(&flow, 0, &out->payback);
    out->pays_back_discounted = worth_payback(&flow, c->rate, &out->payback_discounted);
    tornado(c, out);
    return true;
}

/* What was planned for a year: the year of an amount that falls due at once is the one it falls due in. */
static void plan(const struct worth_case *c, struct worth_followed *out)
{
    for (size_t i = 0; i < c->item_count; i++) {
        struct worth_flow flow = {0};
        const struct worth_item *it = &c->item[i];
        if (!counted(it, VALUED))
            continue;
        spread(&flow, it, it->expected, 0);
        for (unsigned t = 0; t <= WORTH_YEARS_MAX; t++) {
            if (it->cost)
                out->at[t].planned_cost -= flow.at[t];
            else
                out->at[t].planned_benefit += flow.at[t];
        }
        size_t end = it->first + it->years + 1;
        out->years = out->years < end ? end : out->years;
    }
}

static void outcome(const struct worth_case *c, struct worth_followed *out)
{
    for (size_t i = 0; i < c->actual_count; i++) {
        const struct worth_actual *a = &c->actual[i];
        struct worth_year *y = &out->at[a->at];
        if (!a->cost && a->class == WORTH_UNVALUED)
            continue;
        y->followed = true;
        if (a->cost)
            y->actual_cost += a->amount;
        else
            y->actual_benefit += a->amount;
        out->years = out->years < a->at + 1u ? a->at + 1u : out->years;
    }
}

bool worth_follow(const struct worth_case *c, struct worth_followed *out)
{
    struct worth_flow flow = {0};
    memset(out, 0, sizeof(*out));
    if (!sound(c))
        return false;
    plan(c, out);
    outcome(c, out);
    for (size_t t = 0; t < out->years; t++) {
        const struct worth_year *y = &out->at[t];
        flow.at[t] = y->followed ? y->actual_benefit - y->actual_cost : y->planned_benefit - y->planned_cost;
        if (!y->followed)
            continue;
        out->planned_benefit += y->planned_benefit;
        out->planned_cost += y->planned_cost;
        out->actual_benefit += y->actual_benefit;
        out->actual_cost += y->actual_cost;
    }
    out->npv = worth_npv(&flow, c->rate);
    return true;
}
