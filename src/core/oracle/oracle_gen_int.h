/* SPDX-License-Identifier: Apache-2.0
 * oracle_gen_int: what the generator's files share. */
#ifndef HELHET_ORACLE_ORACLE_GEN_INT_H
#define HELHET_ORACLE_ORACLE_GEN_INT_H

#include "oracle/oracle_gen.h"
#include "oracle/oracle_int.h"

enum { ORACLE_GEN_TEXT_MAX = 200 }; /* bytes of a text value */

struct oracle_gen {
    struct oracle *o;
    const struct oracle_gen_options *opt;
    struct arena arena; /* emptied between parameters */
    uint64_t state;
    fhir_type_id type; /* what is searched */
    struct oracle_param *p;
};

unsigned oracle_gen_dice(struct oracle_gen *g, unsigned n);
/* True one time in n, so that costly searches are sampled; oftener when more values are asked for. */
bool oracle_gen_some(struct oracle_gen *g, unsigned n);
/* One search of one condition; modifier "" or "not". */
void oracle_gen_one(struct oracle_gen *g, const char *label, const char *modifier, struct str value);
/* Backslashes before the separators. */
struct str oracle_gen_escape(struct oracle_gen *g, struct str s);
/* Resource and atom of p in type, chosen by chance among those with a value; NULL when there is none. */
const struct oracle_atom *oracle_gen_pick(struct oracle_gen *g, fhir_type_id type, struct oracle_param *p,
                                          size_t *resource);

/* oracle_gen_value.c: all forms of one value, near misses too. */
void oracle_gen_forms(struct oracle_gen *g, const struct oracle_atom *a);
/* One plain form of the value of parameter p that finds it; {NULL,0} when there is none. */
struct str oracle_gen_plain(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a);

/* A value at or near the one given, as it is: no prefix, no backslashes; {NULL,0} when there is none. */
struct str oracle_gen_raw(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a);
struct str oracle_gen_swap_case(struct oracle_gen *g, struct str s);
/* One vowel with an accent that it may not have. */
struct str oracle_gen_accent(struct oracle_gen *g, struct str s);

/* oracle_gen_filter.c */
void oracle_gen_filters(struct oracle_gen *g, size_t resource, const struct oracle_atom *a);

/* oracle_gen_include.c */
void oracle_gen_includes(struct oracle_gen *g, const struct oracle_atom *a);

/* oracle_gen_chain.c */
/* A parameter with a value in resource i and one value of it; NULL after some tries. */
struct oracle_param *oracle_gen_valued(struct oracle_gen *g, size_t i, const struct oracle_atom **atom);
/* The resource when it is there, else SIZE_MAX. */
size_t oracle_gen_find(const struct oracle *o, fhir_type_id type, struct str id);
void oracle_gen_chains(struct oracle_gen *g, size_t resource, const struct oracle_atom *a);

/* oracle_gen_system.c */
void oracle_gen_system(struct oracle_gen *g);

/* oracle_gen_where.c */
/* By one key and by several, along the reference of a too. */
void oracle_gen_sorted(struct oracle_gen *g, const struct oracle_atom *a);
void oracle_gen_compartments(struct oracle_gen *g);
void oracle_gen_lists(struct oracle_gen *g);
void oracle_gen_everywhere(struct oracle_gen *g);

#endif
