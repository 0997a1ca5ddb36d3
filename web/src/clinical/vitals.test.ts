// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { BundleEntry, Observation } from "@fhir";
import { writeJson } from "../fhir/decimal.ts";
import { ageParts, growthOf, ticks } from "./growth.ts";
import type { Form } from "./fields.ts";
import type { Me } from "./marks.ts";
import { bandLabels, columnsOf, rowsOf } from "./newsChart.ts";
import { BANDS } from "../board/news2.ts";
import { findTerms, included, inExpansion, inSystem } from "./terms.ts";
import { bmiOf, doubts, earlierOf, formOfSet, mistakenSet, newsOf, newsOfSet, readSet, scaleOf, setsOf, vitalsIn, writesOf } from "./vitals.ts";

const me: Me = { who: { reference: "PractitionerRole/a" }, now: "2026-11-22T10:00:00.000Z", patient: "p" };
const NOW = Date.parse("2026-11-22T12:00:00Z");
const AT = "2026-11-22T09:30";
const comma = (text: string) => text.replace(".", ",");
const WHOLE: Form = { at: AT, respiration: "22", saturation: "93", oxygen: "syrgas", flow: "2,0", scale: "1", systolic: "105", diastolic: "60", pulse: "112", consciousness: "A", temperature: "38,0", pain: "4", weight: "82,50", height: "180", note: "Efter gång" };
let n = 0;
const urn = () => `urn:uuid:${++n}`;
const writes = (form: Form, set: Parameters<typeof writesOf>[0] = null, years = 50) => {
  const read = readSet(form, NOW);
  return writesOf(set, form, read, newsOf(vitalsIn(form, read), form["scale"] === "2" ? 2 : 1, years), me, urn, comma);
};
const stored = (entries: readonly BundleEntry[]): Observation[] => entries.map((entry, i) => ({ ...(JSON.parse(writeJson(entry.resource)) as Observation), id: `o${i}`, meta: { versionId: "1" } }));
const code = (o: Observation) => o.code.coding?.[0]?.code;
const wholeSet = () => setsOf(stored(writes(WHOLE).entries))[0]!;

test("a whole set is one transaction whose values read back as the same form, no unit dropped, no zero lost", () => {
  const { entries, values } = writes(WHOLE);
  assert.equal(values, 9);
  assert.ok(entries.every((entry) => entry.request?.method === "POST"));
  const all = entries.map((entry) => entry.resource as Observation);
  assert.deepEqual(all.map(code), ["9279-1", "59408-5", "85354-9", "8867-4", "8310-5", "1104441000000107", "72514-3", "29463-7", "8302-2", "1104051000000101"]);
  for (const o of all) {
    assert.equal(o.category?.[0]?.coding?.[0]?.code, "vital-signs");
    for (const part of [o, ...(o.component ?? [])]) if (part.valueQuantity !== undefined) assert.ok(part.valueQuantity.unit && part.valueQuantity.code && part.valueQuantity.system, code(o));
  }
  const text = writeJson(all);
  assert.ok(/"value":38\.0,"unit":"°C"/.test(text));
  assert.ok(/"value":82\.50,"unit":"kg"/.test(text));
  const { at: _, ...form } = formOfSet(wholeSet(), comma);
  const { at: __, ...asked } = WHOLE;
  assert.deepEqual(form, { ...asked, flow: "2", temperature: "38", weight: "82,5", head: "" }, "JSON.parse forgets the zeros; the client's reader does not");
});

test("NEWS2 of a set: the sum is written only when all seven are measured, on the scale it was measured on", () => {
  const sum = (form: Form, years = 50) => (writes(form, null, years).entries.map((e) => e.resource as Observation).find((o) => code(o) === "1104051000000101"))?.valueInteger;
  assert.equal(sum(WHOLE), 2 + 2 + 2 + 1 + 2 + 0 + 0);
  assert.equal(sum({ ...WHOLE, scale: "2" }), 2 + 1 + 2 + 1 + 2 + 0 + 0, "93 % on oxygen is 1 on scale 2");
  assert.equal(sum({ ...WHOLE, pulse: "" }), undefined);
  assert.equal(sum(WHOLE, 15), undefined, "not below 16");
  const set = setsOf(stored(writes({ ...WHOLE, scale: "2" }).entries))[0]!;
  assert.equal(scaleOf(set), "2");
  assert.deepEqual([newsOfSet(set, 50)?.news.score, newsOfSet(set, 50)?.scale], [8, 2]);
});

