// SPDX-License-Identifier: Apache-2.0
// Keys that nobody else has. crypto.randomUUID is only there on encrypted pages; chance itself is there on all.
const BYTES = 16;

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As version 4 of RFC 9562, made of a key of our own and a number. */
export function uuidOf(key: string, n: number): string {
  return `${key.slice(0, 8)}-${key.slice(8, 12)}-4${key.slice(13, 16)}-a${key.slice(17, 20)}-${key.slice(20, 28)}${n.toString(16).padStart(4, "0")}`;
}

/** One after the other, the same in the same order for the same key. */
export function uuids(key: string): () => string {
  let n = 0;
  return () => uuidOf(key, n++);
}
