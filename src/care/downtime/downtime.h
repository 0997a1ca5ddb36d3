/* SPDX-License-Identifier: Apache-2.0
 * downtime: the reserve copy (reservkopia). Every few minutes a page for each unit that has patients in its
 * care is written to a folder, so that care goes on when everything else is down: medication, allergies,
 * warnings, diagnoses, laboratory results of 72 hours and plan. A page is one file of HTML that needs no
 * server and no other file; index.html lists them. Each is replaced whole or not at all.
 *
 * A unit's page holds what an assignment there sees without any further choice (docs/ACCESS.md): blocked
 * records, those of other units and protected addresses are not in it, and it says when something is left
 * out. A unit where no assignment is usable gets no page. Every writing is in the audit log, with the
 * patients.
 *
 * Intended purpose: reading when the record cannot be reached. It decides, counts and suggests nothing. Not a
 * medical device by itself (MDR article 2.1); it shows what is recorded, unchanged. */
#ifndef HELHET_DOWNTIME_DOWNTIME_H
#define HELHET_DOWNTIME_DOWNTIME_H

#include "access/access_view.h"
#include "audit/audit.h"
#include "search/search.h"

enum {
    DOWNTIME_EVERY_S = 300,
    DOWNTIME_EVERY_MIN_S = 5,
    DOWNTIME_UNITS_MAX = 2000,
    DOWNTIME_PATIENTS_MAX = 500, /* of one unit; a page says when there are more */
    DOWNTIME_RESULTS_H = 72,
    DOWNTIME_LIST_MAX = 500, /* resources of one list of one patient; the page says when there are more */
    DOWNTIME_PAGE_MAX = 64 << 20, /* bytes of one page */
};

struct downtime_options {
    const char *dir;  /* made when absent; files that are not ours stay */
    unsigned every_s; /* 0: DOWNTIME_EVERY_S */
    struct store *store;
    struct search *search;
    struct access *access; /* NULL: no accounts, everything is seen */
    struct audit *audit;   /* NULL: no log */
};

struct downtime_done {
    size_t units, patients;
    size_t unseen; /* units that no assignment of theirs could be used for */
    size_t failed; /* pages that could not be made: the ones before stay */
};

/* Writes all pages once. False with *err when the record or the folder cannot be read or written at all. */
bool downtime_write(const struct downtime_options *opt, struct downtime_done *out, struct err *err);

/* The thread that writes at once and then every every_s seconds; failures are logged and tried again. */
struct downtime;
struct downtime *downtime_start(const struct downtime_options *opt, struct err *err);
/* Ends a round under way between two pages. NULL is fine. */
void downtime_stop(struct downtime *d);

#endif
