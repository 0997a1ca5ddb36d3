/* SPDX-License-Identifier: Apache-2.0
 * _filter expressions: every operator of every type, and logic, paths and brackets of them. */
#include <stdio.h>

#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"
#include "json/json.h"

enum { SAMPLE = 3 };

static const char *const operators[][12] = {
    [FHIR_SEARCH_NUMBER] = {"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb"},
    [FHIR_SEARCH_DATE] = {"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb", "po"},
    [FHIR_SEARCH_STRING] = {"eq", "ne", "co", "sw", "ew"},
    [FHIR_SEARCH_TOKEN] = {"eq", "ne"},
    [FHIR_SEARCH_REFERENCE] = {"eq", "ne", "re"},
    [FHIR_SEARCH_QUANTITY] = {"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb"},
    [FHIR_SEARCH_URI] = {"eq", "ne", "sw"},
};

static size_t operator_count(uint8_t type)
{
    size_t n = 0;
    while (type < sizeof operators / sizeof *operators && n < 12 && operators[type][n])
        n++;
    return n;
}

/* As a JSON string where it must be, and sometimes where it need not. */
static struct str quoted(struct oracle_gen *g, struct str s)
{
    bool must = s.n == 0;
    for (size_t i = 0; i < s.n; i++)
        must = must || (unsigned char)s.p[i] <= ' ' || strchr("\")]", s.p[i]);
    if (!must && oracle_gen_dice(g, 3))
        return s;
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    json_write_string(&b, s);
    struct str out = arena_str(&g->arena, buf_get(&b));
    buf_release(&b);
    return out;
}

/* The part of a string that an operator asks for, between characters. */
static struct str part(struct oracle_gen *g, struct str s, const char *op)
{
    size_t from = 0, to = s.n;
    if (s.n && (op[0] == 'c' || op[1] == 'w'))
        to = op[0] == 'e' ? s.n : 1 + oracle_gen_dice(g, (unsigned)s.n);
    if (s.n && (op[0] == 'c' || (op[0] == 'e' && op[1] == 'w')))
        from = oracle_gen_dice(g, (unsigned)to);
    while (from < s.n && ((unsigned char)s.p[from] & 0xC0) == 0x80)
        from++;
    to = to < from ? from : to;
    while (to < s.n && ((unsigned char)s.p[to] & 0xC0) == 0x80)
        to++;
    return str_sub(s, from, to);
}

static struct str string_value(struct oracle_gen *g, struct str s, const char *op)
{
    s = part(g, s, op);
    switch (oracle_gen_dice(g, 6)) {
    case 0:
        s = oracle_gen_swap_case(g, s);
        break;
    case 1:
        s = oracle_gen_accent(g, s);
        break;
    case 2:
        s = arena_printf(&g->arena, "%.*szq", STR_ARG(s));
        break;
    default:
        break;
    }
    return oracle_text_fold(&g->arena, s).n ? s : (struct str){NULL, 0};
}

/* In the other case, all of it or the system alone; with the short name of a system. */
static struct str token_value(struct oracle_gen *g, struct str s)
{
    struct str code = s, system;
    str_split(&code, '|', &system);
    switch (oracle_gen_dice(g, 5)) {
    case 0:
        return oracle_gen_swap_case(g, s);
    case 1:
        return code.p ? arena_printf(&g->arena, "%.*s|%.*s", STR_ARG(oracle_gen_swap_case(g, system)),
                                     STR_ARG(code))
                      : s;
    case 2:
        return str_is(system, "http://loinc.org") ? arena_printf(&g->arena, "loinc|%.*s", STR_ARG(code))
               : str_is(system, "http://snomed.info/sct")
                   ? arena_printf(&g->arena, "SNOMED|%.*s", STR_ARG(code))
                   : s;
    default:
        return s;
    }
}

/* "code operator value"; {NULL,0} when the value cannot be asked for. */
static struct str test(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a,
                       const char *op)
{
    struct str v = oracle_gen_raw(g, p, a);
    if (v.p && p->type == FHIR_SEARCH_STRING)
        v = string_value(g, v, op);
    if (!v.p)
        return v;
    if (p->type == FHIR_SEARCH_TOKEN)
        v = token_value(g, v);
    v = quoted(g, v);
    return arena_printf(&g->arena, "%.*s %s %.*s", STR_ARG(p->code), op, STR_ARG(v));
}

/* Any test of a value of p. */
static struct str some_test(struct oracle_gen *g, const struct oracle_param *p, const struct oracle_atom *a)
{
    size_t n = operator_count(p->type);
    if (n == 0 || oracle_gen_dice(g, 12) == 0)
        return arena_printf(&g->arena, "%.*s pr %s", STR_ARG(p->code),
                            oracle_gen_dice(g, 2) ? "true" : "false");
    return test(g, p, a, operators[p->type][oracle_gen_dice(g, (unsigned)n)]);
}

