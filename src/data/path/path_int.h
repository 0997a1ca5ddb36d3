/* SPDX-License-Identifier: Apache-2.0
 * Inside of path: the syntax tree, the running evaluation and what the parts of this floor offer each other.
 *
 * Text → path_lex → path_parse (tree of struct path_node) → path_bind (names and types resolved against the
 * model, plain child steps joined into chains) → path_run. The bound tree is never written again, so threads
 * share it. */
#ifndef HELHET_PATH_INT_H
#define HELHET_PATH_INT_H

#include "base/dec.h"
#include "path/path.h"

enum {
    PATH_ARGS_MAX = 32,                 /* arguments of one call (sort has as many as wanted) */
    PATH_CHAIN_MAX = 16,                /* child steps joined into one chain */
    PATH_TREE_DEPTH_MAX = 256,          /* nesting of the tree, so of one evaluation */
    PATH_BYTES_MAX = 256 * 1024 * 1024, /* memory of one evaluation */
    PATH_STRING_MAX = 16 * 1024 * 1024, /* one computed string */
};

/* Type ids of the model go up from 1; the System types of FHIRPath stand above them. */
enum { PATH_SYSTEM_BASE = 0xFF00 };
#define PATH_SYSTEM(kind) ((fhir_type_id)(PATH_SYSTEM_BASE + (kind)))

enum path_op {
    PATH_OP_EMPTY, /* {} */
    PATH_OP_LITERAL,
    PATH_OP_THIS,
    PATH_OP_INDEX,
    PATH_OP_TOTAL,
    PATH_OP_VARIABLE, /* %name */
    PATH_OP_MEMBER,   /* left.name, or name on the focus */
    PATH_OP_ROOT,     /* a type's name at the start of a path */
    PATH_OP_CHAIN,    /* several members after each other */
    PATH_OP_CALL,     /* left.f(args), or f(args) on the focus */
    PATH_OP_AT,       /* left[right] */
    PATH_OP_PLUS,     /* unary */
    PATH_OP_MINUS,
    PATH_OP_IS,
    PATH_OP_AS,
    PATH_OP_BINARY /* an operator of the table in path_ops.c */
};

enum path_binary {
    PATH_B_MULTIPLY,
    PATH_B_DIVIDE,
    PATH_B_DIV,
    PATH_B_MOD,
    PATH_B_ADD,
    PATH_B_SUBTRACT,
    PATH_B_CONCAT,
    PATH_B_UNION,
    PATH_B_LESS,
    PATH_B_LESS_EQUAL,
    PATH_B_GREATER,
    PATH_B_GREATER_EQUAL,
    PATH_B_EQUAL,
    PATH_B_EQUIVALENT,
    PATH_B_NOT_EQUAL,
    PATH_B_NOT_EQUIVALENT,
    PATH_B_IN,
    PATH_B_CONTAINS,
    PATH_B_AND,
    PATH_B_OR,
    PATH_B_XOR,
    PATH_B_IMPLIES
};

/* A type as an expression names it. An unqualified Quantity is both. */
struct path_type {
    fhir_type_id fhir;   /* 0: none */
    fhir_type_id system; /* PATH_SYSTEM(kind), 0: none */
};

/* One child step: elements whose FHIRPath name is this. */
struct path_step {
    uint16_t name; /* enum fhir_name; 0: no element has this name */
    bool choice;   /* some type has it as a choice: alternatives are matched through their element rows */
};

struct path_fn;

struct path_node {
    uint8_t op;      /* enum path_op */
    uint8_t binary;  /* enum path_binary */
    bool checked;    /* the types to the left were known at compile, and (MEMBER) all from the model */
    uint8_t argc;    /* CALL: arguments; CHAIN: steps; VARIABLE: number of the caller's, from 1; 0: not his */
    uint32_t at;     /* byte position in the text, for errors */
    struct str text; /* name of member, variable or function */
    struct path_step step;
    struct path_type type;    /* ROOT, IS, AS, and type arguments of calls */
    const struct path_fn *fn; /* CALL */
    const void *pattern;      /* CALL with PATH_F_PATTERN and a literal: the compiled regular expression */
    const struct path_step *steps; /* CHAIN */
    struct path_node *left, *right;
    struct path_node **args;
    struct path_value value; /* LITERAL */
};

struct path_expr {
    struct str text;
    const struct path_node *root;
    struct path_yield yield;
    bool view; /* path_options.view */
};

