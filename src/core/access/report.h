/* SPDX-License-Identifier: Apache-2.0
 * report: who can see what at a unit (PDL 4 kap. 2 §, HSLF-FS 2016:40 4 kap.): each assignment there, what
 * its role may, and under which conditions records can be read, at the unit itself and elsewhere. Nothing of
 * that is written here: each condition is tried against decide_sight, the function that decides every read.
 */
#ifndef HELHET_ACCESS_REPORT_H
#define HELHET_ACCESS_REPORT_H

#include "access/analysis.h"
#include "access/decide.h"
#include "access/region.h"
#include "base/buf.h"

enum {
    REPORT_ROWS_MAX = 2000,    /* assignments of one unit */
    REPORT_PLACES_MAX = 4000,  /* other units and providers */
    REPORT_PURPOSES_MAX = 8,   /* of one assignment */
    REPORT_GRANTS_MAX = 10000, /* Consents of one assignment that are counted */
    REPORT_DAYS = 30,          /* that choices and emergency openings are counted for */
};

/* Where a record was written, as seen from the unit. */
enum report_where {
    REPORT_OWN,   /* at the unit */
    REPORT_SAME,  /* at another unit of its provider */
    REPORT_OTHER, /* at another provider's unit that shares its record */
    REPORT_APART, /* at one that does not */
    REPORT_WHERES
};

/* What can be at hand between an assignment and a patient, as bits; all of them in force. */
enum report_have {
    REPORT_RELATION = 1,  /* the unit's care relation */
    REPORT_CHOICE = 2,    /* an active choice */
    REPORT_CONSENT = 4,   /* the patient's consent to the unit's provider */
    REPORT_EMERGENCY = 8, /* an emergency opening */
    REPORT_HAVES = 16
};

struct report_row {
    struct str assignment, person, name, title; /* "PractitionerRole/x", "Practitioner/x" */
    const struct rules_role *role;              /* NULL: none that is known */
    struct str purpose[REPORT_PURPOSES_MAX];
    size_t purpose_count;
    int64_t from_ms, to_ms; /* of the assignment; INT64_MIN, INT64_MAX: open */
    struct analysis analysis;
    const char *unfit;             /* why it cannot be used now: a code; NULL: it can */
    int64_t login_ms;              /* of the person's accounts, the latest; 0: never, or not known */
    unsigned emergencies, choices; /* the last REPORT_DAYS */
    /* Bit h: with what is at hand (h of enum report_have) a record that the role may read can be read;
     * blocked: when the patient has blocked it for whoever wrote it. All 0 when the assignment is unfit. */
    uint16_t reads[REPORT_WHERES], blocked[REPORT_WHERES];
};

struct report_place {
    enum report_where where;
    struct str id, name; /* "Organization/x": SAME a unit, OTHER and APART a provider or a unit that differs
                          * from its provider */
};

struct report {
    struct str unit, unit_name, provider, provider_name; /* "Organization/x" */
    bool joined;
    int64_t made_ms;
    struct report_row *row; /* by name */
    size_t count;
    struct report_place *place;
    size_t place_count;
    bool more; /* past a bound: not all is here */
};

struct report_options {
    const struct rules *rules;
    const struct region *region;
    struct str unit; /* id of an Organization */
    int64_t now_ms;
    /* When a person ("Practitioner/x") last logged in, 0: never. NULL: not known. */
    int64_t (*login)(void *arg, struct str person);
    void *arg;
};

/* Everything in arena. r reads without a view. ERR_NOT_FOUND: no such unit. */
bool report_make(struct store_read *r, const struct report_options *opt, struct arena *arena,
                 struct report *out, struct err *err);

/* May the role read the type, whatever else it takes? */
bool report_may_read(const struct rules *rules, const struct report_row *row, fhir_type_id type);
/* Code of a place, "own-unit", and of what is at hand, "relation". */
const char *report_where_code(enum report_where where);
const char *report_have_code(enum report_have one);
/* The smallest sets of reads (or blocked): each is enough. How many. */
size_t report_enough(uint16_t reads, uint8_t out[REPORT_HAVES]);

/* report_out.c: as a FHIR Parameters resource, and as a table (CSV, RFC 4180, in Swedish; ; between). */
void report_write(const struct report *rep, struct buf *out);
/* head: with the line of headings. */
void report_csv(const struct report *rep, bool head, struct buf *out);

#endif
