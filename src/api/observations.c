/* SPDX-License-Identifier: Apache-2.0 */
#include "api/observations.h"

#include <stdlib.h>

#include "base/time.h"
#include "fhir_gen/names.h"

static void read_time(struct observation *o)
{
    static const uint16_t places[] = {FHIR_NAME_effectiveDateTime, FHIR_NAME_effectiveInstant};
    struct time_value t;
    struct str text = {0};
    for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !text.p; i++)
        text = json_text(&o->doc, json_get(&o->doc, 0, places[i]));
    uint32_t period = json_get(&o->doc, 0, FHIR_NAME_effectivePeriod);
    if (!text.p && period != UINT32_MAX) {
        text = json_text(&o->doc, json_get(&o->doc, period, FHIR_NAME_start));
        if (!text.p)
            text = json_text(&o->doc, json_get(&o->doc, period, FHIR_NAME_end));
    }
    o->dated = text.p && time_parse(text, false, &t);
    o->time_ms = o->dated ? time_span(&t, 0).low_ms : INT64_MIN;
}

bool observations_parse(struct arena *arena, const struct store_version *v, struct observation *out,
                        struct err *err)
{
    *out = (struct observation){.version = *v};
    if (!json_parse(arena, v->body, &fhir_names, &out->doc, err))
        return false;
    read_time(out);
    return true;
}

static int newest_first(const void *a, const void *b)
{
    const struct observation *x = a, *y = b;
    if (x->time_ms != y->time_ms)
        return x->time_ms > y->time_ms ? -1 : 1;
    return x->version.rid < y->version.rid ? -1 : x->version.rid > y->version.rid;
}

static bool take_page(struct call *c, const struct search_page *page, struct observations *out, size_t *cap,
                      struct err *err)
{
    for (size_t i = 0; i < page->match_count; i++) {
        if (out->count == OBSERVATIONS_MAX)
            return err_set(err, ERR_SEARCH_LIMIT, "Observation", "20000", NULL);
        if (out->count == *cap) {
            size_t more = *cap ? *cap * 2 : 64;
            out->item = arena_grow(c->arena, out->item, *cap, more, sizeof(*out->item));
            *cap = more;
        }
        if (!out->item)
            return err_set(err, ERR_NO_MEMORY, NULL);
        if (!observations_parse(c->arena, &page->match[i], &out->item[out->count++], err))
            return false;
    }
    return true;
}

bool observations_read(struct call *c, struct store_read *r, const struct search_param *params, size_t count,
                       struct observations *out, struct err *err)
{
    struct search_query q;
    struct search_page page;
    size_t cap = 0;
    *out = (struct observations){0};
    if (!search_parse(c->api->search, r, FHIR_TYPE_Observation, params, count, c->wants.lenient, c->arena, &q,
                      err))
        return false;
    q.plan.limit = SEARCH_COUNT_MAX;
    q.plan.count = q.plan.no_body = false;
    do {
        if (!search_run(c->api->search, r, &q, c->arena, &page, err) || !take_page(c, &page, out, &cap, err))
            return false;
        q.plan.cursor = page.next;
    } while (page.more);
    if (out->count)
        qsort(out->item, out->count, sizeof(*out->item), newest_first);
    return true;
}

size_t observations_keys(struct arena *arena, const struct json_doc *doc, uint32_t concept,
                         struct str keys[OBSERVATIONS_KEYS_MAX])
{
    size_t n = 0;
    uint32_t coding = concept == UINT32_MAX ? concept : json_get(doc, concept, FHIR_NAME_coding);
    if (coding != UINT32_MAX)
        JSON_EACH(doc, coding, i)
        {
            struct str code = json_text(doc, json_get(doc, i, FHIR_NAME_code)),
                       system = json_text(doc, json_get(doc, i, FHIR_NAME_system));
            if (code.n && n < OBSERVATIONS_KEYS_MAX)
                keys[n++] = arena_printf(arena, "%.*s|%.*s", STR_ARG(system), STR_ARG(code));
        }
    struct str text =
        concept == UINT32_MAX ? (struct str){0} : json_text(doc, json_get(doc, concept, FHIR_NAME_text));
    if (!n && text.n)
        keys[n++] = text;
    return n;
}
