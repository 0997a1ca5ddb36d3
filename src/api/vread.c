/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_int.h"

static const char *const vread_params[] = {"_summary", "_elements", NULL};

bool vread_run(struct call *c)
{
    struct err err = {0};
    struct store_version v;
    uint64_t version;
    struct str name = arena_printf(c->arena, "%s/%.*s/_history/%.*s", fhir_types[c->type].name,
                                   STR_ARG(c->id), STR_ARG(c->vid));
    if (!call_params_only(c, vread_params, &err))
        return outcome_fail(c, &err);
    if (!str_u64(c->vid, UINT32_MAX, &version) || version == 0) {
        err_set_str(&err, ERR_NOT_FOUND, name, STR(""));
        return outcome_fail(c, &err);
    }
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    enum store_found found = store_get_version(r, c->type, c->id, (uint32_t)version, c->arena, &v, &err);
    call_read_end(c, r);
    if (found == STORE_FOUND)
        return resource_answer(c, &v, 200);
    if (found != STORE_FAILED)
        err_set_str(&err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND, name, STR(""));
    return outcome_fail(c, &err);
}
