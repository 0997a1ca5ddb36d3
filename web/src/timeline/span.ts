// SPDX-License-Identifier: Apache-2.0
// Stretches of time as the timeline shows them: all, ten years, a year, a month, a day, or the latest 30 days. Each is
// a short word that stands in the address: "", "202x", "2024", "2024-03", "2024-03-10", "30d". In the reader's own time
// zone. Pure functions.
export type Span = string;
export type Level = "all" | "decade" | "year" | "month" | "day" | "recent";
/** In the order of zooming in. */
export const ZOOM = ["all", "decade", "year", "month", "day"] as const satisfies readonly Level[];
export const ALL: Span = "";
export const RECENT: Span = "30d";
export const RECENT_DAYS = 30;
/** With more years than this the whole is shown by decades. */
const YEARS_MAX = 24;

const FORMS: readonly [Level, RegExp][] = [
  ["all", /^$/], ["recent", /^30d$/], ["decade", /^\d{3}x$/], ["year", /^\d{4}$/], ["month", /^\d{4}-(?:0[1-9]|1[0-2])$/], ["day", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/],
];

/** null: no stretch of time. */
export function levelOf(text: string): Level | null {
  return FORMS.find(([, form]) => form.test(text))?.[0] ?? null;
}

export function readSpan(text: string): Span {
  return levelOf(text) === null ? ALL : text;
}

const two = (n: number) => String(n).padStart(2, "0");
const four = (n: number) => String(n).padStart(4, "0");

/** The stretch of that level that a time lies in. */
export function spanAt(level: Level, time: number): Span {
  const at = new Date(time);
  const year = four(at.getFullYear());
  switch (level) {
    case "all": return ALL;
    case "recent": return RECENT;
    case "decade": return `${year.slice(0, 3)}x`;
    case "year": return year;
    case "month": return `${year}-${two(at.getMonth() + 1)}`;
    case "day": return `${year}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  }
}

export interface Bounds { /** Inclusive. */ from: number; /** Exclusive. */ to: number }

/** A day that is not in the calendar ("2024-02-31") runs over into the next month, as dates do. */
export function bounds(span: Span, now: number): Bounds {
  const at = (year: number, month: number, day: number) => { const date = new Date(2000, 0, 1); date.setFullYear(year, month, day); return date.getTime(); };
  const [year = 0, month = 1, day = 1] = span.replace("x", "0").split("-").map(Number);
  switch (levelOf(span)) {
    case "decade": return { from: at(year, 0, 1), to: at(year + 10, 0, 1) };
    case "year": return { from: at(year, 0, 1), to: at(year + 1, 0, 1) };
    case "month": return { from: at(year, month - 1, 1), to: at(year, month, 1) };
    case "day": return { from: at(year, month - 1, day), to: at(year, month - 1, day + 1) };
    case "recent": {
      const today = new Date(now);
      return { from: at(today.getFullYear(), today.getMonth(), today.getDate() - RECENT_DAYS + 1), to: at(today.getFullYear(), today.getMonth(), today.getDate() + 1) };
    }
    default: return { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  }
}

export function within(bounds: Bounds, time: number): boolean {
  return time >= bounds.from && time < bounds.to;
}

/** The next wider stretch that holds it. */
export function wider(span: Span, now: number): Span {
  const level = levelOf(span);
  if (level === "recent") return spanAt("year", now);
  const up = ZOOM[ZOOM.indexOf(level as (typeof ZOOM)[number]) - 1];
  return up === undefined ? ALL : spanAt(up, bounds(span, now).from);
}

/** The stretch of that level about a time: where one is, as far as that can be kept. */
export function zoomTo(level: Level, span: Span, about: number, now: number): Span {
  const here = bounds(span, now);
  return spanAt(level, within(here, about) ? about : Number.isFinite(here.to) ? Math.min(here.to - 1, Math.max(now, here.from)) : about);
}

/** The stretch of equal length before (-1) or after (1). */
export function besides(span: Span, step: 1 | -1, now: number): Span {
  const level = levelOf(span);
  if (level === null || level === "all") return span;
  const { from, to } = bounds(span, now);
  return spanAt(level === "recent" ? "month" : level, step > 0 ? to : from - 1);
}

/** Its parts, oldest first; of the whole, those from the first thing to the last. A day has no parts: its month's are shown. */
export function parts(span: Span, first: number, last: number, now: number): Span[] {
  const level = levelOf(span);
  if (level === "day") return parts(wider(span, now), first, last, now);
  const whole = level === "all" || level === null;
  const of = whole ? { from: first, to: last + 1 } : bounds(span, now);
  if (!Number.isFinite(of.from) || !Number.isFinite(of.to)) return [];
  const years = new Date(last).getFullYear() - new Date(first).getFullYear() + 1;
  const part: Level = whole ? (years > YEARS_MAX ? "decade" : "year") : level === "decade" ? "year" : level === "year" ? "month" : "day";
  const found: Span[] = [];
  for (let at = bounds(spanAt(part, of.from), now); at.from < of.to; at = bounds(spanAt(part, at.to), now)) found.push(spanAt(part, at.from));
  return found;
}

/** How many of the times lie in each part. Parts follow on one another, oldest first; times may stand in any order. */
export function countIn(spans: readonly Span[], times: readonly number[], now: number): number[] {
  const starts = spans.map((span) => bounds(span, now).from);
  const end = spans.length === 0 ? 0 : bounds(spans[spans.length - 1] ?? ALL, now).to;
  const counts = spans.map(() => 0);
  for (const time of times) {
    if (!(time >= (starts[0] ?? Infinity)) || time >= end) continue;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= time) low = middle;
      else high = middle - 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  return counts;
}

