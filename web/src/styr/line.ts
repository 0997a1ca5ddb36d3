// SPDX-License-Identifier: Apache-2.0
// The critical line: units by checkpoints. Pure. The planned date is carried along to be shown apart and is compared with nothing.
import { nameOf } from "./api.ts";
import { worst } from "./board.ts";
import type { Decision } from "./types.ts";

/** What the service tells of an initiative's line, with its results counted. */
export interface Told {
  checkpoint: { id: string; unit: string; definition: string; wave?: string; plannedDate?: string; status: string; asOf?: string; verdict: string; earliest?: string; unmet: number; stale: number }[];
  unit: { reference: string; name?: string }[];
  definition: { reference: string; name?: string; title?: string; offsetDays?: number; lockedOn?: string }[];
  programme?: { verdict: string; earliest?: string };
}

export interface Stop { id: string; title: string; offset: number | undefined; locked: string }
export interface Cell { id: string; verdict: string | undefined; earliest: string; unmet: number; stale: number; frozen: boolean }
export interface UnitRow { unit: string; name: string; wave: string; cells: ReadonlyMap<string, Cell>; verdict: string | undefined; earliest: string; planned: string }
export interface Override { id: string; outcome: string; decidedOn: string; decider: string; motivation: string; criteria: string; notified: string; computed: string }
export interface Line { title: string; stops: Stop[]; rows: UnitRow[]; verdict: string | undefined; worstUnit: string; earliest: string; overrides: Override[] }

type Checkpoint = Told["checkpoint"][number];

function cellOf(one: Checkpoint): Cell {
  return { id: one.id, verdict: one.verdict, earliest: one.earliest ?? "", unmet: one.unmet, stale: one.stale, frozen: one.status === "frozen" };
}

/** The latest of them; none when one is not known. */
export const latest = (dates: readonly string[]) => (dates.length === 0 || dates.includes("") ? "" : dates.reduce((a, b) => (a > b ? a : b)));

/** Where a unit has been at a checkpoint more than once, the open one counts, and else the newest. */
const byAge = (a: Checkpoint, b: Checkpoint) => Number(a.status === "open") - Number(b.status === "open") || (a.asOf ?? "").localeCompare(b.asOf ?? "");

export function rowsOf(told: Told): UnitRow[] {
  const names = new Map(told.unit.map((u) => [u.reference, u.name ?? u.reference]));
  const units = new Map<string, Checkpoint[]>();
  for (const one of told.checkpoint) units.set(one.unit, [...(units.get(one.unit) ?? []), one]);
  const rows = [...units].map(([unit, held]) => {
    const cells = new Map([...held].sort(byAge).map((one) => [one.definition, cellOf(one)]));
    const all = [...cells.values()];
    return { unit, name: names.get(unit) ?? unit, wave: held[0]?.wave ?? "", cells, verdict: worst(all.map((c) => c.verdict)), earliest: latest(all.map((c) => c.earliest)), planned: held.map((c) => c.plannedDate ?? "").sort().at(-1) ?? "" };
  });
  return rows.sort((a, b) => a.wave.localeCompare(b.wave, "sv") || a.name.localeCompare(b.name, "sv"));
}

/** Go-live decisions that went against the computed verdict, newest first. */
export function overridesOf(decisions: readonly Decision[]): Override[] {
  return decisions.filter((d) => d.override !== undefined).map((d) => ({
    id: d.id ?? "", outcome: d.outcome, decidedOn: d.decidedOn ?? "", decider: nameOf(d.decider), motivation: d.override?.motivation ?? "",
    criteria: (d.override?.criterion ?? []).map((c) => c.code).join(", "), notified: (d.override?.notified ?? []).map(nameOf).join(", "), computed: d.computedVerdict ?? "",
  })).sort((a, b) => b.decidedOn.localeCompare(a.decidedOn));
}

export function lineOf(title: string, told: Told, decisions: readonly Decision[]): Line {
  const rows = rowsOf(told);
  const stops = told.definition.map((d) => ({ id: d.reference, title: d.title ?? d.name ?? d.reference, offset: d.offsetDays, locked: d.lockedOn ?? "" })).sort((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
  return { title, stops, rows, verdict: told.programme?.verdict, worstUnit: rows.find((r) => r.verdict === told.programme?.verdict)?.name ?? "", earliest: told.programme?.earliest ?? "", overrides: overridesOf(decisions) };
}
