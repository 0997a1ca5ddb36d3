// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Composition } from "@fhir";
import { differences } from "./diff.ts";
import { awaited, corrects, reasonOf, signatures } from "./marks.ts";
import { asking, compose, countersigned, draftOf, isChanged, noteFrom, noteOf, noteOfDraft, part, sectionsOf, signed, withReason, withTemplate, type Note } from "./note.ts";
import { dottedAt, fitting, isName, meant, phrases, TEMPLATES } from "./templates.ts";
import { SOKORD } from "./sokord.ts";

const ANNA = { reference: "PractitionerRole/anna", display: "Anna Prov, Överläkare" };
const BO = { reference: "PractitionerRole/bo", display: "Bo Prov, ST-läkare" };
const ABOUT = { patient: { reference: "Patient/p" }, author: ANNA, date: "2026-11-22T08:00:00+01:00" };
const HARD = "Ingen blödning.\r\n\tHb <120 & ej feber 37,5 °C  \n\n\n\nå a\u030a 👩‍⚕️ \u000b\ud800 ingen";

const texts = (note: Note) => note.parts.map((p) => [p.keyword, p.title, p.text]);
const template = (name: string) => TEMPLATES.find((one) => one.name === name)!;
const sent = (c: Composition) => JSON.parse(JSON.stringify(c)) as Composition;

test("a note is read as it was written, with its keywords", () => {
  const note = noteFrom(template("rond"));
  const written: Note = { ...note, parts: note.parts.map((p, i) => ({ ...p, text: i === 2 ? "" : `${HARD}${i}` })) };
  const composition = compose(written, ABOUT, null);
  assert.equal(composition.status, "preliminary");
  assert.equal(composition.section?.[0]?.code?.coding?.[0]?.code, "aktuellt");
  assert.deepEqual(texts(noteOf(sent(composition))), texts({ ...written, parts: written.parts.filter((p) => p.text !== "") }));
});

test("a draft keeps every character, and what is empty", () => {
  const note: Note = { ...noteFrom(template("dagsnotat")), parts: [part("aktuellt", HARD), part("status"), { ...part("planering", "x"), origin: { source: "Composition/1/_history/2", title: "Epikris", author: "Bo", time: ABOUT.date, text: HARD } }] };
  const back = noteOfDraft(JSON.parse(JSON.stringify(draftOf(note, null, "", ""))));
  assert.deepEqual(texts(back), texts(note));
  assert.deepEqual(back.parts[2]?.origin, note.parts[2]?.origin);
});

test("where a text was carried from is kept, and whether it has been changed", () => {
  const origin = { source: "Composition/1/_history/2", title: "Epikris", author: "Bo Prov, ST-läkare", time: ABOUT.date, text: HARD };
  const note: Note = { ...noteFrom(template("dagsnotat")), parts: [{ ...part("aktuellt", HARD), origin }, { ...part("status", `${HARD} mer`), origin }] };
  const back = noteOf(sent(compose(note, ABOUT, null)));
  assert.deepEqual(back.parts.map((p) => p.origin), [origin, origin]);
  assert.deepEqual(back.parts.map(isChanged), [false, true]);
});

test("what a Composition from elsewhere holds beside the text stays", () => {
  const foreign: Composition = {
    resourceType: "Composition", id: "c", meta: { versionId: "3" }, status: "preliminary", type: { text: "Epikris" }, date: "2020-01-01", author: [BO], title: "Epikris", confidentiality: "N",
    section: [
      { id: "a", title: "Utan text", entry: [{ reference: "Condition/1" }] },
      { title: "Tabell", text: { status: "generated", div: "<div><table><tr><td>Hb</td><td>120</td></tr></table></div>" }, section: [{ title: "Inre", text: { status: "generated", div: "<div>inre</div>" } }] },
    ],
  };
  const note = noteOf(foreign);
  assert.deepEqual(compose(note, { ...ABOUT, author: BO }, foreign), foreign);
  const changed = compose({ ...note, parts: note.parts.map((p, i) => (i === 1 ? { ...p, text: "Hb 121" } : p)) }, ABOUT, foreign);
  assert.deepEqual(changed.section?.[1]?.section, foreign.section?.[1]?.section);
  assert.equal(noteOf(changed).parts[1]?.text, "Hb 121");
  assert.deepEqual(changed.author, [BO, ANNA]);
  assert.equal(changed.confidentiality, "N");
});

