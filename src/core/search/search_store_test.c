/* SPDX-License-Identifier: Apache-2.0
 * Searches on a real store against a naive oracle: each case is a search URL and a FHIRPath predicate, and
 * the ids that the search finds must be those of the resources for which the predicate holds. */
#include "search/search_testkit.h"

static uint32_t dice_state = 20261121;

static unsigned dice(unsigned n)
{
    dice_state = dice_state * 1664525u + 1013904223u;
    return (dice_state >> 8) % n;
}

#define PICK(list) ((list)[dice(sizeof(list) / sizeof *(list))])

static const char *const families[] = {"Lindqvist", "Andersson-Berg", "Holm",         "Berg",
                                       "Lind",      "De la Cruz",     "Zander af Alm"};
static const char *const givens[] = {"Anna Karin", "Erik", "Maja", "Karin", "Sven", "Lisa"};
static const char *const cities[] = {"Skovde", "Boras", "Alingsas"};

static void make_patients(unsigned n)
{
    static const char *const genders[] = {"male", "female", "other"};
    static const char *const births[] = {"%04u-%02u-%02u", "%04u-%02u", "%04u"};
    for (unsigned i = 0; i < n; i++) {
        char birth[32];
        snprintf(birth, sizeof birth, births[dice(8) < 6 ? 0 : 1 + dice(2)], 1930 + dice(90), 1 + dice(12),
                 1 + dice(28));
        addf("{\"resourceType\":\"Patient\",\"id\":\"p%u\",\"identifier\":[{\"system\":\"urn:a\",\"value\":"
             "\"%u\"},{\"value\":"
             "\"n%u\"}],%s\"name\":[{\"family\":\"%s\",\"given\":[\"%s\",\"%s\"]}],\"telecom\":[{\"system\":"
             "\"phone\",\"value\":"
             "\"0%u\"},{\"system\":\"email\",\"value\":\"p%u@a.example\"}],\"gender\":\"%s\",\"birthDate\":"
             "\"%s\",\"address\":[{"
             "\"city\":\"%s\",\"line\":[\"Storgatan "
             "%u\"]}],\"managingOrganization\":{\"reference\":\"Organization/o%u\"}%s}",
             i, i % 40, i, dice(3) ? "\"active\":true," : "", PICK(families), PICK(givens), PICK(givens),
             dice(50), i, PICK(genders), birth, PICK(cities), dice(9), dice(4),
             dice(5) ? "" : ",\"deceasedDateTime\":\"2021-03-04\"");
    }
}

static void make_encounters(unsigned n, unsigned patients)
{
    static const char *const classes[] = {"AMB", "IMP", "EMER"};
    for (unsigned i = 0; i < n; i++) {
        unsigned month = 1 + dice(12), day = 1 + dice(27);
        char end[64] = "";
        if (dice(5))
            snprintf(end, sizeof end, ",\"end\":\"2020-%02u-%02uT%02u:00:00Z\"", month, day + 1, dice(24));
        addf("{\"resourceType\":\"Encounter\",\"id\":\"e%u\",\"status\":\"finished\",\"class\":{\"system\":"
             "\"urn:class\",\"code\":"
             "\"%s\"},\"subject\":{\"reference\":\"Patient/"
             "p%u\"},\"period\":{\"start\":\"2020-%02u-%02uT10:00:00+02:00\"%s},"
             "\"serviceProvider\":{\"reference\":\"Organization/"
             "o%u\"},\"length\":{\"value\":%u,\"unit\":\"timmar\",\"system\":"
             "\"http://unitsofmeasure.org\",\"code\":\"h\"}}",
             i, PICK(classes), dice(patients), month, day, end, dice(4), dice(50));
    }
}

