/* SPDX-License-Identifier: Apache-2.0
 * SQL-on-FHIR v2: keys to join views by. A key is "Type/id": an id alone is unique only within its type, so
 * two views joined on it could match a Group with a Patient. */
#include "fhir_gen/names.h"
#include "path/path_int.h"

static bool push_key(const struct path_call *c, struct str type, struct str id)
{
    char *p = path_run_alloc(c->run, type.n + 1 + id.n);
    if (!p)
        return false;
    memcpy(p, type.p, type.n);
    p[type.n] = '/';
    memcpy(p + type.n + 1, id.p, id.n);
    return path_run_push_text(c->run, c->out, PATH_STRING, (struct str){p, type.n + 1 + id.n});
}

static bool fn_resource_key(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++) {
        const struct path_value *v = &c->input->item[i];
        struct str id = path_step_text(v, FHIR_NAME_id);
        if (v->kind != PATH_NODE || fhir_types[v->type].kind != FHIR_RESOURCE)
            return path_run_fail(c->run, c->node, "getResourceKey() kräver en resurs",
                                 "getResourceKey() needs a resource");
        if (id.n && !push_key(c, str_of(fhir_types[v->type].name), id))
            return false;
    }
    return true;
}

/* "Patient/1" and "Patient/1/_history/2" as type and id; false for other forms: another server's resource is
 * in no view of ours, and contained ones have no key. */
static bool relative(struct str reference, fhir_type_id *type, struct str *id)
{
    struct str rest = reference, part[2];
    for (size_t i = 0; i < 2; i++)
        if (!str_split(&rest, '/', &part[i]))
            return false;
    *type = fhir_resource_find(part[0]);
    *id = part[1];
    return *type && id->n && (!rest.p || str_starts(rest, STR("_history/")));
}

static bool fn_reference_key(const struct path_call *c)
{
    for (uint32_t i = 0; i < c->input->count; i++) {
        struct str id;
        fhir_type_id type;
        if (!relative(path_step_text(&c->input->item[i], FHIR_NAME_reference), &type, &id))
            continue;
        if (c->node->argc && !fhir_type_is(type, c->node->type.fhir))
            continue;
        if (!push_key(c, str_of(fhir_types[type].name), id))
            return false;
    }
    return true;
}

const struct path_fn path_fn_key_table[] = {
    {"getResourceKey", 0, 0, PATH_R_KEY, 0, fn_resource_key},
    {"getReferenceKey", 0, 1, PATH_R_KEY, PATH_F_TYPE | PATH_F_REFERENCE, fn_reference_key},
    {NULL, 0, 0, 0, 0, NULL},
};
