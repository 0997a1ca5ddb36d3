// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Observation } from "@fhir";
import { connection, serverAnswered } from "../app/connection.ts";
import { FhirError } from "../fhir/error.ts";
import { receiptOf } from "./receipts.ts";
import { cancelWaiting } from "./wait.ts";
import { Conflict, create, patientsOf, transact, update, WrongPatient } from "./write.ts";

interface Asked { url: string; init: RequestInit }
const asked: Asked[] = [];
type Reply = Response | Error;

/** Answers in turn; the connection comes back by itself, as the health question of the page would find. */
function answers(...replies: Reply[]): void {
  asked.length = 0;
  globalThis.fetch = (url, init) => {
    // What the patient is called is asked for beside the write.
    if (String(url).startsWith("/fhir/Patient?")) return Promise.resolve(json({ resourceType: "Bundle", type: "searchset", entry: [{ resource: { resourceType: "Patient", id: "p1", name: [{ text: "Tolvan Tolvansson" }] } }] }));
    asked.push({ url: String(url), init: init ?? {} });
    const reply = replies.shift();
    if (reply instanceof Response) return Promise.resolve(reply);
    setTimeout(serverAnswered, 5);
    return Promise.reject(reply ?? new Error("nothing laid out"));
  };
}
Object.defineProperty(globalThis, "location", { value: new URL("http://record.example/patient/p1"), configurable: true });
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init);
const kept = (version: string) => json({ ...VALUE, id: "o1", meta: { versionId: version } }, { status: 201, headers: { Location: `/fhir/Observation/o1/_history/${version}` } });
const cut = () => new TypeError("cut");
const page = () => new Response("<html>", { status: 200 });
const none = () => json({ resourceType: "OperationOutcome", issue: [] }, { status: 404 });
const list = () => json([]);
const line = (key: string) => json({ key, time: "2026-01-01T00:00:00Z", method: "POST", path: "Observation", patient: "p1", status: 201, resource: "Observation/o1", version: "1" });
const VALUE: Observation = { resourceType: "Observation", status: "final", code: { text: "Puls" }, subject: { reference: "Patient/p1" } };
const READ: Observation = { ...VALUE, id: "o1", meta: { versionId: "3" } };
const how = (key: string) => ({ patient: "p1", title: "Puls antecknad", key });
const posts = () => asked.filter((a) => a.init.method === "POST");
const header = (i: number, name: string) => new Headers(asked[i]?.init.headers).get(name);

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(() => "none", (error: unknown) => (error instanceof FhirError ? `${error.kind} ${error.status}` : (error as Error).name));
}

test("a write carries its patient and its key, and its receipt tells where it is", async () => {
  answers(kept("1"));
  const done = await create(VALUE, how("k1"));
  assert.equal(done.resource.id, "o1");
  assert.deepEqual([header(0, "Helhet-Patient"), header(0, "Idempotency-Key"), header(0, "Prefer")], ["p1", "k1", "return=representation"]);
  assert.deepEqual([done.receipt.state, done.receipt.resource, done.receipt.version], ["saved", "Observation/o1", "1"]);
});

test("what is about another patient is never sent", async () => {
  answers();
  assert.equal(await failure(create({ ...VALUE, subject: { reference: "Patient/p2" } }, how("k2"))), "WrongPatient");
  assert.equal(await failure(transact([{ resource: VALUE }, { resource: { ...VALUE, subject: { reference: "https://a.example/fhir/Patient/p2" } } }], how("k3"))), "WrongPatient");
  assert.deepEqual([asked.length, receiptOf("k2")?.state, receiptOf("k3")?.state], [0, "failed", "failed"]);
  assert.deepEqual(patientsOf({ resourceType: "Task", status: "draft", intent: "order", for: { reference: "Patient/p9/_history/2" } }), ["p9"]);
  assert.ok(new WrongPatient() instanceof Error);
});

