// SPDX-License-Identifier: Apache-2.0
// The user's own settings, kept by the service at /me/settings/NAME so that they follow the user: recent patients,
// own lists, favourites, layout. Never in the browser's storage.
import { effect, signal, type Signal } from "@preact/signals";
import { FhirError } from "../fhir/error.ts";
import { stage } from "../session/session.ts";
import { me, meRequest, type Held } from "./call.ts";

const PAUSE_MS = 300;
const AGAIN_MS = 5000;
const CHANGED = 412;

export type SettingState = "reading" | "kept" | "keeping" | "not kept";
/** mine: what is on this page; theirs: what another page has kept meanwhile. */
export type Merge<T> = (mine: T, theirs: T) => T;

class Setting<T> {
  readonly value: Signal<T>;
  readonly state = signal<SettingState>("reading");
  private version = "";
  /** What the service has, as text, so that only real changes are sent. */
  private kept: string;
  private timer: ReturnType<typeof setTimeout> | 0 = 0;
  private read = false;
  private busy = false;

  constructor(readonly name: string, empty: T, private readonly merge: Merge<T>) {
    this.value = signal(empty);
    this.kept = JSON.stringify(empty);
    effect(() => {
      if (stage.value === "in" && !this.read) void this.load();
    });
    effect(() => {
      const text = JSON.stringify(this.value.value);
      if (text !== this.kept) this.soon(PAUSE_MS);
    });
  }

  private soon(ms: number): void {
    if (this.timer === 0) this.timer = setTimeout(() => { this.timer = 0; void this.save(); }, ms);
  }

  /** What has been changed before the answer came is put together with it. */
  private async load(): Promise<void> {
    this.read = true;
    const before = this.kept;
    try {
      const held = await me("GET", `settings/${this.name}`);
      if (held.body !== null) this.take(held, before); // else there is none yet
      this.state.value = "kept";
    } catch {
      this.read = false;
      this.state.value = "not kept";
      setTimeout(() => { if (!this.read) void this.load(); }, AGAIN_MS);
    }
    if (JSON.stringify(this.value.peek()) !== this.kept) this.soon(PAUSE_MS);
  }

  private take(held: Held, before: string): void {
    const mine = this.value.peek();
    const changed = JSON.stringify(mine) !== before;
    this.version = held.version;
    this.kept = JSON.stringify(held.body);
    this.value.value = changed ? this.merge(mine, held.body as T) : (held.body as T);
  }

  /** The page is being left: what has not been kept is handed to the browser, which sends it when the page is gone. One that is on its
   * way may be cut off with the page, so it is sent again; the version lets only one of the two in. */
  leave(): void {
    if (!this.read || JSON.stringify(this.value.peek()) === this.kept) return;
    clearTimeout(this.timer);
    this.timer = 0;
    void fetch(`/me/settings/${this.name}`, { ...meRequest("PUT", this.value.peek(), this.version), keepalive: true }).then(
      // A page that comes back (the browser's Back) goes on from what it left.
      (response) => { if (response.ok) void this.load(); }, () => this.soon(AGAIN_MS));
  }

  private async save(): Promise<void> {
    const text = JSON.stringify(this.value.peek());
    if (this.busy || !this.read || text === this.kept) return;
    this.busy = true;
    this.state.value = "keeping";
    try {
      this.version = (await me("PUT", `settings/${this.name}`, this.value.peek(), this.version)).version;
      this.kept = text;
      this.state.value = "kept";
    } catch (error) {
      this.state.value = "not kept";
      if (error instanceof FhirError && error.status === CHANGED) await this.load();
    }
    this.busy = false;
    if (JSON.stringify(this.value.peek()) !== this.kept) this.soon(this.state.peek() === "kept" ? PAUSE_MS : AGAIN_MS);
  }
}

const made = new Map<string, Setting<unknown>>();
if (typeof document !== "undefined") addEventListener("pagehide", () => made.forEach((setting) => setting.leave()));

function settingOf<T>(name: string, empty: T, merge: Merge<T>): Setting<T> {
  const known = made.get(name) as Setting<T> | undefined;
  if (known !== undefined) return known;
  const setting = new Setting(name, empty, merge);
  made.set(name, setting as unknown as Setting<unknown>);
  return setting;
}

/** One setting: `empty` until it has been read. Giving the signal another value keeps it. NAME: [a-z-]{1,40}. */
export function setting<T>(name: string, empty: T, merge: Merge<T> = (mine) => mine): Signal<T> {
  return settingOf(name, empty, merge).value;
}

/** Whether it is read and kept; for what must say so. */
export function settingState(name: string): SettingState {
  return made.get(name)?.state.value ?? "reading";
}
