/* SPDX-License-Identifier: Apache-2.0
 * rules: definitions/access as tables. Built into the program and read once at start; what is wrong in them
 * is told with the file and the member. Read only afterwards, any thread. */
#ifndef HELHET_ACCESS_RULES_H
#define HELHET_ACCESS_RULES_H

#include "access/access.h"
#include "base/arena.h"
#include "base/err.h"
#include "fhir/model.h"

enum rules_class {
    RULES_OTHER,    /* definitions of this system, groups …: by role alone */
    RULES_OPEN,     /* terminology, organizations, staff: by role alone */
    RULES_PERSON,   /* who people are */
    RULES_RECORD,   /* in a patient's record */
    RULES_GRANT,    /* Consents that rule access (LABEL_GRANT) */
    RULES_LOG,      /* AuditEvent */
    RULES_STEERING, /* how introductions are steered: by role, drafts apart */
    RULES_CLASSES
};

/* Rights beside resources, as bits. */
enum rules_right {
    RULES_CHOOSE = 1,
    RULES_BLOCK = 2,
    RULES_CONSENT = 4,
    RULES_EMERGENCY = 8,
    RULES_PROTECTED = 16,
    RULES_LOG_READ = 32,
    RULES_ADMINISTRATE = 64,
    RULES_EXPORT = 128,
    RULES_DRAFTS = 256,
    RULES_SECRETS = 512,
};

enum {
    RULES_ROLES_MAX = 64,
    RULES_PURPOSES_MAX = 32,
    RULES_TYPE_RULES_MAX = 64, /* types that a role names itself */
    RULES_MASKED_MAX = 64,     /* elements of a type that are masked */
    RULES_PARAMS_MAX = 256,    /* search parameters masked */
    RULES_RELATIONS_MAX = 16,
    RULES_PATHS_MAX = 4,
};

struct rules_type_may {
    fhir_type_id type;
    uint32_t actions;
};

struct rules_role {
    struct str code, sv, en;
    uint32_t may[RULES_CLASSES]; /* enum access_action, or-ed */
    struct rules_type_may *own;  /* types that the role names, before the class */
    size_t own_count;
    uint32_t rights;   /* enum rules_right, or-ed */
    uint32_t purposes; /* bit i: purpose i */
};

struct rules_purpose {
    struct str code, sv, en;
    bool care;
};

struct rules_release {
    bool released, sign; /* sign: only what is signed */
    int days;            /* after it happened */
};

struct rules_relation {
    fhir_type_id type;
    struct str unit[RULES_PATHS_MAX], from[RULES_PATHS_MAX], to[RULES_PATHS_MAX]; /* elements, dotted */
    struct str not_status[RULES_PATHS_MAX];
    bool label; /* the unit that wrote it has the relation too */
    bool open;  /* without an end it goes on */
    int64_t before_ms, after_ms;
};

struct rules_mask {
    struct str *element;
    size_t count;
};

struct rules_times {
    int64_t choice_ms, emergency_ms, ticket_ms, lift_ms, consent_ms, analysis_ms;
    int guardian_age, own_age; /* years */
};

struct rules {
    uint8_t *class_of; /* enum rules_class by type */
    bool *shared;      /* by type: other units work with it too, and keep its label */
    bool *secrets;     /* by type: may be secret, or be of what is */
    bool *drafts;      /* by type: may be working material (LABEL_WORKING) */
    struct rules_role *role;
    size_t role_count;
    struct rules_role patient, guardian; /* code "" */
    struct rules_purpose *purpose;
    size_t purpose_count;
    struct rules_release *release; /* by type */
    struct rules_relation *relation;
    size_t relation_count;
    struct rules_mask mask_all, *mask; /* of every type; by type */
    bool mask_labels;                  /* meta.extension's labels too */
    uint16_t *masked_param;            /* ascending */
    size_t masked_count;
    struct rules_times times;
};

/* The text of a file of definitions/access by name ("roles"), {NULL, 0} when there is none. */
typedef struct str rules_file_fn(void *arg, const char *name);
/* The one built in; arg unused. */
struct str rules_file(void *arg, const char *name);

/* Everything in arena. NULL with *err (ACCESS_RULES: file, what). */
const struct rules *rules_read(rules_file_fn *file, void *arg, struct arena *arena, struct err *err);

/* The code of each right, by number, and its bit; NULL past the last. */
const char *rules_right_at(size_t i, uint32_t *right);
/* NULL: there is none. */
const struct rules_role *rules_role(const struct rules *r, struct str code);
/* SIZE_MAX: there is none. */
size_t rules_purpose(const struct rules *r, struct str code);
/* What the role may do to a type; grant: it is a Consent that rules access. */
uint32_t rules_may(const struct rules *r, const struct rules_role *role, fhir_type_id type, bool grant);

#endif
