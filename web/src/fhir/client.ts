// SPDX-License-Identifier: Apache-2.0
// The FHIR client of the screens: read, search, next pages; abortable, revalidated with ETags, with typed errors.
// Everything is kept in memory only, and only as much as CACHE_MAX answers.
import type { Bundle, Parameters, ParametersParameter, Resource, ResourceOf, ResourceType } from "@fhir";
import { serverAnswered, serverSilent } from "../app/connection.ts";
import { language } from "../i18n/index.ts";
import { sessionAgain } from "../session/session.ts";
import { parseJson } from "./decimal.ts";
import { failureOf, FhirError } from "./error.ts";

const BASE = "/fhir/";
export const JSON_TYPE = "application/fhir+json";
const TIMEOUT_MS = 20_000;
const CACHE_MAX = 200;

interface Kept { etag: string; body: unknown }
const cache = new Map<string, Kept>();

function keep(url: string, entry: Kept): void {
  cache.delete(url);
  cache.set(url, entry);
  const oldest = cache.keys().next();
  if (cache.size > CACHE_MAX && !oldest.done) cache.delete(oldest.value);
}

/** Forgets every answer; called when a patient is left, so that charts do not pile up in memory. */
export function forget(): void {
  cache.clear();
}

/** One exchange. 401 waits for a login and asks again, as nothing was done; no answer is "network" or "timeout". */
export async function send(url: string, init: RequestInit, signal: AbortSignal, again = false): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, limit]) });
    serverAnswered(response.headers.get("Date"));
    if (response.status !== 401 || again) return response;
  } catch (error) {
    if (signal.aborted) throw error;
    serverSilent();
    throw new FhirError(limit.aborted ? "timeout" : "network", 0);
  }
  // Nobody is logged in, or the session rests: the question is asked again when somebody is.
  await sessionAgain(signal);
  return send(url, init, signal, true);
}

/** The body as JSON; "format" when it is not, "network" when it never came whole. */
export async function answer(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => {
    throw new FhirError("network", 0);
  });
  try {
    return parseJson(text);
  } catch {
    throw response.ok ? new FhirError("format", response.status) : failureOf(response.status, null);
  }
}

/** What an address of ours answers with, revalidated. Throws FhirError. */
export async function get(url: string, signal: AbortSignal): Promise<unknown> {
  const known = cache.get(url);
  const headers: Record<string, string> = { Accept: JSON_TYPE };
  if (known !== undefined) headers["If-None-Match"] = known.etag;
  const response = await send(url, { headers }, signal);
  if (response.status === 304 && known !== undefined) return known.body;
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  const etag = response.headers.get("ETag");
  if (etag !== null) keep(url, { etag, body });
  return body;
}

export function isType<T extends ResourceType>(resource: Resource | undefined, type: T): resource is ResourceOf<T> {
  return resource?.resourceType === type;
}

export async function read<T extends ResourceType>(type: T, id: string, signal: AbortSignal): Promise<ResourceOf<T>> {
  const body = (await get(`${BASE}${type}/${encodeURIComponent(id)}`, signal)) as Resource;
  if (!isType(body, type)) throw new FhirError("format", 200);
  return body;
}

export interface Page<R> {
  matches: R[];
  /** Resources the server sent along (_include), and what it wants to say about the search. */
  others: Resource[];
  total: number | null;
  /** Same-origin address of the next page. */
  next: string | null;
}

function page<T extends ResourceType>(type: T, body: unknown): Page<ResourceOf<T>> {
  const bundle = body as Bundle;
  if (bundle.resourceType !== "Bundle") throw new FhirError("format", 200);
  const result: Page<ResourceOf<T>> = { matches: [], others: [], total: bundle.total ?? null, next: null };
  for (const entry of bundle.entry ?? []) {
    const resource = entry.resource as Resource | undefined;
    if (isType(resource, type) && entry.search?.mode !== "include") result.matches.push(resource);
    else if (resource !== undefined) result.others.push(resource);
  }
  const next = bundle.link?.find((link) => link.relation === "next")?.url;
  if (next !== undefined) result.next = sameOrigin(next);
  return result;
}

