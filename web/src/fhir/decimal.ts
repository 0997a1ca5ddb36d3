// SPDX-License-Identifier: Apache-2.0
// JSON with its decimals as written: 1.50 is not 1.5 to a laboratory. The browser's number keeps no trailing zeros, so
// the written text is remembered beside the object that holds the number.

type Reviver = (this: object, key: string, value: unknown, context?: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;

const written = new WeakMap<object, Map<string, string>>();

/** Only text that has a number whose digits a JavaScript number would not give back needs the slower way. */
const LOSSY = /\.\d*0[\s,}\]]|\d[eE][-+]?\d|\d{16}/;

export function parseJson(text: string): unknown {
  if (!LOSSY.test(text)) return parse(text);
  return parse(text, function (key, value, context) {
    const source = context?.source;
    if (typeof value === "number" && source !== undefined && source !== String(value)) {
      const held = written.get(this) ?? new Map<string, string>();
      written.set(this, held.set(key, source));
    }
    return value;
  });
}

/** The number as the sender wrote it. */
export function decimalText(holder: object, key: string, value: number): string {
  return written.get(holder)?.get(key) ?? String(value);
}

/** From now on the number under `key` is written as this text says: for what a user has typed, "0,50" as 0.50. Returns the holder. */
export function holdDecimal<T extends object>(holder: T, key: string, text: string): T {
  const held = written.get(holder) ?? new Map<string, string>();
  written.set(holder, held.set(key, text));
  return holder;
}

function member(holder: object, key: string, value: unknown): string {
  if (typeof value !== "number") return writeJson(value ?? null);
  // What has been given another value since is written as it now is.
  const text = decimalText(holder, key, value);
  return Number(text) === value ? text : JSON.stringify(value);
}

/** JSON of plain data with each decimal as it was read: what is read and written back has lost no zero. */
export function writeJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((one, i) => member(value, String(i), one)).join(",")}]`;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${member(value, key, one)}`).join(",")}}`;
}

/** The copy's numbers are to be written as those of what it is a copy of. Returns the copy. */
export function keepDecimals<T extends object>(from: object, copy: T): T {
  for (const [key, text] of written.get(from) ?? []) holdDecimal(copy, key, text);
  return copy;
}
