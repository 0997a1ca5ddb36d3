/* SPDX-License-Identifier: Apache-2.0
 * observations: the Observations that an operation works on, newest first, as $lastn and $stats need them. */
#ifndef HELHET_API_OBSERVATIONS_H
#define HELHET_API_OBSERVATIONS_H

#include "api/api_int.h"

enum {
    OBSERVATIONS_MAX = 20000,   /* Observations of one call */
    OBSERVATIONS_KEYS_MAX = 64, /* codes of one CodeableConcept */
};

struct observation {
    struct store_version version;
    struct json_doc doc;
    int64_t time_ms; /* effective (its beginning) */
    bool dated;
};

struct observations {
    struct observation *item; /* in the call's arena */
    size_t count;
};

/* What the search finds, newest first, those without effective time last. ERR_SEARCH_LIMIT past
 * OBSERVATIONS_MAX. */
bool observations_read(struct call *c, struct store_read *r, const struct search_param *params, size_t count,
                       struct observations *out, struct err *err);
/* One body as an observation. */
bool observations_parse(struct arena *arena, const struct store_version *v, struct observation *out,
                        struct err *err);
/* What a CodeableConcept is known by: system|code of each coding, or its text when it has none. */
size_t observations_keys(struct arena *arena, const struct json_doc *doc, uint32_t concept,
                         struct str keys[OBSERVATIONS_KEYS_MAX]);

#endif
