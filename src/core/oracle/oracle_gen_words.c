/* SPDX-License-Identifier: Apache-2.0
 * _text and _content: words that a resource holds, in every form of the query language, with words of other
 * resources; :text of tokens and references by what stands beside them. */
#include <stdio.h>

#include "fhir_gen/names.h"
#include "oracle/oracle_gen_int.h"

enum { RESOURCES = 10, EVERYWHERE = 4, PARAMS = 3, WORD_MAX = 60 };

struct some {
    struct str a, b; /* two words, one after the other when b is not empty */
    struct str far;  /* another of the same resource */
};

static bool is_operator(struct str s)
{
    return str_is(s, "and") || str_is(s, "or") || str_is(s, "not");
}

/* A word of the resource, and the next when no phrase ends between. */
static bool pick(struct oracle_gen *g, size_t i, bool all, struct some *out)
{
    const struct oracle_words *w = oracle_words_get(g->o, i, all);
    unsigned n = 0;
    while (oracle_words_at(w, n).p)
        n++;
    for (unsigned tries = 0; n && tries < 20; tries++) {
        unsigned at = oracle_gen_dice(g, n);
        *out = (struct some){oracle_words_at(w, at), oracle_words_at(w, at + 1),
                             oracle_words_at(w, oracle_gen_dice(g, n))};
        if (out->a.n && out->far.n && out->a.n < WORD_MAX && !is_operator(out->a) && !is_operator(out->far))
            return true;
    }
    return false;
}

static struct str half(struct str s)
{
    size_t n = (s.n + 1) / 2;
    while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n++;
    return str_sub(s, 0, n);
}

static void send(struct oracle_gen *g, const char *name, const char *label, struct str query)
{
    char text[64];
    struct oracle_arg arg = {str_of(name), query};
    snprintf(text, sizeof text, "words %s %s", name, label);
    g->opt->emit(g->opt->arg, text, g->type, &arg, 1);
}

#define FORM(label, format, ...) send(g, name, label, arena_printf(&g->arena, format, __VA_ARGS__))

/* x and y of the resource, z of another one. */
static void forms(struct oracle_gen *g, const char *name, const struct some *s, struct str z)
{
    struct str x = s->a, y = s->far, part = half(x);
    FORM("word", "%.*s", STR_ARG(x));
    FORM("case", "%.*s", STR_ARG(oracle_gen_swap_case(g, x)));
    struct str accented = oracle_gen_accent(g, x);
    FORM("accent", "%.*s", STR_ARG(accented));
    FORM("other", "%.*sqz", STR_ARG(x));
    FORM("half", "%.*s", STR_ARG(part));
    FORM("prefix", "%.*s*", STR_ARG(part));
    FORM("two", "%.*s %.*s", STR_ARG(x), STR_ARG(z));
    FORM("and", "%.*s AND %.*s", STR_ARG(x), STR_ARG(y));
    FORM("or", "%.*s OR %.*s", STR_ARG(x), STR_ARG(z));
    FORM("comma", "nosuchword,%.*s", STR_ARG(x));
    FORM("minus", "%.*s -%.*s", STR_ARG(x), STR_ARG(z));
    FORM("not", "%.*s NOT %.*s*", STR_ARG(x), STR_ARG(half(z)));
    FORM("parentheses", "%.*s (%.*s OR %.*s)", STR_ARG(x), STR_ARG(y), STR_ARG(z));
    FORM("parentheses not", "%.*s -(%.*s OR %.*s)", STR_ARG(z), STR_ARG(x), STR_ARG(part));
    FORM("or of and", "%.*s %.*s OR %.*s", STR_ARG(x), STR_ARG(z), STR_ARG(y));
    FORM("hyphen", "%.*s-%.*s", STR_ARG(x), STR_ARG(y));
    if (!s->b.n)
        return;
    FORM("phrase", "\"%.*s %.*s\"", STR_ARG(x), STR_ARG(s->b));
    FORM("phrase turned", "\"%.*s %.*s\"", STR_ARG(s->b), STR_ARG(x));
    FORM("phrase begun", "\"%.*s %.*s\"*", STR_ARG(x), STR_ARG(half(s->b)));
    FORM("phrase not", "%.*s -\"%.*s %.*s\"", STR_ARG(x), STR_ARG(x), STR_ARG(s->b));
    FORM("hyphen phrase", "%.*s-%.*s", STR_ARG(x), STR_ARG(s->b));
}

