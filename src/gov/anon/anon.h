/* SPDX-License-Identifier: Apache-2.0
 * anon: experiences without author (Experience/$report-anonymous). What is sent is kept apart from the record
 * until many are written at once, so that neither the record, nor its log, nor what lies beside it tells who
 * sent one, from where or when.
 *
 * A report becomes one slot of a file of fixed size (anon_box.h), durable before it is answered. At each full
 * hour all that wait are written to the record in random order, under random ids, in one commit; fewer than
 * ANON_CELL wait on, at most to the last hour of the day. What stands in the record is the question, the
 * words, the screen, the month, and unit and role only as far as ANON_CELL people or more share them: else
 * the role is left out, then the unit becomes the one above it, then none. Nobody reads the request's cookie,
 * address or headers but to tell that no other site made it (the gate). Nothing about a single report is
 * logged. */
#ifndef HELHET_ANON_ANON_H
#define HELHET_ANON_ANON_H

#include "search/search.h"

enum {
    ANON_CELL = 5,             /* people who share unit and role; reports written together */
    ANON_EVERY_S = 3600,       /* between writings */
    ANON_ROUNDS = 24,          /* after so many, fewer than ANON_CELL are written too */
    ANON_BODY_MAX = 16384,     /* bytes of a request's body */
    ANON_STATEMENT_MAX = 4000, /* bytes of what is said */
    ANON_RATE = 120,           /* reports a minute, all senders together */
};

struct anon_options {
    struct store *store;
    struct search *search;
    const char *dir;  /* the store's folder */
    unsigned every_s; /* 0: ANON_EVERY_S */
};

struct anon;

/* Borrows store and search. What an earlier process left waiting is written at the next full hour. NULL with
 * *err. */
struct anon *anon_start(const struct anon_options *opt, struct err *err);
/* What waits stays in its file. NULL is fine. */
void anon_stop(struct anon *a);

/* Takes the body of a report, a Parameters resource with question, statement, screen and perhaps unit, role
 * and initiative; durable when it returns true. False with *err: what is wrong in it (400), a personal
 * identity number in the words (422), too few people for anybody to be hidden among (409), no room or too
 * many (503, 429). */
bool anon_take(struct anon *a, struct str body, struct arena *arena, struct err *err);

#endif
