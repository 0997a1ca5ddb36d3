/* SPDX-License-Identifier: Apache-2.0
 * outcome: errors as OperationOutcome resources, for answers and for files of errors alike. */
#ifndef HELHET_API_OUTCOME_H
#define HELHET_API_OUTCOME_H

#include "base/err.h"

/* Appends the OperationOutcome resource. */
void outcome_write(struct buf *out, const struct err *errs, size_t count, enum err_lang lang);

#endif
