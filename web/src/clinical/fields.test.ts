// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { AllergyIntolerance, Condition, Flag, Immunization } from "@fhir";
import { degreeOf } from "../chart/state.ts";
import { amissOf, differing, FIELDS, isDate, KINDS, shownFields, taking, type Form } from "./fields.ts";
import { changeIn, changeOf, lastChange, type Me } from "./marks.ts";
import { emptyForm, endedEntry, entryOf, formOf, isMistaken, mistaken, noneKnown, type Entry } from "./records.ts";

const me: Me = { who: { reference: "PractitionerRole/a", display: "Anna Prov" }, now: "2026-11-22T10:00:00.000Z", patient: "p" };
const TODAY = "2026-11-22";

test("a date has the precision it was given, and is of a day that there is", () => {
  for (const good of ["2024", "2024-02", "2024-02-29", "1901-12-31"]) assert.equal(isDate(good), true, good);
  for (const bad of ["24", "2024-13", "2023-02-29", "2024-2-1", "2024-02-30", "i går", "2024-02-29T10:00", "0001"]) assert.equal(isDate(bad), false, bad);
});

test("what is amiss is told by its first field: empty, no date, not yet, end before beginning, no whole number", () => {
  const amiss = (form: Form, kind: (typeof KINDS)[number] = "diagnos") => amissOf(kind, "ny", form, TODAY);
  assert.deepEqual(amiss({ what: " " }), { field: "what", why: "empty" });
  assert.deepEqual(amiss({ what: "x", since: "mars" }), { field: "since", why: "date" });
  assert.deepEqual(amiss({ what: "x", since: "2026-11-23" }), { field: "since", why: "future" });
  assert.equal(amiss({ what: "x", since: "2026" }), null, "this year has begun");
  assert.deepEqual(amiss({ what: "x", since: "2020-05", status: "resolved", ended: "2020-04-30" }), { field: "ended", why: "before" });
  assert.equal(amiss({ what: "x", since: "2020-05", status: "active", ended: "2020-04-30" }), null, "not asked, not judged");
  const shot = { what: "Mpr", since: "2020", status: "completed" };
  for (const dose of ["0", "100", "1,5", "två"]) assert.deepEqual(amiss({ ...shot, dose }, "vaccination"), { field: "dose", why: "whole" }, dose);
  assert.equal(amiss({ ...shot, dose: "2", expires: "2031-01" }, "vaccination"), null);
  assert.deepEqual(amiss({ ...shot, status: "not-done" }, "vaccination"), { field: "reason", why: "empty" });
  assert.deepEqual(amissOf("diagnos", "fel", {}, TODAY), { field: "why", why: "empty" });
});

test("a vaccination given elsewhere is not asked where on the body it was given here", () => {
  const names = (form: Form) => shownFields("vaccination", "ny", form).map((field) => field.name);
  assert.ok(names({ status: "completed", origin: "" }).includes("site"));
  assert.ok(!names({ status: "completed", origin: "record" }).includes("site"));
  assert.deepEqual(names({ status: "not-done" }), ["what", "status", "since", "reason", "note"]);
});