/* What an expression can yield, known at compile. */
struct path_static {
    const fhir_type_id *types; /* model and System ids */
    uint16_t count;
    bool any;  /* nothing is known about the types */
    bool many; /* can be more than one item */
    bool unordered;
};

/* ---- path_lex.c ---- */
enum path_token {
    PATH_T_END,
    PATH_T_NAME,   /* identifier or keyword */
    PATH_T_QUOTED, /* `identifier` */
    PATH_T_STRING,
    PATH_T_NUMBER,
    PATH_T_MOMENT,   /* @date, @dateTime, @Ttime: kind in lex->kind */
    PATH_T_VARIABLE, /* %name */
    PATH_T_DOLLAR,   /* $this */
    PATH_T_SYMBOL    /* operator or bracket */
};

struct path_lex {
    struct arena *arena;
    struct str source;
    size_t at; /* just past the token */
    enum path_token token;
    uint32_t start;  /* where the token begins */
    struct str text; /* its text; strings and quoted names unescaped; moments without '@' and 'T' of times */
    uint8_t kind;    /* PATH_T_MOMENT: enum path_kind */
    struct err *err;
};

/* Reads the next token; false with *err. */
bool path_lex_next(struct path_lex *lex);
/* Line and column of a byte position. */
void path_lex_place(struct str source, uint32_t at, struct err *err);
/* Is s UTF-8 without U+0000? */
bool path_lex_utf8(struct str s);
/* Undoes the escapes of a string literal body; false when one is not valid. */
bool path_lex_unescape(struct arena *arena, struct str raw, struct str *out);

/* ---- path_parse.c ---- */
struct path_node *path_parse(struct arena *arena, struct str text, struct err *err);

/* ---- path_bind.c ---- */
bool path_bind(struct arena *arena, struct str text, struct path_node **root, fhir_type_id context,
               const struct path_options *opt, struct path_yield *yield, struct err *err);

/* ---- path_run.c: one evaluation ---- */
struct path_run {
    const struct path_context *ctx;
    struct arena *arena;
    struct err *err;
    struct str text; /* of the expression, for places in errors */
    uint32_t steps;
    size_t bytes;
    bool failed; /* something failed, even where a comparison could only say "not equal" */
    bool view;   /* path_options.view */
    const struct path_list *context; /* %context */
};

/* What $this, $index and $total mean at this point. */
struct path_frame {
    const struct path_list *self;
    int64_t index; /* -1: none */
    const struct path_list *total;
};

bool path_run(struct path_run *r, const struct path_node *n, const struct path_frame *f,
              struct path_list *out);
/* Runs n with one item as $this. */
bool path_run_item(struct path_run *r, const struct path_node *n, const struct path_frame *outer,
                   struct path_value *item, int64_t index, struct path_list *out);
/* A criterion on one item: empty or a boolean; what was allocated on the way is given back. */
bool path_run_test(struct path_run *r, const struct path_node *n, const struct path_frame *outer,
                   struct path_value *item, int64_t index, bool *truth);
/* PATH_RUNTIME with a reason (Swedish, English) and the place of n. Always false. */
bool path_run_fail(struct path_run *r, const struct path_node *n, const char *reason_sv,
                   const char *reason_en);
/* Counts work; false past PATH_STEPS_MAX. */
bool path_run_work(struct path_run *r, uint64_t steps);
/* Memory for a result; NULL with *err past PATH_BYTES_MAX. */
void *path_run_alloc(struct path_run *r, size_t n);
bool path_run_push(struct path_run *r, struct path_list *list, const struct path_value *v);
bool path_run_push_bool(struct path_run *r, struct path_list *list, bool v);
bool path_run_push_int(struct path_run *r, struct path_list *list, int64_t v);
bool path_run_push_dec(struct path_run *r, struct path_list *list, uint8_t kind, struct dec d,
                       struct str unit);
/* text must outlive the evaluation (arena, document, expression). */
bool path_run_push_text(struct path_run *r, struct path_list *list, uint8_t kind, struct str text);
bool path_run_append(struct path_run *r, struct path_list *list, const struct path_list *more);

/* ---- path_step.c: the tree ---- */
bool path_step_chain(struct path_run *r, const struct path_value *v, const struct path_step *steps,
                     unsigned count, struct path_list *out);
