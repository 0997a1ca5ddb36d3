/* SPDX-License-Identifier: Apache-2.0
 * worth: what an investment is worth (nyttokalkyl): present value, internal rate, payback, what breaks even,
 * which input decides, and how it went. The model is the one of Swedish public benefit calculations: one
 * price level, one rate, low/expected/high, and three classes of benefit that are never mixed: financial
 * (somebody's budget shrinks), redistribution (freed time: nobody's budget shrinks) and unvalued (said, not
 * counted).
 *
 * Time is whole years from the start. An amount of `years` 0 falls due at once, at the end of year `first`;
 * one of n years is spread over the ends of the n years after `first` in equal parts. Amounts are in one
 * currency, fixed prices, as doubles: exact to 15 digits, so to the öre for anything below 10^12. Rates are
 * fractions (0.03 for 3 %). Pure functions, no allocation, any thread. */
#ifndef HELHET_WORTH_WORTH_H
#define HELHET_WORTH_WORTH_H

#include <stdbool.h>
#include <stddef.h>

enum {
    WORTH_YEARS_MAX = 100,   /* first + years of an item, and the late year */
    WORTH_ITEMS_MAX = 200,   /* costs and benefits of one case */
    WORTH_ACTUALS_MAX = 400, /* follow-ups of one case */
    WORTH_ROOTS_MAX = 8,     /* internal rates that are told of */
};

enum worth_class { WORTH_FINANCIAL, WORTH_REDISTRIBUTION, WORTH_UNVALUED, WORTH_CLASSES };

struct worth_item {
    bool cost;                  /* else a benefit */
    enum worth_class class;     /* of a benefit; a cost is always financial */
    double low, expected, high; /* the whole amount, all years together, >= 0 */
    unsigned first, years;      /* first + years < WORTH_YEARS_MAX */
};

struct worth_actual {
    bool cost;
    enum worth_class class;
    unsigned at; /* the year that it is of, 0 the start; <= WORTH_YEARS_MAX */
    double amount;
};

struct worth_case {
    double rate; /* > -1 */
    const struct worth_item *item;
    size_t item_count;
    const struct worth_actual *actual;
    size_t actual_count;
};

/* What falls due at the end of year 0, 1, 2, … */
struct worth_flow {
    double at[WORTH_YEARS_MAX + 1];
};

/* Sum of flow.at[t] / (1 + rate)^t; rate > -1. */
double worth_npv(const struct worth_flow *flow, double rate);

/* The rates between -99 % and 1000 % at which the present value is nought. */
struct worth_irr {
    size_t count;                 /* 0: none; more than 1: several, and no single one is "the" rate */
    double rate[WORTH_ROOTS_MAX]; /* ascending; the first WORTH_ROOTS_MAX */
};
/* Flows that change sign once have at most one such rate, which is found. Those that change sign more often
 * are searched in steps: two rates closer than a thousandth of themselves may both be missed. */
void worth_irr(const struct worth_flow *flow, struct worth_irr *out);

/* Years until what came in has made up for what went out and stays so, what is due at a year's end counted as
 * coming in evenly through that year. rate 0: undiscounted. False when it never does. */
bool worth_payback(const struct worth_flow *flow, double rate, double *years);

struct worth_bar {
    size_t item;      /* in the case */
    double low, high; /* the present value when that item alone is at its low, at its high */
};

struct worth_sum {
    double undiscounted, npv;      /* financial and redistribution less costs */
    double npv_low, npv_high;      /* everything at its worst, at its best */
    double npv_financial;          /* financial benefits alone less costs: what the budgets see */
    double present_cost;           /* present value of all costs */
    double present[WORTH_CLASSES]; /* of the benefits of a class; unvalued: 0 */
    size_t count[WORTH_CLASSES];   /* benefits of a class */
    struct worth_irr irr;
    bool pays_back, pays_back_discounted;
    double payback, payback_discounted; /* years */
    double late;                        /* npv when every benefit begins a year later and the costs do not */
    bool breaks_even;                   /* there are benefits to compare with */
    double break_even;                  /* undiscounted benefits that just cover the costs */
    double break_even_share;            /* of the expected ones */
    double short_tenth;                 /* npv when the benefits become a tenth less */
    struct worth_bar bar[WORTH_ITEMS_MAX]; /* widest first */
    size_t bar_count;                      /* items whose low and high differ */
};
/* False when an item or the rate is outside the bounds above (the caller says which). */
bool worth_sum(const struct worth_case *c, struct worth_sum *out);

/* Plan and outcome of one year. */
struct worth_year {
    double planned_cost, planned_benefit, actual_cost, actual_benefit;
    bool followed; /* there are actuals of that year: those not told of are nought */
};
struct worth_followed {
    struct worth_year at[WORTH_YEARS_MAX + 1];
    size_t years;                           /* of at, 0 … years - 1 */
    double planned_benefit, actual_benefit; /* sums over the years that were followed up */
    double planned_cost, actual_cost;
    double npv; /* with the followed years as they were and the rest as planned */
};
/* Unvalued benefits are left out. False as worth_sum. */
bool worth_follow(const struct worth_case *c, struct worth_followed *out);

#endif
