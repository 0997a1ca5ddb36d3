// SPDX-License-Identifier: Apache-2.0
// One list of a chart: a search whose pages arrive when they are wanted, with its own state, so that each part of the
// screen shows what it has as soon as it has it and a failure in one takes nothing from another.
import { signal, type Signal } from "@preact/signals";
import type { Resource, ResourceOf, ResourceType } from "@fhir";
import { nextPage, search, type Page, type Params } from "../fhir/client.ts";

export type ListStatus = "idle" | "loading" | "ready" | "failed";

/** A list that must be whole is read to its end, but no further than this. */
export const WHOLE_MAX = 1000;

export interface ListPlan<T extends ResourceType> {
  type: T;
  params: Params;
  /** Read every page at once: warnings, diagnoses and medication may not end at a page's foot. */
  whole: boolean;
}

export class ChartList<T extends ResourceType> {
  readonly items: Signal<readonly ResourceOf<T>[]> = signal([]);
  readonly status = signal<ListStatus>("idle");
  readonly error = signal<unknown>(null);
  /** More pages wait on the server. */
  readonly more = signal(false);
  private next: string | null = null;

  constructor(
    readonly plan: ListPlan<T>,
    private readonly abort: AbortSignal,
    private readonly include: (others: readonly Resource[]) => void,
  ) {}

  /** The first page, once; afterwards nothing. */
  start(): void {
    if (this.status.peek() === "idle") void this.load();
  }

  /** The next page, or the one that failed; nothing when the list is complete or on its way. */
  async load(): Promise<void> {
    const status = this.status.peek();
    if (status === "loading" || (status === "ready" && this.next === null)) return;
    this.status.value = "loading";
    try {
      do this.take(await this.ask());
      while (this.plan.whole && this.next !== null && this.items.peek().length < WHOLE_MAX);
      this.status.value = "ready";
    } catch (error) {
      if (this.abort.aborted) return;
      this.error.value = error;
      this.status.value = "failed";
    }
  }

  private ask(): Promise<Page<ResourceOf<T>>> {
    if (this.next !== null) return nextPage(this.plan.type, this.next, this.abort);
    return search(this.plan.type, this.plan.params, this.abort);
  }

  private take(page: Page<ResourceOf<T>>): void {
    this.include(page.others);
    this.items.value = [...this.items.peek(), ...page.matches];
    this.next = page.next;
    this.more.value = page.next !== null;
  }
}

interface Waitable {
  readonly status: Signal<ListStatus>;
  readonly items: Signal<readonly unknown[]>;
}

/** Nothing has come yet and something is on its way. */
export function isWaiting(list: Waitable): boolean {
  return (list.status.value === "loading" || list.status.value === "idle") && list.items.value.length === 0;
}