/* Its children; deep: all below it, parents before children. */
bool path_step_children(struct path_run *r, const struct path_value *v, bool deep, struct path_list *out);
/* Has the primitive node a value, or only extensions? */
bool path_step_has_value(const struct path_value *v);
/* Text of the first primitive child with this name, {NULL, 0} when absent. */
struct str path_step_text(const struct path_value *v, uint16_t name);

/* ---- path_value.c: values ---- */
/* Runtime type of v: model id or PATH_SYSTEM(kind). */
fhir_type_id path_value_type(const struct path_value *v);
bool path_value_is(const struct path_value *v, struct path_type type);
/* as and ofType: a primitive matches its own type only, others their ancestors too. */
bool path_value_as(const struct path_value *v, struct path_type type);
bool path_value_dec(const struct path_value *v, struct dec *out);
/* Decimal or integer. */
bool path_value_number(const struct path_value *v);
/* Text or NULL for a System type's name. */
const char *path_value_kind_name(uint8_t kind);

/* ---- path_compare.c ---- */
enum path_tri { PATH_NO, PATH_YES, PATH_UNKNOWN };
enum path_tri path_equal(struct path_run *r, const struct path_value *a, const struct path_value *b);
bool path_equivalent(struct path_run *r, const struct path_value *a, const struct path_value *b);
enum path_tri path_equal_lists(struct path_run *r, const struct path_list *a, const struct path_list *b);
bool path_equivalent_lists(struct path_run *r, const struct path_list *a, const struct path_list *b);
/* <0, 0, >0 into *order; UNKNOWN when precision decides nothing; NO when the two cannot be compared. */
enum path_tri path_order(const struct path_value *a, const struct path_value *b, int *order);
/* Is v equal to an item of list? */
bool path_contains(struct path_run *r, const struct path_list *list, const struct path_value *v);
/* Drops what equals an earlier item at or after from. */
bool path_distinct_from(struct path_run *r, struct path_list *list, uint32_t from);
/* Appends v unless it is there. */
bool path_add_distinct(struct path_run *r, struct path_list *list, const struct path_value *v);

/* ---- path_moment.c: date, dateTime, time ---- */
struct path_moment {
    int part[6];   /* year month day hour minute second; times use hour.. only */
    int64_t nano;  /* fraction of a second */
    int fraction;  /* its digits, 0: none */
    int first;     /* first part given: 0, times 3 */
    int precision; /* parts given: last index + 1 */
    bool has_zone;
    int zone; /* minutes east of UTC */
};
enum { PATH_MOMENT_TEXT_MAX = 48 };
/* kind PATH_DATE, PATH_DATETIME or PATH_TIME decides the form; false when not valid. */
bool path_moment_parse(uint8_t kind, struct str text, struct path_moment *out);
size_t path_moment_format(uint8_t kind, const struct path_moment *m, char out[PATH_MOMENT_TEXT_MAX]);
enum path_tri path_moment_order(const struct path_moment *a, const struct path_moment *b, int *order);
/* Equal, with equal precision. */
bool path_moment_equivalent(const struct path_moment *a, const struct path_moment *b);
/* Adds amount of unit ("day", "months", "'s'" …); false when the unit is no time or the result is out of
 * range. */
bool path_moment_add(uint8_t kind, struct path_moment *m, struct dec amount, struct str unit);
/* Lowest (high: highest) moment m can mean, with digits of precision (4, 6, 8, 10, 12, 14, 17). */
bool path_moment_boundary(uint8_t kind, struct path_moment *m, unsigned digits, bool high);
unsigned path_moment_digits(uint8_t kind, const struct path_moment *m);

/* ---- path_unit.c: units of measure (UCUM and calendar words) ---- */
enum { PATH_UNIT_DIMENSIONS = 8 };
struct path_unit {
    struct dec num, den; /* the factor to the base units is num / den * 10^exponent, exactly */
    int exponent;
    int8_t dimension[PATH_UNIT_DIMENSIONS];
    bool calendar; /* a calendar year or month: equals only itself */
};
/* "mg", "kg/m2", "[lb_av]", "days", "" (one). False when not known. */
bool path_unit_parse(struct str text, struct path_unit *out);
bool path_unit_comparable(const struct path_unit *a, const struct path_unit *b);
/* value in unit from, expressed in unit to; false when not comparable or past 38 digits. */
bool path_unit_convert(struct dec value, const struct path_unit *from, const struct path_unit *to,
                       struct dec *out);
