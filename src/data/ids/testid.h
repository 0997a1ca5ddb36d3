/* SPDX-License-Identifier: Apache-2.0
 * testid: official test identities (Skatteverket's series, open data): numbers that never belong to anyone.
 * Births from 1911 to 2023; samordningsnummer a selection. The series have gaps that follow no rule and whose
 * numbers may belong to people, so make test patients only from these. Pure functions over const tables. */
#ifndef HELHET_IDS_TESTID_H
#define HELHET_IDS_TESTID_H

#include "base/str.h"

enum { TESTID_YEAR_FIRST = 1911, TESTID_YEAR_LAST = 2023, TESTID_YEAR_MAX = 768 /* bound of testid_count */ };

/* How many test personnummer have a birth in this year; 0 outside the years above. */
uint32_t testid_count(int year);
/* Number i of that year (i < testid_count, asserted) as twelve digits and NUL. O(days of the year). */
void testid_get(int year, uint32_t i, char out[13]);

uint32_t testid_samordning_count(void);
void testid_samordning_get(uint32_t i, char out[13]);

/* Is this canonical twelve digit number one of the above? */
bool testid_has(const char text[12]);

#endif
