// SPDX-License-Identifier: Apache-2.0
// What a unit's board shows, out of its encounters and what is in the record about their patients. Pure, but for the
// reading at the end.
import type { Composition, DiagnosticReport, DocumentReference, Encounter, Observation, Organization, Patient, Resource, Task } from "@fhir";
import { isType, nextPage, search, type Params } from "../fhir/client.ts";
import { ageYears, isProtected } from "../fhir/text.ts";
import { ACKNOWLEDGE, OPEN_STATES } from "../results/tasks.ts";
import { learnPatient } from "../write/names.ts";
import { news2, type News2 } from "./news2.ts";
import { vitalsOf, VITAL_CODES } from "./vitals.ts";

export const ROWS_MAX = 100;
const PATIENTS_ASKED = 25;
const OBSERVATIONS_MAX = "1000";
const PAGES_MAX = 5;
const NEWS2_FROM_YEARS = 16;
const NEW_MS = 24 * 3_600_000;
const HERE = "arrived,triaged,in-progress,onleave";
const PLANNED_END = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate";
const IN_BED = ["IMP", "ACUTE", "NONAC", "OBSENC", "SS"];

export interface Score extends News2 { since: string; latest: string }
export interface Row {
  id: string;
  patient: string;
  person: Patient | null;
  status: string;
  inBed: boolean;
  /** The bed's name; "" when none is told. */
  bed: string;
  start: string;
  reason: string;
  responsible: string;
  plannedEnd: string;
  /** null: no vitals within a day. "young": not for those under 16. */
  news: Score | null | "young";
  results: number;
  abnormal: number;
  unsigned: number;
}

const patientId = (reference: string | undefined) => /Patient\/([A-Za-z0-9.-]{1,64})/.exec(reference ?? "")?.[1] ?? "";

/** The bed an encounter is in now: a place whose kind is a bed, in use. */
export function bedOf(encounter: Encounter): string {
  const beds = (encounter.location ?? []).filter((l) => l.physicalType?.coding?.some((c) => c.code === "bd") === true && l.status !== "completed");
  return beds.at(-1)?.location.display ?? "";
}

export function responsibleOf(encounter: Encounter): string {
  const all = encounter.participant ?? [];
  const by = (code: string) => all.find((p) => p.type?.some((t) => t.coding?.some((c) => c.code === code) === true) === true && p.period?.end === undefined);
  return (by("ATND") ?? by("PPRF") ?? all[0])?.individual?.display ?? "";
}

export function plannedEndOf(encounter: Encounter): string {
  return encounter.extension?.find((e) => e.url === PLANNED_END)?.valueDateTime ?? "";
}

const ABNORMAL = new Set(["A", "AA", "H", "HH", "L", "LL", "HU", "LU", "POS"]);
export const isAbnormal = (o: Observation) => o.interpretation?.some((i) => i.coding?.some((c) => ABNORMAL.has(c.code ?? "")) === true) === true;

/** A result that nobody has acknowledged. */
export interface Awaited { subject?: { reference?: string }; abnormal: boolean }
export interface Known { people: readonly Patient[]; vitals: readonly Observation[]; results: readonly Awaited[]; unsigned: readonly (Composition | DocumentReference)[] }

function scoreOf(person: Patient | null, vitals: readonly Observation[], now: number): Row["news"] {
  const years = ageYears(person?.birthDate, new Date(now));
  if (years !== null && years < NEWS2_FROM_YEARS) return "young";
  const measured = vitalsOf(vitals, now);
  return measured === null ? null : { ...news2(measured.vitals, measured.scale), since: measured.since, latest: measured.latest };
}

