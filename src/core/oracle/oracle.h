/* SPDX-License-Identifier: Apache-2.0
 * oracle: a naive search, for tests only. Written from the text of R4 3.1.1 "Search" and from the official
 * SearchParameter resources, it evaluates each parameter's whole FHIRPath expression over resources in memory
 * and holds every resource against every condition. It shares nothing with the search and store floors, so
 * that a difference between the two is a fault in one of them. Where R4 leaves a choice it follows the list
 * in search/README.md. Not linked into the program. One thread. */
#ifndef HELHET_ORACLE_ORACLE_H
#define HELHET_ORACLE_ORACLE_H

#include "fhir/model.h"

enum {
    ORACLE_RESOURCES_MAX = 4096,
    ORACLE_COMPONENTS_MAX = 3,
    ORACLE_WHY_MAX = 800,
};

struct oracle;

/* One parameter of a search: name with modifiers and chains, value; both percent-decoded. */
struct oracle_arg {
    struct str name, value;
};

struct oracle_resource {
    fhir_type_id type;
    struct str id;
    const struct json_doc *doc; /* with elem filled; the caller's */
    int64_t updated_ms;
};

/* Reads SearchParameter, ValueSet and CodeSystem (NDJSON, gzip) from dir. NULL when they are not there. */
struct oracle *oracle_new(const char *dir);
void oracle_free(struct oracle *o);
/* The instant that ap and today count from. */
void oracle_set_now(struct oracle *o, int64_t now_ms);
/* Adds the resource, or what it is from now on when there is one of its type and id. Its place. */
size_t oracle_put(struct oracle *o, const struct oracle_resource *r);
/* Gone until it is put again; its place stays its own. */
void oracle_delete(struct oracle *o, size_t i);
bool oracle_is_there(const struct oracle *o, size_t i);
/* The place of a resource, there or gone; SIZE_MAX when there never was one. */
size_t oracle_find(const struct oracle *o, fhir_type_id type, struct str id);
size_t oracle_count(const struct oracle *o);
const struct oracle_resource *oracle_get(const struct oracle *o, size_t i);

/* The place of the contained resource #inside of resource i, above all others'; SIZE_MAX: none. */
size_t oracle_find_contained(const struct oracle *o, size_t i, struct str inside);
/* match[i] (ORACLE_RESOURCES_MAX of them) tells whether resource i is found; type 0: any type. False, with a
 * reason, when the search is not one that the oracle understands or that R4 allows. */
bool oracle_search(struct oracle *o, fhir_type_id type, const struct oracle_arg *arg, size_t count,
                   bool *match, char why[ORACLE_WHY_MAX]);
/* What goes with the matches page[] of one page by _include and _revinclude; none of page[] itself. */
bool oracle_include(struct oracle *o, const struct oracle_arg *arg, size_t count, const bool *page,
                    bool *included, char why[ORACLE_WHY_MAX]);
/* May j follow i when sorted by keys, the value of _sort? */
bool oracle_sort_right(struct oracle *o, struct str keys, size_t i, size_t j);
/* Is resource i in the compartment of the resource type/id? */
bool oracle_compartment_has(struct oracle *o, fhir_type_id type, struct str id, size_t i);

#endif
