// SPDX-License-Identifier: Apache-2.0
// A dose and when it is given, and what can be reckoned from it: per day, per kilogram, at most, in all. Pure functions
// on exact decimals. What cannot be said exactly, or not at all, is null: nothing is guessed.
import { add, compareRatios, divide, multiply, normal, ONE, over, plus, ratio, times, whole, type Dec, type Ratio } from "./decimal.ts";
import { convert, seconds } from "./units.ts";

/** unit: a UCUM code of UNITS, or the form it is counted in ("tablett"). */
export interface Amount { readonly value: Dec; readonly unit: string }
/** So much of the substance in so much of the product: 500 mg in 1 tablett. */
export interface Strength { readonly substance: Amount; readonly in: Amount }

export type PeriodUnit = "h" | "d" | "wk" | "mo";
export type When = "MORN" | "NOON" | "AFT" | "EVE" | "NIGHT" | "HS" | "ACM" | "ACD" | "ACV" | "CM" | "CD" | "CV";
export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** So many times in each period; `when` and `days` say at which of them. */
export interface Schedule { readonly frequency: number; readonly period: Dec; readonly unit: PeriodUnit; readonly when: readonly When[]; readonly days: readonly Day[] }

export interface Line {
  readonly dose: Amount | null;
  /** The upper end of "1–2"; in the unit of dose. */
  readonly high: Dec | null;
  readonly schedule: Schedule | null;
  readonly asNeeded: boolean;
  readonly asNeededFor: string;
  /** At most so much in 24 hours. */
  readonly max: Amount | null;
  readonly route: string;
  readonly instruction: string;
  /** A dosage in words alone; then nothing above is known and nothing can be reckoned. */
  readonly free: string;
}

export const NO_LINE: Line = { dose: null, high: null, schedule: null, asNeeded: false, asNeededFor: "", max: null, route: "", instruction: "", free: "" };

const DAY_SECONDS = whole(86_400);
/** Longer cures are for the calendar; a slip of the keyboard is not. */
export const DAYS_MAX = 3650;
export const FREQUENCY_MAX = 24;

/** Doses in 24 hours; null for what is given in months, whose length varies, and for what has no schedule. */
export function dosesPerDay(s: Schedule | null): Ratio | null {
  if (s === null) return null;
  const length = seconds(s.period, s.unit);
  return length === null || length.c <= 0n ? null : ratio(multiply(whole(s.frequency), DAY_SECONDS), length);
}

export interface Quotient { readonly value: Ratio; readonly unit: string }

function top(line: Line): Dec | null {
  return line.high ?? line.dose?.value ?? null;
}

/** The most that the line gives in 24 hours, in its own unit: by its schedule, or as needed by what it says at most. */
export function perDay(line: Line): Quotient | null {
  const dose = top(line);
  if (line.dose === null || dose === null) return null;
  const limit = line.max === null ? null : convert(line.max.value, line.max.unit, line.dose.unit);
  const doses = dosesPerDay(line.schedule);
  const scheduled = doses === null ? null : times(ratio(dose), doses);
  if (line.asNeeded && limit !== null && (scheduled === null || compareRatios(ratio(limit), scheduled) < 0)) return { value: ratio(limit), unit: line.dose.unit };
  return scheduled === null ? null : { value: scheduled, unit: line.dose.unit };
}

/** How much of the substance an amount of the product holds; null when the units do not meet. */
export function substanceIn(amount: Quotient, strength: Strength | null): Quotient | null {
  if (strength === null) return null;
  const one = convert(ONE, amount.unit, strength.in.unit);
  if (one === null || strength.in.value.c <= 0n) return null;
  return { value: times(times(amount.value, ratio(one)), ratio(strength.substance.value, strength.in.value)), unit: strength.substance.unit };
}

/** The same in another unit. */
export function inUnit(q: Quotient, unit: string): Quotient | null {
  const one = convert(ONE, q.unit, unit);
  return one === null ? null : { value: times(q.value, ratio(one)), unit };
}

