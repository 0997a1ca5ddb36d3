// SPDX-License-Identifier: Apache-2.0
// The order form as it is written: texts just as they were typed, so that a draft gives back every one of them, and the
// line they mean once they mean one. Pure functions.
import type { Dosage, Medication } from "@fhir";
import { decText, isDec, normal, parseDec, readDec, whole, type Dec, type Unread } from "./decimal.ts";
import { fault, NO_LINE, type Amount, type Day, type Line, type LineFault, type PeriodUnit, type Schedule, type When } from "./dose.ts";

export interface LineForm {
  readonly dose: string;
  readonly high: string;
  readonly unit: string;
  /** A key of PATTERNS, "custom", or "none" for what is given only as needed. */
  readonly pattern: string;
  readonly frequency: string;
  readonly period: string;
  readonly periodUnit: PeriodUnit;
  readonly when: readonly When[];
  readonly days: readonly Day[];
  readonly asNeeded: boolean;
  readonly asNeededFor: string;
  readonly max: string;
  readonly route: string;
  readonly instruction: string;
  readonly free: string;
  readonly isFree: boolean;
}

export interface OrderForm {
  readonly medication: Medication;
  readonly lines: readonly LineForm[];
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  readonly note: string;
  readonly inpatient: boolean;
  /** Why each stop was passed, by the card's id. */
  readonly reasons: Readonly<Record<string, string>>;
}

interface Pattern { readonly frequency: number; readonly period: string; readonly unit: PeriodUnit; readonly when: readonly When[] }
const daily = (frequency: number, ...when: When[]): Pattern => ({ frequency, period: "1", unit: "d", when });
const hourly = (hours: string): Pattern => ({ frequency: 1, period: hours, unit: "h", when: [] });

/** In the order they are offered. */
export const PATTERNS: Readonly<Record<string, Pattern>> = {
  d1: daily(1), MORN: daily(1, "MORN"), NOON: daily(1, "NOON"), EVE: daily(1, "EVE"), HS: daily(1, "HS"), "MORN-EVE": daily(2, "MORN", "EVE"),
  d2: daily(2), d3: daily(3), d4: daily(4), d5: daily(5), d6: daily(6), h4: hourly("4"), h6: hourly("6"), h8: hourly("8"), h12: hourly("12"),
  e2: { frequency: 1, period: "2", unit: "d", when: [] }, w1: { frequency: 1, period: "1", unit: "wk", when: [] }, m1: { frequency: 1, period: "1", unit: "mo", when: [] },
};
export const PERIOD_UNITS: readonly PeriodUnit[] = ["h", "d", "wk", "mo"];

export const EMPTY_LINE: LineForm = {
  dose: "", high: "", unit: "", pattern: "d1", frequency: "1", period: "1", periodUnit: "d", when: [], days: [], asNeeded: false, asNeededFor: "", max: "", route: "", instruction: "", free: "", isFree: false,
};

export type Field = "dose" | "high" | "frequency" | "period" | "max" | "free" | "start" | "end";
/** What is amiss, and where. */
export interface Amiss { readonly line: number; readonly field: Field; readonly why: Unread | LineFault | "before" | "date" }

const shown = (d: Dec | null) => (d === null ? "" : decText(normal(d)).replace(".", ","));

function scheduleOf(f: LineForm, amiss: (field: Field, why: Amiss["why"]) => null): Schedule | null {
  if (f.pattern === "none") return null;
  const known = PATTERNS[f.pattern];
  if (known !== undefined) {
    const frequency = known.unit === "wk" && f.days.length > 0 ? f.days.length : known.frequency;
    return { frequency, period: parseDec(known.period) ?? whole(1), unit: known.unit, when: known.when, days: known.unit === "wk" ? f.days : [] };
  }
  const period = readDec(f.period);
  if (!/^\d{1,3}$/.test(f.frequency.trim())) return amiss("frequency", "frequency");
  if (!isDec(period)) return amiss("period", period);
  return { frequency: Number(f.frequency), period, unit: f.periodUnit, when: f.when, days: f.days };
}

const FAULT_FIELD: Readonly<Record<LineFault, Field>> = { nothing: "dose", dose: "dose", range: "high", schedule: "dose", frequency: "frequency", max: "max" };

/** The line that is written, or what is amiss with it: the first fault only, where it stands. */
export function readLine(f: LineForm, at: number): { line: Line; amiss: Amiss | null } {
  let first: Amiss | null = null;
  const amiss = (field: Field, why: Amiss["why"]): null => {
    first ??= { line: at, field, why };
    return null;
  };
  if (f.isFree) {
    if (f.free.trim() === "") amiss("free", "empty");
    return { line: { ...NO_LINE, free: f.free.trim(), instruction: f.instruction.trim() }, amiss: first };
  }
  const number = (field: Field, text: string, needed: boolean): Dec | null => {
    if (text.trim() === "" && !needed) return null;
    const read = readDec(text);
    return isDec(read) ? read : amiss(field, read);
  };
  const dose = number("dose", f.dose, true);
  const amount = (value: Dec | null): Amount | null => (value === null ? null : { value, unit: f.unit });
  const line: Line = {
    dose: amount(dose), high: number("high", f.high, false), schedule: scheduleOf(f, amiss), asNeeded: f.asNeeded, asNeededFor: f.asNeeded ? f.asNeededFor.trim() : "",
    max: amount(f.asNeeded ? number("max", f.max, false) : null), route: f.route, instruction: f.instruction.trim(), free: "",
  };
  const wrong = first === null ? fault(line) : null;
  if (wrong !== null) amiss(FAULT_FIELD[wrong], wrong);
  return { line, amiss: first };
}

function patternOf(s: Schedule | null): string {
  if (s === null) return "none";
  const same = Object.entries(PATTERNS).find(([, p]) => (p.frequency === s.frequency || (p.unit === "wk" && s.days.length === s.frequency)) && p.unit === s.unit && p.period === decText(normal(s.period)) && p.when.join() === s.when.join() && (p.unit === "wk" || s.days.length === 0));
  return same?.[0] ?? "custom";
}

export function lineForm(line: Line): LineForm {
  const s = line.schedule;
  return {
    dose: shown(line.dose?.value ?? null), high: shown(line.high), unit: line.dose?.unit ?? "", pattern: line.free !== "" ? "d1" : patternOf(s), frequency: String(s?.frequency ?? 1), period: shown(s?.period ?? whole(1)), periodUnit: s?.unit ?? "d",
    when: s?.when ?? [], days: s?.days ?? [], asNeeded: line.asNeeded, asNeededFor: line.asNeededFor, max: shown(line.max?.value ?? null), route: line.route, instruction: line.instruction, free: line.free, isFree: line.free !== "",
  };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function readDates(f: OrderForm): Amiss | null {
  if (!DATE.test(f.start)) return { line: -1, field: "start", why: "date" };
  if (f.end !== "" && !DATE.test(f.end)) return { line: -1, field: "end", why: "date" };
  return f.end !== "" && f.end < f.start ? { line: -1, field: "end", why: "before" } : null;
}

/** One of the user's own: a product with a dosage, and for how many days. */
export interface Favourite { readonly id: string; readonly medication: Medication; readonly dosage: readonly Dosage[]; readonly days: number | null; readonly reason: string }
