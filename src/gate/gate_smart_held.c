/* SPDX-License-Identifier: Apache-2.0
 * GET and POST /auth/apps: a person sees which apps hold something, and takes it back: from then on no token
 * of theirs is good for anything, and no answer is remembered. */
#include "gate/gate_smart.h"

bool held_show(struct ask *a)
{
    struct smart_held *held;
    struct err err = {0};
    size_t count;
    enum identity_state state = ask_who(a);
    if (state != IDENTITY_LIVE)
        return page_login(a, state);
    return smart_held_list(a->gate->opt.smart, a->caller.account, a->now_ms, a->arena, &held, &count, &err)
               ? page_held(a, held, count)
               : page_refuse(a, &err);
}

static bool end(struct ask *a, struct err *err)
{
    if (!ask_ours(a, err) || !ask_params(a, gate_body_of(a->req), err))
        return false;
    if (ask_who(a) != IDENTITY_LIVE)
        return err_set(err, ERR_LOGIN_REQUIRED, NULL);
    struct str app = ask_param(a, "app");
    if (!app.n || !ask_seal_holds(a, ask_param(a, "seal"), app))
        return err_set(err, ERR_OAUTH_REQUEST, "sidan är för gammal eller inte din; läs om den",
                       "the page is too old or not yours; reload it", NULL);
    /* What is taken back is taken back, though the log should fail. */
    return smart_held_end(a->gate->opt.smart, a->caller.account, app, err) && ask_log(a, err);
}

bool held_end(struct ask *a)
{
    struct err err = {0};
    return end(a, &err) ? page_see_apps(a) : page_refuse(a, &err);
}
