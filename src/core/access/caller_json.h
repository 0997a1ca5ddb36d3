/* SPDX-License-Identifier: Apache-2.0
 * caller_json: a caller as JSON, for work that outlives its request: a job sees, whenever it runs, what the
 * one who started it may see then, and is nobody else's. */
#ifndef HELHET_ACCESS_CALLER_JSON_H
#define HELHET_ACCESS_CALLER_JSON_H

#include "access/access.h"
#include "base/arena.h"
#include "json/json.h"

/* One object, as member key (NULL: as an item of an array). */
void caller_json_write(struct json_out *o, const char *key, const struct access_caller *c);
/* What write made; texts in arena. False when the node is nothing of ours. */
bool caller_json_read(const struct json_doc *doc, uint32_t node, struct arena *arena,
                      struct access_caller *out);
/* The same account, as the same person in the same assignment for the same purpose, with the same scopes? */
bool caller_json_same(const struct access_caller *a, const struct access_caller *b);

#endif
