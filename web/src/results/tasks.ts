// SPDX-License-Identifier: Apache-2.0
// Tasks: whose they are, what waits, what rests, and what they become when something is done with them. Pure.
import type { Reference, Task } from "@fhir";

export const TASK_SYSTEM = "https://helhet.example/fhir/CodeSystem/task";
export const ACKNOWLEDGE = `${TASK_SYSTEM}|acknowledge`;
const UNIT_URL = "https://helhet.example/fhir/StructureDefinition/care-unit";
/** Waiting for somebody, in the order of a Task's life. */
export const OPEN_STATES = ["draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"] as const;
export const ASLEEP = "on-hold";

/** refs: assignment and person. teams: the pools of the unit that the user is in. open: a service without login, where whoever is there acts for all. */
export interface Me { who: Reference; refs: readonly string[]; teams: readonly Reference[]; unit: string; unitName: string; open: boolean }
export type Whose = "mine" | "team" | "unit" | "other";

const coded = (task: Task, key: "code" | "businessStatus", code: string) => task[key]?.coding?.some((c) => c.system === TASK_SYSTEM && c.code === code) === true;
export const isAcknowledge = (task: Task) => coded(task, "code", "acknowledge");
/** The unit has it because nobody acknowledged it in time; not any more when somebody has taken it. */
export const isEscalated = (task: Task) => coded(task, "businessStatus", "escalated") && task.owner?.reference?.startsWith("Organization/") === true;
export const isMessage = (task: Task) => coded(task, "code", "message");
export const isToDo = (task: Task) => coded(task, "code", "todo");
/** It was acknowledged, and that was taken back. */
export const isTakenBack = (task: Task) => coded(task, "businessStatus", "taken-back");
export const isCorrected = (task: Task) => coded(task, "businessStatus", "corrected");
export const isUrgent = (task: Task) => task.priority !== undefined && task.priority !== "routine";
export const isWaiting = (task: Task) => (OPEN_STATES as readonly string[]).includes(task.status);

export function whose(task: Task, me: Me): Whose {
  const owner = task.owner?.reference ?? "";
  if (me.refs.includes(owner)) return "mine";
  if (me.teams.some((one) => one.reference === owner)) return "team";
  return me.open || (me.unit !== "" && owner === me.unit) ? "unit" : "other";
}

/** What is the user's own or their unit's, or a colleague's there: the service has the last word. */
export function mayAct(task: Task, me: Me): boolean {
  return whose(task, me) !== "other" || (me.unit !== "" && task.meta?.extension?.some((e) => e.url === UNIT_URL && e.valueReference?.reference === me.unit) === true);
}

export function patientOf(task: Task): string {
  return /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(task.for?.reference ?? "")?.[1] ?? "";
}

/** When it comes back; "" for what does not rest. Only one's own rests: what the unit has taken over is seen by all. */
export function restsUntil(task: Task, me: Me, now: number): string {
  const until = task.executionPeriod?.start ?? "";
  return task.status === ASLEEP && whose(task, me) === "mine" && Date.parse(until) > now ? until : "";
}

/** Who finished it, and when; null for what is not finished. */
export function doneBy(task: Task): { who: Reference | undefined; when: string } | null {
  return task.status === "completed" ? { who: task.owner, when: task.executionPeriod?.end ?? task.lastModified ?? "" } : null;
}

const changed = (task: Task, me: Me, at: string, status: Task["status"]): Task => ({ ...task, status, owner: me.who, lastModified: at });

/** What the user's tasks are owned by: themselves, their teams and their unit. */
export const owners = (me: Me) => [...me.refs, ...me.teams.map((one) => one.reference ?? ""), me.unit].filter((one) => one !== "");

/** Done, by whom and when. */
export const finished = (task: Task, me: Me, at: string): Task => ({ ...changed(task, me, at, "completed"), executionPeriod: { start: at, end: at } });

/** An acknowledging that is taken back: it waits for the user again, and says who had acknowledged it, who took it back, when and why. */
export function takenBack(task: Task, me: Me, at: string, said: string, word: string): Task {
  const { output: _, ...rest } = awake(changed(task, me, at, "accepted"));
  return { ...rest, businessStatus: { coding: [{ system: TASK_SYSTEM, code: "taken-back" }], text: word }, note: [...(task.note ?? []), { authorReference: me.who, time: at, text: said }] };
}

/** seen: the result in the version that was shown, "DiagnosticReport/x/_history/2". */
export function acknowledged(task: Task, me: Me, at: string, seen: readonly string[], word: string): Task {
  const output = seen.map((reference) => ({ type: { text: word }, valueReference: { reference } }));
  return { ...changed(task, me, at, "completed"), executionPeriod: { start: at, end: at }, ...(output.length === 0 ? {} : { output }) };
}

export const taken = (task: Task, me: Me, at: string) => awake(changed(task, me, at, "accepted"));

export function handed(task: Task, me: Me, at: string, to: Reference, message: string): Task {
  const note = message === "" ? [] : [{ authorReference: me.who, time: at, text: message }];
  const all = [...(task.note ?? []), ...note];
  return awake({ ...changed(task, me, at, "requested"), owner: to, ...(all.length === 0 ? {} : { note: all }) });
}

export const rested = (task: Task, me: Me, at: string, until: string): Task => ({ ...changed(task, me, at, ASLEEP), executionPeriod: { start: until } });

/** Without the time it was to rest until. */
function awake(task: Task): Task {
  const { executionPeriod: _, ...rest } = task;
  return rest;
}

const MORNING = 7;
/** In so many days, as the working day begins. */
export function morningIn(days: number, now: Date): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING).toISOString();
}