static void make_observations(unsigned n, unsigned patients, unsigned encounters)
{
    static const char *const codes[] = {"urn:x\",\"code\":\"A", "urn:y\",\"code\":\"A",
                                        "urn:x\",\"code\":\"B", "urn:x\",\"code\":\"C"};
    for (unsigned i = 0; i < n; i++) {
        char value[400], when[120];
        switch (dice(5)) {
        case 0:
            snprintf(
                value, sizeof value,
                "\"valueCodeableConcept\":{\"coding\":[{\"system\":\"urn:v\",\"code\":\"v%u\"}],\"text\":"
                "\"Svar %u\"}",
                dice(3), dice(3));
            break;
        case 1:
            snprintf(value, sizeof value, "\"valueString\":\"%s\"", PICK(givens));
            break;
        case 2:
            snprintf(value, sizeof value,
                     "\"component\":[{\"code\":{\"coding\":[{\"system\":\"urn:x\",\"code\":\"B\"}]},"
                     "\"valueQuantity\":{\"value\":%u,"
                     "\"code\":\"mg\"}},{\"code\":{\"coding\":[{\"system\":\"urn:x\",\"code\":\"C\"}]},"
                     "\"valueQuantity\":{\"value\":%u,"
                     "\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"}}]",
                     dice(20), dice(20));
            break;
        default:
            snprintf(value, sizeof value,
                     "\"valueQuantity\":{\"value\":%u.%u,\"system\":\"http://unitsofmeasure.org\",\"code\":"
                     "\"%s\"}",
                     dice(10), dice(10), dice(2) ? "mg" : "g");
        }
        unsigned month = 1 + dice(12), day = 1 + dice(27);
        if (dice(4))
            snprintf(when, sizeof when, "\"effectiveDateTime\":\"2020-%02u-%02uT%02u:30:00Z\",", month, day,
                     dice(24));
        else if (dice(2))
            snprintf(when, sizeof when,
                     "\"effectivePeriod\":{\"start\":\"2020-%02u-%02u\",\"end\":\"2020-%02u-%02u\"},", month,
                     day, month, day + 1);
        else
            snprintf(when, sizeof when, dice(2) ? "" : "\"effectiveDateTime\":\"2020-%02u\",", month);
        addf(
            "{\"resourceType\":\"Observation\",\"id\":\"o%u\",\"status\":\"%s\",\"code\":{\"coding\":[{"
            "\"system\":\"%s\"}]},"
            "\"subject\":{\"reference\":\"Patient/p%u\"},%s%s\"performer\":[{\"reference\":\"Patient/"
            "p%u\"}],%s}",
            i, dice(4) ? "final" : "amended", PICK(codes), dice(patients), when,
            dice(2)
                ? arena_printf(&arena, "\"encounter\":{\"reference\":\"Encounter/e%u\"},", dice(encounters)).p
                : "",
            dice(patients), value);
    }
}

static void make_others(unsigned patients)
{
    for (unsigned i = 0; i < 4; i++)
        addf("{\"resourceType\":\"Organization\",\"id\":\"o%u\",\"name\":\"Enhet %u\"%s}", i, i,
             i ? arena_printf(&arena, ",\"partOf\":{\"reference\":\"Organization/o%u\"}", i - 1).p : "");
    for (unsigned i = 0; i < 150; i++)
        addf("{\"resourceType\":\"RiskAssessment\",\"id\":\"r%u\",\"status\":\"final\",\"subject\":{\"%s},"
             "\"prediction\":[{"
             "\"probabilityDecimal\":0.%02u}]}",
             i,
             i % 5 ? arena_printf(&arena, "reference\":\"Patient/p%u\"", dice(patients)).p
                   : "identifier\":{\"system\":\"urn:pnr\",\"value\":\"7\"}",
             dice(100));
    for (unsigned i = 0; i < 20; i++)
        addf("{\"resourceType\":\"Location\",\"id\":\"l%u\",\"position\":{\"latitude\":57.%02u,\"longitude\":"
             "11.%02u}}",
             i, i * 5, 97);
    for (unsigned i = 0; i < 60; i++)
        addf("{\"resourceType\":\"ValueSet\",\"id\":\"v%u\",\"url\":\"http://x.example/vs/%u/"
             "%u\",\"status\":\"active\",\"name\":"
             "\"V%u\"}",
             i, dice(5), i, i);
    for (unsigned i = 0; i < 150; i++) {
        static const char *const onsets[] = {"\"onsetDateTime\":\"2019-0%u\",",
                                             "\"onsetAge\":{\"value\":%u,\"system\":"
                                             "\"http://unitsofmeasure.org\",\"code\":\"a\"},",
                                             ""};
        char onset[120];
        snprintf(onset, sizeof onset, PICK(onsets), 1 + dice(9));
        addf("{\"resourceType\":\"Condition\",\"id\":\"c%u\",\"code\":{\"coding\":[{\"system\":\"urn:icd\","
             "\"code\":\"I%u\"},{"
             "\"system\":\"urn:own\",\"code\":\"k%u\"}]},%s\"subject\":{\"reference\":\"Patient/"
             "p%u\"},\"recordedDate\":"
             "\"2020-%02u-%02u\"}",
             i, dice(6), dice(6), onset, dice(patients), 1 + dice(12), 1 + dice(28));
    }
}

static void make_documents(unsigned n)
{
    static const char *const types[] = {"text/xml",
                                        "text/xml; charset=UTF-8",
                                        "TEXT/XML;version=1.0; charset=\\\"utf-8\\\"",
                                        "text/xml-external-parsed-entity",
                                        "text/plain",
                                        "image/png",
                                        "image/svg+xml"};
    for (unsigned i = 0; i < n; i++)
        addf("{\"resourceType\":\"DocumentReference\",\"id\":\"d%u\",\"status\":\"%s\",\"content\":[{"
             "\"attachment\":{%s%s\"url\":\"urn:d\"}}]}",
             i, i % 2 ? "current" : "superseded", i % 8 ? "\"contentType\":\"" : "",
             i % 8 ? arena_printf(&arena, "%s\",", types[i % 8 - 1]).p : "");
    addf("{\"resourceType\":\"Library\",\"id\":\"lib\",\"status\":\"active\",\"type\":{\"text\":\"x\"},"
         "\"content\":[{\"contentType\":\"text/cql\"}]}");
    addf("{\"resourceType\":\"CapabilityStatement\",\"id\":\"cap\",\"status\":\"active\",\"format\":["
         "\"json\",\"application/fhir+xml\"]}");
}

