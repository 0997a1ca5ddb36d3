/* SPDX-License-Identifier: Apache-2.0
 * codes: ValueSets and CodeSystems → the codes of required bindings. */
#ifndef HELHET_GEN_CODES_H
#define HELHET_GEN_CODES_H

#include "tables.h"

/* Row of the binding to this value set (canonical, perhaps with |version); made when new. Its codes are NULL
 * when the set cannot be listed from the definitions at hand: a code system that is not R4's own (BCP 13, ISO
 * 4217, UCUM …). */
uint16_t codes_binding(struct tables *t, const char *value_set);

#endif
