// SPDX-License-Identifier: Apache-2.0
// What can be carried forward from an earlier note, part by part, with where it comes from. Pure.
import type { Composition, DocumentReference } from "@fhir";
import { attachmentText } from "../fhir/attachment.ts";
import { conceptText } from "../fhir/text.ts";
import type { Origin } from "./marks.ts";
import { isBlank, noteOf, part, type Note, type Part } from "./note.ts";
import { SOKORD } from "./sokord.ts";

export type Source = Composition | DocumentReference;

export interface Carriable { keyword: string; title: string; text: string }

const BY_TITLE: ReadonlyMap<string, string> = new Map(SOKORD.map((one) => [one.title.toLowerCase(), one.code]));

/** A plain text under its headings: a line that is a keyword and nothing else begins a part. */
export function splitText(text: string): Carriable[] {
  const parts: Carriable[] = [];
  let open: Carriable = { keyword: "anteckning", title: "Anteckning", text: "" };
  for (const line of text.split(/\r?\n/)) {
    const title = line.trim().replace(/:$/, "");
    const keyword = BY_TITLE.get(title.toLowerCase());
    if (keyword === undefined) open.text += `${line}\n`;
    else {
      parts.push(open);
      open = { keyword, title, text: "" };
    }
  }
  return [...parts, open].map((p) => ({ ...p, text: p.text.replace(/^\n+|\n+$/g, "") })).filter((p) => !isBlank(p.text));
}

export function carriable(source: Source): Carriable[] {
  if (source.resourceType === "Composition")
    return noteOf(source).parts.filter((p) => !isBlank(p.text)).map(({ keyword, title, text }) => ({ keyword, title, text }));
  return source.content.flatMap((c) => {
    const held = attachmentText(c.attachment);
    return held.kind === "text" ? splitText(held.text) : [];
  });
}

export function sourceTitle(source: Source): string {
  return source.resourceType === "Composition" ? source.title : (source.description ?? conceptText(source.type));
}

export function originIn(source: Source, author: string, text: string): Origin {
  const version = source.meta?.versionId;
  const reference = `${source.resourceType}/${source.id ?? ""}${version === undefined ? "" : `/_history/${version}`}`;
  return { source: reference, title: sourceTitle(source), author, time: source.date ?? "", text };
}

/** An empty part with the same keyword takes the text; else it becomes a part of its own. No text is taken away. */
export function carry(note: Note, source: Source, author: string, chosen: readonly Carriable[]): { note: Note; first: string } {
  const parts: Part[] = [...note.parts];
  let first = "";
  for (const one of chosen) {
    const origin = originIn(source, author, one.text);
    const at = parts.findIndex((p) => isBlank(p.text) && p.origin === undefined && p.keyword === one.keyword && p.keyword !== "");
    const old = parts[at];
    const fresh: Part = { ...(old ?? part(one.keyword)), title: old?.title ?? one.title, text: one.text, origin };
    if (old === undefined) parts.push(fresh);
    else parts[at] = fresh;
    first ||= fresh.key;
  }
  const empty = parts.filter((p) => p.keyword === "anteckning" && isBlank(p.text));
  return { note: { ...note, parts: parts.length > empty.length ? parts.filter((p) => !empty.includes(p)) : parts }, first };
}
