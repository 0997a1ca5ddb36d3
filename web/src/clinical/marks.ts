// SPDX-License-Identifier: Apache-2.0
// Who made a version, when and why: FHIR's resources name who recorded them first, not who changed them last. Pure.
import type { Extension, Meta, Reference } from "@fhir";

const EXTENSION = "https://helhet.example/fhir/StructureDefinition/";
const CHANGED_URL = `${EXTENSION}changed`;
export const DEGREE_URL = `${EXTENSION}alert-degree`;
export const REMARK_URL = `${EXTENSION}flag-remark`;

/** Who writes; now is an instant. */
export interface Me { readonly who: Reference; readonly now: string; readonly patient: string }
export interface Marked { extension?: Extension[]; meta?: Meta }
export interface Change { readonly by: Reference; readonly at: string; readonly why: string }

export function withExtension<T extends Marked>(resource: T, url: string, one: Extension | null): T {
  const rest = (resource.extension ?? []).filter((e) => e.url !== url);
  const all = one === null ? rest : [...rest, one];
  const copy = { ...resource, extension: all };
  if (all.length === 0) delete (copy as Marked).extension;
  return copy;
}

/** The resource as this user leaves it. A narrative that a machine wrote no longer says what it says, so it goes. */
export function marked<T extends Marked>(resource: T, me: Me, why = ""): T {
  const copy = { ...withExtension(resource, CHANGED_URL, {
    url: CHANGED_URL,
    extension: [{ url: "by", valueReference: me.who }, { url: "at", valueInstant: me.now }, ...(why === "" ? [] : [{ url: "why", valueString: why }])],
  }) };
  delete (copy as { text?: unknown }).text;
  return copy;
}

export function changeOf(resource: Marked): Change | null {
  const parts = resource.extension?.find((e) => e.url === CHANGED_URL)?.extension;
  const of = (url: string) => parts?.find((e) => e.url === url);
  const at = of("at")?.valueInstant;
  return at === undefined ? null : { by: of("by")?.valueReference ?? {}, at, why: of("why")?.valueString ?? "" };
}

/** The mark is of this version only when the version before it has another one: a writer that knows nothing of marks leaves it as it was. */
export function changeIn(version: Marked, before: Marked | undefined): Change | null {
  const change = changeOf(version);
  return change !== null && before !== undefined && changeOf(before)?.at === change.at ? null : change;
}

const SAME_MS = 15 * 60_000;

/** Of what stands now, without its history: the mark counts when it was made about when the version was. */
export function lastChange(resource: Marked): Change | null {
  const change = changeOf(resource);
  const updated = resource.meta?.lastUpdated;
  if (change === null || updated === undefined) return change;
  return Math.abs(Date.parse(updated) - Date.parse(change.at)) <= SAME_MS ? change : null;
}
