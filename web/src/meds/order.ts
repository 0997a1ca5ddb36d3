// SPDX-License-Identifier: Apache-2.0
// Orders as FHIR: a product as Medication, an order as MedicationRequest, what is given as MedicationAdministration, a
// reconciled list as List. Pure functions: they build resources, web/src/write sends them.
import type { Annotation, BundleEntry, CodeableConcept, DetectedIssue, Dosage, List, Medication, MedicationAdministration, MedicationRequest, MedicationStatement, Period, Reference, TimingRepeat } from "@fhir";
import type { Medicine } from "../chart/state.ts";
import { keepDecimals } from "../fhir/decimal.ts";
import { conceptText } from "../fhir/text.ts";
import { atcOf, substancesIn, type Card, type Having, type Ordered } from "./checks.ts";
import { fromDosage, quantity, reckoned, strengthOf, toDosage } from "./dosage.ts";
import { allInAll, daysBetween, type Amount, type Line, type Strength } from "./dose.ts";

/** A product of the region's range: the identifier of its Medication. */
export const PRODUCT = "https://helhet.example/fhir/CodeSystem/product";

export interface Drug {
  readonly name: string;
  readonly code: CodeableConcept;
  readonly atc: string;
  readonly product: string;
  readonly substances: readonly string[];
  /** What a dose is counted in. */
  readonly unit: string;
  /** Of a product with one substance; products of several are counted in their form alone. */
  readonly strength: Strength | null;
  readonly route: string;
}

/** By the beginning of the form's words; a form that is not here has no route of its own. */
const FORM_ROUTES: readonly (readonly [RegExp, string])[] = [
  [/resoriblett|sublingual/i, "20067000"], [/tablett|kapsel|oral|granulat|dospåse|droppar, oral/i, "20053000"], [/inhalation/i, "20020000"],
  [/kräm|salva|gel|liniment/i, "20003000"], [/plåster/i, "20070000"], [/suppositori|klysma|rektal/i, "20061000"], [/ögon/i, "20051000"], [/näs/i, "20049000"], [/vagi/i, "20072000"],
  [/penna|subkutan|förfylld/i, "20066000"],
];

const drugs = new WeakMap<Medication, Drug>();

export function drugOf(m: Medication): Drug {
  const known = drugs.get(m) ?? readDrug(m);
  drugs.set(m, known);
  return known;
}

function readDrug(m: Medication): Drug {
  const name = conceptText(m.code);
  const form = conceptText(m.form);
  const parts = m.ingredient ?? [];
  const strengths = parts.map((one) => strengthOf(one.strength));
  const named = parts.map((one) => conceptText(one.itemCodeableConcept).toLowerCase()).filter((one) => one !== "");
  return {
    name, code: m.code ?? { text: name }, atc: atcOf(m.code), product: m.code?.coding?.find((c) => c.system === PRODUCT)?.code ?? "", substances: named.length > 0 ? named : substancesIn(name),
    unit: strengths[0] == null ? form : strengths[0].substance.unit === "[iU]" && strengths[0].in.unit === "mL" ? "[iU]" : strengths[0].in.unit, strength: parts.length === 1 ? (strengths[0] ?? null) : null,
    route: FORM_ROUTES.find(([words]) => words.test(`${form} ${name}`))?.[1] ?? "",
  };
}

export const productOf = (m: Medicine): string => m.medicationCodeableConcept?.coding?.find((c) => c.system === PRODUCT)?.code ?? "";

/** The product of an order that is in nobody's range: what the order itself says. */
export function drugIn(m: Medicine, name: string, known: Drug | undefined): Drug {
  if (known !== undefined) return known;
  const line = dosagesOf(m)[0];
  const dose = line === undefined ? null : reckoned(line).dose;
  return { name, code: m.medicationCodeableConcept ?? { text: name }, atc: atcOf(m.medicationCodeableConcept), product: "", substances: substancesIn(name), unit: dose?.unit ?? "", strength: null, route: "" };
}

