// SPDX-License-Identifier: Apache-2.0
// Reading a conversation, marking it read, and sending: what goes away does so as one transaction, and the same again
// when it is sent once more because nobody knows what became of it.
import type { BundleEntry, Communication, Resource, Task } from "@fhir";
import { pagePath } from "../app/route.ts";
import { isType, read, search } from "../fhir/client.ts";
import { newKey, uuidOf } from "../ids/key.ts";
import { me } from "../results/me.ts";
import { notSaved } from "../results/notSaved.ts";
import { isMessage, patientOf, type Me } from "../results/tasks.ts";
import { tasksChanged } from "../results/waiting.ts";
import { receiptOf } from "../write/receipts.ts";
import { transact, update, Conflict } from "../write/write.ts";
import { communicationOf, entriesOf, hasRead, marked, rootOf, type Outgoing } from "./message.ts";
import { m } from "./words.ts";
import { sv } from "./words.sv.ts";

const THREAD_MAX = 100;
const TRIES_MAX = 3;

export interface Letter { letter: Communication; task: Task | null }
/** asked: the task by which it was opened. more: not all of it was read. */
export interface Thread { asked: Task; letters: readonly Letter[]; more: boolean }

/** null: what it says is not to be seen. Throws when it could not be read. */
export async function readThread(task: string, signal: AbortSignal): Promise<Thread | null> {
  const asked = await read("Task", task, signal);
  const id = communicationOf(asked);
  const first = id === "" ? [] : (await search("Communication", [["_id", id]], signal)).matches;
  if (!isMessage(asked) || first[0] === undefined) return null;
  const root = rootOf(first[0]);
  const [roots, parts] = await Promise.all([search("Communication", [["_id", root]], signal), search("Communication", [["part-of", `Communication/${root}`], ["_sort", "sent"], ["_count", String(THREAD_MAX)]], signal)]);
  const letters = [...roots.matches, ...parts.matches].sort((a, b) => (a.sent ?? "").localeCompare(b.sent ?? ""));
  const about = await search("Task", [["focus", letters.map((one) => `Communication/${one.id ?? ""}`).join(",")], ["_count", String(THREAD_MAX)]], signal);
  return { asked, letters: letters.map((letter) => ({ letter, task: about.matches.find((one) => communicationOf(one) === letter.id) ?? null })), more: parts.next !== null };
}

/** Notes that the user has read it. Whoever is first changes nothing in what the other noted. "" or what went wrong. */
export async function markRead(task: Task, now: Me, title: string): Promise<string> {
  let stands = task;
  for (let tries = 1; ; tries++) {
    const key = newKey();
    if (now.open || hasRead(stands, now)) return "";
    try {
      await update(marked(stands, now, new Date().toISOString(), sv.record), { patient: patientOf(stands), title: m.value.marked(title), link: pagePath("inkorg", `meddelande.${task.id ?? ""}`), key });
      tasksChanged.value++;
      return "";
    } catch (error) {
      const theirs: Resource | null = error instanceof Conflict ? error.theirs : null;
      if (!isType(theirs ?? undefined, "Task") || tries === TRIES_MAX) return notSaved(key, error);
      stands = theirs as Task;
    }
  }
}

interface Prepared { of: string; key: string; entries: BundleEntry[] }

/** What has been sent from one place on a screen. */
export class Sender {
  private prepared: Prepared | null = null;

  /** "" when the record has said that it is saved, else what is wrong in words. */
  async send(out: Outgoing, done: Task | null, title: string): Promise<string> {
    const of = JSON.stringify([out, done]);
    if (this.prepared?.of !== of || receiptOf(this.prepared.key)?.state === "failed") {
      this.prepared = { of, key: newKey(), entries: entriesOf(out, me.peek(), new Date().toISOString(), uuidOf(newKey(), 0), sv.record, done) };
    }
    const { key, entries } = this.prepared;
    try {
      await transact(entries, { patient: out.patient, title, link: pagePath("inkorg", "skickat"), key });
      this.prepared = null;
      return "";
    } catch (error) {
      return notSaved(key, error);
    } finally {
      tasksChanged.value++;
    }
  }
}
