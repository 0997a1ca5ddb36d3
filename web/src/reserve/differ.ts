// SPDX-License-Identifier: Apache-2.0
// What waits here against what stands in the record: part by part, and the same once more against what stands. Pure.
import type { Bundle, Resource } from "@fhir";
import { parseJson, writeJson } from "../fhir/decimal.ts";

export interface Difference { readonly path: string; readonly mine: string; readonly theirs: string }
/** The server's own, which always differ. */
const ITS_OWN = new Set(["versionId", "lastUpdated"]);
const PATHS_MAX = 200;

function leaves(value: unknown, path: string, into: Map<string, string>): void {
  if (into.size >= PATHS_MAX) return;
  if (typeof value !== "object" || value === null) into.set(path, String(value));
  else for (const [key, one] of Object.entries(value)) if (!ITS_OWN.has(key)) leaves(one, path === "" ? key : `${path}.${key}`, into);
}

export function differences(mine: Resource, theirs: Resource | null): Difference[] {
  const [a, b] = [new Map<string, string>(), new Map<string, string>()];
  leaves(mine, "", a);
  if (theirs !== null) leaves(theirs, "", b);
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path) && !path.startsWith("meta.")).map((path) => ({ path, mine: a.get(path) ?? "", theirs: b.get(path) ?? "" }));
}

interface Waiting { readonly method: "POST" | "PUT"; readonly headers: Record<string, string>; readonly body: string }

/** The resources that a waiting write would replace, with their new content. */
export function replaced(call: Waiting): Resource[] {
  const body = parseJson(call.body) as Resource;
  if (call.method === "PUT") return [body];
  if (body.resourceType !== "Bundle") return [];
  return ((body as Bundle).entry ?? []).filter((e) => e.request?.method === "PUT" && e.resource !== undefined).map((e) => e.resource as Resource);
}

/** The same write, against the versions that stand now ("Type/id" → version). */
export function against(call: Waiting, versions: ReadonlyMap<string, string>): { headers: Record<string, string>; body: string } {
  const match = (name: string) => { const version = versions.get(name); return version === undefined ? undefined : `W/"${version}"`; };
  const body = parseJson(call.body) as Resource;
  if (call.method === "PUT") {
    const now = match(`${body.resourceType}/${body.id ?? ""}`);
    return { headers: { ...call.headers, ...(now === undefined ? {} : { "If-Match": now }) }, body: call.body };
  }
  if (body.resourceType !== "Bundle") return { headers: call.headers, body: call.body };
  for (const e of (body as Bundle).entry ?? []) {
    const now = e.request === undefined ? undefined : match(e.request.url);
    if (e.request?.method === "PUT" && now !== undefined) e.request.ifMatch = now;
  }
  return { headers: call.headers, body: writeJson(body) };
}

/** Everything that was written, as lines. */
export function written(call: Waiting): { path: string; text: string }[] {
  const found = new Map<string, string>();
  leaves(parseJson(call.body), "", found);
  return [...found].map(([path, text]) => ({ path, text }));
}
