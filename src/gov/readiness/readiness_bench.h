/* SPDX-License-Identifier: Apache-2.0
 * readiness_bench: for ./dev bench: what is kept of every checkpoint of a store is filled with weekly
 * measurements that were never made, of some each week's is a version in the record too, and all verdicts are
 * evaluated. */
#ifndef HELHET_READINESS_READINESS_BENCH_H
#define HELHET_READINESS_READINESS_BENCH_H

#include "readiness/readiness.h"

struct readiness_bench {
    uint64_t checkpoints, criteria, points; /* points: weekly measurements that were noted */
    uint64_t by_verdict[4], dated;          /* dated: not go, with an earliest date */
    uint64_t versions;                      /* written */
    double versions_s, fill_s, evaluate_s;
};
/* dir is the store's folder; nobody serves it. versioned: of so many checkpoints, the first whose ids begin
 * with "bench-", each week is written. False with *err. */
bool readiness_bench(const char *dir, struct store *s, struct search *search, unsigned weeks,
                     size_t versioned, struct readiness_bench *out, struct err *err);

#endif
