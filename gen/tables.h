/* SPDX-License-Identifier: Apache-2.0
 * tables: the model while it is being built; row numbers are those of the finished tables
 * (src/data/fhir/model.h). Row 0 of each table is the "none" row. */
#ifndef HELHET_GEN_TABLES_H
#define HELHET_GEN_TABLES_H

#include "names.h"
#include "source.h"

/* Bounds of the tables; ids are 16 bits. */
enum {
    TABLES_TYPES_MAX = 4096,
    TABLES_ELEMS_MAX = 65535,
    TABLES_PARAMS_MAX = 65535,
    TABLES_BINDINGS_MAX = 4096,
    TABLES_TARGETS_MAX = 65535,
    TABLES_COMPARTMENTS_MAX = 16,
    TABLES_COMPONENTS_MAX = 3,
    TABLES_COMPARTMENT_PARAMS_MAX = 1024,
    TABLES_RULES_MAX = 1024,
    TABLES_RULES_PER_TYPE_MAX = 255,
    TABLES_SAID_MAX = 256
};

enum tables_kind { KIND_PRIMITIVE, KIND_COMPLEX, KIND_BACKBONE, KIND_RESOURCE };

struct tables_type {
    const char *name;
    const char *base_name; /* NULL at the top */
    uint16_t base;
    enum tables_kind kind;
    const char *prim; /* "FHIR_PRIM_BOOLEAN"; "FHIR_PRIM_NONE" */
    bool abstract;
    bool styr; /* one of the steering's own: served on /styr */
    uint32_t elem_first, elem_count, param_first, param_count, rule_first, rule_count;
};

/* One alternative of an element. */
struct tables_elem {
    const char *owner_name;
    uint16_t owner;
    const char *name, *path_name;
    uint16_t name_id, path_name_id;
    const char *type_name; /* resolved to type when all types are known */
    uint16_t type;
    unsigned min;
    bool many, choice, modifier, summary;
    uint16_t binding;
    uint16_t target_first, target_count;
    const char **target_urls; /* canonicals of target profiles, resolved to targets */
    uint32_t target_url_count;
};

struct tables_binding {
    const char *value_set;
    const char **codes;   /* NULL: not enumerable */
    const char **systems; /* beside the codes; not enumerable: those of the set, NULL ends */
    uint32_t code_count;
};

struct tables_param {
    const char *code, *url, *expression, *type; /* type: "FHIR_SEARCH_DATE" */
    uint16_t base;
    const struct source_resource *source;
    uint16_t target_first, target_count;
    uint32_t component_count;
    struct {
        uint32_t param;
        const char *expression;
    } component[TABLES_COMPONENTS_MAX];
};

/* A constraint that is held: of a steering type or a backbone element of one, or R4's own. */
struct tables_rule {
    uint16_t type;
    bool r4;
    uint32_t order; /* as read */
    const char *key, *sv, *en, *expression;
};

/* A constraint of R4 that is held (definitions/constraints/r4.json). */
struct tables_said {
    const char *key, *sv, *en; /* en: NULL, when R4's own will do */
    bool met;
};

struct tables_compartment {
    uint16_t type;
    uint16_t params[TABLES_COMPARTMENT_PARAMS_MAX];
    uint32_t count;
};

struct tables {
    struct source source;
    struct arena *arena;
    struct names names;
    struct tables_type type[TABLES_TYPES_MAX];
    uint32_t type_count;
    struct tables_elem elem[TABLES_ELEMS_MAX];
    uint32_t elem_count;
    struct tables_binding binding[TABLES_BINDINGS_MAX];
    uint32_t binding_count;
    struct tables_param param[TABLES_PARAMS_MAX];
    uint32_t param_count;
    uint16_t target[TABLES_TARGETS_MAX];
    uint32_t target_count;
    struct tables_rule rule[TABLES_RULES_MAX];
    uint32_t rule_count;
    struct tables_said said[TABLES_SAID_MAX];
    uint32_t said_count;
    struct tables_compartment compartment[TABLES_COMPARTMENTS_MAX];
    uint32_t compartment_count;
};

/* Row of a type by name, 0 when unknown. */
uint16_t tables_type_find(const struct tables *t, const char *name);
/* Same, ends the program when unknown. */
uint16_t tables_type_need(const struct tables *t, const char *name, const char *where);
/* Row of a run of target types (an equal run is shared). */
uint16_t tables_targets(struct tables *t, const uint16_t *types, uint32_t n);

#endif
