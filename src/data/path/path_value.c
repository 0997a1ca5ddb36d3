/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_gen/names.h"
#include "path/path_int.h"

static const char *const kind_names[] = {
    [PATH_BOOLEAN] = "Boolean", [PATH_INTEGER] = "Integer",   [PATH_DECIMAL] = "Decimal",
    [PATH_STRING] = "String",   [PATH_DATE] = "Date",         [PATH_DATETIME] = "DateTime",
    [PATH_TIME] = "Time",       [PATH_QUANTITY] = "Quantity", [PATH_TYPE] = "ClassInfo",
};

/* FHIR's primitives as FHIRPath's (R4 FHIRPath 2.9.1.1, "Using FHIR types in expressions"). */
static const uint8_t prim_kinds[] = {
    [FHIR_PRIM_NONE] = PATH_NODE,
    [FHIR_PRIM_BOOLEAN] = PATH_BOOLEAN,
    [FHIR_PRIM_INTEGER] = PATH_INTEGER,
    [FHIR_PRIM_POSITIVE_INT] = PATH_INTEGER,
    [FHIR_PRIM_UNSIGNED_INT] = PATH_INTEGER,
    [FHIR_PRIM_DECIMAL] = PATH_DECIMAL,
    [FHIR_PRIM_STRING] = PATH_STRING,
    [FHIR_PRIM_MARKDOWN] = PATH_STRING,
    [FHIR_PRIM_CODE] = PATH_STRING,
    [FHIR_PRIM_ID] = PATH_STRING,
    [FHIR_PRIM_URI] = PATH_STRING,
    [FHIR_PRIM_URL] = PATH_STRING,
    [FHIR_PRIM_CANONICAL] = PATH_STRING,
    [FHIR_PRIM_OID] = PATH_STRING,
    [FHIR_PRIM_UUID] = PATH_STRING,
    [FHIR_PRIM_DATE] = PATH_DATE,
    [FHIR_PRIM_DATETIME] = PATH_DATETIME,
    [FHIR_PRIM_INSTANT] = PATH_DATETIME,
    [FHIR_PRIM_TIME] = PATH_TIME,
    [FHIR_PRIM_BASE64] = PATH_STRING,
    [FHIR_PRIM_XHTML] = PATH_STRING,
};

const char *path_value_kind_name(uint8_t kind)
{
    return kind < sizeof kind_names / sizeof *kind_names ? kind_names[kind] : NULL;
}

uint8_t path_value_type_kind(fhir_type_id type)
{
    if (type >= PATH_SYSTEM_BASE)
        return (uint8_t)(type - PATH_SYSTEM_BASE);
    if (type && fhir_type_is(type, FHIR_TYPE_Quantity))
        return PATH_QUANTITY;
    uint8_t prim = fhir_types[type].prim;
    return fhir_types[type].kind == FHIR_PRIMITIVE && prim < sizeof prim_kinds ? prim_kinds[prim] : PATH_NODE;
}

const char *path_value_type_name(fhir_type_id type)
{
    static const char *const names[] = {
        [PATH_NODE] = "?",
        [PATH_BOOLEAN] = "System.Boolean",
        [PATH_INTEGER] = "System.Integer",
        [PATH_DECIMAL] = "System.Decimal",
        [PATH_STRING] = "System.String",
        [PATH_DATE] = "System.Date",
        [PATH_DATETIME] = "System.DateTime",
        [PATH_TIME] = "System.Time",
        [PATH_QUANTITY] = "System.Quantity",
        [PATH_TYPE] = "System.ClassInfo",
    };
    return type >= PATH_SYSTEM_BASE ? names[path_value_type_kind(type)] : fhir_types[type].name;
}

fhir_type_id path_value_type(const struct path_value *v)
{
    return v->kind == PATH_NODE ? v->type : PATH_SYSTEM(v->kind);
}

bool path_value_is(const struct path_value *v, struct path_type type)
{
    if (v->kind != PATH_NODE)
        return type.system == PATH_SYSTEM(v->kind);
    return type.fhir && v->type && fhir_type_is(v->type, type.fhir);
}

bool path_value_as(const struct path_value *v, struct path_type type)
{
    if (v->kind != PATH_NODE || fhir_types[v->type].kind != FHIR_PRIMITIVE)
        return path_value_is(v, type);
    if (type.fhir)
        return v->type == type.fhir;
    /* "value.as(DateTime)" of R4's own search parameters means the FHIR dateTime. */
    return type.system == PATH_SYSTEM(path_value_type_kind(v->type));
}

