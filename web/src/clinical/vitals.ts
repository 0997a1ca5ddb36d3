// SPDX-License-Identifier: Apache-2.0
// Vital signs that were measured at the same time are a set. A set ⇄ its form, and what a form writes: one transaction,
// in which what was not changed is not touched. Pure.
import type { BundleEntry, CodeableConcept, Observation, ObservationComponent, Quantity } from "@fhir";
import { news2, type News2, type Scale, type Vitals } from "../board/news2.ts";
import { isScale, SCALE, scaleOf as scaleSaid, vitalsOf } from "../board/vitals.ts";
import { decimalText, holdDecimal } from "../fhir/decimal.ts";
import { hasCode, timeOf } from "../fhir/text.ts";
import { decText, isDec, jsonNumber, readDec, type Dec, type Unread } from "../meds/decimal.ts";
import type { Form } from "./fields.ts";
import { marked, type Me } from "./marks.ts";
import { ACVPU, loinc, MEASURES, NEWS2_TOTAL, NUMBERS, ON_OXYGEN, PRESSURE, RESPONSE, ROOM_AIR, snomed, type Doubt, type Measure, type NumberName } from "./measures.ts";

const MINUTE_MS = 60_000;
const WRONG = "entered-in-error";
export const NEWS_YEARS = 16;

export interface VitalSet { readonly key: string; readonly time: string; readonly at: number; readonly observations: readonly Observation[] }

const timeText = (o: Observation) => o.effectiveDateTime ?? o.effectiveInstant ?? o.effectivePeriod?.start ?? o.issued ?? "";

/** Newest first. wrong: those that were marked as mistakes, instead of those that count. */
export function setsOf(observations: readonly Observation[], wrong = false): VitalSet[] {
  const sets = new Map<string, Observation[]>();
  for (const o of observations) {
    if ((o.status === WRONG) !== wrong || o.status === "cancelled") continue;
    const time = timeOf(timeText(o));
    const key = Number.isFinite(time) ? String(Math.floor(time / MINUTE_MS)) : "";
    sets.set(key, [...(sets.get(key) ?? []), o]);
  }
  return [...sets].map(([key, all]) => ({ key, time: timeText(all[0]!), at: timeOf(timeText(all[0]!)), observations: all })).sort((a, b) => b.at - a.at);
}

type Part = Pick<Observation, "code" | "valueBoolean" | "valueQuantity" | "valueCodeableConcept" | "valueInteger">;
interface Held { readonly observation: Observation; readonly part: Part }

const codesOf = (m: Measure) => [m.code, ...(m.also ?? [])];

function held(set: VitalSet, ...codes: string[]): Held | null {
  for (const observation of set.observations) {
    for (const part of [observation, ...(observation.component ?? [])]) if (hasCode(part.code, ...codes)) return { observation, part };
  }
  return null;
}

function heldNumber(set: VitalSet, name: NumberName): { observation: Observation; text: string } | null {
  const m = MEASURES[name];
  const found = held(set, ...codesOf(m));
  if (found === null) return null;
  if (name === "pain" && found.part.valueInteger !== undefined) return { observation: found.observation, text: String(found.part.valueInteger) };
  const q = found.part.valueQuantity;
  // A value in another unit than the form's is not turned into it behind anybody's back: it stays as it is.
  if (q?.value === undefined || q.comparator !== undefined || (q.code !== undefined && !sameUnit(q.code, m.ucum))) return null;
  return { observation: found.observation, text: decimalText(q, "value", q.value) };
}

const sameUnit = (code: string, ucum: string) => code === ucum || code.replace(/\{[^}]*\}/, "") === ucum;

function oxygenOf(set: VitalSet): "" | "luft" | "syrgas" {
  const air = held(set, ROOM_AIR.code);
  if (air !== null) return air.part.valueBoolean === false ? "syrgas" : "luft";
  const on = held(set, ON_OXYGEN.code);
  if (on !== null) return on.part.valueBoolean === false ? "luft" : "syrgas";
  const flow = heldNumber(set, "flow");
  return flow === null ? "" : Number(flow.text) > 0 ? "syrgas" : "luft";
}

/** "" where the set does not say. */
export function scaleOf(set: VitalSet): "" | "1" | "2" {
  const said = set.observations.map(scaleSaid).find((scale) => scale !== undefined);
  return said === undefined ? "" : said === 1 ? "1" : "2";
}