static int setup_made(void **state)
{
    setup(state);
    make_patients(120);
    make_encounters(200, 120);
    make_observations(1200, 120, 200);
    make_others(120);
    make_documents(40);
    load_all();
    return 0;
}

static const struct expect made_cases[] = {
    /* _filter */
    {"Patient", "_filter=gender eq female and active eq true", "gender = 'female' and active = true"},
    {"Patient", "_filter=gender eq female or active eq true", "gender = 'female' or active = true"},
    {"Patient", "_filter=gender eq female or active eq true and birthdate ge 1990",
     "(gender = 'female' or active = true) and birthDate >= @1990-01-01"},
    {"Patient", "_filter=gender eq female or (active eq true and birthdate ge 1990)",
     "gender = 'female' or (active = true and birthDate >= @1990-01-01)"},
    {"Patient", "_filter=not (gender eq female)", "gender != 'female'"},
    {"Patient", "_filter=not(gender eq female and active eq true)",
     "(gender = 'female' and active.exists()).not()"},
    {"Patient", "_filter=not(gender eq female or active pr false)",
     "(gender = 'female' or active.empty()).not()"},
    {"Patient", "_filter=gender ne female", "gender.exists() and gender != 'female'"},
    {"Patient", "_filter=active pr false", "active.empty()"},
    {"Patient", "_filter=active pr true", "active.exists()"},
    {"Patient", "_filter=_id pr true and _lastUpdated pr true", "true"},
    {"Patient", "_filter=not (_id pr false) and active pr true", "active.exists()"},
    {"Patient", "_filter=_id pr false or _lastUpdated pr false or active pr false", "active.empty()"},
    {"Patient", "_filter=_lastUpdated po 2000 or active pr false", "active.empty()"},
    {"Patient", "_filter=given eq \"anna KARIN\"", "name.given.where($this = 'Anna Karin').exists()"},
    {"Patient", "_filter=given eq Karin", "name.given.where($this = 'Karin').exists()"},
    {"Patient", "_filter=given sw Kar", "name.given.where(startsWith('Kar')).exists()"},
    {"Patient", "_filter=given ew karin", "name.given.where(endsWith('Karin')).exists()"},
    {"Patient", "_filter=family co \"ersson-b\"", "name.family.where(contains('ersson-B')).exists()"},
    {"Patient", "_filter=family ne \"Holm\"", "name.family.where($this = 'Holm').empty()"},
    {"Patient", "_filter=identifier eq urn:a|7",
     "identifier.where(system = 'urn:a' and value = '7').exists()"},
    /* tokens without case, their systems too */
    {"Encounter", "_filter=class eq amb", "class.code = 'AMB'"},
    {"Encounter", "_filter=class eq amb and status eq FINISHED",
     "class.code = 'AMB' and status = 'finished'"},
    {"Observation", "_filter=code eq URN:x|a", "code.coding.where(system = 'urn:x' and code = 'A').exists()"},
    {"Observation", "_filter=code eq URN:x|", "code.coding.where(system = 'urn:x').exists()"},
    {"Observation", "_filter=code ne a or status eq Amended",
     "code.coding.where(code = 'A').empty() or status = 'amended'"},
    {"Observation", "_filter=value-quantity gt 5|ucum|mg and not (code eq B)",
     "value.value > 5 and value.system.exists() and value.code = 'mg' and "
     "code.coding.where(code = 'B').empty()"},
    {"Patient", "_filter=gender eq HTTP://hl7.org/fhir/administrative-gender|Female", "gender = 'female'"},
    {"Patient", "_filter=(_id eq p1 or _id eq p2) and not (_id eq p2)", "id = 'p1'"},
    {"Patient", "_filter=organization re Organization/o1",
     "managingOrganization.reference = 'Organization/o1'"},
    {"Patient", "_filter=organization eq Organization/o1 or organization.name eq \"Enhet 2\"",
     "managingOrganization.reference = 'Organization/o1' or managingOrganization.reference = "
     "'Organization/o2'"},
    {"Patient", "_filter=organization[name sw enhet and _id ne o0].partof re Organization/o0",
     "managingOrganization.reference = 'Organization/o1'"},
    {"Observation", "_filter=subject:Patient.gender eq female and code eq urn:x|A",
     "subject.resolve().gender = 'female' and code.coding.where(system = 'urn:x' and code = 'A').exists()"},
    {"Observation", "_filter=not (subject:Patient.gender eq female)", "subject.resolve().gender != 'female'"},
    {"Observation", "_filter=value-quantity gt 5 and value-quantity lt 7 or status eq amended",
     "(value.value > 5 and value.value < 7) or status = 'amended'"},
    {"Encounter", "_filter=date sa 2020-06-01 and not (class eq IMP)",
     "period.start > @2020-06-01T23:59:59Z and class.code != 'IMP'"},
    {"Observation", "_filter=subject:Patient.organization.partof.name eq \"enhet 0\" and status eq final",
     "status = 'final' and subject.resolve().managingOrganization.reference = 'Organization/o1'"},
    /* token */
    {"Patient", "gender=female", "gender = 'female'"},
    {"Patient", "gender=female,male", "gender = 'female' or gender = 'male'"},
    {"Patient", "gender:not=female", "gender.where($this = 'female').empty()"},
    {"Patient", "gender:not=female,male", "gender.where($this = 'female' or $this = 'male').empty()"},
    {"Patient", "gender=|female", "gender = 'female'"},
    {"Patient", "gender=http://hl7.org/fhir/administrative-gender|female", "gender = 'female'"},
    {"Encounter", "status=http://hl7.org/fhir/encounter-status|finished", "status = 'finished'"},
    {"Patient", "active=true", "active = true"},
    {"Patient", "active:missing=true", "active.empty()"},
    {"Patient", "active:missing=false", "active.exists()"},
    {"Patient", "active:not=true", "active.where($this = true).empty()"},
    {"Patient", "identifier=urn:a|7", "identifier.where(system = 'urn:a' and value = '7').exists()"},
    {"Patient", "identifier=7", "identifier.where(value = '7').exists()"},
    {"Patient", "identifier=|n7", "identifier.where(system.empty() and value = 'n7').exists()"},
    {"Patient", "identifier=urn:a|", "identifier.where(system = 'urn:a').exists()"},
    {"Patient", "email=p7@a.example", "telecom.where(system = 'email' and value = 'p7@a.example').exists()"},
    {"Patient", "deceased=true", "deceased.exists()"},
    {"Patient", "deceased=false", "deceased.empty()"},
    {"Observation", "code=A", "code.coding.where(code = 'A').exists()"},
    {"Observation", "code=urn:y|A", "code.coding.where(system = 'urn:y' and code = 'A').exists()"},
    {"Observation", "code=urn:y|A,urn:x|B",
     "code.coding.where((system = 'urn:y' and code = 'A') or (system = 'urn:x' and code = 'B')).exists()"},
    {"Observation", "combo-code=urn:x|C",
     "(code | component.code).coding.where(system = 'urn:x' and code = 'C').exists()"},
    {"Observation", "status:not=final&code=C",
     "status != 'final' and code.coding.where(code = 'C').exists()"},
    /* MIME types: R4 3.1.1.4.10.1 */
    {"DocumentReference", "contenttype=text/xml", "content.attachment.contentType = 'text/xml'"},
    {"DocumentReference", "contenttype:below=text/xml",
     "content.attachment.contentType.where(lower().matches('^text/xml(;.*)?$')).exists()"},
    {"DocumentReference", "contenttype:below=Text/XML&status=current",
     "status = 'current' and content.attachment.contentType.where(lower().matches('^text/xml(;.*)?$'))"
     ".exists()"},
    {"DocumentReference", "contenttype:below=urn:ietf:bcp:13|text/plain",
     "content.attachment.contentType = 'text/plain'"},
    {"DocumentReference", "contenttype:below=text/xml; CHARSET=utf-8",
     "content.attachment.contentType.where(lower().contains('charset')).exists()"},
    {"DocumentReference", "contenttype:below=image,text/plain",
     "content.attachment.contentType.where(startsWith('image/') or $this = 'text/plain').exists()"},
    {"Library", "content-type:below=text", "true"},
    {"CapabilityStatement", "format:below=json", "true"},
    {"CapabilityStatement", "format:below=application", "true"},
    /* string */
    {"Patient", "family=lind", "name.family.where(lower().startsWith('lind')).exists()"},
    {"Patient", "family:exact=Lind", "name.family.where($this = 'Lind').exists()"},
    {"Patient", "family:contains=ERG", "name.family.where(lower().contains('erg')).exists()"},
    {"Patient", "name=karin", "(name.given | name.family).where(lower().contains('karin')).exists()"},
    {"Patient", "name=berg", "(name.given | name.family).where(lower().matches('(^|-)berg')).exists()"},
    {"Patient", "name=la cruz", "name.family.where($this = 'De la Cruz').exists()"},
    {"Patient", "given=erik,maja", "name.given.where(lower() = 'erik' or lower() = 'maja').exists()"},
    {"Patient", "given=erik&given=maja",
     "name.given.where(lower() = 'erik').exists() and name.given.where(lower() = 'maja')"
     ".exists()"},
    {"Patient", "address-city=BORÅS", "address.city.where($this = 'Boras').exists()"},
    {"Patient", "address=storgatan 3", "address.line.where(lower() = 'storgatan 3').exists()"},
    {"Observation", "value-string=karin",
     "value.where($this is string and $this.lower().contains('karin')).exists()"},
    /* date */
    {"Patient", "birthdate=1950", "birthDate.toString().startsWith('1950')"},
    {"Patient", "birthdate=ge1980", "birthDate.toString() >= '1980'"},
    {"Patient", "birthdate=lt1950", "birthDate.toString() < '1950'"},
    {"Patient", "birthdate=ne1950", "birthDate.toString().startsWith('1950').not()"},
    {"Patient", "birthdate=sa1999&birthdate=lt2010",
     "birthDate.toString() >= '2000' and birthDate.toString() < '2010'"},
    {"Patient", "birthdate=eb1960", "birthDate.toString() < '1960'"},
    {"Patient", "death-date=2021-03", "deceased.exists()"},
    {"Patient", "death-date:missing=true", "deceased.empty()"},
    {"Encounter", "date=sa2020-06-15", "period.start.toString() >= '2020-06-16'"},
    {"Encounter", "date=lt2020-03-01", "period.start.toString() < '2020-03-01'"},
    {"Encounter", "date=gt2020-11-30",
     "period.end.empty() or period.end.toString() >= '2020-12-01T00:00:01'"},
    {"Encounter", "date=eb2020-02", "period.end.exists() and period.end.toString() < '2020-02'"},
    {"Observation", "date=2020-03",
     "effective.toString().startsWith('2020-03') or effective.start.toString().startsWith('2020-03')"},
    {"Observation", "date=ge2020-11-05&date=le2020-11-20&code=A",
     "code.coding.where(code = 'A').exists() and ((effective.toString() >= '2020-11-05' and "
     "effective.toString() < "
     "'2020-11-21') or effective.toString() = '2020-11' or (effective.start.toString() >= '2020-11-04' and "
     "effective.start.toString() <= '2020-11-20'))"},
    {"Condition", "onset-date=2019-04", "onset.toString() = '2019-04'"},
    {"Condition", "recorded-date=2020-05", "recordedDate.toString().startsWith('2020-05')"},
    /* number and quantity */
    {"RiskAssessment", "probability=gt0.8", "prediction.probability > 0.8"},
    {"RiskAssessment", "probability=0.5", "prediction.probability >= 0.45 and prediction.probability < 0.55"},
    {"RiskAssessment", "probability=le0.1", "prediction.probability <= 0.1"},
    {"RiskAssessment", "probability=ap0.5",
     "prediction.probability >= 0.45 and prediction.probability <= 0.55"},
    {"Observation", "value-quantity=5.4", "value.value >= 5.35 and value.value < 5.45"},
    {"Observation", "value-quantity=gt5", "value.value > 5"},
    {"Observation", "value-quantity=ge5|http://unitsofmeasure.org|mg",
     "value.value >= 5 and value.code = 'mg'"},
    {"Observation", "value-quantity=lt5||g", "value.value < 5 and value.code = 'g'"},
    {"Observation", "value-quantity=ne5", "value.value < 4.5 or value.value >= 5.5"},
    {"Observation", "value-quantity:missing=false", "value.value.exists()"},
    {"Observation", "component-value-quantity=gt15||mg", "component.value.where(value > 15).exists()"},
    {"Observation", "combo-value-quantity=gt9",
     "(value | component.value).where($this is Quantity).where(value > 9).exists()"},
    {"Condition", "onset-age=gt5||a", "onset.value > 5"},
    {"Encounter", "length=gt40||h", "length.value > 40"},
    {"Encounter", "length=gt40||timmar", "length.value > 40"},
    /* reference */
    {"Encounter", "subject=Patient/p3", "subject.reference = 'Patient/p3'"},
    {"Encounter", "subject:Patient=p3", "subject.reference = 'Patient/p3'"},
    {"Encounter", "subject=p3", "subject.reference = 'Patient/p3'"},
    {"Encounter", "patient=p3,Patient/p4",
     "subject.reference = 'Patient/p3' or subject.reference = 'Patient/p4'"},
    {"Encounter", "patient=p3&class=AMB,IMP,EMER", "subject.reference = 'Patient/p3'"},
    {"Observation", "patient=p5", "subject.reference = 'Patient/p5'"},
    {"Observation", "patient=p5&code=A,C",
     "subject.reference = 'Patient/p5' and code.coding.where(code = 'A' or code = 'C').exists()"},
    {"Observation", "patient=p5,p6,p7,p8&code=urn:y|A",
     "(subject.reference in ('Patient/p5' | 'Patient/p6' | 'Patient/p7' | 'Patient/p8')) and "
     "code.coding.where(system = 'urn:y').exists()"},
    {"Observation", "performer=Patient/p5", "performer.reference = 'Patient/p5'"},
    {"Observation", "encounter:missing=true&code=C",
     "encounter.empty() and code.coding.where(code = 'C').exists()"},
    {"RiskAssessment", "subject:identifier=urn:pnr|7", "subject.identifier.exists()"},
    {"RiskAssessment", "subject:missing=false", "subject.exists()"},
    /* uri */
    {"ValueSet",
     "url=http://x.example/vs/3/7,http://x.example/vs/2/7,http://x.example/vs/1/7,http://x.example/vs/0/7,"
     "http://x.example/vs/4/7",
     "url.endsWith('/7')"},
    {"ValueSet", "url:below=http://x.example/vs/3", "url.startsWith('http://x.example/vs/3')"},
    /* composite */
    {"Observation", "code-value-quantity=A$gt5",
     "code.coding.where(code = 'A').exists() and value.value > 5"},
    {"Observation", "code-value-quantity=urn:y|A$lt5||mg",
     "code.coding.where(system = 'urn:y').exists() and value.value < 5 and value.code = 'mg'"},
    {"Observation", "component-code-value-quantity=urn:x|B$gt10",
     "component.where(code.coding.code = 'B' and value.value > 10).exists()"},
    {"Observation", "combo-code-value-quantity=C$gt8",
     "(code.coding.where(code = 'C').exists() and value.value > 8) or component.where(code.coding.code = 'C' "
     "and value.value "
     "> 8).exists()"},
    {"Observation", "code-value-concept=urn:x|B$urn:v|v1",
     "code.coding.code = 'B' and value.coding.where(code = 'v1').exists()"},
    {"Observation", "code-value-concept=A$v1",
     "code.coding.code = 'A' and value.coding.where(code = 'v1').exists()"},
    {"Observation", "code-value-string=A$anna",
     "code.coding.code = 'A' and value.toString().startsWith('Anna')"},
    {"Observation", "code-value-string=urn:x|A$anna",
     "code.coding.where(system = 'urn:x' and code = 'A').exists() and value.toString().startsWith('Anna')"},
    /* a box of 12 km to either side */
    {"Location", "near=57.5|11.97|12|km", "position.latitude >= 57.393 and position.latitude <= 57.607"},
    {"Location", "near=57.5|11.97|12000|m", "position.latitude >= 57.393 and position.latitude <= 57.607"},
    {"Location", "near:missing=false", "true"},
    {"Observation", "component-code-value-quantity:missing=false", "component.value.exists()"},
    /* chains */
    {"Encounter", "subject:Patient.gender=male", "subject.resolve().gender = 'male'"},
    {"Encounter", "subject.family=holm", "subject.resolve().name.family = 'Holm'"},
    {"Encounter", "patient.birthdate=lt1950", "subject.resolve().birthDate.toString() < '1950'"},
    {"Encounter", "service-provider.name=enhet 2", "serviceProvider.reference = 'Organization/o2'"},
    {"Encounter", "service-provider.partof.name=enhet 1", "serviceProvider.reference = 'Organization/o2'"},
    {"Observation", "encounter.service-provider.partof.partof.name=enhet 0",
     "encounter.resolve().serviceProvider.reference = 'Organization/o2'"},
    {"Encounter", "patient.gender=female&class=urn:class|AMB",
     "subject.resolve().gender = 'female' and class.code = 'AMB'"},
    {"Observation", "encounter.class=EMER&code=C",
     "encounter.resolve().class.code = 'EMER' and code.coding.code = 'C'"},
    {"Encounter", "subject:Patient.gender:not=male", "subject.resolve().gender != 'male'"},
    {"Encounter", "subject:Patient._id=p3", "subject.reference = 'Patient/p3'"},
    /* the resource itself */
    {"Patient", "_id=p3,p4,nosuch", "id = 'p3' or id = 'p4'"},
    {"Patient", "_lastUpdated=gt2020-01-01", "true"},
    {"Patient", "_id=p3&gender=male,female,other", "id = 'p3'"},
};

