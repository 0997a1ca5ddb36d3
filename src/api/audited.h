/* SPDX-License-Identifier: Apache-2.0
 * audited: between a finished answer and its leaving. Does nothing when the api has no audit log. */
#ifndef HELHET_API_AUDITED_H
#define HELHET_API_AUDITED_H

#include "api/api_int.h"

/* May the call be run at all? False with *err when the log is down, but for emergency opening. */
bool audited_allowed(const struct call *c, struct err *err);
/* Is it what must not be refused for want of a log? */
bool audited_emergency(const struct call *c);

/* ---- audited_whose.c: whose records the call gives out or changes ---- */

/* Makes what sees everything and knows whose it is: what readers of an api without accounts, but with a log,
 * look through. */
bool audited_watch(struct api *a, struct err *err);
/* Whose records were given out through r, and how much was withheld, since its view was set; marks those that
 * are the caller's own or a colleague's. Before r ends or its view is set anew, which it is here. */
void audited_seen(struct call *c, struct store_read *r);
/* Does the row say whose record a resource of the call's type is in (row->text: the Patient's id)? A
 * Patient's own rows do not. */
bool audited_whose(const struct call *c, const struct store_row *row);
/* Whose record the change is in, by its rows. */
void audited_written(struct call *c, const struct store_change *change);
/* One by id. */
void audited_name(struct call *c, struct str id);
/* The answer is known: adds whom the call asked for by name; what was not given out after all is forgotten.
 */
void audited_patients(struct call *c);
/* audited_sent.c: whom the resource at node (UINT32_MAX: none) would have been about, had it not been
 * refused; it may be faulty. The same of the call's body. */
void audited_sent(struct call *c, const struct json_doc *doc, uint32_t node);
void audited_sent_body(struct call *c);
/* Those so far as text, and back: for when the call's arena is rewound. */
void audited_pack(const struct call *c, struct buf *out);
void audited_unpack(struct call *c, struct str packed);

/* ---- audited.c ---- */

/* The answer in c->resp is finished. True: it may leave at once. False: it has been taken over, and leaves
 * when its record is durable; nothing of the call may be touched. deferred: http_defer has been called. */
bool audited_send(struct call *c, bool deferred);
/* A request that http or the gate refused; its answer does not wait. */
void audited_refused(struct call *c, const char *action, const struct err *why);

#endif
