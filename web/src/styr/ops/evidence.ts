// SPDX-License-Identifier: Apache-2.0
// What a result rests on: each piece of evidence by its name.
import { nameOf } from "../api.ts";
import type { ReadinessCheckpoint } from "../types.ts";

/** line: what it says, when the service tells. */
export interface Piece { reference: string; name: string; line: string }
export interface Evidence { pieces: Piece[] }

export async function readEvidence(it: ReadinessCheckpoint, code: string, _signal: AbortSignal): Promise<Evidence> {
  const result = (it.result ?? []).find((r) => r.code === code);
  return { pieces: (result?.evidence ?? []).map((ref) => ({ reference: ref.reference ?? "", name: nameOf(ref), line: "" })) };
}
