/* SPDX-License-Identifier: Apache-2.0
 * rules: the constraints that the service holds every write against (R4 5.3.6, ElementDefinition.constraint):
 * all of the steering's own types, and those of R4 that definitions/constraints/r4.json names. */
#ifndef HELHET_GEN_RULES_H
#define HELHET_GEN_RULES_H

#include "tables.h"

/* Which of R4's are held, and what they say in Swedish. A folder without that file holds none. */
void rules_said(struct tables *t, const char *own_dir);
/* Those of the elements in list (of r's definition). */
void rules_read(struct tables *t, const struct source_resource *r, uint32_t list);
/* By type, in the order read; when all types are known. A key that R4 does not have ends the program. */
void rules_group(struct tables *t);

#endif
