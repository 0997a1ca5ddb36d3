/* SPDX-License-Identifier: Apache-2.0
 * path_cache: compiled expressions kept for reuse by any thread. For expressions that come with requests
 * (patches, filters); those known at start are better compiled once and held. */
#ifndef HELHET_PATH_CACHE_H
#define HELHET_PATH_CACHE_H

#include "path/path.h"

enum {
    PATH_CACHE_ENTRIES_MAX = 4096,   /* expressions kept */
    PATH_CACHE_BYTES_MAX = 32 << 20, /* and their memory */
    PATH_CACHE_TEXT_MAX = 4096,      /* longer ones are compiled for the caller alone */
};

struct path_cache;

/* NULL without memory. */
struct path_cache *path_cache_new(void);
/* No expression of the cache may be in use. NULL is fine. */
void path_cache_free(struct path_cache *c);
/* path_compile_strict, from the cache when it has been compiled before. The result lives as long as the cache
 * and arena both do: a full cache compiles into arena. Errors are not kept. Any thread. */
const struct path_expr *path_cache_compile(struct path_cache *c, struct arena *arena, struct str text,
                                           fhir_type_id context, bool strict, struct err *err);
/* Compilations spared and done, for the figures. */
void path_cache_counts(struct path_cache *c, uint64_t *hits, uint64_t *misses);

#endif
