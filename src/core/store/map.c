/* SPDX-License-Identifier: Apache-2.0 */
#include "store/map.h"

#include "base/os.h"

enum { MAP_FIRST = 256, MAP_COUNT_MAX = 1 << 28, MAP_TEXT_MAX = 1 << 30 };

void map_text_init(struct map_text *m, struct hash_key key)
{
    *m = (struct map_text){.key = key};
    arena_init(&m->arena);
    arena_limit(&m->arena, MAP_TEXT_MAX);
}

void map_text_release(struct map_text *m)
{
    arena_release(&m->arena);
    os_free(m->entry);
    os_free(m->slot);
    map_text_init(m, m->key);
}

void map_text_clear(struct map_text *m)
{
    if (m->cap > MAP_FIRST * 64) {
        map_text_release(m);
        return;
    }
    arena_reset(&m->arena);
    m->count = 0;
    if (m->slot)
        memset(m->slot, 0, m->cap * sizeof *m->slot);
}

static uint32_t map_text_hash(const struct map_text *m, uint32_t tag, struct str text)
{
    struct hash_key key = {m->key.k0 ^ tag, m->key.k1};
    return (uint32_t)hash_sip(key, text);
}

static uint32_t *map_text_slot(const struct map_text *m, uint32_t hash, uint32_t tag, struct str text)
{
    for (uint32_t at = hash & (m->cap - 1);; at = (at + 1) & (m->cap - 1)) {
        if (!m->slot[at])
            return &m->slot[at];
        const struct map_text_entry *e = &m->entry[m->slot[at] - 1];
        if (e->hash == hash && e->tag == tag && str_eq(e->text, text))
            return &m->slot[at];
    }
}

struct map_text_entry *map_text_get(const struct map_text *m, uint32_t tag, struct str text)
{
    if (!m->count)
        return NULL;
    uint32_t at = *map_text_slot(m, map_text_hash(m, tag, text), tag, text);
    return at ? &m->entry[at - 1] : NULL;
}

static bool map_text_grow(struct map_text *m)
{
    if (m->cap >= MAP_COUNT_MAX)
        return false;
    uint32_t cap = m->cap ? m->cap * 2 : MAP_FIRST;
    struct map_text_entry *entry = os_realloc(m->entry, cap / 2 * sizeof *entry);
    if (!entry)
        return false;
    m->entry = entry;
    uint32_t *slot = os_alloc(cap * sizeof *slot);
    if (!slot)
        return false;
    memset(slot, 0, cap * sizeof *slot);
    os_free(m->slot);
    m->slot = slot;
    m->cap = cap;
    for (uint32_t i = 0; i < m->count; i++)
        *map_text_slot(m, entry[i].hash, entry[i].tag, entry[i].text) = i + 1;
    return true;
}

bool map_text_put(struct map_text *m, uint32_t tag, struct str text, int64_t value)
{
    if (m->count >= m->cap / 2 && !map_text_grow(m))
        return false;
    uint32_t hash = map_text_hash(m, tag, text);
    uint32_t *slot = map_text_slot(m, hash, tag, text);
    if (*slot) {
        m->entry[*slot - 1].value = value;
        return true;
    }
    struct str copy = arena_str(&m->arena, text);
    if (!copy.p)
        return false;
    m->entry[m->count++] = (struct map_text_entry){hash, tag, copy, value};
    *slot = m->count;
    return true;
}

void map_int_init(struct map_int *m)
{
    *m = (struct map_int){0};
}

void map_int_release(struct map_int *m)
{
    os_free(m->key);
    os_free(m->value);
    map_int_init(m);
}

void map_int_clear(struct map_int *m)
{
    if (m->cap > MAP_FIRST * 64)
        map_int_release(m);
    else if (m->count)
        memset(m->key, 0, m->cap * sizeof *m->key);
    m->count = 0;
}

static size_t map_int_slot(const struct map_int *m, int64_t key)
{
    uint64_t h = (uint64_t)key * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(h >> 20) & (m->cap - 1);
    while (m->key[at] && m->key[at] != key)
        at = (at + 1) & (m->cap - 1);
    return at;
}

int64_t *map_int_get(const struct map_int *m, int64_t key)
{
    if (!m->count)
        return NULL;
    size_t at = map_int_slot(m, key);
    return m->key[at] ? &m->value[at] : NULL;
}

static bool map_int_grow(struct map_int *m)
{
    struct map_int old = *m;
    size_t cap = old.cap ? old.cap * 2 : MAP_FIRST;
    int64_t *key = os_alloc(cap * sizeof *key), *value = os_alloc(cap * sizeof *value);
    if (!key || !value || cap > MAP_COUNT_MAX) {
        os_free(key);
        os_free(value);
        return false;
    }
    memset(key, 0, cap * sizeof *key);
    *m = (struct map_int){key, value, cap, old.count};
    for (size_t i = 0; i < old.cap; i++) {
        if (old.key[i]) {
            size_t at = map_int_slot(m, old.key[i]);
            key[at] = old.key[i];
            value[at] = old.value[i];
        }
    }
    map_int_release(&old);
    return true;
}

bool map_int_put(struct map_int *m, int64_t key, int64_t value)
{
    OS_ASSERT(key != 0);
    if (m->count >= m->cap / 2 && !map_int_grow(m))
        return false;
    size_t at = map_int_slot(m, key);
    if (!m->key[at])
        m->count++;
    m->key[at] = key;
    m->value[at] = value;
    return true;
}
