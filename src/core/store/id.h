/* SPDX-License-Identifier: Apache-2.0
 * id: logical ids as stored. Canonical lower-case UUID text is kept as its 16 bytes, any other id as its
 * text; the exact text comes back. In SQL a packed id is a BLOB, a text one TEXT, so the two never meet. */
#ifndef HELHET_STORE_ID_H
#define HELHET_STORE_ID_H

#include "base/str.h"

enum { ID_PACKED = 16, ID_UUID_TEXT = 36 };

/* True when id is a canonical UUID; out then has its bytes. */
bool id_pack(struct str id, unsigned char out[ID_PACKED]);
void id_unpack(const unsigned char in[ID_PACKED], char out[ID_UUID_TEXT]);

#endif
