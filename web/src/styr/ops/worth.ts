// SPDX-License-Identifier: Apache-2.0
// What a benefit case comes to, as the service computes it.
import type { Worth } from "../worth.ts";
import { ask, numberOf, partsOf, textOf } from "./params.ts";

export async function readWorth(id: string, signal: AbortSignal): Promise<Worth> {
  const all = await ask(`BenefitCase/${encodeURIComponent(id)}/$calculate`, signal);
  const n = (name: string) => numberOf(all, name);
  return {
    rate: n("rate"), undiscounted: n("undiscounted"), npv: n("npv"), npvLow: n("npvLow"), npvHigh: n("npvHigh"), npvFinancial: n("npvFinancial"), late: n("late"), tenth: n("shortTenth"), breakEven: n("breakEven"),
    irr: n("irr"), irrCount: textOf(all, "irrCount"), payback: n("payback"), npvFollowed: n("npvFollowed"),
    tornado: partsOf(all, "tornado").map((p) => ({ name: textOf(p, "name"), low: numberOf(p, "low") ?? 0, high: numberOf(p, "high") ?? 0 })),
    classes: partsOf(all, "class").map((p) => ({ code: textOf(p, "code"), amount: numberOf(p, "amount"), count: numberOf(p, "count") })),
    years: partsOf(all, "year").map((p) => ({ year: numberOf(p, "year") ?? 0, planned: numberOf(p, "planned") ?? 0, actual: numberOf(p, "actual") })),
    warnings: partsOf(all, "warning").map((p) => ({ code: textOf(p, "code"), text: textOf(p, "text") })),
  };
}