static struct str test_of(struct oracle_gen *g, size_t resource)
{
    const struct oracle_atom *a = NULL;
    struct oracle_param *p = oracle_gen_valued(g, resource, &a);
    return p ? some_test(g, p, a) : (struct str){NULL, 0};
}

static void send(struct oracle_gen *g, const char *label, fhir_type_id type, struct str text)
{
    struct oracle_arg arg = {STR("_filter"), text};
    g->opt->emit(g->opt->arg, label, type, &arg, 1);
}

static void each_operator(struct oracle_gen *g, const struct oracle_atom *a)
{
    char label[40];
    for (size_t i = 0; i < operator_count(g->p->type); i++) {
        const char *op = operators[g->p->type][i];
        struct str t = test(g, g->p, a, op);
        snprintf(label, sizeof label, "_filter %s of kind %u", op, g->p->type);
        if (t.p)
            send(g, label, g->type, t);
    }
    send(
        g, "_filter pr", g->type,
        arena_printf(&g->arena, "%.*s pr %s", STR_ARG(g->p->code), oracle_gen_dice(g, 2) ? "true" : "false"));
}

/* Tests of one resource, joined in every way; one of them sometimes of another resource. */
static void logic(struct oracle_gen *g, size_t resource, const struct oracle_atom *a)
{
    static const struct {
        const char *label, *form;
    } forms[] = {{"_filter and", "%.*s and %.*s"},
                 {"_filter or", "%.*s or %.*s"},
                 {"_filter not", "not (%.*s)"},
                 {"_filter not and", "not(%.*s) and %.*s"},
                 {"_filter not all", "not (%.*s and %.*s or %.*s)"},
                 {"_filter left to right", "%.*s or %.*s and %.*s"},
                 {"_filter parentheses", "%.*s or (%.*s and %.*s)"},
                 {"_filter both parentheses", "( %.*s or %.*s )  and (not (%.*s))"}};
    size_t other = resource;
    oracle_gen_pick(g, g->type, g->p, &other);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct str x = some_test(g, g->p, a), y = test_of(g, resource), z = test_of(g, other);
        if (!x.p || !y.p || !z.p || !oracle_gen_some(g, SAMPLE))
            continue;
        send(g, forms[i].label, g->type,
             arena_printf(&g->arena, forms[i].form, STR_ARG(x), STR_ARG(y), STR_ARG(z)));
    }
}

/* Along the reference of a, forwards and back. */
static void paths(struct oracle_gen *g, size_t resource, const struct oracle_atom *a)
{
    size_t target =
        g->p->type == FHIR_SEARCH_REFERENCE && a->target ? oracle_gen_find(g->o, a->target, a->id) : SIZE_MAX;
    if (target == SIZE_MAX)
        return;
    const char *name = fhir_types[a->target].name, *mine = fhir_types[g->type].name;
    struct str x = test_of(g, target), y = test_of(g, target), z = test_of(g, resource), code = g->p->code;
    if (!x.p || !y.p || !z.p)
        return;
    send(g, "_filter path", g->type,
         arena_printf(&g->arena, "%.*s:%s.%.*s", STR_ARG(code), name, STR_ARG(x)));
    send(g, "_filter path untyped", g->type, arena_printf(&g->arena, "%.*s.%.*s", STR_ARG(code), STR_ARG(x)));
    send(g, "_filter not path", g->type,
         arena_printf(&g->arena, "not (%.*s:%s.%.*s)", STR_ARG(code), name, STR_ARG(x)));
    send(g, "_filter path and", g->type,
         arena_printf(&g->arena, "%.*s:%s.%.*s and %.*s", STR_ARG(code), name, STR_ARG(x), STR_ARG(z)));
    send(g, "_filter brackets", g->type,
         arena_printf(&g->arena, "%.*s:%s[%.*s].%.*s", STR_ARG(code), name, STR_ARG(x), STR_ARG(y)));
    send(g, "_filter brackets not", g->type,
         arena_printf(&g->arena, "%.*s:%s[not (%.*s) or %.*s].%.*s", STR_ARG(code), name, STR_ARG(x),
                      STR_ARG(y), STR_ARG(y)));
    send(g, "_filter _has", a->target,
         arena_printf(&g->arena, "_has:%s:%.*s:%.*s", mine, STR_ARG(code), STR_ARG(z)));
    send(g, "_filter not _has or", a->target,
         arena_printf(&g->arena, "not (_has:%s:%.*s:%.*s) or %.*s", mine, STR_ARG(code), STR_ARG(z),
                      STR_ARG(x)));
    send(g, "_filter _has path", a->target,
         arena_printf(&g->arena, "_has:%s:%.*s:%.*s:%s.%.*s", mine, STR_ARG(code), STR_ARG(code), name,
                      STR_ARG(x)));
}

void oracle_gen_filters(struct oracle_gen *g, size_t resource, const struct oracle_atom *a)
{
    each_operator(g, a);
    logic(g, resource, a);
    paths(g, resource, a);
}
