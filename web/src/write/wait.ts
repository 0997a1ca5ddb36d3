// SPDX-License-Identifier: Apache-2.0
// Waiting for the service to be there again. What waits is in memory only; it can be cancelled until it has been sent.
import { connection, waiters } from "../app/connection.ts";

export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

const PAUSE_MS = 400;
const waiting = new Map<string, () => void>();

/** Longer for each time: 0.4, 0.8, 1.6 … s, 6.4 s at most. */
export function pause(turn: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** Math.min(turn - 1, 4)));
}

/** Resolves when the service answers; rejects with Cancelled when `key` is cancelled meanwhile. */
export function whenUp(key?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop: () => void = () => undefined;
    waiters.value++;
    const end = (go: () => void) => {
      waiters.value--;
      if (key !== undefined) waiting.delete(key);
      queueMicrotask(() => stop());
      go();
    };
    if (key !== undefined) waiting.set(key, () => end(() => reject(new Cancelled())));
    stop = connection.subscribe((state) => {
      if (state === "up") end(resolve);
    });
  });
}

/** Takes back a write that waits to be sent. False when it is no longer waiting. */
export function cancelWaiting(key: string): boolean {
  const cancel = waiting.get(key);
  cancel?.();
  return cancel !== undefined;
}
