/* SPDX-License-Identifier: Apache-2.0
 * The region's range of medicines as Medication resources: what an order is chosen from. Generic names only.
 */
#include "demo/demo_int.h"

#include <stdio.h>

#define SYSTEM_PRODUCT "https://helhet.example/fhir/CodeSystem/product"
#define UCUM "http://unitsofmeasure.org"

enum { STREAM = 0x3ED1 };

struct part {
    const char *substance, *value, *unit; /* "500", "mg": of the substance in one of `per` */
};

struct product {
    const char *code, *atc, *name, *form;
    const char *per; /* what a dose is counted in, "tablett" or "ml" */
    struct part part[2];
};

static const struct product products[] = {
    {"alendron-70",
     "M05BA04",
     "Alendronsyra 70 mg veckotablett",
     "tablett",
     "tablett",
     {{"alendronsyra", "70", "mg"}}},
    {"amlodipin-5", "C08CA01", "Amlodipin 5 mg tablett", "tablett", "tablett", {{"amlodipin", "5", "mg"}}},
    {"amlodipin-10", "C08CA01", "Amlodipin 10 mg tablett", "tablett", "tablett", {{"amlodipin", "10", "mg"}}},
    {"amoxicillin-500",
     "J01CA04",
     "Amoxicillin 500 mg kapsel",
     "kapsel",
     "kapsel",
     {{"amoxicillin", "500", "mg"}}},
    {"apixaban-2-5", "B01AF02", "Apixaban 2,5 mg tablett", "tablett", "tablett", {{"apixaban", "2.5", "mg"}}},
    {"apixaban-5", "B01AF02", "Apixaban 5 mg tablett", "tablett", "tablett", {{"apixaban", "5", "mg"}}},
    {"asa-75",
     "B01AC06",
     "Acetylsalicylsyra 75 mg tablett",
     "tablett",
     "tablett",
     {{"acetylsalicylsyra", "75", "mg"}}},
    {"atorvastatin-20",
     "C10AA05",
     "Atorvastatin 20 mg tablett",
     "tablett",
     "tablett",
     {{"atorvastatin", "20", "mg"}}},
    {"atorvastatin-40",
     "C10AA05",
     "Atorvastatin 40 mg tablett",
     "tablett",
     "tablett",
     {{"atorvastatin", "40", "mg"}}},
    {"bisoprolol-5", "C07AB07", "Bisoprolol 5 mg tablett", "tablett", "tablett", {{"bisoprolol", "5", "mg"}}},
    {"budform-160",
     "R03AK07",
     "Budesonid/formoterol 160/4,5 mikrogram inhalationspulver",
     "inhalationspulver",
     "inhalation",
     {{"budesonid", "160", "ug"}, {"formoterol", "4.5", "ug"}}},
    {"cefadroxil-500",
     "J01DB05",
     "Cefadroxil 500 mg kapsel",
     "kapsel",
     "kapsel",
     {{"cefadroxil", "500", "mg"}}},
    {"cetirizin-10", "R06AE07", "Cetirizin 10 mg tablett", "tablett", "tablett", {{"cetirizin", "10", "mg"}}},
    {"dalteparin-5000",
     "B01AB04",
     "Dalteparin 5 000 E injektionsvätska, förfylld spruta",
     "injektionsvätska",
     "förfylld spruta",
     {{"dalteparin", "5000", "[iU]"}}},
    {"diklofenak-50",
     "M01AB05",
     "Diklofenak 50 mg enterotablett",
     "enterotablett",
     "enterotablett",
     {{"diklofenak", "50", "mg"}}},
    {"donepezil-10", "N06DA02", "Donepezil 10 mg tablett", "tablett", "tablett", {{"donepezil", "10", "mg"}}},
    {"doxycyklin-100",
     "J01AA02",
     "Doxycyklin 100 mg tablett",
     "tablett",
     "tablett",
     {{"doxycyklin", "100", "mg"}}},
    {"empagliflozin-10",
     "A10BK03",
     "Empagliflozin 10 mg tablett",
     "tablett",
     "tablett",
     {{"empagliflozin", "10", "mg"}}},
    {"enalapril-5", "C09AA02", "Enalapril 5 mg tablett", "tablett", "tablett", {{"enalapril", "5", "mg"}}},
    {"enalapril-10", "C09AA02", "Enalapril 10 mg tablett", "tablett", "tablett", {{"enalapril", "10", "mg"}}},
    {"erytromycin-susp",
     "J01FA01",
     "Erytromycin 100 mg/ml oral suspension",
     "oral suspension",
     "ml",
     {{"erytromycin", "100", "mg"}}},
    {"fenoxi-800",
     "J01CE02",
     "Fenoximetylpenicillin 800 mg tablett",
     "tablett",
     "tablett",
     {{"fenoximetylpenicillin", "800", "mg"}}},
    {"fenoxi-susp",
     "J01CE02",
     "Fenoximetylpenicillin 50 mg/ml oral suspension",
     "oral suspension",
     "ml",
     {{"fenoximetylpenicillin", "50", "mg"}}},
    {"fluklox-1",
     "J01CF05",
     "Flukloxacillin 1 g tablett",
     "tablett",
     "tablett",
     {{"flukloxacillin", "1", "g"}}},
    {"folsyra-5", "B03BB01", "Folsyra 5 mg tablett", "tablett", "tablett", {{"folsyra", "5", "mg"}}},
    {"furosemid-40", "C03CA01", "Furosemid 40 mg tablett", "tablett", "tablett", {{"furosemid", "40", "mg"}}},
    {"furosemid-inj",
     "C03CA01",
     "Furosemid 10 mg/ml injektionsvätska",
     "injektionsvätska",
     "ml",
     {{"furosemid", "10", "mg"}}},
    {"glargin-100",
     "A10AE04",
     "Insulin glargin 100 E/ml injektionsvätska, penna",
     "injektionsvätska, penna",
     "ml",
     {{"insulin glargin", "100", "[iU]"}}},
    {"aspart-100",
     "A10AB05",
     "Insulin aspart 100 E/ml injektionsvätska, penna",
     "injektionsvätska, penna",
     "ml",
     {{"insulin aspart", "100", "[iU]"}}},
    {"hydrokortison-1",
     "D07AA02",
     "Hydrokortison 1 % kräm",
     "kräm",
     "applicering",
     {{"hydrokortison", NULL, NULL}}},
    {"ibuprofen-400",
     "M01AE01",
     "Ibuprofen 400 mg tablett",
     "tablett",
     "tablett",
     {{"ibuprofen", "400", "mg"}}},
    {"ibuprofen-susp",
     "M01AE01",
     "Ibuprofen 20 mg/ml oral suspension",
     "oral suspension",
     "ml",
     {{"ibuprofen", "20", "mg"}}},
    {"kalcium-d",
     "A12AX",
     "Kalcium/vitamin D3 500 mg/800 IE tuggtablett",
     "tuggtablett",
     "tuggtablett",
     {{"kalcium", "500", "mg"}, {"kolekalciferol", "800", "[iU]"}}},
    {"klindamycin-300",
     "J01FF01",
     "Klindamycin 300 mg kapsel",
     "kapsel",
     "kapsel",
     {{"klindamycin", "300", "mg"}}},
    {"klopidogrel-75",
     "B01AC04",
     "Klopidogrel 75 mg tablett",
     "tablett",
     "tablett",
     {{"klopidogrel", "75", "mg"}}},
    {"levetiracetam-500",
     "N03AX14",
     "Levetiracetam 500 mg tablett",
     "tablett",
     "tablett",
     {{"levetiracetam", "500", "mg"}}},
    {"levotyroxin-25",
     "H03AA01",
     "Levotyroxin 25 mikrogram tablett",
     "tablett",
     "tablett",
     {{"levotyroxin", "25", "ug"}}},
    {"levotyroxin-100",
     "H03AA01",
     "Levotyroxin 100 mikrogram tablett",
     "tablett",
     "tablett",
     {{"levotyroxin", "100", "ug"}}},
    {"losartan-50",
     "C09CA01",
     "Losartan 50 mg filmdragerad tablett",
     "filmdragerad tablett",
     "tablett",
     {{"losartan", "50", "mg"}}},
    {"makrogol",
     "A06AD65",
     "Makrogol pulver till oral lösning, dospåse",
     "pulver till oral lösning",
     "dospåse",
     {{"makrogol", "13.125", "g"}}},
    {"melatonin-3", "N05CH01", "Melatonin 3 mg tablett", "tablett", "tablett", {{"melatonin", "3", "mg"}}},
    {"memantin-20", "N06DX01", "Memantin 20 mg tablett", "tablett", "tablett", {{"memantin", "20", "mg"}}},
    {"metformin-500",
     "A10BA02",
     "Metformin 500 mg tablett",
     "tablett",
     "tablett",
     {{"metformin", "500", "mg"}}},
    {"metformin-850",
     "A10BA02",
     "Metformin 850 mg tablett",
     "tablett",
     "tablett",
     {{"metformin", "850", "mg"}}},
    {"metoprolol-50",
     "C07AB02",
     "Metoprolol 50 mg depottablett",
     "depottablett",
     "depottablett",
     {{"metoprolol", "47.5", "mg"}}},
    {"metotrexat-2-5",
     "L04AX03",
     "Metotrexat 2,5 mg tablett",
     "tablett",
     "tablett",
     {{"metotrexat", "2.5", "mg"}}},
    {"metylfenidat-36",
     "N06BA04",
     "Metylfenidat 36 mg depottablett",
     "depottablett",
     "depottablett",
     {{"metylfenidat", "36", "mg"}}},
    {"mirtazapin-15",
     "N06AX11",
     "Mirtazapin 15 mg munsönderfallande tablett",
     "munsönderfallande tablett",
     "tablett",
     {{"mirtazapin", "15", "mg"}}},
    {"morfin-10", "N02AA01", "Morfin 10 mg tablett", "tablett", "tablett", {{"morfin", "10", "mg"}}},
    {"naproxen-250", "M01AE02", "Naproxen 250 mg tablett", "tablett", "tablett", {{"naproxen", "250", "mg"}}},
    {"naproxen-500", "M01AE02", "Naproxen 500 mg tablett", "tablett", "tablett", {{"naproxen", "500", "mg"}}},
    {"nitro-025",
     "C01DA02",
     "Glyceryltrinitrat 0,25 mg resoriblett",
     "resoriblett",
     "resoriblett",
     {{"glyceryltrinitrat", "0.25", "mg"}}},
    {"nitrofurantoin-50",
     "J01XE01",
     "Nitrofurantoin 50 mg tablett",
     "tablett",
     "tablett",
     {{"nitrofurantoin", "50", "mg"}}},
    {"omeprazol-20",
     "A02BC01",
     "Omeprazol 20 mg enterokapsel",
     "enterokapsel",
     "enterokapsel",
     {{"omeprazol", "20", "mg"}}},
    {"oxazepam-5", "N05BA04", "Oxazepam 5 mg tablett", "tablett", "tablett", {{"oxazepam", "5", "mg"}}},
    {"oxikodon-5", "N02AA05", "Oxikodon 5 mg kapsel", "kapsel", "kapsel", {{"oxikodon", "5", "mg"}}},
    {"paracetamol-500",
     "N02BE01",
     "Paracetamol 500 mg tablett",
     "tablett",
     "tablett",
     {{"paracetamol", "500", "mg"}}},
    {"paracetamol-665",
     "N02BE01",
     "Paracetamol 665 mg tablett med modifierad frisättning",
     "tablett",
     "tablett",
     {{"paracetamol", "665", "mg"}}},
    {"paracetamol-susp",
     "N02BE01",
     "Paracetamol 24 mg/ml oral suspension",
     "oral suspension",
     "ml",
     {{"paracetamol", "24", "mg"}}},
    {"pivmec-200",
     "J01CA08",
     "Pivmecillinam 200 mg tablett",
     "tablett",
     "tablett",
     {{"pivmecillinam", "200", "mg"}}},
    {"prednisolon-5",
     "H02AB06",
     "Prednisolon 5 mg tablett",
     "tablett",
     "tablett",
     {{"prednisolon", "5", "mg"}}},
    {"propiomazin-25",
     "N05CM06",
     "Propiomazin 25 mg tablett",
     "tablett",
     "tablett",
     {{"propiomazin", "25", "mg"}}},
    {"ramipril-5", "C09AA05", "Ramipril 5 mg tablett", "tablett", "tablett", {{"ramipril", "5", "mg"}}},
    {"salbutamol-02",
     "R03AC02",
     "Salbutamol 0,2 mg/dos inhalationspulver",
     "inhalationspulver",
     "inhalation",
     {{"salbutamol", "0.2", "mg"}}},
    {"sertralin-50", "N06AB06", "Sertralin 50 mg tablett", "tablett", "tablett", {{"sertralin", "50", "mg"}}},
    {"simvastatin-20",
     "C10AA01",
     "Simvastatin 20 mg tablett",
     "tablett",
     "tablett",
     {{"simvastatin", "20", "mg"}}},
    {"spironolakton-25",
     "C03DA01",
     "Spironolakton 25 mg tablett",
     "tablett",
     "tablett",
     {{"spironolakton", "25", "mg"}}},
    {"tiotropium-18",
     "R03BB04",
     "Tiotropium 18 mikrogram inhalationspulver",
     "inhalationspulver",
     "inhalation",
     {{"tiotropium", "18", "ug"}}},
    {"trimsulfa-160",
     "J01EE01",
     "Trimetoprim/sulfametoxazol 160 mg/800 mg tablett",
     "tablett",
     "tablett",
     {{"trimetoprim", "160", "mg"}, {"sulfametoxazol", "800", "mg"}}},
    {"warfarin-2-5", "B01AA03", "Warfarin 2,5 mg tablett", "tablett", "tablett", {{"warfarin", "2.5", "mg"}}},
    {"zopiklon-5", "N05CF01", "Zopiklon 5 mg tablett", "tablett", "tablett", {{"zopiklon", "5", "mg"}}},
};

