// SPDX-License-Identifier: Apache-2.0
// Reading the Parameters that the operations of /styr answer with.
import type { Parameters, ParametersParameter } from "@fhir";
import { answer, JSON_TYPE, send } from "../../fhir/client.ts";
import { failureOf, FhirError } from "../../fhir/error.ts";
import { language } from "../../i18n/index.ts";
import { STYR } from "../api.ts";

export type Part = ParametersParameter;

export async function ask(path: string, signal: AbortSignal): Promise<Part[]> {
  const response = await send(`${STYR}/${path}`, { headers: { Accept: JSON_TYPE, "Accept-Language": language.value }, cache: "no-store" }, signal);
  const body = (await answer(response)) as Parameters;
  if (!response.ok) throw failureOf(response.status, body);
  if (body.resourceType !== "Parameters") throw new FhirError("format", 200);
  return body.parameter ?? [];
}

const named = (all: readonly Part[], name: string) => all.find((p) => p.name === name);
export const partsOf = (all: readonly Part[], name: string): Part[][] => all.filter((p) => p.name === name).map((p) => p.part ?? []);
export const textOf = (all: readonly Part[], name: string): string => { const p = named(all, name); return p?.valueString ?? p?.valueCode ?? p?.valueDate ?? p?.valueDateTime ?? p?.valueInstant ?? ""; };
export const besideOf = (all: readonly Part[], name: string) => named(all, name)?._valueString;
export const isSet = (all: readonly Part[], name: string): boolean => named(all, name)?.valueBoolean === true;
export const referenceOf = (all: readonly Part[], name: string) => named(all, name)?.valueReference;

export function numberOf(all: readonly Part[], name: string): number | null {
  const p = named(all, name);
  return p?.valueDecimal ?? p?.valueInteger ?? p?.valueUnsignedInt ?? p?.valuePositiveInt ?? null;
}