static bool quantity_system(const struct path_value *v, struct path_value *out)
{
    struct str value = path_step_text(v, FHIR_NAME_value), code = path_step_text(v, FHIR_NAME_code);
    struct str unit = path_step_text(v, FHIR_NAME_unit);
    bool ucum = str_is(path_step_text(v, FHIR_NAME_system), "http://unitsofmeasure.org");
    *out = (struct path_value){.kind = PATH_QUANTITY, .node = UINT32_MAX, .text = value};
    out->unit = code.p && (ucum || !unit.p) ? code : unit;
    return value.p != NULL;
}

bool path_value_system(const struct path_value *v, struct path_value *out)
{
    if (v->kind != PATH_NODE) {
        *out = *v;
        return true;
    }
    uint8_t kind = path_value_type_kind(v->type);
    if (kind == PATH_NODE || v->node == UINT32_MAX)
        return false;
    if (kind == PATH_QUANTITY)
        return quantity_system(v, out);
    const struct json_node *n = &v->doc->nodes[v->node];
    *out = (struct path_value){.kind = kind, .node = UINT32_MAX};
    if (n->kind == JSON_TRUE || n->kind == JSON_FALSE) {
        out->kind = PATH_BOOLEAN;
        out->boolean = n->kind == JSON_TRUE;
        return true;
    }
    out->text = json_text(v->doc, v->node);
    return out->text.p != NULL;
}

bool path_value_number(const struct path_value *v)
{
    return v->kind == PATH_INTEGER || v->kind == PATH_DECIMAL;
}

bool path_value_dec(const struct path_value *v, struct dec *out)
{
    return (path_value_number(v) || v->kind == PATH_QUANTITY) && dec_parse(v->text, out);
}

struct str path_value_text(const struct path_value *v)
{
    struct path_value s;
    if (!path_value_system(v, &s) || (v->kind == PATH_NODE && s.kind == PATH_QUANTITY))
        return (struct str){NULL, 0};
    if (s.kind == PATH_BOOLEAN)
        return s.boolean ? STR("true") : STR("false");
    return s.text;
}

bool path_truth(const struct path_list *list, bool *empty)
{
    struct path_value v;
    *empty = list->count == 0;
    if (*empty)
        return false;
    if (list->count == 1 && path_value_system(&list->item[0], &v) && v.kind == PATH_BOOLEAN)
        return v.boolean;
    return true;
}

static void write_quantity(const struct path_value *v, struct json_out *o)
{
    json_out_object(o, NULL);
    json_out_raw(o, "value", v->text);
    json_out_string(o, "unit", v->unit.n ? v->unit : STR("1"));
    json_out_end_object(o);
}

static void write_type(const struct path_value *v, struct json_out *o)
{
    json_out_object(o, NULL);
    json_out_string(o, "namespace", v->unit);
    json_out_string(o, "name", v->text);
    json_out_end_object(o);
}

static void write_node(const struct path_value *v, struct buf *scratch, struct json_out *o)
{
    if (v->node == UINT32_MAX) {
        json_out_object(o, NULL);
        json_out_cstr(o, "resourceType", fhir_types[v->type].name);
        json_out_end_object(o);
        return;
    }
    buf_clear(scratch);
    json_write(v->doc, v->node, scratch);
    json_out_raw(o, NULL, buf_get(scratch));
}

void path_write(const struct path_list *list, struct buf *out)
{
    struct json_out o;
    struct buf scratch;
    buf_init(&scratch, BUF_NO_MAX);
    json_out_init(&o, out);
    json_out_array(&o, NULL);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct path_value *v = &list->item[i];
        if (v->kind == PATH_NODE)
            write_node(v, &scratch, &o);
        else if (v->kind == PATH_BOOLEAN)
            json_out_bool(&o, NULL, v->boolean);
        else if (path_value_number(v))
            json_out_raw(&o, NULL, v->text);
        else if (v->kind == PATH_QUANTITY)
            write_quantity(v, &o);
        else if (v->kind == PATH_TYPE)
            write_type(v, &o);
        else
            json_out_string(&o, NULL, v->text);
    }
    json_out_end_array(&o);
    buf_release(&scratch);
}
