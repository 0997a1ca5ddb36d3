// SPDX-License-Identifier: Apache-2.0
// Observations as a table: one row an analyte and unit, one column a sampling time, newest first.
import type { CodeableConcept, Observation, ObservationComponent, ObservationReferenceRange, Quantity } from "@fhir";
import { conceptText, timeOf } from "../fhir/text.ts";
import { decimalText } from "../fhir/decimal.ts";

/** How a value stands to its reference interval. "abnormal": marked by the laboratory without a direction. */
export type Level = "criticalHigh" | "high" | "normal" | "low" | "criticalLow" | "abnormal" | "unknown";

export interface LabValue {
  observation: Observation;
  /** Decimal point as written; the screens show a comma. */
  text: string;
  number: number | null;
  unit: string;
  level: Level;
  low: Bound | null;
  high: Bound | null;
  rangeText: string;
  time: number;
  date: string;
}

export interface Bound {
  value: number;
  text: string;
}

export interface Analyte {
  key: string;
  name: string;
  unit: string;
  values: LabValue[]; // newest first
}

const LEVELS: Record<string, Level> = {
  HH: "criticalHigh", HU: "criticalHigh", H: "high", ">": "high", LL: "criticalLow", LU: "criticalLow", L: "low", "<": "low", N: "normal",
  A: "abnormal", AA: "abnormal", POS: "abnormal", NEG: "normal", DET: "abnormal", ND: "normal",
};

type Valued = Observation | ObservationComponent;

export function observedAt(o: Observation): string {
  return o.effectiveDateTime ?? o.effectivePeriod?.start ?? o.effectiveInstant ?? o.issued ?? "";
}

function bound(quantity: Quantity | undefined): Bound | null {
  return quantity?.value === undefined ? null : { value: quantity.value, text: decimalText(quantity, "value", quantity.value) };
}

/** The normal range; ranges of another type (therapeutic, critical) are used only when there is no other. */
function normalRange(ranges: readonly ObservationReferenceRange[] | undefined): ObservationReferenceRange | undefined {
  return ranges?.find((r) => r.type === undefined || r.type.coding?.some((c) => c.code === "normal")) ?? ranges?.[0];
}

function levelOf(valued: Valued, number: number | null, low: Bound | null, high: Bound | null): Level {
  for (const concept of valued.interpretation ?? [])
    for (const coding of concept.coding ?? []) {
      const level = LEVELS[coding.code ?? ""];
      if (level !== undefined) return level;
    }
  if (number === null || (low === null && high === null)) return "unknown";
  return compared(number, valued.valueQuantity?.comparator, low, high);
}

/** "< 10" is known to be low only when 10 itself is, and never known to be normal; "> 10" the other way round. */
function compared(number: number, comparator: string | undefined, low: Bound | null, high: Bound | null): Level {
  const below = comparator === undefined || comparator.startsWith("<");
  const above = comparator === undefined || comparator.startsWith(">");
  if (above && high !== null && (number > high.value || (comparator === ">" && number === high.value))) return "high";
  if (below && low !== null && (number < low.value || (comparator === "<" && number === low.value))) return "low";
  if (comparator === undefined) return "normal";
  const onlySide = comparator.startsWith("<") ? low === null && high !== null && number <= high.value : high === null && low !== null && number >= low.value;
  return onlySide ? "normal" : "unknown";
}

/** An interval in another unit than the value's is shown with its unit, but nothing is reckoned from it. */
function sameUnit(value: Quantity | undefined, limit: Quantity | undefined): boolean {
  if (value === undefined || limit === undefined) return true;
  const known = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined;
  if (!known(value.unit, limit.unit) && !known(value.code, limit.code)) return true;
  return (known(value.unit, limit.unit) && value.unit === limit.unit) || (known(value.code, limit.code) && value.code === limit.code);
}

/** UCUM's unit of what has none is "1", which beside a value would be read as a digit of it. */
function unitOf(quantity: Quantity): string {
  const unit = quantity.unit ?? quantity.code ?? "";
  return unit === "1" ? "" : unit;
}

function valueText(v: Valued): { text: string; number: number | null; unit: string } {
  const q = v.valueQuantity;
  if (q?.value !== undefined) return { text: (q.comparator ?? "") + decimalText(q, "value", q.value), number: q.value, unit: unitOf(q) };
  if (v.valueInteger !== undefined) return { text: String(v.valueInteger), number: v.valueInteger, unit: "" };
  return { text: wordsOf(v), number: null, unit: "" };
}

