/* SPDX-License-Identifier: Apache-2.0 */
#include "api/statistic.h"

#include <math.h>

static double sum_of(const struct statistic_series *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += s->sorted[i];
    return sum;
}

static double mean_of(const struct statistic_series *s)
{
    return sum_of(s) / (double)s->count;
}

/* The mean of (value - mean)^power. */
static double moment(const struct statistic_series *s, int power)
{
    double mean = mean_of(s), sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += pow(s->sorted[i] - mean, power);
    return sum / (double)s->count;
}

static double quantile(const struct statistic_series *s, double part)
{
    double at = part * (double)(s->count - 1);
    size_t low = (size_t)at, high = low + 1 < s->count ? low + 1 : low;
    return s->sorted[low] + (at - (double)low) * (s->sorted[high] - s->sorted[low]);
}

/* Slope and intercept of the least squares line over days. */
static bool line(const struct statistic_series *s, double *slope, double *intercept)
{
    double mean_x = 0, mean_y = mean_of(s), xx = 0, xy = 0;
    for (size_t i = 0; i < s->count; i++)
        mean_x += s->day[i] / (double)s->count;
    for (size_t i = 0; i < s->count; i++) {
        xx += (s->day[i] - mean_x) * (s->day[i] - mean_x);
        xy += (s->day[i] - mean_x) * (s->value[i] - mean_y);
    }
    if (xx <= 0)
        return false;
    *slope = xy / xx;
    *intercept = mean_y - *slope * mean_x;
    return true;
}

#define SIMPLE(name, expression)                                                                             \
    static bool name(const struct statistic_series *s, double *out)                                          \
    {                                                                                                        \
        *out = (expression);                                                                                 \
        return true;                                                                                         \
    }

SIMPLE(average, mean_of(s))
SIMPLE(maximum, s->sorted[s->count - 1])
SIMPLE(minimum, s->sorted[0])
SIMPLE(count, (double)s->count)
SIMPLE(total, (double)s->total)
SIMPLE(median, quantile(s, 0.5))
SIMPLE(deviation, sqrt(moment(s, 2)))
SIMPLE(sum, sum_of(s))
SIMPLE(variance, moment(s, 2))
SIMPLE(part_20, quantile(s, 0.2))
SIMPLE(part_25, quantile(s, 0.25))
SIMPLE(part_40, quantile(s, 0.4))
SIMPLE(part_60, quantile(s, 0.6))
SIMPLE(part_75, quantile(s, 0.75))
SIMPLE(part_80, quantile(s, 0.8))
SIMPLE(quartile_deviation, (quantile(s, 0.75) - quantile(s, 0.25)) / 2)

static bool skew(const struct statistic_series *s, double *out)
{
    double variance_now = moment(s, 2);
    *out = variance_now > 0 ? moment(s, 3) / pow(variance_now, 1.5) : 0;
    return variance_now > 0;
}

static bool kurtosis(const struct statistic_series *s, double *out)
{
    double variance_now = moment(s, 2);
    *out = variance_now > 0 ? moment(s, 4) / (variance_now * variance_now) : 0;
    return variance_now > 0;
}

static bool gradient(const struct statistic_series *s, double *out)
{
    double unused;
    return line(s, out, &unused);
}

static bool intercept(const struct statistic_series *s, double *out)
{
    double unused;
    return line(s, &unused, out);
}

const struct statistic statistic_table[] = {
    {"average", "Average", NULL, STATISTIC_SAME, average},
    {"maximum", "Maximum", NULL, STATISTIC_SAME, maximum},
    {"minimum", "Minimum", NULL, STATISTIC_SAME, minimum},
    {"count", "Count", NULL, STATISTIC_NONE, count},
    {"total-count", "Total Count", NULL, STATISTIC_NONE, total},
    {"median", "Median", NULL, STATISTIC_SAME, median},
    {"std-dev", "Standard Deviation", NULL, STATISTIC_SAME, deviation},
    {"sum", "Sum", NULL, STATISTIC_SAME, sum},
    {"variance", "Variance", NULL, STATISTIC_NONE, variance},
    {"20-percent", "20th Percentile", NULL, STATISTIC_SAME, part_20},
    {"80-percent", "80th Percentile", NULL, STATISTIC_SAME, part_80},
    {"4-lower", "Lower Quartile", NULL, STATISTIC_SAME, part_25},
    {"4-upper", "Upper Quartile", NULL, STATISTIC_SAME, part_75},
    {"4-dev", "Quartile Deviation", NULL, STATISTIC_SAME, quartile_deviation},
    {"5-1", "1st Quintile", NULL, STATISTIC_SAME, part_20},
    {"5-2", "2nd Quintile", NULL, STATISTIC_SAME, part_40},
    {"5-3", "3rd Quintile", NULL, STATISTIC_SAME, part_60},
    {"5-4", "4th Quintile", NULL, STATISTIC_SAME, part_80},
    {"skew", "Skew", NULL, STATISTIC_NONE, skew},
    {"kurtosis", "Kurtosis", NULL, STATISTIC_NONE, kurtosis},
    {"regression", "Regression", "gradient", STATISTIC_PER_DAY, gradient},
    {"regression", "Regression", "intercept", STATISTIC_SAME, intercept},
};
const size_t statistic_count = sizeof(statistic_table) / sizeof(*statistic_table);

bool statistic_known(struct str code)
{
    for (size_t i = 0; i < statistic_count; i++)
        if (str_is(code, statistic_table[i].code))
            return true;
    return false;
}
