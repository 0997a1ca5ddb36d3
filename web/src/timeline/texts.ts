// SPDX-License-Identifier: Apache-2.0
// Every text of a resource that a search in the record may have found: what people and systems have written in it, not
// its addresses, numbers and dates. Pure functions.
import type { Attachment } from "@fhir";
import { attachmentText } from "../fhir/attachment.ts";
import { plainText } from "../note/text.ts";

const NOT_TEXT = new Set(["resourceType", "id", "reference", "url", "system", "versionId", "lastUpdated", "contentType", "hash", "language", "fullUrl"]);
const DATE = /^\d{4}(-\d{2}(-\d{2}(T.*)?)?)?$/;
const TEXTS_MAX = 500;

export function textsOf(resource: object): string[] {
  const found = new Set<string>();
  walk(resource, found);
  return [...found];
}

function walk(node: object, found: Set<string>): void {
  for (const [key, value] of Object.entries(node)) {
    if (found.size >= TEXTS_MAX) return;
    if (typeof value === "string") {
      if (key === "data") addAttachment(node, found);
      else if (key === "div") add(plainText(value), found);
      else if (!NOT_TEXT.has(key) && !DATE.test(value)) add(value, found);
    } else if (typeof value === "object" && value !== null && key !== "meta") walk(value as object, found);
  }
}

function addAttachment(node: object, found: Set<string>): void {
  const text = attachmentText(node as Attachment);
  if (text.kind === "text") add(text.text, found);
}

function add(text: string, found: Set<string>): void {
  if (text.trim() !== "") found.add(text);
}
