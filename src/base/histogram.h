/* SPDX-License-Identifier: Apache-2.0
 * histogram: how long things took, counted in a fixed number of buckets, so that percentiles can be told
 * without keeping what was measured. Buckets are a 32nd of a power of two wide: a percentile is told as the
 * upper bound of its bucket, at most 1/32 above what was measured and never below. Times over
 * HISTOGRAM_MICROS_MAX are counted together, as longer than any bound.
 *
 * Adding is one relaxed atomic addition to a bucket and one to the sum: from any thread, without locks. */
#ifndef HELHET_BASE_HISTOGRAM_H
#define HELHET_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    HISTOGRAM_BITS = 5,
    HISTOGRAM_TOP = 27, /* powers of two of microseconds that are told apart: 134 s */
    HISTOGRAM_MICROS_MAX = (1 << HISTOGRAM_TOP) - 1,
    HISTOGRAM_BUCKETS = ((HISTOGRAM_TOP - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS) + 1, /* the last: longer */
};

struct histogram {
    atomic_uint_fast64_t count[HISTOGRAM_BUCKETS];
    atomic_uint_fast64_t micros;
};

/* What it held at a moment, or between two. */
struct histogram_sum {
    uint64_t count[HISTOGRAM_BUCKETS];
    uint64_t total, micros; /* total: the sum of count */
};

void histogram_add(struct histogram *h, uint64_t micros);
void histogram_read(const struct histogram *h, struct histogram_sum *out);
void histogram_sum_add(struct histogram_sum *to, const struct histogram_sum *more);
/* Takes away what was there before; both are of one histogram, before the earlier one. */
void histogram_sum_less(struct histogram_sum *to, const struct histogram_sum *before);
/* The bound, in microseconds, that at least per_mille (1 to 1000) of a thousand were within; UINT64_MAX: it
 * is over HISTOGRAM_MICROS_MAX. 0 when there are none. */
uint64_t histogram_at(const struct histogram_sum *s, unsigned per_mille);
/* How many were within a bound that histogram_at gave. */
uint64_t histogram_within(const struct histogram_sum *s, uint64_t bound);
/* How many took less than 2^power microseconds, power 0 to HISTOGRAM_TOP: exact. */
uint64_t histogram_below(const struct histogram_sum *s, unsigned power);

#endif
