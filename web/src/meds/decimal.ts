// SPDX-License-Identifier: Apache-2.0
// Decimal numbers that are never rounded behind anybody's back: a whole coefficient and how many of its digits stand
// after the comma. No floating point anywhere: doses are reckoned with these alone.

/** c × 10^-s. */
export interface Dec { readonly c: bigint; readonly s: number }

/** Digits a number may have, before and after the comma together: what is longer is no dose. */
export const DIGITS_MAX = 40;
/** A JSON number keeps every digit of a decimal that has no more than this many. */
export const JSON_DIGITS_MAX = 15;

export const ZERO: Dec = { c: 0n, s: 0 };
export const ONE: Dec = { c: 1n, s: 0 };

const ten = (power: number): bigint => 10n ** BigInt(power);

/** The same number with no needless zeros after the comma. */
export function normal(d: Dec): Dec {
  let { c, s } = d;
  while (s > 0 && c % 10n === 0n) {
    c /= 10n;
    s--;
  }
  return { c, s };
}

export function whole(n: number | bigint): Dec {
  return { c: BigInt(n), s: 0 };
}

/** A number as JSON and FHIR write it ("1.50", "2e-3"); null when it is none, or longer than DIGITS_MAX. */
export function parseDec(text: string): Dec | null {
  const match = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([-+]?\d{1,2}))?$/.exec(text);
  if (match === null) return null;
  const decimals = match[3] ?? "";
  const power = Number(match[4] ?? 0);
  let c = BigInt((match[2] ?? "") + decimals);
  let s = decimals.length - power;
  if (s < 0) {
    c *= ten(-s);
    s = 0;
  }
  if (s > DIGITS_MAX || c.toString().length > DIGITS_MAX) return null;
  return { c: match[1] === "-" ? -c : c, s };
}

/** Why what was written is no number that a dose may be. */
export type Unread = "empty" | "number" | "ambiguous" | "long";

/**
 * What somebody wrote: decimal comma or point, blanks between thousands. "1.500" is refused: to one reader it is one and a
 * half, to another fifteen hundred. No sign: a dose is never below nothing.
 */
export function readDec(written: string): Dec | Unread {
  const text = written.trim().replace(/[\u00a0\u202f]/g, " ");
  if (text === "") return "empty";
  if (/^[1-9]\d{0,2}(\.\d{3})+$/.test(text)) return "ambiguous";
  const grouped = /^\d{1,3}( \d{3})+([.,]\d+)?$/.test(text) ? text.replace(/ /g, "") : text;
  if (!/^\d+([.,]\d+)?$/.test(grouped)) return "number";
  if (grouped.replace(/[.,]/, "").length > JSON_DIGITS_MAX) return "long";
  return parseDec(grouped.replace(",", ".")) ?? "number";
}

export function isDec(read: Dec | Unread): read is Dec {
  return typeof read === "object";
}

/** As JSON and FHIR write it, every digit it has. */
export function decText(d: Dec): string {
  const digits = (d.c < 0n ? -d.c : d.c).toString().padStart(d.s + 1, "0");
  const at = digits.length - d.s;
  return `${d.c < 0n ? "-" : ""}${digits.slice(0, at)}${d.s === 0 ? "" : `.${digits.slice(at)}`}`;
}

/** The JSON number that is read back as exactly this decimal; null when there is none. */
export function jsonNumber(d: Dec): number | null {
  const n = Number(decText(d));
  const back = parseDec(String(n));
  return back !== null && compare(back, d) === 0 ? n : null;
}

function aligned(a: Dec, b: Dec): [bigint, bigint, number] {
  const s = Math.max(a.s, b.s);
  return [a.c * ten(s - a.s), b.c * ten(s - b.s), s];
}

export function add(a: Dec, b: Dec): Dec {
  const [x, y, s] = aligned(a, b);
  return { c: x + y, s };
}

export function subtract(a: Dec, b: Dec): Dec {
  const [x, y, s] = aligned(a, b);
  return { c: x - y, s };
}

export function multiply(a: Dec, b: Dec): Dec {
  return { c: a.c * b.c, s: a.s + b.s };
}

/** Below nothing, nothing, above nothing: as a − b. */
export function compare(a: Dec, b: Dec): -1 | 0 | 1 {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The number times ten to a power that may be negative. */
export function shift(d: Dec, power: number): Dec {
  return power >= 0 ? multiply(d, { c: ten(power), s: 0 }) : { c: d.c, s: d.s - power };
}

/** A quotient not yet divided out, so that three doses in two days stay three halves. den is above nothing. */
export interface Ratio { readonly num: Dec; readonly den: Dec }

export function ratio(num: Dec, den: Dec = ONE): Ratio {
  return { num, den };
}

export function times(a: Ratio, b: Ratio): Ratio {
  return { num: multiply(a.num, b.num), den: multiply(a.den, b.den) };
}

export function over(a: Ratio, b: Ratio): Ratio {
  return { num: multiply(a.num, b.den), den: multiply(a.den, b.num) };
}

export function plus(a: Ratio, b: Ratio): Ratio {
  return { num: add(multiply(a.num, b.den), multiply(b.num, a.den)), den: multiply(a.den, b.den) };
}

export function compareRatios(a: Ratio, b: Ratio): -1 | 0 | 1 {
  return compare(multiply(a.num, b.den), multiply(b.num, a.den));
}

/** near: to the nearest, a half away from nothing. up: for what must suffice. down: for what must not be passed. */
export type Rounding = "near" | "up" | "down";

function divided(n: bigint, d: bigint, rounding: Rounding): bigint {
  const q = n / d;
  const rest = n % d;
  if (rest === 0n) return q;
  const away = n < 0n ? q - 1n : q + 1n;
  const toward = { near: 2n * (rest < 0n ? -rest : rest) >= d ? away : q, up: n < 0n ? q : away, down: n < 0n ? away : q };
  return toward[rounding];
}

/** Divided out to at most so many decimals; exact says whether anything was rounded. */
export function divide(r: Ratio, decimals: number, rounding: Rounding = "near"): { value: Dec; exact: boolean } {
  const s = r.den.s - r.num.s + decimals;
  let n = r.num.c;
  let d = r.den.c;
  if (d <= 0n) throw new RangeError("a quotient's divisor is above nothing");
  if (s >= 0) n *= ten(s);
  else d *= ten(-s);
  return { value: normal({ c: divided(n, d, rounding), s: decimals }), exact: n % d === 0n };
}
