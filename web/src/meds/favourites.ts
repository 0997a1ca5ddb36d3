// SPDX-License-Identifier: Apache-2.0
// The favourites a user starts with, as data; from then on they are the user's own (/me/settings/medicine-favourites).
// The products are those of the demo region's range.
import type { Dosage, Medication, TimingRepeat } from "@fhir";
import { setting } from "../me/settings.ts";
import type { Favourite } from "./form.ts";
import { PRODUCT } from "./order.ts";
import { unitName } from "./units.ts";

const UCUM = "http://unitsofmeasure.org";
const ATC = "http://www.whocc.no/atc";
/** [product, ATC, name, form, substance, strength, its unit, per] */
type Row = readonly [string, string, string, string, string, number, string, string];

function medication([product, atc, name, form, substance, value, unit, per]: Row): Medication {
  const measured = per === "ml" ? { system: UCUM, code: "mL" } : {};
  return {
    resourceType: "Medication", code: { coding: [{ system: ATC, code: atc }, { system: PRODUCT, code: product, display: name }], text: name }, form: { text: form },
    ingredient: [{ itemCodeableConcept: { text: substance }, strength: { numerator: { value, unit: unitName(unit), system: UCUM, code: unit }, denominator: { value: 1, unit: per, ...measured } } }],
  };
}

const PEROS = { coding: [{ system: "http://standardterms.edqm.eu", code: "20053000" }], text: "peroral" };
const dose = (value: number, unit: string) => [{ doseQuantity: unit === "ml" ? { value, unit, system: UCUM, code: "mL" } : { value, unit } }];
const repeat = (frequency: number, ...when: NonNullable<TimingRepeat["when"]>): { repeat: TimingRepeat } => ({ repeat: { frequency, period: 1, periodUnit: "d", ...(when.length === 0 ? {} : { when }) } });
const needed = (reason: string, most: number, unit: string): Partial<Dosage> => ({
  asNeededCodeableConcept: { text: reason }, maxDosePerPeriod: { numerator: { value: most, unit }, denominator: { value: 24, unit: "h", system: UCUM, code: "h" } },
});
const favourite = (row: Row, dosage: Dosage, days: number | null, reason = ""): Favourite => ({ id: row[0], medication: medication(row), dosage: [{ ...dosage, route: PEROS }], days, reason });

export const STARTING: readonly Favourite[] = [
  favourite(["paracetamol-500", "N02BE01", "Paracetamol 500 mg tablett", "tablett", "paracetamol", 500, "mg", "tablett"], { doseAndRate: dose(2, "tablett"), ...needed("smärta", 8, "tablett") }, null, "Smärta"),
  favourite(["fenoxi-800", "J01CE02", "Fenoximetylpenicillin 800 mg tablett", "tablett", "fenoximetylpenicillin", 800, "mg", "tablett"], { doseAndRate: dose(2, "tablett"), timing: repeat(3) }, 10, "Infektion"),
  favourite(["pivmec-200", "J01CA08", "Pivmecillinam 200 mg tablett", "tablett", "pivmecillinam", 200, "mg", "tablett"], { doseAndRate: dose(1, "tablett"), timing: repeat(3) }, 5, "Urinvägsinfektion"),
  favourite(["naproxen-500", "M01AE02", "Naproxen 500 mg tablett", "tablett", "naproxen", 500, "mg", "tablett"], { doseAndRate: dose(1, "tablett"), timing: repeat(2, "MORN", "EVE"), patientInstruction: "Tas med mat." }, 10, "Smärta och inflammation"),
  favourite(["omeprazol-20", "A02BC01", "Omeprazol 20 mg enterokapsel", "enterokapsel", "omeprazol", 20, "mg", "enterokapsel"], { doseAndRate: dose(1, "enterokapsel"), timing: repeat(1, "MORN") }, null),
  favourite(["amlodipin-5", "C08CA01", "Amlodipin 5 mg tablett", "tablett", "amlodipin", 5, "mg", "tablett"], { doseAndRate: dose(1, "tablett"), timing: repeat(1, "MORN") }, null, "Hypertoni"),
  favourite(["metformin-500", "A10BA02", "Metformin 500 mg tablett", "tablett", "metformin", 500, "mg", "tablett"], { doseAndRate: dose(1, "tablett"), timing: repeat(2, "MORN", "EVE") }, null, "Diabetes typ 2"),
  favourite(["furosemid-40", "C03CA01", "Furosemid 40 mg tablett", "tablett", "furosemid", 40, "mg", "tablett"], { doseAndRate: dose(1, "tablett"), timing: repeat(1, "MORN") }, null),
  favourite(["oxikodon-5", "N02AA05", "Oxikodon 5 mg kapsel", "kapsel", "oxikodon", 5, "mg", "kapsel"], { doseAndRate: dose(1, "kapsel"), ...needed("svår smärta", 4, "kapsel") }, 5, "Smärta"),
  favourite(["paracetamol-susp", "N02BE01", "Paracetamol 24 mg/ml oral suspension", "oral suspension", "paracetamol", 24, "mg", "ml"], { doseAndRate: dose(10, "ml"), asNeededCodeableConcept: { text: "smärta och feber" }, maxDosePerPeriod: { numerator: { value: 40, unit: "ml", system: UCUM, code: "mL" }, denominator: { value: 24, unit: "h", system: UCUM, code: "h" } } }, null),
];

export const FAVOURITES_MAX = 60;

/** null: the user has changed nothing, so the starting set stands. */
export const own = setting<readonly Favourite[] | null>("medicine-favourites", null);

export function favourites(): readonly Favourite[] {
  return Array.isArray(own.value) ? own.value : STARTING;
}

export function addFavourite(one: Favourite): void {
  own.value = [one, ...favourites().filter((f) => f.id !== one.id)].slice(0, FAVOURITES_MAX);
}

export function removeFavourite(id: string): void {
  own.value = favourites().filter((f) => f.id !== id);
}
