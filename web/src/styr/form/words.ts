// SPDX-License-Identifier: Apache-2.0
// The catalogue of the forms; follows the language as t does.
import { computed } from "@preact/signals";
import { language } from "../../i18n/index.ts";
import type { FormName } from "./fields.ts";
import { en } from "./words.en.ts";
import { sv, type FormWords, type Words } from "./words.sv.ts";

export const f = computed<Words>(() => (language.value === "en" ? en : sv));

export const wordsOf = (form: FormName): FormWords => f.value.forms[form] ?? { heading: form, receipt: form, about: "", fields: {} };

/** What the element at a path is called in a form; "[]" at the end: one of its rows. */
export function labelOf(form: FormName, path: string): string {
  const { fields } = wordsOf(form);
  const bare = path.replace(/\[\d+\]/g, "");
  const last = bare.slice(bare.lastIndexOf(".") + 1);
  return fields[bare] ?? fields[last] ?? f.value.common[last] ?? last;
}
