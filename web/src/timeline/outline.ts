// SPDX-License-Identifier: Apache-2.0
// The whole record in outline: of each thing only when, what kind and whose, read to its end in the background. So that
// what a filter hides can be counted, and any time be gone to at once, while only what is shown is read whole.
import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { turn } from "../app/turns.ts";
import type { Chart, ListName } from "../chart/model.ts";
import type { EventResource, EventType } from "../chart/events.ts";
import { nextPage, search, type Page, type Params } from "../fhir/client.ts";
import { byTime, entryOf, keyOf } from "./entries.ts";
import { KINDS, type Entry, type Kind } from "./view.ts";

const PAGE = "1000";
/** What has been read is counted anew each so many pages. */
const SHOWN_EACH = 5;
/** No record is read further than this; past it the counts say "at least". */
export const OUTLINE_MAX = 100_000;

/** Those whose lists in the chart end after a page, with what tells when they were. The others are read whole by the chart. */
const PAGED: Readonly<Partial<Record<Kind, { type: EventType; sort: string; elements: string }>>> = {
  encounters: { type: "Encounter", sort: "-date", elements: "period,serviceProvider" },
  appointments: { type: "Appointment", sort: "-date", elements: "start,created" },
  measurements: { type: "Observation", sort: "-date", elements: "effective,issued" },
  documents: { type: "DocumentReference", sort: "-date", elements: "date,custodian" },
  compositions: { type: "Composition", sort: "-date", elements: "date,custodian" },
  reports: { type: "DiagnosticReport", sort: "-date", elements: "effective,issued" },
  referrals: { type: "ServiceRequest", sort: "-authored", elements: "authoredOn" },
  procedures: { type: "Procedure", sort: "-date", elements: "performed" },
  immunizations: { type: "Immunization", sort: "-date", elements: "occurrence" },
};

type Status = "idle" | "reading" | "whole" | "cut" | "failed";

class KindOutline {
  readonly entries: Signal<readonly Entry[]> = signal([]);
  readonly status = signal<Status>("idle");
  private turn = 0;

  constructor(private readonly chart: Chart, private readonly plan: { type: EventType; sort: string; elements: string }) {}

  /** Reads it to its end. What was there stays until all of the new is. */
  async read(): Promise<void> {
    const mine = ++this.turn;
    const again = this.status.peek() === "whole";
    if (!again) this.status.value = "reading";
    const params: Params = [["patient", this.chart.id], ["_sort", this.plan.sort], ["_elements", this.plan.elements], ["_count", PAGE]];
    let found: Entry[] = [];
    try {
      let page: Page<EventResource> = (await search(this.plan.type, params, this.chart.gone)) as Page<EventResource>;
      for (let pages = 1; ; pages++) {
        await turn();
        if (mine !== this.turn) return;
        found = [...found, ...page.matches.map(entryOf)];
        if (!again && pages % SHOWN_EACH === 1) this.entries.value = found;
        if (page.next === null || found.length >= OUTLINE_MAX) break;
        page = (await nextPage(this.plan.type, page.next, this.chart.gone)) as Page<EventResource>;
      }
      this.entries.value = found;
      this.status.value = page.next === null ? "whole" : "cut";
    } catch {
      if (mine === this.turn && !this.chart.gone.aborted) this.status.value = "failed";
    }
  }

  /** These have changed, come or gone. */
  async renew(ids: readonly string[]): Promise<void> {
    try {
      const page = (await search(this.plan.type, [["patient", this.chart.id], ["_id", ids.join(",")], ["_elements", this.plan.elements], ["_count", PAGE]], this.chart.gone)) as Page<EventResource>;
      const gone = new Set(ids.map((id) => `${this.plan.type}/${id}`));
      this.entries.value = byTime([...this.entries.peek().filter((entry) => !gone.has(entry.key)), ...page.matches.map(entryOf)]);
    } catch {
      await this.read();
    }
  }
}

export class Outline {
  private readonly paged: ReadonlyMap<Kind, KindOutline>;
  /** Of each kind what is known, newest first. */
  private readonly known: ReadonlyMap<Kind, ReadonlySignal<readonly Entry[]>>;
  /** Everything known that nothing newer can come in between, newest first. */
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** Down to this time everything is known. */
  readonly horizon: ReadonlySignal<number>;
  /** More is on its way. */
  readonly reading: ReadonlySignal<boolean>;
  /** Kinds of which not all could be read. */
  readonly failed: ReadonlySignal<readonly Kind[]>;
  /** Kinds with more than is read. */
  readonly cut: ReadonlySignal<readonly Kind[]>;
  /** Whole resources that the chart's lists have already. */
  readonly held: ReadonlySignal<ReadonlyMap<string, EventResource>>;
  private begun = false;