/** What each kind can hold beyond the form, and must come through a change untouched. */
const STORED: Readonly<Record<(typeof KINDS)[number], Entry>> = {
  diagnos: {
    resourceType: "Condition", id: "c", meta: { versionId: "3" }, clinicalStatus: { coding: [{ system: "s", code: "active" }] }, code: { coding: [{ system: "icd", code: "I10.9" }, { system: "snomed", code: "38341003" }], text: "Hypertoni" },
    subject: { reference: "Patient/p" }, onsetPeriod: { start: "2010" }, bodySite: [{ text: "x" }], note: [{ text: "första" }, { text: "andra" }], evidence: [{ detail: [{ reference: "Observation/o" }] }],
  } satisfies Condition,
  overkanslighet: {
    resourceType: "AllergyIntolerance", id: "a", clinicalStatus: { coding: [{ code: "active" }] }, criticality: "high", code: { text: "Penicillin" }, patient: { reference: "Patient/p" }, onsetDateTime: "1998-06-10T08:00:00+02:00",
    reaction: [{ substance: { text: "Kåvepenin" }, manifestation: [{ coding: [{ code: "39579001" }], text: "Anafylaxi" }], description: "inom 10 minuter", severity: "severe" }, { manifestation: [{ text: "Utslag" }] }],
  } satisfies AllergyIntolerance,
  varning: { resourceType: "Flag", id: "f", status: "active", category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/flag-category", code: "safety" }] }], code: { coding: [{ system: "s", code: "1" }], text: "MRSA" }, subject: { reference: "Patient/p" }, period: { start: "2024-03-01" } } satisfies Flag,
  vaccination: { resourceType: "Immunization", id: "i", status: "completed", vaccineCode: { coding: [{ system: "atc", code: "J07BD52" }], text: "Mpr" }, patient: { reference: "Patient/p" }, occurrenceString: "i tvåan", protocolApplied: [{ doseNumberString: "andra", series: "barn" }], performer: [{ actor: { reference: "PractitionerRole/b" } }] } satisfies Immunization,
};

const bare = (entry: Entry) => { const { extension: _, ...rest } = entry; return rest; };

test("an entry written back with nothing changed is what it was, but for who was here", () => {
  for (const kind of KINDS) {
    const entry = STORED[kind];
    assert.deepEqual(bare(entryOf(kind, entry, formOf(entry), me)), entry, kind);
    assert.deepEqual(changeOf(entryOf(kind, entry, formOf(entry), me)), { by: me.who, at: me.now, why: "" });
  }
});

test("one answer changed changes one element", () => {
  const c = entryOf("diagnos", STORED.diagnos, { ...formOf(STORED.diagnos), note: "ny" }, me) as Condition;
  assert.deepEqual(c.note, [{ text: "första" }, { authorReference: me.who, time: me.now, text: "ny" }]);
  assert.deepEqual([c.onsetPeriod, c.code, c.evidence], [(STORED.diagnos as Condition).onsetPeriod, (STORED.diagnos as Condition).code, (STORED.diagnos as Condition).evidence]);
  const since = entryOf("diagnos", STORED.diagnos, { ...formOf(STORED.diagnos), since: "2011-02" }, me) as Condition;
  assert.deepEqual([since.onsetDateTime, since.onsetPeriod], ["2011-02", undefined], "one onset only");
  const a = entryOf("overkanslighet", STORED.overkanslighet, { ...formOf(STORED.overkanslighet), severity: "moderate" }, me) as AllergyIntolerance;
  assert.deepEqual(a.reaction?.[0], { substance: { text: "Kåvepenin" }, manifestation: [{ coding: [{ code: "39579001" }], text: "Anafylaxi" }], description: "inom 10 minuter", severity: "moderate" });
  assert.equal(a.reaction?.length, 2);
  const f = entryOf("varning", STORED.varning, { ...formOf(STORED.varning), degree: "life-threatening", kind: "contagion" }, me) as Flag;
  assert.deepEqual([degreeOf(f), f.category?.length, f.code], ["life-threatening", 2, (STORED.varning as Flag).code]);
  const i = entryOf("vaccination", STORED.vaccination, { ...formOf(STORED.vaccination), dose: "2" }, me) as Immunization;
  assert.deepEqual([i.protocolApplied, i.occurrenceString], [[{ doseNumberPositiveInt: 2, series: "barn" }], "i tvåan"]);
});

test("a new entry says all the form says, and reads back as the same form", () => {
  const forms: Record<(typeof KINDS)[number], Form> = {
    diagnos: { ...emptyForm("diagnos", TODAY), what: "Pneumoni", whatCode: "J18.9", whatSystem: "icd", note: "Röntgen" },
    overkanslighet: { ...emptyForm("overkanslighet", TODAY), what: "Ägg", whatCode: "", whatSystem: "", category: "food", degree: "troublesome", reaction: "Eksem", severity: "mild", since: "2019", note: "" },
    varning: { ...emptyForm("varning", TODAY), what: "Smitta: MRSA", whatCode: "", whatSystem: "", kind: "contagion", degree: "harmful", ended: "", note: "Enkelrum" },
    vaccination: { ...emptyForm("vaccination", TODAY), what: "Mpr", whatCode: "J07BD52", whatSystem: "atc", reason: "", dose: "1", lot: "A-1", expires: "2027-05", site: "LA", route: "IM", note: "" },
  };
  for (const kind of KINDS) {
    const made = entryOf(kind, null, forms[kind], me);
    assert.deepEqual(differing(kind, formOf(made), { ended: "", status: "active", ...forms[kind] }), [], kind);
  }
  const allergy = entryOf("overkanslighet", null, forms.overkanslighet, me) as AllergyIntolerance;
  assert.equal(allergy.criticality, "low", "the degree is FHIR's risk as well");
  assert.equal((entryOf("vaccination", null, forms.vaccination, me) as Immunization).performer?.[0]?.actor.reference, "PractitionerRole/a");
  const told = entryOf("vaccination", null, { ...forms.vaccination, origin: "recall" }, me) as Immunization;
  assert.deepEqual([told.primarySource, told.performer], [false, undefined], "nobody here gave what was given elsewhere");
});

test("ended, and entered in error, as FHIR's rules let them be", () => {
  const ended = endedEntry(STORED.diagnos, { how: "resolved", ended: "2025-04-01", why: "Frisk" }, me) as Condition;
  assert.deepEqual([ended.clinicalStatus?.coding?.[0]?.code, ended.abatementDateTime, changeOf(ended)?.why], ["resolved", "2025-04-01", "Frisk"]);
  const again = entryOf("diagnos", ended, { ...formOf(ended), status: "active" }, me) as Condition;
  assert.equal(again.abatementDateTime, undefined, "con-4: what is current has not abated");
  const taken = (entry: Entry, kind: "overkanslighet" | "varning") => entryOf(kind, entry, { ...formOf(entry), status: "active" }, me);
  const gone = endedEntry(STORED.varning, { ended: "2026-01-01" }, me);
  assert.deepEqual([shownFields("varning", "andra", formOf(gone)).some((f) => f.name === "status"), shownFields("varning", "andra", formOf(STORED.varning)).some((f) => f.name === "status")], [true, false]);
  assert.deepEqual([(taken(gone, "varning") as Flag).status, (taken(gone, "varning") as Flag).period], ["active", { start: "2024-03-01" }]);
  assert.equal((taken(endedEntry(STORED.overkanslighet, { how: "resolved" }, me), "overkanslighet") as AllergyIntolerance).clinicalStatus?.coding?.[0]?.code, "active");
  const refuted = endedEntry(STORED.overkanslighet, { how: "refuted" }, me) as AllergyIntolerance;
  assert.deepEqual([refuted.clinicalStatus?.coding?.[0]?.code, refuted.verificationStatus?.coding?.[0]?.code], ["inactive", "refuted"]);
  assert.deepEqual((endedEntry(STORED.varning, { ended: "2026-01-01" }, me) as Flag).period, { start: "2024-03-01", end: "2026-01-01" });
  for (const kind of KINDS) {
    const wrong = mistaken(STORED[kind], "Fel patient", me);
    assert.equal(isMistaken(wrong), true, kind);
    assert.equal("clinicalStatus" in wrong, false, "con-5, ait-2: no clinical state");
    assert.equal(changeOf(wrong)?.why, "Fel patient");
  }
  assert.equal(noneKnown(me).code?.coding?.[0]?.code, "716186003");
});

test("two answers differ field by field, a coded text as one", () => {
  const mine: Form = { what: "a", whatCode: "1", whatSystem: "s", since: "2020" };
  const theirs: Form = { what: "a", whatCode: "2", whatSystem: "s", since: "2020", note: "x" };
  assert.deepEqual(differing("diagnos", mine, theirs), ["what", "note"]);
  assert.deepEqual(taking(mine, "what", theirs), { ...mine, whatCode: "2" });
});

test("who changed a version is told only of the version the mark was made in", () => {
  const version = (at: string, updated: string) => ({ ...entryOf("varning", STORED.varning, {}, { ...me, now: at }), meta: { lastUpdated: updated } });
  const first = version("2026-11-22T10:00:00.000Z", "2026-11-22T10:00:01Z");
  assert.equal(changeIn(first, undefined)?.by.reference, "PractitionerRole/a");
  assert.equal(changeIn({ ...first }, first), null, "the next version carries the same mark: whoever wrote it knew nothing of marks");
  assert.equal(lastChange(first)?.at, me.now);
  assert.equal(lastChange({ ...first, meta: { lastUpdated: "2026-11-23T10:00:00Z" } }), null);
});

test("every field has a kind of control it is made for", () => {
  for (const kind of KINDS) for (const field of FIELDS[kind]) assert.equal(field.control === "choice", field.choices !== undefined, `${kind}.${field.name}`);
});
