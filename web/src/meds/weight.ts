// SPDX-License-Identifier: Apache-2.0
// The patient's weight among the measurements, for doses per kilogram. Pure functions.
import type { Observation } from "@fhir";
import { conceptText, hasCode, timeOf } from "../fhir/text.ts";
import type { Dec } from "./decimal.ts";
import { amountOf } from "./dosage.ts";
import { convert } from "./units.ts";

/** LOINC's and SNOMED CT's body weight. */
const CODES = ["29463-7", "3141-9", "27113001"];
const WORDS = /^(kropps)?vikt$/i;
const OVER = new Set(["entered-in-error", "cancelled"]);

export interface Weight { readonly kilograms: Dec; readonly date: string }

export function weightOf(observations: readonly Observation[]): Weight | null {
  let newest: Weight | null = null;
  for (const o of observations) {
    if (OVER.has(o.status) || !(hasCode(o.code, ...CODES) || WORDS.test(conceptText(o.code)))) continue;
    const amount = amountOf(o.valueQuantity);
    const kilograms = amount === null ? null : convert(amount.value, amount.unit, "kg");
    const date = o.effectiveDateTime ?? o.issued ?? "";
    if (kilograms !== null && kilograms.c > 0n && (newest === null || timeOf(date) > timeOf(newest.date))) newest = { kilograms, date };
  }
  return newest;
}
