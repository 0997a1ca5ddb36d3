// SPDX-License-Identifier: Apache-2.0
// The file of a reserve copy's page (src/care/downtime/downtime_form.c): read, checked, and made into resources that
// say who wrote it and when, and who entered it. Pure functions.
import type { BundleEntry, CodeableConcept, DocumentReference, MedicationAdministration, Observation, Provenance, Reference, Resource } from "@fhir";
import { holdDecimal } from "../fhir/decimal.ts";

export const FORMAT = "helhet-reserve-1";
export const FILE_BYTES_MAX = 4 << 20;
const ENTRIES_MAX = 1000;
/** Identifier.system of what comes from such an entry: its id, and which part of it. */
export const ENTRY_SYSTEM = "https://helhet.dev/fhir/identifier/reserve-entry";

export const VITALS = ["resp", "sat", "sys", "dia", "pulse", "temp"] as const;
export type Vital = (typeof VITALS)[number];
export type Kind = "note" | "vitals" | "given";
export interface Entry {
  readonly id: string; readonly patient: string; readonly who: string; readonly author: string; readonly title: string; readonly made: string; readonly kind: Kind;
  readonly text: string; readonly medicine: string; readonly dose: string; readonly values: Readonly<Partial<Record<Vital, string>>>;
}
export type Fault = "json" | "format" | "entry" | "large";

const text = (value: unknown, max: number): string | null => (value === undefined ? "" : typeof value === "string" && value.length <= max ? value : null);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/;
const NUMBER = /^\d{1,3}(\.\d{1,2})?$/;
const TEXT_MAX = 20_000;

function readValues(value: unknown): Entry["values"] | null {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null) return null;
  const all = Object.entries(value);
  return all.every(([key, one]) => (VITALS as readonly string[]).includes(key) && typeof one === "string" && NUMBER.test(one)) ? (Object.fromEntries(all) as Entry["values"]) : null;
}

function readEntry(value: unknown): Entry | null {
  if (typeof value !== "object" || value === null) return null;
  const held = value as Record<string, unknown>;
  const [patient, who, author, title] = [text(held["patient"], 64), text(held["who"], 400), text(held["author"], 200), text(held["title"], 100)];
  const [words, medicine, dose, values] = [text(held["text"], TEXT_MAX), text(held["medicine"], 300), text(held["dose"], 100), readValues(held["values"])];
  const { id, made, kind } = held;
  if (patient === null || who === null || author === null || title === null || words === null || medicine === null || dose === null || values === null) return null;
  if (typeof id !== "string" || !/^[0-9a-f]{32}$/.test(id) || typeof made !== "string" || !INSTANT.test(made) || Number.isNaN(Date.parse(made)) || author.trim() === "") return null;
  if (kind !== "note" && kind !== "vitals" && kind !== "given") return null;
  if ((kind === "note" && words.trim() === "") || (kind === "given" && (medicine === "" || dose === "")) || (kind === "vitals" && (Object.keys(values).length === 0 || (values.sys === undefined) !== (values.dia === undefined)))) return null;
  return { id, patient, who, author, title, made, kind, text: words, medicine, dose, values };
}

/** All of a file or nothing of it: half a file that looks whole would lose what somebody wrote. */
export function readFile(content: string): { entries: Entry[] } | { fault: Fault } {
  if (content.length > FILE_BYTES_MAX) return { fault: "large" };
  let held: unknown;
  try {
    held = JSON.parse(content);
  } catch {
    return { fault: "json" };
  }
  const file = held as { format?: unknown; entries?: unknown } | null;
  if (typeof file !== "object" || file === null || file.format !== FORMAT || !Array.isArray(file.entries) || file.entries.length > ENTRIES_MAX) return { fault: "format" };
  const entries = file.entries.map(readEntry);
  return entries.some((one) => one === null) ? { fault: "entry" } : { entries: entries as Entry[] };
}

/** Each entry once, oldest first: later files hold what earlier ones did. */
export function together(all: readonly Entry[]): Entry[] {
  return [...new Map(all.map((one) => [one.id, one])).values()].sort((a, b) => Date.parse(a.made) - Date.parse(b.made));
}

/** Does what the file says of the patient hold the patient's own number? "" when it says no number. */
export function agrees(who: string, numbers: readonly string[]): boolean {
  const said = who.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  return numbers.some((number) => number.length >= 10 && said.includes(number.replace(/[^0-9A-Za-z]/g, "").toUpperCase()));
}

export const authorOf = (e: Entry): string => [e.author, e.title].filter((part) => part !== "").join(", ");

/* ---- resources ---- */

const LOINC = "http://loinc.org";
const UCUM = "http://unitsofmeasure.org";
const VITAL_SIGNS: CodeableConcept = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] };
/** Said in the record, so Swedish whoever enters it. */
const MEASURES: Readonly<Record<Exclude<Vital, "sys" | "dia">, readonly [string, string, string, string]>> = {
  resp: ["9279-1", "Andningsfrekvens", "/min", "/min"], sat: ["59408-5", "Saturation", "%", "%"], pulse: ["8867-4", "Puls", "/min", "/min"], temp: ["8310-5", "Kroppstemperatur", "°C", "Cel"],
};
const loinc = (code: string, words: string): CodeableConcept => ({ coding: [{ system: LOINC, code }], text: words });
const quantity = (value: string, unit: string, code: string) => holdDecimal({ value: Number(value), unit, system: UCUM, code }, "value", value);

