/* SPDX-License-Identifier: Apache-2.0
 * Experience/$themes: question × theme × unit. Only what people have coded counts; what a machine suggests is
 * counted beside it, with Cohen's kappa between the two. Cells of fewer than five are not told, nor what
 * would tell them by subtraction. */
#include <stdlib.h>

#include "api/gov_out.h"
#include "fhir_gen/names.h"

enum { CELL_MIN = 5, THEMES_MAX = 20000, QUOTES = 3, MARKS_MAX = 60 };

static const struct params_def themes_params[] = {{.name = "initiative"}, {0}};

/* One theme of one experience, as a person or a machine has coded it. */
struct mark {
    struct str question, theme, unit, display, statement;
    size_t of; /* the experience */
    bool human, machine;
};

struct themes {
    struct call *call;
    struct str initiative;
    struct mark *mark;
    size_t count, cap, experiences, waiting;
    size_t both, agree, only_human, only_machine, neither; /* decisions on experiences coded by both kinds */
    struct err *err;
};

static bool make_room(struct themes *x)
{
    size_t cap = x->cap ? x->cap * 2 : 256;
    if (x->count + MARKS_MAX <= x->cap)
        return true;
    if (x->cap >= THEMES_MAX * 8)
        return err_set(x->err, ERR_SEARCH_LIMIT, "Experience", "160000", NULL);
    struct mark *more = arena_grow(x->call->arena, x->mark, x->cap, cap, sizeof *more);
    if (!more)
        return err_set(x->err, ERR_NO_MEMORY, NULL);
    x->mark = more;
    x->cap = cap;
    return true;
}

/* The marks of one experience, each theme once. */
static void read_codings(struct themes *x, const struct gov_body *b)
{
    struct gov_body coding, unit = gov_rules_body_get(b, "unit");
    size_t first = x->count, m;
    for (size_t i = 0; gov_rules_body_item(b, "coding", i, &coding); i++) {
        struct str theme = gov_rules_body_text(&coding, "theme");
        bool human = str_is(gov_rules_body_text(&coding, "coderKind"), "human");
        for (m = first; m < x->count && !str_eq(x->mark[m].theme, theme); m++)
            ;
        if (m == x->count) {
            if (x->count - first == MARKS_MAX)
                break;
            x->mark[x->count++] = (struct mark){.question = gov_rules_body_text(b, "question"),
                                                .theme = theme,
                                                .unit = gov_rules_body_text(&unit, "reference"),
                                                .display = gov_rules_body_text(&unit, "display"),
                                                .statement = gov_rules_body_text(b, "statement"),
                                                .of = x->experiences};
        }
        x->mark[m].human = x->mark[m].human || human;
        x->mark[m].machine = x->mark[m].machine || !human;
    }
}

static bool each(void *arg, const struct store_version *v)
{
    struct themes *x = arg;
    struct arena *arena = x->call->arena;
    struct json_doc *doc = ARENA_NEW(arena, struct json_doc);
    struct str text = doc ? arena_str(arena, v->body) : (struct str){0};
    if (!text.p)
        return err_set(x->err, ERR_NO_MEMORY, NULL);
    if (!json_parse(arena, text, &fhir_names, doc, x->err) || !make_room(x))
        return false;
    struct gov_body b = {doc, 0};
    if (x->initiative.n && !str_eq(gov_rules_body_text(&b, "initiative.reference"), x->initiative))
        return true;
    read_codings(x, &b);
    x->waiting += !str_is(gov_rules_body_text(&b, "status"), "answered");
    x->experiences++;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    int c = str_cmp(x->question, y->question);
    c = c ? c : str_cmp(x->theme, y->theme);
    return c ? c : str_cmp(x->unit, y->unit);
}

/* ---- kappa ---- */

static int by_experience(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    return x->of < y->of ? -1 : x->of > y->of;
}

static size_t count_themes(struct themes *x, struct str *names, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < x->count; i++) {
        size_t k = 0;
        while (k < n && !str_eq(names[k], x->mark[i].theme))
            k++;
        if (k == n && n < max)
            names[n++] = x->mark[i].theme;
    }
    return n;
}

/* Each theme of each experience that both a person and a machine have coded is one decision of both. */
static void decisions(struct themes *x, size_t themes)
{
    qsort(x->mark, x->count, sizeof *x->mark, by_experience);
    for (size_t i = 0, end; i < x->count; i = end) {
        bool human = false, machine = false;
        size_t both = 0, h = 0, m = 0;
        for (end = i; end < x->count && x->mark[end].of == x->mark[i].of; end++) {
            const struct mark *k = &x->mark[end];
            human = human || k->human;
            machine = machine || k->machine;
            both += k->human && k->machine;
            h += k->human && !k->machine;
            m += k->machine && !k->human;
        }
        if (!human || !machine)
            continue;
        x->both++;
        x->agree += both;
        x->only_human += h;
        x->only_machine += m;
        x->neither += themes - both - h - m;
    }
}

