/* SPDX-License-Identifier: Apache-2.0
 * params: SearchParameters → one row per (resource type, parameter), and CompartmentDefinitions. */
#ifndef HELHET_GEN_PARAMS_H
#define HELHET_GEN_PARAMS_H

#include "tables.h"

/* After types_build. */
void params_build(struct tables *t);
void params_compartments(struct tables *t);

#endif
