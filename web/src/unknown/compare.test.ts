// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Patient } from "@fhir";
import { identityNumber, nameText } from "../fhir/text.ts";
import { compared, dangersOf, factsOf } from "./compare.ts";
import { mergedFrom, mergedWith } from "./led.ts";

const patient = (rest: Partial<Patient>): Patient => ({ resourceType: "Patient", ...rest });
const number = (value: string) => ({ identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value }] });
const unknown = patient({ identifier: [{ system: "urn:oid:1.2.752.113.11.0.2.1.1.1", value: "19000101K080" }], name: [{ use: "temp", text: "Okänd Kvinna 8", family: "Okänd", given: ["Kvinna 8"] }], gender: "female" });

test("an unknown patient is called what was said, and its number is a reserve number", () => {
  assert.equal(nameText(unknown.name?.[0]), "Okänd Kvinna 8");
  assert.deepEqual(identityNumber(unknown), { kind: "reservnummer", text: "19000101-K080" });
});

test("what one does not say does not differ", () => {
  const facts = (p: Patient) => factsOf(p, { female: "Kvinna", unknown: "Okänt" }, (d) => d);
  const differs = compared(facts(unknown), facts(patient({ ...number("198001022386"), name: [{ family: "Öbergska", given: ["Åsa"] }], gender: "female", birthDate: "1980-01-02" }))).filter((f) => f.differs).map((f) => f.name);
  assert.deepEqual(differs, ["name", "number"]);
});

test("dangers: sex, years, two numbers, protection, death; nothing where nothing speaks against it", () => {
  assert.deepEqual(dangersOf(unknown, patient({ gender: "female" })), { dangers: [], yearsApart: 0 });
  assert.deepEqual(dangersOf(unknown, patient({ gender: "male", deceasedBoolean: true })).dangers, ["sexDiffers", "deceased"]);
  assert.equal(dangersOf(patient({ birthDate: "1980" }), patient({ birthDate: "1991-01-01" })).yearsApart, 11);
  assert.equal(dangersOf(patient({ birthDate: "1980" }), patient({ birthDate: "1985-01-01" })).yearsApart, 0);
  assert.deepEqual(dangersOf(patient(number("191212121212")), patient(number("198001022386"))).dangers, ["numbers"]);
});

test("links: with whom, and from whom", () => {
  const link = [{ type: "replaced-by" as const, other: { reference: "Patient/b" } }, { type: "replaces" as const, other: { reference: "Patient/a" } }, { type: "seealso" as const, other: { reference: "Patient/c" } }];
  assert.deepEqual([mergedWith(patient({ link })), mergedFrom(patient({ link }))], ["b", ["a"]]);
  assert.deepEqual([mergedWith(unknown), mergedFrom(unknown)], ["", []]);
});
