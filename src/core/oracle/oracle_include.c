/* SPDX-License-Identifier: Apache-2.0
 * _include and _revinclude (R4 3.1.1.5.4): from the matches of a page to what they refer to and what refers
 * to them; with :iterate from what was included too, until nothing new comes. */
#include "base/os.h"
#include "oracle/oracle_int.h"

struct including {
    struct oracle *o;
    const bool *page;
    bool *included, *added;
    bool any; /* something was added in this round */
};

/* "Type:code[:Target]", "Type:*" or "*". */
struct directive {
    fhir_type_id source, target; /* 0: any */
    struct str code;             /* "*": each reference */
};

static bool read_directive(struct str text, struct directive *d)
{
    struct str source, target = {NULL, 0};
    *d = (struct directive){.code = STR("*")};
    if (str_is(text, "*"))
        return true;
    if (!str_split(&text, ':', &source) || !text.p || !str_split(&text, ':', &d->code))
        return false;
    target = text;
    d->source = fhir_resource_find(source);
    d->target = target.p ? fhir_resource_find(target) : 0;
    return d->source && (!target.p || d->target);
}

/* Does i, which is of the directive's source, refer to j by it? */
static bool joins(struct including *in, const struct directive *d, size_t i, size_t j)
{
    struct oracle *o = in->o;
    struct oracle_type *t = &o->type[o->resource[i].type];
    if ((d->source && o->resource[i].type != d->source) || (d->target && o->resource[j].type != d->target))
        return false;
    for (size_t p = 0; p < t->param_count; p++) {
        if (t->param[p].type == FHIR_SEARCH_REFERENCE &&
            (str_is(d->code, "*") || str_eq(d->code, t->param[p].code)) &&
            oracle_refers(o, i, &t->param[p], j))
            return true;
    }
    return false;
}

static void add(struct including *in, size_t i)
{
    if (in->page[i] || in->included[i] || in->o->gone[i])
        return;
    in->added[i] = true;
    in->any = true;
}

/* One directive once, from the page, and from what is included already when it iterates. */
static void apply(struct including *in, const struct directive *d, bool back, bool iterate)
{
    for (size_t i = 0; i < in->o->count; i++) {
        if (!in->page[i] && !(iterate && in->included[i]))
            continue;
        for (size_t j = 0; j < in->o->count; j++) {
            if (!in->o->gone[j] && (back ? joins(in, d, j, i) : joins(in, d, i, j)))
                add(in, j);
        }
    }
}

static bool directives(struct including *in, const struct oracle_arg *arg, size_t count, bool first,
                       char why[ORACLE_WHY_MAX])
{
    for (size_t n = 0; n < count; n++) {
        struct str modifier = arg[n].name, name;
        struct directive d;
        str_split(&modifier, ':', &name);
        bool back = str_is(name, "_revinclude"), iterate = str_is(modifier, "iterate");
        if (!back && !str_is(name, "_include"))
            continue;
        if (!read_directive(arg[n].value, &d)) {
            strcpy(why, "no such include");
            return false;
        }
        if (first || iterate)
            apply(in, &d, back, iterate);
    }
    return true;
}

bool oracle_include(struct oracle *o, const struct oracle_arg *arg, size_t count, const bool *page,
                    bool *included, char why[ORACLE_WHY_MAX])
{
    struct including in = {.o = o, .page = page, .included = included, .any = true};
    bool ok = true;
    in.added = os_alloc(o->count * sizeof *in.added);
    memset(included, 0, o->count * sizeof *included);
    for (bool first = true; ok && in.any; first = false) {
        in.any = false;
        memset(in.added, 0, o->count * sizeof *in.added);
        ok = directives(&in, arg, count, first, why);
        for (size_t i = 0; i < o->count; i++)
            included[i] = included[i] || in.added[i];
    }
    os_free(in.added);
    return ok;
}