/* The words a Swedish reader sees for a UCUM code. */
static const char *word(const char *ucum)
{
    return strcmp(ucum, "ug") == 0 ? "mikrogram" : strcmp(ucum, "[iU]") == 0 ? "E" : ucum;
}

static void quantity(struct demo *d, const char *key, const char *value, const char *unit, const char *ucum)
{
    json_out_object(&d->out, key);
    json_out_raw(&d->out, "value", str_of(value));
    demo_fhir_cstr(d, "unit", unit);
    if (ucum) {
        demo_fhir_cstr(d, "system", UCUM);
        demo_fhir_cstr(d, "code", ucum);
    }
    json_out_end_object(&d->out);
}

static void ingredient(struct demo *d, const struct part *part, const char *per)
{
    json_out_object(&d->out, NULL);
    demo_fhir_concept(d, "itemCodeableConcept", NULL, NULL, NULL, part->substance);
    if (part->value) {
        json_out_object(&d->out, "strength");
        quantity(d, "numerator", part->value, word(part->unit), part->unit);
        quantity(d, "denominator", "1", per, strcmp(per, "ml") == 0 ? "mL" : NULL);
        json_out_end_object(&d->out);
    }
    json_out_end_object(&d->out);
}

static void medication(struct demo *d, const struct product *p, size_t index)
{
    struct demo_rng own = demo_rng_stream(d->options->seed ^ STREAM, index + 1);
    char id[DEMO_ID_MAX];
    demo_rng_uuid(&own, id);
    demo_fhir_begin(d, "Medication", id);
    json_out_object(&d->out, "code");
    json_out_array(&d->out, "coding");
    demo_fhir_coding(d, NULL, DEMO_SYSTEM_ATC, p->atc, NULL);
    demo_fhir_coding(d, NULL, SYSTEM_PRODUCT, p->code, p->name);
    json_out_end_array(&d->out);
    demo_fhir_cstr(d, "text", p->name);
    json_out_end_object(&d->out);
    demo_fhir_cstr(d, "status", "active");
    demo_fhir_concept(d, "form", NULL, NULL, NULL, p->form);
    json_out_array(&d->out, "ingredient");
    for (size_t i = 0; i < sizeof p->part / sizeof p->part[0] && p->part[i].substance; i++)
        ingredient(d, &p->part[i], p->per);
    json_out_end_array(&d->out);
    demo_fhir_end(d);
}

void demo_range_emit(struct demo *d)
{
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        medication(d, &products[i], i);
}
