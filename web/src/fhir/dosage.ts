// SPDX-License-Identifier: Apache-2.0
// A dosage as its parts: the prescriber's own text first; the structured rest only where there is no text.
import type { Dosage, Quantity, Timing } from "@fhir";
import { conceptsText, conceptText } from "./text.ts";

export interface DosageWords {
  number(holder: object, key: string, value: number): string;
  times(count: string, period: string, unit: string): string;
  asNeeded: string;
}

function amount(quantity: Quantity | undefined, words: DosageWords): string {
  if (quantity?.value === undefined) return "";
  return `${words.number(quantity, "value", quantity.value)} ${quantity.unit ?? quantity.code ?? ""}`.trim();
}

function frequency(timing: Timing | undefined, words: DosageWords): string {
  const repeat = timing?.repeat;
  if (repeat?.period === undefined || repeat.periodUnit === undefined) return conceptText(timing?.code);
  const count = `${repeat.frequency ?? 1}${repeat.frequencyMax === undefined ? "" : `–${repeat.frequencyMax}`}`;
  const period = `${words.number(repeat, "period", repeat.period)}${repeat.periodMax === undefined ? "" : `–${words.number(repeat, "periodMax", repeat.periodMax)}`}`;
  return words.times(count, period, repeat.periodUnit);
}

/** One line a dosage. The text is never cut or rewritten. */
export function dosageText(dosage: Dosage, words: DosageWords): string {
  const needed = dosage.asNeededBoolean === true ? words.asNeeded : conceptText(dosage.asNeededCodeableConcept);
  if (dosage.text !== undefined) return [dosage.text, dosage.patientInstruction].filter((t) => t !== undefined && t !== dosage.text).length > 0 ? `${dosage.text}\n${dosage.patientInstruction}` : dosage.text;
  const doses = (dosage.doseAndRate ?? []).map((d) => [
    amount(d.doseQuantity, words), [amount(d.doseRange?.low, words), amount(d.doseRange?.high, words)].filter((t) => t !== "").join("–"), amount(d.rateQuantity, words),
  ].filter((t) => t !== "").join(", "));
  return [conceptText(dosage.method), ...doses, frequency(dosage.timing, words), needed, conceptText(dosage.route), conceptsText(dosage.additionalInstruction), dosage.patientInstruction ?? ""]
    .filter((t) => t !== "").join(", ");
}