/** The substance that the lines give together in 24 hours at most; null as soon as one of them cannot tell. */
export function substancePerDay(lines: readonly Line[], strength: Strength | null): Quotient | null {
  let sum: Quotient | null = null;
  for (const line of lines) {
    const day = perDay(line);
    const part = day === null ? null : (substanceIn(day, strength) ?? (strength !== null ? inUnit(day, strength.substance.unit) : null));
    if (part === null) return null;
    sum = sum === null ? part : { value: plus(sum.value, part.value), unit: sum.unit };
  }
  return sum;
}

export function perKilogram(q: Quotient, kilograms: Dec): Quotient | null {
  return kilograms.c <= 0n ? null : { value: over(q.value, ratio(kilograms)), unit: q.unit };
}

/** Below, at or above: null when the units cannot be compared. */
export function compareTo(q: Quotient, limit: Amount): -1 | 0 | 1 | null {
  const same = convert(limit.value, limit.unit, q.unit);
  return same === null ? null : compareRatios(q.value, ratio(same));
}

/** How many doses so many whole days hold: a period begun is counted, for the last dose must be there too. */
export function dosesIn(s: Schedule | null, days: number): bigint | null {
  const doses = dosesPerDay(s);
  if (doses === null || !Number.isSafeInteger(days) || days <= 0 || days > DAYS_MAX) return null;
  return divide(times(doses, ratio(whole(days))), 0, "up").value.c;
}

/** What the cure needs in all. As needed: no more than what it says at most each day. */
export function inAll(line: Line, days: number): Amount | null {
  const dose = top(line);
  if (line.dose === null || dose === null) return null;
  if (line.asNeeded) {
    const day = perDay(line);
    return day === null || days <= 0 || days > DAYS_MAX ? null : { value: divide(times(day.value, ratio(whole(days))), 6, "up").value, unit: line.dose.unit };
  }
  const doses = dosesIn(line.schedule, days);
  return doses === null ? null : { value: multiply(dose, whole(doses)), unit: line.dose.unit };
}

/** Every line's need together; null when one cannot tell or is counted otherwise. */
export function allInAll(lines: readonly Line[], days: number): Amount | null {
  let sum: Amount | null = null;
  for (const line of lines) {
    const part = inAll(line, days);
    const same: Dec | null = part === null ? null : sum === null ? part.value : convert(part.value, part.unit, sum.unit);
    if (part === null || same === null) return null;
    sum = sum === null ? part : { value: add(sum.value, same), unit: sum.unit };
  }
  return sum === null ? null : { value: normal(sum.value), unit: sum.unit };
}

const DAY_MS = 86_400_000;
const utc = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** Days from the first to the last, both counted; null when the end is before the start. */
export function daysBetween(start: string, end: string): number | null {
  const days = (utc(end) - utc(start)) / DAY_MS + 1;
  return Number.isInteger(days) && days > 0 && days <= DAYS_MAX ? days : null;
}

/** The last day of so many, the first counted. */
export function lastDay(start: string, days: number): string {
  return new Date(utc(start) + (days - 1) * DAY_MS).toISOString().slice(0, 10);
}

export type LineFault = "nothing" | "dose" | "range" | "schedule" | "frequency" | "max";

/** What keeps a line from being signed; null when nothing does. */
export function fault(line: Line): LineFault | null {
  if (line.free.trim() !== "") return null;
  if (line.dose === null) return line.schedule === null && !line.asNeeded ? "nothing" : "dose";
  if (line.dose.value.c <= 0n) return "dose";
  if (line.high !== null && compareRatios(ratio(line.high), ratio(line.dose.value)) <= 0) return "range";
  if (line.schedule === null && !line.asNeeded) return "schedule";
  if (line.schedule !== null && (line.schedule.frequency < 1 || line.schedule.frequency > FREQUENCY_MAX || line.schedule.period.c <= 0n)) return "frequency";
  if (line.max !== null && (line.max.value.c <= 0n || convert(line.max.value, line.max.unit, line.dose.unit) === null)) return "max";
  return null;
}
