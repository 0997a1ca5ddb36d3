/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELHET_RESULTS_RESULTS_INT_H
#define HELHET_RESULTS_RESULTS_INT_H

#include "fhir/model.h"
#include "results/results.h"

enum {
    RESULTS_RULES_MAX = 4,
    RESULTS_WORDS_MAX = 8,
    RESULTS_PRIORITIES_MAX = 8,
};

struct results_words {
    struct str item[RESULTS_WORDS_MAX];
    size_t count;
};
bool results_words_has(const struct results_words *w, struct str word);

/* ---- results_rules.c: the definitions ---- */

struct results_rule {
    fhir_type_id type;
    struct results_words status, again, category;
};
struct results_rules {
    struct results_rule rule[RESULTS_RULES_MAX];
    size_t rule_count;
    struct {
        struct str priority;
        int64_t hours;
    } escalate[RESULTS_PRIORITIES_MAX];
    size_t escalate_count;
    struct results_words urgent;
    int64_t fresh_ms, look_ms;
};
/* The text built in. */
struct str results_file(void);
/* Texts in arena. ERR_ACCESS_RULES: file, what. */
bool results_rules_read(struct arena *arena, struct results_rules *out, struct err *err);

/* ---- results_task.c ---- */

/* A result, as its Task needs it. Texts in the arena it was read with. */
struct result {
    const struct results_rule *rule;
    struct str name; /* "DiagnosticReport/x" */
    struct str status, title;
    struct str patient;        /* "Patient/x" */
    struct str requester;      /* "Practitioner/x", …; empty: none */
    struct str unit, provider; /* "Organization/x"; empty: none */
    struct str priority;
    struct str *part; /* of a report: ids of its Observations */
    size_t part_count;
};
/* Is the resource a result that somebody can be asked to acknowledge? 1, 0, -1 failed. r reads without view.
 */
int results_task_result(const struct results_rules *rules, struct store_read *r, fhir_type_id type,
                        const struct store_version *v, struct arena *arena, struct result *out,
                        struct err *err);
/* The id of a result's Task. */
struct str results_task_id(struct store *s, struct arena *arena, struct str name);
/* The body of a new one. */
bool results_task_write(const struct result *res, int64_t now_ms, struct buf *out);
/* The body with another status, owner and businessStatus (empty: as they are), or false when it may not be
 * changed. REOPEN: it is over. CANCEL: it is not. ESCALATE: the unit takes it over, when it is not the
 * unit's, and once more when who got it from the unit has had the time that its priority gives. HAND: the
 * unit had taken it over and somebody else has it: their time begins. */
enum results_change { RESULTS_REOPEN, RESULTS_CANCEL, RESULTS_ESCALATE, RESULTS_HAND };
bool results_task_change(const struct results_rules *rules, struct str body, enum results_change how,
                         int64_t now_ms, struct arena *arena, struct buf *out, struct err *err);
/* Would it be changed? */
bool results_task_may(struct str body, enum results_change how, int64_t now_ms, struct arena *arena);

#endif
