// SPDX-License-Identifier: Apache-2.0
// Between the form's line and FHIR's Dosage. What the form could not give back exactly as it stood is kept in words, so
// that no part of somebody else's order is lost on the way through.
import type { Dosage, Quantity, Ratio as FhirRatio, TimingRepeat } from "@fhir";
import { decimalText, holdDecimal } from "../fhir/decimal.ts";
import { conceptText } from "../fhir/text.ts";
import { decText, jsonNumber, normal, ONE, parseDec, whole, type Dec } from "./decimal.ts";
import { NO_LINE, type Amount, type Day, type Line, type PeriodUnit, type Schedule, type Strength, type When } from "./dose.ts";
import { lineText } from "./say.ts";
import { convert, isMeasure, unitCode, unitName, unitWord } from "./units.ts";

const UCUM = "http://unitsofmeasure.org";

/** EDQM's standard terms, and what the label says. */
export const ROUTES: Readonly<Record<string, string>> = {
  "20053000": "peroral", "20067000": "sublingual", "20066000": "subkutan", "20045000": "intravenös", "20035000": "intramuskulär", "20020000": "inhalation",
  "20061000": "rektal", "20003000": "kutan", "20070000": "transdermal", "20051000": "okulär", "20049000": "nasal", "20072000": "vaginal",
};
const EDQM = "http://standardterms.edqm.eu";

/** A decimal of a resource, exactly as it was written there; null when there is none or it is no decimal. */
export function held(holder: object | undefined, key: string): Dec | null {
  const value = holder === undefined ? undefined : (holder as Record<string, unknown>)[key];
  return holder === undefined || typeof value !== "number" ? null : parseDec(decimalText(holder, key, value));
}

function number<T extends object>(holder: T, key: keyof T & string, value: Dec): T {
  const exact = jsonNumber(value);
  if (exact === null) throw new RangeError(`${decText(value)} has too many digits`);
  return holdDecimal({ ...holder, [key]: exact }, key, decText(normal(value)));
}

export function quantity(amount: Amount): Quantity {
  const named = isMeasure(amount.unit) ? { unit: unitName(amount.unit), system: UCUM, code: amount.unit } : { unit: unitWord(amount.unit, ONE) };
  return number<Quantity>(named, "value", amount.value);
}

export function amountOf(q: Quantity | undefined): Amount | null {
  const value = held(q, "value");
  if (q === undefined || value === null || q.comparator !== undefined) return null;
  const unit = q.system === UCUM && q.code !== undefined && isMeasure(q.code) ? q.code : unitCode(q.unit ?? q.code ?? "");
  return unit === "" ? null : { value, unit };
}

export function strengthOf(r: FhirRatio | undefined): Strength | null {
  const substance = amountOf(r?.numerator);
  const product = amountOf(r?.denominator);
  return substance === null || product === null || product.value.c <= 0n ? null : { substance, in: product };
}

const PERIOD_UNITS: readonly string[] = ["h", "d", "wk", "mo"];

function repeatOf(s: Schedule | null, start: string, end: string): TimingRepeat | null {
  const bounds = start === "" && end === "" ? {} : { boundsPeriod: { ...(start === "" ? {} : { start }), ...(end === "" ? {} : { end }) } };
  if (s === null) return start === "" && end === "" ? null : bounds;
  const repeat: TimingRepeat = { ...bounds, frequency: s.frequency, periodUnit: s.unit };
  if (s.days.length > 0) repeat.dayOfWeek = [...s.days];
  if (s.when.length > 0) repeat.when = [...s.when];
  return number(repeat, "period", s.period);
}

