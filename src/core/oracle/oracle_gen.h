/* SPDX-License-Identifier: Apache-2.0
 * oracle_gen: searches made from what the resources hold: values that exist, in every form R4 gives their
 * search type, and values just beside them. The same seed gives the same searches. */
#ifndef HELHET_ORACLE_ORACLE_GEN_H
#define HELHET_ORACLE_ORACLE_GEN_H

#include "oracle/oracle.h"

/* label names the form, "date ge day"; everything is borrowed for the call. */
typedef void oracle_gen_emit(void *arg, const char *label, fhir_type_id type, const struct oracle_arg *args,
                             size_t count);

struct oracle_gen_options {
    uint64_t seed;
    unsigned values; /* values taken of each parameter of each type */
    oracle_gen_emit *emit;
    void *arg;
};

void oracle_gen_run(struct oracle *o, const struct oracle_gen_options *opt);
/* Words of narratives and of whole resources, and the texts beside codes and references. */
void oracle_gen_words(struct oracle *o, const struct oracle_gen_options *opt);
/* Value sets and code hierarchies, of every token. */
void oracle_gen_terms(struct oracle *o, const struct oracle_gen_options *opt);

#endif
