/* SPDX-License-Identifier: Apache-2.0
 * The table of sessions: what every request looks in. A token is 256 random bits; only its BLAKE2b hash is
 * kept, so that neither the file nor a dump of memory gives anyone a session. */
#include <sodium.h>

#include "identity/identity_int.h"

_Static_assert(IDENTITY_TOKEN_TEXT + 1 ==
                   sodium_base64_ENCODED_LEN(SESSION_HASH, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
               "a token's text");

bool session_init(struct session_table *t)
{
    t->bucket = os_alloc(sizeof(struct session *) * SESSION_BUCKETS);
    if (!t->bucket)
        return false;
    memset(t->bucket, 0, sizeof(struct session *) * SESSION_BUCKETS);
    pthread_rwlock_init(&t->lock, NULL);
    return true;
}

static void session_free(struct session *s)
{
    sodium_memzero(s->hash, sizeof s->hash);
    os_free(s);
}

void session_release(struct session_table *t)
{
    if (!t->bucket)
        return;
    for (size_t i = 0; i < SESSION_BUCKETS; i++)
        while (t->bucket[i]) {
            struct session *s = t->bucket[i];
            t->bucket[i] = s->next;
            session_free(s);
        }
    pthread_rwlock_destroy(&t->lock);
    os_free(t->bucket);
    t->bucket = NULL;
}

/* Six bits of a base64url character, 255 for others. */
static unsigned char sextet(char c)
{
    return c >= 'A' && c <= 'Z'   ? (unsigned char)(c - 'A')
           : c >= 'a' && c <= 'z' ? (unsigned char)(c - 'a' + 26)
           : c >= '0' && c <= '9' ? (unsigned char)(c - '0' + 52)
           : c == '-'             ? 62
           : c == '_'             ? 63
                                  : 255;
}

bool session_hash(struct str token, unsigned char out[SESSION_HASH])
{
    unsigned char bad = 0;
    if (token.n != IDENTITY_TOKEN_TEXT)
        return false;
    for (size_t i = 0; i < token.n; i++)
        bad |= sextet(token.p[i]);
    /* The last character carries four bits; its other two must be 0, else two texts were one token. */
    if (bad & 0xC0 || sextet(token.p[token.n - 1]) & 3)
        return false;
    crypto_generichash(out, SESSION_HASH, (const unsigned char *)token.p, token.n, NULL, 0);
    return true;
}

void session_token(struct identity_token *out, unsigned char hash[SESSION_HASH])
{
    unsigned char secret[SESSION_HASH];
    os_random(secret, sizeof secret);
    sodium_bin2base64(out->text, sizeof out->text, secret, sizeof secret,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof secret);
    OS_ASSERT(session_hash(str_of(out->text), hash));
}

struct session *session_new(const struct str text[SESSION_TEXTS], struct err *err)
{
    size_t n = 0;
    for (int i = 0; i < SESSION_TEXTS; i++)
        n += text[i].n;
    struct session *s = os_alloc(sizeof *s + n);
    if (!s) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->text_n = (uint32_t)n;
    char *at = s->text;
    for (int i = 0; i < SESSION_TEXTS; i++) {
        s->len[i] = (uint16_t)text[i].n;
        if (text[i].n)
            at = mempcpy(at, text[i].p, text[i].n);
    }
    s->until_ms = INT64_MAX;
    s->kind = identity_kind(text[SESSION_USER]);
    return s;
}

/* The texts lie one after another. */
static void split(const struct session *s, const char *from, struct str out[SESSION_TEXTS])
{
    for (int i = 0; i < SESSION_TEXTS; i++) {
        out[i] = (struct str){from, s->len[i]};
        from += s->len[i];
    }
}

struct str session_text(const struct session *s, enum session_text which)
{
    struct str text[SESSION_TEXTS];
    split(s, s->text, text);
    return text[which];
}

static struct session **place(struct session_table *t, const unsigned char hash[SESSION_HASH])
{
    uint32_t at;
    memcpy(&at, hash, sizeof at);
    return &t->bucket[at % SESSION_BUCKETS];
}

struct session *session_find(struct session_table *t, const unsigned char hash[SESSION_HASH])
{
    struct session *s = *place(t, hash);
    while (s && sodium_memcmp(s->hash, hash, SESSION_HASH) != 0)
        s = s->next;
    return s;
}

static void link_in(struct session_table *t, struct session *s)
{
    struct session **at = place(t, s->hash);
    s->next = *at;
    *at = s;
    t->count++;
}

static void link_out(struct session_table *t, struct session *s)
{
    struct session **at = place(t, s->hash);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    t->count--;
}

void session_add(struct session_table *t, struct session *s)
{
    pthread_rwlock_wrlock(&t->lock);
    link_in(t, s);
    pthread_rwlock_unlock(&t->lock);
}

void session_remove(struct session_table *t, struct session *s)
{
    pthread_rwlock_wrlock(&t->lock);
    link_out(t, s);
    pthread_rwlock_unlock(&t->lock);
    session_free(s);
}

void session_replace(struct session_table *t, struct session *old, struct session *now)
{
    pthread_rwlock_wrlock(&t->lock);
    link_out(t, old);
    link_in(t, now);
    pthread_rwlock_unlock(&t->lock);
    session_free(old);
}

void session_each(struct session_table *t, session_each_fn *fn, void *arg)
{
    for (size_t i = 0; i < SESSION_BUCKETS; i++)
        for (struct session *s = t->bucket[i], *next; s; s = next) {
            next = s->next;
            fn(arg, s);
        }
}

size_t identity_sessions(struct identity *id)
{
    pthread_rwlock_rdlock(&id->sessions.lock);
    size_t n = id->sessions.count;
    pthread_rwlock_unlock(&id->sessions.lock);
    return n;
}

enum identity_state session_state(const struct identity *id, const struct session *s, int64_t now_ms)
{
    if (now_ms - s->begun_ms >= id->absolute_ms)
        return IDENTITY_NONE;
    if (now_ms - s->seen_ms >= id->idle_ms)
        return IDENTITY_IDLE;
    return s->change ? IDENTITY_CHANGE : IDENTITY_LIVE;
}

/* The caller of s, its texts copied in one piece. False when the arena is full. */
static bool fill(const struct session *s, int64_t now_ms, struct arena *arena, struct access_caller *out)
{
    char *copy = arena_alloc(arena, s->text_n + sizeof s->id);
    struct str text[SESSION_TEXTS];
    if (!copy)
        return false;
    memcpy(copy, s->text, s->text_n);
    memcpy(copy + s->text_n, s->id, sizeof s->id);
    split(s, copy, text);
    *out = (struct access_caller){
        .kind = s->kind,
        .account = text[SESSION_ACCOUNT],
        .user = text[SESSION_USER],
        .session = {copy + s->text_n, SESSION_ID_TEXT},
    };
    if (now_ms >= s->until_ms)
        return true;
    out->assignment = text[SESSION_ASSIGNMENT];
    out->unit = text[SESSION_UNIT];
    out->provider = text[SESSION_PROVIDER];
    out->role = text[SESSION_ROLE];
    out->purpose = text[SESSION_PURPOSE];
    return true;
}

enum identity_state identity_session(struct identity *id, struct str token, bool touch, struct arena *arena,
                                     struct access_caller *out)
{
    unsigned char hash[SESSION_HASH];
    enum identity_state state = IDENTITY_NONE;
    if (!session_hash(token, hash))
        return state;
    int64_t now_ms = os_now_ms();
    pthread_rwlock_rdlock(&id->sessions.lock);
    struct session *s = session_find(&id->sessions, hash);
    if (s)
        state = session_state(id, s, now_ms);
    if (state != IDENTITY_NONE && !fill(s, now_ms, arena, out))
        state = IDENTITY_NONE;
    if (state == IDENTITY_LIVE && touch && s->seen_ms < now_ms)
        s->seen_ms = now_ms;
    pthread_rwlock_unlock(&id->sessions.lock);
    return state;
}

struct by_id {
    struct str account, id;
    const struct session *found;
};

static void look(void *arg, struct session *s)
{
    struct by_id *by = arg;
    if (str_eq(by->id, (struct str){s->id, SESSION_ID_TEXT}) &&
        str_eq(by->account, session_text(s, SESSION_ACCOUNT)))
        by->found = s;
}

enum identity_state identity_session_of(struct identity *id, struct str account, struct str session,
                                        int64_t *until_ms)
{
    struct by_id by = {.account = account, .id = session};
    int64_t now_ms = os_now_ms();
    pthread_rwlock_rdlock(&id->sessions.lock);
    session_each(&id->sessions, look, &by);
    enum identity_state state = by.found ? session_state(id, by.found, now_ms) : IDENTITY_NONE;
    *until_ms = state == IDENTITY_NONE ? 0 : by.found->begun_ms + id->absolute_ms;
    pthread_rwlock_unlock(&id->sessions.lock);
    return state;
}
