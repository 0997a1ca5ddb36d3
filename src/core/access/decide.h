/* SPDX-License-Identifier: Apache-2.0
 * decide: what a caller may see of a resource. A pure function over the caller, the resource's label, what is
 * known of each patient in it, and the time. Each rule is one small function in a table, with its paragraph
 * in law; they are asked in order and the first that knows decides; where none does, nothing is seen. */
#ifndef HELHET_ACCESS_DECIDE_H
#define HELHET_ACCESS_DECIDE_H

#include "access/person_key.h"
#include "access/rules.h"
#include "store/store.h"

enum decide_sees { DECIDE_HIDE, DECIDE_MASK, DECIDE_SEE };

/* Bits of a label's flags; search extracts them (search/label.h). */
enum decide_flag {
    DECIDE_CONFIDENTIAL = 1 << 0, /* sekretessmarkering */
    DECIDE_PROTECTED = 1 << 1,    /* skyddad folkbokföring */
    DECIDE_GRANT = 1 << 2,        /* a Consent that rules access */
    DECIDE_WISH = 1 << 3,         /* … by the patient: block, consent, lifting */
    DECIDE_SIGNED = 1 << 4,       /* in a final status */
    DECIDE_WORKING = 1 << 5,      /* steering: working material, not yet an official record */
    DECIDE_SECRET = 1 << 6,       /* steering: something in it is secret (decide_secret) */
};
#define DECIDE_HIDDEN_IDENTITY (DECIDE_CONFIDENTIAL | DECIDE_PROTECTED)

/* The caller with everything looked up. */
struct decide_caller {
    enum access_kind kind;
    bool usable; /* STAFF: the assignment is active, in its time, with a needs-and-risk analysis */
    bool care;   /* STAFF: the purpose is care */
    store_rid user, assignment, unit, provider;
    bool joined; /* the unit shares its record with other providers (lag 2022:913) */
    const struct rules_role *role;
    uint32_t scoped;         /* actions that scopes leave for the type at hand; all bits without scopes */
    store_rid scope_patient; /* PATIENT-level scopes: of this patient alone; 0: of any */
    /* GUARDIAN: who it is (person_key.h): other RelatedPersons of the same person are the caller's too. */
    uint64_t person[PERSON_KEYS_MAX];
    size_t person_count;
};

/* What the resource says of itself. */
struct decide_label {
    fhir_type_id type;
    uint32_t flags;        /* enum decide_flag */
    store_rid rid, unit;   /* unit 0: not known */
    const store_rid *path; /* the unit and what it is part of, the provider last */
    size_t path_count;
    store_rid provider; /* 0: not known */
    bool joined;        /* the unit shares its record with other providers */
    int64_t date_ms;    /* when it happened; INT64_MIN: not known */
};

/* Is something secret that day by flags, whose bits 8 to 23 are the last day (search/label.h)? */
bool decide_secret(uint32_t flags, int64_t now_ms);

enum decide_grant_kind { DECIDE_CHOICE, DECIDE_EMERGENCY, DECIDE_LIFTED, DECIDE_CONSENT };

/* From here to there the patient or somebody with the right gave it; [from, to) in ms. */
struct decide_grant {
    enum decide_grant_kind kind;
    store_rid to_whom; /* CHOICE, EMERGENCY: the assignment; LIFTED: the unit; CONSENT: the provider */
    store_rid block;   /* LIFTED: of this block alone; 0: of all */
    int64_t from_ms, to_ms;
    store_rid rid; /* the Consent it is written in */
};
struct decide_block {
    store_rid rid;
    store_rid org; /* unit, or anything it is part of, up to the provider */
    bool outer;    /* only other providers are kept out */
    int64_t from_ms, to_ms;
};
struct decide_relation {
    store_rid unit;
    int64_t from_ms, to_ms;
};

/* A RelatedPerson with custody; one of several identity numbers is here once for each. */
struct decide_guardian {
    store_rid rid;
    uint64_t person; /* person_key.h; 0: not known */
};

/* What is known of one patient. */
struct decide_patient {
    store_rid rid;
    bool known;       /* false: not here (a placeholder), nothing below is filled */
    uint32_t flags;   /* of DECIDE_HIDDEN_IDENTITY */
    int64_t birth_ms; /* INT64_MIN: not known */
    const struct decide_block *block;
    size_t block_count;
    const struct decide_grant *grant;
    size_t grant_count;
    const struct decide_relation *relation;
    size_t relation_count;
    const struct decide_guardian *guardian;
    size_t guardian_count;
    uint64_t person[PERSON_KEYS_MAX]; /* identity numbers (person_key.h), for access_near */
    size_t person_count;
};

struct decide_question {
    const struct rules *rules;
    const struct decide_caller *caller;
    const struct decide_label *label;
    const struct decide_patient *const *patient;
    size_t patient_count;
    int64_t now_ms;
    uint32_t action; /* ACCESS_READ or ACCESS_SEARCH */
};

struct decide_answer {
    enum decide_sees sight;
    const struct decide_rule *rule; /* that decided; NULL: none did */
    bool blocked;                   /* a block of the patient is why it is hidden */
};

/* One rule, for documents and logs. */
struct decide_rule {
    const char *name, *law, *sv, *en;
};

struct decide_answer decide_sight(const struct decide_question *q);
/* Can nothing of a patient's record at this label be seen, whatever is known of the patient, unless the
 * patient has a grant for the caller's assignment? True: the facts need not be read for who has none. */
bool decide_foreign(const struct decide_question *q);
/* Every rule, by number; NULL past the last. */
const struct decide_rule *decide_rule_at(size_t i);

#endif
