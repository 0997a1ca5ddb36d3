// SPDX-License-Identifier: Apache-2.0
// NEWS2's paper chart as rows and columns: each measure has the bands of the Royal College's chart, each set a column,
// and the value stands in its band. Pure; drawing is NewsChart's.
import { BANDS, MEASURES, type Measure, type News2, type Vitals } from "../board/news2.ts";
import { newsOfSet, type VitalSet } from "./vitals.ts";

export interface Column { readonly key: string; readonly time: string; readonly news: News2; readonly vitals: Vitals; readonly scale: 1 | 2 }
export interface Band { readonly label: string; readonly points: number; readonly holds: (column: Column) => boolean }
export interface Row { readonly measure: Measure; readonly scale: 1 | 2; readonly bands: readonly Band[]; readonly text: (column: Column) => string }

/** A blood pressure taken alone is no early warning score: so much must have been measured, or give points. */
const MEASURED_MIN = 4;

export function columnsOf(sets: readonly VitalSet[], years: (time: string) => number | null): Column[] {
  return sets.flatMap((set) => {
    const found = newsOfSet(set, years(set.time));
    const counts = found !== null && (found.news.score > 0 || MEASURES.length - found.news.missing.length >= MEASURED_MIN);
    return counts ? [{ key: set.key, time: set.time, ...found }] : [];
  });
}

type Limits = readonly (readonly [upTo: number, points: number])[];

const written = (n: number) => String(n).replace(".", ",");

/** Highest first, as on paper: "≥ 25", "21–24", "≤ 8". */
export function bandLabels(table: Limits, step: number): string[] {
  return table.map(([upTo], i) => {
    const from = i === 0 ? null : Number(((table[i - 1]?.[0] ?? 0) + step).toFixed(1));
    if (from === null) return `≤ ${written(upTo)}`;
    if (upTo === Infinity) return `≥ ${written(from)}`;
    return from === upTo ? written(upTo) : `${written(from)}–${written(upTo)}`;
  });
}

type NumberMeasure = "respiration" | "saturation" | "systolic" | "pulse" | "temperature";

function numberRow(measure: NumberMeasure, table: Limits, step: number, scale: 1 | 2, oxygen: boolean | null): Band[] {
  const labels = bandLabels(table, step);
  const at = (column: Column) => {
    const value = column.vitals[measure];
    if (value === undefined || (measure === "saturation" && column.scale !== scale) || (oxygen !== null && (column.vitals.oxygen ?? false) !== oxygen)) return -1;
    const rounded = Math.round(value / step) * step;
    return table.findIndex(([upTo]) => rounded <= upTo + step / 10);
  };
  return table.map(([, points], i) => ({ label: labels[i] ?? "", points, holds: (column: Column) => at(column) === i })).reverse();
}

export interface Names { readonly air: string; readonly oxygen: string; readonly alert: string; readonly notAlert: string; readonly withOxygen: (label: string) => string; readonly withAir: (label: string) => string }

/** The rows that the columns need: scale 2 only where some set is on it. */
export function rowsOf(columns: readonly Column[], names: Names, show: (value: number, measure: Measure) => string): Row[] {
  const number = (measure: NumberMeasure) => (column: Column) => (column.vitals[measure] === undefined ? "" : show(column.vitals[measure], measure));
  const rows: Row[] = [];
  for (const measure of MEASURES) {
    if (measure === "oxygen") {
      rows.push({ measure, scale: 1, text: () => "", bands: [{ label: names.air, points: 0, holds: (column) => column.vitals.oxygen === false }, { label: names.oxygen, points: 2, holds: (column) => column.vitals.oxygen === true }] });
    } else if (measure === "consciousness") {
      rows.push({ measure, scale: 1, text: () => "", bands: [{ label: names.alert, points: 0, holds: (column) => column.vitals.alert === true }, { label: names.notAlert, points: 3, holds: (column) => column.vitals.alert === false }] });
    } else if (measure === "saturation") {
      if (columns.some((column) => column.scale === 1)) rows.push({ measure, scale: 1, text: number(measure), bands: numberRow(measure, BANDS.saturation, 1, 1, null) });
      if (columns.some((column) => column.scale === 2)) rows.push({ measure, scale: 2, text: number(measure), bands: scale2() });
    } else {
      rows.push({ measure, scale: 1, text: number(measure), bands: numberRow(measure, BANDS[measure], measure === "temperature" ? 0.1 : 1, 1, null) });
    }
  }
  return rows;

  /** On scale 2 a high value counts only with oxygen: those bands stand above, the shared ones below. */
  function scale2(): Band[] {
    const oxygen = numberRow("saturation", BANDS.saturation2Oxygen, 1, 2, true);
    const air = numberRow("saturation", BANDS.saturation2Air, 1, 2, false);
    const shared = air.filter((band) => band.points > 0).map((band) => ({ ...band, holds: (column: Column) => band.holds(column) || oxygen.some((other) => other.label === band.label && other.holds(column)) }));
    const above = oxygen.filter((band) => shared.every((other) => other.label !== band.label)).map((band) => ({ ...band, label: names.withOxygen(band.label) }));
    return [...above, ...air.filter((band) => band.points === 0).map((band) => ({ ...band, label: names.withAir(band.label) })), ...shared];
  }
}
