/* SPDX-License-Identifier: Apache-2.0 */
#include "api/gov_out.h"

#include <stdio.h>

#include "base/time.h"
#include "fhir/out.h"
#include "fhir_gen/names.h"

static bool parse(struct call *c, struct str body, struct gov_body *out, struct err *err)
{
    struct json_doc *doc = ARENA_NEW(c->arena, struct json_doc);
    if (!doc)
        return err_set(err, ERR_NO_MEMORY, NULL);
    *out = (struct gov_body){doc, 0};
    return json_parse(c->arena, body, &fhir_names, doc, err);
}

bool gov_out_read(struct call *c, struct store_read *r, struct gov_body *out, struct store_version *v,
                  struct err *err)
{
    struct store_version own;
    v = v ? v : &own;
    enum store_found found = store_get(r, c->type, c->id, c->arena, v, err);
    if (found == STORE_FOUND)
        return parse(c, v->body, out, err);
    if (found != STORE_FAILED)
        err_set_str(err, found == STORE_DELETED ? ERR_GONE : ERR_NOT_FOUND,
                    resource_name(c->arena, c->type, c->id), STR(""));
    return false;
}

bool gov_out_get(struct call *c, struct store_read *r, struct str reference, struct gov_body *out,
                 bool *found, struct err *err)
{
    struct store_version v;
    size_t slash = str_find(reference, '/', 0);
    fhir_type_id type = slash == SIZE_MAX ? 0 : fhir_resource_find(str_sub(reference, 0, slash));
    *found = false;
    *out = (struct gov_body){0};
    if (!type)
        return true;
    enum store_found how = store_get(r, type, str_sub(reference, slash + 1, reference.n), c->arena, &v, err);
    *found = how == STORE_FOUND;
    return *found ? parse(c, v.body, out, err) : how != STORE_FAILED;
}

void gov_out_begin(struct json_out *o, struct buf *out)
{
    buf_init(out, GOV_OUT_BYTES_MAX);
    json_out_init(o, out);
    json_out_object(o, NULL);
    json_out_cstr(o, "resourceType", "Parameters");
    json_out_array(o, "parameter");
}

bool gov_out_end(struct json_out *o, struct call *c, struct buf *out)
{
    json_out_end_array(o);
    json_out_end_object(o);
    return resource_answer_buf(c, out, 200);
}

static void named(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

void gov_out_text(struct json_out *o, const char *name, const char *kind, struct str value)
{
    if (!value.n)
        return;
    named(o, name);
    json_out_string(o, kind, value);
    json_out_end_object(o);
}

void gov_out_bool(struct json_out *o, const char *name, bool value)
{
    named(o, name);
    json_out_bool(o, "valueBoolean", value);
    json_out_end_object(o);
}

void gov_out_count(struct json_out *o, const char *name, uint64_t value)
{
    named(o, name);
    json_out_i64(o, "valueInteger", (int64_t)value);
    json_out_end_object(o);
}

void gov_out_decimal(struct json_out *o, const char *name, double value, int decimals)
{
    char text[400];
    int n = snprintf(text, sizeof text, "%.*f", decimals, value);
    named(o, name);
    json_out_raw(o, "valueDecimal", (struct str){text, (size_t)n});
    json_out_end_object(o);
}

void gov_out_reference(struct json_out *o, const char *name, struct str reference, struct str display)
{
    if (!reference.n)
        return;
    named(o, name);
    json_out_object(o, "valueReference");
    json_out_string(o, "reference", reference);
    if (display.n)
        json_out_string(o, "display", display);
    json_out_end_object(o);
    json_out_end_object(o);
}

void gov_out_day(struct json_out *o, const char *name, int64_t day)
{
    char text[40];
    int y, m, d;
    time_civil(day, &y, &m, &d);
    int n = snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    gov_out_text(o, name, "valueDate", (struct str){text, (size_t)n});
}

void gov_out_part(struct json_out *o, const char *name)
{
    named(o, name);
    json_out_array(o, "part");
}

void gov_out_part_end(struct json_out *o)
{
    json_out_end_array(o);
    json_out_end_object(o);
}

void gov_out_both(struct json_out *o, const struct call *c, const char *name, const char *sv, const char *en)
{
    bool english = c->wants.lang == ERR_EN;
    named(o, name);
    json_out_cstr(o, "valueString", english ? en : sv);
    fhir_out_translation(o, "_valueString", english ? "sv" : "en", str_of(english ? sv : en));
    json_out_end_object(o);
}

void gov_out_warning(struct json_out *o, const struct call *c, const char *name, const char *code,
                     const char *sv, const char *en)
{
    gov_out_part(o, name);
    gov_out_text(o, "code", "valueCode", str_of(code));
    gov_out_both(o, c, "text", sv, en);
    gov_out_part_end(o);
}