static void test_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof made_cases / sizeof made_cases[0]; i++)
        check_case(&made_cases[i]);
}

/* Subjects of the observations for which the predicate holds: what _has must find. */
static void test_has(void **state)
{
    static const struct {
        const char *query, *predicate;
    } cases[] = {
        {"_has:Observation:patient:code=urn:y|A", "code.coding.where(system = 'urn:y').exists()"},
        {"_has:Observation:subject:value-quantity=gt9.7", "value.value > 9.7"},
        {"_has:Observation:patient:encounter.class=EMER", "encounter.resolve().class.code = 'EMER'"},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct err err = {0};
        const struct path_expr *expr =
            path_compile(&arena, str_of(cases[c].predicate), FHIR_TYPE_Observation, &err);
        const struct path_expr *subject =
            path_compile(&arena, STR("subject.reference"), FHIR_TYPE_Observation, &err);
        bool want[RESOURCES_MAX] = {0};
        size_t expected = 0;
        for (size_t i = 0; i < all_count; i++) {
            if (all[i].type != FHIR_TYPE_Observation || !holds(expr, &all[i], &arena))
                continue;
            struct path_context ctx = {.doc = &all[i].doc};
            struct path_list list = {0};
            assert_true(path_eval(subject, &ctx, 0, &arena, &list, &err));
            unsigned n =
                (unsigned)atoi(arena_cstr(&arena, path_value_text(&list.item[0])) + strlen("Patient/p"));
            expected += !want[n];
            want[n] = true;
        }
        search_all("Patient", cases[c].query, 50);
        assert_int_equal(found.count, expected);
        for (size_t i = 0; i < found.count; i++)
            assert_true(want[atoi(arena_cstr(&arena, found.id[i]) + 1)]);
    }
}

