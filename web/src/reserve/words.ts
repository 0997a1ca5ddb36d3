// SPDX-License-Identifier: Apache-2.0
// The catalogue of this screen; follows the language as t does.
import { computed } from "@preact/signals";
import { language } from "../i18n/index.ts";
import { en } from "./words.en.ts";
import { sv, type Words } from "./words.sv.ts";

export const r = computed<Words>(() => (language.value === "en" ? en : sv));
