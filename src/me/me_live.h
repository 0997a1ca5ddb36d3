/* SPDX-License-Identifier: Apache-2.0
 * me_live: what changes, told as it happens (GET /live, text/event-stream). A change is told of when the
 * caller sees it now, judged by the view at that moment; what cannot be judged is not told of. A stream costs
 * memory and no thread, and ends with its session. */
#ifndef HELHET_ME_ME_LIVE_H
#define HELHET_ME_ME_LIVE_H

#include "me/me_int.h"

enum {
    LIVE_MAX = 2000,             /* streams at once; past it ERR_LIVE_FULL */
    LIVE_SESSION_MAX = 16,       /* of one session */
    LIVE_PENDING_MAX = 64 << 10, /* bytes that a slow client has not taken; past it it is told to ask again */
    LIVE_RESUME_PARTS = 256,     /* commits that a stream resumes over; past it likewise */
    LIVE_BEAT_MS = 15000,
};

struct live;

/* Borrows m; NULL with *err. */
struct live *live_new(struct me *m, struct err *err);
/* Only after http_stop. NULL is fine. */
void live_free(struct live *l);

bool me_live_run(struct ask *a, struct err *err);

#endif
