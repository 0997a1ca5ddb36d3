// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Patient } from "@fhir";
import { ageMonths, ageYears, conceptText, currentName, identityNumber, isProtected, municipality, nameText, newestFirst, shownCode, timeOf } from "./text.ts";

const patient = (rest: Partial<Patient>): Patient => ({ resourceType: "Patient", ...rest });

test("what the writer wrote comes before what the code is called", () => {
  assert.equal(conceptText({ text: "ingen feber", coding: [{ display: "Fever" }] }), "ingen feber");
  assert.equal(conceptText({ coding: [{ code: "1" }, { display: "Feber" }] }), "Feber");
  assert.equal(conceptText({ coding: [{ code: "R509" }] }), "R509");
  assert.equal(conceptText(undefined), "");
  assert.equal(shownCode({ coding: [{ system: "http://snomed.info/sct", code: "1" }, { system: "urn:oid:1.2.752.116.1.1.1", code: "I109" }] })?.code, "I109");
});

test("identity: number, name, protection, municipality", () => {
  const tolvan = patient({
    identifier: [{ system: "http://electronichealth.se/identifier/personnummer", value: "191212121212" }],
    name: [{ use: "old", family: "Gammal" }, { use: "official", family: "Tolvansson", given: ["Tolvan", "Åke"] }],
    meta: { security: [{ system: "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel", code: "sekretessmarkering" }] },
    address: [{ city: "GÖTEBORG", district: "Göteborg" }],
  });
  assert.deepEqual(identityNumber(tolvan), { kind: "personnummer", text: "19121212-1212" });
  assert.equal(nameText(currentName(tolvan.name)), "Tolvan Åke Tolvansson");
  assert.equal(isProtected(tolvan), true);
  assert.equal(municipality(tolvan), "Göteborg");
  assert.equal(isProtected(patient({})), false);
  assert.equal(identityNumber(patient({})), null);
  assert.equal(municipality(patient({ address: [{ city: "Borås" }] })), "Borås");
});

test("age in whole years and months", () => {
  assert.equal(ageYears("1980-11-22", new Date(2026, 10, 21)), 45);
  assert.equal(ageYears("1980-11-21", new Date(2026, 10, 21)), 46);
  assert.equal(ageYears("1980", new Date(2026, 10, 21)), 46);
  assert.equal(ageYears(undefined, new Date(2026, 10, 21)), null);
  assert.equal(ageMonths("2026-01-31", new Date(2026, 10, 21)), 9);
});

test("dates of any precision sort, undated last", () => {
  assert.ok(timeOf("2020") < timeOf("2020-02") && timeOf("2020-02") < timeOf("2020-02-02"));
  assert.deepEqual(newestFirst(["", "2020", "2021-05-05T10:00:00+02:00"], (d) => d), ["2021-05-05T10:00:00+02:00", "2020", ""]);
});
