/* SPDX-License-Identifier: Apache-2.0
 * Private to audit: the kinds of patterns. */
#ifndef HELHET_AUDIT_AUDIT_FLAG_INT_H
#define HELHET_AUDIT_AUDIT_FLAG_INT_H

#include "audit/audit_flag.h"

enum flag_kind {
    FLAG_OWN,
    FLAG_COLLEAGUE,
    FLAG_EMERGENCY,
    FLAG_SURNAME,
    FLAG_ADDRESS,
    FLAG_MANY_PATIENTS,
    FLAG_HOURS,
    FLAG_NAME_SEARCH,
    FLAG_NO_RELATION,
    FLAG_MANY_STAFF,
    FLAG_REFUSALS,
    FLAG_KINDS
};

enum { FLAG_NUMBER_MAX = 1000000 }; /* of a rule */

#endif
