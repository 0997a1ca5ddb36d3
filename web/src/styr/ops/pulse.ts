// SPDX-License-Identifier: Apache-2.0
// The pulse of a unit, phase by phase: an R4 MeasureReport whose score is its lowest phase, which is what a checkpoint measures (E13).
import type { MeasureReport, MeasureReportGroupStratifierStratum, Reference } from "@fhir";
import { searchPrivately } from "../../fhir/client.ts";
import { create } from "../../write/write.ts";
import { valueAt, type Tree } from "../form/tree.ts";

const MEASURE = "https://helhet.example/styr/Measure/pulse";
const PHASE = "https://helhet.example/styr/CodeSystem/change-phase";
const UCUM = { unit: "%", system: "http://unitsofmeasure.org", code: "%" };
export const PHASES = ["discover", "explore", "experience", "execute", "use"] as const;
export type Phase = (typeof PHASES)[number];

export interface Pulse { unit: Reference | undefined; until: string; phases: ReadonlyMap<string, number> }

const pulseOf = (report: MeasureReport): Pulse => ({
  unit: report.subject, until: report.period.end ?? "",
  phases: new Map((report.group?.[0]?.stratifier?.[0]?.stratum ?? []).flatMap((one) => { const code = one.value?.coding?.[0]?.code; const value = one.measureScore?.value; return code === undefined || value === undefined ? [] : [[code, value] as const]; })),
});

/** The newest of each unit. */
export async function readPulse(signal: AbortSignal): Promise<Pulse[]> {
  const { matches } = await searchPrivately("MeasureReport", [["measure", MEASURE], ["_sort", "-date"], ["_count", "200"]], signal);
  const newest = new Map<string, Pulse>();
  for (const one of matches.map(pulseOf)) {
    const unit = one.unit?.reference ?? "";
    if (!newest.has(unit)) newest.set(unit, one);
  }
  return [...newest.values()];
}

export async function savePulse(asked: Tree, title: string, link: string, key: string): Promise<void> {
  const stratum: MeasureReportGroupStratifierStratum[] = PHASES.flatMap((code) => { const value = valueAt(asked, code); return typeof value === "number" ? [{ value: { coding: [{ system: PHASE, code }] }, measureScore: { value, ...UCUM } }] : []; });
  const scores = stratum.map((one) => one.measureScore?.value ?? 0);
  const report: MeasureReport = {
    resourceType: "MeasureReport", status: "complete", type: "summary", measure: MEASURE, subject: valueAt(asked, "subject") as Reference, date: new Date().toISOString(), period: valueAt(asked, "period") as MeasureReport["period"],
    group: [{ ...(scores.length === 0 ? {} : { measureScore: { value: Math.min(...scores), ...UCUM } }), stratifier: [{ stratum }] }],
  };
  await create(report, { patient: "", title, link, key });
}
