// SPDX-License-Identifier: Apache-2.0
// The critical line: units by checkpoints. Pure. The planned date is carried along to be shown apart and is compared with nothing.
import { idOf, nameOf } from "./api.ts";
import { worst } from "./board.ts";
import type { CheckpointDefinition, Decision, ReadinessCheckpoint } from "./types.ts";

export interface Stop { id: string; title: string; offset: number | undefined; locked: string }
export interface Cell { id: string; verdict: string | undefined; earliest: string; unmet: number; stale: number; frozen: boolean }
export interface UnitRow { unit: string; name: string; wave: string; cells: ReadonlyMap<string, Cell>; verdict: string | undefined; earliest: string; planned: string }
export interface Override { id: string; outcome: string; decidedOn: string; decider: string; motivation: string; criteria: string; notified: string; computed: string }
export interface Line { initiative: string; title: string; stops: Stop[]; rows: UnitRow[]; verdict: string | undefined; worstUnit: string; earliest: string; overrides: Override[] }

function cellOf(one: ReadinessCheckpoint): Cell {
  const of = (state: string) => (one.result ?? []).filter((r) => r.state === state).length;
  return { id: one.id ?? "", verdict: one.verdict, earliest: one.earliest ?? "", unmet: of("unmet") + of("missing"), stale: of("stale"), frozen: one.status === "frozen" };
}

/** Checkpoints in the order of the line: furthest before the start first. */
export function stopsOf(definitions: readonly CheckpointDefinition[], used: ReadonlySet<string>): Stop[] {
  return definitions.filter((d) => d.id !== undefined && used.has(d.id)).map((d) => ({ id: d.id ?? "", title: d.title ?? d.name ?? "", offset: d.offsetDays, locked: d.lockedOn ?? "" })).sort((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
}

const later = (a: string, b: string) => (a === "" || b === "" ? "" : a > b ? a : b);
/** The latest of them; none when one is not known. */
export const latest = (dates: readonly string[]) => (dates.length === 0 ? "" : dates.reduce(later));

export function rowsOf(checkpoints: readonly ReadinessCheckpoint[]): UnitRow[] {
  const units = new Map<string, ReadinessCheckpoint[]>();
  for (const one of checkpoints) {
    const unit = idOf(one.unit);
    units.set(unit, [...(units.get(unit) ?? []), one]);
  }
  const rows = [...units].map(([unit, held]) => {
    // An open checkpoint says what is known now; a frozen one what was known then.
    const newest = [...held].sort((a, b) => Number(a.status === "open") - Number(b.status === "open") || (a.asOf ?? "").localeCompare(b.asOf ?? ""));
    const cells = new Map(newest.map((one) => [idOf(one.definition), cellOf(one)]));
    const open = [...cells.values()];
    return {
      unit, name: nameOf(held[0]?.unit), wave: held[0]?.wave ?? "", cells, verdict: worst(open.map((c) => c.verdict)),
      earliest: latest(open.map((c) => c.earliest)), planned: held.map((c) => c.plannedDate ?? "").sort().at(-1) ?? "",
    };
  });
  return rows.sort((a, b) => a.wave.localeCompare(b.wave, "sv") || a.name.localeCompare(b.name, "sv"));
}

/** Go-live decisions that went against the computed verdict, newest first. */
export function overridesOf(decisions: readonly Decision[], mine: (d: Decision) => boolean): Override[] {
  return decisions.filter((d) => d.override !== undefined && mine(d)).map((d) => ({
    id: d.id ?? "", outcome: d.outcome ?? "", decidedOn: d.decidedOn ?? "", decider: nameOf(d.decider), motivation: d.override?.motivation ?? "",
    criteria: (d.override?.criterion ?? []).map((c) => c.code ?? "").join(", "), notified: (d.override?.notified ?? []).map(nameOf).join(", "), computed: d.computedVerdict ?? "",
  })).sort((a, b) => b.decidedOn.localeCompare(a.decidedOn));
}

export function lineOf(initiative: string, title: string, definitions: readonly CheckpointDefinition[], checkpoints: readonly ReadinessCheckpoint[], decisions: readonly Decision[]): Line {
  const rows = rowsOf(checkpoints);
  const own = new Set(checkpoints.map((c) => c.id ?? ""));
  const verdict = worst(rows.map((r) => r.verdict));
  return {
    initiative, title, stops: stopsOf(definitions, new Set(checkpoints.map((c) => idOf(c.definition)))), rows, verdict,
    worstUnit: rows.find((r) => r.verdict === verdict)?.name ?? "", earliest: latest(rows.map((r) => r.earliest)),
    overrides: overridesOf(decisions, (d) => idOf(d.initiative) === initiative || (d.checkpoint ?? []).some((c) => own.has(idOf(c)))),
  };
}
