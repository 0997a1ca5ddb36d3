/* SPDX-License-Identifier: Apache-2.0
 * gov_out: what the operations of Steering share: reading the resource asked about, and Parameters as the
 * answer. */
#ifndef HELHET_API_GOV_OUT_H
#define HELHET_API_GOV_OUT_H

#include "api/params.h"
#include "rules/gov_rules_body.h"

enum { GOV_OUT_BYTES_MAX = 16 << 20 };

/* The current version of the call's type and id, through its view; *v NULL: not wanted. False with *err (404,
 * 410).
 */
bool gov_out_read(struct call *c, struct store_read *r, struct gov_body *out, struct store_version *v,
                  struct err *err);
/* The same of "Type/id"; *found false: not there, or not seen. */
bool gov_out_get(struct call *c, struct store_read *r, struct str reference, struct gov_body *out,
                 bool *found, struct err *err);

void gov_out_begin(struct json_out *o, struct buf *out);
/* Ends it and answers. Always true. */
bool gov_out_end(struct json_out *o, struct call *c, struct buf *out);

/* One parameter each. A text of no bytes is left out. */
void gov_out_text(struct json_out *o, const char *name, const char *kind, struct str value);
void gov_out_bool(struct json_out *o, const char *name, bool value);
void gov_out_count(struct json_out *o, const char *name, uint64_t value);
/* With that many decimals. */
void gov_out_decimal(struct json_out *o, const char *name, double value, int decimals);
void gov_out_reference(struct json_out *o, const char *name, struct str reference, struct str display);
/* A day since 1970 as a date. */
void gov_out_day(struct json_out *o, const char *name, int64_t day);
void gov_out_part(struct json_out *o, const char *name);
void gov_out_part_end(struct json_out *o);
/* A text in the language that is asked for, with the other as a translation. */
void gov_out_both(struct json_out *o, const struct call *c, const char *name, const char *sv, const char *en);
/* A part with code and text, in the language that is asked for. */
void gov_out_warning(struct json_out *o, const struct call *c, const char *name, const char *code,
                     const char *sv, const char *en);

#endif
