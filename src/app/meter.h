/* SPDX-License-Identifier: Apache-2.0
 * meter: how far a long piece of work has come, on stderr: one line that is rewritten on a terminal,
 * otherwise a plain line now and then. */
#ifndef HELHET_APP_METER_H
#define HELHET_APP_METER_H

#include "base/str.h"

enum { METER_PLAIN_MS = 10 * 1000 };

struct meter {
    const char *unit; /* "poster" */
    uint64_t begun_ns, told_ns;
    bool terminal, shown;
};

void meter_begin(struct meter *m, const char *unit);
/* done of total parts of the work (total 0: not known) and how many things that has been so far. */
void meter_show(struct meter *m, uint64_t done, uint64_t total, uint64_t things);
/* Takes the line away. */
void meter_end(struct meter *m);
double meter_seconds(const struct meter *m);

#endif