function responseOf(set: VitalSet): string {
  const said = held(set, RESPONSE.code)?.part.valueCodeableConcept;
  return Object.keys(ACVPU).find((letter) => hasCode(said, ACVPU[letter]?.code ?? "")) ?? "";
}

const two = (n: number) => String(n).padStart(2, "0");
/** As a field for local time writes it. */
export function localTime(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** show: how a decimal is written in the language in use. */
export function formOfSet(set: VitalSet, show: (text: string) => string): Form {
  const numbers = NUMBERS.map((name) => [name, show(heldNumber(set, name)?.text ?? "")]);
  return { ...Object.fromEntries(numbers), at: Number.isFinite(set.at) ? localTime(new Date(set.at)) : "", oxygen: oxygenOf(set), scale: scaleOf(set), consciousness: responseOf(set), note: set.observations.flatMap((o) => o.note ?? []).at(-1)?.text ?? "" };
}

export interface Read { readonly numbers: Readonly<Partial<Record<NumberName, Dec>>>; readonly amiss: { readonly field: string; readonly why: Unread | "time" | "future" | "flow" } | null }

const SKEW_MS = 60_000;
const hasOne = (form: Form) => [...NUMBERS, "consciousness", "oxygen"].some((name) => (form[name] ?? "").trim() !== "");

export function readSet(form: Form, now: number): Read {
  const numbers: Partial<Record<NumberName, Dec>> = {};
  let amiss: Read["amiss"] = null;
  const at = Date.parse(form["at"] ?? "");
  if (Number.isNaN(at)) amiss = { field: "at", why: "time" };
  else if (at > now + SKEW_MS) amiss = { field: "at", why: "future" };
  for (const name of NUMBERS) {
    const read = readDec(form[name] ?? "");
    if (isDec(read)) numbers[name] = read;
    else if (read !== "empty") amiss ??= { field: name, why: read };
  }
  if (numbers.flow !== undefined && form["oxygen"] !== "syrgas") amiss ??= { field: "flow", why: "flow" };
  if (amiss === null && !hasOne(form)) amiss = { field: NUMBERS[0], why: "empty" };
  return { numbers, amiss };
}

const asNumber = (d: Dec | undefined) => (d === undefined ? undefined : Number(decText(d)));

/** What NEWS2 is reckoned from, as the form says. */
export function vitalsIn(form: Form, read: Read): Vitals {
  const all: Record<string, number | boolean | undefined> = {
    respiration: asNumber(read.numbers.respiration), saturation: asNumber(read.numbers.saturation), systolic: asNumber(read.numbers.systolic), pulse: asNumber(read.numbers.pulse), temperature: asNumber(read.numbers.temperature),
    oxygen: form["oxygen"] === "" || form["oxygen"] === undefined ? undefined : form["oxygen"] === "syrgas", alert: (form["consciousness"] ?? "") === "" ? undefined : form["consciousness"] === "A",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Vitals;
}

export const scaleIn = (text: string): Scale => (text === "2" ? 2 : 1);
const MEASURED = 7;

/** null: nothing that NEWS2 counts, or too young. */
export function newsOf(vitals: Vitals, scale: Scale, years: number | null): News2 | null {
  if (years !== null && years < NEWS_YEARS) return null;
  const score = news2(vitals, scale);
  return score.missing.length === MEASURED ? null : score;
}

export function newsOfSet(set: VitalSet, years: number | null): { news: News2; vitals: Vitals; scale: Scale } | null {
  const vitals = vitalsOf(set.observations, set.at)?.vitals;
  const scale = scaleIn(scaleOf(set));
  const news = vitals === undefined ? null : newsOf(vitals, scale, years);
  return vitals === undefined || news === null ? null : { news, vitals, scale };
}

/** Kilograms by metres squared, with one decimal; null when it cannot be told. */
export function bmiOf(kilograms: number | undefined, centimetres: number | undefined): string | null {
  if (kilograms === undefined || centimetres === undefined || kilograms <= 0 || centimetres <= 0) return null;
  return (kilograms / (centimetres / 100) ** 2).toFixed(1);
}

export interface Earlier { readonly number: number; readonly text: string; readonly when: string }
export interface Doubted { readonly doubt: Doubt; readonly measure: NumberName; readonly earlier: Earlier | null }
const ADULT = 18;

function against(name: "weight" | "height", value: number, earlier: Earlier, years: number | null): boolean {
  const adult = years === null || years >= ADULT;
  if (name === "weight") return value < earlier.number * 0.9 || value > earlier.number * (adult ? 1.1 : 1.3);
  return value < earlier.number - (adult ? 3 : 1) || value > earlier.number + (adult ? 3 : 15);
}

/** What is worth a second look. Nothing here forbids anything. */
export function doubts(read: Read, earlier: Readonly<Partial<Record<"weight" | "height", Earlier>>>, years: number | null): Doubted[] {
  const all: Doubted[] = [];
  for (const name of NUMBERS) {
    const value = asNumber(read.numbers[name]);
    const [low, high] = MEASURES[name].likely;
    if (value !== undefined && (value < low || value > high)) all.push({ doubt: "unlikely", measure: name, earlier: null });
  }
  const { systolic, diastolic } = read.numbers;
  if ((systolic === undefined) !== (diastolic === undefined)) all.push({ doubt: "halfPressure", measure: "systolic", earlier: null });
  if (systolic !== undefined && diastolic !== undefined && Number(decText(diastolic)) >= Number(decText(systolic))) all.push({ doubt: "pressure", measure: "diastolic", earlier: null });
  for (const name of ["weight", "height"] as const) {
    const value = asNumber(read.numbers[name]);
    const before = earlier[name];
    if (value !== undefined && before !== undefined && against(name, value, before, years)) all.push({ doubt: name, measure: name, earlier: before });
  }
  return all;
}

/** The latest of each before `at`, leaving out the set that is being changed. */
export function earlierOf(sets: readonly VitalSet[], leftOut: string, show: (text: string, measure: NumberName) => string): Partial<Record<"weight" | "height", Earlier>> {
  const found: Partial<Record<"weight" | "height", Earlier>> = {};
  for (const set of sets) {
    if (set.key === leftOut) continue;
    for (const name of ["weight", "height"] as const) {
      const one = found[name] === undefined ? heldNumber(set, name) : null;
      if (one !== null) found[name] = { number: Number(one.text), text: show(one.text, name), when: set.time };
    }
  }
  return found;
}

// ---- what is written ----

const CATEGORY: CodeableConcept[] = [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs", display: "Vital Signs" }], text: "Vitalparametrar" }];

function quantityOf(name: NumberName, value: Dec): Quantity {
  const { unit, ucum } = MEASURES[name];
  const text = decText(value);
  return holdDecimal({ value: jsonNumber(value) ?? Number(text), unit, system: "http://unitsofmeasure.org", code: ucum }, "value", text);
}

const componentOf = (name: NumberName, value: Dec | undefined): ObservationComponent[] => (value === undefined ? [] : [{ code: loinc(MEASURES[name]), valueQuantity: quantityOf(name, value) }]);

/** What is one Observation: which answers it holds, which one holds them now, and what it then says. */
interface Group {
  readonly of: readonly string[];
  readonly old: Observation | null;
  readonly want: boolean;
  readonly say: (before: Observation | null) => Partial<Observation> & Pick<Observation, "code">;
}

type Numbers = Read["numbers"];

const isOurPart = (part: ObservationComponent, ...codes: string[]) => hasCode(part.code, ...codes) || isScale(part.code);

function simple(set: VitalSet | null, name: NumberName, numbers: Numbers): Group {
  const value = numbers[name];
  const found = set === null ? null : held(set, ...codesOf(MEASURES[name]));
  // Only one that is an observation of its own, in the form's unit, is changed.
  const old = found !== null && set !== null && found.part === found.observation && heldNumber(set, name) !== null ? found.observation : null;
  return { of: [name], old, want: value !== undefined, say: (before) => ({ code: before?.code ?? loinc(MEASURES[name]), ...(value === undefined ? {} : { valueQuantity: quantityOf(name, value) }) }) };
}

function pressure(set: VitalSet | null, numbers: Numbers): Group {
  const old = set === null ? null : (held(set, PRESSURE.code)?.observation ?? null);
  const codes = [...codesOf(MEASURES.systolic), ...codesOf(MEASURES.diastolic)];
  return {
    of: ["systolic", "diastolic"], old, want: numbers.systolic !== undefined || numbers.diastolic !== undefined,
    say: (before) => ({ code: before?.code ?? loinc(PRESSURE), component: [...componentOf("systolic", numbers.systolic), ...componentOf("diastolic", numbers.diastolic), ...(before?.component ?? []).filter((part) => !isOurPart(part, ...codes))] }),
  };
}

function oxygenParts(form: Form, numbers: Numbers): ObservationComponent[] {
  if (form["oxygen"] === "luft") return [{ code: snomed(ROOM_AIR), valueBoolean: true }];
  return form["oxygen"] === "syrgas" ? [{ code: snomed(ON_OXYGEN), valueBoolean: true }, ...componentOf("flow", numbers.flow)] : [];
}

function saturation(set: VitalSet | null, form: Form, numbers: Numbers): Group {
  const value = numbers.saturation;
  const scale: ObservationComponent[] = form["scale"] === "1" || form["scale"] === "2" ? [{ code: { coding: [{ system: SCALE.system, code: SCALE.code }], text: SCALE.text }, valueInteger: Number(form["scale"]) }] : [];
  return {
    ...simple(set, "saturation", numbers), of: ["saturation", "oxygen", "flow", "scale"],
    say: (before) => {
      const rest = (before?.component ?? []).filter((part) => !isOurPart(part, ROOM_AIR.code, ON_OXYGEN.code, MEASURES.flow.code));
      return { code: before?.code ?? loinc(MEASURES.saturation), ...(value === undefined ? {} : { valueQuantity: quantityOf("saturation", value) }), component: [...oxygenParts(form, numbers), ...scale, ...rest] };
    },
  };
}

/** Oxygen is told with the saturation it was measured on; alone only where no saturation was. */
function oxygenAlone(set: VitalSet | null, form: Form, numbers: Numbers): Group {
  const found = set === null ? null : held(set, ROOM_AIR.code, ON_OXYGEN.code);
  const old = found !== null && found.part === found.observation ? found.observation : null;
  return {
    of: ["oxygen", "flow", "saturation"], old, want: numbers.saturation === undefined && (form["oxygen"] ?? "") !== "",
    say: () => ({ code: snomed(form["oxygen"] === "luft" ? ROOM_AIR : ON_OXYGEN), valueBoolean: true, component: form["oxygen"] === "luft" ? [] : componentOf("flow", numbers.flow) }),
  };
}

function consciousness(set: VitalSet | null, form: Form): Group {
  const found = set === null ? null : held(set, RESPONSE.code);
  const said = ACVPU[form["consciousness"] ?? ""];
  return {
    of: ["consciousness"], old: found !== null && found.part === found.observation ? found.observation : null, want: said !== undefined,
    say: (before) => ({ code: before?.code ?? snomed(RESPONSE), ...(said === undefined ? {} : { valueCodeableConcept: snomed(said) }) }),
  };
}

const NEWS_ANSWERS = ["respiration", "saturation", "oxygen", "scale", "systolic", "pulse", "consciousness", "temperature"];

function newsGroup(set: VitalSet | null, news: News2 | null, changed: (name: string) => boolean): Group {
  const old = set === null ? null : (held(set, NEWS2_TOTAL.code)?.observation ?? null);
  const whole = news !== null && news.missing.length === 0;
  // Its parts may be the only ones that say oxygen and consciousness; those that no longer hold are left out.
  const parts = (before: Observation | null) => (before?.component ?? []).filter((part) => !(changed("oxygen") && hasCode(part.code, ROOM_AIR.code, ON_OXYGEN.code)) && !(changed("consciousness") && hasCode(part.code, RESPONSE.code)));
  return { of: NEWS_ANSWERS, old, want: whole, say: (before) => ({ code: before?.code ?? snomed(NEWS2_TOTAL), ...(whole ? { valueInteger: news.score } : {}), component: parts(before) }) };
}

function groupsOf(set: VitalSet | null, form: Form, numbers: Numbers, news: News2 | null, changed: (name: string) => boolean): Group[] {
  return [
    simple(set, "respiration", numbers), saturation(set, form, numbers), oxygenAlone(set, form, numbers), pressure(set, numbers), simple(set, "pulse", numbers), simple(set, "temperature", numbers), consciousness(set, form),
    simple(set, "pain", numbers), simple(set, "weight", numbers), simple(set, "height", numbers), simple(set, "head", numbers), newsGroup(set, news, changed),
  ];
}

function put(resource: Observation): BundleEntry {
  const version = resource.meta?.versionId;
  return { resource, request: { method: "PUT", url: `Observation/${resource.id ?? ""}`, ...(version === undefined ? {} : { ifMatch: `W/"${version}"` }) } };
}

const bare = (o: Observation): Observation => {
  const copy = { ...o };
  if (copy.component?.length === 0) delete copy.component;
  return copy;
};

function rewritten(old: Observation, said: Partial<Observation>, time: string | null, me: Me): Observation {
  const { valueInteger: _, valueQuantity: __, ...rest } = old;
  const made = bare({ ...rest, ...said, status: "corrected", ...(time === null ? {} : { effectiveDateTime: time }) } as Observation);
  if (time !== null) for (const name of ["effectivePeriod", "effectiveInstant", "effectiveTiming"] as const) delete made[name];
  return marked(made, me);
}

export interface Writes { readonly entries: BundleEntry[]; /** How many values are told of: the sum of NEWS2 is none of them. */ readonly values: number }

/** Everything the form changes, as one transaction. set: what it is a change of; show as for formOfSet. */
export function writesOf(set: VitalSet | null, form: Form, read: Read, news: News2 | null, me: Me, urn: () => string, show: (text: string) => string): Writes {
  const was = set === null ? {} : formOfSet(set, show);
  const changed = (name: string) => (form[name] ?? "").trim() !== ((was as Form)[name] ?? "");
  const moved = set !== null && changed("at");
  const time = new Date(form["at"] ?? "").toISOString();
  const entries: BundleEntry[] = [];
  let noted = !changed("note");
  let values = 0;
  const annotated = (o: Observation): Observation => {
    if (noted) return o;
    noted = true;
    const rest = (o.note ?? []).slice(0, -1);
    const text = (form["note"] ?? "").trim();
    const by = me.who.reference === undefined ? (me.who.display === undefined ? {} : { authorString: me.who.display }) : { authorReference: me.who };
    const all = text === "" ? rest : [...rest, { ...by, time: me.now, text }];
    const { note: _, ...without } = o;
    return all.length === 0 ? without : { ...without, note: all };
  };
  const whose = set?.observations.find((o) => (o.note ?? []).length > 0) ?? set?.observations[0];
  const touched = new Set<string>();
  for (const group of groupsOf(set, form, read.numbers, news, changed)) {
    const { old, want, of } = group;
    const differs = of.some(changed);
    if (old === null && want && differs) {
      entries.push({ fullUrl: urn(), resource: fresh(group, time, me, set === null ? annotated : (o) => o), request: { method: "POST", url: "Observation" } });
      if (of !== NEWS_ANSWERS) values++;
    } else if (old !== null && want && (differs || moved)) {
      touched.add(old.id ?? "");
      entries.push(put(rewritten(old === whose ? annotated(old) : old, group.say(old), moved ? time : null, me)));
      values++;
    } else if (old !== null && !want && differs) {
      touched.add(old.id ?? "");
      entries.push(put(marked({ ...old, status: WRONG }, me)));
      values++;
    }
  }
  // What the form does not ask about moves in time with the rest; a comment alone changes the one that has it.
  const still = (set?.observations ?? []).filter((o) => !touched.has(o.id ?? ""));
  const carrier = still.find((o) => o === whose) ?? still[0];
  for (const o of still) {
    const comment = !noted && o === carrier;
    if (moved || comment) entries.push(put(rewritten(comment ? annotated(o) : o, valueOf(o), moved ? time : null, me)));
  }
  const first = entries.find((entry) => entry.request?.method === "POST");
  if (!noted && first !== undefined) first.resource = annotated(first.resource as Observation);
  return { entries, values };
}

const valueOf = (o: Observation): Partial<Observation> => ({ ...(o.valueInteger === undefined ? {} : { valueInteger: o.valueInteger }), ...(o.valueQuantity === undefined ? {} : { valueQuantity: o.valueQuantity }) });

function fresh(group: Group, time: string, me: Me, annotated: (o: Observation) => Observation): Observation {
  const made: Observation = {
    resourceType: "Observation", status: "final", category: CATEGORY, subject: { reference: `Patient/${me.patient}` }, effectiveDateTime: time, issued: me.now, performer: [me.who], ...group.say(null),
  };
  return marked(annotated(bare(made)), me);
}

/** The whole set should never have been written. */
export function mistakenSet(set: VitalSet, why: string, me: Me): BundleEntry[] {
  return set.observations.map((o) => put(marked({ ...o, status: WRONG }, me, why)));
}
