// SPDX-License-Identifier: Apache-2.0
// The board, as the service puts it together: every initiative and project, its verdict and what its cases lack.
import { bothOf, type Beside } from "../../fhir/translation.ts";
import { find, told } from "../api.ts";
import { columnsOf, type Card, type Pipeline, type ProjectRow } from "../board.ts";
import { say } from "../words.ts";

interface Driver { reference: string; name: string; contractEnd?: string; latestStart?: string; late: boolean }
export interface BoardItem {
  reference: string; title?: string; status?: string; level?: string; portfolio?: string; initiative?: string; identifier?: string; health?: string; phase?: number; ageDays?: number; verdict?: string; earliest?: string;
  checkpoints?: number; byVerdict?: Readonly<Record<string, number>>; lint: { code: string; text: string; _text?: Beside }[]; driver?: Driver;
}
interface Board { today: string; cut: boolean; item: BoardItem[] }

export const readBoard = async (signal: AbortSignal): Promise<Board> => (await told("Initiative/$board", signal)) as Board;
const idIn = (reference: string) => reference.slice(reference.indexOf("/") + 1);
const isProject = (item: BoardItem) => item.reference.startsWith("Project/");

const cardOf = (item: BoardItem): Card => ({
  id: idIn(item.reference), title: item.title ?? item.reference, diary: item.identifier ?? "", phase: item.phase ?? 1, status: item.status ?? "", gateAge: item.ageDays ?? null, flags: item.lint.map((one) => ({ code: one.code, text: bothOf(one.text, one._text) })), verdict: item.checkpoints === undefined ? undefined : item.verdict,
  level: item.level ?? "", driver: item.driver === undefined ? null : { name: item.driver.name, late: item.driver.late },
});

const projectOf = (item: BoardItem, all: readonly BoardItem[]): ProjectRow => ({
  id: idIn(item.reference), title: item.title ?? item.reference, status: item.status ?? "", level: item.level ?? "", health: item.health === undefined ? "" : say("health", item.health), verdict: item.checkpoints === undefined ? undefined : item.verdict,
  initiative: all.find((one) => one.reference === item.initiative)?.title ?? "", driver: item.driver?.name ?? "",
});

export async function readPipeline(unnamed: (n: number) => string, signal: AbortSignal): Promise<Pipeline> {
  const [processes, board] = await Promise.all([find("ProcessDefinition", [["status", "active"]], signal), readBoard(signal)]);
  const cards = board.item.filter((item) => !isProject(item)).map(cardOf);
  return { columns: columnsOf(processes.all[0]?.phase ?? [], cards, unnamed), projects: board.item.filter(isProject).map((item) => projectOf(item, board.item)), more: board.cut };
}