static void one(struct oracle_gen *g, size_t i, size_t other, bool all)
{
    struct some s, z;
    const char *name = all ? "_content" : "_text";
    if (!pick(g, i, all, &s))
        return;
    forms(g, name, &s, pick(g, other, all, &z) ? z.a : STR("nosuchword"));
    struct oracle_arg both[2] = {{str_of(name), s.a}, {STR("_sort"), STR("_lastUpdated")}};
    g->opt->emit(g->opt->arg, "words sorted", g->type, both, 2);
}

/* ---- :text ---- */

static struct str beside(const struct json_doc *doc, const struct path_value *v)
{
    static const struct str none = {NULL, 0};
    uint32_t i = v->kind == PATH_NODE && doc->nodes[v->node].kind == JSON_OBJECT ? v->node : UINT32_MAX, c;
    if (i == UINT32_MAX)
        return none;
    if (v->type == FHIR_TYPE_Identifier && (i = json_get(doc, i, FHIR_NAME_type)) == UINT32_MAX)
        return none;
    struct str text = json_text(doc, json_get(doc, i, FHIR_NAME_text));
    if (!text.n)
        text = json_text(doc, json_get(doc, i, FHIR_NAME_display));
    if (text.n || (c = json_get(doc, i, FHIR_NAME_coding)) == UINT32_MAX)
        return text;
    JSON_EACH(doc, c, k) text = json_text(doc, json_get(doc, k, FHIR_NAME_display));
    return text;
}

static void text_forms(struct oracle_gen *g, struct str text)
{
    size_t from = 1 + oracle_gen_dice(g, (unsigned)text.n);
    while (from < text.n && text.p[from - 1] != ' ' && text.p[from - 1] != '-')
        from++;
    struct str later = str_sub(text, from, text.n), e = oracle_gen_escape(g, half(text));
    oracle_gen_one(g, "words :text whole", "text", oracle_gen_escape(g, text));
    oracle_gen_one(g, "words :text case", "text", oracle_gen_swap_case(g, e));
    oracle_gen_one(g, "words :text accent", "text", oracle_gen_accent(g, e));
    oracle_gen_one(g, "words :text begun", "text", e);
    oracle_gen_one(g, "words :text or", "text", arena_printf(&g->arena, "nosuchq,%.*s", STR_ARG(e)));
    oracle_gen_one(g, "words :text other", "text", arena_printf(&g->arena, "%.*szq", STR_ARG(e)));
    if (oracle_text_fold(&g->arena, later).n)
        oracle_gen_one(g, "words :text later word", "text", oracle_gen_escape(g, half(later)));
}

static void beside_params(struct oracle_gen *g, size_t i)
{
    const struct oracle_type *t = &g->o->type[g->type];
    for (size_t p = 0; p < t->param_count; p++) {
        g->p = &t->param[p];
        if (g->p->code.p[0] == '_' ||
            (g->p->type != FHIR_SEARCH_TOKEN && g->p->type != FHIR_SEARCH_REFERENCE) ||
            oracle_gen_dice(g, PARAMS))
            continue;
        const struct oracle_values *v = oracle_value_get(g->o, i, g->p);
        for (uint32_t n = 0; n < v->list.count && n < 2; n++) {
            struct str text = beside(g->o->resource[i].doc, &v->list.item[n]);
            if (text.n > 1 && text.n < ORACLE_GEN_TEXT_MAX && oracle_text_fold(&g->arena, text).n > 1)
                text_forms(g, text);
        }
    }
}

void oracle_gen_words(struct oracle *o, const struct oracle_gen_options *opt)
{
    struct oracle_gen g = {.o = o, .opt = opt, .state = opt->seed * 2654435761u + 999};
    arena_init(&g.arena);
    for (size_t i = 0; i < o->count; i++) {
        size_t other = oracle_gen_dice(&g, (unsigned)o->count);
        g.type = o->resource[i].type;
        if (o->gone[i] || !oracle_gen_some(&g, RESOURCES))
            continue;
        one(&g, i, other, oracle_gen_dice(&g, 2));
        beside_params(&g, i);
        g.type = 0;
        if (oracle_gen_some(&g, EVERYWHERE))
            one(&g, i, other, oracle_gen_dice(&g, 2));
        arena_reset(&g.arena);
    }
    arena_release(&g.arena);
}
