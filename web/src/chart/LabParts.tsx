// SPDX-License-Identifier: Apache-2.0
// A laboratory value with its mark, its reference interval, and its small curve.
import { decimal, decimals } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { series, type Analyte, type LabValue, type Level } from "./labs.ts";

const ARROWS: Readonly<Partial<Record<Level, IconName>>> = { criticalHigh: "doubleUp", high: "up", low: "down", criticalLow: "doubleDown", abnormal: "mark" };

interface ValueProps {
  value: LabValue;
  unit?: boolean;
  /** False where the same words stand beside it. */
  words?: boolean;
}

/** Arrow, word and colour together; each of them alone is enough. */
export function Value({ value, unit = false, words = true }: ValueProps) {
  const arrow = ARROWS[value.level];
  const mark = words ? t.value.labs.levelsShort[value.level] : "";
  const status = value.observation.status;
  const l = t.value.labs;
  return (
    <span class={`lv lv-${value.level}`}>
      {arrow === undefined ? null : <Icon name={arrow} />}
      <span class="lv-text num">{value.number === null ? value.text : decimal(value.text)}{unit && value.unit !== "" ? ` ${value.unit}` : ""}</span>
      {mark === "" ? null : <span class="lv-mark">{mark}</span>}
      {!words ? null : status === "preliminary" || status === "registered" ? <span class="lv-status">{l.preliminary}</span> : status === "corrected" || status === "amended" ? <span class="lv-status">{l.corrected}</span> : null}
    </span>
  );
}

/** "3,5–4,4", "< 5", "> 90", or the laboratory's own words. */
export function rangeOf(value: LabValue | undefined): string {
  if (value === undefined) return "";
  const low = value.low === null ? "" : decimal(value.low.text);
  const high = value.high === null ? "" : decimal(value.high.text);
  if (low !== "" && high !== "") return `${low}–${high}`;
  if (high !== "") return `≤ ${high}`;
  return low !== "" ? `≥ ${low}` : decimals(value.rangeText);
}

const WIDTH = 96;
const HEIGHT = 26;
const MARGIN = 3;
const POINTS_MAX = 30;

/** The latest values as a curve; the grey band is the reference interval. The numbers stand beside it. */
export function Sparkline({ row }: { row: Analyte }) {
  const points = series(row).slice(-POINTS_MAX);
  const last = points[points.length - 1];
  if (points.length < 2 || last === undefined) return null;
  const values = points.map((p) => p.number ?? 0);
  const bounds = [last.low?.value, last.high?.value].filter((v) => v !== undefined);
  const min = Math.min(...values, ...bounds);
  const span = Math.max(...values, ...bounds) - min || 1;
  const start = points[0]?.time ?? 0;
  const time = last.time - start || 1;
  const x = (at: number) => MARGIN + ((at - start) / time) * (WIDTH - 2 * MARGIN);
  const y = (v: number) => HEIGHT - MARGIN - ((v - min) / span) * (HEIGHT - 2 * MARGIN);
  const top = last.high === null ? MARGIN : y(last.high.value);
  const bottom = last.low === null ? HEIGHT - MARGIN : y(last.low.value);
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true" focusable="false">
      {bounds.length === 0 ? null : <rect class="spark-band" x="0" y={top} width={WIDTH} height={Math.max(1, bottom - top)} />}
      <polyline class="spark-line" points={points.map((p, i) => `${x(p.time).toFixed(1)},${y(values[i] ?? 0).toFixed(1)}`).join(" ")} />
      <circle class={`spark-dot lv-${last.level}`} cx={x(last.time)} cy={y(last.number ?? 0)} r="2.6" />
    </svg>
  );
}
