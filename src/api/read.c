/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"
#include "api/audit_event.h"

static const char *const read_params[] = {"_summary", "_elements", NULL};

bool read_run(struct call *c)
{
    struct err err = {0};
    struct store_version v;
    if (audit_event_is(c))
        return audit_event_read(c);
    if (!call_params_only(c, read_params, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    enum store_found found = store_get(r, c->type, c->id, c->arena, &v, &err);
    call_read_end(c, r);
    switch (found) {
    case STORE_FOUND:
        return resource_answer(c, &v, 200);
    case STORE_DELETED:
        resource_headers(c, v.version, v.time_ms);
        err_set_str(&err, ERR_GONE, resource_name(c->arena, c->type, c->id), STR(""));
        break;
    case STORE_ABSENT:
        err_set_str(&err, ERR_NOT_FOUND, resource_name(c->arena, c->type, c->id), STR(""));
        break;
    case STORE_FAILED:
        break;
    }
    return outcome_fail(c, &err);
}