export function dosagesOf(m: Medicine): readonly Dosage[] {
  return (m.resourceType === "MedicationRequest" ? m.dosageInstruction : m.dosage) ?? [];
}

/** What the checks see of something the patient has. */
export function havingOf(m: Medicine, drug: Drug): Having {
  return { reference: `${m.resourceType}/${m.id ?? ""}`, name: drug.name, atc: drug.atc, substances: drug.substances, strength: drug.strength, lines: dosagesOf(m).map(reckoned) };
}

export interface Order {
  readonly drug: Drug;
  readonly lines: readonly Line[];
  /** First and last day; "" for until further notice. */
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  readonly note: string;
  /** Given here by staff, or taken at home. */
  readonly inpatient: boolean;
}

export const orderedOf = (o: Order): Ordered => ({ name: o.drug.name, atc: o.drug.atc, substances: o.drug.substances, strength: o.drug.strength, lines: o.lines });

export interface Signer { readonly reference: Reference | null; readonly name: string; readonly patient: string; readonly now: string }

const CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category";
const category = (inpatient: boolean): CodeableConcept => ({ coding: [{ system: CATEGORY, code: inpatient ? "inpatient" : "outpatient" }], text: inpatient ? "Sluten vård" : "Öppen vård" });

export function isInpatient(m: Medicine): boolean {
  return m.resourceType === "MedicationRequest" && (m.category ?? []).some((c) => (c.coding ?? []).some((one) => one.code === "inpatient"));
}

/** How much the order needs in all; null when it goes on until further notice or cannot be reckoned. */
export function totalOf(o: Order): Amount | null {
  const days = o.end === "" ? null : daysBetween(o.start, o.end);
  return days === null ? null : allInAll(o.lines, days);
}

function dispense(o: Order): MedicationRequest["dispenseRequest"] {
  const total = totalOf(o);
  const days = o.end === "" ? null : daysBetween(o.start, o.end);
  if (total === null || days === null || o.inpatient) return undefined;
  return { quantity: quantity(total), expectedSupplyDuration: { value: days, unit: "dagar", system: "http://unitsofmeasure.org", code: "d" } };
}

const signedBy = (who: Signer) => (who.reference === null ? {} : { requester: who.reference });

export function toRequest(o: Order, who: Signer): MedicationRequest {
  const supply = dispense(o);
  return {
    resourceType: "MedicationRequest", status: "active", intent: "order", category: [category(o.inpatient)], medicationCodeableConcept: o.drug.code,
    subject: { reference: `Patient/${who.patient}` }, authoredOn: who.now, ...signedBy(who),
    ...(o.reason === "" ? {} : { reasonCode: [{ text: o.reason }] }),
    ...(o.note === "" ? {} : { note: [annotation(who, o.note)] }),
    dosageInstruction: o.lines.map((line, i) => toDosage(line, i + 1, o.start, o.end)),
    ...(supply === undefined ? {} : { dispenseRequest: supply }),
  };
}

function annotation(who: Signer, text: string): Annotation {
  return { ...(who.reference?.reference === undefined ? (who.name === "" ? {} : { authorString: who.name }) : { authorReference: who.reference }), time: who.now, text };
}

/** What belongs to one order and its time alone; everything else goes along to the one that replaces it. */
const ITS_OWN = ["id", "meta", "text", "identifier", "status", "statusReason", "authoredOn", "requester", "recorder", "encounter", "priorPrescription", "detectedIssue", "eventHistory", "note", "dispenseRequest"] as const;

function carried(prior: MedicationRequest): MedicationRequest {
  const copy = { ...prior };
  for (const key of ITS_OWN) delete (copy as Partial<MedicationRequest>)[key];
  return copy;
}

const priorOf = (prior: MedicationRequest): Reference => ({ reference: `MedicationRequest/${prior.id ?? ""}` });

