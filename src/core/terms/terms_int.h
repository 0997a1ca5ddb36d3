/* SPDX-License-Identifier: Apache-2.0
 * terms_int: what the files of this folder share. */
#ifndef HELHET_TERMS_INT_H
#define HELHET_TERMS_INT_H

#include "base/os.h"
#include "fhir_gen/names.h"
#include "terms/terms.h"
#include "json/json.h"

/* One question being answered. */
struct asking {
    struct search *s;
    struct store_read *r;
    struct arena *arena; /* scratch: until the answer is copied */
    struct err *err;
    struct str subject;                  /* what was asked for, for errors */
    store_rid within[TERMS_NESTING_MAX]; /* value sets being expanded, outermost first */
    unsigned depth;
    size_t work; /* concepts looked through */
};

/* ---- terms.c ---- */

struct search *terms_search(const struct terms *t);
/* ERR_TERMS about the question, with the reason in Swedish and English ({} is replaced by what); false. */
bool terms_fail(const struct asking *a, const char *sv, const char *en, struct str what);

/* ---- list.c: sets of codes ---- */

/* Sorted by system, then code, without repeats, after list_sort. A code "" is the whole system. */
struct list {
    struct search_code *item;
    size_t count, cap;
};
bool list_add(const struct asking *a, struct list *l, struct str system, struct str code);
void list_sort(struct list *l);
/* Has it the code itself? (l sorted) */
bool list_has(const struct list *l, struct str system, struct str code);
/* Only what is in both. */
bool list_both(const struct asking *a, struct list *l, const struct list *other);
/* Takes what is in other out of l. A part of a whole system cannot be: false with ERR_TERMS. */
bool list_without(const struct asking *a, struct list *l, const struct list *other);
/* Drops the codes whose whole system is there too. */
void list_tidy(struct list *l);

/* ---- load.c: resources by canonical URL ---- */

struct loaded {
    struct json_doc doc; /* node 0 is the resource */
    store_rid rid;
};
enum load_result { LOAD_FOUND, LOAD_ABSENT, LOAD_FAILED };
/* The current resource of the type with this URL (url, url|version, or when ids are allowed Type/id and id);
 * without a version the greatest one. */
enum load_result load_canonical(const struct asking *a, fhir_type_id type, struct str canonical, bool ids,
                                struct loaded *out);

/* ---- system.c: code systems as graphs ---- */

struct concept {
    struct str code;
    uint32_t node; /* in doc */
};
struct edge {
    uint32_t from, to;
};
struct system {
    struct loaded file;
    struct str url;
    struct concept *concept; /* sorted by code */
    size_t count;
    struct edge *down, *up; /* parent → child and back, sorted */
    size_t edges, edge_cap;
    bool complete; /* content is complete: what is not listed is not in it */
};
enum load_result system_load(struct asking *a, struct str url, struct system *out);
/* Position of a code; UINT32_MAX when it has none. */
uint32_t system_find(const struct system *s, struct str code);
/* Marks at and everything below (or above) it, itself included; mark has count elements. */
bool system_mark(const struct asking *a, const struct system *s, uint32_t at, bool up, bool *mark);
/* The texts of a concept's property, one after another from *next on (0 first); false at the end. */
bool system_property(const struct system *s, uint32_t at, struct str property, uint32_t *next,
                     struct str *text);
/* Not for new use: status retired, or inactive. */
bool system_inactive(const struct system *s, uint32_t at);

/* ---- filter.c ---- */

/* Keeps in keep[] (count elements) the concepts that pass the ValueSet.compose.include.filter at node. */
bool filter_apply(const struct asking *a, const struct system *s, const struct json_doc *doc, uint32_t node,
                  bool *keep);

/* ---- expand.c ---- */

/* The codes of a value set by canonical, sorted. */
bool expand_canonical(struct asking *a, struct str canonical, struct list *out);
/* Is there such a value set, here or among the model's required bindings? */
enum load_result expand_known(const struct asking *a, struct str canonical);

#endif
