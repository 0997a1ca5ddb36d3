// SPDX-License-Identifier: Apache-2.0
import { computed } from "@preact/signals";
import { language } from "../i18n/index.ts";
import { en } from "./words.en.ts";
import { sv, type Words } from "./words.sv.ts";

export const w = computed<Words>(() => (language.value === "en" ? en : sv));
