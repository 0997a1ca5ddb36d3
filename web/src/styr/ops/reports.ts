// SPDX-License-Identifier: Apache-2.0
// A report is begun after its definition, its facts fetched and it is made final by the service; what it lacks the service tells.
import type { OperationOutcome } from "@fhir";
import { answer, JSON_TYPE, send } from "../../fhir/client.ts";
import { failureOf } from "../../fhir/error.ts";
import { bothOf, type Both } from "../../fhir/translation.ts";
import { language } from "../../i18n/index.ts";
import { perform } from "../../write/write.ts";
import { STYR } from "../api.ts";
import { styrPath } from "../places.ts";
import type { Report } from "../types.ts";

const how = (title: string, id = "") => ({ patient: "", title, link: id === "" ? styrPath("rapporter") : styrPath("rapport", id), base: STYR });

export async function beginReport(definition: string, from: string, to: string, title: string): Promise<Report> {
  const asked = new URLSearchParams({ definition, from, to });
  return (await perform(`Report/$begin?${asked}`, [], how(title))).resource as unknown as Report;
}

export const refreshReport = (id: string, title: string) => perform(`Report/${id}/$refresh`, [], how(title, id));
export const finalizeReport = (id: string, title: string) => perform(`Report/${id}/$finalize`, [], how(title, id));

/** What keeps it from being final, one sentence each. */
export async function readGaps(id: string, signal: AbortSignal): Promise<Both[]> {
  const response = await send(`${STYR}/Report/${id}/$lint`, { headers: { Accept: JSON_TYPE, "Accept-Language": language.value }, cache: "no-store" }, signal);
  const body = (await answer(response)) as OperationOutcome;
  if (!response.ok) throw failureOf(response.status, body);
  return body.issue.filter((i) => i.severity === "error").map((i) => bothOf(i.details?.text ?? "", i.details?._text));
}
