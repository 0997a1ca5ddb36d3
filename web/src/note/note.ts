// SPDX-License-Identifier: Apache-2.0
// A note as it is written ⇄ a FHIR Composition. Pure. What a Composition from elsewhere holds beside the text (entries,
// sections in sections, narrative of its own form) stays as it is unless that very text is changed.
import type { CodeableConcept, Composition, CompositionAttester, CompositionSection, DocumentReference, Extension, Reference } from "@fhir";
import { CARRIED_URL, isSigned, originOf, REASON_URL, WITHDRAWN_URL, type Mode, type Origin } from "./marks.ts";
import { plainText, readText, writeText } from "./text.ts";
import { sokordConcept, sokordOf, sokordTitle } from "./sokord.ts";
import type { Template } from "./templates.ts";

const LOINC = "http://loinc.org";

/** One section. key: its own among those of the note, as long as it is open. raw: the section as it was read. */
export interface Part { key: string; keyword: string; title: string; text: string; origin?: Origin; raw?: CompositionSection }

export interface Note { title: string; type: CodeableConcept; parts: readonly Part[] }

/** Somebody who writes or signs: the assignment, and what is shown of it. */
export type Who = Reference;

/** What a note needs beside its text. */
export interface About { patient: Reference; author: Who; date: string; encounter?: Reference; custodian?: Reference }

let made = 0;
const key = () => `del-${++made}`;

export function part(keyword: string, text = ""): Part {
  return { key: key(), keyword, title: sokordTitle(keyword), text };
}

export function emptyNote(): Note {
  return { title: "Anteckning", type: { text: "Anteckning" }, parts: [part("anteckning")] };
}

export function noteFrom(template: Template): Note {
  const coding = template.loinc === undefined ? {} : { coding: [{ system: LOINC, code: template.loinc[0], display: template.loinc[1] }] };
  return { title: template.title, type: { ...coding, text: template.title }, parts: (template.parts ?? []).map((p) => part(p.keyword, p.text ?? "")) };
}

export const isBlank = (text: string) => text.trim() === "";

export function hasText(note: Note): boolean {
  return note.parts.some((p) => !isBlank(p.text));
}

/** The template's sections, after those that have something in them already; no text is taken away. */
export function withTemplate(note: Note, template: Template): Note {
  const fresh = noteFrom(template);
  const kept = note.parts.filter((p) => !isBlank(p.text));
  if (kept.length === 0) return fresh;
  const more = fresh.parts.filter((p) => !kept.some((k) => k.keyword === p.keyword));
  return { ...note, parts: [...kept, ...more] };
}

/* ---- origin ---- */

/** The text as it stood is kept as narrative, which has room for every character. */
function originExtension(origin: Origin): Extension {
  const optional = (url: string, value: object, there: boolean): Extension[] => (there ? [{ url, ...value }] : []);
  return {
    url: CARRIED_URL,
    extension: [
      { url: "source", valueReference: { reference: origin.source, ...(origin.title === "" ? {} : { display: origin.title }) } },
      ...optional("author", { valueString: origin.author }, origin.author !== ""),
      ...optional("time", { valueDateTime: origin.time }, origin.time !== ""),
      { url: "text", valueString: writeText(origin.text) },
    ],
  };
}

export const isChanged = (p: Part) => p.origin !== undefined && p.origin.text !== p.text;

/* ---- reading ---- */

function partOf(section: CompositionSection): Part {
  const origin = originOf(section);
  return {
    key: key(),
    keyword: sokordOf(section.code),
    title: section.title ?? section.code?.text ?? section.code?.coding?.[0]?.display ?? "",
    text: section.text === undefined ? "" : plainText(section.text.div),
    ...(origin === undefined ? {} : { origin }),
    raw: section,
  };
}

export function noteOf(composition: Composition): Note {
  return { title: composition.title, type: composition.type, parts: (composition.section ?? []).map(partOf) };
}

/* ---- writing ---- */

const hasMore = (raw: CompositionSection | undefined) => raw !== undefined && ((raw.entry ?? []).length > 0 || (raw.section ?? []).length > 0);

function sectionOf(p: Part): CompositionSection {
  const { raw } = p;
  const same = raw?.text !== undefined && plainText(raw.text.div) === p.text;
  const code = raw?.code ?? sokordConcept(p.keyword);
  const rest = (raw?.extension ?? []).filter((e) => e.url !== CARRIED_URL);
  const extension = p.origin === undefined ? rest : [...rest, originExtension(p.origin)];
  const { text: _text, extension: _extension, ...kept } = raw ?? {};
  return {
    ...kept,
    ...(extension.length === 0 ? {} : { extension }),
    ...(p.title === "" ? {} : { title: p.title }),
    ...(code === undefined ? {} : { code }),
    ...(isBlank(p.text) ? {} : { text: same ? raw.text! : { status: "additional", div: writeText(p.text) } }),
  };
}

