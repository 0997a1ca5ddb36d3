// SPDX-License-Identifier: Apache-2.0
// A report as its definition says it, and as the FHIR Composition it is kept as. Pure.
import type { Composition, CompositionSection } from "@fhir";
import { plainText, readText, writeText } from "../note/text.ts";
import type { ReportDefinition, ReportDefinitionSection } from "./types.ts";

const CODE = "https://helhet.example/styr/CodeSystem/report-section";
export const REPORT = "https://helhet.example/styr/report";
const KIND = "https://helhet.example/styr/CodeSystem/report-kind";

/** What stands in each section, by its code. */
export type Written = Readonly<Record<string, string>>;
export interface Chapter { section: ReportDefinitionSection; depth: number; name: string }

/** Sections in order, each with how deep it lies. */
export function chaptersOf(sections: readonly ReportDefinitionSection[], depth = 0): Chapter[] {
  return sections.flatMap((section) => [{ section, depth, name: [section.number ?? "", section.title ?? ""].filter((x) => x !== "").join(" ") }, ...chaptersOf(section.section ?? [], depth + 1)]);
}

/** Required chapters with nothing in them: while there is one, the report cannot be final. A chapter of chapters is as they are. */
export function emptyOf(sections: readonly ReportDefinitionSection[], written: Written): Chapter[] {
  return chaptersOf(sections).filter(({ section }) => section.required === true && section.kind !== "group" && section.kind !== "fixed" && (written[section.code] ?? "").trim() === "");
}

function sectionOf(section: ReportDefinitionSection, written: Written): CompositionSection {
  const text = section.kind === "fixed" ? (section.content ?? "") : (written[section.code] ?? "");
  const parts = (section.section ?? []).map((one) => sectionOf(one, written));
  return {
    title: [section.number ?? "", section.title ?? section.code].filter((x) => x !== "").join(" "), code: { coding: [{ system: CODE, code: section.code }] },
    ...(text === "" ? {} : { text: { status: "generated", div: writeText(text) } }), ...(parts.length === 0 ? {} : { section: parts }),
    ...(text === "" && parts.length === 0 ? { emptyReason: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/list-empty-reason", code: "notstarted" }] } } : {}),
  };
}

/** As it is kept; `before` when there is a draft of it already. */
export function compositionOf(definition: ReportDefinition, written: Written, date: string, isFinal: boolean, author: Composition["author"], before?: Composition): Composition {
  return {
    ...(before ?? {}), resourceType: "Composition", status: isFinal ? "final" : "preliminary", identifier: { system: REPORT, value: definition.id ?? "" }, type: { coding: [{ system: KIND, code: definition.kind }], text: definition.title },
    date, author, title: definition.title, section: (definition.section ?? []).map((one) => sectionOf(one, written)),
  };
}

/** What was written in one that is kept. */
export function writtenIn(kept: Composition): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (sections: readonly CompositionSection[] | undefined) => {
    for (const one of sections ?? []) {
      const code = one.code?.coding?.find((c) => c.system === CODE)?.code;
      const div = one.text?.div;
      if (code !== undefined && div !== undefined) found[code] = readText(div) ?? plainText(div);
      walk(one.section);
    }
  };
  walk(kept.section);
  return found;
}
