/* SPDX-License-Identifier: Apache-2.0
 * statistic: the statistics of http://terminology.hl7.org/CodeSystem/observation-statistics over a series of
 * values. Quantiles are interpolated linearly between the two nearest values; variance, standard deviation,
 * skew and kurtosis are those of the values themselves (divided by n). Pure functions. */
#ifndef HELHET_API_STATISTIC_H
#define HELHET_API_STATISTIC_H

#include "base/str.h"

struct statistic_series {
    const double *sorted; /* the values, ascending; at least one */
    const double *value;  /* the same in the order of day */
    const double *day;    /* when each was measured, in days from the first */
    size_t count;
    size_t total; /* with those that had no usable value */
};

enum statistic_unit { STATISTIC_SAME, STATISTIC_NONE, STATISTIC_PER_DAY };

struct statistic {
    const char *code, *display;
    const char *text; /* what tells it from another of the same code; NULL */
    enum statistic_unit unit;
    /* False when the series does not have it (regression of one moment). */
    bool (*compute)(const struct statistic_series *s, double *out);
};

extern const struct statistic statistic_table[];
extern const size_t statistic_count;
/* Is there one of that code? */
bool statistic_known(struct str code);

#endif
