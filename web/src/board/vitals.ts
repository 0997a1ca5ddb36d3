// SPDX-License-Identifier: Apache-2.0
// The vitals of NEWS2 out of Observations: the latest of each measure within a day, by LOINC and SNOMED CT codes.
import type { CodeableConcept, Observation } from "@fhir";
import type { Scale, Vitals } from "./news2.ts";

const LOINC = "http://loinc.org";
const SNOMED = "http://snomed.info/sct";
const TOO_OLD_MS = 24 * 3_600_000;

const RESPIRATION = ["9279-1", "86290005"];
const SATURATION = ["59408-5", "2708-6", "431314004"];
const SYSTOLIC = ["8480-6", "271649006"];
const PULSE = ["8867-4", "364075005", "78564009"];
const TEMPERATURE = ["8310-5", "386725007"];
const RESPONSE = ["1104441000000107", "67775-7"];
const ROOM_AIR = ["722742002"];
const ON_OXYGEN = ["371825009"];
const OXYGEN_FLOW = ["3151-8"];
/** Some keep oxygen and consciousness as parts of the score. */
const NEWS2_TOTAL = "1104051000000101";
const ALERT = ["248234008", "LA9340-6"];
const NOT_ALERT = ["130987000", "300202002", "450847001", "422107003", "LA9341-4", "LA9342-2", "LA9343-0"];
/** What a search asks for: every code that is read here. */
export const VITAL_CODES = [...RESPIRATION, ...SATURATION, ...SYSTOLIC, "85354-9", ...PULSE, ...TEMPERATURE, ...RESPONSE, ...ROOM_AIR, ...ON_OXYGEN, ...OXYGEN_FLOW, NEWS2_TOTAL];

const has = (concept: CodeableConcept | undefined, codes: readonly string[]) => (concept?.coding ?? []).some((c) => (c.system === LOINC || c.system === SNOMED) && codes.includes(c.code ?? ""));
const timeOf = (o: Observation) => Date.parse(o.effectiveDateTime ?? o.effectiveInstant ?? o.effectivePeriod?.start ?? "");
const counts = (o: Observation) => o.status !== "entered-in-error" && o.status !== "cancelled" && o.dataAbsentReason === undefined;

const UNITS: Readonly<Record<string, readonly string[]>> = { respiration: ["/min", "{breaths}/min"], saturation: ["%"], systolic: ["mm[Hg]"], pulse: ["/min", "{beats}/min"], temperature: ["Cel"] };

/** A value in another unit than the chart's is not guessed at. */
function valueOf(quantity: { value?: number; code?: string; comparator?: string } | undefined, kind: string): number | undefined {
  if (quantity?.value === undefined || quantity.comparator !== undefined) return undefined;
  return quantity.code === undefined || UNITS[kind]?.includes(quantity.code) === true ? quantity.value : undefined;
}

/** The part of a pressure, or a value that is the pressure itself. */
function quantityOf(o: Observation, codes: readonly string[]) {
  return has(o.code, codes) ? o.valueQuantity : o.component?.find((c) => has(c.code, codes))?.valueQuantity;
}

const NUMBERS = { respiration: RESPIRATION, saturation: SATURATION, systolic: SYSTOLIC, pulse: PULSE, temperature: TEMPERATURE } as const;

/** An observation, or a part of one. */
type Part = Pick<Observation, "code" | "valueBoolean" | "valueQuantity" | "valueCodeableConcept">;

/** What the observation itself or any part of it says. */
function ofParts<V>(o: Observation, read: (part: Part) => V | undefined): V | undefined {
  for (const part of [o, ...(o.component ?? [])]) {
    const value = read(part);
    if (value !== undefined) return value;
  }
  return undefined;
}

function oxygenOf(o: Part): boolean | undefined {
  if (has(o.code, ROOM_AIR)) return o.valueBoolean === false ? true : false;
  if (has(o.code, ON_OXYGEN)) return o.valueBoolean === false ? false : true;
  if (has(o.code, OXYGEN_FLOW) && o.valueQuantity?.value !== undefined) return o.valueQuantity.value > 0;
  return undefined;
}

function alertOf(o: Part): boolean | undefined {
  if (!has(o.code, RESPONSE)) return undefined;
  if (has(o.valueCodeableConcept, ALERT)) return true;
  return has(o.valueCodeableConcept, NOT_ALERT) ? false : undefined;
}

/** Which scale the saturation is judged on is kept with it; nobody has said so: scale 1. */
export const SCALE = { system: "https://helhet.example/fhir/CodeSystem/vital", code: "news2-spo2-scale", text: "NEWS2: skala för saturation" } as const;
export const isScale = (concept: CodeableConcept) => (concept.coding ?? []).some((c) => c.system === SCALE.system && c.code === SCALE.code);

export function scaleOf(o: Pick<Observation, "component">): Scale | undefined {
  const value = o.component?.find((part) => isScale(part.code))?.valueInteger;
  return value === 1 || value === 2 ? value : undefined;
}

export interface Measured { vitals: Vitals; /** Of the latest saturation. */ scale: Scale; /** Of the oldest value that counts. */ since: string; latest: string }

/** null: nothing within a day before `now`. */
export function vitalsOf(observations: readonly Observation[], now: number): Measured | null {
  const fresh = observations.filter((o) => counts(o) && now - timeOf(o) <= TOO_OLD_MS && timeOf(o) <= now).sort((a, b) => timeOf(b) - timeOf(a));
  const vitals: Vitals = {};
  const used: Observation[] = [];
  const take = <K extends keyof Vitals>(name: K, read: (o: Observation) => Vitals[K] | undefined) => {
    for (const o of fresh) {
      const value = read(o);
      if (value === undefined) continue;
      vitals[name] = value;
      used.push(o);
      return;
    }
  };
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) take(name, (o) => valueOf(quantityOf(o, NUMBERS[name]), name));
  take("oxygen", (o) => ofParts(o, oxygenOf));
  take("alert", (o) => ofParts(o, alertOf));
  const times = used.map(timeOf).sort((a, b) => a - b);
  const first = times[0];
  const last = times.at(-1);
  return first === undefined || last === undefined ? null : { vitals, scale: fresh.map(scaleOf).find((scale) => scale !== undefined) ?? 1, since: new Date(first).toISOString(), latest: new Date(last).toISOString() };
}
