/* SPDX-License-Identifier: Apache-2.0
 * cliff: when contracts end, and when what replaces them should have been begun (avtalsstupet). Days are days
 * since 1970-01-01 (base/time.h). Pure functions, any thread. */
#ifndef HELHET_CLIFF_CLIFF_H
#define HELHET_CLIFF_CLIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLIFF_ASSETS_MAX = 20000,
    CLIFF_LEAD_MAX = 600,  /* months */
    CLIFF_SOON_DAYS = 180, /* before the latest start: it is soon */
    CLIFF_CRITICALITY = 5, /* criticality 0 (not told) … 4 (the highest) */
};

enum cliff_state {
    CLIFF_LATER,  /* the latest start is further away than CLIFF_SOON_DAYS */
    CLIFF_SOON,   /* within them, that day included */
    CLIFF_PASSED, /* should have been begun */
    CLIFF_ENDED,  /* the contract is over as well */
};

struct cliff_asset {
    int64_t end;   /* last day of the contract */
    unsigned lead; /* months that a procurement takes */
    unsigned criticality;
    double cost; /* a year; 0: not told */
    /* filled by cliff_quarters */
    int64_t latest; /* last day on which a procurement can begin */
    enum cliff_state state;
};

/* The same day so many months earlier; the month's last when it has no such day. */
int64_t cliff_months_before(int64_t day, unsigned months);
/* 4 * year + quarter (0 … 3). */
int64_t cliff_quarter(int64_t day);

struct cliff_bar {
    int64_t quarter;     /* as cliff_quarter */
    size_t first, count; /* in the assets, as sorted */
    size_t late;         /* PASSED or ENDED */
    size_t by_criticality[CLIFF_CRITICALITY];
    double cost;
};

/* Fills latest and state as of today, sorts the assets by end (then latest start) and makes a bar for each
 * quarter in which a contract ends, in order. bars has room for count. criticality above the highest counts
 * as the highest. */
size_t cliff_quarters(struct cliff_asset *asset[], size_t count, int64_t today, struct cliff_bar *bars);

#endif
