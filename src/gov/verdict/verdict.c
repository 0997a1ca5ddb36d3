/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/verdict.h"

#include <math.h>
#include <stdio.h>

#include "base/time.h"

enum { PAIRS_MAX = VERDICT_POINTS_MAX * (VERDICT_POINTS_MAX - 1) / 2 };

static const char *const verdict_names[] = {
    [VERDICT_GO] = "go",
    [VERDICT_CONDITIONS] = "go-with-conditions",
    [VERDICT_INCOMPLETE] = "incomplete",
    [VERDICT_NO_GO] = "no-go",
};

static const char *const state_names[] = {
    [VERDICT_MET] = "met",
    [VERDICT_UNMET] = "unmet",
    [VERDICT_STALE] = "stale",
    [VERDICT_MISSING] = "missing",
};

const char *verdict_name(enum verdict v)
{
    return verdict_names[v];
}

const char *verdict_state_name(enum verdict_state s)
{
    return state_names[s];
}

bool verdict_find(struct str code, enum verdict *out)
{
    for (size_t i = 0; i < sizeof verdict_names / sizeof *verdict_names; i++)
        if (str_is(code, verdict_names[i])) {
            *out = (enum verdict)i;
            return true;
        }
    return false;
}

bool verdict_compare_find(struct str code, enum verdict_compare *out)
{
    static const char *const names[] = {[VERDICT_GE] = "ge", [VERDICT_LE] = "le", [VERDICT_EQ] = "eq"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(code, names[i])) {
            *out = (enum verdict_compare)i;
            return true;
        }
    return false;
}

size_t verdict_day_text(int32_t day, char out[VERDICT_DAY_TEXT])
{
    int year, month, date;
    time_civil(day, &year, &month, &date);
    int n = snprintf(out, VERDICT_DAY_TEXT, "%04d-%02d-%02d", year, month, date);
    return n > 0 && n < VERDICT_DAY_TEXT ? (size_t)n : 0;
}

/* ---- one criterion ---- */

/* How far the value is from what is asked for; 0: it is there. */
static double gap_of(const struct verdict_criterion *c, double value)
{
    double over = value - c->target;
    switch (c->compare) {
    case VERDICT_GE:
        return over >= 0 ? 0 : -over;
    case VERDICT_LE:
        return over <= 0 ? 0 : over;
    case VERDICT_EQ:
        break;
    }
    return fabs(over);
}

static enum verdict_state state_of(const struct verdict_criterion *c, const struct verdict_evidence *e,
                                   int32_t as_of, int32_t valid_until)
{
    if (!e->measured || !isfinite(e->value) || !isfinite(c->target) || e->day > as_of)
        return VERDICT_MISSING;
    if (valid_until < as_of)
        return VERDICT_STALE;
    /* A hard criterion is met by measurement or signature, never by somebody's word. */
    bool carried = e->kind == VERDICT_MEASURED || (e->kind == VERDICT_SIGNED && e->signature) ||
                   (e->kind == VERDICT_ASSERTED && !c->hard);
    return carried && gap_of(c, e->value) == 0 ? VERDICT_MET : VERDICT_UNMET;
}

static bool waiver_holds(const struct verdict_criterion *c, const struct verdict_evidence *e, int32_t as_of)
{
    return !c->hard && e->waiver.owner && e->waiver.workaround && e->waiver.expires >= as_of;
}

/* When the trend reaches the target. What must be measured anew is so tomorrow at the earliest, and what has
 * never been measured has no trend. */
static int32_t projected(const struct verdict_criterion *c, const struct verdict_evidence *e,
                         enum verdict_state state, int32_t as_of)
{
    if (state == VERDICT_MISSING || e->kind != VERDICT_MEASURED)
        return VERDICT_NEVER;
    double gap = gap_of(c, e->value);
    if (gap == 0)
        return as_of + 1;
    bool up = e->value < c->target;
    double slope = verdict_slope(e->point, e->point_count, up);
    if (!up)
        slope = -slope;
    if (!(slope > 0) || !(gap / slope <= VERDICT_HORIZON_DAYS))
        return VERDICT_NEVER;
    /* From the day of the measurement, not from today: but never before tomorrow. */
    int32_t day = e->day + (int32_t)ceil(gap / slope);
    return day > as_of ? day : as_of + 1;
}

struct verdict_result verdict_of(const struct verdict_criterion *c, const struct verdict_evidence *e,
                                 int32_t as_of)
{
    struct verdict_result out = {0};
    int64_t until = (int64_t)e->day + c->max_age_days;
    out.valid_until = until > INT32_MAX ? INT32_MAX : until < INT32_MIN ? INT32_MIN : (int32_t)until;
    out.state = state_of(c, e, as_of, out.valid_until);
    out.waived = out.state != VERDICT_MET && waiver_holds(c, e, as_of);
    out.earliest = out.state == VERDICT_MET || out.waived ? as_of : projected(c, e, out.state, as_of);
    return out;
}

/* ---- all of them ---- */

struct verdict_sum verdict_worst(struct verdict_sum a, struct verdict_sum b)
{
    return (struct verdict_sum){a.verdict > b.verdict ? a.verdict : b.verdict,
                                a.earliest > b.earliest ? a.earliest : b.earliest};
}

struct verdict_sum verdict_sum(const struct verdict_result *result, const bool *hard, size_t count)
{
    struct verdict_sum sum = {VERDICT_GO, INT32_MIN};
    if (count == 0)
        return (struct verdict_sum){VERDICT_INCOMPLETE, VERDICT_NEVER};
    for (size_t i = 0; i < count; i++) {
        struct verdict_sum one = {VERDICT_GO, result[i].earliest};
        if (result[i].state != VERDICT_MET)
            one.verdict = hard[i]            ? VERDICT_NO_GO
                          : result[i].waived ? VERDICT_CONDITIONS
                                             : VERDICT_INCOMPLETE;
        sum = verdict_worst(sum, one);
    }
    return sum;
}

/* ---- the trend ---- */

static void insert(double *list, size_t n, double value)
{
    while (n > 0 && list[n - 1] > value) {
        list[n] = list[n - 1];
        n--;
    }
    list[n] = value;
}

double verdict_slope(const struct verdict_point *point, size_t count, bool up)
{
    double slope[PAIRS_MAX];
    size_t n = 0;
    if (count > VERDICT_POINTS_MAX) {
        point += count - VERDICT_POINTS_MAX;
        count = VERDICT_POINTS_MAX;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (point[i].day != point[k].day && isfinite(point[i].value) && isfinite(point[k].value)) {
                double days = (double)point[k].day - (double)point[i].day;
                insert(slope, n, (point[k].value - point[i].value) / days);
                n++;
            }
    if (n < 3)
        return 0;
    return slope[up ? (n - 1) / 2 : n / 2];
}

void verdict_note(struct verdict_point *point, size_t *count, int32_t day, double value)
{
    size_t n = *count;
    if (n && day < point[n - 1].day)
        return;
    bool replace = n && (point[n - 1].day == day ||
                         (n > 1 && point[n - 1].day - point[n - 2].day < VERDICT_POINTS_APART));
    if (!replace && n == VERDICT_POINTS_MAX)
        memmove(point, point + 1, --n * sizeof *point);
    if (!replace)
        n++;
    point[n - 1] = (struct verdict_point){day, value};
    *count = n;
}
