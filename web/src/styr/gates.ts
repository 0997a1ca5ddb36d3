// SPDX-License-Identifier: Apache-2.0
// What a decision on a gate does to its initiative. Pure.
import type { Decision, Initiative, InitiativeGate, ProcessDefinition } from "./types.ts";

type Outcome = InitiativeGate["outcome"];
const OF_GATES: readonly string[] = ["granted", "rejected", "referred-back"] satisfies Outcome[];
export const isGateOutcome = (outcome: string): outcome is Outcome => OF_GATES.includes(outcome);

/** The decision's gate put in; granted, the next phase begins. reference: of the decision. */
export function movedBy(it: Initiative, decision: Decision, reference: string, process: ProcessDefinition | undefined): Initiative | null {
  const number = decision.gateNumber;
  if (number === undefined || !isGateOutcome(decision.outcome)) return null;
  const gate: InitiativeGate = { number, outcome: decision.outcome, decision: { reference }, ...(decision.decidedOn === undefined ? {} : { decidedOn: decision.decidedOn }) };
  const onward = decision.outcome === "granted" && it.phase === number;
  const status = process?.phase?.find((p) => p.number === number + 1)?.initiativeStatus;
  return { ...it, gate: [...(it.gate ?? []), gate], ...(onward ? { phase: number + 1, ...(status === undefined ? {} : { status }), ...(decision.decidedOn === undefined ? {} : { phaseSince: decision.decidedOn }) } : {}) };
}

/** Decisions on its gates that the initiative does not name yet. */
export function notEntered(it: Initiative, decisions: readonly Decision[]): Decision[] {
  const named = new Set((it.gate ?? []).map((g) => g.decision?.reference));
  return decisions.filter((d) => d.status === "final" && d.gateNumber !== undefined && isGateOutcome(d.outcome) && d.initiative?.reference === `Initiative/${it.id}` && !named.has(`Decision/${d.id}`));
}
