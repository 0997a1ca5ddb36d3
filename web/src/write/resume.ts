// SPDX-License-Identifier: Apache-2.0
// What was left on this computer is sent when its author is back: one at a time, in the order it was written, under the
// keys it had, so that what did arrive is not written twice. What is refused stays, for its author to see to.
import { newKey } from "../ids/key.ts";
import { failureText } from "../ui/failureText.ts";
import { patientName } from "./names.ts";
import { dropQueued, keepQueued, onQueueReady, readQueue, type Queued } from "./queue.ts";
import { changeReceipt, noteReceipt, receiptOf } from "./receipts.ts";
import { Cancelled } from "./wait.ts";
import { deliver, fail } from "./write.ts";
import { w } from "./words.ts";

const QUEUE_LINK = "/reserv";
const PRECONDITION_FAILED = 412;

/** False: it stays on the disk. */
async function sendOne(one: Queued): Promise<boolean> {
  noteReceipt({ key: one.key, time: one.made, title: one.title, patient: one.patient, patientName: patientName(one.patient), state: "sending", kept: true, link: one.link === "" ? QUEUE_LINK : one.link });
  try {
    const end = await deliver({ ...one.call, queued: one, held: true });
    if ("failure" in end) {
      const conflict = end.failure.status === PRECONDITION_FAILED;
      const why = conflict ? w.value.conflict : failureText(end.failure);
      if (!end.unsure) await keepQueued({ ...one, failure: why, conflict });
      fail(one.key, `${why} ${w.value.queueFailed}`, end.unsure ? "unsure" : "failed");
      changeReceipt(one.key, { link: QUEUE_LINK });
      return false;
    }
    const place = "reply" in end ? end.reply : { resource: end.saved, version: end.version };
    changeReceipt(one.key, { state: "saved", waits: false, ...(place.resource === "" ? {} : { resource: place.resource }), ...(place.version === "" ? {} : { version: place.version }) });
    await dropQueued(one.key);
    return true;
  } catch (error) {
    if (error instanceof Cancelled) await dropQueued(one.key);
    fail(one.key, error instanceof Cancelled ? w.value.cancelled : w.value.parked(one.name));
    return false;
  }
}

let busy = false;

async function sendAll(): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    const { own } = await readQueue();
    for (const one of own) if (one.failure === "" && receiptOf(one.key)?.state !== "sending") await sendOne(one);
  } finally {
    busy = false;
  }
}

/** What was refused, as its author now wants it: under a new key, against the versions that stand. Throws nothing; its receipt tells. */
export async function sendAnew(one: Queued, call: { headers: Record<string, string>; body: string }): Promise<boolean> {
  const key = newKey();
  const next: Queued = { ...one, key, failure: "", conflict: false, call: { ...one.call, ...call, key, headers: { ...call.headers, "Idempotency-Key": key } } };
  // First the new one, then the old: never none.
  await keepQueued(next);
  await dropQueued(one.key);
  return sendOne(next);
}

onQueueReady(() => void sendAll());
