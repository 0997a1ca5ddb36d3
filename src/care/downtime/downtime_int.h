/* SPDX-License-Identifier: Apache-2.0
 * Private to downtime: what a page is made of. */
#ifndef HELHET_DOWNTIME_DOWNTIME_INT_H
#define HELHET_DOWNTIME_DOWNTIME_INT_H

#include "downtime/downtime.h"
#include "json/json.h"

enum { DOWNTIME_PATH_MAX = 4096 };

/* The lists of a patient, in the order of the page. */
enum downtime_list {
    DOWNTIME_FLAGS,
    DOWNTIME_ALLERGIES,
    DOWNTIME_CONDITIONS,
    DOWNTIME_ORDERS,
    DOWNTIME_STATEMENTS,
    DOWNTIME_RESULTS,
    DOWNTIME_PLANS,
    DOWNTIME_LISTS
};

struct downtime_docs {
    const struct json_doc *item;
    size_t count;
    bool more;
};

struct downtime_patient {
    struct str id;
    const struct json_doc *patient, *encounter;            /* patient NULL: could not be seen */
    struct downtime_docs list[DOWNTIME_LISTS], medication; /* medication: what orders refer to */
    bool hidden[DOWNTIME_LISTS];                           /* something of the list may not be seen here */
};

struct downtime_unit {
    struct str id, name;
    int64_t now_ms;
    struct downtime_patient *patient;
    size_t patient_count;
    bool more;
    uint64_t withheld;
};

/* downtime_page.c: the page of a unit, and the list of pages. */
void downtime_page(const struct downtime_unit *u, struct buf *out);
struct downtime_line {
    struct str id, name;
    size_t patients;
};
void downtime_index(const struct downtime_line *line, size_t count, int64_t now_ms, unsigned every_s,
                    struct buf *out);

/* downtime_form.c: what is written during a downtime. Between the two stand an option for each patient. */
void downtime_form_begin(const struct downtime_unit *u, struct buf *out);
void downtime_form_end(struct buf *out);

/* downtime_unit.c: what the view of r lets be seen of the unit's patients. Everything in arena. */
bool downtime_gather(struct store_read *r, struct search *s, struct arena *arena, struct downtime_unit *u,
                     struct err *err);
/* All of one search, at most max. */
bool downtime_find(struct store_read *r, struct search *s, const char *type, const struct search_param *param,
                   size_t count, size_t max, struct arena *arena, struct downtime_docs *out,
                   struct downtime_docs *included, struct err *err);

#endif
