// SPDX-License-Identifier: Apache-2.0
// Templates that a unit shares: each a Basic about no patient, which the service shows to its own unit alone. Anybody of the
// unit who may write in records may share one, write it anew and end it; who did stands in it and in its history.
import { signal } from "@preact/signals";
import type { Basic, Extension } from "@fhir";
import { search } from "../fhir/client.ts";
import { referenceText } from "../fhir/text.ts";
import { newKey } from "../ids/key.ts";
import { failureText } from "../ui/failureText.ts";
import { Conflict, create, update } from "../write/write.ts";
import { ownUnit, self } from "./people.ts";
import type { Template } from "./templates.ts";
import { readText, writeText } from "./text.ts";
import { n } from "./words.ts";

const SYSTEM = "https://helhet.example/fhir/CodeSystem/basic";
const CODE = "note-template";
const URL = "https://helhet.example/fhir/StructureDefinition/note-template";
const TEMPLATES_MAX = "200";
const LOINC = "http://loinc.org";

export interface Shared { template: Template; by: string; held: Basic }
/** The unit's, by name; empty until they have been read. */
export const unitTemplates = signal<readonly Shared[]>([]);

/** Texts are kept as narrative, which has room for every character. */
export function extensionOf(template: Template): Extension {
  const text = (value: string | undefined): Extension[] => (value === undefined ? [] : [{ url: "text", valueString: writeText(value) }]);
  const parts = (template.parts ?? []).map((part): Extension => ({ url: "part", extension: [{ url: "keyword", valueString: part.keyword }, ...text(part.text)] }));
  const loinc: Extension[] = template.loinc === undefined ? [] : [{ url: "type", valueCoding: { system: LOINC, code: template.loinc[0], display: template.loinc[1] } }];
  return { url: URL, extension: [{ url: "name", valueString: template.name }, { url: "title", valueString: template.title }, ...loinc, ...parts, ...text(template.text)] };
}

/** null: it is no template, or one that has ended. */
export function templateOf(held: Basic): Template | null {
  const parts = held.extension?.find((e) => e.url === URL)?.extension ?? [];
  const of = (within: readonly Extension[], url: string) => within.find((e) => e.url === url);
  const textIn = (within: readonly Extension[]) => { const kept = of(within, "text")?.valueString; return kept === undefined ? undefined : (readText(kept) ?? kept); };
  const name = of(parts, "name")?.valueString;
  if (name === undefined || of(parts, "ended") !== undefined) return null;
  const type = of(parts, "type")?.valueCoding;
  const text = textIn(parts);
  const made = parts.filter((e) => e.url === "part").map((e) => { const own = textIn(e.extension ?? []); return { keyword: of(e.extension ?? [], "keyword")?.valueString ?? "", ...(own === undefined ? {} : { text: own }) }; });
  return {
    name, title: of(parts, "title")?.valueString ?? name,
    ...(type?.code === undefined ? {} : { loinc: [type.code, type.display ?? ""] as const }),
    ...(made.length === 0 ? {} : { parts: made }), ...(text === undefined ? {} : { text }),
  };
}

/** Throws FhirError when they could not be read: the user's own and ours are there still. */
export async function readUnitTemplates(stop: AbortSignal): Promise<void> {
  if (ownUnit.peek() === undefined) return;
  const page = await search("Basic", [["code", `${SYSTEM}|${CODE}`], ["_count", TEMPLATES_MAX]], stop);
  unitTemplates.value = page.matches
    .flatMap((held) => { const template = templateOf(held); return template === null ? [] : [{ template, by: referenceText(held.author), held }]; })
    .sort((a, b) => a.template.name.localeCompare(b.template.name, "sv"));
}

const never = new AbortController().signal;

async function put(held: Basic, title: string): Promise<string> {
  try {
    const how = { patient: "", title, key: newKey() };
    await (held.id === undefined ? create(held, how) : update(held, how));
    return "";
  } catch (error) {
    return error instanceof Conflict ? n.value.unitConflict : failureText(error);
  } finally {
    await readUnitTemplates(never).catch(() => undefined);
  }
}

const bare = ({ own: _own, ...template }: Template): Template => template;

/** Shares it, in the place of the unit's own of that name. "" or what went wrong. */
export function share(template: Template): Promise<string> {
  const old = unitTemplates.peek().find((one) => one.template.name === template.name)?.held;
  const held: Basic = { ...(old ?? { resourceType: "Basic", code: { coding: [{ system: SYSTEM, code: CODE }], text: "Anteckningsmall" } }), author: self.peek(), extension: [extensionOf(bare(template))] };
  return put(held, n.value.shared(template.name));
}

/** It is offered no more; what it was stays in its history. */
export function endShared(one: Shared): Promise<string> {
  const ext = extensionOf(one.template);
  const ended: Extension = { url: "ended", valueInstant: new Date().toISOString() };
  return put({ ...one.held, author: self.peek(), extension: [{ ...ext, extension: [...(ext.extension ?? []), ended] }] }, n.value.sharedEnded(one.template.name));
}
