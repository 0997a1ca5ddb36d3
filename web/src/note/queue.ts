// SPDX-License-Identifier: Apache-2.0
// The list of unsigned notes that the user is going through, oldest first. In memory only.
import { signal } from "@preact/signals";

export interface Waiting { id: string; patient: string; done: boolean }
export const waiting = signal<readonly Waiting[]>([]);

/** It is signed, or somebody else's to sign. */
export function markDone(id: string): void {
  if (waiting.peek().some((one) => one.id === id)) waiting.value = waiting.peek().map((one) => (one.id === id ? { ...one, done: true } : one));
}