/* Pages of every size give the whole result once, in the order of the key. */
static void test_sort(void **state)
{
    static const struct {
        const char *type, *query, *key;
        bool descending;
    } cases[] = {
        {"Patient", "_sort=birthdate", "birthDate.toString()", false},
        {"Patient", "_sort=-birthdate", "birthDate.toString()", true},
        {"Patient", "_sort=family&gender=male", "name.family.lower()", false},
        {"Patient", "_sort=family,-birthdate", "name.family.lower()", false},
        {"Observation", "patient=p5&_sort=-date", "(effective.ofType(dateTime) | effective.start).toString()",
         true},
        {"Observation", "patient=p5&_sort=date", "(effective.ofType(dateTime) | effective.start).toString()",
         false},
        {"Observation", "patient=p5&code=A&_sort=-date",
         "(effective.ofType(dateTime) | effective.start).toString()", true},
        {"Observation", "code=urn:x|A&_sort=date",
         "(effective.ofType(dateTime) | effective.start).toString()", false},
        {"Condition", "patient=p5,p6,p7&_sort=-recorded-date", "recordedDate.toString()", true},
        {"Encounter", "patient=p3,p4,p5&_sort=date", "period.start.toString()", false},
        {"Encounter", "_sort=-_id", "id", true},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct err err = {0};
        fhir_type_id type = fhir_resource_find(str_of(cases[c].type));
        const struct path_expr *key = path_compile(&arena, str_of(cases[c].key), type, &err);
        size_t expected = 0;
        for (unsigned size = 1; size < 600; size = size * 5 + 2) {
            search_all(cases[c].type, cases[c].query, size);
            expected = expected ? expected : found.count;
            assert_int_equal(found.count, expected);
            assert_true(expected > 2);
            struct str before = {NULL, 0};
            bool ended = false; /* those without a value come last */
            for (size_t i = 0; i < found.count; i++) {
                struct path_value v = {0};
                struct path_list list = {0};
                struct str reference = arena_printf(&arena, "%s/%.*s", cases[c].type, STR_ARG(found.id[i]));
                assert_true(resolve(NULL, reference, &v));
                struct path_context ctx = {.doc = v.doc};
                assert_true(path_eval(key, &ctx, 0, &arena, &list, &err));
                struct str now = list.count ? path_value_text(&list.item[0]) : (struct str){NULL, 0};
                if (now.n && ended)
                    fail_msg("%s: a value after none", cases[c].query);
                ended = ended || now.n == 0;
                /* A partial date begins where the first full one does: compare what both give. */
                size_t n = before.n < now.n ? before.n : now.n;
                int order = n ? memcmp(before.p, now.p, n) : 0;
                if (before.n && now.n && (cases[c].descending ? order < 0 : order > 0))
                    fail_msg("%s size %u: %.*s before %.*s", cases[c].query, size, STR_ARG(before),
                             STR_ARG(now));
                before = now;
            }
        }
    }
}