/** The order that replaces another, of the very same product; the reason goes along unless it was written anew. */
export function replacing(o: Order, prior: MedicationRequest, who: Signer): MedicationRequest {
  const { medicationCodeableConcept: _, ...made } = toRequest(o, who);
  const same = o.reason === (prior.reasonCode ?? []).map(conceptText).filter((x) => x !== "").join(", ");
  const before = carried(prior);
  if (!same) delete before.reasonCode;
  if (prior.category !== undefined && isInpatient(prior) === o.inpatient) delete made.category;
  return { ...before, ...made, ...(same && prior.reasonCode !== undefined ? { reasonCode: prior.reasonCode } : {}), priorPrescription: priorOf(prior) };
}

/** The same order once more, its dosage untouched but for its days; end "" for until further notice. */
export function renewed(prior: MedicationRequest, start: string, end: string, who: Signer): MedicationRequest {
  const bounds = { start, ...(end === "" ? {} : { end }) };
  const dosages = (prior.dosageInstruction ?? []).map((d): Dosage => ({ ...d, timing: { ...d.timing, repeat: bounded(d.timing?.repeat, bounds) } }));
  const supply = prior.dispenseRequest;
  return {
    ...carried(prior), status: "active", authoredOn: who.now, ...signedBy(who), ...(dosages.length === 0 ? {} : { dosageInstruction: dosages }), priorPrescription: priorOf(prior),
    ...(supply === undefined ? {} : { dispenseRequest: { ...supply, validityPeriod: bounds } }),
  };
}

/** The same rhythm within other days; its decimals are still written as they were. */
function bounded(old: TimingRepeat | undefined, boundsPeriod: Period): TimingRepeat {
  const { boundsDuration: _, boundsRange: __, ...rest } = old ?? {};
  return keepDecimals(old ?? {}, { ...rest, boundsPeriod });
}

export type Ending = "stopped" | "on-hold" | "completed";
/** Stored in the record, so Swedish whoever writes. */
const SAID: Readonly<Record<Ending, string>> = { stopped: "Utsatt", "on-hold": "Pausat", completed: "Avslutat" };

/** The order with another status, why, when and by whom. */
export function ended(m: MedicationRequest, status: Ending, reason: string, who: Signer): MedicationRequest {
  return { ...m, status, statusReason: { text: reason }, note: [...(m.note ?? []), annotation(who, `${SAID[status]}: ${reason}`)] };
}

export function resumed(m: MedicationRequest, who: Signer): MedicationRequest {
  const copy = { ...m, status: "active" as const, note: [...(m.note ?? []), annotation(who, "Återupptaget")] };
  delete copy.statusReason;
  return copy;
}

/** A statement says what somebody takes; that it is no longer taken is said in it. */
export function statementEnded(m: MedicationStatement, reason: string, who: Signer): MedicationStatement {
  return { ...m, status: "stopped", statusReason: [{ text: reason }], note: [...(m.note ?? []), annotation(who, `Tas inte längre: ${reason}`)] };
}

export interface Given { readonly amount: Amount | null; readonly at: string; readonly done: boolean; readonly reason: string; readonly note: string }

export function administration(m: MedicationRequest, given: Given, who: Signer): MedicationAdministration {
  const route = m.dosageInstruction?.[0]?.route;
  const medicine = m.medicationCodeableConcept === undefined ? { medicationReference: m.medicationReference ?? {} } : { medicationCodeableConcept: m.medicationCodeableConcept };
  return {
    resourceType: "MedicationAdministration", status: given.done ? "completed" : "not-done", ...(given.done ? {} : { statusReason: [{ text: given.reason }] }), ...medicine,
    subject: { reference: `Patient/${who.patient}` }, effectiveDateTime: given.at, request: { reference: `MedicationRequest/${m.id ?? ""}` },
    ...(who.reference === null ? {} : { performer: [{ actor: who.reference }] }), ...(given.note === "" ? {} : { note: [annotation(who, given.note)] }),
    ...(given.amount === null ? {} : { dosage: { ...(route === undefined ? {} : { route }), dose: quantity(given.amount) } }),
  };
}

const LOINC_MEDICATIONS: CodeableConcept = { coding: [{ system: "http://loinc.org", code: "10160-0", display: "History of Medication use Narrative" }], text: "Avstämd läkemedelslista" };

