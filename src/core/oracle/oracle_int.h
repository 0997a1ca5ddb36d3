/* SPDX-License-Identifier: Apache-2.0
 * oracle_int: what the oracle's files share. An atom is one searchable value of one parameter of one
 * resource, in the terms of the parameter's search type. */
#ifndef HELHET_ORACLE_ORACLE_INT_H
#define HELHET_ORACLE_ORACLE_INT_H

#include "base/dec.h"
#include "oracle/oracle.h"
#include "path/path.h"

/* A number as R4 searches see it: a point, or a range with open ends. */
struct oracle_range {
    struct dec low, high;
    bool low_none, high_none; /* no such end */
    bool low_open, high_open; /* the end itself is not in it */
};

struct oracle_atom {
    uint8_t type; /* enum fhir_search_type it answers to */
    fhir_type_id source;
    uint32_t node; /* in the resource; UINT32_MAX: computed */
    /* TOKEN: system {NULL,0}: none. QUANTITY: system and code of the unit. REFERENCE by identifier: likewise
     */
    struct str system, code;
    uint16_t binding; /* TOKEN of a code: its required binding, which implies a system */
    struct str unit;  /* QUANTITY: for people */
    struct str
        text; /* STRING: as written; URI; REFERENCE: the URL elsewhere, or a canonical without version */
    struct str version;      /* REFERENCE: of a canonical */
    struct str folded;       /* STRING */
    int64_t low_ms, high_ms; /* DATE [low, high) */
    struct oracle_range range;
    fhir_type_id target; /* REFERENCE: type and id here */
    struct str id;
    bool identifier;            /* REFERENCE: by identifier only */
    double latitude, longitude; /* SPECIAL: near, degrees */
    const struct json_doc *doc; /* where node lies */
};

struct oracle_atoms {
    struct oracle_atom *item;
    size_t count, cap;
};

/* COMPOSITE: what each component gives for one value of the composite's expression. */
struct oracle_tuple {
    struct oracle_atoms component[ORACLE_COMPONENTS_MAX];
};

struct oracle_param {
    struct str code, url, expression;
    uint8_t type;
    fhir_type_id *target;
    size_t target_count;
    size_t component_count;
    struct {
        struct str definition, expression;
    } component[ORACLE_COMPONENTS_MAX];
    const struct path_expr *compiled;
    const struct path_expr *compiled_component[ORACLE_COMPONENTS_MAX];
};

/* The values of one parameter in one resource. */
struct oracle_values {
    bool done;
    bool present;          /* the element has a value: what :missing asks for */
    struct path_list list; /* what the expression gives */
    struct oracle_atoms atoms;
    struct oracle_tuple *tuple;
    size_t tuple_count;
};

/* The parameters of a type that put a resource into a compartment. */
struct oracle_compartment {
    fhir_type_id of, type;
    struct str *param;
    size_t param_count;
};

struct oracle_type {
    struct oracle_param *param; /* sorted by code */
    size_t param_count;
};

struct oracle_words;
struct oracle_set; /* a value set that a code may be bound to */

struct oracle {
    struct arena arena;
    int64_t now_ms;
    struct oracle_type *type; /* by fhir_type_id */
    struct oracle_resource resource[ORACLE_RESOURCES_MAX];
    bool gone[ORACLE_RESOURCES_MAX];
    struct oracle_values *values[ORACLE_RESOURCES_MAX]; /* beside the parameters of its type */
    struct oracle_words *words[ORACLE_RESOURCES_MAX];   /* narrative and all; NULL: not read yet */
    size_t count;
    /* Contained resources lie from the end of resource[] down, without id, so that nothing refers to them. */
    size_t inside_count, container[ORACLE_RESOURCES_MAX];
    struct oracle_compartment *compartment;
    size_t compartment_count;
    struct oracle_set *set;
    size_t set_count;
};

/* One search being answered. */
struct oracle_ask {
    struct oracle *o;
    char *why; /* ORACLE_WHY_MAX */
    bool failed;
};

/* oracle.c */
/* Notes why the search cannot be answered; false. */
bool oracle_fail(struct oracle_ask *k, const char *reason, struct str what);
/* Does resource i hold name=value? name with modifiers and chains. */
bool oracle_holds(struct oracle_ask *k, size_t i, struct str name, struct str value);
/* Does resource i refer to resource j through p, a parameter of i's type? */
bool oracle_refers(struct oracle *o, size_t i, struct oracle_param *p, size_t j);

