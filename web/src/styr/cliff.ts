// SPDX-License-Identifier: Apache-2.0
// The contract cliff: systems by the quarter their contract ends in, and when procurement must have begun at the latest. Pure.
import { nameOf } from "./api.ts";
import type { SystemAsset } from "./types.ts";

export type Urgency = "late" | "soon" | "ok" | "unknown";
export interface Asset { id: string; name: string; owner: string; end: string; latestStart: string; urgency: Urgency; lead: number | undefined; cost: number | undefined; criticality: string; obsolete: boolean; replacedBy: string; extension: string }
export interface Quarter { name: string; assets: Asset[]; cost: number; late: number }
export interface Cliff { quarters: Quarter[]; unknown: Asset[] }

const MONTHS_A_QUARTER = 3;
const SOON_MONTHS = 6;

/** So many months before a date, on its last day when the month has no such day. */
export function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 1, dayOf = 1] = date.slice(0, 10).split("-").map(Number);
  const at = year * 12 + (month - 1) - months;
  const y = Math.floor(at / 12);
  const m = at - y * 12;
  const last = new Date(Date.UTC(y, m + 1, 0)).getUTCDate();
  return `${String(y).padStart(4, "0")}-${String(m + 1).padStart(2, "0")}-${String(Math.min(dayOf, last)).padStart(2, "0")}`;
}

export function assetOf(one: SystemAsset, today: string): Asset {
  const end = one.contractEnd ?? "";
  const latestStart = end === "" || one.leadTimeMonths === undefined ? "" : monthsBefore(end, one.leadTimeMonths);
  const urgency = latestStart === "" ? "unknown" : latestStart <= today ? "late" : monthsBefore(latestStart, SOON_MONTHS) <= today ? "soon" : "ok";
  return {
    id: one.id ?? "", name: one.name, owner: nameOf(one.owner), end, latestStart, urgency, lead: one.leadTimeMonths, cost: one.annualCost?.value,
    criticality: one.criticality ?? "", obsolete: one.obsolete === true, replacedBy: nameOf(one.replacedBy), extension: one.extensionOption ?? "",
  };
}

export const quarterOf = (date: string) => `${date.slice(0, 4)} K${Math.ceil(Number(date.slice(5, 7)) / MONTHS_A_QUARTER)}`;

/** Every quarter from the first to the last that has a contract ending, so that empty ones show as such. */
export function cliffOf(assets: readonly Asset[]): Cliff {
  const dated = assets.filter((a) => a.end !== "").sort((a, b) => a.end.localeCompare(b.end) || a.name.localeCompare(b.name, "sv"));
  const first = dated[0]?.end ?? "";
  const last = dated.at(-1)?.end ?? "";
  const quarters: Quarter[] = [];
  const QUARTERS_MAX = 80;
  for (let at = `${first.slice(0, 7)}-01`; first !== "" && quarters.length < QUARTERS_MAX; at = monthsBefore(at, -MONTHS_A_QUARTER)) {
    const name = quarterOf(at);
    const own = dated.filter((a) => quarterOf(a.end) === name);
    quarters.push({ name, assets: own, cost: own.reduce((sum, a) => sum + (a.cost ?? 0), 0), late: own.filter((a) => a.urgency === "late").length });
    if (name === quarterOf(last)) break;
  }
  return { quarters, unknown: assets.filter((a) => a.end === "") };
}
