// SPDX-License-Identifier: Apache-2.0
// Searching the open chart's record for words: the service looks in all texts, of what the caller may see whole.
import { signal } from "@preact/signals";
import type { Chart } from "../chart/model.ts";
import type { EventResource } from "../chart/events.ts";
import { NOTHING, sought } from "../chart/sought.ts";
import { nextOfTypes, searchTypes, type Page } from "../fhir/client.ts";
import type { Resource } from "@fhir";
import { EVENT_TYPES, isEvent } from "./entries.ts";

const PAGE = "200";
/** So many hits are read at once; more when they are asked for. */
const HITS_STEP = 400;

export type FindState = { kind: "idle" } | { kind: "empty" } | { kind: "searching" } | { kind: "done" } | { kind: "failed"; error: unknown };

export class Finder {
  readonly text = signal("");
  /** What the hits are of. */
  readonly asked = signal("");
  readonly state = signal<FindState>({ kind: "idle" });
  readonly hits = signal<readonly EventResource[]>([]);
  readonly more = signal(false);
  /** The record has changed since. */
  readonly stale = signal(false);
  private next: string | null = null;
  private stop = new AbortController();

  constructor(private readonly chart: Chart) {}

  clear(): void {
    this.stop.abort();
    this.text.value = "";
    this.asked.value = "";
    this.hits.value = [];
    this.more.value = false;
    this.state.value = { kind: "idle" };
    this.chart.sought.value = NOTHING;
  }

  async run(): Promise<void> {
    const asked = sought(this.text.peek());
    this.stop.abort();
    this.hits.value = [];
    this.more.value = false;
    this.next = null;
    this.stale.value = false;
    this.asked.value = this.text.peek().trim();
    this.chart.sought.value = asked;
    if (asked.query === "") return void (this.state.value = { kind: this.asked.peek() === "" ? "idle" : "empty" });
    await this.read(() => searchTypes(EVENT_TYPES, [["patient", this.chart.id], ["_content", asked.query], ["_count", PAGE]], this.signal()));
  }

  async readMore(): Promise<void> {
    const next = this.next;
    if (next !== null && this.state.peek().kind === "done") await this.read(() => nextOfTypes(next, this.signal()));
  }

  private signal(): AbortSignal {
    this.stop = new AbortController();
    return AbortSignal.any([this.stop.signal, this.chart.gone]);
  }

  private async read(first: () => Promise<Page<Resource>>): Promise<void> {
    this.state.value = { kind: "searching" };
    const until = this.hits.peek().length + HITS_STEP;
    const asking = first();
    const own = this.stop;
    try {
      let page = await asking;
      for (;;) {
        if (own !== this.stop) return;
        this.hits.value = [...this.hits.peek(), ...page.matches.filter(isEvent)];
        this.next = page.next;
        if (page.next === null || this.hits.peek().length >= until) break;
        page = await nextOfTypes(page.next, AbortSignal.any([own.signal, this.chart.gone]));
      }
      this.more.value = this.next !== null;
      this.state.value = { kind: "done" };
    } catch (error) {
      if (own === this.stop && !own.signal.aborted && !this.chart.gone.aborted) this.state.value = { kind: "failed", error };
    }
  }
}

const finders = new WeakMap<Chart, Finder>();

export function finderOf(chart: Chart): Finder {
  const known = finders.get(chart);
  if (known !== undefined) return known;
  const finder = new Finder(chart);
  finders.set(chart, finder);
  chart.whenChanged(() => (finder.stale.value = finder.state.peek().kind === "done"));
  return finder;
}