static void run_page(const char *type, const char *query, struct search_page *page)
{
    struct err err = {0};
    struct store_read *r = store_read_begin(store, &err);
    struct search_query q;
    if (!parse(type, query, r, &arena, &q, &err) || !search_run(s, r, &q, &arena, page, &err))
        fail_msg("%s: %s %s %s", query, err_info(err.code)->name, err.arg[0], err.arg[1]);
    store_read_end(r);
}

static size_t included_of(const struct search_page *p, fhir_type_id type)
{
    size_t n = 0;
    for (size_t i = 0; i < p->included_count; i++) {
        n += p->included[i].type == type;
        for (size_t k = 0; k < i; k++)
            assert_false(p->included[i].rid == p->included[k].rid);
        for (size_t k = 0; k < p->match_count; k++)
            assert_false(p->included[i].rid == p->match[k].rid);
        assert_true(p->included[i].body.n > 0);
    }
    return n;
}

static void test_include(void **state)
{
    struct search_page p;
    (void)state;
    run_page("Encounter", "_include=Encounter:subject&_count=20", &p);
    assert_int_equal(p.match_count, 20);
    assert_true(p.more && p.next.n > 0);
    size_t patients = included_of(&p, FHIR_TYPE_Patient);
    assert_true(patients > 0 && patients <= 20 && patients == p.included_count);
    run_page("Encounter", "_include=Encounter:subject&_include=Encounter:service-provider&_count=50", &p);
    assert_true(included_of(&p, FHIR_TYPE_Organization) > 0 && included_of(&p, FHIR_TYPE_Patient) > 0);
    run_page("Encounter", "_include=*&_count=50&_include:iterate=Organization:partof", &p);
    assert_int_equal(included_of(&p, FHIR_TYPE_Organization), 4);
    run_page("Encounter", "_include=Encounter:subject:Group&_count=20", &p);
    assert_int_equal(p.included_count, 0);
    run_page("Patient", "_id=p5&_revinclude=Observation:patient&_revinclude=Encounter:subject", &p);
    assert_int_equal(p.match_count, 1);
    search_all("Observation", "patient=p5", 100);
    assert_int_equal(included_of(&p, FHIR_TYPE_Observation), found.count);
    search_all("Encounter", "patient=p5", 100);
    assert_int_equal(included_of(&p, FHIR_TYPE_Encounter), found.count);
    run_page("Patient", "_count=200&_revinclude=Observation:patient", &p);
    assert_int_equal(included_of(&p, FHIR_TYPE_Observation), SEARCH_INCLUDES_MAX);
    assert_true(p.included_cut);
    run_page("Organization", "_id=o0&_revinclude:iterate=Organization:partof", &p);
    assert_int_equal(included_of(&p, FHIR_TYPE_Organization), 3);
}

