// SPDX-License-Identifier: Apache-2.0
// What the caller may see of the open chart's patient, and what has just been done about it. Kept up to date by asking
// again after each thing done and when something runs out.
import { computed, signal } from "@preact/signals";
import type { ParametersParameter } from "@fhir";
import { operate, search, tell } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { current, session } from "../session/session.ts";
import type { DeedName } from "./deeds.ts";
import { explained, grantOf, nextEnd, rules, type Explained, type Grant } from "./explained.ts";

/** open: the service runs without accounts. own: a patient or guardian, who sees what is released. */
export type SightStatus = "open" | "own" | "loading" | "ready" | "refused" | "failed";

export interface Receipt { deed: DeedName; id: string; at: string; until: string | undefined; who: string }

const WISHES = "200";
const TICK_MS = 15_000;
const TIMER_MS_MAX = 2_000_000_000;

/** Who acts, as a receipt says it. */
export function actor(): string {
  const now = current.value;
  return [session.value?.user?.display ?? "", now?.title ?? "", now?.unit.display ?? ""].filter((part) => part !== "").join(", ");
}

function firstStatus(): SightStatus {
  const who = session.peek();
  if (who === null || who.access === "open") return "open";
  return who.kind === "staff" ? "loading" : "own";
}

export class Sight {
  readonly status = signal<SightStatus>(firstStatus());
  readonly explained = signal<Explained | null>(null);
  readonly error = signal<unknown>(null);
  readonly receipt = signal<Receipt | null>(null);
  readonly wishes = signal<readonly Grant[] | null>(null);
  /** How long a patient may let others read. */
  readonly limits = signal<Explained["limits"] | null>(null);
  readonly wishesError = signal<unknown>(null);
  /** Something ran out while the chart was open. */
  readonly ended = signal(false);
  readonly now = signal(Date.now());
  /** Nothing of the record is seen: there is neither care relation nor stated reason. */
  readonly hidden = computed(() => this.explained.value !== null && rules(this.explained.value, false)[0]?.seen === false);
  private revealed = false;
  private timer = 0;
  private readonly tick = setInterval(() => (this.now.value = Date.now()), TICK_MS);

  constructor(
    private readonly id: string,
    private readonly abort: AbortSignal,
    private readonly reload: () => Promise<void>,
  ) {}

  async load(): Promise<void> {
    const status = this.status.peek();
    if (status === "own" && this.wishes.peek() !== null) await this.readWishes();
    if (status === "open" || status === "own") return;
    try {
      const answer = await tell(`Patient/${this.id}/$access-explain${this.revealed ? "?units=true" : ""}`, this.abort);
      this.explained.value = explained(answer, this.revealed);
      this.status.value = "ready";
      this.await();
    } catch (error) {
      if (this.abort.aborted) return;
      this.error.value = error;
      this.explained.value = null;
      this.status.value = error instanceof FhirError && error.status === 403 ? "refused" : "failed";
    }
  }

  /** The second step: which blocks there are, and of which units. */
  async reveal(): Promise<void> {
    this.revealed = true;
    await this.load();
  }

  /** The patient's own blocks, consents and liftings in force, which a patient may read as they are. */
  async readWishes(): Promise<void> {
    try {
      if (session.peek()?.kind === "patient" && this.limits.peek() === null) this.limits.value = explained(await tell(`Patient/${this.id}/$access-explain`, this.abort), false).limits;
      const page = await search("Consent", [["patient", this.id], ["status", "active"], ["_count", WISHES]], this.abort);
      const now = Date.now();
      this.wishes.value = page.matches.map(grantOf).filter((g) => g !== null).filter((g) => g.active && !(Date.parse(g.to ?? "") <= now));
      this.wishesError.value = null;
    } catch (error) {
      if (!this.abort.aborted) this.wishesError.value = error;
    }
  }

  /** Runs an operation on the patient, leaves a receipt, and reads everything anew. */
  async act(deed: DeedName, operation: string, parameters: readonly ParametersParameter[]): Promise<void> {
    // Who makes a block knows of it: it can be shown with the others.
    if (deed.endsWith("sparr")) this.revealed = true;
    const made = await operate(`Patient/${this.id}/${operation}`, parameters, "Consent", this.abort);
    const ended = made.status !== "active";
    this.receipt.value = { deed, id: made.id ?? "", at: made.meta?.lastUpdated ?? new Date().toISOString(), until: ended ? undefined : made.provision?.period?.end, who: actor() };
    this.ended.value = false;
    await Promise.all([this.load(), this.reload()]);
  }

  /** The first step of an emergency opening: a ticket, and the server's words of what it means. */
  async ticket(): Promise<string> {
    const answer = await operate(`Patient/${this.id}/$emergency`, [], "Parameters", this.abort);
    return answer.parameter?.find((p) => p.name === "ticket")?.valueString ?? "";
  }

  close(): void {
    clearTimeout(this.timer);
    clearInterval(this.tick);
  }

  private await(): void {
    clearTimeout(this.timer);
    this.now.value = Date.now();
    const at = nextEnd(this.explained.peek()?.grants ?? [], Date.now());
    if (at === null || at - Date.now() > TIMER_MS_MAX) return;
    this.timer = window.setTimeout(() => {
      this.ended.value = true;
      void this.load();
      void this.reload();
    }, at - Date.now() + 1000);
  }
}
