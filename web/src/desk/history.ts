// SPDX-License-Identifier: Apache-2.0
// The user's own receipts: those of this page and those the service keeps, as one list, newest first.
import { FhirError } from "../fhir/error.ts";
import { me } from "../me/call.ts";
import type { Kept } from "../write/fate.ts";
import type { Receipt } from "../write/receipts.ts";
import { patientPath } from "../app/route.ts";
import { resourceLink } from "./links.ts";
import { d } from "./words.ts";

const PAGE = 50;
export interface HistoryPage { receipts: Receipt[]; /** Asks for what is older. */ next: string | null }

/** What a kept receipt was about, in words: "Lagt till: anteckning". */
export function titleOf(kept: Pick<Kept, "method" | "path" | "resource">): string {
  const type = kept.resource.split("/")[0] || /^\/?(?:fhir\/)?([A-Z][A-Za-z]+)/.exec(kept.path)?.[1] || "Bundle";
  return d.value.did(d.value.methods[kept.method] ?? kept.method, d.value.types[type] ?? type);
}

export function receiptFrom(kept: Kept): Receipt {
  const link = kept.link || resourceLink(kept.resource, kept.patient) || (kept.patient === "" ? "" : patientPath(kept.patient));
  return {
    key: kept.key, time: kept.time, title: kept.title || titleOf(kept), patient: kept.patient, patientName: "", state: kept.status < 400 ? "saved" : "failed",
    ...(kept.resource === "" ? {} : { resource: kept.resource }), ...(kept.version === "" ? {} : { version: String(kept.version) }), ...(link === "" ? {} : { link }),
  };
}

/** null: the service keeps none. Throws FhirError when it could not be asked. */
export async function olderReceipts(before: string): Promise<HistoryPage | null> {
  try {
    const { body } = await me("GET", `receipts?_count=${PAGE}${before === "" ? "" : `&before=${encodeURIComponent(before)}`}`);
    const lines = (Array.isArray(body) ? body : ((body as { receipts?: unknown } | null)?.receipts ?? [])) as readonly Kept[];
    return { receipts: lines.map(receiptFrom), next: lines.length < PAGE ? null : (lines[lines.length - 1]?.key ?? null) };
  } catch (error) {
    if (error instanceof FhirError && (error.kind === "notFound" || (error.kind === "format" && error.status === 200))) return null;
    throw error;
  }
}

/** The page's own word for a receipt wins over the service's bare line, but not over its "saved". */
export function together(own: readonly Receipt[], kept: readonly Receipt[]): Receipt[] {
  const byKey = new Map(kept.map((r) => [r.key, r]));
  for (const r of own) {
    const saved = byKey.get(r.key);
    byKey.set(r.key, saved?.state === "saved" && r.state !== "sending" ? { ...saved, ...r, state: "saved", failure: "" } : r);
  }
  return [...byKey.values()].sort((a, b) => b.time.localeCompare(a.time));
}
