// SPDX-License-Identifier: Apache-2.0
// The trend curve, drawn with uPlot in the colours of the page.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { decimal } from "../i18n/format.ts";
import { language } from "../i18n/index.ts";
import type { LabValue } from "./labs.ts";

const HEIGHT = 260;
const DAY_S = 86_400;
const HEADROOM = 0.12;
const X_ROOM = 0.02;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Labels along time: as fine as the steps between them. */
function timeLabels(_: uPlot, splits: number[], __: number, ___: number, step: number): string[] {
  const locale = language.value === "sv" ? "sv-SE" : "en-GB";
  const style: Intl.DateTimeFormatOptions = step >= 365 * DAY_S ? { year: "numeric" } : step >= 28 * DAY_S ? { month: "short", year: "numeric" }
    : step >= DAY_S ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const format = new Intl.DateTimeFormat(locale, style);
  return splits.map((s) => format.format(new Date(s * 1000)));
}

/** The reference interval of each stretch, as the laboratory gave it then. */
function drawBand(plot: uPlot, points: readonly LabValue[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour("--band");
  points.forEach((point, i) => {
    if (point.low === null && point.high === null) return;
    const left = i === 0 ? bbox.left : plot.valToPos(point.time / 1000, "x", true);
    const after = points[i + 1];
    const right = after === undefined ? bbox.left + bbox.width : plot.valToPos(after.time / 1000, "x", true);
    const top = point.high === null ? bbox.top : plot.valToPos(point.high.value, "y", true);
    const bottom = point.low === null ? bbox.top + bbox.height : plot.valToPos(point.low.value, "y", true);
    ctx.fillRect(left, top, right - left, bottom - top);
  });
  ctx.restore();
}

function yRange(points: readonly LabValue[]): [number, number] {
  const all = points.flatMap((p) => [p.number, p.low?.value, p.high?.value]).filter((v) => v !== undefined && v !== null);
  const min = Math.min(...all);
  const max = Math.max(...all);
  const room = (max - min || Math.abs(max) || 1) * HEADROOM;
  return [min >= 0 ? Math.max(0, min - room) : min - room, max + room];
}

function options(width: number, points: readonly LabValue[], point: (value: LabValue | null) => void): uPlot.Options {
  const axis: uPlot.Axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "12px sans-serif" };
  const line = colour("--accent");
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 10 } },
    scales: { x: { time: true, range: (_, min, max) => [min - (max - min || DAY_S) * X_ROOM, max + (max - min || DAY_S) * X_ROOM] }, y: { range: yRange(points) } },
    axes: [{ ...axis, values: timeLabels, space: 80 }, { ...axis, size: 56, values: (_, splits) => splits.map((s) => decimal(String(s))) }],
    series: [{}, { stroke: line, width: 2, points: { show: true, size: 7, stroke: line, fill: colour("--paper") } }],
    hooks: {
      drawClear: [(plot) => drawBand(plot, points)],
      setCursor: [(plot) => point(plot.cursor.idx === null || plot.cursor.idx === undefined ? null : (points[plot.cursor.idx] ?? null))],
    },
  };
}

/** Draws into the box until the answer is called; follows the box's width and the light or dark theme. */
export function drawTrend(box: HTMLElement, points: readonly LabValue[], point: (value: LabValue | null) => void): () => void {
  const data: uPlot.AlignedData = [points.map((p) => p.time / 1000), points.map((p) => p.number)];
  let plot = new uPlot(options(box.clientWidth, points, point), data, box);
  const redraw = () => {
    plot.destroy();
    plot = new uPlot(options(box.clientWidth, points, point), data, box);
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  const watch = new ResizeObserver(() => {
    if (box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: HEIGHT });
  });
  watch.observe(box);
  return () => {
    watch.disconnect();
    dark.removeEventListener("change", redraw);
    plot.destroy();
  };
}
