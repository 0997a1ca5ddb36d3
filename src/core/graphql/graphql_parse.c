/* SPDX-License-Identifier: Apache-2.0
 * Recursive descent over the executable part of the grammar (GraphQL 2.2–2.12). */
#include "graphql/graphql_int.h"

struct parser {
    struct gql_lexer lexer;
    struct gql_token token;
    struct arena *arena;
    struct err *err;
    unsigned depth, nodes;
};

static bool expected(struct parser *p, const char *sv, const char *en)
{
    bool end = p->token.kind == GQL_END;
    struct str have = p->token.text;
    if (p->token.kind == GQL_BAD)
        sv = en = p->lexer.expected;
    struct str a = end ? arena_printf(p->arena, "%s väntades, frågan tar slut", sv)
                       : arena_printf(p->arena, "%s väntades, här står %.*s", sv, STR_ARG(have));
    struct str b = end ? arena_printf(p->arena, "expected %s, the query ends", en)
                       : arena_printf(p->arena, "expected %s, found %.*s", en, STR_ARG(have));
    return graphql_out_fail(p->err, p->token.place, a, b);
}

static void advance(struct parser *p)
{
    p->token = graphql_lex_next(&p->lexer);
}

static bool at(const struct parser *p, const char *punctuator)
{
    return p->token.kind == GQL_PUNCTUATOR && str_is(p->token.text, punctuator);
}

static bool take(struct parser *p, const char *punctuator)
{
    if (!at(p, punctuator))
        return false;
    advance(p);
    return true;
}

static bool need(struct parser *p, const char *punctuator)
{
    return take(p, punctuator) || expected(p, punctuator, punctuator);
}

static bool need_name(struct parser *p, struct str *out)
{
    if (p->token.kind != GQL_NAME)
        return expected(p, "ett namn", "a name");
    *out = p->token.text;
    advance(p);
    return true;
}

static bool count_node(struct parser *p)
{
    if (++p->nodes > GRAPHQL_NODES_MAX)
        return err_set(p->err, ERR_SEARCH_LIMIT, "GraphQL", "10000", NULL);
    return true;
}

static bool enter(struct parser *p)
{
    if (++p->depth > GRAPHQL_DEPTH_MAX)
        return err_set(p->err, ERR_SEARCH_LIMIT, "{ [", "32", NULL);
    return count_node(p);
}

/* Room for one more in a list that grows by doubling; count is what it holds. */
#define ROOM(p, list, count)                                                                                 \
    ((((count) & ((count)-1)) != 0) ||                                                                       \
     ((list) = arena_grow((p)->arena, (list), (count), (count) ? (count)*2 : 1, sizeof(*(list)))) != NULL)

/* ---- values, arguments, directives ---- */

static bool parse_value(struct parser *p, struct gql_value *out, bool constant);

static bool parse_list(struct parser *p, struct gql_value *out, bool constant)
{
    out->kind = GQL_V_LIST;
    advance(p);
    if (!enter(p))
        return false;
    while (!take(p, "]")) {
        if (!ROOM(p, out->item, out->count))
            return err_set(p->err, ERR_NO_MEMORY, NULL);
        if (!parse_value(p, &out->item[out->count++], constant))
            return false;
    }
    p->depth--;
    return true;
}

/* Only read past: FHIR has no argument that is an object. */
static bool parse_object(struct parser *p, struct gql_value *out, bool constant)
{
    out->kind = GQL_V_OBJECT;
    advance(p);
    if (!enter(p))
        return false;
    while (!take(p, "}")) {
        struct str name;
        struct gql_value value;
        if (!need_name(p, &name) || !need(p, ":") || !parse_value(p, &value, constant))
            return false;
    }
    p->depth--;
    return true;
}

static bool parse_value(struct parser *p, struct gql_value *out, bool constant)
{
    *out = (struct gql_value){.place = p->token.place, .text = p->token.text};
    if (!count_node(p))
        return false;
    if (at(p, "["))
        return parse_list(p, out, constant);
    if (at(p, "{"))
        return parse_object(p, out, constant);
    if (at(p, "$") && !constant) {
        advance(p);
        out->kind = GQL_V_VARIABLE;
        return need_name(p, &out->text);
    }
    switch (p->token.kind) {
    case GQL_INT:
    case GQL_FLOAT:
        out->kind = GQL_V_NUMBER;
        break;
    case GQL_STRING:
        out->kind = GQL_V_STRING;
        break;
    case GQL_NAME:
        out->kind = str_is(out->text, "true") || str_is(out->text, "false") ? GQL_V_BOOLEAN
                    : str_is(out->text, "null")                             ? GQL_V_NULL
                                                                            : GQL_V_ENUM;
        break;
    default:
        return expected(p, "ett värde", "a value");
    }
    advance(p);
    return true;
}

static bool parse_arguments(struct parser *p, struct gql_argument **list, size_t *count)
{
    /* "()" is not in the grammar and other servers take it. */
    if (!take(p, "(") || take(p, ")"))
        return true;
    do {
        if (!ROOM(p, *list, *count))
            return err_set(p->err, ERR_NO_MEMORY, NULL);
        struct gql_argument *a = &(*list)[(*count)++];
        *a = (struct gql_argument){.place = p->token.place};
        if (!count_node(p) || !need_name(p, &a->name) || !need(p, ":") || !parse_value(p, &a->value, false))
            return false;
    } while (!take(p, ")"));
    return true;
}

static bool parse_directives(struct parser *p, struct gql_selection *s)
{
    while (at(p, "@")) {
        if (!ROOM(p, s->directive, s->directive_count))
            return err_set(p->err, ERR_NO_MEMORY, NULL);
        struct gql_directive *d = &s->directive[s->directive_count++];
        *d = (struct gql_directive){.place = p->token.place};
        advance(p);
        if (!count_node(p) || !need_name(p, &d->name) ||
            !parse_arguments(p, &d->argument, &d->argument_count))
            return false;
    }
    return true;
}