/** Page links are followed only on our own origin, whatever host name the server believes it has. */
function sameOrigin(url: string): string {
  const parsed = new URL(url, location.href);
  return parsed.pathname + parsed.search;
}

export type Params = readonly (readonly [string, string])[];

export async function search<T extends ResourceType>(type: T, params: Params, signal: AbortSignal): Promise<Page<ResourceOf<T>>> {
  const query = new URLSearchParams(params.map(([k, v]) => [k, v]));
  return page(type, await get(`${BASE}${type}?${query}`, signal));
}

function everything(body: unknown): Page<Resource> {
  const bundle = body as Bundle;
  if (bundle.resourceType !== "Bundle") throw new FhirError("format", 200);
  const next = bundle.link?.find((link) => link.relation === "next")?.url;
  const found = (bundle.entry ?? []).filter((entry) => entry.search?.mode === "match").flatMap((entry) => (entry.resource as Resource | undefined) ?? []);
  return { matches: found, others: [], total: bundle.total ?? null, next: next === undefined ? null : sameOrigin(next) };
}

/** Search over many types at once; by POST, as what is looked for must not stand in an address. */
export async function searchTypes(types: readonly ResourceType[], params: Params, signal: AbortSignal): Promise<Page<Resource>> {
  const response = await send(`${BASE}_search`, {
    method: "POST",
    headers: { Accept: JSON_TYPE, "Content-Type": "application/x-www-form-urlencoded", "Helhet-Request": "1" },
    body: new URLSearchParams([["_type", types.join(",")], ...params.map(([k, v]) => [k, v] as [string, string])]).toString(),
  }, signal);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  return everything(body);
}

/** The next page of such a search. Never kept. */
export async function nextOfTypes(url: string, signal: AbortSignal): Promise<Page<Resource>> {
  const response = await send(url, { headers: { Accept: JSON_TYPE }, cache: "no-store" }, signal);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  return everything(body);
}

/** Search by POST, for what must not stand in an address: names and personal identity numbers. */
export async function searchPrivately<T extends ResourceType>(type: T, params: Params, signal: AbortSignal): Promise<Page<ResourceOf<T>>> {
  const response = await send(`${BASE}${type}/_search`, {
    method: "POST",
    headers: { Accept: JSON_TYPE, "Content-Type": "application/x-www-form-urlencoded", "Helhet-Request": "1" },
    body: new URLSearchParams(params.map(([k, v]) => [k, v])).toString(),
  }, signal);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  return page(type, body);
}

export async function nextPage<T extends ResourceType>(type: T, url: string, signal: AbortSignal): Promise<Page<ResourceOf<T>>> {
  return page(type, await get(url, signal));
}

/** An operation on one resource that changes something; never sent twice but after a new login. */
export async function operate<T extends ResourceType>(path: string, parameters: readonly ParametersParameter[], type: T, signal: AbortSignal): Promise<ResourceOf<T>> {
  const response = await send(BASE + path, {
    method: "POST",
    headers: { Accept: JSON_TYPE, "Content-Type": JSON_TYPE, "Helhet-Request": "1" },
    body: JSON.stringify({ resourceType: "Parameters", ...(parameters.length === 0 ? {} : { parameter: parameters }) }),
  }, signal);
  const body = (await answer(response)) as Resource;
  if (!response.ok) throw failureOf(response.status, body);
  if (!isType(body, type)) throw new FhirError("format", response.status);
  return body;
}

/** An operation that only tells. Its answer is never kept. */
export async function tell(path: string, signal: AbortSignal): Promise<Parameters> {
  const response = await send(BASE + path, { headers: { Accept: JSON_TYPE, "Accept-Language": language.value }, cache: "no-store" }, signal);
  const body = (await answer(response)) as Resource;
  if (!response.ok) throw failureOf(response.status, body);
  if (!isType(body, "Parameters")) throw new FhirError("format", response.status);
  return body;
}
