// SPDX-License-Identifier: Apache-2.0
// The inbox: tasks of one's own, of one's teams and of the unit, and notes to sign, each part read by itself so that one
// that fails takes nothing from the other; what has been sent and what is done. And what can be done with a task.
import type { Communication, DiagnosticReport, Observation, Task } from "@fhir";
import { pagePath, patientPath } from "../app/route.ts";
import { resourceLink } from "../desk/links.ts";
import { search, type Params } from "../fhir/client.ts";
import { conceptsText, conceptText, currentName, nameText, referenceText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { newKey } from "../ids/key.ts";
import { unsigned, type UnsignedList } from "../note/unsigned.ts";
import { Conflict, update } from "../write/write.ts";
import { known, placeOf, type Known } from "../results/answers.ts";
import { doneBy, isAcknowledge, isMessage, isToDo, OPEN_STATES, owners, patientOf, restsUntil, TASK_SYSTEM, whose, type Me, type Whose } from "../results/tasks.ts";
import { readTeams } from "../results/teams.ts";
import { notSaved } from "../results/notSaved.ts";
import { tasksChanged } from "../results/waiting.ts";
import { r } from "../results/words.ts";

const PAGE = "200";
const LATEST = "50";
/** What is open within the inbox, as it begins in the address. */
export const PLACES = { hand: "lamna.", rest: "vila.", message: "meddelande.", draft: "utkast.", newMessage: "nytt", newTask: "uppgift", teams: "lag" } as const;

export interface Item { task: Task; title: string; patient: string; date: string; link: string; owner: string; whose: Whose; until: string }
export interface Tasks { items: readonly Item[]; more: boolean }
type Part<T> = { data: T; error: null } | { data: null; error: unknown };
export interface Inbox { tasks: Part<Tasks>; notes: Part<UnsignedList> }

function titleOf(task: Task, held: Known): string {
  const focus = held.get(placeOf(task.focus?.reference));
  const own = focus?.resourceType === "DiagnosticReport" || focus?.resourceType === "Observation" ? conceptText((focus as DiagnosticReport | Observation).code) : "";
  const topic = focus?.resourceType === "Communication" ? conceptText((focus as Communication).topic) : "";
  const said = own || topic || task.description || referenceText(task.focus);
  const kind = isAcknowledge(task) || isMessage(task) || isToDo(task) ? "" : conceptText(task.code);
  return [kind, said].filter((text) => text !== "").join(": ") || r.value.inbox.untitled;
}

/** A Task that the service made says only whom it points at. */
function ownerOf(task: Task, held: Known): string {
  const one = held.get(task.owner?.reference ?? "");
  if (task.owner?.display !== undefined) return task.owner.display;
  if (one?.resourceType === "Organization" || one?.resourceType === "CareTeam") return one.name ?? "";
  if (one?.resourceType === "PractitionerRole") return [one.practitioner?.display ?? "", conceptsText(one.code)].filter((text) => text !== "").join(", ");
  return one?.resourceType === "Practitioner" ? nameText(currentName(one.name)) : "";
}

function linkOf(task: Task): string {
  const patient = patientOf(task);
  if (isMessage(task)) return pagePath("inkorg", PLACES.message + (task.id ?? ""));
  if (isToDo(task) && task.focus === undefined) return patient === "" ? "" : patientPath(patient);
  if (isAcknowledge(task) && patient !== "") return patientPath(patient, "provsvar");
  const focus = placeOf(task.focus?.reference);
  return resourceLink(focus === "" ? `Task/${task.id ?? ""}` : focus, patient);
}

export function itemOf(task: Task, held: Known, me: Me, now: number): Item {
  return { task, title: titleOf(task, held), patient: patientOf(task), date: task.authoredOn ?? task.lastModified ?? "", link: linkOf(task), owner: ownerOf(task, held), whose: whose(task, me), until: restsUntil(task, me, now) };
}

const WITH: Params = [["_include", "Task:focus"], ["_include", "Task:owner"]];

async function readSome(params: Params, me: Me, signal: AbortSignal): Promise<Tasks> {
  const page = await search("Task", [...params, ...WITH], signal);
  const held = known(page.others);
  return { items: page.matches.map((task) => itemOf(task, held, me, Date.now())), more: page.next !== null };
}

function readTasks(me: Me, signal: AbortSignal): Promise<Tasks> {
  const all = owners(me).join(",");
  return readSome([...(me.open || all === "" ? [] : [["owner", all] as const]), ["status", OPEN_STATES.join(",")], ["_sort", "authored-on"], ["_count", PAGE]], me, signal);
}

/** The latest that the user has sent, or made for others, whatever became of it. */
export function readSent(me: Me, signal: AbortSignal): Promise<Tasks> {
  const who: Params = me.open ? [] : [["requester", me.refs.join(",")]];
  return readSome([...who, ["code", `${TASK_SYSTEM}|message,${TASK_SYSTEM}|todo`], ["_sort", "-authored-on"], ["_count", LATEST]], me, signal);
}

/** The latest that the user has finished. */
export function readDone(me: Me, signal: AbortSignal): Promise<Tasks> {
  const who: Params = me.open ? [] : [["owner", me.refs.join(",")]];
  return readSome([...who, ["status", "completed"], ["_sort", "-_lastUpdated"], ["_count", LATEST]], me, signal);
}

const part = <T>(asked: Promise<T>): Promise<Part<T>> => asked.then((data) => ({ data, error: null }), (error: unknown) => ({ data: null, error }));

export async function readInbox(who: () => Me, signal: AbortSignal): Promise<Inbox> {
  // Without the teams the rest is still to be seen; what went wrong with them shows when they are opened.
  await readTeams(signal).catch(() => undefined);
  const me = who();
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
