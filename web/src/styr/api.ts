// SPDX-License-Identifier: Apache-2.0
// What the screens of Steering ask of /styr, and how they write there.
import type { Bundle, Resource } from "@fhir";
import { get, type Params } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { create, transact, update } from "../write/write.ts";
import type { Of, Styr, StyrType } from "./types.ts";

export const STYR = "/styr";
const PAGE = "200";
/** As many answers as a list asks for before it says that there are more. */
const PAGES_MAX = 25;

export interface Found<T> { all: T[]; more: boolean }

function nextOf(bundle: Bundle): string | null {
  const url = bundle.link?.find((link) => link.relation === "next")?.url;
  if (url === undefined) return null;
  const parsed = new URL(url, location.href);
  return parsed.pathname + parsed.search;
}

/** All of a kind, page after page. */
export async function find<T extends StyrType>(type: T, params: Params, signal: AbortSignal): Promise<Found<Of<T>>> {
  const all: Of<T>[] = [];
  let url: string | null = `${STYR}/${type}?${new URLSearchParams([...params.map(([k, v]) => [k, v]), ["_count", PAGE]])}`;
  for (let n = 0; url !== null && n < PAGES_MAX; n++) {
    const bundle = (await get(url, signal)) as Bundle;
    if (bundle.resourceType !== "Bundle") throw new FhirError("format", 200);
    for (const entry of bundle.entry ?? []) {
      const resource = entry.resource as unknown as Styr | undefined;
      if (resource?.resourceType === type && entry.search?.mode !== "include") all.push(resource as Of<T>);
    }
    url = nextOf(bundle);
  }
  return { all, more: url !== null };
}

export async function one<T extends StyrType>(type: T, id: string, signal: AbortSignal): Promise<Of<T>> {
  const held = (await get(`${STYR}/${type}/${encodeURIComponent(id)}`, signal)) as Styr;
  if (held.resourceType !== type) throw new FhirError("format", 200);
  return held as Of<T>;
}

/** An operation that only tells, as JSON. */
export const told = (path: string, signal: AbortSignal): Promise<unknown> => get(`${STYR}/${path}`, signal);

/** A new one, or a new version of one that was read. title: what was done, for the receipt; link: where; key: its own, the same for
 * a second try. */
export async function save<T extends Styr>(held: T, title: string, link: string, key?: string): Promise<Of<T["resourceType"]>> {
  const how = { patient: "", title, link, base: STYR, ...(key === undefined ? {} : { key }) };
  const resource = held as unknown as Resource;
  const written = held.id === undefined ? await create(resource, how) : await update(resource, how);
  return written.resource as unknown as Of<T["resourceType"]>;
}

/** Several, all or nothing: new ones and new versions. urns: what the new ones are called among themselves. */
export async function saveAll(all: readonly Styr[], title: string, link: string, urns: ReadonlyMap<Styr, string> = new Map(), key?: string): Promise<void> {
  const entry = all.map((held) => ({
    ...(urns.has(held) ? { fullUrl: urns.get(held) } : {}),
    resource: held as unknown as Resource,
    request: held.id === undefined ? { method: "POST", url: held.resourceType } : { method: "PUT", url: `${held.resourceType}/${held.id}`, ifMatch: `W/"${held.meta?.versionId ?? ""}"` },
  }));
  await transact(entry as Parameters<typeof transact>[0], { patient: "", title, link, base: STYR, ...(key === undefined ? {} : { key }) });
}

/** An operation the service does not have: what it would have told is put together from the resources. */
export const isMissing = (error: unknown) => error instanceof FhirError && [400, 404, 405, 501].includes(error.status);

export const idOf = (ref: { reference?: string } | undefined) => ref?.reference?.split("/").at(-1) ?? "";
/** What a reference is called: its display, else its id. */
export const nameOf = (ref: { reference?: string; display?: string } | string | undefined) => (typeof ref === "string" ? ref : (ref?.display ?? idOf(ref)));
export const DIARY = "urn:se:diarium";
export const diaryOf = (held: { identifier?: { system?: string; value?: string }[] }) => held.identifier?.find((i) => i.system === DIARY)?.value ?? "";

const DAY_MS = 86_400_000;
export const todayText = () => { const now = new Date(); return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10); };
/** Whole days from one date to another. */
export const daysBetween = (from: string, to: string) => Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / DAY_MS);
