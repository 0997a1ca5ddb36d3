/* SPDX-License-Identifier: Apache-2.0
 * Who has failed and must wait. A name waits after a few failures in a row, each time twice as long, up to a
 * quarter of an hour; an address has a bucket that failures fill and time empties, wide enough for a ward
 * behind one. Names that do not exist are counted like those that do, so that waiting tells nothing; but they
 * can never push a name that exists out of the bounded table. A restart forgets. */
#include <arpa/inet.h>

#include "identity/identity_int.h"

enum {
    THROTTLE_FREE_FAILS = 5,      /* of a name, before it waits */
    THROTTLE_WAIT_MS = 15 * 1000, /* the first wait */
    THROTTLE_WAIT_MS_MAX = 15 * 60 * 1000,
    THROTTLE_FORGET_MS = 24 * 3600 * 1000,
    THROTTLE_ADDRESS_LEVEL = 10, /* what a failure adds */
    THROTTLE_ADDRESS_MAX = 600,  /* sixty failures at once … */
    THROTTLE_ADDRESS_MS = 1000,  /* … then one for every ten seconds: one level leaves in this time */
};

bool throttle_init(struct throttle *t)
{
    size_t n = sizeof *t->name * THROTTLE_SETS * THROTTLE_WAYS;
    pthread_mutex_init(&t->lock, NULL);
    os_random(&t->key, sizeof t->key);
    t->name = os_alloc(n);
    t->address = os_alloc(n);
    if (!t->name || !t->address)
        return false;
    memset(t->name, 0, n);
    memset(t->address, 0, n);
    return true;
}

void throttle_release(struct throttle *t)
{
    if (t->name)
        pthread_mutex_destroy(&t->lock);
    os_free(t->name);
    os_free(t->address);
    t->name = t->address = NULL;
}

static uint64_t key_of(const struct throttle *t, struct str text)
{
    uint64_t key = hash_sip(t->key, text);
    return key ? key : 1;
}

/* An IPv6 address counts by its /64, since a client has all of that to choose from. */
static uint64_t address_key(const struct throttle *t, struct str origin)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr a;
    if (origin.n >= sizeof text)
        return key_of(t, origin);
    memcpy(text, origin.p ? origin.p : "", origin.n);
    text[origin.n] = 0;
    if (inet_pton(AF_INET6, text, &a) != 1 || IN6_IS_ADDR_V4MAPPED(&a))
        return key_of(t, origin);
    return key_of(t, (struct str){(const char *)a.s6_addr, 8});
}

static struct throttle_entry *find(struct throttle_entry *table, uint64_t key)
{
    struct throttle_entry *set = &table[key % THROTTLE_SETS * THROTTLE_WAYS];
    for (int i = 0; i < THROTTLE_WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

/* The entry, or the place of one that may go: free, else the oldest of the unknown. NULL: only known ones are
 * there, and this is not. */
static struct throttle_entry *make(struct throttle_entry *table, uint64_t key, bool known)
{
    struct throttle_entry *e = find(table, key), *set = &table[key % THROTTLE_SETS * THROTTLE_WAYS];
    if (e)
        return e;
    for (int i = 0; i < THROTTLE_WAYS; i++) {
        struct throttle_entry *x = &set[i];
        if (!x->key) {
            e = x;
            break;
        }
        if (x->known && !known)
            continue;
        if (!e || (x->known == e->known ? x->at_ms < e->at_ms : !x->known))
            e = x;
    }
    if (e)
        *e = (struct throttle_entry){.key = key, .known = known};
    return e;
}

static int64_t name_wait(const struct throttle_entry *e, int64_t now_ms)
{
    if (!e || e->fails < THROTTLE_FREE_FAILS)
        return 0;
    uint32_t doublings = e->fails - THROTTLE_FREE_FAILS;
    int64_t wait = doublings < 7 ? (int64_t)THROTTLE_WAIT_MS << doublings : THROTTLE_WAIT_MS_MAX;
    wait = wait < THROTTLE_WAIT_MS_MAX ? wait : THROTTLE_WAIT_MS_MAX;
    int64_t left = e->at_ms + wait - now_ms;
    return left < 0 ? 0 : left < wait ? left : wait;
}

/* What is left in an address' bucket. */
static uint32_t level(const struct throttle_entry *e, int64_t now_ms)
{
    int64_t gone = now_ms > e->at_ms ? (now_ms - e->at_ms) / THROTTLE_ADDRESS_MS : 0;
    return gone < e->fails ? e->fails - (uint32_t)gone : 0;
}

static int64_t address_wait(const struct throttle_entry *e, int64_t now_ms)
{
    uint32_t now = e ? level(e, now_ms) : 0;
    return now + THROTTLE_ADDRESS_LEVEL > THROTTLE_ADDRESS_MAX
               ? (int64_t)(now + THROTTLE_ADDRESS_LEVEL - THROTTLE_ADDRESS_MAX) * THROTTLE_ADDRESS_MS
               : 0;
}

int64_t throttle_wait(struct throttle *t, struct str name, struct str origin, int64_t now_ms)
{
    pthread_mutex_lock(&t->lock);
    int64_t a = name_wait(find(t->name, key_of(t, name)), now_ms);
    int64_t b = address_wait(find(t->address, address_key(t, origin)), now_ms);
    pthread_mutex_unlock(&t->lock);
    return a > b ? a : b;
}

void throttle_failed(struct throttle *t, struct str name, bool known, struct str origin, int64_t now_ms)
{
    pthread_mutex_lock(&t->lock);
    struct throttle_entry *e = make(t->name, key_of(t, name), known);
    if (e) {
        if (now_ms - e->at_ms > THROTTLE_FORGET_MS)
            e->fails = 0;
        e->fails++;
        e->at_ms = now_ms;
    }
    e = make(t->address, address_key(t, origin), false);
    if (e) {
        e->fails = level(e, now_ms) + THROTTLE_ADDRESS_LEVEL;
        e->at_ms = now_ms;
    }
    pthread_mutex_unlock(&t->lock);
}

uint32_t throttle_fails(struct throttle *t, struct str name, int64_t *at_ms)
{
    pthread_mutex_lock(&t->lock);
    struct throttle_entry *e = find(t->name, key_of(t, name));
    uint32_t fails = e ? e->fails : 0;
    *at_ms = fails ? e->at_ms : 0;
    pthread_mutex_unlock(&t->lock);
    return fails;
}

void throttle_passed(struct throttle *t, struct str name)
{
    pthread_mutex_lock(&t->lock);
    struct throttle_entry *e = find(t->name, key_of(t, name));
    if (e)
        memset(e, 0, sizeof *e);
    pthread_mutex_unlock(&t->lock);
}
