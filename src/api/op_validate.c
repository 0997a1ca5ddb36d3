/* SPDX-License-Identifier: Apache-2.0
 * $validate (R4 resource-operation-validate): would this be accepted, as it stands, as a create, an update or
 * a delete? The answer is 200 with an OperationOutcome whether it would or not; 4xx means that it could not
 * be looked at. A profile other than the resource type's own is refused, not passed over. */
#include "api/gov_fill.h"
#include "fhir_gen/names.h"

enum validate_mode { MODE_NONE, MODE_CREATE, MODE_UPDATE, MODE_DELETE, MODE_PROFILE };

struct validation {
    struct call *call;
    struct json_doc doc;
    uint32_t node; /* the resource; UINT32_MAX: none was given */
    enum validate_mode mode;
    struct str profile;
    struct check_issues *issues;
    bool filled; /* what the server itself puts in is in it: its lines are not those that were sent */
};

static bool read_mode(struct validation *v, struct str mode, struct err *err)
{
    static const char *const names[] = {"", "create", "update", "delete", "profile"};
    for (size_t i = 1; i < sizeof(names) / sizeof(*names); i++)
        if (str_is(mode, names[i])) {
            v->mode = (enum validate_mode)i;
            bool instance = v->mode == MODE_UPDATE || v->mode == MODE_DELETE;
            return !instance || v->call->id.n || err_set_str(err, ERR_PARAM_VALUE, mode, STR("mode"));
        }
    return err_set_str(err, ERR_PARAM_VALUE, mode, STR("mode"));
}

static bool read_one(struct validation *v, struct str name, struct str text, uint32_t node, struct err *err)
{
    if (str_is(name, "mode") && text.p)
        return read_mode(v, text, err);
    if (str_is(name, "profile") && text.p) {
        v->profile = text;
        return true;
    }
    if (str_is(name, "resource") && node != UINT32_MAX) {
        v->node = node;
        return true;
    }
    return err_set_str(err, ERR_PARAM_UNKNOWN, name, STR("validate"));
}

/* Not params_read: a resource with faults must reach the check, whose findings are the answer. */
static bool read_body(struct validation *v, struct err *err)
{
    struct call *c = v->call;
    if (!media_content(c, err) || !json_parse(c->arena, c->body, &fhir_names, &v->doc, err))
        return false;
    if (v->doc.nodes[0].kind != JSON_OBJECT)
        return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
    if (fhir_resource_type(&v->doc, 0) != FHIR_TYPE_Parameters || c->type == FHIR_TYPE_Parameters) {
        v->node = 0;
        return true;
    }
    uint32_t list = json_get(&v->doc, 0, FHIR_NAME_parameter);
    if (list == UINT32_MAX || v->doc.nodes[list].kind != JSON_ARRAY)
        return true;
    JSON_EACH(&v->doc, list, i)
    {
        struct str text = {0};
        if (v->doc.nodes[i].kind != JSON_OBJECT)
            return err_set(err, ERR_FHIR_NOT_OBJECT, NULL);
        JSON_EACH(&v->doc, i, m)
        {
            if (v->doc.nodes[m].key_len > 5 && memcmp(v->doc.nodes[m].key, "value", 5) == 0)
                text = json_text(&v->doc, m);
        }
        if (!read_one(v, json_text(&v->doc, json_get(&v->doc, i, FHIR_NAME_name)), text,
                      json_get(&v->doc, i, FHIR_NAME_resource), err))
            return false;
    }
    return true;
}

static bool read_all(struct validation *v, struct err *err)
{
    struct call *c = v->call;
    v->node = UINT32_MAX;
    for (size_t i = 0; i < c->param_count; i++)
        if (!read_one(v, c->params[i].name, c->params[i].value, UINT32_MAX, err))
            return false;
    if (str_is(c->method, "POST") && c->body.n && !read_body(v, err))
        return false;
    /* With GET it is the resource as it stands. */
    if (v->node == UINT32_MAX && v->mode != MODE_DELETE && !str_is(c->method, "GET") &&
        !str_is(c->method, "HEAD"))
        return err_set(err, ERR_PARAM_MISSING, "resource", "validate", NULL);
    if (!v->profile.p)
        return true;
    struct str base = STR("http://hl7.org/fhir/StructureDefinition/");
    struct str own = str_of(fhir_types[c->type].name);
    bool known = str_starts(v->profile, base) && str_eq(str_sub(v->profile, base.n, v->profile.n), own);
    return known || err_set_str(err, ERR_PROFILE_UNKNOWN, v->profile, STR(""));
}