static void put_kappa(const struct themes *x, struct json_out *o)
{
    double n = (double)(x->agree + x->only_human + x->only_machine + x->neither);
    gov_out_part(o, "kappa");
    if (x->both < CELL_MIN || n == 0) {
        gov_out_bool(o, "suppressed", true);
        gov_out_part_end(o);
        return;
    }
    double human = (double)(x->agree + x->only_human) / n, machine = (double)(x->agree + x->only_machine) / n;
    double observed = (double)(x->agree + x->neither) / n;
    double chance = human * machine + (1 - human) * (1 - machine);
    gov_out_count(o, "count", x->both);
    gov_out_decimal(o, "agreement", observed, 3);
    if (chance < 1)
        gov_out_decimal(o, "kappa", (observed - chance) / (1 - chance), 3);
    gov_out_part_end(o);
}

/* ---- cells ---- */

static void put_number(struct json_out *o, size_t n, bool hidden)
{
    if (hidden)
        gov_out_bool(o, "suppressed", true);
    else
        gov_out_count(o, "count", n);
}

/* One question and theme: marks from to, by unit. */
static void put_row(const struct themes *x, struct json_out *o, size_t from, size_t to)
{
    size_t human = 0, machine = 0, hidden = 0, hidden_sum = 0, quotes = 0;
    for (size_t i = from, end; i < to; i = end) {
        size_t n = 0;
        for (end = i; end < to && str_eq(x->mark[end].unit, x->mark[i].unit); end++) {
            n += x->mark[end].human;
            machine += x->mark[end].machine;
        }
        human += n;
        hidden += n > 0 && n < CELL_MIN;
        hidden_sum += n < CELL_MIN ? n : 0;
    }
    /* A single small cell would be the total less the others. */
    bool small = human < CELL_MIN || hidden == 1 || (hidden > 1 && hidden_sum < CELL_MIN);
    gov_out_part(o, "theme");
    gov_out_text(o, "question", "valueCode", x->mark[from].question);
    gov_out_text(o, "theme", "valueString", x->mark[from].theme);
    put_number(o, human, small);
    if (machine && machine < CELL_MIN)
        gov_out_bool(o, "machineSuppressed", true);
    else
        gov_out_count(o, "machine", machine);
    for (size_t i = from, end; i < to; i = end) {
        size_t n = 0;
        for (end = i; end < to && str_eq(x->mark[end].unit, x->mark[i].unit); end++)
            n += x->mark[end].human;
        if (n == 0)
            continue;
        gov_out_part(o, "unit");
        gov_out_reference(o, "unit", x->mark[i].unit, x->mark[i].display);
        put_number(o, n, n < CELL_MIN);
        gov_out_part_end(o);
    }
    for (size_t i = from; !small && i < to && quotes < QUOTES; i++)
        if (x->mark[i].human && ++quotes)
            gov_out_text(o, "quote", "valueString", x->mark[i].statement);
    gov_out_part_end(o);
}

static bool read_all(struct themes *x)
{
    struct params p;
    struct call *c = x->call;
    if (!params_read(c, themes_params, &p, x->err))
        return false;
    x->initiative = params_text(&p, "initiative");
    struct store_read *r = call_read_begin(c, x->err);
    if (!r)
        return false;
    bool ok = store_scan(r, c->type, 0, each, x, x->err) && !x->err->code;
    call_read_end(c, r);
    return ok;
}

bool op_gov_themes_run(struct call *c)
{
    struct err err = {0};
    struct themes x = {.call = c, .err = &err};
    struct json_out o;
    struct buf out;
    bool ok = read_all(&x);
    struct str *names = ok ? ARENA_ARRAY(c->arena, struct str, x.count + 1) : NULL;
    if (ok && !names)
        ok = err_set(&err, ERR_NO_MEMORY, NULL);
    if (!ok)
        return outcome_fail(c, &err);
    if (x.count) {
        decisions(&x, count_themes(&x, names, x.count));
        qsort(x.mark, x.count, sizeof *x.mark, compare);
    }
    gov_out_begin(&o, &out);
    for (size_t i = 0, end; i < x.count; i = end) {
        for (end = i + 1; end < x.count && str_eq(x.mark[end].question, x.mark[i].question) &&
                          str_eq(x.mark[end].theme, x.mark[i].theme);)
            end++;
        put_row(&x, &o, i, end);
    }
    put_kappa(&x, &o);
    gov_out_count(&o, "smallest", CELL_MIN);
    gov_out_part(&o, "waiting");
    put_number(&o, x.waiting, x.waiting > 0 && x.waiting < CELL_MIN);
    gov_out_part_end(&o);
    return gov_out_end(&o, c, &out);
}
