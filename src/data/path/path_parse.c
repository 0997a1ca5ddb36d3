/* SPDX-License-Identifier: Apache-2.0
 * Precedence climbing over the operator table below (N1 grammar, appendix B). */
#include "path/path_int.h"

struct parser {
    struct path_lex lex;
    struct arena *arena;
    unsigned depth;
};

struct infix {
    const char *text;
    uint8_t level; /* higher binds tighter */
    uint8_t op;
    uint8_t binary;
};

enum { LEVEL_LOWEST = 1, LEVEL_TYPE = 8 };

static const struct infix infixes[] = {
    {"*", 11, PATH_OP_BINARY, PATH_B_MULTIPLY},
    {"/", 11, PATH_OP_BINARY, PATH_B_DIVIDE},
    {"div", 11, PATH_OP_BINARY, PATH_B_DIV},
    {"mod", 11, PATH_OP_BINARY, PATH_B_MOD},
    {"+", 10, PATH_OP_BINARY, PATH_B_ADD},
    {"-", 10, PATH_OP_BINARY, PATH_B_SUBTRACT},
    {"&", 10, PATH_OP_BINARY, PATH_B_CONCAT},
    {"is", LEVEL_TYPE, PATH_OP_IS, 0},
    {"as", LEVEL_TYPE, PATH_OP_AS, 0},
    {"|", 7, PATH_OP_BINARY, PATH_B_UNION},
    {"<=", 6, PATH_OP_BINARY, PATH_B_LESS_EQUAL},
    {"<", 6, PATH_OP_BINARY, PATH_B_LESS},
    {">=", 6, PATH_OP_BINARY, PATH_B_GREATER_EQUAL},
    {">", 6, PATH_OP_BINARY, PATH_B_GREATER},
    {"=", 5, PATH_OP_BINARY, PATH_B_EQUAL},
    {"~", 5, PATH_OP_BINARY, PATH_B_EQUIVALENT},
    {"!=", 5, PATH_OP_BINARY, PATH_B_NOT_EQUAL},
    {"!~", 5, PATH_OP_BINARY, PATH_B_NOT_EQUIVALENT},
    {"in", 4, PATH_OP_BINARY, PATH_B_IN},
    {"contains", 4, PATH_OP_BINARY, PATH_B_CONTAINS},
    {"and", 3, PATH_OP_BINARY, PATH_B_AND},
    {"or", 2, PATH_OP_BINARY, PATH_B_OR},
    {"xor", 2, PATH_OP_BINARY, PATH_B_XOR},
    {"implies", 1, PATH_OP_BINARY, PATH_B_IMPLIES},
};

static struct path_node *parse_expression(struct parser *p, unsigned level);

static struct path_node *fail(struct parser *p, const char *sv, const char *en)
{
    err_set(p->lex.err, ERR_PATH_SYNTAX, sv, en, NULL);
    path_lex_place(p->lex.source, p->lex.start, p->lex.err);
    return NULL;
}

static struct path_node *new_node(struct parser *p, enum path_op op)
{
    struct path_node *n = ARENA_NEW(p->arena, struct path_node);
    if (!n) {
        err_set(p->lex.err, ERR_NO_MEMORY, NULL);
        return NULL;
    }
    n->op = (uint8_t)op;
    n->at = p->lex.start;
    return n;
}

static bool at_symbol(const struct parser *p, const char *text)
{
    return p->lex.token == PATH_T_SYMBOL && str_is(p->lex.text, text);
}

static bool next(struct parser *p)
{
    return path_lex_next(&p->lex);
}

static bool expect(struct parser *p, const char *symbol, const char *sv, const char *en)
{
    if (!at_symbol(p, symbol)) {
        fail(p, sv, en);
        return false;
    }
    return next(p);
}

static const struct infix *find_infix(const struct parser *p)
{
    if (p->lex.token != PATH_T_SYMBOL && p->lex.token != PATH_T_NAME)
        return NULL;
    for (size_t i = 0; i < sizeof infixes / sizeof *infixes; i++)
        if (str_is(p->lex.text, infixes[i].text))
            return &infixes[i];
    return NULL;
}

