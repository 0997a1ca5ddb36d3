// SPDX-License-Identifier: Apache-2.0
// Results that wait to be acknowledged, as answers: one Task each, with the values it is about. Pure.
import type { DiagnosticReport, Observation, Resource, Task } from "@fhir";
import { analytes, observedAt, type LabValue } from "../chart/labs.ts";
import { conceptText, timeOf } from "../fhir/text.ts";

export interface Part { name: string; value: LabValue }
export interface Answer {
  task: Task;
  title: string;
  date: string;
  parts: readonly Part[];
  /** Of what is shown: "Observation/x". */
  ids: ReadonlySet<string>;
  /** The report's own words. */
  text: string;
  /** What it is about could be read, all of it. */
  whole: boolean;
  /** The result in the version that is shown. */
  seen: readonly string[];
}

const NORMAL = "normal";
const UNJUDGED = "unknown";
export const abnormalOf = (one: Answer) => one.parts.filter((p) => p.value.level !== NORMAL && p.value.level !== UNJUDGED);
export const unjudgedOf = (one: Answer) => one.parts.filter((p) => p.value.level === UNJUDGED);
/** Everything in it is known to be within its reference. */
export const isNormal = (one: Answer) => one.whole && one.text === "" && one.parts.length > 0 && one.parts.every((p) => p.value.level === NORMAL);

/** "Type/id" of a reference, without host and version. */
export function placeOf(reference: string | undefined): string {
  return /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference ?? "")?.[1] ?? "";
}

const version = (one: Resource) => `${one.resourceType}/${one.id ?? ""}${one.meta?.versionId === undefined ? "" : `/_history/${one.meta.versionId}`}`;
const partsOf = (all: readonly Observation[]): Part[] => analytes(all).flatMap((row) => row.values.map((value) => ({ name: row.name, value })));

export type Known = ReadonlyMap<string, Resource>;
export const known = (all: readonly Resource[]): Known => new Map(all.map((one) => [`${one.resourceType}/${one.id ?? ""}`, one]));

function ofReport(task: Task, report: DiagnosticReport, held: Known): Answer {
  const places = (report.result ?? []).map((one) => placeOf(one.reference)).filter((place) => place !== "");
  const found = places.flatMap((place) => { const one = held.get(place); return one?.resourceType === "Observation" ? [one as Observation] : []; });
  const text = report.conclusion ?? "";
  const date = report.effectiveDateTime ?? report.effectivePeriod?.start ?? report.issued ?? "";
  const attached = (report.presentedForm?.length ?? 0) > 0;
  return { task, title: conceptText(report.code), date, parts: partsOf(found), ids: new Set(places), text, whole: found.length === places.length && !attached && (found.length > 0 || text !== ""), seen: [report, ...found].map(version) };
}

function ofObservation(task: Task, one: Observation): Answer {
  return { task, title: conceptText(one.code), date: observedAt(one), parts: partsOf([one]), ids: new Set([placeOf(version(one))]), text: "", whole: true, seen: [version(one)] };
}

/** A Task whose result could not be read keeps the title it was given, and says so. */
export function answerOf(task: Task, held: Known): Answer {
  const place = placeOf(task.focus?.reference);
  const focus = held.get(place);
  if (focus?.resourceType === "DiagnosticReport") return ofReport(task, focus as DiagnosticReport, held);
  if (focus?.resourceType === "Observation") return ofObservation(task, focus as Observation);
  return { task, title: task.description ?? "", date: task.authoredOn ?? "", parts: [], ids: new Set([place]), text: "", whole: false, seen: [] };
}

/** Newest sample first, as in the matrix. */
export const inOrder = (all: readonly Answer[]) => [...all].sort((a, b) => timeOf(b.date) - timeOf(a.date));

/** For each observation the answer it is in. */
export function byObservation(all: readonly Answer[]): ReadonlyMap<string, Answer> {
  return new Map(all.flatMap((one) => [...one.ids].map((id) => [id, one] as const)));
}
