// SPDX-License-Identifier: Apache-2.0
// Which of a patient's resources count now, and what to call them. Pure functions.
import type { AllergyIntolerance, Condition, Extension, Flag, MedicationRequest, MedicationStatement, ServiceRequest } from "@fhir";
import { conceptText, hasCode, newestFirst, shownCode } from "../fhir/text.ts";

const WRONG = "entered-in-error";

/** The Swedish degree of a warning or an intolerance (clinical/records.ts writes it); "" for none. */
export function degreeOf(entry: { extension?: Extension[] }): string {
  return entry.extension?.find((e) => e.url.endsWith("/alert-degree"))?.valueCodeableConcept?.coding?.[0]?.code ?? "";
}

const GRAVEST = "life-threatening";
export const isGravest = (entry: { extension?: Extension[] }) => degreeOf(entry) === GRAVEST;

/** What threatens life comes first. */
export function activeFlags(flags: readonly Flag[]): Flag[] {
  const active = flags.filter((flag) => flag.status === "active");
  return [...active.filter(isGravest), ...active.filter((flag) => !isGravest(flag))];
}

export function flagText(flag: Flag): string {
  return conceptText(flag.code);
}

/** SNOMED CT's "no known allergy" and its kin, and the older codes for the same. */
const NONE_KNOWN = ["716186003", "409137002", "716184000", "428607008", "716220001", "1003774007", "160244002"];

export function isNoneKnown(allergy: AllergyIntolerance): boolean {
  return hasCode(allergy.code, ...NONE_KNOWN);
}

function counts(allergy: AllergyIntolerance): boolean {
  return !hasCode(allergy.verificationStatus, WRONG, "refuted") && !hasCode(allergy.clinicalStatus, "inactive", "resolved");
}

/** An allergy without a status counts: silence must not hide a danger. The gravest come first. */
export function activeAllergies(allergies: readonly AllergyIntolerance[]): AllergyIntolerance[] {
  const active = allergies.filter((a) => counts(a) && !isNoneKnown(a));
  const rank = (a: AllergyIntolerance) => (isGravest(a) ? 0 : a.criticality === "high" ? 1 : 2);
  return [0, 1, 2].flatMap((one) => active.filter((a) => rank(a) === one));
}

export function pastAllergies(allergies: readonly AllergyIntolerance[]): AllergyIntolerance[] {
  return allergies.filter((a) => !counts(a));
}

export function saysNoneKnown(allergies: readonly AllergyIntolerance[]): boolean {
  return allergies.some((a) => counts(a) && isNoneKnown(a));
}

export function allergyText(allergy: AllergyIntolerance): string {
  return conceptText(allergy.code) || conceptText(allergy.reaction?.[0]?.substance);
}

const OVER = ["inactive", "remission", "resolved"];

function conditionDate(condition: Condition): string {
  return condition.onsetDateTime ?? condition.onsetPeriod?.start ?? condition.recordedDate ?? "";
}

function conditionCounts(condition: Condition): boolean {
  return !hasCode(condition.verificationStatus, WRONG, "refuted") && !hasCode(condition.clinicalStatus, ...OVER) && condition.abatementDateTime === undefined;
}

export function activeConditions(conditions: readonly Condition[]): Condition[] {
  return newestFirst(conditions.filter(conditionCounts), conditionDate);
}

export function pastConditions(conditions: readonly Condition[]): Condition[] {
  return newestFirst(conditions.filter((c) => !conditionCounts(c)), conditionDate);
}

/** The diagnosis as written, with its ICD code when there is one. */
export function conditionText(condition: Condition): string {
  const code = shownCode(condition.code)?.code;
  const text = conceptText(condition.code);
  return code === undefined || code === text ? text : `${text} (${code})`;
}

export type Medicine = MedicationRequest | MedicationStatement;

export function medicineDate(m: Medicine): string {
  return m.resourceType === "MedicationRequest" ? (m.authoredOn ?? "") : (m.effectiveDateTime ?? m.effectivePeriod?.start ?? m.dateAsserted ?? "");
}

const NOW = new Set(["active", "on-hold", "draft", "intended", "unknown"]);

export function currentMedicines(medicines: readonly Medicine[]): Medicine[] {
  return newestFirst(medicines.filter((m) => NOW.has(m.status)), medicineDate);
}

export function pastMedicines(medicines: readonly Medicine[]): Medicine[] {
  return newestFirst(medicines.filter((m) => !NOW.has(m.status)), medicineDate);
}

export function isOpenReferral(referral: ServiceRequest): boolean {
  return referral.status === "active" || referral.status === "on-hold" || referral.status === "draft";
}
