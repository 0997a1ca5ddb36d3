/* SPDX-License-Identifier: Apache-2.0
 * The grammar of _filter, by recursive descent:
 *   filter = term *(("and" / "or") term)            from left to right, neither binds harder
 *   term   = "not" "(" filter ")" / "(" filter ")" / path op value
 *   path   = step *("." step);  step = name [":" Type] ["[" filter "]"] / "_has:" Type ":" name ":"
 *   value  = a JSON string / characters up to white space, ")" or "]" */
#include "search/filter_int.h"

const char *const filter_ops[FILTER_OP_COUNT] = {
    [FILTER_EQ] = "eq", [FILTER_NE] = "ne", [FILTER_CO] = "co", [FILTER_SW] = "sw", [FILTER_EW] = "ew",
    [FILTER_GT] = "gt", [FILTER_LT] = "lt", [FILTER_GE] = "ge", [FILTER_LE] = "le", [FILTER_AP] = "ap",
    [FILTER_SA] = "sa", [FILTER_EB] = "eb", [FILTER_PR] = "pr", [FILTER_PO] = "po", [FILTER_SS] = "ss",
    [FILTER_SB] = "sb", [FILTER_IN] = "in", [FILTER_NI] = "ni", [FILTER_RE] = "re",
};

enum { FOUND_MAX_SHOWN = 24, STEPS_MAX = SEARCH_CHAIN_MAX + 1 };

struct parser {
    struct arena *arena;
    struct str text;
    size_t at; /* byte */
    unsigned depth, tests;
    struct err *err;
};

