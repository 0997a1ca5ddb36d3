// SPDX-License-Identifier: Apache-2.0
// Freezing a checkpoint: what is known now is kept, hashed. It is written as everything else is: once under its key, with a receipt, so
// that an answer that is lost is asked for.
import { perform } from "../../write/write.ts";
import { STYR, told } from "../api.ts";
import { styrPath } from "../places.ts";

export interface Verified { sha256: string; computed: string; holds: boolean }

/** title: what was done, for the receipt. */
export async function freeze(id: string, title: string): Promise<void> {
  await perform(`ReadinessCheckpoint/${encodeURIComponent(id)}/$freeze`, [], { patient: "", title, link: styrPath("avstamning", id), base: STYR });
}

/** Does what was frozen still have the sum it was given? */
export const verify = async (id: string, signal: AbortSignal): Promise<Verified> => (await told(`ReadinessCheckpoint/${encodeURIComponent(id)}/$verify`, signal)) as Verified;
