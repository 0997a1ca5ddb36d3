/* SPDX-License-Identifier: Apache-2.0 */
#include "cliff/cliff.h"

#include <stdlib.h>

#include "base/time.h"

static int days_of(int year, int month)
{
    int next_year = month == 12 ? year + 1 : year, next = month == 12 ? 1 : month + 1;
    return (int)(time_days(next_year, next, 1) - time_days(year, month, 1));
}

int64_t cliff_months_before(int64_t day, unsigned months)
{
    int year, month, d;
    time_civil(day, &year, &month, &d);
    int64_t count = (int64_t)year * 12 + (month - 1) - months;
    year = (int)(count / 12);
    month = (int)(count % 12) + 1;
    int last = days_of(year, month);
    return time_days(year, month, d < last ? d : last);
}

int64_t cliff_quarter(int64_t day)
{
    int year, month, d;
    time_civil(day, &year, &month, &d);
    return (int64_t)year * 4 + (month - 1) / 3;
}

static enum cliff_state state_of(const struct cliff_asset *a, int64_t today)
{
    if (today > a->end)
        return CLIFF_ENDED;
    if (today > a->latest)
        return CLIFF_PASSED;
    return a->latest - today <= CLIFF_SOON_DAYS ? CLIFF_SOON : CLIFF_LATER;
}

static int sooner(const void *x, const void *y)
{
    const struct cliff_asset *a = *(struct cliff_asset *const *)x, *b = *(struct cliff_asset *const *)y;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return a->latest < b->latest ? -1 : a->latest > b->latest;
}

size_t cliff_quarters(struct cliff_asset *asset[], size_t count, int64_t today, struct cliff_bar *bars)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        asset[i]->latest = cliff_months_before(asset[i]->end, asset[i]->lead);
        asset[i]->state = state_of(asset[i], today);
    }
    if (count)
        qsort(asset, count, sizeof(struct cliff_asset *), sooner);
    for (size_t i = 0; i < count; i++) {
        const struct cliff_asset *a = asset[i];
        int64_t quarter = cliff_quarter(a->end);
        if (n == 0 || bars[n - 1].quarter != quarter)
            bars[n++] = (struct cliff_bar){.quarter = quarter, .first = i};
        struct cliff_bar *b = &bars[n - 1];
        b->count++;
        b->cost += a->cost;
        b->late += a->state >= CLIFF_PASSED;
        b->by_criticality[a->criticality < CLIFF_CRITICALITY ? a->criticality : CLIFF_CRITICALITY - 1]++;
    }
    return n;
}
