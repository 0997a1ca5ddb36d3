/* SPDX-License-Identifier: Apache-2.0
 * $diff: what changed between two versions, as a FHIRPath Patch that could be sent as a PATCH. On a resource:
 * from a version (fromVersion; else the one before) to another (toVersion; else the current). On the system:
 * from and to name any two of one type, "Patient/a" or "Patient/a/_history/2". */
#include "api/params.h"
#include "patch/patch.h"

static const struct params_def instance_defs[] = {
    {.name = "fromVersion"}, {.name = "toVersion"}, {.name = NULL}};
static const struct params_def system_defs[] = {
    {.name = "from", .required = true}, {.name = "to", .required = true}, {.name = NULL}};

static bool found_body(struct call *c, enum store_found found, fhir_type_id type, struct str id,
                       const struct store_version *v, struct str *body, struct err *err)
{
    if (found == STORE_FAILED)
        return false;
    if (found == STORE_ABSENT)
        return err_set_str(err, ERR_NOT_FOUND, resource_name(c->arena, type, id), STR(""));
    if (found == STORE_DELETED)
        return err_set_str(err, ERR_GONE, resource_name(c->arena, type, id), STR(""));
    *body = v->body;
    return true;
}

/* The body of a version; version 0: the current one. */
static bool body_of(struct call *c, struct store_read *r, fhir_type_id type, struct str id, uint64_t version,
                    struct str *body, struct err *err)
{
    struct store_version v;
    enum store_found found = version ? store_get_version(r, type, id, (uint32_t)version, c->arena, &v, err)
                                     : store_get(r, type, id, c->arena, &v, err);
    return found_body(c, found, type, id, &v, body, err);
}

static bool version_param(const struct params *p, const char *name, uint64_t *out, struct err *err)
{
    struct str text = params_text(p, name);
    return !text.p || (str_u64(text, UINT32_MAX, out) && *out) ||
           err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
}

static bool instance_bodies(struct call *c, struct store_read *r, struct str body[2], struct err *err)
{
    struct params p;
    uint64_t from = 0, to = 0;
    struct store_version now;
    if (!params_read(c, instance_defs, &p, err) || !version_param(&p, "fromVersion", &from, err) ||
        !version_param(&p, "toVersion", &to, err))
        return false;
    if (!to) {
        struct str unused;
        if (!found_body(c, store_get(r, c->type, c->id, c->arena, &now, err), c->type, c->id, &now, &unused,
                        err))
            return false;
        to = now.version;
    }
    if (!from && to == 1)
        return err_set(err, ERR_PARAM_MISSING, "fromVersion", "diff", NULL);
    return body_of(c, r, c->type, c->id, from ? from : to - 1, &body[0], err) &&
           body_of(c, r, c->type, c->id, to, &body[1], err);
}

/* "Type/id" or "Type/id/_history/v". */
static bool named_body(struct call *c, struct store_read *r, struct str name, struct str text,
                       struct str *body, struct err *err)
{
    struct str rest = text, type, id, history, version;
    uint64_t number = 0;
    str_split(&rest, '/', &type);
    fhir_type_id t = fhir_resource_find(type);
    bool ok = t && rest.p && str_split(&rest, '/', &id) && fhir_prim_valid(FHIR_PRIM_ID, id);
    if (ok && rest.p)
        ok = str_split(&rest, '/', &history) && str_is(history, "_history") && rest.p &&
             str_split(&rest, '/', &version) && !rest.p && str_u64(version, UINT32_MAX, &number) && number;
    if (!ok)
        return err_set_str(err, ERR_PARAM_VALUE, text, name);
    return body_of(c, r, t, id, number, body, err);
}

static bool system_bodies(struct call *c, struct store_read *r, struct str body[2], struct err *err)
{
    struct params p;
    return params_read(c, system_defs, &p, err) &&
           named_body(c, r, STR("from"), params_text(&p, "from"), &body[0], err) &&
           named_body(c, r, STR("to"), params_text(&p, "to"), &body[1], err);
}

bool op_diff_run(struct call *c)
{
    struct err err = {0};
    struct str body[2], patch;
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = c->id.n ? instance_bodies(c, r, body, &err) : system_bodies(c, r, body, &err);
    call_read_end(c, r);
    if (!ok || !patch_diff(body[0], body[1], c->arena, &patch, &err))
        return outcome_fail(c, &err);
    c->resp->body = patch;
    return resource_answer_set(c, 200);
}
