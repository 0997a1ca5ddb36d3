// SPDX-License-Identifier: Apache-2.0
// http://hl7.org/fhir/StructureDefinition/translation: the same text in another language, beside the one that was asked for.
import type { Extension } from "@fhir";
import type { Language } from "../i18n/index.ts";

/** What stands beside a text: its _text, its _valueString. */
export interface Beside { readonly extension?: readonly Extension[] }
export type Both = Readonly<Record<Language, string>>;

export function translation(beside: Beside | undefined, language: string): string | undefined {
  for (const one of beside?.extension ?? []) {
    const parts = one.extension ?? [];
    if (parts.some((p) => p.url === "lang" && p.valueCode === language)) return parts.find((p) => p.url === "content")?.valueString;
  }
  return undefined;
}

/** The text in both languages; where it came in one, that. */
export const bothOf = (text: string, beside: Beside | undefined): Both => ({ sv: translation(beside, "sv") ?? text, en: translation(beside, "en") ?? text });