/* ---- selections ---- */

static bool parse_set(struct parser *p, struct gql_selection *s);

static bool parse_field(struct parser *p, struct gql_selection *s)
{
    s->kind = GQL_FIELD;
    if (!need_name(p, &s->name))
        return false;
    s->alias = s->name;
    if (take(p, ":") && !need_name(p, &s->name))
        return false;
    if (!parse_arguments(p, &s->argument, &s->argument_count) || !parse_directives(p, s))
        return false;
    return !at(p, "{") || parse_set(p, s);
}

/* After "...": a fragment's name, or a part of its own with or without a type. */
static bool parse_spread(struct parser *p, struct gql_selection *s)
{
    if (p->token.kind == GQL_NAME && !str_is(p->token.text, "on")) {
        s->kind = GQL_SPREAD;
        return need_name(p, &s->name) && parse_directives(p, s);
    }
    s->kind = GQL_INLINE;
    if (p->token.kind == GQL_NAME) {
        advance(p);
        if (!need_name(p, &s->name))
            return false;
    }
    return parse_directives(p, s) && parse_set(p, s);
}

static bool parse_set(struct parser *p, struct gql_selection *s)
{
    if (!need(p, "{") || !enter(p))
        return false;
    do {
        if (!ROOM(p, s->item, s->count))
            return err_set(p->err, ERR_NO_MEMORY, NULL);
        struct gql_selection *item = &s->item[s->count++];
        *item = (struct gql_selection){.place = p->token.place};
        if (!count_node(p) || !(take(p, "...") ? parse_spread(p, item) : parse_field(p, item)))
            return false;
    } while (!take(p, "}"));
    p->depth--;
    return true;
}

/* ---- operations and fragments ---- */

static bool parse_type(struct parser *p, bool *required)
{
    struct str name;
    if (take(p, "[")) {
        bool inner;
        if (!enter(p) || !parse_type(p, &inner) || !need(p, "]"))
            return false;
        p->depth--;
    } else if (!need_name(p, &name)) {
        return false;
    }
    *required = take(p, "!");
    return true;
}

static bool parse_variables(struct parser *p, struct gql_operation *o)
{
    if (!take(p, "("))
        return true;
    do {
        if (!ROOM(p, o->variable, o->variable_count))
            return err_set(p->err, ERR_NO_MEMORY, NULL);
        struct gql_variable *v = &o->variable[o->variable_count++];
        *v = (struct gql_variable){.place = p->token.place};
        if (!count_node(p) || !need(p, "$") || !need_name(p, &v->name) || !need(p, ":") ||
            !parse_type(p, &v->required))
            return false;
        v->has_default = take(p, "=");
        if (v->has_default && !parse_value(p, &v->value, true))
            return false;
    } while (!take(p, ")"));
    return true;
}

static bool parse_operation(struct parser *p, struct graphql_document *d)
{
    if (!ROOM(p, d->operation, d->operation_count))
        return err_set(p->err, ERR_NO_MEMORY, NULL);
    struct gql_operation *o = &d->operation[d->operation_count++];
    *o = (struct gql_operation){.set = {.place = p->token.place}};
    if (at(p, "{"))
        return parse_set(p, &o->set);
    if (str_is(p->token.text, "mutation") || str_is(p->token.text, "subscription"))
        return graphql_out_fail(p->err, p->token.place, STR("bara frågor (query) kan ställas"),
                                STR("only queries can be asked"));
    if (!str_is(p->token.text, "query"))
        return expected(p, "{, query eller fragment", "{, query or fragment");
    advance(p);
    if (p->token.kind == GQL_NAME && !need_name(p, &o->name))
        return false;
    return parse_variables(p, o) && parse_directives(p, &o->set) && parse_set(p, &o->set);
}

static bool parse_fragment(struct parser *p, struct graphql_document *d)
{
    if (!ROOM(p, d->fragment, d->fragment_count))
        return err_set(p->err, ERR_NO_MEMORY, NULL);
    struct gql_fragment *f = &d->fragment[d->fragment_count++];
    *f = (struct gql_fragment){.set = {.place = p->token.place}};
    advance(p);
    if (!need_name(p, &f->name))
        return false;
    if (p->token.kind != GQL_NAME || !str_is(p->token.text, "on"))
        return expected(p, "on", "on");
    advance(p);
    return need_name(p, &f->type) && parse_directives(p, &f->set) && parse_set(p, &f->set);
}

const struct graphql_document *graphql_parse(struct arena *arena, struct str text, struct err *err)
{
    struct err unused = {0};
    struct parser p = {.arena = arena, .err = err ? err : &unused};
    struct graphql_document *d = ARENA_NEW(arena, struct graphql_document);
    if (!d || text.n > GRAPHQL_TEXT_MAX) {
        err_set(p.err, d ? ERR_SEARCH_LIMIT : ERR_NO_MEMORY, "byte", "65536", NULL);
        return NULL;
    }
    graphql_lex_init(&p.lexer, arena, text);
    advance(&p);
    do {
        bool ok;
        if (p.token.kind == GQL_NAME && str_is(p.token.text, "fragment"))
            ok = parse_fragment(&p, d);
        else if (p.token.kind == GQL_NAME || at(&p, "{"))
            ok = parse_operation(&p, d);
        else
            ok = expected(&p, "{, query eller fragment", "{, query or fragment");
        if (!ok)
            return NULL;
    } while (p.token.kind != GQL_END);
    if (d->operation_count)
        return d;
    expected(&p, "en fråga", "a query");
    return NULL;
}
