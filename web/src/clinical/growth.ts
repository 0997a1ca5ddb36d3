// SPDX-License-Identifier: Apache-2.0
// A person's own growth: weight, height, BMI and head circumference by age. There is no reference in it. Pure.
import type { Observation } from "@fhir";
import { decimalText } from "../fhir/decimal.ts";
import { hasCode, timeOf } from "../fhir/text.ts";
import { MEASURES } from "./measures.ts";
import { bmiOf } from "./vitals.ts";

export const CURVES = ["height", "weight", "bmi", "head"] as const;
export type Curve = (typeof CURVES)[number];
export interface Point { readonly date: string; readonly time: number; /** Years since birth, with a fraction. */ readonly age: number; readonly value: number; readonly text: string }
export interface Growth { readonly curves: Readonly<Record<Curve, readonly Point[]>>; /** Values in a unit the curve does not have. */ readonly left: number }

const YEAR_MS = 365.25 * 86_400_000;
const BMI_CODES = ["39156-5", "60621009"];
const SAME_DAY_MS = 86_400_000;
const UNITS: Readonly<Record<Exclude<Curve, "bmi">, Readonly<Record<string, number>>>> = { weight: { kg: 1, g: 0.001 }, height: { cm: 1, m: 100 }, head: { cm: 1, mm: 0.1 } };
export const CURVE_UNITS: Readonly<Record<Curve, string>> = { height: "cm", weight: "kg", bmi: "kg/m²", head: "cm" };

function pointOf(o: Observation, curve: Curve, born: number): Point | "left" | null {
  const q = o.valueQuantity;
  if (q?.value === undefined || q.comparator !== undefined) return null;
  const date = o.effectiveDateTime ?? o.effectivePeriod?.start ?? "";
  const time = timeOf(date);
  if (!Number.isFinite(time) || time < born) return null;
  const unit = q.code ?? q.unit ?? "";
  const factor = curve === "bmi" ? (/^kg\/m(2|²)$/.test(unit) ? 1 : undefined) : UNITS[curve][unit];
  if (factor === undefined) return "left";
  const text = factor === 1 ? decimalText(q, "value", q.value) : String(Number((q.value * factor).toFixed(3)));
  return { date, time, age: (time - born) / YEAR_MS, value: q.value * factor, text };
}

/** Of a weight and a height measured within a day of each other, where nobody has written it down. */
function reckonedBmi(weights: readonly Point[], heights: readonly Point[], written: readonly Point[]): Point[] {
  return weights.flatMap((weight) => {
    const height = heights.find((one) => Math.abs(one.time - weight.time) < SAME_DAY_MS);
    const text = height === undefined ? null : bmiOf(weight.value, height.value);
    const known = written.some((one) => Math.abs(one.time - weight.time) < SAME_DAY_MS);
    return text === null || known ? [] : [{ ...weight, value: Number(text), text }];
  });
}

export function growthOf(observations: readonly Observation[], birthDate: string): Growth {
  const born = timeOf(birthDate);
  const curves: Record<Curve, Point[]> = { height: [], weight: [], bmi: [], head: [] };
  let left = 0;
  const codes: Record<Curve, readonly string[]> = { height: [MEASURES.height.code, ...(MEASURES.height.also ?? [])], weight: [MEASURES.weight.code, ...(MEASURES.weight.also ?? [])], head: [MEASURES.head.code, ...(MEASURES.head.also ?? [])], bmi: BMI_CODES };
  for (const o of observations) {
    if (o.status === "entered-in-error" || o.status === "cancelled") continue;
    const curve = CURVES.find((one) => hasCode(o.code, ...codes[one]));
    const point = curve === undefined ? null : pointOf(o, curve, born);
    if (point === "left") left++;
    else if (curve !== undefined && point !== null) curves[curve].push(point);
  }
  curves.bmi.push(...reckonedBmi(curves.weight, curves.height, curves.bmi));
  for (const curve of CURVES) curves[curve].sort((a, b) => a.time - b.time);
  return { curves, left };
}

/** Round numbers that hold all the values, about `most` of them. */
export function ticks(low: number, high: number, most: number): number[] {
  const span = high - low || 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Whole years and months at that age. */
export function ageParts(age: number): { years: number; months: number } {
  const months = Math.floor(age * 12 + 1e-6);
  return { years: Math.floor(months / 12), months: months % 12 };
}

const MONTHS_BELOW = 2.5;

/** All of it so early that age is told in months. */
export function allYoung(curves: Growth["curves"]): boolean {
  return CURVES.every((curve) => curves[curve].every((point) => point.age < MONTHS_BELOW));
}
