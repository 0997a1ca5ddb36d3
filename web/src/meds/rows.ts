// SPDX-License-Identifier: Apache-2.0
// The one list: what is ordered, given here and stated, each thing once, with where it comes from. Pure functions.
import type { List, MedicationAdministration, MedicationStatement } from "@fhir";
import { currentMedicines, medicineDate, pastMedicines, type Medicine } from "../chart/state.ts";
import { newestFirst, timeOf } from "../fhir/text.ts";
import { atcOf } from "./checks.ts";
import { isInpatient, isReconciliation } from "./order.ts";

export type Source = "inpatient" | "ordered" | "stated";

export interface Row {
  readonly medicine: Medicine;
  readonly source: Source;
  /** What was also stated of the same product; newest first. */
  readonly also: readonly MedicationStatement[];
}

export function sourceOf(m: Medicine): Source {
  return m.resourceType === "MedicationStatement" ? "stated" : isInpatient(m) ? "inpatient" : "ordered";
}

/** The same product: by ATC code and name together, so that two strengths stay two rows. */
function sameProduct(a: Medicine, b: Medicine, name: (m: Medicine) => string): boolean {
  return atcOf(a.medicationCodeableConcept) === atcOf(b.medicationCodeableConcept) && name(a) === name(b);
}

/** Current medicines by name; what is stated of something ordered stands with the order. */
export function currentRows(all: readonly Medicine[], name: (m: Medicine) => string): Row[] {
  const current = currentMedicines(all);
  const orders = current.filter((m) => m.resourceType === "MedicationRequest");
  const statements = current.filter((m) => m.resourceType === "MedicationStatement");
  const stated = (o: Medicine, s: MedicationStatement) => sameProduct(o, s, name) || (s.basedOn ?? []).some((r) => r.reference === `MedicationRequest/${o.id ?? ""}`);
  const own = statements.filter((s, i) => !orders.some((o) => stated(o, s)) && !statements.slice(0, i).some((before) => sameProduct(before, s, name)));
  const rows = [...orders, ...own].map((medicine): Row => ({ medicine, source: sourceOf(medicine), also: statements.filter((s) => s !== medicine && stated(medicine, s)) }));
  return rows.sort((a, b) => name(a.medicine).localeCompare(name(b.medicine), "sv", { numeric: true }));
}

export function pastRows(all: readonly Medicine[]): Row[] {
  return pastMedicines(all).map((medicine) => ({ medicine, source: sourceOf(medicine), also: [] }));
}

export function latestReconciliation(lists: readonly List[]): List | null {
  return newestFirst(lists.filter(isReconciliation), (list) => list.date ?? "")[0] ?? null;
}

/** How many medicines have come or been changed since the list was gone through. */
export function changedSince(all: readonly Medicine[], list: List): number {
  const at = timeOf(list.date ?? "");
  return all.filter((m) => timeOf(m.meta?.lastUpdated ?? medicineDate(m)) > at).length;
}

export function lastGiven(given: readonly MedicationAdministration[], m: Medicine): MedicationAdministration | null {
  const own = given.filter((one) => one.request?.reference === `MedicationRequest/${m.id ?? ""}` && one.status === "completed");
  return newestFirst(own, (one) => one.effectiveDateTime ?? one.effectivePeriod?.start ?? "")[0] ?? null;
}
