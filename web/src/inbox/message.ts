// SPDX-License-Identifier: Apache-2.0
// Messages and tasks made by hand. A message is a Communication, which is never changed, and a Task about it that its
// receiver has until it is seen to: so it is taken, handed over and laid to rest as all else. Pure.
import type { Annotation, BundleEntry, Communication, Reference, Task } from "@fhir";
import { finished, TASK_SYSTEM, type Me } from "../results/tasks.ts";

export const READ_URL = "https://helhet.example/fhir/StructureDefinition/read";
export const TOPIC_MAX = 200;
export const TEXT_MAX = 20_000;

export type Kind = "message" | "todo";
/** to: person, team or unit. due: "" or a date. after: the message it answers. */
export interface Outgoing { kind: Kind; patient: string; to: Reference; topic: string; text: string; urgent: boolean; due: string; after: Communication | null }
/** Words of the record, in Swedish whatever the language of the screen. */
export interface KindWords { message: string; todo: string; read: string }

const idIn = (reference: string | undefined, type: string) => new RegExp(`^${type}/([A-Za-z0-9.-]{1,64})$`).exec((reference ?? "").replace(/\/_history\/.*$/, ""))?.[1] ?? "";
export const communicationOf = (task: Task) => idIn(task.focus?.reference, "Communication");
/** The first message of the conversation that it is part of. */
export const rootOf = (one: Communication) => idIn(one.partOf?.[0]?.reference, "Communication") || (one.id ?? "");
export const textOf = (one: Communication) => (one.payload ?? []).flatMap((part) => part.contentString ?? []).join("\n");

function taskOf(out: Outgoing, me: Me, at: string, word: string): Task {
  const own = out.kind === "todo" && out.to.reference !== undefined && me.refs.includes(out.to.reference);
  return {
    resourceType: "Task", status: own ? "accepted" : "requested", intent: "order", priority: out.urgent ? "urgent" : "routine", code: { coding: [{ system: TASK_SYSTEM, code: out.kind }], text: word }, description: out.topic,
    ...(out.patient === "" ? {} : { for: { reference: `Patient/${out.patient}` } }), authoredOn: at, lastModified: at, requester: me.who, owner: out.to,
    ...(out.due === "" ? {} : { restriction: { period: { end: out.due } } }),
  };
}

function letterOf(out: Outgoing, me: Me, at: string): Communication {
  const { after } = out;
  return {
    resourceType: "Communication", status: "completed", priority: out.urgent ? "urgent" : "routine", topic: { text: out.topic }, ...(out.patient === "" ? {} : { subject: { reference: `Patient/${out.patient}` } }),
    sent: at, sender: me.who, recipient: [out.to], payload: [{ contentString: out.text }],
    ...(after === null ? {} : { inResponseTo: [{ reference: `Communication/${after.id ?? ""}` }], partOf: [{ reference: `Communication/${rootOf(after)}` }] }),
  };
}

/** One transaction. done: the receiver's own Task about what is answered, which is then seen to. */
export function entriesOf(out: Outgoing, me: Me, at: string, urn: string, words: KindWords, done: Task | null): BundleEntry[] {
  const task = taskOf(out, me, at, words[out.kind]);
  const seen: BundleEntry[] = done === null ? [] : [{ resource: finished(done, me, at), request: { method: "PUT", url: `Task/${done.id ?? ""}`, ifMatch: `W/"${done.meta?.versionId ?? ""}"` } }];
  if (out.kind === "todo") {
    const note = out.text === "" ? [] : [{ authorReference: me.who, time: at, text: out.text }];
    return [{ fullUrl: `urn:uuid:${urn}`, resource: { ...task, ...(note.length === 0 ? {} : { note }) }, request: { method: "POST", url: "Task" } }, ...seen];
  }
  return [
    { fullUrl: `urn:uuid:${urn}`, resource: letterOf(out, me, at), request: { method: "POST", url: "Communication" } },
    { resource: { ...task, focus: { reference: `urn:uuid:${urn}` } }, request: { method: "POST", url: "Task" } },
    ...seen,
  ];
}

/** Who has read it, and when, the first first. */
export const readBy = (task: Task): readonly Annotation[] => (task.extension ?? []).flatMap((e) => (e.url === READ_URL ? (e.valueAnnotation ?? []) : []));
export const hasRead = (task: Task, me: Me) => readBy(task).some((mark) => mark.authorReference?.reference !== undefined && me.refs.includes(mark.authorReference.reference));

/** With the mark that the user has read it. Whose it is, and the time it rests until, stay. */
export function marked(task: Task, me: Me, at: string, words: KindWords): Task {
  const mark = { url: READ_URL, valueAnnotation: { authorReference: me.who, time: at, text: words.read } };
  return { ...task, status: task.status === "requested" ? "received" : task.status, extension: [...(task.extension ?? []), mark] };
}

/** The day it should be done; "" for none. */
export const dueOf = (task: Task) => task.restriction?.period?.end ?? "";
/** A day is over when it ends where the user is. */
export function isOverdue(task: Task, now: number): boolean {
  const due = dueOf(task);
  const end = due.length === 10 ? new Date(Number(due.slice(0, 4)), Number(due.slice(5, 7)) - 1, Number(due.slice(8, 10)) + 1).getTime() : Date.parse(due);
  return due !== "" && now >= end;
}
