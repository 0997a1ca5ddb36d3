/* SPDX-License-Identifier: Apache-2.0
 * luhn: the check digit of Swedish numbers (modulus 10, weights 2 1 2 1 … from the left). Pure functions. */
#ifndef HELHET_IDS_LUHN_H
#define HELHET_IDS_LUHN_H

#include "base/str.h"

/* The digit that follows digits ('0'..'9' only, asserted). */
char luhn_digit(struct str digits);

#endif
