// SPDX-License-Identifier: Apache-2.0
// Freezing a checkpoint: what is known now is kept, hashed. It takes no key: what is frozen already is refused a second time, so an
// answer that is lost is seen by reading the checkpoint anew.
import { answer, JSON_TYPE, send } from "../../fhir/client.ts";
import { failureOf } from "../../fhir/error.ts";
import { STYR, told } from "../api.ts";

export interface Verified { sha256: string; computed: string; holds: boolean }

export async function freeze(id: string, signal: AbortSignal): Promise<void> {
  const response = await send(`${STYR}/ReadinessCheckpoint/${encodeURIComponent(id)}/$freeze`, { method: "POST", headers: { Accept: JSON_TYPE, "Helhet-Request": "1" } }, signal);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
}

/** Does what was frozen still have the sum it was given? */
export const verify = async (id: string, signal: AbortSignal): Promise<Verified> => (await told(`ReadinessCheckpoint/${encodeURIComponent(id)}/$verify`, signal)) as Verified;
