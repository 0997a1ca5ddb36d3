// SPDX-License-Identifier: Apache-2.0
// Whether the record answers. A small question once a second while the page is seen, so that a lost server is told of
// within two seconds even when nobody presses anything.
import { signal } from "@preact/signals";

const PERIOD_MS = 1000;
const ANSWER_MS_MAX = 900;

export type Connection = "up" | "noNetwork" | "noServer";
export const connection = signal<Connection>("up");

/** How far the service's clock is before this computer's; its answers say the time to the second. */
let ahead = 0;

/** date: the answer's header, when there is one. */
export function serverAnswered(date: string | null = null): void {
  connection.value = "up";
  const told = Date.parse(date ?? "");
  if (!Number.isNaN(told)) ahead = told - Date.now();
}

/** Now, by the service's clock, as FHIR writes an instant. At most a second late, never early. */
export function serverTime(): string {
  return new Date(Date.now() + ahead).toISOString();
}

export function serverSilent(): void {
  connection.value = navigator.onLine ? "noServer" : "noNetwork";
}

/** How many writes wait for the service: it is asked for then even when the page is not seen. */
export const waiters = signal(0);

async function ask(): Promise<void> {
  if (document.visibilityState !== "visible" && waiters.peek() === 0) return;
  try {
    const response = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    serverAnswered(response.headers.get("Date"));
  } catch {
    serverSilent();
  }
}

export function watchConnection(): void {
  addEventListener("offline", serverSilent);
  addEventListener("online", () => void ask());
  document.addEventListener("visibilitychange", () => void ask());
  setInterval(() => void ask(), PERIOD_MS);
}
