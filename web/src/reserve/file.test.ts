// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { MedicationRequest, Observation, Provenance } from "@fhir";
import { writeJson } from "../fhir/decimal.ts";
import { against, differences, replaced } from "./differ.ts";
import { agrees, entriesOf, FORMAT, readFile, together, traceOf, type Entry } from "./file.ts";

const ID = "0123456789abcdef0123456789abcdef";
const ENTRY = { id: ID, patient: "p1", who: "Prov, Ena 19121212-1212", author: "Olle Ström", title: "sjuksköterska", made: "2026-01-02T03:04:00+01:00", kind: "vitals", values: { temp: "38.50", sys: "120", dia: "70" } };
const file = (...entries: unknown[]) => readFile(JSON.stringify({ format: FORMAT, entries }));
const one = (): Entry => { const got = file(ENTRY); return ("entries" in got ? got.entries[0] : undefined) as Entry; };

test("a file is read whole or not at all, and what is amiss is said", () => {
  assert.equal(one().author, "Olle Ström");
  assert.deepEqual(readFile("{"), { fault: "json" });
  assert.deepEqual(readFile("null"), { fault: "format" });
  assert.deepEqual(readFile(JSON.stringify({ format: "annat", entries: [] })), { fault: "format" });
  for (const wrong of [{ id: "x" }, { made: "2026-01-02" }, { made: "2026-13-02T03:04:00+01:00" }, { author: " " }, { kind: "x" }, { kind: "note" }, { kind: "given" }, { values: {} }, { values: { temp: "varm" } }, { values: { x: "1" } }, { values: { sys: "120" } }, { patient: 1 }, { text: "x".repeat(20_001), kind: "note" }]) {
    assert.deepEqual(file(ENTRY, { ...ENTRY, ...wrong }), { fault: "entry" }, JSON.stringify(wrong));
  }
});

test("each entry once, however many files hold it, oldest first", () => {
  const later = { ...one(), id: "f".repeat(32), made: "2026-01-01T23:00:00-05:00" };
  const earlier = { ...one(), id: "e".repeat(32), made: "2026-01-02T03:00:00+01:00" };
  assert.deepEqual(together([later, one(), one(), earlier]).map((e) => e.id[0]), ["e", "0", "f"]);
});

test("whom it is about: the number must be the patient's own", () => {
  assert.ok(agrees("Prov, Ena 19121212-1212", ["191212121212"]));
  assert.ok(agrees("Okänd Kvinna 8 19000101-K080", ["19000101K080"]));
  assert.ok(!agrees("Prov, Ena 19121212-1213", ["191212121212"]));
  assert.ok(!agrees("Prov, Ena", ["191212121212", "1"]));
});

test("what it becomes says who wrote it and when, who entered it and when; its numbers are as written; each part is known again", () => {
  let n = 0;
  const entries = entriesOf(one(), { patient: "p1", by: { reference: "Practitioner/b" }, now: "2026-01-02T10:00:00Z", late: "Infört i efterhand", uuid: () => String(++n) });
  const made = entries.map((e) => e.resource as Observation | Provenance);
  assert.deepEqual(entries.map((e) => e.request?.ifNoneExist?.split("|")[1]), [`${ID}-temp`, `${ID}-bp`, undefined]);
  assert.ok(writeJson(made[0]).includes('"value":38.50'));
  assert.deepEqual([(made[0] as Observation).effectiveDateTime, (made[0] as Observation).performer], [ENTRY.made, [{ display: "Olle Ström, sjuksköterska" }]]);
  const trace = made[2] as Provenance;
  assert.deepEqual([trace.target.map((t) => t.reference), trace.occurredDateTime, trace.recorded, trace.agent.map((a) => a.who.display ?? a.who.reference)], [["urn:uuid:1", "urn:uuid:2"], ENTRY.made, "2026-01-02T10:00:00Z", ["Olle Ström, sjuksköterska", "Practitioner/b"]]);
  assert.equal(traceOf(one()).identifier.split("|")[1], `${ID}-temp`);
});

test("two texts of one entry: what differs, and the same once more against what stands", () => {
  const mine: MedicationRequest = { resourceType: "MedicationRequest", id: "m", meta: { versionId: "1" }, status: "stopped", intent: "order", subject: { reference: "Patient/p1" } };
  const theirs: MedicationRequest = { ...mine, meta: { versionId: "2" }, status: "active", note: [{ text: "Tas med mat" }] };
  assert.deepEqual(differences(mine, theirs), [{ path: "status", mine: "stopped", theirs: "active" }, { path: "note.0.text", mine: "", theirs: "Tas med mat" }]);
  const put = { method: "PUT" as const, headers: { "If-Match": 'W/"1"' }, body: writeJson(mine) };
  assert.equal(against(put, new Map([["MedicationRequest/m", "2"]])).headers["If-Match"], 'W/"2"');
  const bundle = { method: "POST" as const, headers: {}, body: writeJson({ resourceType: "Bundle", type: "transaction", entry: [{ resource: mine, request: { method: "PUT", url: "MedicationRequest/m", ifMatch: 'W/"1"' } }, { resource: theirs, request: { method: "POST", url: "MedicationRequest" } }] }) };
  assert.deepEqual(replaced(bundle).map((x) => x.id), ["m"]);
  assert.ok(against(bundle, new Map([["MedicationRequest/m", "2"]])).body.includes('"ifMatch":"W/\\"2\\""'));
});
