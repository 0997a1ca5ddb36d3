// SPDX-License-Identifier: Apache-2.0
// What a Composition says of itself beside its text: where a text was carried from, who has signed, from whom a
// signature is awaited, what a correction corrects and why. Pure; reading alone.
import type { Composition, CompositionAttester, CompositionSection, DocumentReference, Reference } from "@fhir";
import { readText } from "./text.ts";

const EXTENSION = "https://helhet.example/fhir/StructureDefinition/";
export const CARRIED_URL = `${EXTENSION}carried-from`;
export const REASON_URL = `${EXTENSION}correction-reason`;
export const WITHDRAWN_URL = `${EXTENSION}withdrawn`;
const CORRECTS_URL = `${EXTENSION}corrects`;

/** Where a text was carried from: which version of what, written by whom and when, and as it stood there. */
export interface Origin { source: string; title: string; author: string; time: string; text: string }

export function originOf(section: CompositionSection): Origin | undefined {
  const parts = section.extension?.find((e) => e.url === CARRIED_URL)?.extension;
  if (parts === undefined) return undefined;
  const of = (url: string) => parts.find((e) => e.url === url);
  const text = of("text")?.valueString;
  return {
    source: of("source")?.valueReference?.reference ?? "",
    title: of("source")?.valueReference?.display ?? "",
    author: of("author")?.valueString ?? "",
    time: of("time")?.valueDateTime ?? "",
    text: text === undefined ? "" : (readText(text) ?? text),
  };
}

export type Mode = "legal" | "professional";

const attested = (c: Composition, mode: Mode) => (c.attester ?? []).filter((a) => a.mode === mode);

/** Who has signed (legal) or countersigned (professional), in order. */
export function signatures(c: Composition, mode: Mode): CompositionAttester[] {
  return attested(c, mode).filter((a) => a.time !== undefined);
}

/** From whom a signature is awaited. */
export function awaited(c: Composition, mode: Mode): Reference[] {
  return attested(c, mode).flatMap((a) => (a.time === undefined && a.party !== undefined ? [a.party] : []));
}

export function isSigned(c: Composition): boolean {
  return c.status === "final" || c.status === "amended";
}

export const reasonOf = (c: Composition | DocumentReference) => c.extension?.find((e) => e.url === REASON_URL)?.valueString ?? "";

/** What the server noted of a correction: which version, by whom and when. */
export function corrects(c: Composition | DocumentReference): { version: string; by: Reference; at: string } | null {
  const parts = c.meta?.extension?.find((e) => e.url === CORRECTS_URL)?.extension;
  const of = (url: string) => parts?.find((e) => e.url === url);
  const version = of("version")?.valueReference?.reference;
  return version === undefined ? null : { version, by: of("by")?.valueReference ?? {}, at: of("at")?.valueInstant ?? "" };
}

/** Who marked it as written in error, when and why; null when nobody has. What the server noted goes before what was said. */
export function withdrawn(c: Composition | DocumentReference): { by: Reference; at: string; why: string } | null {
  if (c.status !== "entered-in-error") return null;
  const parts = c.extension?.find((e) => e.url === WITHDRAWN_URL)?.extension ?? [];
  const said = parts.find((e) => e.url === "by")?.valueReference;
  const noted = corrects(c);
  const by = noted === null || noted.by.reference === said?.reference ? said : noted.by;
  return { by: by ?? {}, at: noted?.at || (parts.find((e) => e.url === "at")?.valueDateTime ?? ""), why: reasonOf(c) };
}

/** Who corrected, called what they called themselves when they signed. */
export function corrector(c: Composition): Reference {
  const by = corrects(c)?.by;
  const signed = signatures(c, "legal").map((a) => a.party).filter((p) => p !== undefined);
  return signed.find((p) => p.reference === by?.reference && p.display !== undefined) ?? by ?? signed.at(-1) ?? {};
}
