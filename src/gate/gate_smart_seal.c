/* SPDX-License-Identifier: Apache-2.0
 * The seal of a form: what a page of this service shows a person is what comes back, in the same session. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/b64.h"
#include "gate/gate_smart.h"

enum { SEAL = 32 };

/* HMAC over when, the session's secret and what it is about. */
static void seal_make(const struct ask *a, struct str when, struct str about, unsigned char out[SEAL])
{
    struct buf text;
    unsigned n = SEAL;
    buf_init(&text, BUF_NO_MAX);
    const struct str part[] = {when, a->heads.token, about};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        buf_u64(&text, part[i].n);
        buf_char(&text, ':');
        buf_str(&text, part[i]);
    }
    struct str t = buf_get(&text);
    OS_ASSERT(buf_ok(&text) && HMAC(EVP_sha256(), a->gate->apps->key, sizeof a->gate->apps->key,
                                    (const unsigned char *)t.p, t.n, out, &n));
    buf_release(&text);
}

struct str ask_seal(const struct ask *a, struct str about)
{
    unsigned char seal[SEAL];
    struct str when = arena_printf(a->arena, "%lld", (long long)a->now_ms);
    seal_make(a, when, about, seal);
    struct str text = b64url_encode(a->arena, seal, SEAL);
    return arena_printf(a->arena, "%.*s.%.*s", STR_ARG(when), STR_ARG(text));
}

bool ask_seal_holds(const struct ask *a, struct str seal, struct str about)
{
    unsigned char want[SEAL];
    struct str bytes;
    uint64_t ms;
    size_t dot = str_find(seal, '.', 0);
    if (dot == SIZE_MAX || !str_u64(str_sub(seal, 0, dot), INT64_MAX, &ms) ||
        !b64url_decode(a->arena, str_sub(seal, dot + 1, seal.n), &bytes) || bytes.n != SEAL)
        return false;
    seal_make(a, str_sub(seal, 0, dot), about, want);
    return CRYPTO_memcmp(want, bytes.p, SEAL) == 0 && (int64_t)ms <= a->now_ms &&
           a->now_ms - (int64_t)ms < GATE_CONSENT_MS;
}