test("a change writes what was changed and nothing else, each against the version that was read", () => {
  const set = wholeSet();
  const was = formOfSet(set, comma);
  assert.deepEqual(writes(was, set).entries, []);
  const { entries } = writes({ ...was, pulse: "88" }, set);
  assert.deepEqual(entries.map((e) => [e.request?.method, e.request?.ifMatch, code(e.resource as Observation), (e.resource as Observation).status]), [["PUT", 'W/"1"', "8867-4", "corrected"], ["PUT", 'W/"1"', "1104051000000101", "corrected"]]);
  assert.equal((entries[1]?.resource as Observation).valueInteger, 7);
  const gone = writes({ ...was, weight: "", head: "38" }, set).entries;
  assert.deepEqual(gone.map((e) => [e.request?.method, code(e.resource as Observation), (e.resource as Observation).status]), [["PUT", "29463-7", "entered-in-error"], ["POST", "9843-4", "final"]]);
  const half = writes({ ...was, pulse: "" }, set).entries;
  assert.deepEqual(half.map((e) => [code(e.resource as Observation), (e.resource as Observation).status]), [["8867-4", "entered-in-error"], ["1104051000000101", "entered-in-error"]], "a sum that no longer holds goes too");
  const moved = writes({ ...was, at: "2026-11-22T09:00" }, set).entries;
  assert.equal(moved.length, set.observations.length, "a set is moved whole");
  const comment = writes({ ...was, note: "I vila" }, set).entries;
  assert.deepEqual(comment.map((e) => (e.resource as Observation).note?.[0]?.text), ["I vila"]);
});

test("what another system has written beside the set is not touched: other units, other parts", () => {
  const foreign: Observation = { resourceType: "Observation", id: "f", status: "final", code: { coding: [{ system: "http://loinc.org", code: "8310-5" }] }, effectiveDateTime: "2026-11-22T09:30:00Z", valueQuantity: { value: 101.3, unit: "°F", code: "[degF]" } };
  const set = setsOf([foreign])[0]!;
  const form = formOfSet(set, comma);
  assert.equal(form["temperature"], "", "nothing is turned from one unit into another");
  const { entries } = writes({ ...form, pulse: "70" }, set);
  assert.deepEqual(entries.map((e) => [e.request?.method, code(e.resource as Observation)]), [["POST", "8867-4"]]);
});

test("oxygen and consciousness that stand only in the parts of the sum are changed without contradiction", () => {
  const total: Observation = {
    resourceType: "Observation", id: "t", meta: { versionId: "4" }, status: "final", code: { coding: [{ code: "1104051000000101" }], text: "NEWS2" }, effectiveDateTime: "2026-11-22T08:30:00Z", valueInteger: 0,
    component: [{ code: { coding: [{ system: "http://snomed.info/sct", code: "722742002" }] }, valueBoolean: true }, { code: { coding: [{ system: "http://snomed.info/sct", code: "1104441000000107" }] }, valueCodeableConcept: { coding: [{ system: "http://snomed.info/sct", code: "248234008" }] } }],
  };
  const set = setsOf([total])[0]!;
  const form = formOfSet(set, comma);
  assert.deepEqual([form["oxygen"], form["consciousness"]], ["luft", "A"]);
  const { entries } = writes({ ...form, consciousness: "V" }, set);
  const [said, sum] = entries.map((e) => e.resource as Observation);
  assert.equal(said?.valueCodeableConcept?.coding?.[0]?.code, "300202002");
  assert.equal(sum?.status, "entered-in-error", "with the rest unmeasured there is no sum");
});

test("a whole set marked as a mistake stays, marked and told why", () => {
  const all = mistakenSet(wholeSet(), "Fel patient", me);
  assert.ok(all.every((e) => (e.resource as Observation).status === "entered-in-error" && e.request?.ifMatch === 'W/"1"'));
  const left = setsOf(all.map((e) => e.resource as Observation));
  assert.deepEqual([left.length, setsOf(all.map((e) => e.resource as Observation), true).length], [0, 1]);
});

test("numbers are read with decimal comma; what can be read in two ways, the future and a flow without oxygen are refused", () => {
  const amiss = (form: Form) => readSet({ at: AT, ...form }, NOW).amiss;
  assert.equal(amiss({ temperature: "36,7" }), null);
  assert.deepEqual(amiss({ temperature: "36.700" }), { field: "temperature", why: "ambiguous" });
  assert.deepEqual(amiss({ pulse: "sjuttio" }), { field: "pulse", why: "number" });
  assert.deepEqual(amiss({ pulse: "70", flow: "2" }), { field: "flow", why: "flow" });
  assert.deepEqual(amiss({}), { field: "respiration", why: "empty" });
  assert.deepEqual(amiss({ pulse: "70", at: "2026-11-23T12:00" }), { field: "at", why: "future" });
  assert.equal(amiss({ consciousness: "C" }), null, "one answer is enough");
});