/* (a, b, …) after the name of a function; the token is '('. */
static struct path_node *parse_call(struct parser *p, struct path_node *n)
{
    struct path_node *args[PATH_ARGS_MAX];
    n->op = PATH_OP_CALL;
    if (!next(p))
        return NULL;
    if (!at_symbol(p, ")")) {
        for (;;) {
            if (n->argc >= PATH_ARGS_MAX)
                return fail(p, "för många argument", "too many arguments");
            args[n->argc] = parse_expression(p, LEVEL_LOWEST);
            if (!args[n->argc++])
                return NULL;
            if (!at_symbol(p, ","))
                break;
            if (!next(p))
                return NULL;
        }
    }
    n->args = ARENA_ARRAY(p->arena, struct path_node *, n->argc + 1u);
    if (!n->args)
        return fail(p, "minnet räckte inte", "not enough memory");
    memcpy(n->args, args, n->argc * sizeof *args);
    return expect(p, ")", "högerparentes ) saknas", ") is missing") ? n : NULL;
}

/* A name: member or function, with left before the point or NULL. */
static struct path_node *parse_invocation(struct parser *p, struct path_node *left)
{
    if (p->lex.token != PATH_T_NAME && p->lex.token != PATH_T_QUOTED)
        return fail(p, "ett namn väntades", "a name was expected");
    struct path_node *n = new_node(p, PATH_OP_MEMBER);
    if (!n)
        return NULL;
    n->text = p->lex.text;
    n->left = left;
    if (!next(p))
        return NULL;
    return at_symbol(p, "(") ? parse_call(p, n) : n;
}

static struct path_node *parse_dollar(struct parser *p, struct path_node *left)
{
    static const struct {
        const char *name;
        uint8_t op;
    } names[] = {{"this", PATH_OP_THIS}, {"index", PATH_OP_INDEX}, {"total", PATH_OP_TOTAL}};
    if (left)
        return fail(p, "$ kan inte stå efter punkt", "$ cannot follow a dot");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(p->lex.text, names[i].name)) {
            struct path_node *n = new_node(p, names[i].op);
            return n && next(p) ? n : NULL;
        }
    return fail(p, "okänd variabel efter $", "unknown variable after $");
}

static struct path_node *literal(struct parser *p, uint8_t kind)
{
    struct path_node *n = new_node(p, PATH_OP_LITERAL);
    if (n)
        n->value = (struct path_value){.kind = kind, .node = UINT32_MAX, .text = p->lex.text};
    return n;
}

/* Integer, decimal or, followed by a unit, a quantity. */
static struct path_node *parse_number(struct parser *p)
{
    struct dec d;
    bool decimal = str_find(p->lex.text, '.', 0) != SIZE_MAX;
    struct path_node *n = literal(p, decimal ? PATH_DECIMAL : PATH_INTEGER);
    if (!n)
        return NULL;
    if (!dec_parse(p->lex.text, &d))
        return fail(p, "talet har fler än 38 siffror", "the number has more than 38 digits");
    if (!next(p))
        return NULL;
    bool word = p->lex.token == PATH_T_NAME && path_unit_word(p->lex.text);
    if (!word && p->lex.token != PATH_T_STRING)
        return n;
    n->value.kind = PATH_QUANTITY;
    n->value.unit = p->lex.text;
    n->value.boolean = word;
    return next(p) ? n : NULL;
}

static struct path_node *parse_paren(struct parser *p)
{
    if (!next(p))
        return NULL;
    struct path_node *n = parse_expression(p, LEVEL_LOWEST);
    return n && expect(p, ")", "högerparentes ) saknas", ") is missing") ? n : NULL;
}

static struct path_node *parse_empty(struct parser *p)
{
    struct path_node *n = new_node(p, PATH_OP_EMPTY);
    return n && next(p) && expect(p, "}", "högerklammer } saknas", "} is missing") ? n : NULL;
}

static struct path_node *parse_name_term(struct parser *p)
{
    if (str_is(p->lex.text, "true") || str_is(p->lex.text, "false")) {
        struct path_node *n = literal(p, PATH_BOOLEAN);
        if (!n)
            return NULL;
        n->value.boolean = str_is(p->lex.text, "true");
        return next(p) ? n : NULL;
    }
    return parse_invocation(p, NULL);
}

static struct path_node *parse_term(struct parser *p)
{
    struct path_node *n;
    switch (p->lex.token) {
    case PATH_T_NAME:
        return parse_name_term(p);
    case PATH_T_QUOTED:
        return parse_invocation(p, NULL);
    case PATH_T_STRING:
        n = literal(p, PATH_STRING);
        return n && next(p) ? n : NULL;
    case PATH_T_MOMENT:
        n = literal(p, p->lex.kind);
        return n && next(p) ? n : NULL;
    case PATH_T_NUMBER:
        return parse_number(p);
    case PATH_T_DOLLAR:
        return parse_dollar(p, NULL);
    case PATH_T_VARIABLE:
        n = new_node(p, PATH_OP_VARIABLE);
        if (n)
            n->text = p->lex.text;
        return n && next(p) ? n : NULL;
    case PATH_T_SYMBOL:
        if (at_symbol(p, "("))
            return parse_paren(p);
        if (at_symbol(p, "{"))
            return parse_empty(p);
        return fail(p, "oväntat tecken", "unexpected character");
    case PATH_T_END:
        return fail(p, "uttrycket tar slut för tidigt", "the expression ends too early");
    }
    return fail(p, "oväntat tecken", "unexpected character");
}

