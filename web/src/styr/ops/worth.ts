// SPDX-License-Identifier: Apache-2.0
// What a benefit case comes to, as the service computes it.
import { told } from "../api.ts";
import type { Worth } from "../worth.ts";

export async function readWorth(id: string, signal: AbortSignal): Promise<Worth> {
  return (await told(`BenefitCase/${id}/$calculate`, signal)) as Worth;
}