const placeOf = (reference: string | undefined) => /([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/.exec(reference ?? "")?.[1] ?? "";

/** The Tasks to acknowledge, and whether something in what each is about is abnormal. */
export function awaitedOf(tasks: readonly Task[], others: readonly Resource[]): Awaited[] {
  const held = new Map(others.map((one) => [`${one.resourceType}/${one.id ?? ""}`, one]));
  return tasks.map((task) => {
    const focus = held.get(placeOf(task.focus?.reference));
    const parts = focus?.resourceType === "DiagnosticReport" ? ((focus as DiagnosticReport).result ?? []).map((one) => held.get(placeOf(one.reference))) : [focus];
    return { ...(task.for === undefined ? {} : { subject: task.for as { reference?: string } }), abnormal: parts.some((one) => isType(one, "Observation") && isAbnormal(one)) };
  });
}

/** In bed by bed, those without one after; waiting by who came first. */
export function rowsOf(encounters: readonly Encounter[], known: Known, now: number): Row[] {
  const rows = encounters.map((e): Row => {
    const patient = patientId(e.subject?.reference);
    const own = <R extends { subject?: { reference?: string } }>(all: readonly R[]) => all.filter((r) => patientId(r.subject?.reference) === patient);
    const person = known.people.find((p) => p.id === patient) ?? null;
    const results = own(known.results);
    return {
      id: e.id ?? "", patient, person, status: e.status, inBed: IN_BED.includes(e.class.code ?? ""), bed: bedOf(e), start: e.period?.start ?? "", reason: e.reasonCode?.[0]?.text ?? "",
      responsible: responsibleOf(e), plannedEnd: plannedEndOf(e), news: scoreOf(person, own(known.vitals), now), results: results.length, abnormal: results.filter((one) => one.abnormal).length, unsigned: own(known.unsigned).length,
    };
  });
  const order = (a: Row, b: Row) => (a.inBed !== b.inBed ? (a.inBed ? -1 : 1) : a.inBed ? Number(a.bed === "") - Number(b.bed === "") || a.bed.localeCompare(b.bed, "sv", { numeric: true }) : 0) || a.start.localeCompare(b.start);
  return rows.sort(order);
}

/** Every page of a search, to a bound; `more` says that the bound was met. */
async function whole<T extends "Observation" | "Composition" | "DocumentReference" | "Encounter" | "Task">(type: T, params: Params, signal: AbortSignal) {
  let page = await search(type, params, signal);
  const matches = [...page.matches];
  const others = [...page.others];
  let pages = 1;
  while (page.next !== null && pages++ < PAGES_MAX) {
    page = await nextPage(type, page.next, signal);
    matches.push(...page.matches);
    others.push(...page.others);
  }
  return { matches, others, more: page.next !== null };
}

const PARTS = ["vitals", "results", "unsigned"] as const;
export interface Board { rows: Row[]; more: boolean; at: number; /** Parts that could not be read. */ failed: readonly (typeof PARTS)[number][] }

const inChunks = <T>(all: readonly T[]) => Array.from({ length: Math.ceil(all.length / PATIENTS_ASKED) }, (_, i) => all.slice(i * PATIENTS_ASKED, (i + 1) * PATIENTS_ASKED));

/** unit: "Organization/x". A part that fails takes nothing from the rest, and is told. */
export async function readBoard(unit: string, signal: AbortSignal): Promise<Board> {
  const now = Date.now();
  const here = await whole("Encounter", [["service-provider", unit], ["status", HERE], ["_include", "Encounter:subject"], ["_count", String(ROWS_MAX)]], signal);
  const people = here.others.filter((r) => isType(r, "Patient"));
  for (const person of people) learnPatient(person);
  const ids = [...new Set(here.matches.map((e) => patientId(e.subject?.reference)).filter((id) => id !== ""))];
  const since = new Date(now - NEW_MS).toISOString();
  const failed: Board["failed"][number][] = [];
  let more = here.more;
  const both = async <T extends "Observation" | "Composition" | "DocumentReference" | "Task">(name: Board["failed"][number], type: T, params: Params) => {
    try {
      const got = await Promise.all(inChunks(ids).map((some) => whole(type, [["patient", some.join(",")], ["_count", OBSERVATIONS_MAX], ...params], signal)));
      more ||= got.some((g) => g.more);
      return { matches: got.flatMap((g) => g.matches), others: got.flatMap((g) => g.others) };
    } catch (error) {
      if (signal.aborted) throw error;
      failed.push(name);
      return { matches: [], others: [] };
    }
  };
  const part = async <T extends "Observation" | "Composition" | "DocumentReference">(name: Board["failed"][number], type: T, params: Params) => (await both(name, type, params)).matches;
  const [vitals, results, notes, documents] = await Promise.all([
    part("vitals", "Observation", [["code", VITAL_CODES.join(",")], ["date", `ge${since}`]]),
    both("results", "Task", [["code", ACKNOWLEDGE], ["status", OPEN_STATES.join(",")], ["_include", "Task:focus"], ["_include:iterate", "DiagnosticReport:result"]]),
    part("unsigned", "Composition", [["status", "preliminary"]]),
    part("unsigned", "DocumentReference", [["doc-status", "preliminary"], ["status", "current"]]),
  ]);
  return { rows: rowsOf(here.matches, { people, vitals, results: awaitedOf(results.matches, results.others), unsigned: [...notes, ...documents] }, now), more, at: now, failed: PARTS.filter((name) => failed.includes(name)) };
}

/** A coded board: what a waiting room may see. Nothing of the patient is asked for at all. */
export interface Coded { id: string; code: string; status: string; inBed: boolean; start: string }

export async function readCoded(unit: string, signal: AbortSignal): Promise<Coded[]> {
  const page = await search("Encounter", [["service-provider", unit], ["status", HERE], ["_elements", "status,class,period"], ["_count", String(ROWS_MAX)]], signal);
  const codes = codesOf(page.matches.map((e) => e.id ?? ""));
  return page.matches.map((e) => ({ id: e.id ?? "", code: codes.get(e.id ?? "") ?? "", status: e.status, inBed: IN_BED.includes(e.class?.code ?? ""), start: e.period?.start ?? "" })).sort((a, b) => a.start.localeCompare(b.start));
}

const LETTERS = "ABCDEFGHJKLMNPRSTUVXYZ";
const NUMBERS = 1000;
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A letter and three digits for each contact, the same on the inner and the public board; two never share one. */
export function codesOf(ids: readonly string[]): Map<string, string> {
  const codes = new Map<string, string>();
  const taken = new Set<string>();
  for (const id of [...ids].sort()) {
    let n = FNV_START;
    for (const char of id) n = Math.imul(n ^ (char.codePointAt(0) ?? 0), FNV_PRIME) >>> 0;
    const text = () => `${LETTERS[Math.floor(n / NUMBERS) % LETTERS.length] ?? "A"}${String(n % NUMBERS).padStart(3, "0")}`;
    while (taken.has(text())) n++;
    taken.add(text());
    codes.set(id, text());
  }
  return codes;
}

export interface Unit { id: string; name: string }

/** The units one can choose among, by name. */
export async function readUnits(signal: AbortSignal): Promise<Unit[]> {
  const page = await search("Organization", [["active", "true"], ["_elements", "name,partOf"], ["_count", "500"]], signal);
  return page.matches.filter((o: Organization) => o.partOf !== undefined).map((o) => ({ id: o.id ?? "", name: o.name ?? o.id ?? "" })).sort((a, b) => a.name.localeCompare(b.name, "sv"));
}

export const isHidden = (person: Patient | null) => person !== null && isProtected(person);