/* SPDX-License-Identifier: Apache-2.0
 * Any text as a token, as a key set and as claims: never a crash, and never a token that verifies. */
#include "base/os.h"
#include "jose/jose.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char key[] =
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct jose_keys *keys;
    struct str text = {(const char *)data, size};
    struct jose_expect expect = {.iss = STR("i"), .aud = STR("a"), .now_s = 1000};
    struct jose_token token;
    struct json_doc doc;
    struct err err = {0};
    struct arena arena;
    if (!keys)
        keys = jose_keys_parse(STR(key), false, &err);
    OS_ASSERT(keys);
    arena_init(&arena);
    if (jose_verify(keys, JOSE_RS256 | JOSE_RS384 | JOSE_ES256 | JOSE_ES384, text, &arena, &token, &err))
        os_panic("forged");
    (void)jose_peek(text, &arena, &doc, &err);
    token = (struct jose_token){.payload = text};
    (void)jose_claims(&token, &expect, &arena, &doc, &err);
    jose_keys_free(jose_keys_parse(text, false, &err));
    jose_keys_free(jose_keys_parse(text, true, &err));
    arena_release(&arena);
    return 0;
}
