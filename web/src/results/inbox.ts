// SPDX-License-Identifier: Apache-2.0
// The inbox: tasks of one's own and of the unit, and notes to sign, each part read by itself so that one that fails
// takes nothing from the other. And what can be done with a task.
import type { DiagnosticReport, Observation, Task } from "@fhir";
import { pagePath, patientPath } from "../app/route.ts";
import { resourceLink } from "../desk/links.ts";
import { search, type Params } from "../fhir/client.ts";
import { conceptsText, conceptText, currentName, nameText, referenceText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { newKey } from "../ids/key.ts";
import { unsigned, type UnsignedList } from "../note/unsigned.ts";
import { Conflict, update } from "../write/write.ts";
import { known, placeOf, type Known } from "./answers.ts";
import { doneBy, isAcknowledge, OPEN_STATES, patientOf, restsUntil, whose, type Me, type Whose } from "./tasks.ts";
import { notSaved } from "./notSaved.ts";
import { tasksChanged } from "./waiting.ts";
import { r } from "./words.ts";

const PAGE = "200";

export interface Item { task: Task; title: string; patient: string; date: string; link: string; owner: string; whose: Whose; until: string }
export interface Tasks { items: readonly Item[]; more: boolean }
type Part<T> = { data: T; error: null } | { data: null; error: unknown };
export interface Inbox { tasks: Part<Tasks>; notes: Part<UnsignedList> }

function titleOf(task: Task, held: Known): string {
  const focus = held.get(placeOf(task.focus?.reference));
  const own = focus?.resourceType === "DiagnosticReport" || focus?.resourceType === "Observation" ? conceptText((focus as DiagnosticReport | Observation).code) : "";
  const said = own || task.description || referenceText(task.focus);
  const kind = isAcknowledge(task) ? "" : conceptText(task.code);
  return [kind, said].filter((text) => text !== "").join(": ") || r.value.inbox.untitled;
}

/** A Task that the service made says only whom it points at. */
function ownerOf(task: Task, held: Known): string {
  const one = held.get(task.owner?.reference ?? "");
  if (task.owner?.display !== undefined) return task.owner.display;
  if (one?.resourceType === "Organization") return one.name ?? "";
  if (one?.resourceType === "PractitionerRole") return [one.practitioner?.display ?? "", conceptsText(one.code)].filter((text) => text !== "").join(", ");
  return one?.resourceType === "Practitioner" ? nameText(currentName(one.name)) : "";
}

function linkOf(task: Task): string {
  const patient = patientOf(task);
  if (isAcknowledge(task) && patient !== "") return patientPath(patient, "provsvar");
  const focus = placeOf(task.focus?.reference);
  return resourceLink(focus === "" ? `Task/${task.id ?? ""}` : focus, patient);
}

export function itemOf(task: Task, held: Known, me: Me, now: number): Item {
  return { task, title: titleOf(task, held), patient: patientOf(task), date: task.authoredOn ?? task.lastModified ?? "", link: linkOf(task), owner: ownerOf(task, held), whose: whose(task, me), until: restsUntil(task, me, now) };
}

async function readTasks(me: Me, signal: AbortSignal): Promise<Tasks> {
  const owners = [...me.refs, me.unit].filter((one) => one !== "").join(",");
  const params: Params = [...(me.open || owners === "" ? [] : [["owner", owners] as const]), ["status", OPEN_STATES.join(",")], ["_include", "Task:focus"], ["_include", "Task:owner"], ["_sort", "authored-on"], ["_count", PAGE]];
  const page = await search("Task", params, signal);
  const held = known(page.others);
  return { items: page.matches.map((task) => itemOf(task, held, me, Date.now())), more: page.next !== null };
}

const part = <T>(asked: Promise<T>): Promise<Part<T>> => asked.then((data) => ({ data, error: null }), (error: unknown) => ({ data: null, error }));

export async function readInbox(me: Me, signal: AbortSignal): Promise<Inbox> {
  const [tasks, notes] = await Promise.all([part(readTasks(me, signal)), part(unsigned(me.refs, signal))]);
  return { tasks, notes };
}

/** Writes the task as it is to be; "" when done, else what is wrong in words. */
export async function change(item: Item, next: Task, title: string): Promise<string> {
  const key = newKey();
  try {
    await update(next, { patient: item.patient, title, link: pagePath("inkorg"), key });
    return "";
  } catch (error) {
    return error instanceof Conflict ? whoWasFirst(error.theirs as Task | null) : notSaved(key, error);
  } finally {
    tasksChanged.value++;
  }
}

function whoWasFirst(theirs: Task | null): string {
  const i = r.value.inbox;
  if (theirs === null) return i.conflictLost;
  const who = referenceText(theirs.owner) || r.value.somebody;
  const by = doneBy(theirs);
  return by === null ? i.conflict(who) : i.conflictDone(who, showDateTime(by.when));
}