test("what is unlikely is asked about, and nothing is forbidden", () => {
  const asked = (form: Form, earlier = {}, years = 50) => doubts(readSet({ at: AT, ...form }, NOW), earlier, years).map((d) => `${d.doubt} ${d.measure}`);
  assert.deepEqual(asked({ pulse: "70", temperature: "36,7", saturation: "98", systolic: "120", diastolic: "70" }), []);
  assert.deepEqual(asked({ temperature: "367" }), ["unlikely temperature"]);
  assert.deepEqual(asked({ saturation: "101" }), ["unlikely saturation"]);
  assert.deepEqual(asked({ systolic: "70", diastolic: "120" }), ["pressure diastolic"]);
  assert.deepEqual(asked({ systolic: "70" }), ["halfPressure systolic"]);
  const earlier = earlierOf(setsOf(stored(writes(WHOLE).entries)), "", (text) => text);
  assert.deepEqual(asked({ weight: "62" }, earlier), ["weight weight"]);
  assert.deepEqual(asked({ weight: "85" }, earlier), []);
  assert.deepEqual(asked({ height: "108" }, earlier), ["height height"]);
});

test("the bands of the paper chart: each value in exactly one, with that band's points", () => {
  assert.deepEqual(bandLabels(BANDS.respiration, 1), ["≤ 8", "9–11", "12–20", "21–24", "≥ 25"]);
  assert.deepEqual(bandLabels(BANDS.temperature, 0.1), ["≤ 35", "35,1–36", "36,1–38", "38,1–39", "≥ 39,1"]);
  const names = { air: "Luft", oxygen: "Syrgas", alert: "A", notAlert: "CVPU", withOxygen: (x: string) => `${x} O2`, withAir: (x: string) => `${x} luft` };
  for (const scale of ["1", "2"]) {
    for (let value = 80; value <= 100; value++) {
      for (const oxygen of ["luft", "syrgas"]) {
        const set = setsOf(stored(writes({ ...WHOLE, saturation: String(value), oxygen, flow: "", scale }).entries))[0]!;
        const [column] = columnsOf([set], () => 50);
        for (const row of rowsOf([column!], names, String)) {
          const held = row.bands.filter((band) => band.holds(column!));
          assert.equal(held.length, 1, `${row.measure} ${value} ${oxygen} ${scale}`);
          assert.equal(held[0]?.points, column!.news.points[row.measure], `${row.measure} ${value} ${oxygen} scale ${scale}`);
        }
      }
    }
  }
});

test("growth by age: units brought to one, BMI reckoned where both were measured, what cannot be told left out and counted", () => {
  const at = (id: string, loinc: string, date: string, value: number, ucum: string): Observation => ({ resourceType: "Observation", id, status: "final", code: { coding: [{ system: "http://loinc.org", code: loinc }] }, effectiveDateTime: date, valueQuantity: { value, unit: ucum, code: ucum } });
  const { curves, left } = growthOf([
    at("1", "29463-7", "2024-01-01", 3500, "g"), at("2", "8302-2", "2024-01-01", 50, "cm"), at("3", "29463-7", "2025-01-01", 10, "kg"), at("4", "8302-2", "2025-01-01", 0.76, "m"), at("5", "29463-7", "2025-06-01", 24, "[lb_av]"),
    { ...at("6", "29463-7", "2025-07-01", 99, "kg"), status: "entered-in-error" },
  ], "2024-01-01");
  assert.deepEqual(curves.weight.map((p) => p.value), [3.5, 10]);
  assert.deepEqual(curves.height.map((p) => p.text), ["50", "76"]);
  assert.deepEqual(curves.bmi.map((p) => p.text), ["14.0", "17.3"]);
  assert.equal(left, 1);
  assert.ok(Math.abs((curves.weight[1]?.age ?? 0) - 1) < 0.01);
  assert.equal(bmiOf(undefined, 180), null);
  assert.deepEqual(ageParts(1.5), { years: 1, months: 6 });
  assert.deepEqual(ticks(3.5, 10, 5), [2, 4, 6, 8, 10]);
});

test("codes are found by the beginnings of their words, or by the code with or without its point", () => {
  const terms = [{ code: "J18.9", system: "icd", text: "Pneumoni, ospecificerad" }, { code: "J15.9", system: "icd", text: "Bakteriell pneumoni, ospecificerad" }, { code: "I10.9", system: "icd", text: "Essentiell hypertoni" }];
  const found = (text: string) => findTerms(terms, text, 10).hits.map((t) => t.code);
  assert.deepEqual(found("pneu"), ["J18.9", "J15.9"], "what begins so comes first");
  assert.deepEqual([found("j189"), found("J18."), found("hyp ess"), found("zz"), found(" ")], [["J18.9"], ["J18.9"], ["I10.9"], [], []]);
  assert.equal(findTerms(terms, "ospec", 1).more, true);
  assert.deepEqual(inSystem("s", [{ code: "A", display: "a", concept: [{ code: "A1" }] }]), [{ code: "A", system: "s", text: "a" }, { code: "A1", system: "s", text: "A1" }]);
  assert.deepEqual(inExpansion([{ code: "x", abstract: true, contains: [{ code: "y", display: "Y", system: "s" }] }]), [{ code: "y", system: "s", text: "Y" }]);
  assert.deepEqual([included({ system: "s" }), included({ system: "s", filter: [{ property: "concept", op: "is-a", value: "x" }] })], ["system", "not"]);
});
