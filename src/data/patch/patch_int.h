/* SPDX-License-Identifier: Apache-2.0
 * Private to patch: a tree that can be changed, places in it, and messages. */
#ifndef HELHET_PATCH_PATCH_INT_H
#define HELHET_PATCH_PATCH_INT_H

#include "patch/patch.h"

/* ---- patch_edit.c ---- */

/* A JSON value that can be changed. Lives in an arena; parts taken out are simply left there. */
struct edit {
    struct edit *parent, *child, *next; /* child: the first */
    struct str key;                     /* in an object */
    struct str text;                    /* NUMBER, STRING */
    uint8_t kind;                       /* enum json_kind */
};

/* Bounded work: steps left. */
struct edit_budget {
    struct arena *arena;
    uint32_t steps;
};

/* The subtree of doc at i. map (doc->count pointers, or NULL) is filled with the edit of each node. NULL when
 * the budget or the memory is out. */
struct edit *edit_of(struct edit_budget *b, const struct json_doc *doc, uint32_t i, struct edit **map);
struct edit *edit_new(struct edit_budget *b, uint8_t kind);
struct edit *edit_copy(struct edit_budget *b, const struct edit *e);
/* Member of that key, or NULL. */
/* The same, each member looked at counted: for objects of any size. */
struct edit *edit_find(struct edit_budget *b, const struct edit *object, struct str key);
/* Is the subtree at most that many levels high? False too when the budget is out. */
bool edit_within(struct edit_budget *b, const struct edit *e, uint32_t levels);
struct edit *edit_member(const struct edit *object, struct str key);
struct edit *edit_item(struct edit_budget *b, const struct edit *array, uint32_t index);
uint32_t edit_count(const struct edit *e);
uint32_t edit_index(const struct edit *e);
/* Puts e in before the child number index (count: last). */
void edit_insert(struct edit *parent, uint32_t index, struct edit *e);
void edit_remove(struct edit *e);
/* Puts e where old was, under old's key. */
void edit_replace(struct edit *old, struct edit *e);
/* Sets or replaces the member. */
void edit_set(struct edit *object, struct str key, struct edit *e);
/* Equal as RFC 6902 4.6 says: numbers by value, objects in any order. */
bool edit_equal(struct edit_budget *b, const struct edit *x, const struct edit *y);
void edit_write(const struct edit *e, struct buf *out);
/* Its text in arena; {NULL,0} when memory is out. */
struct str edit_text(const struct edit *e, struct arena *arena);

/* ---- patch_place.c: FHIR elements in that tree ---- */

/* One element, whatever JSON makes of it: member name of object, its '_' sibling, and for a list the position
 * in both. */
struct place {
    struct edit *object;
    struct str name; /* without underscore */
    int64_t index;   /* -1: no list */
};

/* An element's content: value and '_' object, either may be NULL. */
struct content {
    struct edit *value, *side;
};

bool place_of(struct edit *e, struct place *p);
struct content place_take(struct edit_budget *b, const struct place *p);
/* Takes the element away, and those around it that become empty. */
void place_delete(struct edit_budget *b, const struct place *p);
void place_replace(struct edit_budget *b, const struct place *p, struct content c);
/* Puts content in as item index of the list name (which need not be there yet). */
void place_insert(struct edit_budget *b, struct edit *object, struct str name, uint32_t index,
                  struct content c);
/* Items of the list name. */
uint32_t place_list_count(const struct edit *object, struct str name);
/* The '_' object of a primitive, made when it has none. */
struct edit *place_side(struct edit_budget *b, const struct place *p);

/* ---- patch.c: messages ---- */

/* "2 (replace /name/0)" of operation number i (from 0), in both languages the same. All give false. */
bool patch_wrong(struct err *err, uint32_t i, const char *op, struct str path, const char *sv,
                 const char *en);
bool patch_failed(struct err *err, uint32_t i, const char *op, struct str path, const char *sv,
                  const char *en);
bool patch_costly(struct err *err, uint32_t i);

#endif
