/* SPDX-License-Identifier: Apache-2.0
 * Page links: what a page goes on from, sealed so that a link neither shows a search nor can be made up.
 *
 * token = base64url(version, salt, AES-256-GCM(text), tag). Each token has a key of its own, HMAC-SHA-256 of
 * its salt under a key that is made from the store's: no two messages share a key, so the nonce is constant,
 * and links survive a restart. The scope (what the search is of) is authenticated with it. */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/b64.h"
#include "base/os.h"
#include "search/search_int.h"

enum {
    PAGE_VERSION = 1,
    PAGE_SALT = 16,
    PAGE_NONCE = 12,
    PAGE_TAG = 16,
};

/* ---- sealing ---- */

void page_keyed(struct search *s)
{
    static const char label[] = "helhet page link 1";
    unsigned char seed[sizeof s->key + sizeof label];
    unsigned n = 0;
    memcpy(seed, &s->key, sizeof s->key);
    memcpy(seed + sizeof s->key, label, sizeof label);
    s->has_page_key = EVP_Digest(seed, sizeof seed, s->page_key, &n, EVP_sha256(), NULL) == 1;
}

static bool key_of(const struct search *s, const unsigned char *salt, unsigned char key[SEARCH_PAGE_KEY])
{
    unsigned n = 0;
    return s->has_page_key &&
           HMAC(EVP_sha256(), s->page_key, SEARCH_PAGE_KEY, salt, PAGE_SALT, key, &n) != NULL;
}

/* Seals (or opens) n bytes from in to out, with tag written (or checked). */
static bool crypt(bool seal, const unsigned char *key, struct str scope, const unsigned char *in, size_t n,
                  unsigned char *out, unsigned char *tag)
{
    static const unsigned char nonce[PAGE_NONCE] = {0};
    int len = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && n <= INT32_MAX && EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce, seal) == 1 &&
              EVP_CipherUpdate(c, NULL, &len, (const unsigned char *)scope.p, (int)scope.n) == 1 &&
              EVP_CipherUpdate(c, out, &len, in, (int)n) == 1 &&
              (seal || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, PAGE_TAG, tag) == 1) &&
              EVP_CipherFinal_ex(c, out + len, &len) == 1 &&
              (!seal || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, PAGE_TAG, tag) == 1);
    EVP_CIPHER_CTX_free(c);
    return ok;
}

/* ---- the text: parts, each after its length ---- */

static void put(struct buf *b, struct str part)
{
    buf_u64(b, part.n);
    buf_char(b, ':');
    buf_str(b, part);
}

static bool take(struct str *rest, struct str *part)
{
    size_t colon = str_find(*rest, ':', 0);
    uint64_t n;
    if (colon == SIZE_MAX || !str_u64(str_sub(*rest, 0, colon), rest->n - colon - 1, &n))
        return false;
    *part = str_sub(*rest, colon + 1, colon + 1 + (size_t)n);
    *rest = str_sub(*rest, colon + 1 + (size_t)n, rest->n);
    return true;
}

static bool take_number(struct str *rest, uint64_t max, uint64_t *n)
{
    struct str part;
    return take(rest, &part) && str_u64(part, max, n);
}

static void put_number(struct buf *b, uint64_t n)
{
    char text[24];
    size_t at = sizeof text;
    do
        text[--at] = (char)('0' + n % 10);
    while (n /= 10);
    put(b, (struct str){text + at, sizeof text - at});
}

static void write_place(struct buf *b, const struct search_place *place)
{
    put_number(b, (uint64_t)place->seq);
    put(b, place->cursor);
    put_number(b, place->has_total);
    put_number(b, place->total);
    put_number(b, place->back_count);
    for (size_t i = 0; i < place->back_count; i++)
        put(b, place->back[i]);
    put_number(b, place->param_count);
    for (size_t i = 0; i < place->param_count; i++) {
        put(b, place->param[i].name);
        put(b, place->param[i].value);
    }
}

static bool read_place(struct str rest, struct arena *arena, struct search_place *out)
{
    uint64_t seq, has_total, back, params;
    *out = (struct search_place){0};
    if (!take_number(&rest, INT64_MAX, &seq) || !take(&rest, &out->cursor) ||
        !take_number(&rest, 1, &has_total) || !take_number(&rest, UINT64_MAX, &out->total) ||
        !take_number(&rest, SEARCH_PAGES_BACK, &back))
        return false;
    out->seq = (int64_t)seq;
    out->has_total = has_total;
    for (; out->back_count < back; out->back_count++) {
        if (!take(&rest, &out->back[out->back_count]))
            return false;
    }
    if (!take_number(&rest, SEARCH_PARAMS_MAX, &params))
        return false;
    out->param = ARENA_ARRAY(arena, struct search_param, params + 1);
    for (; out->param_count < params; out->param_count++) {
        struct search_param *p = &out->param[out->param_count];
        if (!take(&rest, &p->name) || !take(&rest, &p->value))
            return false;
    }
    return rest.n == 0;
}

struct str search_page_seal(const struct search *s, struct str scope, const struct search_place *place,
                            struct arena *arena)
{
    struct buf text;
    unsigned char key[SEARCH_PAGE_KEY];
    struct str token = {NULL, 0};
    buf_init(&text, SEARCH_TOKEN_MAX);
    write_place(&text, place);
    size_t n = text.n;
    unsigned char *out = buf_ok(&text) ? arena_alloc(arena, 1 + PAGE_SALT + n + PAGE_TAG) : NULL;
    if (out) {
        out[0] = PAGE_VERSION;
        os_random(out + 1, PAGE_SALT);
        unsigned char *body = out + 1 + PAGE_SALT;
        if (key_of(s, out + 1, key) &&
            crypt(true, key, scope, (const unsigned char *)text.p, n, body, body + n))
            token = b64url_encode(arena, out, 1 + PAGE_SALT + n + PAGE_TAG);
    }
    buf_release(&text);
    return token;
}

bool search_page_open(const struct search *s, struct str scope, struct str token, struct arena *arena,
                      struct search_place *out, struct err *err)
{
    struct str bytes;
    unsigned char key[SEARCH_PAGE_KEY];
    if (token.n > 2 * SEARCH_TOKEN_MAX || !b64url_decode(arena, token, &bytes) ||
        bytes.n < 1 + PAGE_SALT + PAGE_TAG || bytes.p[0] != PAGE_VERSION)
        return err_set(err, ERR_SEARCH_PAGE, NULL);
    unsigned char *p = (unsigned char *)bytes.p, *body = p + 1 + PAGE_SALT;
    size_t n = bytes.n - (1 + PAGE_SALT + PAGE_TAG);
    unsigned char *text = arena_alloc(arena, n + 1);
    if (!text || !key_of(s, p + 1, key) || !crypt(false, key, scope, body, n, text, body + n) ||
        !read_place((struct str){(char *)text, n}, arena, out))
        return err_set(err, ERR_SEARCH_PAGE, NULL);
    return true;
}
