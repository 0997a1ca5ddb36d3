// SPDX-License-Identifier: Apache-2.0
// What the screen holds: the range of products, which checks are on, what is being ordered, and who signs.
import { computed, signal } from "@preact/signals";
import type { Dosage, Medication, Reference } from "@fhir";
import { actor } from "../access/sight.ts";
import type { Chart } from "../chart/model.ts";
import type { Medicine } from "../chart/state.ts";
import { dosageWords, medicineName } from "../chart/medicines.ts";
import { nextPage, search, type Page } from "../fhir/client.ts";
import { dosageText } from "../fhir/dosage.ts";
import { setting } from "../me/settings.ts";
import { session } from "../session/session.ts";
import { ALL_ON, type CheckName, type Facts, type Having, type Switches } from "./checks.ts";
import { ageYears } from "../fhir/text.ts";
import { weightOf } from "./weight.ts";
import { m } from "./words.ts";
import { drugIn, drugOf, havingOf, productOf, type Drug, type Signer } from "./order.ts";

/** The range is read whole up to this; beyond it the server is asked as the user writes. */
const RANGE_MAX = 2000;
const PAGE = "500";
export type RangeState = "idle" | "reading" | "ready" | "failed";
export const range = signal<readonly Medication[]>([]);
export const rangeState = signal<RangeState>("idle");
export const rangeError = signal<unknown>(null);
const never = new AbortController().signal;

export async function readRange(): Promise<void> {
  if (rangeState.peek() === "reading" || rangeState.peek() === "ready") return;
  rangeState.value = "reading";
  try {
    const all: Medication[] = [];
    let page: Page<Medication> = await search("Medication", [["status", "active"], ["_count", PAGE]], never);
    all.push(...page.matches);
    while (page.next !== null && all.length < RANGE_MAX) {
      page = await nextPage("Medication", page.next, never);
      all.push(...page.matches);
    }
    range.value = all;
    rangeState.value = "ready";
  } catch (error) {
    rangeError.value = error;
    rangeState.value = "failed";
  }
}

const drugs = computed<ReadonlyMap<string, Drug>>(() => {
  const known = new Map<string, Drug>();
  for (const drug of range.value.map(drugOf)) {
    if (!known.has(drug.name)) known.set(drug.name, drug);
    if (drug.product !== "") known.set(drug.product, drug);
  }
  return known;
});

/** The product of what a patient has: by its product code, else by exactly its name; else what it says itself. */
export function drugFor(m: Medicine, chart: Chart): Drug {
  const name = medicineName(m, chart);
  const product = productOf(m);
  return drugIn(m, name, drugs.value.get(product === "" ? name : product));
}

/** The setting that tells which checks are on. */
export const CHECKS = "medicine-checks";
export const switches = setting<Switches>(CHECKS, ALL_ON);
export const switchesOn = computed<Switches>(() => ({ ...ALL_ON, ...switches.value }));

/** Which checks are off, in words; "" for none. */
export function offNames(): string {
  const on = switchesOn.value;
  return (Object.keys(on) as CheckName[]).filter((name) => !on[name]).map((name) => m.value.checkNames[name]).join(", ");
}

export function signer(patient: string): Signer {
  const user = session.peek()?.user;
  const reference: Reference | null = user === undefined ? null : { reference: user.reference, display: actor() };
  return { reference, name: actor(), patient, now: new Date().toISOString() };
}

const HAS = new Set(["active", "on-hold", "intended", "unknown"]);

/** What the checks go by, as far as the chart has it now. `replaced`: the order that the new one takes the place of. */
export function factsOf(chart: Chart, replaced: string): Facts {
  const { prescriptions, statements, allergies, vitals } = chart.lists;
  const ready = (list: { status: { value: string }; more: { value: boolean } }) => list.status.value === "ready" && !list.more.value;
  const all: Medicine[] = [...prescriptions.items.value, ...statements.items.value].filter((m) => HAS.has(m.status));
  const orders = new Set(all.map((m) => `${m.resourceType}/${m.id ?? ""}`));
  // What is stated because it is ordered is the order, when that is still there.
  const medicines = all.filter((m) => `${m.resourceType}/${m.id ?? ""}` !== replaced && !(m.resourceType === "MedicationStatement" && (m.basedOn ?? []).some((r) => orders.has(r.reference ?? ""))));
  const hidden = chart.sight.hidden.value;
  return {
    having: once(medicines.map((m) => havingOf(m, drugFor(m, chart)))), allergies: allergies.items.value, havingRead: ready(prescriptions) && ready(statements) && !hidden, allergiesRead: ready(allergies) && !hidden,
    years: ageYears(chart.patient.value?.birthDate, new Date()), kilograms: weightOf(vitals.items.value)?.kilograms ?? null,
  };
}

/** What is both ordered and stated is one thing the patient has, not two; the order comes first. */
function once(all: readonly Having[]): Having[] {
  return all.filter((one, i) => one.reference.startsWith("MedicationRequest/") || !all.slice(0, i).some((before) => before.name === one.name));
}

export function wordsOf(d: Dosage): string {
  return dosageText(d, dosageWords());
}
