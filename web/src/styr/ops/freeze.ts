// SPDX-License-Identifier: Apache-2.0
// Freezing a checkpoint: what is known now is kept, hashed. Its answer is no resource, so it is not sent through the layer of receipts.
import { answer, send } from "../../fhir/client.ts";
import { failureOf } from "../../fhir/error.ts";
import { STYR, told } from "../api.ts";

export interface Frozen { checkpoint: string; bundle: string; sha256: string; verdict: string }
export interface Verified { sha256: string; computed: string; holds: boolean }

export async function freeze(id: string, signal: AbortSignal): Promise<Frozen> {
  const response = await send(`${STYR}/ReadinessCheckpoint/${encodeURIComponent(id)}/$freeze`, { method: "POST", headers: { Accept: "application/json", "Helhet-Request": "1" } }, signal);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  return body as Frozen;
}

/** Does what was frozen still have the sum it was given? */
export const verify = async (id: string, signal: AbortSignal): Promise<Verified> => (await told(`ReadinessCheckpoint/${encodeURIComponent(id)}/$verify`, signal)) as Verified;
