/* SPDX-License-Identifier: Apache-2.0
 * orgnummer: Swedish organisationsnummer (NNNNNN-NNNN, also without the dash or after the century 16) and
 * HSA-ids. Pure functions, no allocation. Spec: SKV 709; HSA-id: Inera HSA-policy, "SE" + organisationsnummer
 * + "-" + suffix. */
#ifndef HELHET_IDS_ORGNUMMER_H
#define HELHET_IDS_ORGNUMMER_H

#include "base/err.h"

enum { ORGNUMMER_LEN = 10, ORGNUMMER_HSA_MAX = 31 };

/* Canonical ten digits and NUL in out. False with ORGNUMMER in err (may be NULL). */
bool orgnummer_parse(struct str text, char out[ORGNUMMER_LEN + 1], struct err *err);
/* "SE2321000131-P000000123456", or Inera's test range "TSTNMT2321000156-1001": the number must hold, the
 * suffix be 1.. letters A-Z and digits, at most ORGNUMMER_HSA_MAX bytes in all. */
bool orgnummer_hsa_valid(struct str text);

#endif
