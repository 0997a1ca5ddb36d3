// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Composition, DocumentReference } from "@fhir";
import { carriable, carry, splitText } from "./carry.ts";
import { compose, emptyNote, part, type Note } from "./note.ts";
import { differs, merged, pairs } from "./merge.ts";

const note = (...parts: [string, string][]): Note => ({ ...emptyNote(), parts: parts.map(([keyword, text]) => part(keyword, text)) });
const texts = (n: Note) => n.parts.map((p) => [p.keyword, p.text]);

test("both versions are whole in the pairs, and a choice loses nothing that was chosen", () => {
  const mine = note(["aktuellt", "ingen feber"], ["hereditet", "mor"], ["status", "u.a."]);
  const theirs = note(["aktuellt", "feber"], ["status", "u.a."], ["planering", "hem"]);
  const all = pairs(mine, theirs);
  assert.deepEqual(all.map((p) => [p.title, p.mine?.text ?? null, p.theirs?.text ?? null]), [["Aktuellt", "ingen feber", "feber"], ["Hereditet", "mor", null], ["Status", "u.a.", "u.a."], ["Planering", null, "hem"]]);
  assert.deepEqual(all.map(differs), [true, true, false, true]);
  assert.deepEqual(texts(merged(mine, all, () => "mine")), texts(mine));
  assert.deepEqual(texts(merged(mine, all, () => "theirs")), texts(theirs));
  assert.deepEqual(texts(merged(mine, all, () => "both")), [["aktuellt", "feber\ningen feber"], ["hereditet", "mor"], ["status", "u.a."], ["planering", "hem"]]);
});

test("parts of one name are paired in order", () => {
  const all = pairs(note(["status", "a"], ["status", "b"]), note(["status", "a"], ["status", "c"]));
  assert.deepEqual(all.map((p) => [p.mine?.text, p.theirs?.text]), [["a", "a"], ["b", "c"]]);
});

test("a text under headings is carried part by part", () => {
  assert.deepEqual(splitText("Inledning\n\nKontaktorsak\nHosta.\nIngen feber.\n\nStatus:\n  Lungor: u.a.\n"), [
    { keyword: "anteckning", title: "Anteckning", text: "Inledning" },
    { keyword: "kontaktorsak", title: "Kontaktorsak", text: "Hosta.\nIngen feber." },
    { keyword: "status", title: "Status", text: "  Lungor: u.a." },
  ]);
  assert.deepEqual(splitText("Status är gott"), [{ keyword: "anteckning", title: "Anteckning", text: "Status är gott" }]);
});

test("what is carried shows where it comes from, and takes no text away", () => {
  const source: Composition = { ...compose(note(["aktuellt", "ingen feber"], ["socialt", "bor själv"]), { patient: {}, author: {}, date: "2026-01-02T03:04:05+01:00" }, null), id: "c", meta: { versionId: "4" } };
  const into = note(["aktuellt", ""], ["status", "u.a."]);
  const done = carry(into, source, "Bo Prov", carriable(source));
  assert.deepEqual(texts(done.note), [["aktuellt", "ingen feber"], ["status", "u.a."], ["socialt", "bor själv"]]);
  assert.deepEqual(done.note.parts[0]?.origin, { source: "Composition/c/_history/4", title: "Anteckning", author: "Bo Prov", time: "2026-01-02T03:04:05+01:00", text: "ingen feber" });
  assert.equal(done.first, into.parts[0]?.key);
  const again = carry(done.note, source, "Bo Prov", carriable(source));
  assert.equal(again.note.parts.length, 5);
  assert.deepEqual(texts(carry(emptyNote(), source, "", carriable(source)).note), [["aktuellt", "ingen feber"], ["socialt", "bor själv"]]);
});

test("a document's text can be carried too", () => {
  const document: DocumentReference = { resourceType: "DocumentReference", id: "d", status: "current", description: "Epikris", content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: btoa("Status\nu.a.") } }] };
  assert.deepEqual(carriable(document), [{ keyword: "status", title: "Status", text: "u.a." }]);
});
