/* SPDX-License-Identifier: Apache-2.0 */
#include "store/chain.h"

#include <openssl/evp.h>

#include "base/os.h"

struct chain {
    EVP_MD *md;
    EVP_MD_CTX *change, *commit;
};

static bool chain_failed(struct err *err)
{
    return err_set(err, ERR_INTERNAL, "SHA-256", NULL);
}

struct chain *chain_new(struct err *err)
{
    struct chain *c = os_alloc(sizeof *c);
    if (!c) {
        err_set(err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    *c = (struct chain){EVP_MD_fetch(NULL, "SHA256", NULL), EVP_MD_CTX_new(), EVP_MD_CTX_new()};
    if (c->md && c->change && c->commit)
        return c;
    chain_failed(err);
    chain_free(c);
    return NULL;
}

void chain_free(struct chain *c)
{
    if (!c)
        return;
    EVP_MD_CTX_free(c->change);
    EVP_MD_CTX_free(c->commit);
    EVP_MD_free(c->md);
    os_free(c);
}

/* Length first, so that neighbouring texts cannot trade bytes. */
static bool chain_text(EVP_MD_CTX *ctx, struct str s)
{
    unsigned char size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (unsigned char)((uint64_t)s.n >> (8 * i));
    return EVP_DigestUpdate(ctx, size, sizeof size) && EVP_DigestUpdate(ctx, s.p ? s.p : "", s.n);
}

static bool chain_int(EVP_MD_CTX *ctx, int64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (8 * i));
    return EVP_DigestUpdate(ctx, bytes, sizeof bytes);
}

bool chain_change(struct chain *c, const struct chain_change *change, unsigned char out[CHAIN_BYTES],
                  struct err *err)
{
    bool ok = EVP_DigestInit_ex2(c->change, c->md, NULL) && chain_text(c->change, change->type) &&
              chain_text(c->change, change->id) && chain_int(c->change, change->version) &&
              chain_int(c->change, change->op) && chain_text(c->change, change->body) &&
              EVP_DigestFinal_ex(c->change, out, NULL);
    return ok || chain_failed(err);
}

bool chain_begin(struct chain *c, const unsigned char prev[CHAIN_BYTES], const struct chain_commit *commit,
                 struct err *err)
{
    bool ok = EVP_DigestInit_ex2(c->commit, c->md, NULL) && EVP_DigestUpdate(c->commit, prev, CHAIN_BYTES) &&
              chain_int(c->commit, commit->seq) && chain_int(c->commit, commit->time_ms) &&
              chain_int(c->commit, commit->n) && chain_text(c->commit, commit->agent) &&
              chain_text(c->commit, commit->reason);
    return ok || chain_failed(err);
}

bool chain_add(struct chain *c, const unsigned char digest[CHAIN_BYTES], struct err *err)
{
    return EVP_DigestUpdate(c->commit, digest, CHAIN_BYTES) || chain_failed(err);
}

bool chain_end(struct chain *c, unsigned char out[CHAIN_BYTES], struct err *err)
{
    return EVP_DigestFinal_ex(c->commit, out, NULL) || chain_failed(err);
}
