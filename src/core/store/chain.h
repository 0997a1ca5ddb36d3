/* SPDX-License-Identifier: Apache-2.0
 * chain: the hash chain of the commit log (SHA-256, FIPS 180-4). A change's digest covers type name, id,
 * version, op and body; a commit's hash covers the hash before it, sequence, time, agent, reason and its
 * changes' digests in order of (rid, version). So nothing stored can be altered, dropped or reordered without
 * check seeing it. */
#ifndef HELHET_STORE_CHAIN_H
#define HELHET_STORE_CHAIN_H

#include "base/err.h"

enum { CHAIN_BYTES = 32 };

struct chain; /* one thread at a time */

struct chain *chain_new(struct err *err);
void chain_free(struct chain *c);

struct chain_change {
    struct str type, id, body;
    uint32_t version;
    char op;
};
bool chain_change(struct chain *c, const struct chain_change *change, unsigned char out[CHAIN_BYTES],
                  struct err *err);

struct chain_commit {
    int64_t seq, time_ms, n;
    struct str agent, reason;
};
/* Begins a commit's hash; then every digest, then the end. */
bool chain_begin(struct chain *c, const unsigned char prev[CHAIN_BYTES], const struct chain_commit *commit,
                 struct err *err);
bool chain_add(struct chain *c, const unsigned char digest[CHAIN_BYTES], struct err *err);
bool chain_end(struct chain *c, unsigned char out[CHAIN_BYTES], struct err *err);

#endif
