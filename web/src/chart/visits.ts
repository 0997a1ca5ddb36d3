// SPDX-License-Identifier: Apache-2.0
// When the user last was in each chart, and when a new visit begins. Pure functions; news.ts keeps it.
/** since: the end of the visit before this one, "" for none. seen: the latest time of this one. */
export interface Visit { since: string; seen: string }
export type Visits = Readonly<Record<string, Visit>>;

/** Away longer than this, one comes back to a new visit. A reload is the same one. */
export const VISIT_PAUSE_MS = 30 * 60_000;
export const VISITS_MAX = 300;

/** The visit that one is in when the chart is shown now. */
export function arrive(before: Visit | undefined, now: string): Visit {
  if (before === undefined) return { since: "", seen: now };
  if (now <= before.seen) return before;
  const away = Date.parse(now) - Date.parse(before.seen);
  return { since: away > VISIT_PAUSE_MS ? before.seen : before.since, seen: now };
}

/** Of each patient the visit that was latest; the oldest give way. */
export function mergeVisits(mine: Visits, theirs: Visits): Visits {
  const all = { ...theirs };
  for (const [id, visit] of Object.entries(mine)) if (visit.seen > (theirs[id]?.seen ?? "")) all[id] = visit;
  return Object.fromEntries(Object.entries(all).sort(([, a], [, b]) => b.seen.localeCompare(a.seen)).slice(0, VISITS_MAX));
}
