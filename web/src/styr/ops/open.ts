// SPDX-License-Identifier: Apache-2.0
// Opening checkpoints: one for each unit against a locked definition, all or none. Written as resources, with a receipt and a key that
// a lost answer is asked for by; what they must say (the definition's criteria, everything missing) the service holds them to.
import { idOf, one, saveAll, todayText } from "../api.ts";
import { valueAt, type Tree } from "../form/tree.ts";
import { styrPath } from "../places.ts";
import type { CheckpointDefinition, ReadinessCheckpoint, Reference } from "../types.ts";

const never = new AbortController().signal;

function opened(definition: CheckpointDefinition, unit: Reference, asked: Tree): ReadinessCheckpoint {
  const criterion = (definition.criterion ?? []) as NonNullable<ReadinessCheckpoint["criterion"]>;
  const some = (name: string) => (valueAt(asked, name) === undefined ? {} : { [name]: valueAt(asked, name) });
  return {
    resourceType: "ReadinessCheckpoint", status: "open", definition: valueAt(asked, "definition") as Reference, unit, asOf: todayText(), ...some("initiative"), ...some("release"), ...some("wave"), ...some("plannedDate"),
    criterion, result: criterion.map((c) => ({ code: c.code, state: "missing", severity: c.severity })), verdict: criterion.some((c) => c.severity === "hard") ? "no-go" : "incomplete",
  };
}

export async function openCheckpoints(asked: Tree, receipt: string, key: string): Promise<void> {
  const definition = await one("CheckpointDefinition", idOf(valueAt(asked, "definition") as Reference), never);
  const units = valueAt(asked, "unit") as readonly Reference[];
  await saveAll(units.map((unit) => opened(definition, unit, asked)), receipt, styrPath("linje", idOf(valueAt(asked, "initiative") as Reference)), new Map(), key);
}
