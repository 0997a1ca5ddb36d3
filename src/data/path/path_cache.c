/* SPDX-License-Identifier: Apache-2.0
 * Readers walk a hash table of entries that are never changed or removed, without a lock; a writer adds one
 * under the lock and publishes it with a release. When the cache is full nothing more is added: what is in
 * use cannot be thrown out, and by then the expressions are not repeating. */
#include "path/path_cache.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "base/os.h"

enum { SLOTS = PATH_CACHE_ENTRIES_MAX * 4 };

struct entry {
    struct str text;
    fhir_type_id context;
    bool strict;
    const struct path_expr *expr;
};

struct path_cache {
    struct hash_key key;
    pthread_mutex_t lock;
    struct arena arena; /* entries and expressions; guarded by lock */
    size_t count;
    atomic_uint_fast64_t hits, misses;
    const struct entry *_Atomic slot[SLOTS];
};

struct path_cache *path_cache_new(void)
{
    struct path_cache *c = os_alloc(sizeof(*c));
    if (!c)
        return NULL;
    memset(c, 0, sizeof(*c));
    os_random(&c->key, sizeof(c->key));
    pthread_mutex_init(&c->lock, NULL);
    arena_init(&c->arena);
    return c;
}

void path_cache_free(struct path_cache *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    arena_release(&c->arena);
    os_free(c);
}

/* The slot where the entry is or would be. */
static size_t find(struct path_cache *c, struct str text, fhir_type_id context, bool strict,
                   const struct entry **found)
{
    size_t at = (hash_sip(c->key, text) ^ ((uint64_t)context << 1) ^ strict) % SLOTS;
    for (;; at = (at + 1) % SLOTS) {
        const struct entry *e = atomic_load_explicit(&c->slot[at], memory_order_acquire);
        *found = e;
        if (!e || (e->context == context && e->strict == strict && str_eq(e->text, text)))
            return at;
    }
}

static const struct path_expr *add(struct path_cache *c, struct str text, fhir_type_id context, bool strict,
                                   struct err *err)
{
    const struct entry *known;
    size_t at = find(c, text, context, strict, &known);
    if (known)
        return known->expr;
    struct arena_mark mark = arena_mark(&c->arena);
    struct entry *e = ARENA_NEW(&c->arena, struct entry);
    e->text = arena_str(&c->arena, text);
    e->context = context;
    e->strict = strict;
    e->expr = path_compile_strict(&c->arena, e->text, context, strict, err);
    if (!e->expr) {
        arena_rewind(&c->arena, mark);
        return NULL;
    }
    atomic_store_explicit(&c->slot[at], e, memory_order_release);
    c->count++;
    return e->expr;
}

const struct path_expr *path_cache_compile(struct path_cache *c, struct arena *arena, struct str text,
                                           fhir_type_id context, bool strict, struct err *err)
{
    const struct entry *known;
    find(c, text, context, strict, &known);
    if (known) {
        atomic_fetch_add_explicit(&c->hits, 1, memory_order_relaxed);
        return known->expr;
    }
    atomic_fetch_add_explicit(&c->misses, 1, memory_order_relaxed);
    pthread_mutex_lock(&c->lock);
    bool room = c->count < PATH_CACHE_ENTRIES_MAX && c->arena.total < PATH_CACHE_BYTES_MAX &&
                text.n <= PATH_CACHE_TEXT_MAX;
    const struct path_expr *expr = room ? add(c, text, context, strict, err) : NULL;
    pthread_mutex_unlock(&c->lock);
    return room ? expr : path_compile_strict(arena, text, context, strict, err);
}

void path_cache_counts(struct path_cache *c, uint64_t *hits, uint64_t *misses)
{
    *hits = atomic_load_explicit(&c->hits, memory_order_relaxed);
    *misses = atomic_load_explicit(&c->misses, memory_order_relaxed);
}
