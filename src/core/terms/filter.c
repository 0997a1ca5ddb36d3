/* SPDX-License-Identifier: Apache-2.0
 * ValueSet.compose.include.filter (R4 filter-operator) over a code system that is here. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "terms/terms_int.h"

enum {
    FILTER_PATTERN_MAX = 4096,
    FILTER_MATCH_LIMIT = 100000,
    FILTER_DEPTH_LIMIT = 2000,
    FILTER_WORK = 2000
};

struct filter {
    const struct asking *a;
    const struct system *s;
    struct str property, op, value;
    bool *keep;
};

/* ---- hierarchy: is-a, descendent-of, is-not-a, generalizes, child-of ---- */

enum relation { DOWN_SELF, DOWN, NOT_DOWN, UP_SELF, CHILD };

static bool filter_relation(const struct filter *f, enum relation relation)
{
    uint32_t at = system_find(f->s, f->value);
    bool *mark = ARENA_ARRAY(f->a->arena, bool, f->s->count + 1);
    if (at == UINT32_MAX)
        return terms_fail(f->a, "koden {} finns inte i kodverket", "the code {} is not in the code system",
                          f->value);
    if (!mark)
        return err_set(f->a->err, ERR_NO_MEMORY, NULL);
    if (relation == CHILD) {
        for (size_t i = 0; i < f->s->edges; i++)
            if (f->s->down[i].from == at)
                mark[f->s->down[i].to] = true;
    } else if (!system_mark(f->a, f->s, at, relation == UP_SELF, mark)) {
        return false;
    }
    if (relation == DOWN)
        mark[at] = false;
    for (size_t i = 0; i < f->s->count; i++)
        f->keep[i] = f->keep[i] && mark[i] == (relation != NOT_DOWN);
    return true;
}

static bool is_a(const struct filter *f)
{
    return filter_relation(f, DOWN_SELF);
}

static bool descendent_of(const struct filter *f)
{
    return filter_relation(f, DOWN);
}

static bool is_not_a(const struct filter *f)
{
    return filter_relation(f, NOT_DOWN);
}

static bool generalizes(const struct filter *f)
{
    return filter_relation(f, UP_SELF);
}

static bool child_of(const struct filter *f)
{
    return filter_relation(f, CHILD);
}

/* ---- values: =, in, not-in, exists, regex ---- */

typedef bool value_test(const struct filter *f, struct str text, const void *arg);

/* Does a value of the property pass? "code" and "concept" are the code, "display" the display, "parent" and
 * "child" the neighbours. */
static bool any_value(const struct filter *f, uint32_t at, value_test *test, const void *arg)
{
    const struct json_doc *doc = &f->s->file.doc;
    struct str text;
    if (str_is(f->property, "code") || str_is(f->property, "concept"))
        return test(f, f->s->concept[at].code, arg);
    if (str_is(f->property, "display")) {
        text = json_text(doc, json_get(doc, f->s->concept[at].node, FHIR_NAME_display));
        return text.n && test(f, text, arg);
    }
    bool up = str_is(f->property, "parent"), down = str_is(f->property, "child");
    const struct edge *list = up ? f->s->up : f->s->down;
    for (size_t i = 0; (up || down) && i < f->s->edges; i++)
        if (list[i].from == at && test(f, f->s->concept[list[i].to].code, arg))
            return true;
    for (uint32_t next = 0; system_property(f->s, at, f->property, &next, &text);)
        if (test(f, text, arg))
            return true;
    return false;
}

static void keep_if(const struct filter *f, value_test *test, const void *arg, bool wanted)
{
    for (uint32_t i = 0; i < f->s->count; i++)
        f->keep[i] = f->keep[i] && any_value(f, i, test, arg) == wanted;
}

static bool test_equal(const struct filter *f, struct str text, const void *arg)
{
    (void)arg;
    return str_eq(text, f->value);
}

