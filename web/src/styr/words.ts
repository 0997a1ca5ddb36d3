// SPDX-License-Identifier: Apache-2.0
// The catalogue of Steering and the words of its codes; both follow the language as t does.
import { computed } from "@preact/signals";
import { language, word } from "../i18n/index.ts";
import { codes as codesEn } from "./codes.en.ts";
import { codes as codesSv, type Codes } from "./codes.sv.ts";
import { en } from "./words.en.ts";
import { sv, type Words } from "./words.sv.ts";

export const s = computed<Words>(() => (language.value === "en" ? en : sv));
const codes = computed<Codes>(() => (language.value === "en" ? codesEn : codesSv));
export type System = keyof Codes;

/** What a code of that system is called; one that is not known as it is. */
export const say = (system: System, code: string | undefined): string => word(codes.value[system] as Readonly<Record<string, string>>, code);
/** Every code of a system with its word, for a choice. */
export const choices = (system: System): (readonly [string, string])[] => Object.entries(codes.value[system]);
