/* SPDX-License-Identifier: Apache-2.0
 * write_ts: the types as TypeScript (strict): an interface per type, unions for choices of code, Resource as
 * the union of all concrete resource types. */
#ifndef HELHET_GEN_WRITE_TS_H
#define HELHET_GEN_WRITE_TS_H

#include "tables.h"

void write_ts(const struct tables *t, struct buf *out);

#endif
