/* SPDX-License-Identifier: Apache-2.0
 * b64: base64url without padding (RFC 4648, 5), as page links and JOSE write it. One text only for the same
 * bytes: padding, white space, other alphabets and bits left over that are not zero are refused. */
#ifndef HELHET_BASE_B64_H
#define HELHET_BASE_B64_H

#include "base/arena.h"

/* In arena; {NULL,0} past its limit. */
struct str b64url_encode(struct arena *arena, const void *p, size_t n);
/* The bytes in arena, followed by a NUL that is not counted; false for what is not such text. */
bool b64url_decode(struct arena *arena, struct str s, struct str *out);

#endif