/* term (.name | .name(…) | [index])* */
static struct path_node *parse_postfix(struct parser *p)
{
    struct path_node *n = parse_term(p);
    unsigned links = 0;
    while (n && (at_symbol(p, ".") || at_symbol(p, "["))) {
        if (++links > PATH_DEPTH_MAX)
            return fail(p, "uttrycket är för djupt", "the expression is nested too deeply");
        bool index = at_symbol(p, "[");
        struct path_node *at = index ? new_node(p, PATH_OP_AT) : NULL;
        if (!next(p) || (index && !at))
            return NULL;
        if (!index) {
            n = p->lex.token == PATH_T_DOLLAR ? parse_dollar(p, n) : parse_invocation(p, n);
            continue;
        }
        at->left = n;
        at->right = parse_expression(p, LEVEL_LOWEST);
        if (!at->right || !expect(p, "]", "högerhake ] saknas", "] is missing"))
            return NULL;
        n = at;
    }
    return n;
}

static struct path_node *parse_unary(struct parser *p)
{
    if (!at_symbol(p, "-") && !at_symbol(p, "+"))
        return parse_postfix(p);
    if (++p->depth > PATH_DEPTH_MAX)
        return fail(p, "uttrycket är för djupt", "the expression is nested too deeply");
    struct path_node *n = new_node(p, at_symbol(p, "-") ? PATH_OP_MINUS : PATH_OP_PLUS);
    if (!n || !next(p))
        return NULL;
    n->left = parse_unary(p);
    p->depth--;
    return n->left ? n : NULL;
}

/* FHIR.Patient, System.Boolean, `Patient` as a chain of members. */
static struct path_node *parse_type(struct parser *p)
{
    struct path_node *n = NULL;
    for (unsigned parts = 0; parts < 4; parts++) {
        if (p->lex.token != PATH_T_NAME && p->lex.token != PATH_T_QUOTED)
            return fail(p, "ett typnamn väntades", "the name of a type was expected");
        struct path_node *member = new_node(p, PATH_OP_MEMBER);
        if (!member)
            return NULL;
        member->text = p->lex.text;
        member->left = n;
        n = member;
        if (!next(p))
            return NULL;
        if (!at_symbol(p, "."))
            return n;
        if (!next(p))
            return NULL;
    }
    return fail(p, "ogiltigt typnamn", "not a valid type name");
}

static struct path_node *parse_expression(struct parser *p, unsigned level)
{
    if (++p->depth > PATH_DEPTH_MAX)
        return fail(p, "uttrycket är för djupt", "the expression is nested too deeply");
    struct path_node *n = parse_unary(p);
    unsigned links = 0;
    for (const struct infix *op; n && (op = find_infix(p)) && op->level >= level;) {
        if (++links > PATH_DEPTH_MAX)
            return fail(p, "uttrycket är för djupt", "the expression is nested too deeply");
        struct path_node *binary = new_node(p, op->op);
        if (!binary || !next(p))
            return NULL;
        binary->binary = op->binary;
        binary->left = n;
        binary->right = op->level == LEVEL_TYPE ? parse_type(p) : parse_expression(p, op->level + 1u);
        n = binary->right ? binary : NULL;
    }
    p->depth--;
    return n;
}

struct path_node *path_parse(struct arena *arena, struct str text, struct err *err)
{
    struct parser p = {.lex = {.arena = arena, .source = text, .err = err}, .arena = arena};
    if (text.n > PATH_TEXT_MAX) {
        err_set(err, ERR_PATH_SYNTAX, "uttrycket är för långt", "the expression is too long", NULL);
        return NULL;
    }
    if (!path_lex_utf8(text)) {
        err_set(err, ERR_PATH_SYNTAX, "texten är inte giltig UTF-8", "the text is not valid UTF-8", NULL);
        return NULL;
    }
    if (!next(&p))
        return NULL;
    struct path_node *n = parse_expression(&p, LEVEL_LOWEST);
    if (n && p.lex.token != PATH_T_END)
        return fail(&p, "oväntad fortsättning efter uttrycket", "unexpected text after the expression");
    return n;
}