test("signed, corrected, countersigned", () => {
  const note: Note = { ...noteFrom(template("dagsnotat")), parts: [part("aktuellt", "ingen feber")] };
  const asked = asking(asking(compose(note, { ...ABOUT, author: BO }, null), "legal", BO), "professional", ANNA);
  assert.deepEqual([awaited(asked, "legal"), awaited(asked, "professional")], [[BO], [ANNA]]);
  const first = signed(asked, BO, "2026-11-22T08:01:00+01:00");
  assert.equal(first.status, "final");
  assert.deepEqual([awaited(first, "legal"), awaited(first, "professional"), signatures(first, "legal").length], [[], [ANNA], 1]);
  const second = countersigned(first, ANNA, "2026-11-22T08:02:00+01:00");
  assert.equal(second.status, "final");
  assert.deepEqual(second.section, first.section);
  assert.deepEqual([awaited(second, "professional"), signatures(second, "professional").map((s) => s.party)], [[], [ANNA]]);
  const third = signed(withReason(second, " fel sida "), ANNA, "2026-11-22T08:03:00+01:00");
  assert.equal(third.status, "amended");
  assert.equal(reasonOf(third), "fel sida");
  assert.deepEqual(signatures(third, "legal").map((s) => s.party), [BO, ANNA]);
  assert.equal(reasonOf(withReason(third, "")), "");
  assert.deepEqual(asking(asked, "professional", null).attester, [{ mode: "legal", party: BO }]);
});

test("what the server notes of a correction is read", () => {
  const c = { meta: { extension: [{ url: "https://helhet.example/fhir/StructureDefinition/corrects", extension: [{ url: "version", valueReference: { reference: "Composition/c/_history/2" } }, { url: "by", valueReference: ANNA }, { url: "at", valueInstant: "2026-11-22T08:00:00Z" }] }] } } as unknown as Composition;
  assert.deepEqual(corrects(c), { version: "Composition/c/_history/2", by: ANNA, at: "2026-11-22T08:00:00Z" });
  assert.equal(corrects({ ...c, meta: {} }), null);
});

test("a template takes no text away", () => {
  const written: Note = { ...noteFrom(template("rond")), parts: [part("anteckning", "ingen feber"), part("status", "u.a."), part("planering")] };
  const more = withTemplate(written, template("dagsnotat"));
  assert.deepEqual(texts(more), [["anteckning", "Anteckning", "ingen feber"], ["status", "Status", "u.a."], ["aktuellt", "Aktuellt", ""], ["bedomning-plan", "Bedömning och plan", ""]]);
  assert.deepEqual(texts(withTemplate({ ...written, parts: [part("x", " \n")] }, template("dagsnotat"))).length, 2);
  assert.deepEqual(sectionsOf(noteFrom(template("epikris"))), []);
});

test("a dot-phrase is one, and decimals and abbreviations are not", () => {
  assert.deepEqual(dottedAt("Mår bra .dagsn", 14), { start: 8, end: 14, name: "dagsn" });
  assert.deepEqual(dottedAt(".dagsnotat", 10), { start: 0, end: 10, name: "dagsnotat" });
  for (const text of ["37.5", "t.ex", "u.a.", "Slut.Börjar", ". x", "pat.har"]) assert.equal(dottedAt(text, text.length), null, text);
});

test("a dot-phrase is certain before it is expanded", () => {
  const all = phrases([{ name: "min", title: "Min mall", parts: [{ keyword: "status" }] }, { name: "rond", title: "Egen rond", text: "x" }]);
  assert.equal(meant(all, "dagsnotat")?.title, "Dagsnotat");
  assert.equal(meant(all, "DAGS")?.title, "Dagsnotat");
  assert.equal(meant(all, "rond")?.title, "Egen rond");
  assert.equal(meant(all, "bedömning")?.keyword, "bedomning");
  assert.equal(meant(all, "in"), null); // inskrivning, inga, informerad, information
  assert.equal(meant(all, "finnsinte"), null);
  assert.ok(fitting(all, "in").length > 2);
});

test("names of templates and keywords are usable, each once", () => {
  for (const one of TEMPLATES) assert.ok(isName(one.name) && one.title !== "" && (one.parts === undefined) !== (one.text === undefined), one.name);
  assert.equal(new Set(TEMPLATES.map((one) => one.name)).size, TEMPLATES.length);
  assert.equal(new Set(SOKORD.map((one) => one.code)).size, SOKORD.length);
  for (const one of TEMPLATES) for (const p of one.parts ?? []) assert.ok(SOKORD.some((s) => s.code === p.keyword), p.keyword);
});

test("differences hold every character of both texts", () => {
  const cases = [["ingen blödning", "blödning"], ["", "ny"], ["a b c", "a x c"], [HARD, HARD.replace("ej ", "")], ["samma", "samma"], ["a ".repeat(3000), "b ".repeat(3000)]] as const;
  for (const [before, after] of cases) {
    const pieces = differences(before, after);
    assert.equal(pieces.filter((p) => p.kind !== "new").map((p) => p.text).join(""), before);
    assert.equal(pieces.filter((p) => p.kind !== "gone").map((p) => p.text).join(""), after);
  }
  assert.deepEqual(differences("har ingen feber", "har feber"), [{ kind: "same", text: "har " }, { kind: "gone", text: "ingen " }, { kind: "same", text: "feber" }]);
});
