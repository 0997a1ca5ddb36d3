// SPDX-License-Identifier: Apache-2.0
// The language in use. `t.value.search.heading` in a component follows the language by itself.
import { computed, signal } from "@preact/signals";
import { sv, type Catalogue } from "./sv.ts";
import { readSetting, writeSetting } from "../app/settings.ts";

export type Language = "sv" | "en";

const catalogue = signal<Catalogue>(sv);
export const language = signal<Language>("sv");
export const t = computed(() => catalogue.value);

export async function setLanguage(wanted: Language): Promise<void> {
  catalogue.value = wanted === "en" ? (await import("./en.ts")).en : sv;
  language.value = wanted;
  document.documentElement.lang = wanted;
  writeSetting("language", wanted);
}

export async function startLanguage(): Promise<void> {
  if (readSetting("language") === "en") await setLanguage("en");
}

/** A code's word in the catalogue; an unknown code is shown as it is rather than left out. */
export function word(table: Readonly<Record<string, string>>, code: string | undefined): string {
  return code === undefined ? "" : (table[code] ?? code);
}
