/* SPDX-License-Identifier: Apache-2.0
 * audited: between a finished answer and its leaving. Does nothing when the api has no audit log. */
#ifndef HELHET_API_AUDITED_H
#define HELHET_API_AUDITED_H

#include "api/api_int.h"

/* May the call be run at all? False with *err when the log is down, but for emergency opening. */
bool audited_allowed(const struct call *c, struct err *err);
/* Is it what must not be refused for want of a log? */
bool audited_emergency(const struct call *c);
/* Notes in the call whose records its answer gives out or its body writes. Before the answer is made XML or
 * let go. */
void audited_patients(struct call *c);
/* The answer in c->resp is finished. True: it may leave at once. False: it has been taken over, and leaves
 * when its record is durable; nothing of the call may be touched. deferred: http_defer has been called. */
bool audited_send(struct call *c, bool deferred);
/* A request that http or the gate refused; its answer does not wait. */
void audited_refused(struct call *c, const char *action, const struct err *why);

#endif
