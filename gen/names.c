/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/hash.h"
#include "fail.h"

enum { DISPLACEMENT_MAX = 65535 };

void names_init(struct names *n, struct arena *arena)
{
    memset(n, 0, sizeof *n);
    n->arena = arena;
    n->text[0] = "";
    n->count = 1;
}

static void check_identifier(const char *text)
{
    bool ok = isalpha((unsigned char)text[0]) != 0;
    for (const char *p = text; *p; p++)
        ok = ok && (isalnum((unsigned char)*p) || *p == '_');
    if (!ok)
        fail_at("names", "'%s' is not a name", text);
}

uint16_t names_add(struct names *n, const char *text)
{
    uint32_t at = (uint32_t)hash_word(text, strlen(text)) % NAMES_TABLE;
    for (; n->table[at]; at = (at + 1) % NAMES_TABLE)
        if (!strcmp(n->text[n->table[at]], text))
            return n->table[at];
    check_identifier(text);
    if (n->count == NAMES_MAX)
        fail_at("names", "more than %d", NAMES_MAX);
    n->text[n->count] = arena_cstr(n->arena, str_of(text));
    n->table[at] = (uint16_t)n->count;
    return (uint16_t)n->count++;
}

/* One bucket of the hash: the names whose hashes share their low bits. */
struct bucket {
    uint32_t number, count;
    uint16_t *name;
};

static int by_size(const void *a, const void *b)
{
    const struct bucket *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static uint64_t hash_of(const struct names *n, uint16_t name)
{
    return hash_word(n->text[name], strlen(n->text[name]));
}

/* Places all names of b with displacement d; false, with nothing placed, when two would share a slot. */
static bool place(struct names *n, const struct bucket *b, uint32_t d)
{
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t at = hash_slot(hash_of(n, b->name[i]), d, n->slot_mask);
        if (n->slot[at]) {
            while (i--)
                n->slot[hash_slot(hash_of(n, b->name[i]), d, n->slot_mask)] = 0;
            return false;
        }
        n->slot[at] = b->name[i];
    }
    return true;
}

void names_hash(struct names *n)
{
    uint32_t slots = 1;
    while (slots < n->count + n->count / 4)
        slots *= 2;
    n->slot_mask = slots - 1;
    n->bucket_mask = slots / 4 - 1;
    n->slot = ARENA_ARRAY(n->arena, uint16_t, slots);
    n->displacement = ARENA_ARRAY(n->arena, uint16_t, slots / 4);
    struct bucket *buckets = ARENA_ARRAY(n->arena, struct bucket, slots / 4);
    for (uint32_t i = 0; i <= n->bucket_mask; i++) {
        buckets[i].number = i;
        buckets[i].name = ARENA_ARRAY(n->arena, uint16_t, n->count);
    }
    for (uint32_t i = 1; i < n->count; i++) {
        struct bucket *b = &buckets[hash_of(n, (uint16_t)i) & n->bucket_mask];
        b->name[b->count++] = (uint16_t)i;
    }
    qsort(buckets, slots / 4, sizeof *buckets, by_size);
    for (uint32_t i = 0; i <= n->bucket_mask; i++) {
        uint32_t d = 0;
        while (!place(n, &buckets[i], d))
            if (++d > DISPLACEMENT_MAX)
                fail_at("names", "no perfect hash for '%s' and its bucket", n->text[buckets[i].name[0]]);
        n->displacement[buckets[i].number] = (uint16_t)d;
    }
}