static size_t place(const struct parser *p, size_t at)
{
    return value_place(p->text, str_sub(p->text, at, p->text.n));
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What stands at a place, as a word for the message. */
static struct str found_at(const struct parser *p, size_t at)
{
    size_t to = at;
    while (to < p->text.n && to - at < FOUND_MAX_SHOWN && !is_space(p->text.p[to]))
        to++;
    while (to > at && to < p->text.n && ((unsigned char)p->text.p[to] & 0xC0) == 0x80)
        to--;
    return str_sub(p->text, at, to > at ? to : at + (at < p->text.n));
}

static void *expected(struct parser *p, size_t at, const char *sv, const char *en)
{
    struct str found = found_at(p, at), where = arena_printf(p->arena, "%zu", place(p, at));
    bool end = found.n == 0;
    struct str a = arena_printf(p->arena, "väntade %s, fann %s%.*s%s", sv, end ? "slutet" : "\"",
                                STR_ARG(found), end ? "" : "\"");
    struct str b = arena_printf(p->arena, "expected %s, found %s%.*s%s", en, end ? "the end" : "\"",
                                STR_ARG(found), end ? "" : "\"");
    err_set(p->err, ERR_SEARCH_FILTER, where.p, a.p, b.p, NULL);
    return NULL;
}

static void skip(struct parser *p)
{
    while (p->at < p->text.n && is_space(p->text.p[p->at]))
        p->at++;
}

static bool next_is(const struct parser *p, char c)
{
    return p->at < p->text.n && p->text.p[p->at] == c;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static struct str name_here(struct parser *p)
{
    size_t from = p->at;
    while (p->at < p->text.n && is_name(p->text.p[p->at]))
        p->at++;
    return str_sub(p->text, from, p->at);
}

/* Takes the word if it is the next one. */
static bool word(struct parser *p, const char *w)
{
    size_t n = strlen(w);
    bool is = p->text.n - p->at >= n && memcmp(p->text.p + p->at, w, n) == 0 &&
              (p->at + n == p->text.n || !is_name(p->text.p[p->at + n]));
    if (is)
        p->at += n;
    return is;
}

static const struct filter *parse_filter(struct parser *p);

static bool closes(struct parser *p, char c, const char *sv, const char *en)
{
    skip(p);
    if (!next_is(p, c))
        return expected(p, p->at, sv, en) != NULL;
    p->at++;
    return true;
}

/* ---- a test ---- */

/* _has:Observation:patient: */
static bool parse_back(struct parser *p, struct filter_step *s)
{
    struct str *parts[] = {&s->type, &s->name};
    s->back = true;
    for (int i = 0; i < 2; i++) {
        if (!next_is(p, ':'))
            return expected(p, p->at, "_has:Typ:referens:", "_has:Type:reference:") != NULL;
        p->at++;
        *parts[i] = name_here(p);
        if (parts[i]->n == 0)
            return expected(p, p->at, i ? "en referens" : "en resurstyp",
                            i ? "a reference" : "a resource type") != NULL;
    }
    return next_is(p, ':') || expected(p, p->at, "\":\"", "\":\"") != NULL;
}

static bool parse_step(struct parser *p, struct filter_step *s)
{
    *s = (struct filter_step){.at = place(p, p->at)};
    s->name = name_here(p);
    if (s->name.n == 0)
        return expected(p, p->at, "en sökparameter", "a search parameter") != NULL;
    if (str_is(s->name, "_has"))
        return parse_back(p, s);
    if (next_is(p, ':')) {
        p->at++;
        size_t from = p->at;
        s->type = name_here(p);
        if (!fhir_resource_find(s->type))
            return expected(p, from, "en resurstyp", "a resource type") != NULL;
    }
    if (!next_is(p, '['))
        return true;
    p->at++;
    s->nested = parse_filter(p);
    return s->nested && closes(p, ']', "\"]\"", "\"]\"") &&
           (next_is(p, '.') ||
            expected(p, p->at, "\".\" och en sökparameter", "\".\" and a search parameter"));
}

static bool parse_path(struct parser *p, struct filter *f)
{
    struct filter_step step[STEPS_MAX];
    size_t from = p->at;
    for (bool more = true; more;) {
        if (f->step_count == STEPS_MAX)
            return expected(p, p->at, "högst 16 steg", "16 steps at most") != NULL;
        if (!parse_step(p, &step[f->step_count++]))
            return false;
        more = next_is(p, '.') || step[f->step_count - 1].back;
        p->at += more;
    }
    if (step[f->step_count - 1].type.p)
        return expected(p, p->at, "\".\" efter typen", "\".\" after the type") != NULL;
    struct filter_step *kept = ARENA_ARRAY(p->arena, struct filter_step, f->step_count);
    memcpy(kept, step, f->step_count * sizeof *kept);
    f->step = kept;
    f->path = str_sub(p->text, from, p->at);
    return true;
}

static bool parse_op(struct parser *p, struct filter *f)
{
    size_t from = p->at;
    skip(p);
    f->op_at = place(p, p->at);
    for (int op = 0; p->at > from && op < FILTER_OP_COUNT; op++) {
        if (word(p, filter_ops[op])) {
            f->op = (enum filter_op)op;
            return true;
        }
    }
    return expected(p, p->at, "en operator (eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re)",
                    "an operator (eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re)") != NULL;
}

/* Four hexadecimal digits; -1 for anything else. */
static long hex4(const struct parser *p, size_t at)
{
    long v = 0;
    if (at + 4 > p->text.n)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = p->text.p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(c | (n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0));
    return n;
}

/* \uD83D\uDE00 is one character. 0: not an escape. */
static size_t unescape_u(struct parser *p, char *to)
{
    long c = hex4(p, p->at + 2), low;
    p->at += 6;
    if (c >= 0xD800 && c < 0xDC00) {
        if (p->at + 6 > p->text.n || p->text.p[p->at] != '\\' || p->text.p[p->at + 1] != 'u' ||
            (low = hex4(p, p->at + 2)) < 0xDC00 || low > 0xDFFF)
            return 0;
        p->at += 6;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    return c > 0 && (c < 0xD800 || c > 0xDFFF) ? put_utf8(to, (uint32_t)c) : 0;
}

static size_t unescape(struct parser *p, char *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = p->at + 1 < p->text.n ? p->text.p[p->at + 1] : 0;
    if (c == 'u')
        return unescape_u(p, to);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return 0;
    *to = into[at - from];
    p->at += 2;
    return 1;
}

static bool parse_string(struct parser *p, struct str *out)
{
    size_t from = p->at++;
    char *to = arena_alloc(p->arena, p->text.n - from + 1);
    size_t n = 0;
    while (p->at < p->text.n && p->text.p[p->at] != '"') {
        size_t start = p->at;
        if (p->text.p[p->at] != '\\') {
            to[n++] = p->text.p[p->at++];
            continue;
        }
        size_t more = unescape(p, to + n);
        if (!more)
            return expected(p, start, "en JSON-escape som \\\" eller \\u00e5",
                            "a JSON escape such as \\\" or \\u00e5") != NULL;
        n += more;
    }
    if (p->at == p->text.n)
        return expected(p, p->at, "ett avslutande citattecken", "a closing quotation mark") != NULL;
    p->at++;
    *out = (struct str){to, n};
    return true;
}

static bool parse_value(struct parser *p, struct filter *f)
{
    size_t from = p->at;
    skip(p);
    f->value_at = place(p, p->at);
    if (p->at > from && next_is(p, '"')) {
        f->value_at++;
        return parse_string(p, &f->value);
    }
    size_t start = p->at;
    while (p->at < p->text.n && !is_space(p->text.p[p->at]) && !strchr(")]", p->text.p[p->at]))
        p->at++;
    f->value = str_sub(p->text, start, p->at);
    return (start > from && f->value.n) || expected(p, start, "ett värde", "a value");
}

static const struct filter *parse_test(struct parser *p)
{
    struct filter *f = ARENA_NEW(p->arena, struct filter);
    if (++p->tests > FILTER_TESTS_MAX)
        return expected(p, p->at, "högst 500 villkor", "500 tests at most");
    return parse_path(p, f) && parse_op(p, f) && parse_value(p, f) ? f : NULL;
}

/* ---- terms ---- */

static const struct filter *parse_term(struct parser *p)
{
    skip(p);
    bool negated = word(p, "not");
    if (negated)
        skip(p);
    if (!next_is(p, '('))
        return negated ? expected(p, p->at, "\"(\" efter not", "\"(\" after not") : parse_test(p);
    p->at++;
    const struct filter *inner = parse_filter(p);
    if (!inner || !closes(p, ')', "\"and\", \"or\" eller \")\"", "\"and\", \"or\" or \")\""))
        return NULL;
    if (!negated)
        return inner;
    struct filter *f = ARENA_NEW(p->arena, struct filter);
    *f = (struct filter){.kind = FILTER_NOT, .a = inner};
    return f;
}

static const struct filter *parse_filter(struct parser *p)
{
    if (p->depth == FILTER_DEPTH_MAX)
        return expected(p, p->at, "högst 32 nivåer", "32 levels at most");
    p->depth++;
    const struct filter *left = parse_term(p);
    while (left) {
        skip(p);
        bool both = word(p, "and");
        if (!both && !word(p, "or"))
            break;
        struct filter *f = ARENA_NEW(p->arena, struct filter);
        *f = (struct filter){.kind = both ? FILTER_AND : FILTER_OR, .a = left, .b = parse_term(p)};
        left = f->b ? f : NULL;
    }
    p->depth--;
    return left;
}

const struct filter *filter_parse(struct arena *arena, struct str text, struct err *err)
{
    struct parser p = {.arena = arena, .text = text, .err = err};
    const struct filter *f = parse_filter(&p);
    if (f && p.at < text.n)
        return expected(&p, p.at, "\"and\", \"or\" eller slutet", "\"and\", \"or\" or the end");
    return f;
}
