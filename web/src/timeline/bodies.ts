// SPDX-License-Identifier: Apache-2.0
// The whole resources of what is shown: those that the chart has not read already are asked for by id, many at a time.
import { signal } from "@preact/signals";
import type { Chart } from "../chart/model.ts";
import type { EventResource, EventType } from "../chart/events.ts";
import { search, type Page } from "../fhir/client.ts";
import { keyOf } from "./entries.ts";

const BATCH_MAX = 50;

export class Bodies {
  readonly known = signal<ReadonlyMap<string, EventResource>>(new Map());
  readonly error = signal<unknown>(null);
  /** Asked for and not there: gone since the outline was read, or no longer to be seen. */
  readonly missing = signal<ReadonlySet<string>>(new Set());
  private readonly asked = new Set<string>();

  constructor(private readonly chart: Chart) {}

  want(keys: readonly string[]): void {
    const byType = new Map<string, string[]>();
    for (const key of keys) {
      if (this.asked.has(key)) continue;
      this.asked.add(key);
      const [type = "", id = ""] = key.split("/");
      byType.set(type, [...(byType.get(type) ?? []), id]);
    }
    for (const [type, ids] of byType) for (let i = 0; i < ids.length; i += BATCH_MAX) void this.ask(type as EventType, ids.slice(i, i + BATCH_MAX));
  }

  private async ask(type: EventType, ids: readonly string[]): Promise<void> {
    const keys = ids.map((id) => `${type}/${id}`);
    try {
      const page = (await search(type, [["patient", this.chart.id], ["_id", ids.join(",")], ["_count", String(BATCH_MAX)]], this.chart.gone)) as Page<EventResource>;
      this.take(page.matches);
      const gone = keys.filter((key) => page.matches.every((one) => keyOf(one) !== key));
      if (gone.length > 0) this.missing.value = new Set([...this.missing.peek(), ...gone]);
    } catch (error) {
      for (const key of keys) this.asked.delete(key);
      if (!this.chart.gone.aborted) this.error.value = error;
    }
  }

  take(resources: readonly EventResource[]): void {
    const known = new Map(this.known.peek());
    for (const one of resources) known.set(keyOf(one), one);
    this.known.value = known;
  }

  retry(): void {
    this.error.value = null;
  }

  /** Read anew when they are next shown. */
  changed(keys: readonly string[] | null): void {
    const stale = keys ?? [...this.known.peek().keys()];
    for (const key of stale) this.asked.delete(key);
    const known = new Map(this.known.peek());
    for (const key of stale) known.delete(key);
    this.known.value = known;
    this.missing.value = new Set([...this.missing.peek()].filter((key) => !stale.includes(key)));
  }
}

const held = new WeakMap<Chart, Bodies>();

export function bodiesOf(chart: Chart): Bodies {
  const known = held.get(chart);
  if (known !== undefined) return known;
  const bodies = new Bodies(chart);
  held.set(chart, bodies);
  chart.whenChanged((keys) => bodies.changed(keys));
  return bodies;
}
