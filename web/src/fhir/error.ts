// SPDX-License-Identifier: Apache-2.0
// What can go wrong between the browser and the record, as one type that the screens turn into Swedish or English.
import type { OperationOutcome } from "@fhir";
import { translation } from "./translation.ts";

export type FailureKind = "network" | "timeout" | "notFound" | "gone" | "refused" | "invalid" | "busy" | "server" | "format";

export class FhirError extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    /** The server's own words, when it gave an OperationOutcome. */
    readonly outcome: OperationOutcome | null = null,
  ) {
    super(`${kind} ${status}`);
    this.name = "FhirError";
  }
}

const KINDS: Record<number, FailureKind> = { 401: "refused", 403: "refused", 404: "notFound", 410: "gone", 429: "busy", 503: "busy" };

export function failureOf(status: number, body: unknown): FhirError {
  const outcome = isOutcome(body) ? body : null;
  return new FhirError(KINDS[status] ?? (status >= 500 ? "server" : "invalid"), status, outcome);
}

function isOutcome(body: unknown): body is OperationOutcome {
  return typeof body === "object" && body !== null && (body as { resourceType?: unknown }).resourceType === "OperationOutcome";
}

/** The first text in the wanted language: a translation extension, else details.text, else diagnostics. */
export function outcomeText(outcome: OperationOutcome | null, language: string): string {
  for (const issue of outcome?.issue ?? []) {
    const text = translation(issue.details?._text, language) ?? issue.details?.text ?? issue.diagnostics;
    if (text !== undefined) return text;
  }
  return "";
}
