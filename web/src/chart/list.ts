// SPDX-License-Identifier: Apache-2.0
// One list of a chart: a search whose pages arrive when they are wanted, with its own state, so that each part of the
// screen shows what it has as soon as it has it and a failure in one takes nothing from another.
import { signal, type Signal } from "@preact/signals";
import type { Resource, ResourceOf, ResourceType } from "@fhir";
import { turn } from "../app/turns.ts";
import { nextPage, search, type Page, type Params } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";

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
  /** Which reading is the latest: answers to an older one are dropped. */
  private turn = 0;
  private fresh = false;

  constructor(
    readonly plan: ListPlan<T>,
    private readonly abort: AbortSignal,
    private readonly include: (others: readonly Resource[]) => void,
  ) {}

  /** The first page, once; afterwards nothing. */
  start(): void {
    if (this.status.peek() === "idle") void turn().then(() => this.load());
  }

  /** The next page, or the one that failed; nothing when the list is complete or on its way. */
  async load(): Promise<void> {
    const status = this.status.peek();
    if (status === "loading" || (status === "ready" && this.next === null)) return;
    await this.run();
  }

  /**
   * Everything anew, as far as it was read. What is shown stays until the answer is here. quiet: only the record has
   * changed, not what may be seen of it: nothing says that it is being read, and what is shown stays when no answer comes.
   */
  async reload(quiet = false): Promise<void> {
    if (this.status.peek() === "idle") return;
    this.next = null;
    this.fresh = true;
    await this.run(quiet && this.status.peek() === "ready");
  }

  private async run(quiet = false): Promise<void> {
    const mine = ++this.turn;
    const count = this.fresh ? this.items.peek().length : 0;
    let found: ResourceOf<T>[] = [];
    if (!quiet) this.status.value = "loading";
    try {
      do {
        const page = await this.ask();
        // Answers that come together are drawn one at a time.
        await turn();
        if (mine !== this.turn) return;
        this.include(page.others);
        this.next = page.next;
        found = this.fresh ? [...found, ...page.matches] : [...this.items.peek(), ...page.matches];
        if (!this.fresh) this.items.value = found;
      } while (this.next !== null && (this.plan.whole ? found.length < WHOLE_MAX : this.fresh && found.length < count));
      this.items.value = found;
      this.fresh = false;
      this.more.value = this.next !== null;
      this.status.value = "ready";
    } catch (error) {
      if (this.abort.aborted || mine !== this.turn) return;
      // What could not be read anew may be what is no longer to be seen.
      if (this.fresh && !(quiet && unanswered(error))) this.items.value = [];
      this.error.value = error;
      this.status.value = "failed";
    }
  }

  private ask(): Promise<Page<ResourceOf<T>>> {
    if (this.next !== null) return nextPage(this.plan.type, this.next, this.abort);
    return search(this.plan.type, this.plan.params, this.abort);
  }
}

/** Nobody said anything, least of all that it may no longer be seen. */
function unanswered(error: unknown): boolean {
  return error instanceof FhirError && (error.kind === "network" || error.kind === "timeout");
}

interface Waitable {
  readonly status: Signal<ListStatus>;
  readonly items: Signal<readonly unknown[]>;
}

/** Nothing has come yet and something is on its way. */
export function isWaiting(list: Waitable): boolean {
  return (list.status.value === "loading" || list.status.value === "idle") && list.items.value.length === 0;
}
