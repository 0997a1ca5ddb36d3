/* SPDX-License-Identifier: Apache-2.0
 * types: StructureDefinitions (specialisations, from their snapshots) → rows of types and elements. */
#ifndef HELHET_GEN_TYPES_H
#define HELHET_GEN_TYPES_H

#include "tables.h"

/* Fills type, elem and target from every StructureDefinition of the source; needs codes_binding for required
 * bindings. Ends the program on anything unknown. */
void types_build(struct tables *t);

#endif
