/* SPDX-License-Identifier: Apache-2.0
 * audit_flag: patterns in the log that somebody should look at (HSLF-FS 2016:40 4 kap. 9 §: systematic and
 * recurring). A selection for review, never an accusation. Rules are data (definitions/access/flags.json):
 * which there are is theirs, how each kind is found is this floor's. What the log itself does not know (care
 * relations, names, addresses) the caller is asked for. */
#ifndef HELHET_AUDIT_AUDIT_FLAG_H
#define HELHET_AUDIT_AUDIT_FLAG_H

#include "audit/audit_index.h"

enum {
    AUDIT_FLAG_RULES_MAX = 32,
    AUDIT_FLAG_EVENTS_MAX = 20,       /* records named by one flag */
    AUDIT_FLAG_RECORDS_MAX = 1000000, /* records and patients that are looked at; past it not complete */
    AUDIT_FLAG_FOUND_MAX = 10000,     /* flags of one look; past it not complete */
    AUDIT_FLAG_ASKED_MAX = 200000,    /* questions to the facts of one look; past it not complete */
};

struct audit_flag_rule {
    struct str code;
    uint8_t kind; /* of audit_flag_kinds, in audit_flag.c */
    bool on;
    uint64_t limit, minutes, days, share, minimum;
    struct str title[2], what[2], why[2]; /* by enum err_lang */
};

struct audit_flag_rules {
    struct audit_flag_rule *item;
    size_t count;
};

/* Everything in arena; text lives as long. False with ERR_ACCESS_RULES and what is wrong. */
bool audit_flag_rules_read(struct str text, struct arena *arena, struct audit_flag_rules *out,
                           struct err *err);

enum audit_flag_same { AUDIT_FLAG_SURNAME, AUDIT_FLAG_ADDRESS };

/* What the record knows. False with *err when it cannot be read. */
struct audit_flag_facts {
    void *arg;
    /* Has the unit a care relation with the patient at any time in [low, high)? */
    bool (*related)(void *arg, struct str unit, struct str patient, int64_t low_ms, int64_t high_ms,
                    bool *yes, struct err *err);
    /* Do user and patient have the same surname, carried by at most limit patients (0: any), or address? */
    bool (*same)(void *arg, enum audit_flag_same what, struct str user, struct str patient, uint64_t limit,
                 bool *yes, struct err *err);
};

struct audit_flag_query {
    int64_t low_ms, high_ms;
    struct str code, user, unit, patient; /* empty: all */
    size_t limit;                         /* flags given back */
};

struct audit_flagged {
    const struct audit_flag_rule *rule;
    struct str user, unit, patient; /* patient an id; empty: of many, or nobody */
    uint64_t count;
    int64_t from_ms, to_ms;
    uint64_t event[AUDIT_FLAG_EVENTS_MAX]; /* the newest of its records, newest first */
    size_t event_count;
    uint64_t reviewed; /* of them */
};

struct audit_flags {
    struct audit_flagged *item; /* newest first, in arena */
    size_t count;
    uint64_t found[AUDIT_FLAG_RULES_MAX]; /* by rule */
    uint64_t records;
    bool complete;
};

/* facts NULL: the rules that need them find nothing. O(records of the time). */
bool audit_flag_find(struct audit_index *x, const struct audit_flag_rules *rules,
                     const struct audit_flag_facts *facts, const struct audit_flag_query *q,
                     struct arena *arena, struct audit_flags *out, struct err *err);
/* Does the rule ask for facts? */
bool audit_flag_needs_facts(const struct audit_flag_rule *rule);
/* Appends a text of the rule ("why" of a flag with its count), its figures put in. */
void audit_flag_text(const struct audit_flag_rule *rule, struct str text, uint64_t count, struct buf *out);

#endif