export interface Entering { readonly patient: string; readonly by: Reference | null; readonly now: string; readonly late: string; readonly uuid: () => string }

function common(e: Entry, how: Entering, part: string) {
  return { identifier: [{ system: ENTRY_SYSTEM, value: `${e.id}-${part}` }], subject: { reference: `Patient/${how.patient}` } };
}

function measured(e: Entry, how: Entering): Observation[] {
  const base = (part: string, code: CodeableConcept): Observation => ({
    resourceType: "Observation", ...common(e, how, part), status: "final", category: [VITAL_SIGNS], code, effectiveDateTime: e.made, performer: [{ display: authorOf(e) }], note: [{ text: [how.late, e.text].filter((one) => one !== "").join("\n") }],
  });
  const { sys, dia } = e.values;
  const single = (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).flatMap((name): Observation[] => {
    const value = e.values[name];
    const [code, words, unit, ucum] = MEASURES[name];
    return value === undefined ? [] : [{ ...base(name, loinc(code, words)), valueQuantity: quantity(value, unit, ucum) }];
  });
  const pressure = sys === undefined || dia === undefined ? [] : [{ ...base("bp", loinc("85354-9", "Blodtryck")), component: [{ code: loinc("8480-6", "Systoliskt blodtryck"), valueQuantity: quantity(sys, "mmHg", "mm[Hg]") }, { code: loinc("8462-4", "Diastoliskt blodtryck"), valueQuantity: quantity(dia, "mmHg", "mm[Hg]") }] }];
  return [...single, ...pressure];
}

function given(e: Entry, how: Entering): MedicationAdministration {
  return {
    resourceType: "MedicationAdministration", ...common(e, how, "given"), status: "completed", medicationCodeableConcept: { text: e.medicine }, effectiveDateTime: e.made, performer: [{ actor: { display: authorOf(e) } }],
    dosage: { text: e.dose }, note: [{ text: [how.late, e.text].filter((one) => one !== "").join("\n") }],
  };
}

function note(e: Entry, how: Entering): DocumentReference {
  const bytes = new TextEncoder().encode(e.text);
  const data = btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  return {
    resourceType: "DocumentReference", ...common(e, how, "note"), status: "current", docStatus: "preliminary", type: { text: "Reservanteckning" }, date: e.made, author: [{ display: authorOf(e) }], description: how.late,
    content: [{ attachment: { contentType: "text/plain; charset=utf-8", data, title: "Reservanteckning" } }],
  };
}

const PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/** Who wrote it when, and who entered it when: of all that one entry became. */
function provenance(e: Entry, targets: readonly string[], how: Entering): Provenance {
  const role = (code: string) => ({ coding: [{ system: PARTICIPANT, code }] });
  return {
    resourceType: "Provenance", target: targets.map((reference) => ({ reference })), occurredDateTime: e.made, recorded: how.now,
    agent: [{ type: role("author"), who: { display: authorOf(e) } }, { type: role("enterer"), who: how.by ?? { display: "Helhet" } }],
    entity: [{ role: "source", what: { identifier: { system: ENTRY_SYSTEM, value: e.id }, display: "Reservanteckning" } }],
  };
}

/** One transaction. What is there already is found by its identifier and not written again. */
export function entriesOf(e: Entry, how: Entering): BundleEntry[] {
  const made: readonly (Resource & { identifier?: readonly { value?: string }[] })[] = e.kind === "note" ? [note(e, how)] : e.kind === "given" ? [given(e, how)] : measured(e, how);
  const all = made.map((resource) => ({ url: `urn:uuid:${how.uuid()}`, resource }));
  return [
    ...all.map(({ url, resource }) => ({ fullUrl: url, resource, request: { method: "POST", url: resource.resourceType, ifNoneExist: `identifier=${ENTRY_SYSTEM}|${resource.identifier?.[0]?.value ?? ""}` } }) as BundleEntry),
    { fullUrl: `urn:uuid:${how.uuid()}`, resource: provenance(e, all.map((one) => one.url), how), request: { method: "POST", url: "Provenance" } },
  ];
}

/** What tells whether it has been entered: its type, and the identifier of its first part. */
export function traceOf(e: Entry): { type: "DocumentReference" | "MedicationAdministration" | "Observation"; identifier: string } {
  if (e.kind === "note") return { type: "DocumentReference", identifier: `${ENTRY_SYSTEM}|${e.id}-note` };
  if (e.kind === "given") return { type: "MedicationAdministration", identifier: `${ENTRY_SYSTEM}|${e.id}-given` };
  const first = (["resp", "sat", "pulse", "temp"] as const).find((name) => e.values[name] !== undefined) ?? "bp";
  return { type: "Observation", identifier: `${ENTRY_SYSTEM}|${e.id}-${first}` };
}
