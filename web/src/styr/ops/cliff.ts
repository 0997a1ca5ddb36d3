// SPDX-License-Identifier: Apache-2.0
// The contract cliff, as the service computes it.
import { idOf, nameOf } from "../api.ts";
import type { Asset, Cliff, Urgency } from "../cliff.ts";
import { filled } from "../cliff.ts";
import { ask, isSet, numberOf, partsOf, referenceOf, textOf, type Part } from "./params.ts";

const URGENCY: Readonly<Record<string, Urgency>> = { passed: "late", ended: "ended", soon: "soon", later: "ok" };

function assetOf(p: readonly Part[]): Asset {
  const asset = referenceOf(p, "asset");
  return {
    id: idOf(asset), name: nameOf(asset), owner: textOf(p, "owner"), end: textOf(p, "contractEnd"), latestStart: textOf(p, "latestStart"), urgency: URGENCY[textOf(p, "state")] ?? "unknown", lead: numberOf(p, "leadTimeMonths"),
    cost: numberOf(p, "annualCost"), criticality: textOf(p, "criticality"), obsolete: isSet(p, "obsolete"), replacedBy: textOf(p, "replacedBy"), extension: textOf(p, "extensionOption"),
  };
}

export async function readCliff(signal: AbortSignal): Promise<Cliff> {
  const all = await ask("SystemAsset/$cliff", signal);
  return {
    quarters: filled(partsOf(all, "quarter").map((p) => ({ name: textOf(p, "name"), cost: numberOf(p, "cost") ?? 0, late: numberOf(p, "late") ?? 0, assets: partsOf(p, "asset").map(assetOf) }))),
    unknown: partsOf(all, "unknown").flatMap((p) => partsOf(p, "asset").map(assetOf)),
  };
}
