// SPDX-License-Identifier: Apache-2.0
// What a result rests on: each piece of evidence by its name, as it is now; of people those whom the caller may be told of.
import { told } from "../api.ts";
import type { ReadinessCheckpoint } from "../types.ts";

/** line: what it says, when the service tells. */
export interface Piece { reference: string; name: string; line: string }
export interface Evidence { pieces: Piece[] }

interface Person { role: string; name: string; code: string; done: boolean; firstDone?: boolean; tries?: number; on?: string; evidence?: string }
interface Part { name: string; numerator: number; denominator: number }
interface Told { evidence: { reference: string; name: string }[]; part: Part[]; people?: Person[] }

const personOf = (p: Person): Piece => ({
  reference: p.evidence ?? p.role, name: p.name === "" ? p.role : p.name, line: [p.done ? "✓" : "✗", p.code, p.on ?? "", p.tries === undefined ? "" : `${p.tries}`].filter((t) => t !== "").join(" · "),
});
const partOf = (p: Part): Piece => ({ reference: "", name: p.name, line: `${p.numerator} / ${p.denominator}` });

export async function readEvidence(it: ReadinessCheckpoint, code: string, signal: AbortSignal): Promise<Evidence> {
  const all = (await told(`ReadinessCheckpoint/${it.id ?? ""}/$evidence?criterion=${encodeURIComponent(code)}`, signal)) as Told;
  return { pieces: [...all.part.map(partOf), ...(all.people ?? []).map(personOf), ...all.evidence.map((e) => ({ reference: e.reference, name: e.name === "" ? e.reference : e.name, line: "" }))] };
}
