// SPDX-License-Identifier: Apache-2.0
// The critical line of an initiative, and which initiatives have one, as the service tells them.
import { find, told } from "../api.ts";
import { lineOf, type Line, type Told } from "../line.ts";
import { readBoard } from "./board.ts";

export interface Choice { reference: string; id: string; title: string }

/** Initiatives and projects that units have checkpoints for. */
export async function readLined(signal: AbortSignal): Promise<Choice[]> {
  const board = await readBoard(signal);
  return board.item.filter((item) => (item.checkpoints ?? 0) > 0).map((item) => ({ reference: item.reference, id: item.reference.split("/")[1] ?? "", title: item.title ?? item.reference })).sort((a, b) => a.title.localeCompare(b.title, "sv"));
}

export async function readLine(choice: Choice, signal: AbortSignal): Promise<Line> {
  const [line, decisions] = await Promise.all([told(`ReadinessCheckpoint/$line?${new URLSearchParams({ initiative: choice.reference, results: "counts" })}`, signal), find("Decision", [["kind", "go-live"], ["initiative", choice.reference]], signal)]);
  return lineOf(choice.title, line as Told, decisions.all);
}
