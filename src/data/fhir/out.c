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
