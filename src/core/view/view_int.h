/* SPDX-License-Identifier: Apache-2.0
 * Inside of view: the compiled tree and what the parts of the compiler offer each other. */
#ifndef HELHET_VIEW_INT_H
#define HELHET_VIEW_INT_H

#include "view/view.h"

enum view_each { VIEW_ONCE, VIEW_FOR_EACH, VIEW_FOR_EACH_OR_NULL, VIEW_REPEAT };

struct view_expr {
    const struct path_expr *path;
    struct str at; /* its element, for errors */
};

/* One select, or branch of a unionAll. Its columns, and those of all below it, are the slots
 * [first, first + count) of the row. */
struct view_select {
    uint8_t each;            /* enum view_each */
    struct view_expr *paths; /* what it is repeated for */
    size_t path_count;       /* more than one for VIEW_REPEAT only */
    uint32_t first, count;
    struct view_expr *columns; /* its own: slots first, first + 1 … */
    size_t column_count;
    struct view_select *children; /* nested selects, in order */
    size_t child_count;
    struct view_select *branches; /* unionAll, after them */
    size_t branch_count;
};

struct view {
    fhir_type_id type;
    struct str name;
    struct view_column *columns;
    size_t column_count;
    struct view_expr *where;
    size_t where_count;
    struct view_select *selects;
    size_t select_count;
    const struct path_variable *variables; /* the constants, and last %rowIndex */
    const struct path_value *values;
    size_t variable_count;
};

/* A growing list of columns while compiling. */
struct view_columns {
    struct view_column *item;
    size_t count, cap;
};

/* The compilation under way. */
struct view_make {
    struct arena *arena;
    const struct json_doc *doc;
    uint32_t root;
    struct err *err;
    struct view *view;
    size_t select_count;
    unsigned depth;
};

/* ---- view_member.c: the ViewDefinition's own JSON ---- */
enum view_member_kind { VIEW_M_IGNORED, VIEW_M_STRING, VIEW_M_STRINGS, VIEW_M_BOOLEAN, VIEW_M_OBJECTS };

struct view_member {
    const char *name;
    uint8_t kind; /* enum view_member_kind */
    bool required;
};

/* Is the object at node made of members of the table (ended by NULL) only, each of its kind, and are the
 * required ones there? */
bool view_member_check(const struct view_make *m, uint32_t node, const struct view_member *table);
/* Child by name, UINT32_MAX when absent. */
uint32_t view_member(const struct view_make *m, uint32_t node, const char *name);
struct str view_member_text(const struct view_make *m, uint32_t node, const char *name);
/* Children of the array named, 0 when absent. */
size_t view_member_count(const struct view_make *m, uint32_t node, const char *name);
/* Element path of a node: "ViewDefinition.select[0]", in arena. */
struct str view_member_path(const struct view_make *m, uint32_t node);
/* ERR_VIEW_INVALID at node. Always false. */
bool view_member_fail(const struct view_make *m, uint32_t node, const char *sv, const char *en);
/* The same with a text put in at %.*s of both. */
bool view_member_fail_on(const struct view_make *m, uint32_t node, const char *sv, const char *en,
                         struct str what);
/* Letters, digits and _, beginning with a letter (the specification's sql-name). */
bool view_member_name(const struct view_make *m, uint32_t node);
/* Compiles the expression at node for the focus types. */
bool view_member_expr(const struct view_make *m, uint32_t node, const struct path_yield *focus,
                      struct view_expr *out);

/* ---- view_constant.c ---- */
bool view_constant_all(struct view_make *m);

/* ---- view_column.c ---- */
bool view_column_make(struct view_make *m, uint32_t node, const struct path_yield *focus,
                      struct view_expr *expr, struct view_columns *out);
/* The value as the column holds it; *skip when it has none. False with a reason in both languages. */
bool view_column_value(const struct view_column *c, const struct path_value *in, struct path_value *out,
                       bool *skip, const char *reason[2]);
/* Appends; false when there is no memory or too many. */
bool view_column_push(const struct view_make *m, struct view_columns *list, const struct view_column *c,
                      uint32_t node);

/* ---- view_select.c ---- */
/* The selects of the array named in node. */
bool view_select_list(struct view_make *m, uint32_t node, const char *name, const struct path_yield *focus,
                      struct view_select **out, size_t *count, struct view_columns *columns);

#endif
