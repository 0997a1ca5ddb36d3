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

/** From now on the number under `key` is written as this text says: for what a user has typed, "0,50" as 0.50. */
export function holdDecimal(holder: object, key: string, text: string): void {
  written.set(holder, (written.get(holder) ?? new Map<string, string>()).set(key, text));
}

type RawJson = { rawJSON?: (text: string) => unknown };
const raw = (JSON as RawJson).rawJSON;

/** JSON with the decimals as they were written, so that what is read, changed and saved keeps its trailing zeros. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, function (this: object, key: string, held: unknown) {
    const text = typeof held === "number" ? written.get(this)?.get(key) : undefined;
    return text === undefined || raw === undefined || Number(text) !== held ? held : raw.call(JSON, text);
  });
}
