// SPDX-License-Identifier: Apache-2.0
// What of the timeline is shown, as it stands in the address, and what that hides, counted. Pure functions.
import type { EventType } from "../chart/events.ts";
import { bounds, readSpan, within, type Span } from "./span.ts";

/** The kinds, by the chart's list each is read from, in the order they stand among the filters. */
export const KINDS = [
  "encounters", "appointments", "conditions", "measurements", "prescriptions", "statements", "documents", "compositions", "reports", "referrals", "procedures", "immunizations", "carePlans", "allergies", "flags",
] as const;
export type Kind = (typeof KINDS)[number];

/** One thing of the record: enough to place it, count it and leave it out. */
export interface Entry {
  /** "Type/id" */
  key: string;
  type: EventType;
  kind: Kind;
  date: string;
  time: number;
  /** "Organization/x" that the record says it belongs to; "" when it says none. */
  unit: string;
}

export interface View {
  span: Span;
  /** Those left out. */
  without: ReadonlySet<Kind>;
  /** "": all; "-": what has no unit; else an Organization's id. */
  unit: string;
  /** Only what is new since one's last visit. */
  fresh: boolean;
  table: boolean;
}

export const NO_UNIT = "-";
export const EVERYTHING: View = { span: "", without: new Set(), unit: "", fresh: false, table: false };

export function readView(query: string): View {
  const asked = new URLSearchParams(query);
  const left = (asked.get("utan") ?? "").split(",");
  const unit = asked.get("enhet") ?? "";
  return {
    span: readSpan(asked.get("tid") ?? ""), without: new Set(KINDS.filter((kind) => left.includes(kind))), unit: /^(?:-|[A-Za-z0-9.-]{1,64})$/.test(unit) ? unit : "",
    fresh: asked.get("nytt") === "1", table: asked.get("vy") === "tabell",
  };
}

/** What follows "?" in the address; "" when nothing is left out. */
export function viewQuery(view: View): string {
  const asked = { tid: view.span, utan: KINDS.filter((kind) => view.without.has(kind)).join(","), enhet: view.unit, nytt: view.fresh ? "1" : "", vy: view.table ? "tabell" : "" };
  return new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== "")).toString().replaceAll("%2C", ",");
}

/** Each hidden entry is counted once, by the first of these that hides it, in this order. */
export interface Hidden { time: number; undated: number; kinds: number; unit: number; seen: number }

export interface Sifted<E extends Entry> {
  shown: E[];
  hidden: Hidden;
  /** What each filter has to choose from, the other filters as they are. */
  perKind: ReadonlyMap<Kind, number>;
  perUnit: ReadonlyMap<string, number>;
  /** New ones within the stretch of time and the other filters. */
  fresh: number;
}

const unitId = (entry: Entry) => (entry.unit === "" ? NO_UNIT : entry.unit.slice(entry.unit.indexOf("/") + 1));

export function sift<E extends Entry>(entries: readonly E[], view: View, isNew: (key: string) => boolean, now: number): Sifted<E> {
  const hidden: Hidden = { time: 0, undated: 0, kinds: 0, unit: 0, seen: 0 };
  const perKind = new Map<Kind, number>();
  const perUnit = new Map<string, number>();
  const shown: E[] = [];
  const span = bounds(view.span, now);
  let fresh = 0;
  const add = <K>(to: Map<K, number>, key: K) => to.set(key, (to.get(key) ?? 0) + 1);
  for (const entry of entries) {
    if (view.span !== "" && !within(span, entry.time)) {
      if (Number.isFinite(entry.time)) hidden.time++;
      else hidden.undated++;
      continue;
    }
    const ofKind = !view.without.has(entry.kind);
    const ofUnit = view.unit === "" || view.unit === unitId(entry);
    const is = isNew(entry.key);
    const unseen = !view.fresh || is;
    if (ofUnit && unseen) add(perKind, entry.kind);
    if (ofKind && unseen) add(perUnit, unitId(entry));
    if (ofKind && ofUnit && is) fresh++;
    if (!ofKind) hidden.kinds++;
    else if (!ofUnit) hidden.unit++;
    else if (!unseen) hidden.seen++;
    else shown.push(entry);
  }
  return { shown, hidden, perKind, perUnit, fresh };
}

export function hiddenCount(hidden: Hidden): number {
  return hidden.time + hidden.undated + hidden.kinds + hidden.unit + hidden.seen;
}
