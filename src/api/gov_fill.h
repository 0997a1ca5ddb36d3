/* SPDX-License-Identifier: Apache-2.0
 * gov_fill: what the server itself puts into a go-live decision that is signed: the verdict that its frozen
 * checkpoints came to (the worst), and the evidence that the first of them was frozen with. */
#ifndef HELHET_API_GOV_FILL_H
#define HELHET_API_GOV_FILL_H

#include "api/api_int.h"

/* Puts what is absent into doc (the body of the call, not yet checked), parsing it anew. What is sent stays,
 * for the rules to judge (rules/gov_rules.h); so does everything when a checkpoint is not there, not seen or
 * not frozen. False with *err when reading failed. */
bool gov_fill(struct call *c, struct json_doc *doc, struct err *err);

#endif