static bool test_among(const struct filter *f, struct str text, const void *arg)
{
    struct str rest = f->value, part;
    (void)arg;
    while (str_split(&rest, ',', &part)) {
        while (part.n && part.p[0] == ' ')
            part = str_sub(part, 1, part.n);
        if (str_eq(part, text))
            return true;
    }
    return false;
}

static bool test_any(const struct filter *f, struct str text, const void *arg)
{
    (void)f;
    (void)arg;
    return text.p != NULL;
}

static bool equals(const struct filter *f)
{
    keep_if(f, test_equal, NULL, true);
    return true;
}

static bool among(const struct filter *f)
{
    keep_if(f, test_among, NULL, true);
    return true;
}

static bool not_among(const struct filter *f)
{
    keep_if(f, test_among, NULL, false);
    return true;
}

static bool exists(const struct filter *f)
{
    if (!str_is(f->value, "true") && !str_is(f->value, "false"))
        return terms_fail(f->a, "filtret exists har värdet {}", "the filter exists has the value {}",
                          f->value);
    keep_if(f, test_any, NULL, str_is(f->value, "true"));
    return true;
}

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool *gave_up;
};

static bool test_regex(const struct filter *f, struct str text, const void *arg)
{
    const struct pattern *p = arg;
    (void)f;
    int work[FILTER_WORK];
    /* The other algorithm tries every path at once, so that no pattern makes it go back and forth; it has no
     * back references. */
    int rc =
        pcre2_dfa_match(p->code, (PCRE2_SPTR)text.p, text.n, 0, 0, p->data, p->context, work, FILTER_WORK);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        rc = pcre2_match(p->code, (PCRE2_SPTR)text.p, text.n, 0, 0, p->data, p->context);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        *p->gave_up = true;
    return rc >= 0;
}

/* The whole value must match. */
static bool regex(const struct filter *f)
{
    int code = 0;
    PCRE2_SIZE at;
    bool gave_up = false;
    struct pattern p = {.gave_up = &gave_up};
    if (f->value.n <= FILTER_PATTERN_MAX)
        p.code = pcre2_compile((PCRE2_SPTR)f->value.p, f->value.n,
                               PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C,
                               &code, &at, NULL);
    if (!p.code)
        return terms_fail(f->a, "mönstret {} går inte att läsa", "the pattern {} cannot be read", f->value);
    p.data = pcre2_match_data_create_from_pattern(p.code, NULL);
    p.context = pcre2_match_context_create(NULL);
    if (p.data && p.context) {
        pcre2_set_match_limit(p.context, FILTER_MATCH_LIMIT);
        pcre2_set_depth_limit(p.context, FILTER_DEPTH_LIMIT);
        keep_if(f, test_regex, &p, true);
    } else {
        gave_up = true;
    }
    pcre2_match_context_free(p.context);
    pcre2_match_data_free(p.data);
    pcre2_code_free(p.code);
    return !gave_up ||
           terms_fail(f->a, "mönstret {} tar för lång tid", "the pattern {} takes too long", f->value);
}

static const struct {
    const char *op;
    bool (*run)(const struct filter *f);
} operators[] = {
    {"=", equals},
    {"is-a", is_a},
    {"descendent-of", descendent_of},
    {"is-not-a", is_not_a},
    {"regex", regex},
    {"in", among},
    {"not-in", not_among},
    {"generalizes", generalizes},
    {"child-of", child_of},
    {"exists", exists},
};

bool filter_apply(const struct asking *a, const struct system *s, const struct json_doc *doc, uint32_t node,
                  bool *keep)
{
    struct filter f = {.a = a, .s = s, .keep = keep};
    f.property = json_text(doc, json_get(doc, node, FHIR_NAME_property));
    f.op = json_text(doc, json_get(doc, node, FHIR_NAME_op));
    f.value = json_text(doc, json_get(doc, node, FHIR_NAME_value));
    if (!f.value.n)
        return terms_fail(a, "filtret {} saknar värde", "the filter {} has no value", f.op);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (str_is(f.op, operators[i].op))
            return operators[i].run(&f);
    return terms_fail(a, "filtret {} stöds inte", "the filter {} is not supported", f.op);
}
