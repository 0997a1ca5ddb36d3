/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"
#include "base/time.h"
#include "fhir_gen/names.h"
#include "search/search_int.h"

/* Dates carry no zone; rows and searches read them alike, as UTC. */
enum { ZONE_MINUTES = 0 };

static bool span_of(struct str text, bool lenient, struct time_span *out)
{
    struct time_value v;
    if (!text.p || !time_parse(text, lenient, &v))
        return false;
    *out = time_span(&v, ZONE_MINUTES);
    return true;
}

static void put(const struct rows_to *to, int64_t low, int64_t high)
{
    struct store_row *r = value_row(to, STORE_DATE);
    r->low = low;
    r->high = high;
}

/* An absent end is open (R4 3.1.1.4.7). */
static void rows_period(const struct rows_to *to, const struct path_value *v)
{
    struct time_span start, end;
    bool has_start = span_of(value_text(v, FHIR_NAME_start), false, &start);
    bool has_end = span_of(value_text(v, FHIR_NAME_end), false, &end);
    if (has_start || has_end)
        put(to, has_start ? start.low_ms : INT64_MIN, has_end ? end.high_ms : INT64_MAX);
}

/* Only the outer limits of a Timing count. */
static void rows_timing(const struct rows_to *to, const struct path_value *v)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    uint32_t event = value_child(v, FHIR_NAME_event), repeat = value_child(v, FHIR_NAME_repeat);
    if (event != UINT32_MAX && v->doc->nodes[event].kind == JSON_ARRAY) {
        JSON_EACH(v->doc, event, i)
        {
            struct time_span span;
            if (!span_of(json_text(v->doc, i), false, &span))
                continue;
            low = span.low_ms < low ? span.low_ms : low;
            high = span.high_ms > high ? span.high_ms : high;
        }
    }
    if (low < high)
        put(to, low, high);
    if (repeat == UINT32_MAX)
        return;
    struct path_value inner = value_node(v, repeat);
    uint32_t bounds = value_child(&inner, FHIR_NAME_boundsPeriod);
    if (bounds == UINT32_MAX)
        return;
    struct path_value period = value_node(v, bounds);
    rows_period(to, &period);
}

static void rows(const struct rows_to *to, const struct path_value *v)
{
    if (v->kind == PATH_NODE && v->type == FHIR_TYPE_Period) {
        rows_period(to, v);
        return;
    }
    if (v->kind == PATH_NODE && v->type == FHIR_TYPE_Timing) {
        rows_timing(to, v);
        return;
    }
    /* A string that looks like a date is none (CarePlan.activity.detail.scheduledString). */
    struct time_span span;
    bool moment = v->kind == PATH_DATE || v->kind == PATH_DATETIME ||
                  (v->kind == PATH_NODE && (v->type == FHIR_TYPE_date || v->type == FHIR_TYPE_dateTime ||
                                            v->type == FHIR_TYPE_instant));
    if (moment && span_of(value_self(v), false, &span))
        put(to, span.low_ms, span.high_ms);
}

/* A '+' of the zone that was not percent-encoded comes as a space. */
static struct str mend_plus(struct arena *arena, struct str s)
{
    size_t at = str_find(s, ' ', 0);
    if (at == SIZE_MAX)
        return s;
    struct str copy = arena_str(arena, s);
    ((char *)copy.p)[at] = '+';
    return copy;
}

/* Approximately: a tenth of the time between now and the date to either side. */
static void widen(struct store_row *r)
{
    int64_t now = os_now_ms();
    int64_t gap = now < r->low ? r->low - now : now > r->high ? now - r->high : 0;
    r->low -= gap / 10;
    r->high += gap / 10;
}

static bool match(const struct query_of *q, enum store_cmp cmp, bool approx, struct str value,
                  struct matches *out)
{
    struct time_span span;
    if (!span_of(mend_plus(q->arena, value_unescape(q->arena, value)), true, &span))
        return value_error(q, value);
    struct store_match *m = value_match(q, STORE_DATE, out);
    m->cmp = (uint8_t)cmp;
    m->row.low = span.low_ms;
    m->row.high = span.high_ms;
    if (approx)
        widen(&m->row);
    return true;
}

const struct search_kind date_kind = {
    .index = STORE_DATE,
    .modifiers = SEARCH_MOD_MISSING,
    .prefixes = true,
    .rows = rows,
    .match = match,
};
