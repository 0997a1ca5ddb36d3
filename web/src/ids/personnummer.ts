// SPDX-License-Identifier: Apache-2.0
// Swedish personal identity numbers as people write them: 10 or 12 digits, with "-", "+" or spaces anywhere usual.
// Canonical form is 12 digits (SKV 704). A samordningsnummer has 60 added to its day.

export const SYSTEM = {
  personnummer: "http://electronichealth.se/identifier/personnummer",
  samordningsnummer: "http://electronichealth.se/identifier/samordningsnummer",
  reservnummer: "http://electronichealth.se/identifier/nationelltReservnummer",
} as const;

/** Västra Götalandsregionens own reserve numbers, which the service gives to unknown patients. */
export const RESERVE_VGR = "urn:oid:1.2.752.113.11.0.2.1.1.1";

export type NumberKind = keyof typeof SYSTEM;

export interface IdentityNumber {
  kind: NumberKind;
  /** 12 characters. */
  canonical: string;
  /** The control digit is right. */
  checked: boolean;
}

/** Luhn over the nine digits after the century and the control digit. */
function luhnOk(ten: string): boolean {
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    const twice = Number(ten[i]) * (i % 2 === 0 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

function dateExists(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function fromTwelve(twelve: string): IdentityNumber | null {
  const day = Number(twelve.slice(6, 8));
  const coordination = day > 60;
  if (!dateExists(Number(twelve.slice(0, 4)), Number(twelve.slice(4, 6)), coordination ? day - 60 : day)) return null;
  const kind = /[A-Z]/.test(twelve) ? "reservnummer" : coordination ? "samordningsnummer" : "personnummer";
  return { kind, canonical: twelve, checked: kind === "reservnummer" || luhnOk(twelve.slice(2)) };
}

/**
 * The numbers a written text can mean, most likely first; empty when it is not an identity number.
 * Ten digits say no century: the latest one that has been comes first, and the one before it is kept as well, because
 * "-" is often written also for those over a hundred. "+" means the earlier century only.
 */
export function readIdentityNumber(text: string, today: Date): IdentityNumber[] {
  const compact = text.trim().replace(/[\s\u2010-\u2015\u2212]/g, (c) => (c.trim() === "" ? "" : "-"));
  const match = /^(\d{2})?(\d{6})([-+]?)([0-9A-Za-z]\d{3})$/.exec(compact.replace(/^(\d{4})-(\d{2})-(\d{2})/, "$1$2$3"));
  if (!match) return [];
  const [, century, date = "", sign, end = ""] = match;
  const tail = date + end.toUpperCase();
  if (century !== undefined) return [fromTwelve(century + tail)].filter((n) => n !== null);
  const now = today.getFullYear();
  let latest = Math.floor(now / 100);
  if (latest * 100 + Number(date.slice(0, 2)) > now) latest--;
  const centuries = sign === "+" ? [latest - 1] : [latest, latest - 1];
  return centuries.map((c) => fromTwelve(`${c}${tail}`)).filter((n) => n !== null);
}

/** "191212121212" → "19121212-1212"; anything else is given back unchanged. */
export function showIdentityNumber(canonical: string): string {
  return /^\d{8}[0-9A-Z]{4}$/.test(canonical) ? `${canonical.slice(0, 8)}-${canonical.slice(8)}` : canonical;
}
