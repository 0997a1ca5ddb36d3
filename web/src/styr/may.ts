// SPDX-License-Identifier: Apache-2.0
// What is offered to whom. Only so that nobody is shown what would be refused: the service decides.
import { current, isOwn, session } from "../session/session.ts";

export type Act = "propose" | "open" | "handle" | "endorse" | "decide" | "move" | "register" | "waive" | "freeze" | "risk" | "change" | "theme" | "ask" | "answer" | "report" | "meet" | "asset" | "define" | "benefit" | "scenario" | "rescenario" | "goal" | "measure" | "pulse" | "body" | "mandate" | "portfolio" | "process";

/** By the role of the assignment in use, as definitions/access/roles.json lets it create or change the types that the act writes. */
const BY_ROLE: Readonly<Record<string, readonly Act[]>> = {
  "process-owner": ["propose", "open", "handle", "endorse", "move", "waive", "freeze", "risk", "change", "theme", "answer", "report", "meet", "asset", "define", "benefit", "scenario", "rescenario", "goal", "measure", "pulse"],
  "portfolio-owner": ["benefit", "scenario", "rescenario", "portfolio", "propose", "open", "handle", "endorse", "move", "risk", "answer", "report", "meet", "asset"],
  steering: ["scenario", "rescenario", "handle", "endorse", "decide", "move", "register", "risk", "answer", "report", "meet"],
  "case-officer": ["benefit", "scenario", "rescenario", "open", "handle", "endorse", "move", "register", "risk", "answer", "report", "meet"],
  "diary-registrar": ["body", "mandate", "handle", "endorse", "register", "report", "meet"],
  communicator: ["pulse", "theme", "answer", "report", "meet"],
  manager: ["measure", "pulse", "propose", "move", "waive", "risk", "change", "theme", "answer", "report"],
  "change-lead": ["scenario", "rescenario", "goal", "measure", "pulse", "risk", "change", "theme", "answer", "report", "meet"],
  economist: ["benefit", "rescenario", "report"],
  "safety-lead": ["waive", "freeze", "risk", "report", "define"],
  "system-owner": ["risk", "asset", "report"],
  administrator: ["body", "process"],
  decider: ["decide", "register", "report"],
};

export function may(act: Act): boolean {
  if (session.value?.access !== "on") return true;
  if (isOwn.value) return false;
  return act === "ask" || (BY_ROLE[current.value?.role?.code ?? ""] ?? []).includes(act);
}

/** The assignment in use, as who does something. */
export const myself = () => (current.value === null ? undefined : { reference: current.value.id, display: `${session.value?.user?.display ?? ""}, ${current.value.title}`.replace(/^, /, "") });
