/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

#include "base/os.h"

enum { SUB = 1 << HISTOGRAM_BITS };

/* Below SUB each number has a bucket; above, the HISTOGRAM_BITS bits after the highest one choose it. */
static unsigned bucket_of(uint64_t micros)
{
    if (micros < SUB)
        return (unsigned)micros;
    if (micros > HISTOGRAM_MICROS_MAX)
        return HISTOGRAM_BUCKETS - 1;
    unsigned high = 63 - (unsigned)__builtin_clzll(micros);
    unsigned part = (unsigned)(micros >> (high - HISTOGRAM_BITS)) & (SUB - 1);
    return ((high - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS) + part;
}

/* The longest time that is counted in the bucket. */
static uint64_t bound_of(unsigned bucket)
{
    if (bucket < SUB)
        return bucket;
    if (bucket == HISTOGRAM_BUCKETS - 1)
        return UINT64_MAX;
    unsigned high = (bucket >> HISTOGRAM_BITS) + HISTOGRAM_BITS - 1;
    return ((uint64_t)(SUB + (bucket & (SUB - 1)) + 1) << (high - HISTOGRAM_BITS)) - 1;
}

void histogram_add(struct histogram *h, uint64_t micros)
{
    atomic_fetch_add_explicit(&h->count[bucket_of(micros)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->micros, micros, memory_order_relaxed);
}

void histogram_read(const struct histogram *h, struct histogram_sum *out)
{
    out->total = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        out->count[i] = atomic_load_explicit(&h->count[i], memory_order_relaxed);
        out->total += out->count[i];
    }
    out->micros = atomic_load_explicit(&h->micros, memory_order_relaxed);
}

void histogram_sum_add(struct histogram_sum *to, const struct histogram_sum *more)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        to->count[i] += more->count[i];
    to->total += more->total;
    to->micros += more->micros;
}

void histogram_sum_less(struct histogram_sum *to, const struct histogram_sum *before)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        to->count[i] -= before->count[i];
    to->total -= before->total;
    to->micros -= before->micros;
}

uint64_t histogram_at(const struct histogram_sum *s, unsigned per_mille)
{
    OS_ASSERT(per_mille >= 1 && per_mille <= 1000);
    uint64_t rank = s->total / 1000 * per_mille + (s->total % 1000 * per_mille + 999) / 1000, seen = 0;
    for (unsigned i = 0; s->total && i < HISTOGRAM_BUCKETS; i++) {
        seen += s->count[i];
        if (seen >= rank)
            return bound_of(i);
    }
    return 0;
}

uint64_t histogram_within(const struct histogram_sum *s, uint64_t bound)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS && bound_of(i) <= bound; i++)
        sum += s->count[i];
    return sum;
}

uint64_t histogram_below(const struct histogram_sum *s, unsigned power)
{
    OS_ASSERT(power <= HISTOGRAM_TOP);
    return histogram_within(s, ((uint64_t)1 << power) - 1);
}
