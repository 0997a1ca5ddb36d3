// SPDX-License-Identifier: Apache-2.0
// What a case lacks before it can go on, as the service tells it.
import type { DecisionCase } from "../types.ts";
import { bothOf, type Both } from "../../fhir/translation.ts";
import { ask, besideOf, partsOf, textOf } from "./params.ts";

export interface Remark { code: string; text: Both; severe: boolean }

export async function readLint(it: DecisionCase, signal: AbortSignal): Promise<Remark[]> {
  const all = await ask(`DecisionCase/${encodeURIComponent(it.id ?? "")}/$lint`, signal);
  return partsOf(all, "finding").map((p) => ({ code: textOf(p, "code"), text: bothOf(textOf(p, "text"), besideOf(p, "text")), severe: textOf(p, "severity") === "error" }));
}
