/* SPDX-License-Identifier: Apache-2.0
 * acted: when somebody last did something in an assignment, out of the audit log: what readiness asks of
 * logins with the right role. */
#ifndef HELHET_APP_ACTED_H
#define HELHET_APP_ACTED_H

#include "audit/audit.h"
#include "base/arena.h"

struct acted;
/* Of a log that is written here; before it closes acted_close. NULL with *err. */
struct acted *acted_open(struct audit *a, struct err *err);
/* NULL is fine. */
void acted_close(struct acted *x);
/* As readiness_options.login; arg is struct acted *. What the index does not know yet is not told. */
int64_t acted_last(void *arg, struct str person, struct str assignment, struct arena *arena,
                   struct str *event);
/* As readiness_options.acted. */
bool acted_since(void *arg, uint64_t *after, void (*fn)(void *fn_arg, struct str assignment), void *fn_arg,
                 struct err *err);

#endif
