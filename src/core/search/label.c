/* SPDX-License-Identifier: Apache-2.0 */
#include "search/label.h"

#include "base/time.h"
#include "fhir_gen/names.h"

#define SECURITY_SYSTEM "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"

/* The statuses in which what is written stands. */
static const struct {
    fhir_type_id type;
    uint16_t element;
    const char *codes[5];
} signed_status[] = {
    {FHIR_TYPE_Composition, FHIR_NAME_status, {"final", "amended", NULL}},
    {FHIR_TYPE_DocumentReference, FHIR_NAME_docStatus, {"final", "amended", NULL}},
    {FHIR_TYPE_DiagnosticReport, FHIR_NAME_status, {"final", "amended", "corrected", "appended", NULL}},
    {FHIR_TYPE_Observation, FHIR_NAME_status, {"final", "amended", "corrected", NULL}},
    {FHIR_TYPE_QuestionnaireResponse, FHIR_NAME_status, {"completed", "amended", NULL}},
    {FHIR_TYPE_ClinicalImpression, FHIR_NAME_status, {"completed", NULL}},
};

static uint32_t signed_flag(const struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    for (size_t k = 0; k < sizeof signed_status / sizeof *signed_status; k++) {
        if (signed_status[k].type != type)
            continue;
        struct str status = json_text(doc, json_get(doc, i, signed_status[k].element));
        for (const char *const *c = signed_status[k].codes; *c; c++)
            if (str_is(status, *c))
                return LABEL_SIGNED;
    }
    return 0;
}

/* What is not yet an official record (TF 2 kap. 12 §): for who prepares it. */
static const struct {
    fhir_type_id type;
    uint16_t element;
    const char *code;
} working_status[] = {
    {FHIR_TYPE_DecisionCase, FHIR_NAME_recordStatus, "arbetsmaterial"},
    {FHIR_TYPE_Assignment, FHIR_NAME_recordStatus, "arbetsmaterial"},
    {FHIR_TYPE_Decision, FHIR_NAME_status, "draft"},
    {FHIR_TYPE_Report, FHIR_NAME_status, "draft"},
};

static uint32_t working_flag(const struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    for (size_t k = 0; k < sizeof working_status / sizeof *working_status; k++)
        if (working_status[k].type == type &&
            str_is(json_text(doc, json_get(doc, i, working_status[k].element)), working_status[k].code))
            return LABEL_WORKING;
    return 0;
}

static bool of_kind(const struct json_doc *doc, uint32_t i, enum json_kind kind)
{
    return i != UINT32_MAX && doc->nodes[i].kind == kind;
}

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* Until when secrecy holds: the last day of what until says; 0, without end, when it says nothing that can be
 * read. */
static uint32_t secret_until(const struct json_doc *doc, uint32_t secrecy)
{
    struct time_value v;
    if (!of_kind(doc, secrecy, JSON_OBJECT) ||
        !time_parse(json_text(doc, json_get(doc, secrecy, FHIR_NAME_until)), false, &v))
        return 0;
    int64_t day = time_span(&v, 0).high_ms / DAY_MS - 1;
    return day > 0 && day <= LABEL_UNTIL_MAX ? (uint32_t)day : 0;
}

/* Of several the last end. */
static uint32_t secret_flags(const struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    uint32_t last = 0, list = json_get(doc, i, FHIR_NAME_secrecy);
    bool any = false, endless = false;
    if (type != FHIR_TYPE_DecisionCase || !of_kind(doc, list, JSON_ARRAY))
        return 0;
    JSON_EACH(doc, list, s)
    {
        uint32_t until = secret_until(doc, s);
        any = true;
        endless = endless || !until;
        last = until > last ? until : last;
    }
    return !any ? 0 : LABEL_SECRET | (endless ? 0u : last << LABEL_UNTIL_SHIFT);
}

static uint32_t security_flags(const struct json_doc *doc, uint32_t meta)
{
    uint32_t flags = 0, list = json_get(doc, meta, FHIR_NAME_security);
    if (!of_kind(doc, list, JSON_ARRAY))
        return 0;
    JSON_EACH(doc, list, c)
    {
        if (!of_kind(doc, c, JSON_OBJECT) ||
            !str_is(json_text(doc, json_get(doc, c, FHIR_NAME_system)), SECURITY_SYSTEM))
            continue;
        struct str code = json_text(doc, json_get(doc, c, FHIR_NAME_code));
        flags |= str_is(code, "sekretessmarkering")     ? LABEL_CONFIDENTIAL
                 : str_is(code, "skyddadFolkbokforing") ? LABEL_PROTECTED
                                                        : 0u;
    }
    return flags;
}

static void extensions(const struct json_doc *doc, uint32_t meta, struct label *out)
{
    uint32_t list = json_get(doc, meta, FHIR_NAME_extension);
    if (!of_kind(doc, list, JSON_ARRAY))
        return;
    JSON_EACH(doc, list, c)
    {
        if (!of_kind(doc, c, JSON_OBJECT))
            continue;
        struct str url = json_text(doc, json_get(doc, c, FHIR_NAME_url));
        struct str *to = str_is(url, LABEL_UNIT_URL)       ? &out->unit
                         : str_is(url, LABEL_PROVIDER_URL) ? &out->provider
                                                           : NULL;
        uint32_t value = to ? json_get(doc, c, FHIR_NAME_valueReference) : UINT32_MAX;
        if (to && !to->n && of_kind(doc, value, JSON_OBJECT))
            *to = json_text(doc, json_get(doc, value, FHIR_NAME_reference));
    }
}

/* A Consent of one of our categories; anything but a choice or an opening is the patient's own wish. */
static uint32_t grant_flags(const struct json_doc *doc, uint32_t i)
{
    uint32_t flags = 0, categories = json_get(doc, i, FHIR_NAME_category);
    if (!of_kind(doc, categories, JSON_ARRAY))
        return 0;
    JSON_EACH(doc, categories, k)
    {
        uint32_t codings = of_kind(doc, k, JSON_OBJECT) ? json_get(doc, k, FHIR_NAME_coding) : UINT32_MAX;
        if (!of_kind(doc, codings, JSON_ARRAY))
            continue;
        JSON_EACH(doc, codings, c)
        {
            if (!of_kind(doc, c, JSON_OBJECT) ||
                !str_is(json_text(doc, json_get(doc, c, FHIR_NAME_system)), LABEL_GRANT_SYSTEM))
                continue;
            struct str code = json_text(doc, json_get(doc, c, FHIR_NAME_code));
            bool staff = str_is(code, "active-choice") || str_is(code, "emergency");
            flags |= LABEL_GRANT | (staff ? 0u : LABEL_WISH);
        }
    }
    return flags;
}

struct label label_read(const struct json_doc *doc, uint32_t i, fhir_type_id type)
{
    struct label out = {.flags = signed_flag(doc, i, type) | working_flag(doc, i, type) |
                                 secret_flags(doc, i, type)};
    uint32_t meta = json_get(doc, i, FHIR_NAME_meta);
    if (of_kind(doc, meta, JSON_OBJECT)) {
        extensions(doc, meta, &out);
        out.flags |= security_flags(doc, meta);
    }
    if (type == FHIR_TYPE_Consent)
        out.flags |= grant_flags(doc, i);
    return out;
}
