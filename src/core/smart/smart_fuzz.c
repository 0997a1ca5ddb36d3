/* SPDX-License-Identifier: Apache-2.0
 * Any text as scopes, as a client's assertion, as a code and as a token: never a crash, nothing proved or
 * taken, and scopes that are read are read again from what is written of them. */
#include <stdlib.h>

#include "base/os.h"
#include "jose/jose.h"
#include "smart/smart.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { NOW_MS = 1000 };

static struct smart *opened(void)
{
    char dir[] = "/tmp/helhet-smart-fuzz-XXXXXX";
    struct err err = {0};
    struct buf private, public;
    buf_init(&private, BUF_NO_MAX);
    buf_init(&public, BUF_NO_MAX);
    struct smart *s = mkdtemp(dir) ? smart_open(dir, true, &err) : NULL;
    OS_ASSERT(s && jose_key_make(JOSE_ES384, &private, &err));
    struct jose_keys *keys = jose_keys_parse(buf_get(&private), true, &err);
    OS_ASSERT(keys && jose_keys_write(keys, &public, &err));
    struct smart_app app = {.id = STR("a"),
                            .name = STR("a"),
                            .kind = SMART_KEYS,
                            .scopes = STR("system/*.rs"),
                            .redirects = STR("https://a.example/"),
                            .jwks = buf_get(&public),
                            .enabled = true};
    OS_ASSERT(smart_app_put(s, &app, (struct str){0}, &err));
    jose_keys_free(keys);
    buf_release(&private);
    buf_release(&public);
    return s;
}

static void scopes(struct str text, struct arena *arena)
{
    struct smart_scopes a, b, both;
    struct err err = {0};
    if (!smart_scopes_parse(text, arena, &a, &err))
        return;
    struct str once = smart_scopes_text(&a, arena);
    if (once.n > SMART_SCOPE_TEXT_MAX)
        return;
    if (!smart_scopes_parse(once, arena, &b, &err) || !str_eq(once, smart_scopes_text(&b, arena)) ||
        !smart_scopes_all(&b, &b) || b.ignored_count)
        os_panic("not read as it was written");
    if (smart_scopes_within(&b, &b, arena, &both, &err) && !smart_scopes_all(&both, &b))
        os_panic("wider than it was");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct smart *s;
    struct str text = {(const char *)data, size}, nonce;
    struct smart_proof proof = {
        .id = STR(""), .assertion = text, .audience = STR("https://a.example/auth/token")};
    struct smart_app app;
    struct smart_grant grant;
    struct err err = {0};
    struct arena arena;
    int64_t until_ms;
    if (!s)
        s = opened();
    arena_init(&arena);
    scopes(text, &arena);
    if (smart_app_prove(s, &proof, NOW_MS, &arena, &app, &err) ||
        smart_code_take(s, text, STR("a"), STR("https://a.example/"), text, NOW_MS, &arena, &grant, &nonce,
                        &err) ||
        smart_refresh(s, text, STR("a"), NOW_MS, &arena, &grant, &err) ||
        smart_token_find(s, text, NOW_MS, &arena, &grant, &until_ms, &err))
        os_panic("forged");
    arena_release(&arena);
    return 0;
}
