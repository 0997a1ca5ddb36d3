// SPDX-License-Identifier: Apache-2.0
// What fields and their answers are called, in the language in use.
import { decimals, showDate } from "../i18n/format.ts";
import type { Field, Form, Kind } from "./fields.ts";
import { c } from "./words.ts";

export function fieldName(kind: Kind, name: string): string {
  return c.value.fieldsOf[kind][name] ?? c.value.fields[name] ?? name;
}

export function choiceName(kind: Kind, field: string, code: string): string {
  return c.value.choicesOf[`${kind}.${field}.${code}`] ?? c.value.choices[code] ?? code;
}

/** An answer as it is read; "" when there is none. */
export function answerText(kind: Kind, field: Field, form: Form): string {
  const text = form[field.name] ?? "";
  if (field.control === "choice") return text === "" ? (c.value.choicesOf[`${kind}.${field.name}.`] ?? "") : choiceName(kind, field.name, text);
  if (text === "") return "";
  if (field.control === "date") return showDate(text);
  if (field.control !== "code") return field.control === "whole" ? decimals(text) : text;
  const code = form["whatCode"] ?? "";
  return code === "" || code === text ? text : `${text} (${code})`;
}
