/* SPDX-License-Identifier: Apache-2.0
 * Passwords: argon2id by libsodium with its interactive limits (64 MiB, 2 passes; RFC 9106 4). Text is
 * brought to NFC first, so that ö is the same password from every keyboard (RFC 8265 4.2.2). */
#include <sodium.h>
#include <stdio.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "identity/identity_int.h"

_Static_assert(PASSWORD_HASH_MAX == crypto_pwhash_argon2id_STRBYTES, "libsodium's own");

enum { PASSWORD_NORMAL_MAX = 3 * IDENTITY_PASSWORD_MAX + 1, PASSWORD_SALT = 16, PASSWORD_SUM = 32 };

/* The bytes that are hashed; their number, or -1 when the text is no text or too long. */
static int password_bytes(struct str password, char out[PASSWORD_NORMAL_MAX])
{
    UChar raw[IDENTITY_PASSWORD_MAX + 1], normal[PASSWORD_NORMAL_MAX];
    int32_t raw_n = 0, normal_n = 0, n = 0;
    UErrorCode code = U_ZERO_ERROR;
    if (password.n == 0 || password.n > IDENTITY_PASSWORD_MAX || memchr(password.p, 0, password.n))
        return -1;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
    u_strFromUTF8(raw, IDENTITY_PASSWORD_MAX + 1, &raw_n, password.p, (int32_t)password.n, &code);
    if (U_SUCCESS(code))
        normal_n = unorm2_normalize(nfc, raw, raw_n, normal, PASSWORD_NORMAL_MAX, &code);
    if (U_SUCCESS(code))
        u_strToUTF8(out, PASSWORD_NORMAL_MAX, &n, normal, normal_n, &code);
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(normal, sizeof normal);
    return U_SUCCESS(code) ? n : -1;
}

bool password_hash(struct str password, char out[PASSWORD_HASH_MAX], struct err *err)
{
    char text[PASSWORD_NORMAL_MAX];
    int n = password_bytes(password, text);
    bool ok = n > 0 && crypto_pwhash_argon2id_str(out, text, (unsigned long long)n,
                                                  crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
                                                  crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE) == 0;
    sodium_memzero(text, sizeof text);
    if (ok)
        return true;
    return n > 0 ? err_set(err, ERR_NO_MEMORY, NULL)
                 : err_set(err, ERR_ACCOUNT_PASSWORD, "ogiltig text", "not valid text", NULL);
}

bool password_right(const char *hash, struct str password)
{
    char text[PASSWORD_NORMAL_MAX] = "x";
    int n = password_bytes(password, text);
    /* What is no password is held against the hash all the same: one time for every answer. */
    bool right = crypto_pwhash_argon2id_str_verify(hash, text, (unsigned long long)(n > 0 ? n : 1)) == 0;
    sodium_memzero(text, sizeof text);
    return right && n > 0;
}

bool password_outdated(const char *hash)
{
    return crypto_pwhash_argon2id_str_needs_rehash(hash, crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
                                                   crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE) != 0;
}

void password_dummy(char out[PASSWORD_HASH_MAX])
{
    unsigned char salt[PASSWORD_SALT], sum[PASSWORD_SUM];
    char salt_text[sodium_base64_ENCODED_LEN(PASSWORD_SALT, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
    char sum_text[sodium_base64_ENCODED_LEN(PASSWORD_SUM, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
    os_random(salt, sizeof salt);
    os_random(sum, sizeof sum);
    sodium_bin2base64(salt_text, sizeof salt_text, salt, sizeof salt,
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sodium_bin2base64(sum_text, sizeof sum_text, sum, sizeof sum, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    snprintf(out, PASSWORD_HASH_MAX, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s",
             crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE / 1024, crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
             salt_text, sum_text);
}

/* Characters of valid UTF-8. */
static size_t password_length(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

bool identity_password_fits(struct str name, struct str password, struct err *err)
{
    char text[PASSWORD_NORMAL_MAX], sv[ERR_ARG_MAX], en[ERR_ARG_MAX];
    int n = password_bytes(password, text);
    struct str normal = {text, n > 0 ? (size_t)n : 0};
    size_t length = password_length(normal);
    const char *const *why = n > 0 ? common_reason(name, normal) : NULL;
    sodium_memzero(text, sizeof text);
    if (password.n > IDENTITY_PASSWORD_MAX) {
        snprintf(sv, sizeof sv, "det är längre än %d byte", IDENTITY_PASSWORD_MAX);
        snprintf(en, sizeof en, "it is longer than %d bytes", IDENTITY_PASSWORD_MAX);
        return err_set(err, ERR_ACCOUNT_PASSWORD, sv, en, NULL);
    }
    if (n <= 0 || length < IDENTITY_PASSWORD_MIN) {
        snprintf(sv, sizeof sv, "det ska ha minst %d tecken", IDENTITY_PASSWORD_MIN);
        snprintf(en, sizeof en, "it must have at least %d characters", IDENTITY_PASSWORD_MIN);
        return err_set(err, ERR_ACCOUNT_PASSWORD, sv, en, NULL);
    }
    return !why || err_set(err, ERR_ACCOUNT_PASSWORD, why[0], why[1], NULL);
}
