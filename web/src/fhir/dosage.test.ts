// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { dosageText, type DosageWords } from "./dosage.ts";

const words: DosageWords = { number: (_, __, value) => String(value).replace(".", ","), times: (count, period, unit) => `${count}/${period}${unit}`, asNeeded: "vid behov" };

test("the prescriber's own words are shown whole and alone", () => {
  const text = "1 tablett till natten.\r\nEj vid  illamående";
  assert.equal(dosageText({ text, timing: { repeat: { frequency: 1, period: 1, periodUnit: "d" } }, doseAndRate: [{ doseQuantity: { value: 9 } }] }, words), text);
  assert.equal(dosageText({ text: "1 x 2", patientInstruction: "Tas med mat" }, words), "1 x 2\nTas med mat");
  assert.equal(dosageText({ text: "1 x 2", patientInstruction: "1 x 2" }, words), "1 x 2");
});

test("without words the structure is read out, nothing of it left out", () => {
  assert.equal(dosageText({
    timing: { repeat: { frequency: 1, frequencyMax: 2, period: 6, periodUnit: "h" } }, asNeededBoolean: true, route: { text: "peroralt" },
    doseAndRate: [{ doseQuantity: { value: 0.5, unit: "tablett" } }], additionalInstruction: [{ text: "sväljs hel" }],
  }, words), "0,5 tablett, 1–2/6h, vid behov, peroralt, sväljs hel");
  assert.equal(dosageText({ doseAndRate: [{ doseRange: { low: { value: 1, unit: "ml" }, high: { value: 2, unit: "ml" } } }] }, words), "1 ml–2 ml");
  assert.equal(dosageText({}, words), "");
});
