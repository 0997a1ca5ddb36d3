// SPDX-License-Identifier: Apache-2.0
// The critical line of an initiative, and which initiatives have one.
import { find, idOf, one } from "../api.ts";
import { lineOf, type Line } from "../line.ts";

export interface Choice { id: string; title: string }

/** Initiatives that units have checkpoints for. */
export async function readLined(signal: AbortSignal): Promise<Choice[]> {
  const [initiatives, checkpoints] = await Promise.all([find("Initiative", [], signal), find("ReadinessCheckpoint", [["_elements", "initiative"]], signal)]);
  const lined = new Set(checkpoints.all.map((c) => idOf(c.initiative)));
  return initiatives.all.filter((i) => i.id !== undefined && lined.has(i.id)).map((i) => ({ id: i.id ?? "", title: i.title ?? "" })).sort((a, b) => a.title.localeCompare(b.title, "sv"));
}

export async function readLine(initiative: string, signal: AbortSignal): Promise<Line> {
  const [it, definitions, checkpoints, decisions] = await Promise.all([
    one("Initiative", initiative, signal), find("CheckpointDefinition", [], signal), find("ReadinessCheckpoint", [["initiative", `Initiative/${initiative}`]], signal), find("Decision", [["kind", "go-live"]], signal),
  ]);
  return lineOf(initiative, it.title ?? initiative, definitions.all, checkpoints.all, decisions.all);
}
