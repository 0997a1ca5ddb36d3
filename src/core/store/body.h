/* SPDX-License-Identifier: Apache-2.0
 * body: the stored text of a change, head + meta + tail, and the same comparison without building it. */
#ifndef HELHET_STORE_BODY_H
#define HELHET_STORE_BODY_H

#include "store/store.h"

/* Replaces out; false when memory or out's maximum ends. */
bool body_build(const struct store_change *c, uint32_t version, int64_t time_ms, struct buf *out);
/* Would the change give exactly body, were it stored as that version at that time? */
bool body_equals(const struct store_change *c, uint32_t version, int64_t time_ms, struct str body);

#endif