function wordsOf(v: Valued): string {
  const range = v.valueRange;
  const ratio = v.valueRatio;
  if (v.valueCodeableConcept !== undefined) return conceptText(v.valueCodeableConcept);
  if (range !== undefined) return `${bound(range.low)?.text ?? ""}–${bound(range.high)?.text ?? ""} ${range.low?.unit ?? range.high?.unit ?? ""}`.trim();
  if (ratio !== undefined) return `${bound(ratio.numerator)?.text ?? ""}:${bound(ratio.denominator)?.text ?? ""}`;
  return v.valueString ?? v.valueDateTime ?? v.valueTime ?? v.valuePeriod?.start ?? conceptText(v.dataAbsentReason);
}

function foreignRange(range: ObservationReferenceRange | undefined): string {
  return `${bound(range?.low)?.text ?? ""}–${bound(range?.high)?.text ?? ""} ${range?.low?.unit ?? range?.high?.unit ?? range?.low?.code ?? range?.high?.code ?? ""}`.trim();
}

function keyOf(code: CodeableConcept, unit: string): string {
  const coding = code.coding?.[0];
  return `${coding?.system ?? ""}|${coding?.code ?? conceptText(code)}|${unit}`;
}

/** The values of one observation: its own and those of its components (blood pressure). */
function valuesOf(o: Observation): { key: string; name: string; value: LabValue }[] {
  const parts: Valued[] = [o, ...(o.component ?? [])];
  const date = observedAt(o);
  const found = [];
  for (const part of parts) {
    const { text, number, unit } = valueText(part);
    if (text === "" && (part !== o || (o.component?.length ?? 0) > 0)) continue;
    const range = normalRange(part.referenceRange);
    const fits = sameUnit(part.valueQuantity, range?.low) && sameUnit(part.valueQuantity, range?.high);
    const low = fits ? bound(range?.low) : null;
    const high = fits ? bound(range?.high) : null;
    const rangeText = range?.text ?? (fits ? "" : foreignRange(range));
    const value = { observation: o, text, number, unit, low, high, rangeText, date, time: timeOf(date), level: levelOf(part, number, low, high) };
    found.push({ key: keyOf(part.code, unit), name: conceptText(part.code), value });
  }
  return found;
}

export function analytes(observations: readonly Observation[]): Analyte[] {
  const rows = new Map<string, Analyte>();
  for (const o of observations) {
    if (o.status === "entered-in-error" || o.status === "cancelled") continue;
    for (const { key, name, value } of valuesOf(o)) {
      const row = rows.get(key) ?? { key, name, unit: value.unit, values: [] };
      row.values.push(value);
      rows.set(key, row);
    }
  }
  for (const row of rows.values()) row.values.sort((a, b) => b.time - a.time);
  return [...rows.values()];
}

export interface Matrix {
  /** Sampling times, newest first, as written in the first observation that has them. */
  columns: string[];
  /** For each analyte, its values in each column; more than one when taken twice in a minute. */
  cells: Map<string, LabValue[][]>;
}

const MINUTE_MS = 60_000;
const minute = (time: number) => (time === Number.NEGATIVE_INFINITY ? time : Math.floor(time / MINUTE_MS));

export function matrix(rows: readonly Analyte[]): Matrix {
  const times = new Map<number, string>();
  for (const row of rows) for (const v of row.values) if (!times.has(minute(v.time))) times.set(minute(v.time), v.date);
  const order = [...times.keys()].sort((a, b) => b - a);
  const place = new Map(order.map((m, i) => [m, i]));
  const cells = new Map<string, LabValue[][]>();
  for (const row of rows) {
    const line: LabValue[][] = order.map(() => []);
    for (const v of row.values) line[place.get(minute(v.time)) ?? 0]?.push(v);
    cells.set(row.key, line);
  }
  return { columns: order.map((m) => times.get(m) ?? ""), cells };
}

/** Values that can be drawn as a curve, oldest first. */
export function series(row: Analyte): LabValue[] {
  return row.values.filter((v) => v.number !== null && v.time !== Number.NEGATIVE_INFINITY).reverse();
}
