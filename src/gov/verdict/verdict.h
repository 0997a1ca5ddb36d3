/* SPDX-License-Identifier: Apache-2.0
 * verdict: from what was measured to go or no-go (docs/READINESS.md). Pure, no allocation, any thread. Days
 * are since 1970-01-01. Fail closed: what is not measured, measured too long ago, measured in the future, or
 * not a number is not met. When anybody plans to go live is known to nothing here. */
#ifndef HELHET_VERDICT_VERDICT_H
#define HELHET_VERDICT_VERDICT_H

#include "base/str.h"

enum {
    VERDICT_POINTS_MAX = 16,     /* of a trend; more: the last ones count */
    VERDICT_POINTS_APART = 7,    /* days between points, but for the newest */
    VERDICT_HORIZON_DAYS = 1096, /* no trend is believed further ahead */
};
#define VERDICT_NEVER INT32_MAX /* no date can be given */

enum verdict_compare { VERDICT_GE, VERDICT_LE, VERDICT_EQ };
/* What it rests on: the system's own measurement, a document that somebody signs, somebody's word. */
enum verdict_kind { VERDICT_MEASURED, VERDICT_SIGNED, VERDICT_ASSERTED };
enum verdict_state { VERDICT_MET, VERDICT_UNMET, VERDICT_STALE, VERDICT_MISSING };
/* From the best to the worst. */
enum verdict { VERDICT_GO, VERDICT_CONDITIONS, VERDICT_INCOMPLETE, VERDICT_NO_GO };

struct verdict_criterion {
    enum verdict_compare compare;
    double target;
    bool hard;
    int32_t max_age_days;
};

struct verdict_point {
    int32_t day;
    double value;
};

/* What is known of one criterion. */
struct verdict_evidence {
    bool measured; /* else nothing is known and the rest of the measurement is not read */
    double value;
    int32_t day; /* of the oldest evidence that the value needs */
    enum verdict_kind kind;
    bool signature; /* of SIGNED: it is */
    struct {
        bool owner, workaround;
        int32_t expires; /* the last day it holds */
    } waiver;
    const struct verdict_point *point; /* the trend, oldest first */
    size_t point_count;
};

struct verdict_result {
    enum verdict_state state;
    bool waived;         /* not met, soft, and the waiver holds */
    int32_t valid_until; /* last day; of MISSING: no meaning */
    int32_t earliest;    /* day it can be met (or need not be) as the trend goes; VERDICT_NEVER */
};

struct verdict_result verdict_of(const struct verdict_criterion *c, const struct verdict_evidence *e,
                                 int32_t as_of);

/* Of a unit (invariant rc-1), its earliest day the latest of its results'. hard[i] says of result[i]. No
 * criteria at all: INCOMPLETE, no date. A wave and a programme: verdict_worst of theirs, from VERDICT_GO on;
 * the latest day. */
struct verdict_sum {
    enum verdict verdict;
    int32_t earliest;
};
struct verdict_sum verdict_sum(const struct verdict_result *result, const bool *hard, size_t count);
struct verdict_sum verdict_worst(struct verdict_sum a, struct verdict_sum b);

/* Theil-Sen: the median of the slopes between all pairs, value a day (of an even number the one that promises
 * less when up, towards higher values, is what is hoped for). Fewer than three points on different days: 0.
 */
double verdict_slope(const struct verdict_point *point, size_t count, bool up);

/* Adds the day's value to a trend kept in point[VERDICT_POINTS_MAX]: a week between the points, the newest
 * always there, the oldest forgotten. A day before the newest is passed over. */
void verdict_note(struct verdict_point *point, size_t *count, int32_t day, double value);

/* "go", "go-with-conditions", …; "met", …: the resource's codes. */
const char *verdict_name(enum verdict v);
const char *verdict_state_name(enum verdict_state s);
/* By code; false when there is none such. */
bool verdict_find(struct str code, enum verdict *out);
bool verdict_compare_find(struct str code, enum verdict_compare *out);
/* The earliest day as text: "2026-11-22". */
enum { VERDICT_DAY_TEXT = 16 };
size_t verdict_day_text(int32_t day, char out[VERDICT_DAY_TEXT]);

#endif
