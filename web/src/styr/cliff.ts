// SPDX-License-Identifier: Apache-2.0
// The contract cliff: systems by the quarter their contract ends in, and when procurement must have begun at the latest. Pure.
export type Urgency = "late" | "ended" | "soon" | "ok" | "unknown";
export interface Asset { id: string; name: string; owner: string; end: string; latestStart: string; urgency: Urgency; lead: number | null; cost: number | null; criticality: string; obsolete: boolean; replacedBy: string; extension: string }
export interface Quarter { name: string; assets: Asset[]; cost: number; late: number }
export interface Cliff { quarters: Quarter[]; unknown: Asset[] }

const QUARTERS = 4;
const QUARTERS_MAX = 120;
const numberOf = (name: string) => { const match = /^(\d+) K([1-4])$/.exec(name); return match === null ? NaN : Number(match[1]) * QUARTERS + Number(match[2]) - 1; };
const nameOf = (n: number) => `${Math.floor(n / QUARTERS)} K${(n % QUARTERS) + 1}`;

/** With the quarters between them in which nothing ends, so that they show as such. */
export function filled(quarters: readonly Quarter[]): Quarter[] {
  const first = numberOf(quarters[0]?.name ?? "");
  const last = numberOf(quarters.at(-1)?.name ?? "");
  if (Number.isNaN(first) || Number.isNaN(last) || last < first || last - first >= QUARTERS_MAX) return [...quarters];
  return Array.from({ length: last - first + 1 }, (_, i) => quarters.find((q) => q.name === nameOf(first + i)) ?? { name: nameOf(first + i), assets: [], cost: 0, late: 0 });
}
