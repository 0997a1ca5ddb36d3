// SPDX-License-Identifier: Apache-2.0
// Moving about in the timeline: each step is an address; what only narrows replaces the one before.
import { addressQuery, navigate, patientPath, replaceWith } from "../app/route.ts";
import type { Chart } from "../chart/model.ts";
import { showDate } from "../i18n/format.ts";
import { levelOf, type Span } from "./span.ts";
import { readView, viewQuery, type View } from "./view.ts";
import { l } from "./words.ts";

export function viewNow(): View {
  return readView(addressQuery.value);
}

export function viewPath(chart: Chart, view: View): string {
  const query = viewQuery(view);
  return patientPath(chart.id, "tidslinje") + (query === "" ? "" : `?${query}`);
}

/** Another stretch of time is somewhere else: back leads here. */
export function goTo(chart: Chart, view: View): void {
  navigate(viewPath(chart, view));
}

export function filterBy(chart: Chart, change: Partial<View>): void {
  replaceWith(viewPath(chart, { ...readView(addressQuery.peek()), ...change }));
}

/** "2020–2029", "2024", "mars 2024", "10 mars 2024". */
export function spanText(span: Span): string {
  const t = l.value.time;
  const level = levelOf(span);
  if (level === null || level === "all") return t.whole;
  if (level === "recent") return t.levels.recent.toLowerCase();
  return level === "decade" ? t.decade(span.replace("x", "0"), span.replace("x", "9")) : showDate(span);
}
