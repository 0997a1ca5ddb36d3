// SPDX-License-Identifier: Apache-2.0
// Whether the record answers. A small question once a second while the page is seen, so that a lost server is told of
// within two seconds even when nobody presses anything.
import { signal } from "@preact/signals";

const PERIOD_MS = 1000;
const ANSWER_MS_MAX = 900;

export type Connection = "up" | "noNetwork" | "noServer";
export const connection = signal<Connection>("up");

export function serverAnswered(): void {
  connection.value = "up";
}

export function serverSilent(): void {
  connection.value = navigator.onLine ? "noServer" : "noNetwork";
}

/** How many writes wait for the service: it is asked for then even when the page is not seen. */
export const waiters = signal(0);

async function ask(): Promise<void> {
  if (document.visibilityState !== "visible" && waiters.peek() === 0) return;
  try {
    await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    serverAnswered();
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
