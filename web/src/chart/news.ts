// SPDX-License-Identifier: Apache-2.0
// What of a chart's record is new since the user was last there. The last visits are kept with the user's settings, so
// that they follow the user; the clock is the service's, as its times are what they are compared with.
import { effect, signal, type Signal } from "@preact/signals";
import type { ResourceType } from "@fhir";
import { serverTime } from "../app/connection.ts";
import { nextOfTypes, searchTypes } from "../fhir/client.ts";
import { setting, settingState } from "../me/settings.ts";
import { receipts } from "../write/receipts.ts";
import type { Chart } from "./model.ts";
import { arrive, mergeVisits, type Visits } from "./visits.ts";

const NAME = "last-visits";
const visits = setting<Visits>(NAME, {}, mergeVisits);

/** How often the present visit is kept while it lasts. */
const KEEP_MS = 120_000;
const TYPES: readonly ResourceType[] = ["Encounter", "Appointment", "Condition", "Observation", "MedicationRequest", "MedicationStatement", "DocumentReference", "Composition", "DiagnosticReport", "ServiceRequest", "Procedure", "Immunization", "CarePlan", "AllergyIntolerance", "Flag"];
const PAGE = "500";
export const FRESH_MAX = 2000;

/** What is new in one chart since the user's last visit. */
export class News {
  /** null: not known yet. "": this is the first visit. */
  readonly since: Signal<string | null> = signal(null);
  /** "Type/id"; null: not known yet. */
  readonly keys: Signal<ReadonlySet<string> | null> = signal(null);
  readonly failed = signal(false);
  /** There is more than is told of. */
  readonly cut = signal(false);

  constructor(private readonly chart: Chart) {
    chart.whenChanged(() => void this.read());
  }

  /** While the chart is on the screen. Answers with what ends it. */
  stay(): () => void {
    const mark = () => {
      // Where nothing is seen nobody has been.
      if (settingState(NAME) === "reading" || document.visibilityState !== "visible" || this.chart.sight.hidden.peek()) return;
      const now = serverTime();
      const visit = arrive(visits.peek()[this.chart.id], now);
      visits.value = mergeVisits({ [this.chart.id]: visit }, visits.peek());
      if (this.since.peek() !== visit.since) {
        this.since.value = visit.since;
        void this.read();
      }
    };
    const timer = setInterval(mark, KEEP_MS);
    // Once what is kept is known: what was written over it would be lost.
    let begun = false;
    const end = effect(() => {
      if (begun || settingState(NAME) === "reading" || this.chart.patient.value === null || this.chart.sight.status.value === "loading") return;
      begun = true;
      queueMicrotask(mark);
    });
    return () => { end(); clearInterval(timer); mark(); };
  }

  async read(): Promise<void> {
    const since = this.since.peek();
    if (since === null) return;
    if (since === "") return void (this.keys.value = new Set());
    try {
      let page = await searchTypes(TYPES, [["patient", this.chart.id], ["_lastUpdated", `gt${since}`], ["_elements", "id"], ["_count", PAGE]], this.chart.gone);
      const found = [...page.matches];
      while (page.next !== null && found.length < FRESH_MAX) {
        page = await nextOfTypes(page.next, this.chart.gone);
        found.push(...page.matches);
      }
      // What one has written oneself on this page is no news.
      const own = new Set(receipts.peek().flatMap((r) => (r.resource === undefined ? [] : [`${r.resource}/${r.version ?? ""}`])));
      this.keys.value = new Set(found.filter((one) => !own.has(`${one.resourceType}/${one.id ?? ""}/${one.meta?.versionId ?? ""}`)).map((one) => `${one.resourceType}/${one.id ?? ""}`));
      this.cut.value = page.next !== null;
      this.failed.value = false;
    } catch {
      if (!this.chart.gone.aborted) this.failed.value = true;
    }
  }
}

const all = new WeakMap<Chart, News>();

export function newsOf(chart: Chart): News {
  const known = all.get(chart) ?? new News(chart);
  all.set(chart, known);
  return known;
}
