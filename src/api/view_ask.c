/* SPDX-License-Identifier: Apache-2.0 */
#include "api/view_ask.h"

#include "base/time.h"

/* _format, else the first of Accept that is a table; NDJSON when anything goes. */
static bool read_format(struct call *c, const struct params *p, struct view_ask *out, struct err *err)
{
    struct str sent = c->wants.format_param, rest = c->wants.accept, part;
    struct str text = sent.p ? sent : params_text(p, "_format");
    out->format = VIEW_NDJSON;
    if (text.p)
        return view_format_find(text, &out->format) ||
               err_set_str(err, ERR_PARAM_VALUE, text, STR("_format"));
    if (!rest.n)
        return true;
    while (rest.p && str_split(&rest, ',', &part)) {
        while (part.n && part.p[0] == ' ')
            part = str_sub(part, 1, part.n);
        if (view_format_find(part, &out->format) || str_starts(part, STR("*/*")))
            return true;
    }
    return err_set_str(err, ERR_NOT_ACCEPTABLE, c->wants.accept, STR(""));
}

static const struct str *all_of(struct call *c, const struct params *p, const char *name, size_t *count)
{
    struct str *list = ARENA_ARRAY(c->arena, struct str, p->count + 1);
    *count = 0;
    for (size_t i = 0; list && i < p->count; i++)
        if (str_is(p->item[i].name, name))
            list[(*count)++] = p->item[i].text;
    return list;
}

bool view_ask_read(struct call *c, const struct params *p, struct view_ask *out, struct err *err)
{
    struct str header = params_text(p, "header"), since = params_text(p, "_since");
    struct str limit = params_text(p, "_limit");
    struct view_source_ask *s = &out->source;
    struct time_value t;
    *out = (struct view_ask){.header = !str_is(header, "false")};
    if (!read_format(c, p, out, err))
        return false;
    if (header.p && out->header && !str_is(header, "true"))
        return err_set_str(err, ERR_PARAM_VALUE, header, STR("header"));
    if (limit.p && (!str_u64(limit, INT32_MAX, &s->limit) || s->limit == 0))
        return err_set_str(err, ERR_PARAM_VALUE, limit, STR("_limit"));
    if (since.p && (!fhir_prim_valid(FHIR_PRIM_INSTANT, since) || !time_parse(since, false, &t)))
        return err_set_str(err, ERR_PARAM_VALUE, since, STR("_since"));
    s->since_ms = since.p ? time_span(&t, 0).low_ms : 0;
    s->patients = all_of(c, p, "patient", &s->patient_count);
    s->groups = all_of(c, p, "group", &s->group_count);
    return (s->patients && s->groups) || err_set(err, ERR_NO_MEMORY, NULL);
}
