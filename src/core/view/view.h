/* SPDX-License-Identifier: Apache-2.0
 * view: SQL-on-FHIR v2 (https://sql-on-fhir.org/ig/). A ViewDefinition is compiled once into an immutable
 * view that any thread may run; a resource goes in, rows come out through a callback as they are made. Pure
 * functions over memory: no store, no clock.
 *
 * Every error names the element of the ViewDefinition (ViewDefinition.select[1].column[0].path) and, for
 * expressions, line and column in them. What can be known from the definition and the model is refused at
 * compile: unknown members and elements, types that do not fit, branches of a unionAll that differ, names
 * used twice, conditions that are not boolean. The rest is an error at run that names the resource.
 *
 * Choices where the specification leaves room: keys are "Type/id" (path_fn_key.c); a repeat path that none of
 * the types has yields nothing, as the official suite wants it; a forEachOrNull without items gives one row
 * with null in all its columns (the specification's processing model); %rowIndex is the position among the
 * items of the nearest forEach, forEachOrNull or repeat, 0 outside of them. */
#ifndef HELHET_VIEW_VIEW_H
#define HELHET_VIEW_VIEW_H

#include "path/path.h"

enum {
    VIEW_COLUMNS_MAX = 1024,
    VIEW_SELECTS_MAX = 1024, /* select, unionAll branches */
    VIEW_DEPTH_MAX = 32,     /* nesting of selects */
    VIEW_CONSTANTS_MAX = PATH_VARIABLES_MAX - 1,
    VIEW_NAME_MAX = 255,               /* bytes of a name */
    VIEW_ROWS_MAX = 1000 * 1000,       /* rows of one resource; past these ERR_VIEW_RUN */
    VIEW_WORK_MAX = 200 * 1000 * 1000, /* steps of evaluation for one resource */
    VIEW_FRAMES_MAX = 4096,            /* nesting while running: selects and repeats under way */
};

/* What the values of a column are, whatever format they are written in. */
enum view_kind {
    VIEW_ANY,  /* not known: values keep their own kind, no complex ones */
    VIEW_TEXT, /* string, code, uri, id, markdown, base64Binary … */
    VIEW_BOOLEAN,
    VIEW_INTEGER,
    VIEW_DECIMAL,
    VIEW_DATE, /* of any precision, as FHIR writes it */
    VIEW_DATETIME,
    VIEW_INSTANT,
    VIEW_TIME,
    VIEW_COMPLEX /* its JSON */
};

struct view_tag {
    struct str name, value;
};

struct view_column {
    struct str name;
    struct str type; /* "string", "Coding", "System.Integer"; "" when not known */
    struct str description;
    struct str at; /* its element: ViewDefinition.select[0].column[1] */
    const struct view_tag *tags;
    size_t tag_count;
    fhir_type_id type_id; /* of the model or a System type; 0: not known */
    uint8_t kind;         /* enum view_kind */
    bool wide;            /* VIEW_INTEGER: can need 64 bits (FHIR's own integers need 32) */
    bool collection;
};

struct view; /* compiled, immutable */

/* Compiles the ViewDefinition at node at of doc (which may come without resourceType), into arena. O(its
 * size). */
const struct view *view_compile(struct arena *arena, const struct json_doc *doc, uint32_t at,
                                struct err *err);
/* The resource type it is a view of. */
fhir_type_id view_type(const struct view *v);
/* Its name, "" when it has none. */
struct str view_name(const struct view *v);
const struct view_column *view_columns(const struct view *v, size_t *count);
/* Value of a column's tag, {NULL,0} when it has none. */
struct str view_column_tag(const struct view_column *c, const char *name);

/* One cell: no item and null, or items. Without collection at most one; with it none is the empty list.
 * Values are System values (never PATH_NODE) but for complex ones. */
struct view_cell {
    const struct path_value *item;
    uint32_t count;
    bool null;
};

/* One row: a cell for each column. Borrowed for the call. False with *err ends the run; false with *err as it
 * was (ERR_OK) ends it quietly. */
typedef bool view_row_fn(void *arg, const struct view_cell *cells, struct err *err);

struct view_input {
    const struct json_doc *doc; /* with elem filled: fhir_type_tree or check_resource */
    uint32_t resource;
    int64_t now_ms;
    const struct path_terms *terms; /* memberOf, subsumes; NULL: only the model's required bindings */
};

/* Rows of one resource; none when it is of another type or the view's where leaves it out. arena is for this
 * resource: what is in it afterwards may go. False with *err, or with ERR_OK in it when fn stopped quietly.
 */
bool view_run(const struct view *v, const struct view_input *in, struct arena *arena, view_row_fn *fn,
              void *arg, struct err *err) __attribute__((warn_unused_result));

/* The same for a resource as text (a stored body, a line of NDJSON): JSON_ and FHIR_ errors when it is none.
 * *other tells whether it is of another type than the view's (NULL: no matter). */
bool view_run_text(const struct view *v, struct str body, int64_t now_ms, const struct path_terms *terms,
                   struct arena *arena, view_row_fn *fn, void *arg, bool *other, struct err *err)
    __attribute__((warn_unused_result));

#endif