/* Order of two quantities, exact; NO when not comparable, UNKNOWN past 38 digits or calendar against mean. */
enum path_tri path_unit_order(struct dec a, const struct path_unit *ua, struct dec b,
                              const struct path_unit *ub, int *order);
/* Is the word one of the calendar words (year, years … millisecond)? */
bool path_unit_word(struct str text);

/* ---- path_fn.c: the table of functions ---- */
struct path_call {
    struct path_run *run;
    const struct path_node *node;
    const struct path_frame *frame;
    const struct path_list *input;
    struct path_list *out;
};
typedef bool path_fn_run(const struct path_call *c);

/* How the static types of a call follow from its input and arguments. */
enum path_returns {
    PATH_R_ANY,   /* unknown */
    PATH_R_INPUT, /* as the input */
    PATH_R_FIRST, /* as the input, at most one */
    PATH_R_ARG,   /* as the last argument, per item */
    PATH_R_TYPE,  /* the type argument */
    PATH_R_EXTENSION,
    PATH_R_UNORDERED, /* children and descendants */
    PATH_R_STRINGS,
    PATH_R_KEY, /* a string per item */
    PATH_R_BOOLEAN,
    PATH_R_INTEGER,
    PATH_R_DECIMAL,
    PATH_R_STRING,
    PATH_R_DATE,
    PATH_R_DATETIME,
    PATH_R_TIME,
    PATH_R_QUANTITY,
    PATH_R_CLASS /* what type() gives */
};

enum path_fn_flag {
    PATH_F_LAMBDA = 1,  /* arguments are evaluated per item, with $this the item */
    PATH_F_TYPE = 2,    /* the argument is a type specifier */
    PATH_F_STRING = 4,  /* the input must be able to be a string */
    PATH_F_ORDERED = 8, /* needs an ordered input */
    PATH_F_INPUT = 16,  /* arguments are evaluated once, with $this the input */
    PATH_F_REPEAT = 32, /* per item of input and of its own results, so the argument's types are not known */
    PATH_F_CRITERION = 64, /* the first argument must be able to be a boolean */
    PATH_F_PATTERN = 128,  /* the first argument is a regular expression */
    PATH_F_TERMS = 512,    /* asks what value sets and code systems hold */
    PATH_F_REFERENCE = 256 /* the input must be able to be a Reference, a type may be named in quotes */
};

struct path_fn {
    const char *name;
    uint8_t args_min, args_max;
    uint8_t returns;  /* enum path_returns */
    uint16_t flags;   /* enum path_fn_flag */
    path_fn_run *run; /* NULL: PATH_UNSUPPORTED */
};

/* One table for each area, each ended by a row without name. */
extern const struct path_fn path_fn_list_table[], path_fn_filter_table[], path_fn_convert_table[],
    path_fn_string_table[], path_fn_regex_table[], path_fn_encode_table[], path_fn_math_table[],
    path_fn_fhir_table[], path_fn_key_table[], path_fn_term_table[];
/* NULL when there is no such function. */
const struct path_fn *path_fn_find(struct str name);

/* Argument i as a list, a string, an integer; empty tells when it has no value. */
bool path_fn_arg(const struct path_call *c, unsigned i, struct path_list *out);
bool path_fn_arg_text(const struct path_call *c, unsigned i, struct str *out, bool *empty);
bool path_fn_arg_int(const struct path_call *c, unsigned i, int64_t *out, bool *empty);
/* The input as one System value; empty when there is none, an error when there are several. */
bool path_fn_one(const struct path_call *c, struct path_value *out, bool *empty);
bool path_fn_text(const struct path_call *c, struct str *out, bool *empty);
/* Boolean of a singleton by the spec's rule; several items are an error. */
bool path_fn_truth(struct path_run *r, const struct path_node *n, const struct path_list *list, bool *truth,
                   bool *empty);

/* ---- path_fn_regex.c ---- */
/* The pattern compiled for the function named, in arena; NULL when it is not valid. Shared between threads.
 */
const void *path_fn_regex_compile(struct arena *arena, struct str function, struct str pattern);

/* ---- path_ops.c ---- */
bool path_ops_binary(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                     struct path_list *out);
bool path_ops_sign(struct path_run *r, const struct path_node *n, const struct path_frame *f,
                   struct path_list *out);

/* ---- path_html.c ---- */
/* R4's rules for narrative (txt-1, txt-2): allowed elements and attributes, well formed, not blank. */
bool path_html_valid(struct str xhtml);

#endif
