/* SPDX-License-Identifier: Apache-2.0
 * subset: a part of a stored resource (_summary, _elements), for answers and for exports alike. */
#ifndef HELHET_API_SUBSET_H
#define HELHET_API_SUBSET_H

#include "search/search.h"

struct subset {
    enum search_summary summary;
    const struct str *elements;
    size_t element_count;
};
bool subset_wanted(const struct subset *s);
/* Appends the subset of a stored body with the SUBSETTED tag. */
bool subset_write(struct arena *arena, struct str body, const struct subset *s, struct buf *out,
                  struct err *err);

#endif
