/* SPDX-License-Identifier: Apache-2.0
 * receipt: what a caller was told of a write that it named by a key (Idempotency-Key: KEY, 1 to 64 of
 * [A-Za-z0-9-]), kept in the transaction that did it. So who never got the answer can ask whether it was
 * done, and may send the very same request again: nothing is done twice, and the answer is the same
 * (Idempotency-Replayed: true). Another request under a used key is ERR_KEY_REUSED. What failed has left
 * nothing and no receipt; it may be tried again under its key.
 *
 * Helhet-Receipt: title=TEXT&link=PATH (as a query, each once at most) beside the key is kept with it: what
 * the caller calls what was done, and the address of the screen. It decides nothing and is in no log.
 *
 * A receipt holds ids, versions and statuses, no bodies: what an answer shows again is read through the
 * caller's view as it is then. */
#ifndef HELHET_API_RECEIPT_H
#define HELHET_API_RECEIPT_H

#include "access/access.h"
#include "store/store.h"
#include "json/json.h"

enum {
    RECEIPT_KEY_MAX = 64,
    RECEIPT_TITLE_MAX = 400, /* bytes */
    RECEIPT_LINK_MAX = 200,
    RECEIPT_BYTES_MAX = 2 << 20, /* of one: a Bundle whose receipt would be larger is refused */
};

/* Whose receipts a caller's are: the account's. NULL: without accounts all are one owner's. */
struct str receipt_owner(const struct access_caller *caller);
/* Is the text a key? */
bool receipt_key_valid(struct str key);
/* Appends {"key","time","method","path","patient","status","resource","version","title","link"}, of a Bundle
 * also "entry"
 * ({"status","resource","version"} of each). False with *err. */
bool receipt_write(struct json_out *o, struct arena *arena, const struct store_receipt *r, struct err *err);

#endif
