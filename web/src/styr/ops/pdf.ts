// SPDX-License-Identifier: Apache-2.0
// A report, case or decision as PDF, made by the service and handed to the browser as a file.
import { failureOf } from "../../fhir/error.ts";
import { answer, send } from "../../fhir/client.ts";
import { STYR } from "../api.ts";

export async function getPdf(about: string, signal: AbortSignal): Promise<Blob> {
  const response = await send(`${STYR}/${about}/$pdf`, { headers: { Accept: "application/pdf" } }, signal);
  if (!response.ok) throw failureOf(response.status, await answer(response));
  return response.blob();
}

/** Has the browser keep it as a file of that name. */
export function keepFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