static void add_issue(struct validation *v, const struct err *err)
{
    if (v->issues->count < CHECK_ISSUES_MAX)
        v->issues->item[v->issues->count++] = *err;
    v->issues->total++;
}

static void check_id(struct validation *v)
{
    struct call *c = v->call;
    struct err err = {0};
    struct str id = json_text(&v->doc, json_get(&v->doc, v->node, FHIR_NAME_id));
    if (v->mode != MODE_UPDATE || str_eq(id, c->id))
        return;
    err_set_str(&err, ERR_FHIR_ID_MISMATCH, id, c->id);
    err_at(&err, arena_printf(c->arena, "%s.id", fhir_types[c->type].name));
    add_issue(v, &err);
}

static void check_content(struct validation *v)
{
    fhir_type_id type = 0;
    struct err err = {0};
    check_resource(&v->doc, v->node, &type, v->issues);
    if (v->filled)
        write_without_lines(v->issues);
    if (type && type != v->call->type) {
        err_set(&err, ERR_FHIR_TYPE_MISMATCH, fhir_types[type].name, fhir_types[v->call->type].name, NULL);
        add_issue(v, &err);
    }
    check_id(v);
}

/* Would the delete leave references that lead nowhere? */
static bool check_delete(struct validation *v, struct store_read *r, const struct store_version *now,
                         struct err *err)
{
    struct err why = {0};
    struct write w = {.call = v->call, .kind = WRITE_DELETE, .id = v->call->id};
    w.change.rid = now->rid;
    if (write_integrity(&w, r, &why))
        return true;
    if (why.code != ERR_REFERENCED) {
        *err = why;
        return false;
    }
    add_issue(v, &why);
    return true;
}

/* A write is checked with what the server puts in, and so is what would be one. */
static bool fill(struct validation *v, struct store_read *r, struct err *err)
{
    struct write w = {.call = v->call, .doc = &v->doc, .node = v->node};
    if (!gov_fill(&w, r, err))
        return false;
    v->filled = w.filled;
    if (w.filled) {
        v->doc = *w.doc;
        v->node = w.node;
    }
    return true;
}

/* What depends on the record: what the server would put in, and that the instance named is there to be read
 * or deleted. */
static bool check_record(struct validation *v, struct store_read *r, struct err *err)
{
    struct call *c = v->call;
    struct store_version now;
    if (v->node != UINT32_MAX && v->mode != MODE_DELETE)
        return fill(v, r, err);
    if (!c->id.n)
        return true;
    enum store_found found = store_get(r, c->type, c->id, c->arena, &now, err);
    if (found == STORE_FAILED)
        return false;
    if (found != STORE_FOUND)
        return err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                           resource_name(c->arena, c->type, c->id), STR(""));
    if (v->mode == MODE_DELETE)
        return check_delete(v, r, &now, err);
    v->node = 0;
    return json_parse(c->arena, now.body, &fhir_names, &v->doc, err);
}

static bool answer(struct validation *v)
{
    struct buf out;
    buf_init(&out, BUF_NO_MAX);
    if (v->issues->count)
        outcome_write_of(v->call, &out, v->issues->item, v->issues->count);
    else
        outcome_write_valid(&out, v->call->wants.lang);
    return resource_answer_buf(v->call, &out, 200);
}

bool op_validate_run(struct call *c)
{
    struct err err = {0};
    struct validation *v = ARENA_NEW(c->arena, struct validation);
    struct check_issues *issues = arena_alloc(c->arena, sizeof(*issues));
    if (!v || !issues) {
        err_set(&err, ERR_NO_MEMORY, NULL);
        return outcome_fail(c, &err);
    }
    issues->count = issues->total = 0;
    *v = (struct validation){.call = c, .issues = issues};
    if (!read_all(v, &err))
        return outcome_fail(c, &err);
    struct store_read *r = call_read_begin(c, &err);
    if (!r)
        return outcome_fail(c, &err);
    bool ok = check_record(v, r, &err);
    call_read_end(c, r);
    if (!ok)
        return outcome_fail(c, &err);
    if (v->node != UINT32_MAX && v->mode != MODE_DELETE)
        check_content(v);
    return answer(v);
}
