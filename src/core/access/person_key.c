/* SPDX-License-Identifier: Apache-2.0 */
#include "access/person_key.h"

#include "base/os.h"
#include "fhir_gen/names.h"
#include "ids/idsystem.h"
#include "ids/personnummer.h"

static const char *const systems[] = {
    IDSYSTEM_PERSONNUMMER,
    IDSYSTEM_SAMORDNINGSNUMMER,
    "https://terminology.hl7.se/sid/se-personnummer",
    "urn:oid:1.2.752.129.2.1.3.1",
    "urn:oid:1.2.752.129.2.1.3.3",
};

static bool is_identity(struct str system)
{
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
        if (str_is(system, systems[i]))
            return true;
    return false;
}

/* Twelve digits and capital letters, to base 36: no two are alike. */
static uint64_t key_of(const struct personnummer *p)
{
    uint64_t key = 1;
    for (const char *c = p->text; *c; c++)
        key = key * 36 + (uint64_t)(*c <= '9' ? *c - '0' : *c - 'A' + 10);
    return key;
}

/* The identity numbers of doc that are real ones, parsed. */
static size_t parsed(const struct json_doc *doc, struct personnummer out[PERSON_KEYS_MAX])
{
    uint32_t all = json_get(doc, 0, FHIR_NAME_identifier);
    size_t n = 0;
    if (all == UINT32_MAX)
        return 0;
    JSON_EACH(doc, all, c)
    {
        if (n < PERSON_KEYS_MAX && is_identity(json_text(doc, json_get(doc, c, FHIR_NAME_system))) &&
            personnummer_parse(json_text(doc, json_get(doc, c, FHIR_NAME_value)), os_now_ms(), &out[n], NULL))
            n++;
    }
    return n;
}

size_t person_key_all(const struct json_doc *doc, uint64_t out[PERSON_KEYS_MAX])
{
    struct personnummer p[PERSON_KEYS_MAX];
    size_t n = parsed(doc, p);
    for (size_t i = 0; i < n; i++)
        out[i] = key_of(&p[i]);
    return n;
}

struct str person_key_written(const struct json_doc *doc, struct arena *arena)
{
    struct personnummer p[PERSON_KEYS_MAX];
    size_t n = parsed(doc, p);
    struct str all = STR("");
    for (size_t i = 0; i < n && all.p; i++) {
        const char *t = p[i].text; /* ÅÅÅÅMMDDNNNN */
        all = arena_printf(arena, "%.*s%s%s,%.8s-%s,%s,%.6s-%s,%.6s+%s", STR_ARG(all), all.n ? "," : "", t, t,
                           t + 8, t + 2, t + 2, t + 8, t + 2, t + 8);
    }
    return all;
}
