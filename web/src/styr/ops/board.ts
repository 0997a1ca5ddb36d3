// SPDX-License-Identifier: Apache-2.0
// The board, put together of the resources it shows.
import { find, todayText } from "../api.ts";
import { cardOf, columnsOf, type Pieces, type Pipeline } from "../board.ts";

export async function readPieces(signal: AbortSignal): Promise<Pieces & { more: boolean }> {
  const [processes, initiatives, cases, decisions, checkpoints, portfolios] = await Promise.all([
    find("ProcessDefinition", [["status", "active"]], signal), find("Initiative", [], signal), find("DecisionCase", [], signal),
    find("Decision", [], signal), find("ReadinessCheckpoint", [["status", "open"]], signal), find("Portfolio", [], signal),
  ]);
  return {
    processes: processes.all, initiatives: initiatives.all, cases: cases.all, decisions: decisions.all, checkpoints: checkpoints.all, portfolios: portfolios.all,
    more: [initiatives, cases, decisions, checkpoints].some((one) => one.more),
  };
}

export async function readPipeline(unnamed: (n: number) => string, signal: AbortSignal): Promise<Pipeline> {
  const pieces = await readPieces(signal);
  const process = pieces.processes[0];
  const today = todayText();
  const cards = pieces.initiatives.map((one) => cardOf(one, pieces, today));
  return { columns: columnsOf(process?.phase ?? [], cards, unnamed), process: process?.name ?? "", more: pieces.more };
}
