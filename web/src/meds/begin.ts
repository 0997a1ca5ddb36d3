// SPDX-License-Identifier: Apache-2.0
// How an order form begins: from a favourite, a product, an order that is there, or something that was stated.
import type { Medication } from "@fhir";
import type { Chart } from "../chart/model.ts";
import type { Medicine } from "../chart/state.ts";
import { conceptText } from "../fhir/text.ts";
import { today } from "../fhir/today.ts";
import { fromDosage } from "./dosage.ts";
import { lastDay } from "./dose.ts";
import { EMPTY_LINE, lineForm, type Favourite, type LineForm, type OrderForm } from "./form.ts";
import { drugOf, isInpatient, linesOf, PRODUCT, type Drug } from "./order.ts";
import { drugFor, range, wordsOf } from "./state.ts";

const begun = (medication: Medication, lines: readonly LineForm[]): OrderForm => ({ medication, lines, start: today(), end: "", reason: "", note: "", inpatient: false, reasons: {} });

export function emptyLine(drug: Drug): LineForm {
  return { ...EMPTY_LINE, unit: drug.unit, route: drug.route };
}

export function fromProduct(medication: Medication): OrderForm {
  return begun(medication, [{ ...emptyLine(drugOf(medication)), dose: "1" }]);
}

export function fromFavourite(f: Favourite): OrderForm {
  const lines = f.dosage.map((d) => lineForm(fromDosage(d, wordsOf(d)).line));
  return { ...begun(f.medication, lines), end: f.days === null ? "" : lastDay(today(), f.days), reason: f.reason };
}

/** The product as the range has it, or as the order itself tells it. */
function medicationOf(drug: Drug): Medication {
  const known = drug.product === "" ? undefined : range.peek().find((one) => one.code?.coding?.some((c) => c.system === PRODUCT && c.code === drug.product));
  return known ?? { resourceType: "Medication", code: drug.code.text === undefined && drug.code.coding === undefined ? { text: drug.name } : drug.code, ...(drug.unit === "" ? {} : { form: { text: drug.unit } }) };
}

/** words: the dosage as it stood, where the form says it otherwise. */
export function fromMedicine(m: Medicine, chart: Chart): { form: OrderForm; words: string[] } {
  const drug = drugFor(m, chart);
  const { lines, words } = linesOf(m, wordsOf);
  const shown = lines.length === 0 ? [emptyLine(drug)] : lines.map((line) => ({ ...lineForm(line), ...(line.dose === null ? { unit: drug.unit } : {}), ...(line.route === "" ? { route: drug.route } : {}) }));
  return { form: { ...begun(medicationOf(drug), shown), reason: (m.reasonCode ?? []).map(conceptText).filter((x) => x !== "").join(", "), inpatient: isInpatient(m) }, words };
}
