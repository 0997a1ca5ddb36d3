/* SPDX-License-Identifier: Apache-2.0
 * write_c: the finished tables as names.h and model_tables.c (contracts: src/data/fhir/model.h,
 * tables_int.h). */
#ifndef HELHET_GEN_WRITE_C_H
#define HELHET_GEN_WRITE_C_H

#include "tables.h"

void write_c_names(const struct tables *t, struct buf *out);
void write_c_tables(const struct tables *t, struct buf *out);

#endif
