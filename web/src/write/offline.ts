// SPDX-License-Identifier: Apache-2.0
// What is written while the service is away says when: the record's own time is that of the sending.
import type { Resource } from "@fhir";
import { keepDecimals } from "../fhir/decimal.ts";

export const MADE_URL = "https://helhet.dev/fhir/StructureDefinition/made-offline";

export function madeOffline<T extends Resource>(resource: T, at: string): T {
  const others = (resource.meta?.extension ?? []).filter((e) => e.url !== MADE_URL);
  return keepDecimals(resource, { ...resource, meta: { ...resource.meta, extension: [...others, { url: MADE_URL, valueInstant: at }] } });
}