test("a lost reply: known to be saved, the answer is asked for under the same key, else what stands is read", async () => {
  answers(cut(), line("k4"), kept("1"));
  const done = await create(VALUE, how("k4"));
  assert.deepEqual([posts().map((p) => new Headers(p.init.headers).get("Idempotency-Key")), done.receipt.state, done.resource.id], [["k4", "k4"], "saved", "o1"]);
  answers(cut(), line("k40"), cut(), kept("1"));
  const read = await create(VALUE, how("k40"));
  assert.deepEqual([posts().length, read.receipt.state, read.resource.id, asked[3]?.url], [2, "saved", "o1", "/fhir/Observation/o1"]);
});

test("a lost reply: known never to have been saved, it is sent again with the same key", async () => {
  answers(cut(), none(), list(), kept("1"));
  const done = await create(VALUE, how("k5"));
  assert.deepEqual(posts().map((p) => new Headers(p.init.headers).get("Idempotency-Key")), ["k5", "k5"]);
  assert.equal(done.receipt.state, "saved");
});

test("a lost reply and nobody to ask: unsure, not sent again, and says where to look", async () => {
  for (const [key, reply] of [["k6", page()], ["k7", none()]] as const) {
    answers(cut(), reply, page());
    assert.equal(await failure(create(VALUE, how(key))), "network 0");
    assert.deepEqual([posts().length, receiptOf(key)?.state], [1, "unsure"]);
    assert.ok(/Se efter i patientens journal/.test(receiptOf(key)?.failure ?? ""));
  }
});

test("an answer that cannot be read is a lost reply, not a success", async () => {
  answers(page(), line("k8"), kept("1"));
  assert.equal((await create(VALUE, how("k8"))).resource.id, "o1");
  answers(json({ nothing: true }), page());
  assert.equal(await failure(create(VALUE, how("k9"))), "format 200");
  assert.equal(receiptOf("k9")?.state, "unsure");
});

test("a no is a no: failed, with the reason, and sent once", async () => {
  answers(json({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "invalid", details: { text: "status saknas" } }] }, { status: 422 }));
  assert.equal(await failure(create(VALUE, how("k10"))), "invalid 422");
  assert.deepEqual([posts().length, receiptOf("k10")?.state], [1, "failed"]);
  assert.ok(/status saknas.*Inget har sparats/.test(receiptOf("k10")?.failure ?? ""));
});

test("a failing service that says nothing was kept: failed, and the user decides about again", async () => {
  answers(json({ resourceType: "OperationOutcome", issue: [] }, { status: 500 }), none(), list());
  assert.equal(await failure(create(VALUE, how("k11"))), "server 500");
  assert.deepEqual([posts().length, receiptOf("k11")?.state], [1, "failed"]);
});

test("another version stands: the second writer gets both", async () => {
  answers(json({ resourceType: "OperationOutcome", issue: [] }, { status: 412 }), json({ ...READ, meta: { versionId: "4" }, status: "amended" }));
  const error = await update(READ, how("k12")).catch((e: unknown) => e);
  const both = error instanceof Conflict ? (error as Conflict<Observation>) : null;
  assert.deepEqual([both?.mine.status, both?.theirs?.status], ["final", "amended"]);
  assert.deepEqual([header(0, "If-Match"), receiptOf("k12")?.state], ['W/"3"', "failed"]);
});

test("what waits can be taken back from the moment it is said to wait", async () => {
  answers(kept("1"));
  connection.value = "noServer";
  const work = failure(create(VALUE, how("k16")));
  assert.equal(receiptOf("k16")?.waits, true);
  assert.equal(cancelWaiting("k16"), true);
  assert.equal(await work, "Cancelled");
  assert.deepEqual([asked.length, receiptOf("k16")?.state], [0, "failed"]);
  connection.value = "up";
});

test("while the service is away a write waits unsent, and can be taken back", async () => {
  answers(kept("1"));
  connection.value = "noServer";
  const work = failure(create(VALUE, how("k13")));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([asked.length, receiptOf("k13")?.state, receiptOf("k13")?.waits], [0, "sending", true]);
  assert.equal(cancelWaiting("k13"), true);
  assert.equal(await work, "Cancelled");
  assert.deepEqual([asked.length, receiptOf("k13")?.state], [0, "failed"]);
  const later = create(VALUE, how("k14"));
  setTimeout(serverAnswered, 20);
  assert.equal((await later).receipt.state, "saved");
  assert.equal(cancelWaiting("k14"), false);
});