static void test_totals(void **state)
{
    struct search_page p;
    (void)state;
    run_page("Patient", "_count=5", &p);
    assert_true(p.has_total && p.total == 120 && p.more);
    run_page("Patient", "_count=0", &p);
    assert_true(p.has_total && p.total == 120 && p.match_count == 0);
    run_page("Observation", "code=A&_total=accurate&_count=3", &p);
    search_all("Observation", "code=A", 500);
    assert_true(p.has_total && p.total == found.count && p.match_count == 3);
    run_page("Observation", "code=A&_summary=count", &p);
    assert_true(p.has_total && p.total == found.count && p.match_count == 0);
    run_page("Observation", "patient=p5&_count=1000", &p);
    assert_true(p.has_total && p.total == p.match_count);
    run_page("Observation", "code=A&_total=none", &p);
    assert_false(p.has_total);
    run_page(NULL, "_type=Patient,Organization&_count=200", &p);
    assert_int_equal(p.match_count, 124);
    run_page(NULL, "_id=p3,o3,e3&_count=200", &p);
    assert_int_equal(p.match_count, 4);
}

/* A _has path in a filter gives what the parameter gives. */
static void test_filter_has(void **state)
{
    (void)state;
    search_all("Encounter", "_has:Observation:encounter:status=amended", 50);
    size_t has = found.count;
    search_all("Encounter", "_filter=_has:Observation:encounter:status eq amended", 50);
    assert_true(has > 0);
    assert_int_equal(found.count, has);
    search_all("Encounter", "_filter=not(_has:Observation:encounter:status eq amended)", 50);
    size_t without = found.count;
    search_all("Encounter", "_count=1", 50);
    assert_int_equal(found.count, has + without);
}

