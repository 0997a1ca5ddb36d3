/* SPDX-License-Identifier: Apache-2.0
 * Logins under way. What goes round through the browser is a name of an entry here, and says nothing. */
#include <openssl/crypto.h>

#include "oidc/oidc_int.h"

bool pending_init(struct pendings *p)
{
    p->item = os_alloc(sizeof *p->item * OIDC_PENDING_MAX);
    if (!p->item)
        return false;
    memset(p->item, 0, sizeof *p->item * OIDC_PENDING_MAX);
    pthread_mutex_init(&p->lock, NULL);
    return true;
}

void pending_release(struct pendings *p)
{
    if (!p->item)
        return;
    OPENSSL_cleanse(p->item, sizeof *p->item * OIDC_PENDING_MAX);
    os_free(p->item);
    pthread_mutex_destroy(&p->lock);
}

bool pending_add(struct pendings *p, struct pending *login, int64_t now_ms, struct err *err)
{
    size_t oldest = 0, of_client = 0;
    oidc_secret(login->state);
    oidc_secret(login->nonce);
    oidc_secret(login->verifier);
    oidc_secret(login->binding);
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < OIDC_PENDING_MAX; i++) {
        struct pending *one = &p->item[i];
        if (one->state[0] && now_ms - one->at_ms >= OIDC_PENDING_MS)
            OPENSSL_cleanse(one, sizeof *one);
        of_client += one->state[0] && strcmp(one->client, login->client) == 0;
        if (one->at_ms < p->item[oldest].at_ms)
            oldest = i;
    }
    bool room = of_client < OIDC_PENDING_CLIENT_MAX;
    if (room)
        p->item[oldest] = *login;
    pthread_mutex_unlock(&p->lock);
    return room || err_set(err, ERR_LOGIN_BUSY, NULL);
}

bool pending_take(struct pendings *p, struct str state, int64_t now_ms, struct pending *out)
{
    bool found = false;
    if (state.n != OIDC_SECRET_TEXT)
        return false;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < OIDC_PENDING_MAX && !found; i++) {
        struct pending *one = &p->item[i];
        found = one->state[0] && CRYPTO_memcmp(one->state, state.p, OIDC_SECRET_TEXT) == 0;
        if (!found)
            continue;
        *out = *one;
        OPENSSL_cleanse(one, sizeof *one);
    }
    pthread_mutex_unlock(&p->lock);
    return found && now_ms - out->at_ms < OIDC_PENDING_MS;
}
