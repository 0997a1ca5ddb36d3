/* SPDX-License-Identifier: Apache-2.0 */
#include "api/textmap.h"

enum { TEXTMAP_FIRST = 64 };

void textmap_init(struct textmap *m, struct arena *arena, struct hash_key key)
{
    *m = (struct textmap){.arena = arena, .key = key};
}

static uint64_t hash_of(const struct textmap *m, struct str key)
{
    uint64_t h = hash_sip(m->key, key);
    return h ? h : 1;
}

/* The slot of key, or the free one where it belongs. */
static struct textmap_slot *find(const struct textmap *m, uint64_t hash, struct str key)
{
    size_t at = hash & (m->cap - 1);
    while (m->slot[at].hash && !(m->slot[at].hash == hash && str_eq(m->slot[at].key, key)))
        at = (at + 1) & (m->cap - 1);
    return &m->slot[at];
}

static bool grow(struct textmap *m)
{
    struct textmap old = *m;
    m->cap = old.cap ? old.cap * 2 : TEXTMAP_FIRST;
    m->slot = ARENA_ARRAY(m->arena, struct textmap_slot, m->cap);
    if (!m->slot) {
        *m = old;
        return false;
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.slot[i].hash)
            *find(m, old.slot[i].hash, old.slot[i].key) = old.slot[i];
    return true;
}

bool textmap_add(struct textmap *m, struct str key, size_t value, bool *full)
{
    *full = m->count * 2 >= m->cap && !grow(m);
    if (*full)
        return false;
    uint64_t hash = hash_of(m, key);
    struct textmap_slot *s = find(m, hash, key);
    if (s->hash)
        return false;
    *s = (struct textmap_slot){hash, key, value};
    m->count++;
    return true;
}

bool textmap_get(const struct textmap *m, struct str key, size_t *value)
{
    if (!m->cap)
        return false;
    const struct textmap_slot *s = find(m, hash_of(m, key), key);
    if (s->hash)
        *value = s->value;
    return s->hash != 0;
}