/* What is over its budget says which condition is broad and what is missing, whatever it is that ends it. */
static void test_budget(void **state)
{
    static const struct {
        const char *type, *name, *value, *sv, *en;
    } cases[] = {
        {"Observation", "code", "A", ": code ger ", ": code gives "},
        {"Observation", "code", "A", " och patient saknas", " and patient is missing"},
        {"Observation", "code", "A", "$export med _typeFilter", "$export with _typeFilter"},
        {"Patient", "active:not", "true", "$export med _typeFilter", "$export with _typeFilter"},
        {"Observation", "code:missing", "true", ": inget villkor avgränsar, hela Observation gås igenom och",
         ": no condition leads, all of Observation is gone through and"},
        {"Patient", "active:not", "true", "hela Patient gås igenom", "all of Patient is gone through"},
    };
    (void)state;
    search_set_budget(s, (struct search_budget){.work_max = 1});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search_param p[] = {{str_of(cases[i].name), str_of(cases[i].value)},
                                   {STR("_id:not"), STR("none")}}; /* which no index answers alone */
        struct search_query q;
        struct search_page page;
        struct err err = {0};
        struct arena a;
        struct buf text;
        arena_init(&a);
        buf_init(&text, BUF_NO_MAX);
        fhir_type_id type = fhir_type_find(str_of(cases[i].type));
        struct store_read *r = store_read_begin(store, &err);
        assert_true(search_parse(s, r, type, p, 2, false, &a, &q, &err));
        bool ok = search_run(s, r, &q, &a, &page, &err);
        store_read_end(r);
        if (ok || err.code != ERR_SEARCH_BUDGET)
            fail_msg("%s=%s: %d, %llu", cases[i].name, cases[i].value, (int)err.code,
                     (unsigned long long)page.work);
        err_text(&err, ERR_SV, &text);
        if (!memmem(text.p, text.n, cases[i].sv, strlen(cases[i].sv)))
            fail_msg("%s=%s: %.*s", cases[i].name, cases[i].value, STR_ARG(buf_get(&text)));
        buf_clear(&text);
        err_text(&err, ERR_EN, &text);
        if (!memmem(text.p, text.n, cases[i].en, strlen(cases[i].en)))
            fail_msg("%s=%s: %.*s", cases[i].name, cases[i].value, STR_ARG(buf_get(&text)));
        buf_release(&text);
        arena_release(&a);
    }
    search_set_budget(s, (struct search_budget){SEARCH_BUDGET_MS, SEARCH_WORK_MAX});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),    cmocka_unit_test(test_has),    cmocka_unit_test(test_sort),
        cmocka_unit_test(test_include), cmocka_unit_test(test_totals), cmocka_unit_test(test_filter_has),
        cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests(tests, setup_made, teardown);
}
