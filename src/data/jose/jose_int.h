/* SPDX-License-Identifier: Apache-2.0
 * Private to jose: a key, and the table of what the algorithms are. */
#ifndef HELHET_JOSE_JOSE_INT_H
#define HELHET_JOSE_JOSE_INT_H

#include <openssl/evp.h>

#include "jose/jose.h"

struct jose_key {
    EVP_PKEY *pkey;
    unsigned algs; /* what it can do: its type, its curve, and its own alg when it says one */
    bool secret;
    struct str kid; /* "" : none; of the set's arena */
};

struct jose_keys {
    struct arena arena;
    struct jose_key item[JOSE_KEYS_MAX];
    size_t count;
};

struct jose_alg_info {
    enum jose_alg alg;
    const char *name, *digest;
    const char *curve; /* the JWK's name; NULL: RSA */
    const char *group; /* OpenSSL's name */
    size_t half;       /* bytes of each half of an EC signature */
};
extern const struct jose_alg_info jose_algs[4];
const struct jose_alg_info *jose_alg_find(struct str name);
const struct jose_alg_info *jose_alg_info(enum jose_alg alg);

#endif
