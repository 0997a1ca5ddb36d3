// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Communication, Task } from "@fhir";
import { doneBy, takenBack, type Me } from "../results/tasks.ts";
import { filterAbout, filterIn, isWhose, KINDS } from "./filter.ts";
import { communicationOf, entriesOf, hasRead, isOverdue, marked, readBy, rootOf, textOf, type Outgoing } from "./message.ts";

const ME: Me = { who: { reference: "PractitionerRole/anna-med", display: "Anna" }, refs: ["PractitionerRole/anna-med"], teams: [{ reference: "CareTeam/rond" }], unit: "Organization/med", unitName: "Medicin", open: false };
const AT = "2026-11-22T08:00:00.000Z";
const WORDS = { message: "Meddelande", todo: "Uppgift", read: "Läst" };
const TEXT = "Ingen blödning.\r\n  Åter ≥ 38,5 °C\u0301";
const out: Outgoing = { kind: "message", patient: "p", to: { reference: "CareTeam/rond", display: "Ronden" }, topic: "Ring åter", text: TEXT, urgent: true, due: "", after: null };

test("a message is a letter and a task about it, with the text as it was written", () => {
  const [letter, task] = entriesOf(out, ME, AT, "u", WORDS, null);
  const written = letter?.resource as Communication;
  assert.equal(textOf(written), TEXT);
  assert.equal(written.subject?.reference, "Patient/p");
  assert.equal((task?.resource as Task).focus?.reference, letter?.fullUrl);
  assert.equal((task?.resource as Task).owner?.reference, "CareTeam/rond");
  assert.equal((task?.resource as Task).priority, "urgent");
});

test("an answer is part of the conversation, and what it answers is seen to in the same transaction", () => {
  const after: Communication = { resourceType: "Communication", id: "two", status: "completed", partOf: [{ reference: "Communication/one" }] };
  const task: Task = { resourceType: "Task", id: "t", meta: { versionId: "3" }, status: "received", intent: "order", owner: { reference: "CareTeam/rond" } };
  const entries = entriesOf({ ...out, after }, ME, AT, "u", WORDS, task);
  assert.equal(entries.length, 3);
  assert.equal(rootOf(entries[0]?.resource as Communication), "one");
  assert.equal(rootOf({ ...after, partOf: [] }), "two");
  assert.equal(entries[2]?.request?.ifMatch, "W/\"3\"");
  assert.deepEqual(doneBy(entries[2]?.resource as Task), { who: ME.who, when: AT });
});

test("a task made for oneself is taken already; one without a patient is about nobody", () => {
  const [entry] = entriesOf({ ...out, kind: "todo", patient: "", to: ME.who, due: "2026-11-24" }, ME, AT, "u", WORDS, null);
  const task = entry?.resource as Task;
  assert.equal(task.status, "accepted");
  assert.equal(task.for, undefined);
  assert.equal(task.note?.[0]?.text, TEXT);
  assert.equal(isOverdue(task, new Date(2026, 10, 24, 23, 59).getTime()), false);
  assert.equal(isOverdue(task, new Date(2026, 10, 25).getTime()), true);
  assert.equal(isOverdue({ ...task, restriction: {} }, Infinity), false);
});

test("who has read a message stays with it, and whose it is does not change", () => {
  const task: Task = { resourceType: "Task", status: "requested", intent: "order", focus: { reference: "Communication/c/_history/1" }, owner: { reference: "CareTeam/rond" } };
  assert.equal(hasRead(task, ME), false);
  const read = marked(task, ME, AT, WORDS);
  assert.equal(hasRead(read, ME), true);
  assert.equal(read.status, "received");
  assert.equal(read.owner?.reference, "CareTeam/rond");
  assert.deepEqual(readBy(read), [{ authorReference: ME.who, time: AT, text: "Läst" }]);
  assert.equal(readBy(marked(read, { ...ME, refs: ["PractitionerRole/bo"] }, AT, WORDS)).length, 2);
  assert.equal(communicationOf(task), "c");
});

test("what is shown stands in the address, and comes back from it", () => {
  for (const kind of KINDS) for (const whose of ["alla", "mina", "enhetens", "lag-1"]) assert.deepEqual(filterIn(filterAbout({ kind, whose })), { kind, whose });
  assert.equal(filterIn("lamna.x"), null);
  assert.equal(filterIn("meddelande.x"), null);
  assert.equal(isWhose("rond", "team", "CareTeam/rond"), true);
  assert.equal(isWhose("enhetens", "team", "CareTeam/rond"), false);
  assert.equal(isWhose("alla", "other", ""), true);
});

test("an acknowledging that is taken back waits again for who took it back, and says so", () => {
  const was: Task = { resourceType: "Task", status: "completed", intent: "order", owner: ME.who, executionPeriod: { start: AT, end: AT }, output: [{ type: { text: "Vidimerat svar" }, valueString: "x" }] };
  const now = takenBack(was, ME, AT, "Vidimering ångrad: fel patient", "Vidimering ångrad");
  assert.equal(now.status, "accepted");
  assert.equal(now.executionPeriod, undefined);
  assert.equal(now.output, undefined);
  assert.equal(doneBy(now), null);
  assert.equal(now.note?.at(-1)?.text, "Vidimering ångrad: fel patient");
});
