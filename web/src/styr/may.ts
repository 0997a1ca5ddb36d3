// SPDX-License-Identifier: Apache-2.0
// What is offered to whom. Only so that nobody is shown what would be refused: the service decides.
import { current, isOwn, session } from "../session/session.ts";

export type Act = "propose" | "handle" | "endorse" | "decide" | "register" | "waive" | "risk" | "benefit" | "change" | "theme" | "answer" | "report" | "meet" | "asset";

const ALL: readonly Act[] = ["propose", "handle", "endorse", "decide", "register", "waive", "risk", "benefit", "change", "theme", "answer", "report", "meet", "asset"];
/** By the role of the assignment in use (definitions/access/roles.json); anybody else may propose. */
const BY_ROLE: Readonly<Record<string, readonly Act[]>> = {};

export function may(act: Act): boolean {
  if (session.value?.access !== "on") return true;
  if (isOwn.value) return false;
  const role = current.value?.role?.code ?? "";
  return act === "propose" || (BY_ROLE[role] ?? []).includes(act);
}

export const everyAct = ALL;
/** The assignment in use, as who does something. */
export const myself = () => (current.value === null ? undefined : { reference: `PractitionerRole/${current.value.id}`, display: `${session.value?.user?.display ?? ""}, ${current.value.title}`.replace(/^, /, "") });