  constructor(private readonly chart: Chart) {
    this.paged = new Map(KINDS.flatMap((kind) => { const plan = PAGED[kind]; return plan === undefined ? [] : [[kind, new KindOutline(chart, plan)] as const]; }));
    const listed = (kind: ListName & Kind) => computed(() => byTime((chart.lists[kind].items.value as readonly EventResource[]).map(entryOf)));
    this.known = new Map(KINDS.map((kind) => {
      const list = listed(kind);
      const outline = this.paged.get(kind);
      // Both are the newest of the same: the longer has them all. What the list has read anew comes first.
      return [kind, computed(() => (outline === undefined || outline.entries.value.length < list.value.length ? list.value : outline.entries.value))] as const;
    }));
    this.horizon = computed(() => Math.max(Number.NEGATIVE_INFINITY, ...KINDS.map((kind) => (this.more(kind) ? (this.known.get(kind)?.value.at(-1)?.time ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY))));
    this.entries = computed(() => {
      const horizon = this.horizon.value;
      return byTime(KINDS.flatMap((kind) => (this.known.get(kind)?.value ?? []).filter((entry) => entry.time >= horizon)));
    });
    this.reading = computed(() => KINDS.some((kind) => this.more(kind)));
    this.failed = computed(() => KINDS.filter((kind) => chart.lists[kind].status.value === "failed" || this.paged.get(kind)?.status.value === "failed"));
    this.cut = computed(() => KINDS.filter((kind) => { const outline = this.paged.get(kind); return outline === undefined ? chart.lists[kind].status.value === "ready" && chart.lists[kind].more.value : outline.status.value === "cut"; }));
    this.held = computed(() => new Map(KINDS.flatMap((kind) => (chart.lists[kind].items.value as readonly EventResource[]).map((resource) => [keyOf(resource), resource] as const))));
  }

  private more(kind: Kind): boolean {
    const list = this.chart.lists[kind];
    const outline = this.paged.get(kind)?.status.value;
    const waiting = list.status.value === "idle" || (list.status.value === "loading" && list.items.value.length === 0);
    if (outline === undefined) return waiting || (list.status.value === "loading" && list.more.value);
    if (outline === "whole" || outline === "cut" || outline === "failed") return false;
    return waiting || list.more.value;
  }

  /** After the chart's own first pages: reads on, a kind at a time, those that have more. */
  async begin(): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    // What is looked at first is in the chart's own pages: it is drawn before anything is counted.
    await Promise.all(KINDS.map((kind) => this.firstPage(kind)));
    await turn();
    for (const [kind, outline] of this.paged) {
      if (this.chart.gone.aborted) return;
      if (this.chart.lists[kind].more.peek()) await outline.read();
    }
    // A list that outgrows its page later.
    const end = effect(() => { for (const [kind, outline] of this.paged) if (this.chart.lists[kind].more.value && outline.status.value === "idle") void outline.read(); });
    this.chart.gone.addEventListener("abort", end);
  }

  private firstPage(kind: Kind): Promise<void> {
    const list = this.chart.lists[kind];
    return new Promise((resolve) => {
      const stop = list.status.subscribe((status) => {
        if (status !== "ready" && status !== "failed" && !this.chart.gone.aborted) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  }

  retry(): void {
    for (const kind of this.failed.peek()) {
      if (this.chart.lists[kind].status.peek() === "failed") void this.chart.lists[kind].load();
      if (this.paged.get(kind)?.status.peek() === "failed") void this.paged.get(kind)?.read();
    }
  }

  /** What the record tells has changed: "Type/id". null: anything may have. */
  changed(keys: readonly string[] | null): void {
    for (const [kind, outline] of this.paged) {
      if (outline.status.peek() === "idle") continue;
      const ids = keys?.filter((key) => key.startsWith(`${PAGED[kind]?.type ?? ""}/`)).map((key) => key.slice(key.indexOf("/") + 1));
      if (ids === undefined) void outline.read();
      else if (ids.length > 0) void outline.renew(ids);
    }
  }
}

const outlines = new WeakMap<Chart, Outline>();

export function outlineOf(chart: Chart): Outline {
  const known = outlines.get(chart);
  if (known !== undefined) return known;
  const outline = new Outline(chart);
  outlines.set(chart, outline);
  chart.whenChanged((keys) => outline.changed(keys));
  return outline;
}