/* oracle_filter.c: does resource i hold the _filter expression? */
bool oracle_filter_holds(struct oracle_ask *k, size_t i, struct str text);

/* oracle_contained.c: notes what resource i contains, instead of what it did before. */
void oracle_contained_note(struct oracle *o, size_t i);
/* _contained=true or both, with _containedType. */
typedef bool oracle_contained_fn(void *arg, size_t i);
void oracle_contained_match(struct oracle *o, fhir_type_id type, bool both, bool itself,
                            oracle_contained_fn *holds, void *arg, bool *match);

/* oracle_list.c: is resource i in one of the Lists? */
bool oracle_list_holds(struct oracle_ask *k, size_t i, struct str value);
/* What an entry refers to; {NULL,0}: nothing, or it is deleted. */
struct str oracle_list_item(const struct json_doc *doc, uint32_t entry);

/* oracle_terms.c: is the code in the value set (URL, ValueSet/id or id)? */
bool oracle_terms_in(struct oracle_ask *k, const struct oracle_atom *a, struct str canonical);
/* Is the code system|code, or below it (above: over it)? */
bool oracle_terms_related(struct oracle_ask *k, const struct oracle_atom *a, struct str value, bool above);
/* The value set in the oracle; SIZE_MAX: none. */
size_t oracle_terms_find(const struct oracle *o, struct str canonical);

/* oracle_words.c: _text, and _content (all) */
bool oracle_words_hold(struct oracle_ask *k, size_t i, bool all, struct str query);
/* Does a text beside the value begin so, or a word of it: :text? */
bool oracle_words_beside(struct oracle *o, const struct json_doc *doc, const struct path_value *v,
                         struct str value);
/* The words of resource i, one after another; "" parts what no phrase goes over; {NULL,0} past the end. */
const struct oracle_words *oracle_words_get(struct oracle *o, size_t i, bool all);
struct str oracle_words_at(const struct oracle_words *w, size_t i);

/* oracle_param.c */
bool oracle_param_read(struct oracle *o, const char *dir);
struct oracle_param *oracle_param_find(struct oracle *o, fhir_type_id type, struct str code);
struct oracle_param *oracle_param_by_url(struct oracle *o, fhir_type_id type, struct str url);
/* A system that the required binding gives the code, the nth of them; {NULL,0} when there are fewer. */
struct str oracle_param_system(struct oracle *o, uint16_t binding, struct str code, unsigned n);
/* Does the required binding give the code this system? */
bool oracle_param_implies(struct oracle *o, uint16_t binding, struct str code, struct str system);

/* oracle_value.c: computed once for each resource and parameter. */
struct oracle_values *oracle_value_get(struct oracle *o, size_t resource, struct oracle_param *p);

/* oracle_text.c */
struct str oracle_text_fold(struct arena *a, struct str s);
/* The position after the separator c, which a backslash hides; the part before it goes to *part. */
bool oracle_text_split(struct str *rest, char c, struct str *part);
struct str oracle_text_unescape(struct arena *a, struct str s);
/* [low, high) of a FHIR date, dateTime, instant or a search value of these. */
bool oracle_text_moment(struct str s, int64_t *low_ms, int64_t *high_ms);
/* The number exactly, and half a unit of its last significant digit. */
bool oracle_text_number(struct str s, struct dec *value, struct dec *half);

/* Along the surface of a globe of 6371 km, in km. */
double oracle_match_distance(double latitude, double longitude, double to_latitude, double to_longitude);
/* oracle_match.c: does the atom answer to one value, with prefix and escapes? -1: no such value. */
int oracle_match_atom(struct oracle *o, const struct oracle_param *p, const struct oracle_atom *atom,
                      struct str modifier, struct str value);
/* Is the atom's text a MIME type by its required binding, and is it below the one asked for? -1: no such
 * value. */
bool oracle_match_is_mime(const struct oracle_atom *atom);
int oracle_match_mime(struct oracle *o, const struct oracle_atom *atom, struct str value);
bool oracle_match_moment(struct str prefix, int64_t low, int64_t high, int64_t want_low, int64_t want_high,
                         int64_t now_ms);
/* Takes eq, ne, … off the front of a value; "eq" when there is none. */
struct str oracle_match_prefix(struct str *value);

#endif
