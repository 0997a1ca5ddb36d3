// SPDX-License-Identifier: Apache-2.0
// What is kept for the user alone, under /me: JSON, each with a version of its own.
import { answer, send } from "../fhir/client.ts";
import { failureOf } from "../fhir/error.ts";

export interface Held { body: unknown; version: string }
type Method = "GET" | "PUT" | "DELETE";

const never = new AbortController().signal;

/** version: the one that is to be replaced; "" for what is new. */
export function meRequest(method: Method, body: unknown, version: string): RequestInit {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["Helhet-Request"] = "1";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== "") headers["If-Match"] = `W/"${version}"`;
  return { method, headers, cache: "no-store", ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

function versionIn(response: Response, body: unknown): string {
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(response.headers.get("ETag") ?? "")?.[1];
  const own = typeof body === "object" && body !== null ? (body as { version?: string | number }).version : undefined;
  return tag ?? (own === undefined ? "" : String(own));
}

/** Throws FhirError, as all calls do; a page of HTML where JSON was asked for is "format". */
export async function me(method: Method, path: string, body?: unknown, version = ""): Promise<Held> {
  const response = await send(`/me/${path}`, meRequest(method, body, version), never);
  if (response.status === 204) return { body: null, version: versionIn(response, null) };
  const told = await answer(response);
  if (!response.ok) throw failureOf(response.status, told);
  return { body: told, version: versionIn(response, told) };
}
