/* SPDX-License-Identifier: Apache-2.0
 * A composite row's text joins the components compared by equality; an ordered one stands in the number or
 * span fields. Components are read by their own search type and then folded into one row (or alternative)
 * step by step. */
#include <math.h>

#include "fhir_gen/names.h"
#include "search/search_int.h"

#define SEPARATOR "\x1f"

static struct str join(struct arena *arena, struct str key, struct str a, const char *between, struct str b)
{
    return arena_printf(arena, "%.*s" SEPARATOR "%.*s%s%.*s", STR_ARG(key), STR_ARG(a), between, STR_ARG(b));
}

/* Whole numbers as a half-open span, for the second number of a composite (positions in a sequence). */
static void number_span(struct store_row *r, double low, double high)
{
    r->low = low < -9e15 ? INT64_MIN : (int64_t)ceil(low);
    r->high = high > 9e15 ? INT64_MAX : (int64_t)floor(high) + 1;
}

static struct str target_text(struct arena *arena, const struct store_row *r)
{
    if (!r->target_type)
        return r->name;
    return arena_printf(arena, "%s/%.*s", fhir_types[r->target_type].name, STR_ARG(r->text));
}

static struct str string_part(struct str s)
{
    size_t max = s.n < SEARCH_KEY_MAX ? s.n : SEARCH_KEY_MAX;
    while (max < s.n && max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return str_sub(s, 0, max);
}

/* A composite under way: its row, and what the next component's number goes into. */
struct partial {
    struct store_row row;
    bool has_number;
};

/* Adds one component row to a partial row; returns how many partials (1 or 2) it makes. */
static int extend_row(struct arena *arena, const struct partial *from, const struct store_row *c,
                      struct partial out[2])
{
    struct str none = STR("");
    out[0] = out[1] = *from;
    switch (c->index) {
    case STORE_TOKEN: /* with and without its system */
        out[0].row.text = join(arena, from->row.text, none, "", c->text);
        out[1].row.text = join(arena, from->row.text, c->name, "|", c->text);
        return 2;
    case STORE_STRING:
        out[0].row.text = join(arena, from->row.text, none, "", string_part(c->text));
        return 1;
    case STORE_REFERENCE:
        out[0].row.text = join(arena, from->row.text, none, "", target_text(arena, c));
        return 1;
    case STORE_DATE:
        out[0].row.low = c->low;
        out[0].row.high = c->high;
        return 1;
    case STORE_NUMBER:
        if (from->has_number) {
            number_span(&out[0].row, c->number_low, c->number_high);
        } else {
            out[0].row.number_low = c->number_low;
            out[0].row.number_high = c->number_high;
            out[0].row.name = c->name;
            out[0].has_number = true;
        }
        return 1;
    default:
        return 0;
    }
}

static void combine(const struct rows_to *to, const struct partial *from, const struct store_rows *parts,
                    unsigned at, unsigned count)
{
    if (at == count) {
        *value_row(to, STORE_COMPOSITE) = from->row;
        return;
    }
    for (size_t i = 0; i < parts[at].count; i++) {
        struct partial next[2];
        int n = extend_row(to->arena, from, &parts[at].item[i], next);
        for (int k = 0; k < n; k++)
            combine(to, &next[k], parts, at + 1, count);
    }
}

void composite_rows(const struct rows_to *to, const struct fhir_param *p, const struct path_list *components)
{
    struct store_rows parts[3] = {{0}};
    for (unsigned k = 0; k < p->component_count; k++) {
        const struct search_kind *kind = search_kind_of(search_param(to->s, p->component[k].param));
        if (!kind || !kind->rows)
            return;
        struct rows_to part = {to->s, to->arena, to->param, &parts[k], to->full};
        for (uint32_t i = 0; i < components[k].count; i++)
            kind->rows(&part, &components[k].item[i]);
        if (parts[k].count == 0)
            return;
    }
    for (size_t i = 0; i < parts[0].count; i++) {
        const struct store_row *first = &parts[0].item[i];
        if (first->index != STORE_TOKEN || first->text.n == 0)
            continue;
        struct partial start = {.row = {.index = STORE_COMPOSITE, .param = to->param, .text = first->text}};
        start.row.exact = hash_sip(to->s->key, first->name);
        combine(to, &start, parts, 1, p->component_count);
    }
}

static bool extend_match(struct arena *arena, struct store_match *m, bool *has_number,
                         const struct store_match *c)
{
    struct str none = STR("");
    const struct store_row *r = &c->row;
    switch (c->index) {
    case STORE_TOKEN:
        if (c->any_text)
            return false;
        m->row.text = c->any_name ? join(arena, m->row.text, none, "", r->text)
                                  : join(arena, m->row.text, r->name, "|", r->text);
        return true;
    case STORE_STRING:
        m->row.text = join(arena, m->row.text, none, "", string_part(r->text));
        m->cmp = STORE_CMP_PREFIX;
        return true;
    case STORE_REFERENCE:
        m->row.text = join(arena, m->row.text, none, "", target_text(arena, r));
        return true;
    case STORE_DATE:
        m->cmp_span = c->cmp;
        m->row.low = r->low;
        m->row.high = r->high;
        return true;
    default:
        if (*has_number) {
            m->cmp_span = c->cmp;
            number_span(&m->row, r->number_low, r->number_high);
            return true;
        }
        *has_number = true;
        m->cmp = c->cmp;
        m->any_name = c->any_name;
        m->row.name = r->name;
        m->row.number_low = r->number_low;
        m->row.number_high = r->number_high;
        return true;
    }
}

static bool combine_match(const struct query_of *q, const struct store_match *from, bool has_number,
                          const struct matches *parts, unsigned at, unsigned count, struct matches *out)
{
    if (at == count) {
        *value_match(q, STORE_COMPOSITE, out) = *from;
        return true;
    }
    for (size_t i = 0; i < parts[at].count; i++) {
        struct store_match next = *from;
        bool number = has_number;
        if (!extend_match(q->arena, &next, &number, &parts[at].item[i]) ||
            !combine_match(q, &next, number, parts, at + 1, count, out))
            return false;
    }
    return true;
}

static bool match_part(const struct query_of *q, unsigned k, struct str value, struct matches *out)
{
    struct query_of part = *q;
    part.param_id = q->param->component[k].param;
    part.param = search_param(q->s, part.param_id);
    part.modifier = SEARCH_MOD_NONE;
    const struct search_kind *kind = search_kind_of(part.param);
    bool approx = false;
    if (!kind || !kind->rows)
        return value_error(q, value);
    enum store_cmp cmp = kind->prefixes ? value_prefix(&value, &approx) : STORE_CMP_EQ;
    return kind->match(&part, cmp, approx, value, out);
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    (void)cmp;
    (void)approx;
    struct matches parts[3] = {{0}};
    struct str rest = value, part;
    unsigned count = 0;
    while (value_split(&rest, '$', &part)) {
        if (count == q->param->component_count || !match_part(q, count, part, &parts[count]))
            return count == q->param->component_count ? value_error(q, value) : false;
        count++;
    }
    if (count != q->param->component_count)
        return value_error(q, value);
    for (size_t i = 0; i < parts[0].count; i++) {
        const struct store_match *first = &parts[0].item[i];
        if (first->index != STORE_TOKEN || first->any_text)
            return value_error(q, value);
        struct store_match start = {
            .index = STORE_COMPOSITE, .cmp = STORE_CMP_ANY, .cmp_span = STORE_CMP_ANY};
        start.row =
            (struct store_row){.index = STORE_COMPOSITE, .param = q->param_id, .text = first->row.text};
        start.any_exact = first->any_name;
        start.any_name = true;
        start.row.exact = first->any_name ? 0 : hash_sip(q->s->key, first->row.name);
        if (!combine_match(q, &start, false, parts, 1, count, out))
            return value_error(q, value);
    }
    return true;
}

const struct search_kind composite_kind = {
    .index = STORE_COMPOSITE,
    .modifiers = SEARCH_MOD_MISSING,
    .match = match,
};
