/* SPDX-License-Identifier: Apache-2.0
 * gov_rules: the rules of Steering that no invariant of one resource can say, for they need what was there
 * before, other resources, or who asks. Asked before each change of a styr type (and of a frozen evidence
 * Bundle), on the writer's thread. What is not named here is not allowed to slip by: a change of something
 * final, frozen or locked is refused unless it is one of the few listed in the table of its type.
 * Pure but for the reads it asks for; any thread. Texts of errors: GOV_ in base/errors.def. */
#ifndef HELHET_RULES_GOV_RULES_H
#define HELHET_RULES_GOV_RULES_H

#include "rules/gov_rules_body.h"

/* Identifier.system of the Bundles that evidence is frozen in (its value is their SHA-256), and the extension
 * of a frozen checkpoint that refers to its Bundle (src/gov/readiness/readiness_freeze.c). */
#define GOV_RULES_EVIDENCE "https://helhet.example/styr/sha256"
#define GOV_RULES_EVIDENCE_URL "https://helhet.example/styr/StructureDefinition/evidence-bundle"

/* A risk is accepted by the safety lead from this score on. */
#define GOV_RULES_SCORE "8"

/* How a Decision refers: as its case, what it supersedes, the evidence it froze. */
enum gov_how { GOV_CASE, GOV_SUPERSEDES, GOV_EVIDENCE };

enum gov_way {
    GOV_CALL,   /* a request, from whoever */
    GOV_OWN,    /* an operation that writes what the service itself has found: $begin, $refresh, $finalize */
    GOV_IMPORT, /* $import or helhet import: history is brought in, nothing is decided by it */
};

struct gov_change {
    struct str type, id; /* "Initiative", "x" */
    struct gov_body was, will;
    enum gov_way way;
    struct str today;                  /* "2026-11-22", on a Swedish clock */
    bool login;                        /* there is a caller: then the rest says who */
    struct str user, assignment, role; /* "Practitioner/x", "PractitionerRole/x", code; "" where absent */
};

/* What the rules read. References are "Type/id"; found false: there is none. What it gives lives as long as
 * arena. False with *err when reading failed. */
struct gov_reads {
    void *arg;
    bool (*get)(void *arg, struct str reference, struct gov_body *out, bool *found, struct err *err);
    /* A current Decision with status final that refers to "Type/id" in that way. */
    bool (*decided)(void *arg, struct str reference, enum gov_how how, struct gov_body *out, bool *found,
                    struct err *err);
};

/* Has the type rules here at all? */
bool gov_rules_of(struct str type);
/* False with *err: GOV_… says which rule and what would be allowed. */
bool gov_rules_hold(const struct gov_change *c, const struct gov_reads *reads, struct arena *arena,
                    struct err *err);

#endif
