// SPDX-License-Identifier: Apache-2.0
// What a patient's medicines are called and how they are taken, in words; for the overview and the medicines screen.
import type { Dosage } from "@fhir";
import { dosageText, type DosageWords } from "../fhir/dosage.ts";
import { conceptText } from "../fhir/text.ts";
import { heldDecimal } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import type { Chart } from "./model.ts";
import type { Medicine } from "./state.ts";

export function dosageWords(): DosageWords {
  const m = t.value.medication;
  return {
    number: heldDecimal,
    asNeeded: m.asNeeded,
    times(count, period, unit) {
      if (period !== "1") return m.timesEvery(count, period, word(m.unitsPlural, unit));
      return count === "1" ? m.oncePer(word(m.units, unit)) : m.timesPer(count, word(m.units, unit));
    },
  };
}

export function dosages(m: Medicine): string[] {
  const list: readonly Dosage[] = (m.resourceType === "MedicationRequest" ? m.dosageInstruction : m.dosage) ?? [];
  return list.map((d) => dosageText(d, dosageWords())).filter((text) => text !== "");
}

export function medicineName(m: Medicine, chart: Chart): string {
  const text = m.medicationCodeableConcept === undefined ? chart.nameOf(m.medicationReference) : conceptText(m.medicationCodeableConcept);
  return text === "" ? t.value.common.unnamed : text;
}

export function allMedicines(chart: Chart): readonly Medicine[] {
  return [...chart.lists.prescriptions.items.value, ...chart.lists.statements.items.value];
}
