// SPDX-License-Identifier: Apache-2.0
// NEWS2, the National Early Warning Score 2 (Royal College of Physicians, London 2017; chart 1 and the thresholds of
// chart 2). For those of 16 and older who are not pregnant. What has not been measured is never taken for normal.

export const MEASURES = ["respiration", "saturation", "oxygen", "systolic", "pulse", "consciousness", "temperature"] as const;
export type Measure = (typeof MEASURES)[number];

/** Each as it was measured; undefined: not known. */
export interface Vitals {
  /** Breaths a minute. */
  respiration?: number;
  /** SpO2, %. */
  saturation?: number;
  /** Breathing supplemental oxygen; false: air. */
  oxygen?: boolean;
  /** mmHg. */
  systolic?: number;
  /** Beats a minute. */
  pulse?: number;
  /** ACVPU: alert, or any of new confusion, voice, pain, unresponsive. */
  alert?: boolean;
  /** °C. */
  temperature?: number;
}

/** Scale 2 only where hypercapnic respiratory failure is confirmed by blood gases, as decided by a clinician. */
export type Scale = 1 | 2;
export type Risk = "low" | "lowMedium" | "medium" | "high";
export interface News2 {
  /** Of what has been measured: with something missing, the least it can be. */
  score: number;
  missing: readonly Measure[];
  points: Readonly<Partial<Record<Measure, number>>>;
  /** null while something is missing and what is known is too little to say. */
  risk: Risk | null;
}

/** Up to and including this value: so many points. The last line has no upper end. */
type Table = readonly (readonly [upTo: number, points: number])[];
const RESPIRATION: Table = [[8, 3], [11, 1], [20, 0], [24, 2], [Infinity, 3]];
const SATURATION_1: Table = [[91, 3], [93, 2], [95, 1], [Infinity, 0]];
const SATURATION_2_AIR: Table = [[83, 3], [85, 2], [87, 1], [Infinity, 0]];
const SATURATION_2_OXYGEN: Table = [[83, 3], [85, 2], [87, 1], [92, 0], [94, 1], [96, 2], [Infinity, 3]];
const SYSTOLIC: Table = [[90, 3], [100, 2], [110, 1], [219, 0], [Infinity, 3]];
const PULSE: Table = [[40, 3], [50, 1], [90, 0], [110, 1], [130, 2], [Infinity, 3]];
const TEMPERATURE: Table = [[35, 3], [36, 1], [38, 0], [39, 1], [Infinity, 2]];
const OXYGEN_POINTS = 2;
const NOT_ALERT_POINTS = 3;
/** The paper chart's bands of each measure that is a number, lowest first: up to and including, and so many points. */
export const BANDS: Readonly<Record<"respiration" | "saturation" | "saturation2Air" | "saturation2Oxygen" | "systolic" | "pulse" | "temperature", Table>> = {
  respiration: RESPIRATION, saturation: SATURATION_1, saturation2Air: SATURATION_2_AIR, saturation2Oxygen: SATURATION_2_OXYGEN, systolic: SYSTOLIC, pulse: PULSE, temperature: TEMPERATURE,
};
const SINGLE_MAX = 3;
const MEDIUM_FROM = 5;
const HIGH_FROM = 7;

/** The table's steps are whole numbers (tenths for temperature), so values between are rounded to its step first. */
function pointsOf(table: Table, value: number, step = 1): number {
  const rounded = Math.round(value / step) * step;
  return table.find(([upTo]) => rounded <= upTo + step / 10)?.[1] ?? 0;
}

function saturationPoints(value: number, oxygen: boolean | undefined, scale: Scale): number | undefined {
  if (scale === 1) return pointsOf(SATURATION_1, value);
  const onAir = pointsOf(SATURATION_2_AIR, value);
  const onOxygen = pointsOf(SATURATION_2_OXYGEN, value);
  // On scale 2 a high value counts only with oxygen: not knowing which, nothing is said when they differ.
  return oxygen === undefined ? (onAir === onOxygen ? onAir : undefined) : oxygen ? onOxygen : onAir;
}

export function riskOf(score: number, single: number, complete: boolean): Risk | null {
  if (score >= HIGH_FROM) return "high";
  if (!complete) return null;
  if (score >= MEDIUM_FROM) return "medium";
  return single >= SINGLE_MAX ? "lowMedium" : "low";
}

export function news2(v: Vitals, scale: Scale = 1): News2 {
  const known: Record<Measure, number | undefined> = {
    respiration: v.respiration === undefined ? undefined : pointsOf(RESPIRATION, v.respiration),
    saturation: v.saturation === undefined ? undefined : saturationPoints(v.saturation, v.oxygen, scale),
    oxygen: v.oxygen === undefined ? undefined : v.oxygen ? OXYGEN_POINTS : 0,
    systolic: v.systolic === undefined ? undefined : pointsOf(SYSTOLIC, v.systolic),
    pulse: v.pulse === undefined ? undefined : pointsOf(PULSE, v.pulse),
    consciousness: v.alert === undefined ? undefined : v.alert ? 0 : NOT_ALERT_POINTS,
    temperature: v.temperature === undefined ? undefined : pointsOf(TEMPERATURE, v.temperature, 0.1),
  };
  const points: Partial<Record<Measure, number>> = {};
  const missing: Measure[] = [];
  for (const measure of MEASURES) {
    const n = known[measure];
    if (n === undefined) missing.push(measure);
    else points[measure] = n;
  }
  const given = Object.values(points);
  const score = given.reduce((sum, n) => sum + n, 0);
  return { score, missing, points, risk: riskOf(score, Math.max(0, ...given), missing.length === 0) };
}
