// SPDX-License-Identifier: Apache-2.0
// What a case lacks before it can go on, as the service tells it.
import type { DecisionCase } from "../types.ts";
import { ask, partsOf, textOf } from "./params.ts";

export interface Remark { code: string; text: string; severe: boolean }

export async function readLint(it: DecisionCase, signal: AbortSignal): Promise<Remark[]> {
  const all = await ask(`DecisionCase/${encodeURIComponent(it.id ?? "")}/$lint`, signal);
  return partsOf(all, "finding").map((p) => ({ code: textOf(p, "code"), text: textOf(p, "text"), severe: textOf(p, "severity") === "error" }));
}
