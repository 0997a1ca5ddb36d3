// SPDX-License-Identifier: Apache-2.0
// Reading the common FHIR shapes as plain text. Pure functions; texts of our own come from the catalogue, never from here.
import type { Coding, CodeableConcept, HumanName, Identifier, Patient, Period, Reference } from "@fhir";
import { RESERVE_VGR, showIdentityNumber, SYSTEM } from "../ids/personnummer.ts";

/** What the writer wrote, else what the code system calls it, else the bare code. */
export function conceptText(concept: CodeableConcept | undefined): string {
  if (concept === undefined) return "";
  if (concept.text !== undefined) return concept.text;
  for (const coding of concept.coding ?? []) if (coding.display !== undefined) return coding.display;
  return concept.coding?.[0]?.code ?? "";
}

export function conceptsText(concepts: readonly CodeableConcept[] | undefined): string {
  return (concepts ?? []).map(conceptText).filter((text) => text !== "").join(", ");
}

export function conceptCode(concept: CodeableConcept | undefined): string {
  return concept?.coding?.[0]?.code ?? "";
}

/** Code systems that Swedish readers know by heart: ICD-10-SE, KVÅ, ATC and NPU. Their codes are printed beside the text. */
const KNOWN_SYSTEMS = /icd-?10|1\.2\.752\.116\.1\.[13]\.|whocc\.no\/atc|\bnpu\b|1\.2\.752\.108\.1$/i;

export function shownCode(concept: CodeableConcept | undefined): Coding | null {
  const known = concept?.coding?.find((c) => KNOWN_SYSTEMS.test(c.system ?? ""));
  return known?.code === undefined ? null : known;
}

export function hasCode(concept: CodeableConcept | undefined, ...codes: string[]): boolean {
  return (concept?.coding ?? []).some((c) => c.code !== undefined && codes.includes(c.code));
}

/** The name to show: the official or usual one, not an old one. */
export function currentName(names: readonly HumanName[] | undefined): HumanName | undefined {
  const all = names ?? [];
  return all.find((n) => n.use === "official") ?? all.find((n) => n.use === "usual") ?? all.find((n) => n.use !== "old" && n.use !== "maiden") ?? all[0];
}

export function nameText(name: HumanName | undefined): string {
  if (name === undefined) return "";
  // What an unknown patient is called is said as it was made: "Okänd Kvinna 7".
  if (name.use === "temp" && name.text !== undefined) return name.text;
  const built = [...(name.given ?? []), name.family ?? ""].filter((part) => part !== "").join(" ");
  return built !== "" ? built : (name.text ?? "");
}

function identifierOf(identifiers: readonly Identifier[] | undefined, system: string): string | undefined {
  return identifiers?.find((i) => i.system === system && i.use !== "old")?.value;
}

export interface ShownNumber {
  kind: keyof typeof SYSTEM | "other";
  text: string;
}

/** The number a Swedish reader identifies the person by; null when there is none. */
export function identityNumber(patient: Patient): ShownNumber | null {
  for (const kind of ["personnummer", "samordningsnummer", "reservnummer"] as const) {
    const value = identifierOf(patient.identifier, SYSTEM[kind]);
    if (value !== undefined) return { kind, text: showIdentityNumber(value) };
  }
  const reserve = identifierOf(patient.identifier, RESERVE_VGR);
  if (reserve !== undefined) return { kind: "reservnummer", text: showIdentityNumber(reserve) };
  const other = patient.identifier?.find((i) => i.value !== undefined && i.type !== undefined) ?? patient.identifier?.find((i) => i.value !== undefined);
  return other?.value === undefined ? null : { kind: "other", text: other.value };
}

const PROTECTED = new Set(["sekretessmarkering", "skyddadFolkbokforing"]);

/** Which protection of identity: a label of the Swedish base profile, or HL7's "restricted" and "very restricted" ("other"); "" for none. */
export function protection(patient: Patient): string {
  const labels = patient.meta?.security ?? [];
  const swedish = labels.find((c) => PROTECTED.has(c.code ?? ""))?.code;
  return swedish ?? (labels.some((c) => /v3-Confidentiality$/.test(c.system ?? "") && (c.code === "R" || c.code === "V")) ? "other" : "");
}

export function isProtected(patient: Patient): boolean {
  return protection(patient) !== "";
}

const MUNICIPALITY = /municipality|kommun/i;

export function municipality(patient: Patient): string {
  const address = patient.address?.find((a) => a.use !== "old") ?? patient.address?.[0];
  const extension = address?.extension?.find((e) => MUNICIPALITY.test(e.url));
  const named = extension?.valueString ?? extension?.valueCoding?.display ?? conceptText(extension?.valueCodeableConcept);
  return named !== "" ? named : (address?.district ?? address?.city ?? "");
}

/** Whole years between two dates, or null when the birth date says no more than nonsense. */
export function ageYears(birthDate: string | undefined, at: Date): number | null {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(birthDate ?? "");
  if (!match) return null;
  const years = at.getFullYear() - Number(match[1]);
  const month = Number(match[2] ?? 1) - 1;
  const before = at.getMonth() < month || (at.getMonth() === month && at.getDate() < Number(match[3] ?? 1));
  return before ? years - 1 : years;
}

export function ageMonths(birthDate: string, at: Date): number {
  const [year = 0, month = 1, day = 1] = birthDate.split("-").map(Number);
  return (at.getFullYear() - year) * 12 + at.getMonth() + 1 - month - (at.getDate() < day ? 1 : 0);
}

export function periodStart(period: Period | undefined): string {
  return period?.start ?? period?.end ?? "";
}

/** What a reference says of itself; "" when only the address is known. */
export function referenceText(reference: Reference | undefined): string {
  return reference?.display ?? reference?.identifier?.value ?? "";
}

export function newestFirst<T>(items: readonly T[], date: (item: T) => string): T[] {
  return items.map((item) => ({ item, at: timeOf(date(item)) })).sort((a, b) => b.at - a.at).map((pair) => pair.item);
}

/** Milliseconds of a FHIR date of any precision; -Infinity when there is none, so that undated things come last. */
export function timeOf(date: string): number {
  const time = Date.parse(/^\d{4}(-\d{2})?(-\d{2})?$/.test(date) ? `${date}${"-01-01".slice(date.length - 4)}T00:00:00` : date);
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
