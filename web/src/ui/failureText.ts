// SPDX-License-Identifier: Apache-2.0
import { FhirError, outcomeText } from "../fhir/error.ts";
import { language, t } from "../i18n/index.ts";

/** Our own words for the kind of failure, then the server's own explanation when it gave one. */
export function failureText(error: unknown): string {
  if (!(error instanceof FhirError)) return t.value.failure.unexpected;
  return [t.value.failure[error.kind], outcomeText(error.outcome, language.value)].filter((text) => text !== "").join(" ");
}
