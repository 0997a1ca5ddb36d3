// SPDX-License-Identifier: Apache-2.0
// Keys that nobody else has. crypto.randomUUID is only there on encrypted pages; chance itself is there on all.
const BYTES = 16;

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
