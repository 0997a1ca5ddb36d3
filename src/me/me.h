/* SPDX-License-Identifier: Apache-2.0
 * me: what is the user's own, under /me: drafts, settings, receipts; and what changes, told as it happens,
 * under /live. See README.md for the addresses. The
 * gate calls it with whom it has let in. */
#ifndef HELHET_ME_ME_H
#define HELHET_ME_ME_H

#include "api/api.h"
#include "desk/desk.h"

enum {
    ME_DRAFT_BYTES_MAX = 256 << 10,
    ME_SETTING_BYTES_MAX = 64 << 10,
    ME_TITLE_MAX = 200, /* bytes */
    ME_KIND_MAX = 64,
    ME_ID_MAX = 64,
    ME_NAME_MAX = 40, /* of a setting */
    ME_RECEIPTS_PAGE = 50,
    ME_RECEIPTS_PAGE_MAX = 200,
};

struct me_options {
    struct api *api;
    struct store *store;
    struct desk *desk;
    struct access *access; /* NULL: no accounts in use */
};

struct me;

/* Borrows what the options name. NULL with *err. */
struct me *me_new(const struct me_options *opt, struct err *err);
/* Only after http_stop and desk_close: what waits there is answered through it. NULL is fine. */
void me_free(struct me *m);
/* Lets it ask whether a session lives, by its token, without counting as its use. Before requests come. */
void me_alive_by(struct me *m, bool (*alive)(void *arg, struct str token), void *arg);

bool me_path(struct str path);
/* Does the body that is announced fit there? False with *err. One without a length is measured when it has
 * come. */
bool me_body_fits(const struct http_request *req, struct err *err);
/* As an http_handler. caller: who it is, let in, with texts in the request's arena, by the session of token;
 * NULL: no accounts in use. */
bool me_handle(struct me *m, const struct access_caller *caller, struct str token, struct http_request *req,
               struct http_response *resp);

#endif
