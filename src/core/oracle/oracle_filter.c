/* SPDX-License-Identifier: Apache-2.0
 * _filter (http://hl7.org/fhir/R4/search_filter.html), read anew for every resource: the text is evaluated
 * while it is read, once for each resource that a path leads to. Logic goes from left to right. */
#include "base/os.h"
#include "fhir_gen/names.h"
#include "oracle/oracle_int.h"
#include "json/json.h"

static const size_t nobody = SIZE_MAX; /* the text is read for its end only */

struct reader {
    struct oracle_ask *k;
    struct str text;
    size_t at;
};

static bool any(struct reader *r, size_t i);

/* ---- reading ---- */

static char next(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static void spaces(struct reader *r)
{
    while (next(r) == ' ' || next(r) == '\t' || next(r) == '\n' || next(r) == '\r')
        r->at++;
}

static bool take(struct reader *r, char c)
{
    if (next(r) != c)
        return false;
    r->at++;
    return true;
}

static void expect(struct reader *r, char c)
{
    if (!take(r, c))
        oracle_fail(r->k, "_filter: something else expected", str_sub(r->text, r->at, r->text.n));
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static struct str name(struct reader *r)
{
    size_t from = r->at;
    while (is_name_char(next(r)))
        r->at++;
    return str_sub(r->text, from, r->at);
}

/* The word, when it stands here as one of its own. */
static bool keyword(struct reader *r, const char *word)
{
    struct reader ahead = *r;
    spaces(&ahead);
    struct str found = name(&ahead);
    char c = next(&ahead);
    if (!str_is(found, word) || (c != '\0' && c != ' ' && c != '(' && c != '\t' && c != '\n' && c != '\r'))
        return false;
    *r = ahead;
    return true;
}

/* A JSON string, or everything up to a space, a parenthesis or a bracket. */
static struct str value(struct reader *r)
{
    size_t from = r->at;
    struct json_doc doc;
    struct err err = {0};
    if (next(r) != '"') {
        while (next(r) && !strchr(" \t\r\n)]", next(r)))
            r->at++;
        return str_sub(r->text, from, r->at);
    }
    for (r->at++; next(r) && next(r) != '"'; r->at++)
        r->at += next(r) == '\\';
    expect(r, '"');
    struct str json = str_sub(r->text, from, r->at);
    json = arena_printf(&r->k->o->arena, "[%.*s]", STR_ARG(json));
    if (!json_parse(&r->k->o->arena, json, &fhir_names, &doc, &err)) {
        oracle_fail(r->k, "_filter: no such string", json);
        return STR("");
    }
    return json_text(&doc, 1);
}

/* ---- one comparison ---- */

/* A filter's value has no separators but the bar. */
static struct str literal(struct oracle *o, struct str s)
{
    char *p = arena_alloc(&o->arena, 2 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' || s.p[i] == ',' || s.p[i] == '$')
            p[n++] = '\\';
        p[n++] = s.p[i];
    }
    return (struct str){p, n};
}

/* Whole strings, folded. */
static bool string_is(struct str has, struct str op, struct str wanted)
{
    if (str_is(op, "eq"))
        return str_eq(has, wanted);
    if (str_is(op, "co"))
        return str_find_str(has, wanted) != SIZE_MAX;
    return str_is(op, "sw") ? str_starts(has, wanted) : str_ends(has, wanted);
}

static bool overlaps(struct reader *r, const struct oracle_atom *a, struct str v)
{
    int64_t low, high;
    if (!oracle_text_moment(v, &low, &high))
        return oracle_fail(r->k, "_filter: no such date", v);
    return a->low_ms < high && a->high_ms > low;
}

/* Without case, as the page says of values; letters of ASCII and Latin-1. */
static struct str lower(struct oracle *o, struct str s)
{
    char *p = arena_alloc(&o->arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i], before = i ? (unsigned char)s.p[i - 1] : 0;
        bool ascii = c >= 'A' && c <= 'Z', latin = before == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97;
        p[i] = (char)(ascii || latin ? c + 0x20 : c);
    }
    return (struct str){p, s.n};
}

/* The names that the page gives some systems. */
static struct str namespace(struct str system)
{
    static const char *const names[][2] = {{"loinc", "http://loinc.org"},
                                           {"snomed", "http://snomed.info/sct"},
                                           {"rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"},
                                           {"ucum", "http://unitsofmeasure.org"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is(system, names[i][0]))
            return str_of(names[i][1]);
    }
    return system;
}

static bool has_system(struct oracle *o, const struct oracle_atom *a, struct str system)
{
    bool found = a->system.p && str_eq(lower(o, a->system), system);
    for (unsigned n = 0; !a->system.p && !found; n++) {
        struct str implied = oracle_param_system(o, a->binding, a->code, n);
        if (!implied.p)
            break;
        found = str_eq(lower(o, implied), system);
    }
    return found;
}

/* code, system|code, |code, system| */
static bool same_token(struct reader *r, const struct oracle_atom *a, struct str v)
{
    struct oracle *o = r->k->o;
    struct str rest = lower(o, v), first;
    str_split(&rest, '|', &first);
    if (v.n == 0 || (rest.p && first.n + rest.n == 0))
        return oracle_fail(r->k, "_filter: no such token", v);
    bool coded = a->code.p && str_eq(lower(o, a->code), rest.p ? rest : first);
    if (!rest.p)
        return coded;
    if (first.n == 0)
        return coded && !a->system.p;
    return has_system(o, a, namespace(first)) && (coded || rest.n == 0);
}

static bool one_atom(struct reader *r, const struct oracle_param *p, const struct oracle_atom *a,
                     struct str op, struct str v)
{
    struct oracle *o = r->k->o;
    if (p->type == FHIR_SEARCH_STRING)
        return string_is(a->folded, op, oracle_text_fold(&o->arena, v));
    if (str_is(op, "po"))
        return overlaps(r, a, v);
    if (p->type == FHIR_SEARCH_URI && str_is(op, "sw"))
        return str_starts(a->text, v);
    bool ordered =
        p->type == FHIR_SEARCH_DATE || p->type == FHIR_SEARCH_NUMBER || p->type == FHIR_SEARCH_QUANTITY;
    if (str_is(op, "in"))
        return oracle_terms_in(r->k, a, v);
    if (p->type == FHIR_SEARCH_TOKEN && str_is(op, "eq"))
        return same_token(r, a, v);
    v = literal(o, v);
    if (str_is(op, "ss") || str_is(op, "sb"))
        return oracle_terms_related(r->k, a, v, str_is(op, "sb"));
    if (ordered)
        v = arena_printf(&o->arena, "%.*s%.*s", STR_ARG(op), STR_ARG(v));
    int m = oracle_match_atom(o, p, a, (struct str){NULL, 0}, v);
    if (m < 0)
        oracle_fail(r->k, "_filter: no such value", v);
    return m > 0;
}

/* What the operators are for; ne is told apart below. */
static bool suits(uint8_t type, struct str op)
{
    static const char *const of[] = {
        [FHIR_SEARCH_NUMBER] = "eq ne gt lt ge le ap sa eb",
        [FHIR_SEARCH_DATE] = "eq ne gt lt ge le ap sa eb po",
        [FHIR_SEARCH_STRING] = "eq ne co sw ew",
        [FHIR_SEARCH_TOKEN] = "eq ne in ni ss sb",
        [FHIR_SEARCH_REFERENCE] = "eq ne re",
        [FHIR_SEARCH_QUANTITY] = "eq ne gt lt ge le ap sa eb",
        [FHIR_SEARCH_URI] = "eq ne sw",
    };
    bool known = type < sizeof of / sizeof *of && of[type];
    return known && op.n == 2 && str_find_str(str_of(of[type]), op) != SIZE_MAX;
}

static bool of_itself(struct reader *r, size_t i, struct str code, struct str op, struct str v)
{
    const struct oracle_resource *me = &r->k->o->resource[i];
    if (str_is(op, "pr"))
        return str_is(v, "true");
    if (str_is(code, "_id"))
        return str_eq(me->id, v) != str_is(op, "ne");
    int64_t low, high;
    if (!oracle_text_moment(v, &low, &high))
        return oracle_fail(r->k, "_filter: no such instant", v);
    if (str_is(op, "po"))
        return me->updated_ms >= low && me->updated_ms < high;
    return oracle_match_moment(op, me->updated_ms, me->updated_ms + 1, low, high, r->k->o->now_ms);
}

static bool compare(struct reader *r, size_t i, struct str code, struct str op, struct str v)
{
    struct oracle *o = r->k->o;
    if (str_is(code, "_id") || str_is(code, "_lastUpdated"))
        return of_itself(r, i, code, op, v);
    struct oracle_param *p = oracle_param_find(o, o->resource[i].type, code);
    if (!p)
        return false; /* a path to a type that lacks it */
    struct oracle_values *has = oracle_value_get(o, i, p);
    if (str_is(op, "pr"))
        return str_is(v, "true") == has->present;
    if (!suits(p->type, op))
        return oracle_fail(r->k, "_filter: not for this parameter", op);
    bool ordered =
        p->type == FHIR_SEARCH_DATE || p->type == FHIR_SEARCH_NUMBER || p->type == FHIR_SEARCH_QUANTITY;
    bool none = str_is(op, "ne") && !ordered, not_in = str_is(op, "ni");
    struct str asked = none ? STR("eq") : not_in ? STR("in") : op;
    for (size_t a = 0; a < has->atoms.count; a++) {
        if (one_atom(r, p, &has->atoms.item[a], asked, v))
            return !none && !not_in;
    }
    return not_in || (none && has->present);
}

/* ---- paths ---- */

struct step {
    struct str code, type;
    bool back; /* _has:Type:code: */
};

static bool leads(struct reader *r, const struct step *s, size_t i, size_t j)
{
    struct oracle *o = r->k->o;
    size_t from = s->back ? j : i, to = s->back ? i : j;
    fhir_type_id only = s->type.n ? fhir_resource_find(s->type) : 0;
    if (s->type.n && !only)
        return oracle_fail(r->k, "_filter: no such type", s->type);
    if (o->gone[j] || (only && o->resource[j].type != only))
        return false;
    struct oracle_param *p = oracle_param_find(o, o->resource[from].type, s->code);
    return p && p->type == FHIR_SEARCH_REFERENCE && oracle_refers(o, from, p, to);
}

static bool test(struct reader *r, size_t i);

/* What follows a step, of the resource it leads to. */
static bool rest(struct reader *r, const struct step *s, size_t j)
{
    bool nested = true;
    if (s->back)
        return test(r, j);
    if (take(r, '[')) {
        nested = any(r, j);
        spaces(r);
        expect(r, ']');
    }
    expect(r, '.');
    return test(r, j) && nested;
}

static bool follow(struct reader *r, const struct step *s, size_t i)
{
    struct reader from = *r;
    bool found = false;
    rest(r, s, nobody);
    for (size_t j = 0; i != nobody && j < r->k->o->count && !found; j++) {
        struct reader again = from;
        found = leads(r, s, i, j) && rest(&again, s, j);
    }
    return found;
}

static bool test(struct reader *r, size_t i)
{
    struct step s = {.code = name(r)};
    s.back = str_is(s.code, "_has");
    if (take(r, ':'))
        s.type = name(r);
    if (s.back) {
        expect(r, ':');
        s.code = name(r);
        expect(r, ':');
    }
    if (r->k->failed)
        return false;
    if (s.back || next(r) == '.' || next(r) == '[')
        return follow(r, &s, i);
    spaces(r);
    struct str op = name(r);
    spaces(r);
    struct str v = value(r);
    return i != nobody && compare(r, i, s.code, op, v);
}

/* ---- logic ---- */

static bool term(struct reader *r, size_t i)
{
    bool not = keyword(r, "not"), found;
    spaces(r);
    if (!not &&next(r) != '(')
        return test(r, i);
    expect(r, '(');
    found = any(r, i);
    spaces(r);
    expect(r, ')');
    return found != not ;
}

static bool any(struct reader *r, size_t i)
{
    bool found = term(r, i);
    while (!r->k->failed) {
        bool both = keyword(r, "and");
        if (!both && !keyword(r, "or"))
            break;
        bool other = term(r, i);
        found = both ? found && other : found || other;
    }
    return found;
}

bool oracle_filter_holds(struct oracle_ask *k, size_t i, struct str text)
{
    struct reader r = {.k = k, .text = text};
    bool found = any(&r, i);
    spaces(&r);
    if (r.at < text.n)
        oracle_fail(k, "_filter: nothing more expected", str_sub(text, r.at, text.n));
    return found && !k->failed;
}
