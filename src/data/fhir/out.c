/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir/out.h"

#include "base/time.h"

void fhir_out_reference(struct json_out *o, const char *key, struct str to)
{
    json_out_object(o, key);
    json_out_string(o, "reference", to);
    json_out_end_object(o);
}

void fhir_out_instant(struct json_out *o, const char *key, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    size_t n = time_format(ms, text);
    json_out_string(o, key, (struct str){text, n});
}

void fhir_out_translation(struct json_out *o, const char *key, const char *lang, struct str text)
{
    json_out_object(o, key);
    json_out_array(o, "extension");
    json_out_object(o, NULL);
    json_out_array(o, "extension");
    json_out_object(o, NULL);
    json_out_cstr(o, "url", "lang");
    json_out_cstr(o, "valueCode", lang);
    json_out_end_object(o);
    json_out_object(o, NULL);
    json_out_cstr(o, "url", "content");
    json_out_string(o, "valueString", text);
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_cstr(o, "url", "http://hl7.org/fhir/StructureDefinition/translation");
    json_out_end_object(o);
    json_out_end_array(o);
    json_out_end_object(o);
}