/** start, end: "" for none. */
export function toDosage(line: Line, sequence: number, start: string, end: string): Dosage {
  const repeat = repeatOf(line.schedule, start, end);
  const dosage: Dosage = { sequence, text: line.free !== "" ? line.free : lineText(line) };
  if (repeat !== null) dosage.timing = { repeat };
  if (line.instruction !== "") dosage.patientInstruction = line.instruction;
  if (line.free !== "") return dosage;
  if (line.asNeeded && line.asNeededFor === "") dosage.asNeededBoolean = true;
  if (line.asNeeded && line.asNeededFor !== "") dosage.asNeededCodeableConcept = { text: line.asNeededFor };
  if (line.route !== "") dosage.route = ROUTES[line.route] === undefined ? { text: line.route } : { coding: [{ system: EDQM, code: line.route }], text: ROUTES[line.route] ?? "" };
  if (line.dose !== null) {
    const low = quantity(line.dose);
    dosage.doseAndRate = [line.high === null ? { doseQuantity: low } : { doseRange: { low, high: quantity({ value: line.high, unit: line.dose.unit }) } }];
  }
  if (line.max !== null) dosage.maxDosePerPeriod = { numerator: quantity(line.max), denominator: { value: 24, unit: "h", system: UCUM, code: "h" } };
  return dosage;
}

function scheduleOf(repeat: TimingRepeat | undefined): Schedule | null {
  const period = held(repeat, "period");
  if (repeat?.periodUnit === undefined || period === null || !PERIOD_UNITS.includes(repeat.periodUnit)) return null;
  return { frequency: repeat.frequency ?? (repeat.when?.length || 1), period, unit: repeat.periodUnit as PeriodUnit, when: (repeat.when ?? []) as When[], days: (repeat.dayOfWeek ?? []) as Day[] };
}

function structured(d: Dosage): Line {
  const rate = d.doseAndRate?.[0];
  const high = amountOf(rate?.doseRange?.high);
  const route = d.route?.coding?.find((c) => c.system === EDQM)?.code ?? conceptText(d.route);
  return {
    dose: amountOf(rate?.doseQuantity ?? rate?.doseRange?.low), high: high?.value ?? null, schedule: scheduleOf(d.timing?.repeat),
    asNeeded: d.asNeededBoolean === true || d.asNeededCodeableConcept !== undefined, asNeededFor: conceptText(d.asNeededCodeableConcept),
    max: amountOf(d.maxDosePerPeriod?.numerator), route, instruction: d.patientInstruction ?? "", free: "",
  };
}

/** What of a dosage means something, in one order of its keys and with numbers as they stand; words and order aside. */
function meaning(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => meaning(one));
  if (typeof value !== "object" || value === null) return value;
  // A quantity is its number and unit, however the unit is spelled; a concept its words.
  const amount = amountOf(value as Quantity);
  if (amount !== null) return `${decText(normal(amount.value))} ${amount.unit}`;
  if (key === "route" || key === "asNeededCodeableConcept") return conceptText(value as { text?: string });
  const keys = Object.keys(value).filter((k) => !["text", "sequence", "id", "boundsPeriod"].includes(k)).sort();
  return keys.map((k) => [k, meaning((value as Record<string, unknown>)[k], k)]).filter(([, v]) => !(Array.isArray(v) && v.length === 0) && v !== false);
}

/** The highest dose in the unit of the dose, where that is exact. */
function inOneUnit(line: Line): Line {
  const value = line.max === null || line.dose === null ? null : convert(line.max.value, line.max.unit, line.dose.unit);
  return value === null || line.dose === null ? line : { ...line, max: { value: normal(value), unit: line.dose.unit } };
}

export interface ReadLine { readonly line: Line; /** The order's own words, when the form has others for it. */ readonly words: string }

/** The form's line of a dosage. Where going there and back would change anything but words, the words are the line. */
export function fromDosage(d: Dosage, words: string): ReadLine {
  const read = structured(d);
  const line = inOneUnit(read);
  const again = read.dose === null ? null : toDosage(read, d.sequence ?? 1, "", "");
  const same = again !== null && JSON.stringify(meaning(again)) === JSON.stringify(meaning(d));
  // The form has one unit for dose and highest dose: where they cannot be said in one, the words stand.
  if (same && (line.max === null || line.max.unit === line.dose?.unit)) return { line, words: d.text === undefined || d.text === lineText(line) ? "" : d.text };
  return { line: { ...NO_LINE, free: words, instruction: words.includes(d.patientInstruction ?? "") ? "" : (d.patientInstruction ?? "") }, words: "" };
}

/** For reckoning alone: what is there of structure, whatever else the dosage says. */
export function reckoned(d: Dosage): Line {
  return structured(d);
}

export function oncePerDay(frequency: number, ...when: When[]): Schedule {
  return { frequency, period: whole(1), unit: "d", when, days: [] };
}
