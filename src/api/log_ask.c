/* SPDX-License-Identifier: Apache-2.0 */
#include "api/log_ask.h"

#include "api/guard.h"
#include "base/time.h"
#include "fhir_gen/names.h"

bool log_ask_allowed(struct call *c, struct err *err)
{
    if (!c->view || access_view_right(c->view, RULES_LOG_READ))
        return true;
    if (c->caller->kind == ACCESS_SYSTEM &&
        access_view_may(c->view, FHIR_TYPE_AuditEvent, false, ACCESS_READ | ACCESS_SEARCH))
        return true;
    return err_set(err, ERR_ACCESS_DENIED, c->route->sv, c->route->en, NULL);
}

static bool read_time(const struct params *p, const char *name, bool end, int64_t *out, struct err *err)
{
    struct str text = params_text(p, name);
    struct time_value v;
    if (!text.p)
        return true;
    if (!time_parse(text, true, &v))
        return err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
    struct time_span span = time_span(&v, 0);
    *out = end ? span.high_ms : span.low_ms;
    return true;
}

/* "Type/id" of that type; absent is fine. */
static bool read_reference(const struct params *p, const char *name, struct str type, struct str *out,
                           struct err *err)
{
    struct str text = params_text(p, name);
    if (!text.p)
        return true;
    *out = text;
    return (str_starts(text, type) && fhir_prim_valid(FHIR_PRIM_ID, str_sub(text, type.n, text.n))) ||
           err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
}

bool log_ask_query(struct call *c, const struct params *p, struct audit_query *out, struct err *err)
{
    struct str patient = params_text(p, "patient");
    (void)c;
    if (!read_time(p, "since", false, &out->low_ms, err) ||
        !read_time(p, "until", true, &out->high_ms, err) ||
        !read_reference(p, "user", STR("Practitioner/"), &out->user, err) ||
        !read_reference(p, "unit", STR("Organization/"), &out->unit, err))
        return false;
    if (out->low_ms && out->high_ms && out->low_ms >= out->high_ms)
        return err_set_str(err, ERR_PARAM_VALUE, params_text(p, "until"), STR("until"));
    if (!patient.p)
        return true;
    out->patient = str_starts(patient, STR("Patient/")) ? str_sub(patient, 8, patient.n) : patient;
    return fhir_prim_valid(FHIR_PRIM_ID, out->patient) ||
           err_set_str(err, ERR_PARAM_VALUE, patient, STR("patient"));
}

bool log_ask_count(const struct params *p, const char *name, uint64_t fallback, uint64_t max, uint64_t *out,
                   struct err *err)
{
    struct str text = params_text(p, name);
    *out = fallback;
    return !text.p || (str_u64(text, max, out) && *out) ||
           err_set_str(err, ERR_PARAM_VALUE, text, str_of(name));
}

static void begin(struct json_out *o, const char *name)
{
    json_out_object(o, NULL);
    json_out_cstr(o, "name", name);
}

void log_ask_text(struct json_out *o, const char *name, const char *kind, struct str value)
{
    if (!value.n)
        return;
    begin(o, name);
    json_out_string(o, kind, value);
    json_out_end_object(o);
}

void log_ask_number(struct json_out *o, const char *name, uint64_t value)
{
    begin(o, name);
    json_out_i64(o, "valueInteger", (int64_t)value);
    json_out_end_object(o);
}

void log_ask_instant(struct json_out *o, const char *name, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    size_t n = time_format(ms, text);
    log_ask_text(o, name, "valueInstant", (struct str){text, n});
}

void log_ask_reference(struct json_out *o, const char *name, struct str reference, struct str display)
{
    if (!reference.n && !display.n)
        return;
    begin(o, name);
    json_out_object(o, "valueReference");
    if (reference.n)
        json_out_string(o, "reference", reference);
    if (display.n)
        json_out_string(o, "display", display);
    json_out_end_object(o);
    json_out_end_object(o);
}
