/* SPDX-License-Identifier: Apache-2.0
 * graphql_int: the parsed query and the answer tree, shared by the files of this floor. */
#ifndef HELHET_GRAPHQL_INT_H
#define HELHET_GRAPHQL_INT_H

#include "graphql/graphql.h"

struct gql_place {
    uint32_t line, column;
};

/* ---- tokens ---- */

enum gql_token_kind { GQL_END, GQL_PUNCTUATOR, GQL_NAME, GQL_INT, GQL_FLOAT, GQL_STRING, GQL_BAD };

struct gql_token {
    enum gql_token_kind kind;
    struct str text; /* STRING: the value; else as written. PUNCTUATOR: one character, or "..." */
    struct gql_place place;
};

struct gql_lexer {
    struct arena *arena;
    struct str text;
    size_t at;
    uint32_t line, line_start;
    const char *expected; /* GQL_BAD: what should have stood there */
};

void graphql_lex_init(struct gql_lexer *l, struct arena *arena, struct str text);
struct gql_token graphql_lex_next(struct gql_lexer *l);

/* ---- the query ---- */

enum gql_value_kind {
    GQL_V_VARIABLE,
    GQL_V_NUMBER,
    GQL_V_STRING,
    GQL_V_BOOLEAN,
    GQL_V_NULL,
    GQL_V_ENUM,
    GQL_V_LIST,
    GQL_V_OBJECT /* grammatical, but no argument here takes one */
};

struct gql_value {
    enum gql_value_kind kind;
    struct str text;        /* all but LIST */
    struct gql_value *item; /* LIST */
    size_t count;
    struct gql_place place;
};

struct gql_argument {
    struct str name;
    struct gql_value value;
    struct gql_place place;
};

struct gql_directive {
    struct str name;
    struct gql_argument *argument;
    size_t argument_count;
    struct gql_place place;
};

enum gql_selection_kind { GQL_FIELD, GQL_SPREAD, GQL_INLINE };

struct gql_selection {
    enum gql_selection_kind kind;
    struct str alias; /* FIELD: what it is called in the answer */
    struct str name;  /* FIELD: the field; SPREAD: the fragment; INLINE: the type, empty: any */
    struct gql_argument *argument;
    size_t argument_count;
    struct gql_directive *directive;
    size_t directive_count;
    struct gql_selection *item;
    size_t count;
    struct gql_place place;
};

struct gql_variable {
    struct str name;
    bool required, has_default;
    struct gql_value value; /* the default */
    struct gql_place place;
};

struct gql_operation {
    struct str name;
    struct gql_variable *variable;
    size_t variable_count;
    struct gql_selection set; /* its item list is the operation's */
};

struct gql_fragment {
    struct str name, type;
    struct gql_selection set;
};

struct graphql_document {
    struct gql_operation *operation;
    size_t operation_count;
    struct gql_fragment *fragment;
    size_t fragment_count;
};

/* ---- graphql_out.c: the answer as a tree, because @flatten puts members of many objects into one ---- */

enum gql_list { GQL_ONE, GQL_MANY, GQL_SINGLETON };

struct gql_object;

struct gql_item {
    struct str text; /* JSON text of a primitive; {NULL,0}: object */
    struct gql_object *object;
    struct gql_item *next;
};

struct gql_member {
    struct str name;
    enum gql_list list;
    struct gql_item *first, *last;
    size_t count;
    struct gql_member *next;
    struct gql_place place;
};

struct gql_object {
    struct gql_member *first, *last;
};

/* The member of that name, made when new; NULL without memory. */
struct gql_member *graphql_out_member(struct arena *arena, struct gql_object *o, struct str name,
                                      enum gql_list list, struct gql_place place);
/* Adds an empty value; NULL without memory. */
struct gql_item *graphql_out_item(struct arena *arena, struct gql_member *m);
/* Appends the object; false with *err when a @singleton has several values. */
bool graphql_out_write(const struct gql_object *o, struct buf *out, struct err *err);

/* *err with its place; false. */
bool graphql_out_fail(struct err *err, struct gql_place place, struct str sv, struct str en);

#endif
