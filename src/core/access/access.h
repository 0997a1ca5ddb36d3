/* SPDX-License-Identifier: Apache-2.0
 * access: who may see and do what (patientdatalagen 2008:355, lag 2022:913, HSLF-FS 2016:40 chapter 4). A
 * caller, a resource's label, a patient's facts and the time go in; hidden, masked or seen comes out, with
 * the paragraph that decided it. Default deny. The rules are data (definitions/access); docs/ACCESS.md tells
 * them in words. */
#ifndef HELHET_ACCESS_ACCESS_H
#define HELHET_ACCESS_ACCESS_H

#include "base/str.h"

enum access_kind {
    ACCESS_NOBODY,   /* not logged in: sees nothing but what is public (metadata) */
    ACCESS_STAFF,    /* a person in one assignment */
    ACCESS_PATIENT,  /* user is Patient/x */
    ACCESS_GUARDIAN, /* user is RelatedPerson/x: the guardian's own */
    ACCESS_SYSTEM,   /* a client of its own, by its scopes */
};

/* What is done to a resource: bits. Of staff the role's list decides, of others their kind or scopes. */
enum access_action {
    ACCESS_READ = 1 << 0, /* read, vread, history */
    ACCESS_SEARCH = 1 << 1,
    ACCESS_CREATE = 1 << 2,
    ACCESS_UPDATE = 1 << 3,
    ACCESS_DELETE = 1 << 4,
    ACCESS_SIGN = 1 << 5,         /* to a final status */
    ACCESS_EXPORT = 1 << 6,       /* $export, views of many patients */
    ACCESS_ADMINISTRATE = 1 << 7, /* accounts, assignments, rules, jobs of others, indexes */
    ACCESS_LOG = 1 << 8,          /* the audit log: of others than oneself */
    ACCESS_PROTECTED = 1 << 9,    /* protected identities unmasked */
};

/* One SMART scope, parsed: "patient/Observation.rs?category=laboratory". */
enum access_level { ACCESS_LEVEL_PATIENT, ACCESS_LEVEL_USER, ACCESS_LEVEL_SYSTEM };
struct access_scope {
    enum access_level level;
    struct str type;  /* "*" or a type's name */
    uint32_t actions; /* of READ SEARCH CREATE UPDATE DELETE */
    struct str query; /* search criteria that narrow it; "" for none */
};
struct access_scopes {
    const struct access_scope *item;
    size_t count;
    struct str patient; /* id of the patient in context, without "Patient/"; "" for none */
};

/* Who asks, for one request. All texts are borrowed and "" where absent; resources are "Type/id". What the
 * gate puts here it has proved; nothing of it comes unchecked from a request. */
struct access_caller {
    enum access_kind kind;
    struct str account;    /* name of the account or client */
    struct str user;       /* Practitioner/x, Patient/x, RelatedPerson/x, or the client's Device/x or "" */
    struct str assignment; /* PractitionerRole/x: STAFF */
    struct str unit;       /* Organization/x, of the assignment */
    struct str provider;   /* Organization/x, at the top of the unit's partOf */
    struct str role;       /* code in definitions/access/roles.json */
    struct str purpose;    /* code in definitions/access/purposes.json */
    struct str session;    /* public id, for the log; never the secret */
    struct str origin;     /* address the request came from */
    const struct access_scopes *scopes; /* NULL: only the role */
};

#endif
