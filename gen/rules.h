/* SPDX-License-Identifier: Apache-2.0
 * rules: the constraints of the steering's own types, which the service holds every write against (R4 5.3.6,
 * ElementDefinition.constraint). R4's own are not among them. */
#ifndef HELHET_GEN_RULES_H
#define HELHET_GEN_RULES_H

#include "tables.h"

/* Those of the elements in list (of r's definition). */
void rules_read(struct tables *t, const struct source_resource *r, uint32_t list);
/* By type, in the order read; when all types are known. */
void rules_group(struct tables *t);

#endif