/** A heading under which nothing was written is left out: FHIR has no room for a section of nothing. */
export function sectionsOf(note: Note): CompositionSection[] {
  return note.parts.filter((p) => !isBlank(p.text) || hasMore(p.raw)).map(sectionOf);
}

const sameParty = (a: Reference | undefined, b: Reference | undefined) => a?.reference !== undefined && a.reference === b?.reference;

/** The note in the record, not signed: seen by others as such. */
export function compose(note: Note, about: About, base: Composition | null): Composition {
  const authors = base?.author ?? [];
  const author = authors.some((a) => sameParty(a, about.author)) ? authors : [...authors, about.author];
  return {
    ...(base ?? { resourceType: "Composition", status: "preliminary", subject: about.patient, date: about.date }),
    ...(base !== null || about.encounter === undefined ? {} : { encounter: about.encounter }),
    ...(base !== null || about.custodian === undefined ? {} : { custodian: about.custodian }),
    type: note.type,
    title: isBlank(note.title) ? (note.type.text ?? "Anteckning") : note.title,
    author,
    section: sectionsOf(note),
  } as Composition;
}

/* ---- signing ---- */

/** Asks for a signature; whom it was asked of before is replaced. */
export function asking(c: Composition, mode: Mode, of: Who | null): Composition {
  const attester = [...(c.attester ?? []).filter((a) => a.mode !== mode || a.time !== undefined), ...(of === null ? [] : [{ mode, party: of }])];
  const { attester: _before, ...rest } = c;
  return attester.length === 0 ? rest : { ...rest, attester };
}

function attesting(c: Composition, mode: Mode, who: Who, time: string): CompositionAttester[] {
  return [...(c.attester ?? []).filter((a) => a.mode !== mode || a.time !== undefined), { mode, time, party: who }];
}

/** Signed; what has been signed before becomes a correction, which the server marks with what it corrects. */
export function signed(c: Composition, who: Who, time: string): Composition {
  return { ...c, status: isSigned(c) ? "amended" : "final", attester: attesting(c, "legal", who, time) };
}

/** Countersigned; neither text nor status changes. */
export function countersigned(c: Composition, who: Who, time: string): Composition {
  return { ...c, attester: attesting(c, "professional", who, time) };
}

/** Marked as written in error; the text stays as it is. What was signed becomes a correction, which the server marks. */
export function withdraw<T extends Composition | DocumentReference>(c: T, who: Who, time: string, why: string): T {
  const withdrawn: Extension = { url: WITHDRAWN_URL, extension: [{ url: "by", valueReference: who }, { url: "at", valueDateTime: time }] };
  const marked = withReason({ ...c, extension: [...(c.extension ?? []).filter((e) => e.url !== WITHDRAWN_URL), withdrawn] }, why);
  return { ...marked, status: "entered-in-error", ...(c.resourceType === "DocumentReference" ? { docStatus: "entered-in-error" } : {}) };
}

/** Why it was corrected, said by who did it. */
export function withReason<T extends Composition | DocumentReference>(c: T, reason: string): T {
  const rest = (c.extension ?? []).filter((e) => e.url !== REASON_URL);
  const extension = isBlank(reason) ? rest : [...rest, { url: REASON_URL, valueString: reason.trim() }];
  const { extension: _before, ...kept } = c;
  return (extension.length === 0 ? kept : { ...kept, extension }) as T;
}

/* ---- drafts ---- */

/** A note as a draft keeps it. Texts are kept as narrative: JSON between us and the server has room for that alone. */
export interface DraftNote { title: string; type: CodeableConcept; parts: readonly (Omit<Part, "text" | "origin"> & { div: string; origin?: Origin })[]; base: Composition | null; encounter: string; reason: string }

export function draftOf(note: Note, base: Composition | null, encounter: string, reason: string): DraftNote {
  const parts = note.parts.map(({ text, origin, ...p }) => ({ ...p, div: writeText(text), ...(origin === undefined ? {} : { origin: { ...origin, text: writeText(origin.text) } }) }));
  return { title: note.title, type: note.type, parts, base, encounter, reason };
}

export function noteOfDraft(draft: DraftNote): Note {
  const parts = draft.parts.map(({ div, origin, ...p }): Part => ({
    ...p, key: key(), text: readText(div) ?? "", ...(origin === undefined ? {} : { origin: { ...origin, text: readText(origin.text) ?? "" } }),
  }));
  return { title: draft.title, type: draft.type, parts };
}