export function isReconciliation(list: List): boolean {
  return list.status === "current" && (list.code?.coding ?? []).some((c) => c.code === "10160-0") && list.mode === "snapshot";
}

/** That the list was gone through with the patient, when, by whom and what it then held. */
export function reconciliation(medicines: readonly Medicine[], note: string, who: Signer): List {
  return {
    resourceType: "List", status: "current", mode: "snapshot", title: "Avstämd läkemedelslista", code: LOINC_MEDICATIONS, subject: { reference: `Patient/${who.patient}` }, date: who.now,
    ...(who.reference === null ? {} : { source: who.reference }), ...(note === "" ? {} : { note: [annotation(who, note)] }),
    ...(medicines.length === 0 ? { emptyReason: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/list-empty-reason", code: "nilknown" }], text: "Inga läkemedel" } } : {
      entry: medicines.map((m) => ({ item: { reference: `${m.resourceType}/${m.id ?? ""}` } })),
    }),
  };
}

/** v3-ActCode, as R4's DetectedIssue uses it. */
const ISSUE_CODES: Readonly<Record<Card["check"], string>> = { allergy: "ALGY", duplicate: "DUPTHPY", most: "DOSEH" };

/** Why an order was signed although a check said stop. */
export function overridden(card: Card, sentence: string, reason: string, who: Signer): DetectedIssue {
  const about = card.about === "" ? {} : { implicated: [{ reference: card.about }] };
  return {
    resourceType: "DetectedIssue", status: "final", severity: "high", code: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: ISSUE_CODES[card.check] }], text: sentence }, patient: { reference: `Patient/${who.patient}` },
    identifiedDateTime: who.now, ...(who.reference === null ? {} : { author: who.reference }), ...about, detail: sentence, mitigation: [{ action: { text: reason }, date: who.now, ...(who.reference === null ? {} : { author: who.reference }) }],
  };
}

const entry = (fullUrl: string, resource: MedicationRequest | DetectedIssue): BundleEntry => ({ fullUrl, resource, request: { method: "POST", url: resource.resourceType } });

export function putting(resource: MedicationRequest | MedicationStatement): BundleEntry {
  const version = resource.meta?.versionId;
  return { resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id ?? ""}`, ...(version === undefined ? {} : { ifMatch: `W/"${version}"` }) } };
}

/** Everything one signature writes, as one transaction: the order, its overridden stops, and the order it replaces. */
export function signing(request: MedicationRequest, issues: readonly DetectedIssue[], replaced: MedicationRequest | MedicationStatement | null, uuid: () => string): BundleEntry[] {
  const urns = issues.map(() => `urn:uuid:${uuid()}`);
  const own = `urn:uuid:${uuid()}`;
  // What was stated goes on being taken: from now on because it is ordered.
  const other = replaced?.resourceType === "MedicationStatement" ? { ...replaced, basedOn: [...(replaced.basedOn ?? []), { reference: own }] } : replaced;
  const whole = issues.length === 0 ? request : { ...request, detectedIssue: urns.map((reference) => ({ reference })) };
  return [...issues.map((issue, i) => entry(urns[i] ?? "", issue)), entry(own, whole), ...(other === null ? [] : [putting(other)])];
}

/** An order taken up again, with the stops that were passed. */
export function resuming(m: MedicationRequest, issues: readonly DetectedIssue[], uuid: () => string): BundleEntry[] {
  const urns = issues.map(() => `urn:uuid:${uuid()}`);
  const whole = issues.length === 0 ? m : { ...m, detectedIssue: [...(m.detectedIssue ?? []), ...urns.map((reference) => ({ reference }))] };
  return [...issues.map((issue, i) => entry(urns[i] ?? "", issue)), putting(whole)];
}

/** The form's beginning for an order that is there: its lines, and its own words where the form says them otherwise. */
export function linesOf(m: Medicine, words: (d: Dosage) => string): { lines: Line[]; words: string[] } {
  const read = dosagesOf(m).map((d) => fromDosage(d, words(d)));
  return { lines: read.map((one) => one.line), words: read.map((one) => one.words).filter((w) => w !== "") };
}
