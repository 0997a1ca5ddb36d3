// SPDX-License-Identifier: Apache-2.0
// An open chart: the patient and the lists its sections read. Lists are fetched in parallel, each when it is first
// looked at; leaving the chart aborts what is under way.
import { createContext } from "preact";
import { useContext, useLayoutEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Patient, Reference, Resource, ResourceType } from "@fhir";
import { connection } from "../app/connection.ts";
import { forget, read } from "../fhir/client.ts";
import { referenceText } from "../fhir/text.ts";
import { Sight } from "../access/sight.ts";
import { learnPatient } from "../write/names.ts";
import { ChartList, type ListPlan } from "./list.ts";
import { Names } from "./names.ts";
import { NOTHING, type Sought } from "./sought.ts";

const PAGE = "50";
const RESULTS_PAGE = "200";
const NOTES_PAGE = "20";
const WHOLE_PAGE = "200";

function plans(id: string) {
  const of = <const T extends ResourceType>(type: T, count: string, whole: boolean, ...rest: [string, string][]): ListPlan<T> =>
    ({ type, whole, params: [["patient", id], ["_count", count], ...rest] });
  return {
    flags: of("Flag", WHOLE_PAGE, true),
    allergies: of("AllergyIntolerance", WHOLE_PAGE, true),
    conditions: of("Condition", WHOLE_PAGE, true),
    prescriptions: of("MedicationRequest", WHOLE_PAGE, true, ["_include", "MedicationRequest:medication"]),
    statements: of("MedicationStatement", WHOLE_PAGE, true, ["_include", "MedicationStatement:medication"]),
    administrations: of("MedicationAdministration", PAGE, false, ["_sort", "-effective-time"]),
    reconciliations: of("List", "5", false, ["code", "10160-0"], ["_sort", "-date"]),
    encounters: of("Encounter", PAGE, false, ["_sort", "-date"]),
    appointments: of("Appointment", PAGE, false, ["_sort", "-date"]),
    carePlans: of("CarePlan", WHOLE_PAGE, true),
    labs: of("Observation", RESULTS_PAGE, false, ["category", "laboratory"], ["_sort", "-date"]),
    vitals: of("Observation", RESULTS_PAGE, false, ["category", "vital-signs"], ["_sort", "-date"]),
    measurements: of("Observation", RESULTS_PAGE, false, ["_sort", "-date"]),
    documents: of("DocumentReference", NOTES_PAGE, false, ["_sort", "-date"]),
    compositions: of("Composition", NOTES_PAGE, false, ["_sort", "-date"]),
    reports: of("DiagnosticReport", PAGE, false, ["_sort", "-date"]),
    referrals: of("ServiceRequest", PAGE, false, ["_sort", "-authored"]),
    tasks: of("Task", WHOLE_PAGE, true),
    procedures: of("Procedure", PAGE, false, ["_sort", "-date"]),
    immunizations: of("Immunization", PAGE, false, ["_sort", "-date"]),
  };
}

type Plans = ReturnType<typeof plans>;
type Lists = { readonly [K in keyof Plans]: Plans[K] extends ListPlan<infer T> ? ChartList<T> : never };
export type ListName = keyof Lists;

export class Chart {
  readonly patient = signal<Patient | null>(null);
  readonly failure = signal<unknown>(null);
  readonly lists: Lists;
  readonly names: Names;
  readonly sight: Sight;
  /** Words that have been searched for in this chart: marked wherever they stand in its texts. */
  readonly sought = signal<Sought>(NOTHING);
  private readonly abort = new AbortController();
  private readonly told = new Set<(keys: readonly string[] | null) => void>();

  constructor(readonly id: string) {
    this.names = new Names(this.abort.signal);
    const include = (others: readonly Resource[]) => this.names.learn(others);
    const made = Object.entries(plans(id)).map(([name, plan]) => [name, new ChartList<ResourceType>(plan, this.abort.signal, include)]);
    this.lists = Object.fromEntries(made) as unknown as Lists;
    this.sight = new Sight(id, this.abort.signal, () => this.reload());
    void this.readPatient();
    void this.sight.load();
  }

  /** Reads again what has been read: what may be seen has changed. */
  async reload(): Promise<void> {
    forget();
    this.tell(null);
    await Promise.all([this.readPatient(), ...Object.values(this.lists).map((list) => list.reload())]);
  }

  /** Looks whether anything has changed since it was last shown; what has not is answered from its ETags. */
  async refresh(): Promise<void> {
    if (connection.peek() !== "up") return;
    void this.sight.load();
    this.tell(null);
    await Promise.all([this.readPatient(), ...Object.values(this.lists).map((list) => list.reload(true))]);
  }

  /** Word from the service that these ("Type/id") have changed, come or gone. null: anything may have. */
  async changed(keys: readonly string[] | null): Promise<void> {
    if (keys === null) return this.refresh();
    const types = new Set(keys.map((key) => key.slice(0, key.indexOf("/"))));
    this.tell(keys);
    if (types.has("Consent")) void this.sight.load();
    const lists = Object.values(this.lists).filter((list) => types.has(list.plan.type));
    await Promise.all([types.has("Patient") ? this.readPatient() : undefined, ...lists.map((list) => list.reload(true))]);
  }

  /** For what keeps something of its own of this record: called with what has changed. */
  whenChanged(listener: (keys: readonly string[] | null) => void): void {
    this.told.add(listener);
  }

  private tell(keys: readonly string[] | null): void {
    for (const listener of this.told) listener(keys);
  }

  async readPatient(): Promise<void> {
    this.failure.value = null;
    try {
      this.patient.value = await read("Patient", this.id, this.abort.signal);
      learnPatient(this.patient.value);
    } catch (error) {
      if (!this.abort.signal.aborted) this.failure.value = error;
    }
  }

  /** Name of what a reference points at; "" until it is known. */
  nameOf(reference: Reference | undefined): string {
    const own = referenceText(reference);
    return own !== "" || reference?.reference === undefined ? own : this.names.of(reference.reference);
  }

  /** Is its name still being asked for? */
  awaitsName(reference: string): boolean {
    return this.names.awaits(reference);
  }

  /** Aborted when the chart is closed. */
  get gone(): AbortSignal {
    return this.abort.signal;
  }

  close(): void {
    this.abort.abort();
    this.sight.close();
    forget();
  }
}

export const ChartContext = createContext<Chart | null>(null);

export function useChart(): Chart {
  const chart = useContext(ChartContext);
  if (chart === null) throw new Error("chart part outside a chart");
  return chart;
}

/** The chart, with the named lists on their way. */
export function useLists(...names: ListName[]): Chart {
  const chart = useChart();
  useLayoutEffect(() => names.forEach((name) => chart.lists[name].start()), [chart, ...names]);
  return chart;
}
