/* SPDX-License-Identifier: Apache-2.0
 * The value sets that the lists of diagnoses, intolerances and vaccinations are coded with. Selections for
 * the demo: a region keeps its whole ones under the same addresses. */
#include "demo/demo_int.h"

#include <stdio.h>

#define ADDRESS "https://helhet.example/fhir/ValueSet/"

enum { STREAM = 0x7E45, CODES_MAX = 400 };

/* Common in care, beside what the stories have. */
static const struct demo_code common[] = {
    {"A41.9", "Sepsis, ospecificerad"},
    {"B02.9", "Bältros utan komplikation"},
    {"E66.9", "Fetma, ospecificerad"},
    {"E78.5", "Hyperlipidemi, ospecificerad"},
    {"F32.9", "Depressiv episod, ospecificerad"},
    {"F43.9", "Reaktion på svår stress, ospecificerad"},
    {"G43.9", "Migrän, ospecificerad"},
    {"G47.3", "Sömnapné"},
    {"H10.9", "Konjunktivit, ospecificerad"},
    {"I20.9", "Angina pectoris, ospecificerad"},
    {"I26.9", "Lungemboli utan uppgift om akut cor pulmonale"},
    {"J20.9", "Akut bronkit, ospecificerad"},
    {"K29.7", "Gastrit, ospecificerad"},
    {"K59.0", "Förstoppning"},
    {"M79.1", "Myalgi"},
    {"N39.0", "Urinvägsinfektion, utan angiven lokalisation"},
    {"R05.9", "Hosta"},
    {"R10.4", "Andra och icke specificerade buksmärtor"},
    {"R42.9", "Yrsel och svindel"},
    {"R50.9", "Feber, ospecificerad"},
    {"R51.9", "Huvudvärk"},
    {"S06.0", "Hjärnskakning"},
    {"T78.4", "Allergi, ospecificerad"},
};

static const struct demo_code substances[] = {
    {"J01C", "Penicilliner"},
    {"J01CE", "Penicillin"},
    {"J01D", "Cefalosporiner och andra betalaktamantibiotika"},
    {"J01E", "Trimetoprim/sulfa"},
    {"J01FA", "Makrolider"},
    {"J01A", "Tetracykliner"},
    {"J01M", "Kinoloner"},
    {"M01A", "NSAID"},
    {"N02BA01", "Acetylsalicylsyra"},
    {"N02BE01", "Paracetamol"},
    {"N02A", "Opioider"},
    {"C09A", "ACE-hämmare"},
    {"C10AA", "Statiner"},
    {"N01B", "Lokalbedövningsmedel"},
    {"V08A", "Jodkontrastmedel"},
};

static const struct demo_code allergens[] = {
    {"91935009", "Jordnöt"}, {"91930004", "Ägg"},         {"425525006", "Mjölkprotein"},
    {"300916003", "Latex"},  {"256277009", "Gräspollen"}, {"256417003", "Häst"},
};

static const struct demo_code vaccines[] = {
    {"J07CA09", "Difteri, stelkramp, kikhosta, polio, Hib, hepatit B"},
    {"J07CA02", "Difteri, stelkramp, kikhosta, polio"},
    {"J07AL02", "Pneumokocker, konjugerat"},
    {"J07BH01", "Rotavirus"},
    {"J07BD52", "Mässling, påssjuka, röda hund"},
    {"J07BM03", "Humant papillomvirus, nonavalent"},
    {"J07AM01", "Stelkrampstoxoid"},
    {"J07AM51", "Difteri och stelkramp"},
    {"J07BB02", "Influensa, inaktiverat, spjälkat virus eller ytantigen"},
    {"J07BN01", "Covid-19, RNA-baserat vaccin"},
    {"J07BA01", "Fästingburen encefalit (TBE)"},
    {"J07BC01", "Hepatit B"},
    {"J07BC02", "Hepatit A"},
    {"J07BC20", "Hepatit A och B"},
    {"J07AP03", "Tyfoid, renat polysackaridantigen"},
    {"J07BK03", "Bältros, renat antigen"},
};

struct part {
    const char *system;
    const struct demo_code *code;
    size_t count;
};

static void include(struct demo *d, const struct part *part)
{
    json_out_object(&d->out, NULL);
    demo_fhir_cstr(d, "system", part->system);
    json_out_array(&d->out, "concept");
    for (size_t i = 0; i < part->count; i++) {
        json_out_object(&d->out, NULL);
        demo_fhir_cstr(d, "code", part->code[i].code);
        demo_fhir_cstr(d, "display", part->code[i].display);
        json_out_end_object(&d->out);
    }
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
}

static void value_set(struct demo *d, uint64_t n, const char *name, const char *title,
                      const struct part *part, size_t parts)
{
    struct demo_rng own = demo_rng_stream(d->options->seed ^ STREAM, n);
    char id[DEMO_ID_MAX], url[96];
    demo_rng_uuid(&own, id);
    snprintf(url, sizeof url, ADDRESS "%s", name);
    demo_fhir_begin(d, "ValueSet", id);
    demo_fhir_cstr(d, "url", url);
    demo_fhir_cstr(d, "name", name);
    demo_fhir_cstr(d, "title", title);
    demo_fhir_cstr(d, "status", "active");
    json_out_bool(&d->out, "experimental", true);
    demo_fhir_date(d, "date", d->options->now_ms);
    json_out_object(&d->out, "compose");
    json_out_array(&d->out, "include");
    for (size_t i = 0; i < parts; i++)
        include(d, &part[i]);
    json_out_end_array(&d->out);
    json_out_end_object(&d->out);
    demo_fhir_end(d);
}

static void add(struct demo_code *all, size_t *count, const struct demo_code *code)
{
    if (!code->code || *count == CODES_MAX)
        return;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(all[i].code, code->code) == 0)
            return;
    all[(*count)++] = *code;
}

static void add_story(struct demo_code *all, size_t *count, const struct demo_story *story)
{
    for (size_t i = 0; i < sizeof story->diagnosis / sizeof story->diagnosis[0]; i++)
        add(all, count, &story->diagnosis[i]);
    add(all, count, &story->admission.diagnosis);
}

static size_t diagnoses(struct demo_code all[CODES_MAX])
{
    const struct demo_story_set *sets[] = {&demo_stories_heart, &demo_stories_long, &demo_stories_mind,
                                           &demo_stories_acute};
    size_t count = 0;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        for (uint32_t s = 0; s < sets[i]->count; s++)
            add_story(all, &count, &sets[i]->story[s]);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        add(all, &count, &common[i]);
    return count;
}

void demo_terms_emit(struct demo *d)
{
    struct demo_code all[CODES_MAX];
    const struct part of_diagnoses[] = {{DEMO_SYSTEM_ICD, all, diagnoses(all)}};
    static const struct part of_allergens[] = {
        {DEMO_SYSTEM_ATC, substances, sizeof substances / sizeof substances[0]},
        {DEMO_SYSTEM_SNOMED, allergens, sizeof allergens / sizeof allergens[0]}};
    static const struct part of_vaccines[] = {
        {DEMO_SYSTEM_ATC, vaccines, sizeof vaccines / sizeof vaccines[0]}};
    value_set(d, 1, "diagnoses", "Diagnoser (urval ur ICD-10-SE)", of_diagnoses, 1);
    value_set(d, 2, "allergens", "Det patienten kan vara överkänslig mot (urval)", of_allergens, 2);
    value_set(d, 3, "vaccines", "Vacciner (urval ur ATC J07)", of_vaccines, 1);
}
