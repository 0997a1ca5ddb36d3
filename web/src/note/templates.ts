// SPDX-License-Identifier: Apache-2.0
// Templates of notes and phrases, and what a dot-phrase before the caret stands for: data and pure functions.
import { SOKORD, sokordTitle } from "./sokord.ts";

/** parts: the keywords the note is written under, with what stands there from the start. text: a phrase put in at the caret. */
export interface Template {
  name: string;
  title: string;
  loinc?: readonly [code: string, display: string];
  parts?: readonly { keyword: string; text?: string }[];
  text?: string;
  own?: boolean;
}

const PROGRESS = ["11506-3", "Progress note"] as const;
const HISTORY = ["34117-2", "History and physical note"] as const;
const under = (...keywords: string[]) => keywords.map((keyword) => ({ keyword }));

export const TEMPLATES: readonly Template[] = [
  { name: "dagsnotat", title: "Dagsnotat", loinc: PROGRESS, parts: under("aktuellt", "bedomning-plan") },
  { name: "rond", title: "Rondanteckning", loinc: PROGRESS, parts: under("aktuellt", "status", "provsvar", "bedomning", "planering") },
  { name: "inskrivning", title: "Inskrivningsanteckning", loinc: HISTORY, parts: under("kontaktorsak", "socialt", "tidigare", "overkanslighet", "lakemedel", "aktuellt", "status", "bedomning", "planering") },
  { name: "epikris", title: "Epikris", loinc: ["18842-5", "Discharge summary"], parts: under("kontaktorsak", "forlopp", "atgard", "lakemedel", "bedomning", "planering", "information") },
  { name: "mottagning", title: "Mottagningsbesök", loinc: HISTORY, parts: under("kontaktorsak", "anamnes", "status", "bedomning", "planering") },
  { name: "akut", title: "Akutanteckning", loinc: HISTORY, parts: under("kontaktorsak", "overkanslighet", "lakemedel", "aktuellt", "status", "bedomning", "planering") },
  { name: "telefon", title: "Telefonkontakt", loinc: ["34748-4", "Telephone encounter note"], parts: under("kontaktorsak", "bedomning-plan") },
  { name: "konsultation", title: "Konsultation", loinc: ["11488-4", "Consult note"], parts: under("remissorsak", "anamnes", "status", "bedomning", "planering") },
  { name: "omvardnad", title: "Omvårdnadsanteckning", loinc: ["34746-8", "Nurse Note"], parts: under("omvardnad", "nutrition", "smarta", "planering") },
  { name: "atgard", title: "Åtgärdsanteckning", loinc: ["28570-0", "Procedure note"], parts: under("kontaktorsak", "atgard", "planering") },
  { name: "statusnormal", title: "Status utan anmärkning", text: "AT: Gott och opåverkat.\nHjärta: Regelbunden rytm, inga biljud.\nLungor: Normala andningsljud, inga biljud.\nBuk: Mjuk och oöm." },
  { name: "inga", title: "Inga kända överkänsligheter enligt patienten", text: "Patienten uppger ingen känd överkänslighet." },
  { name: "aterbesok", title: "Återbesök", text: "Återbesök om  veckor. Patienten hör av sig tidigare vid försämring." },
  { name: "informerad", title: "Informerad", text: "Patienten är informerad och införstådd med planeringen." },
];

/** Keywords can be reached the same way: ".hereditet" goes to that section, and makes it when it is not there. */
export interface Phrase { name: string; title: string; template?: Template; keyword?: string }

const plain = (text: string) => text.toLowerCase().replace(/[åä]/g, "a").replace(/ö/g, "o");

/** Own templates go before the unit's, those before ours of the same name, and templates before keywords. */
export function phrases(own: readonly Template[], unit: readonly Template[] = []): Phrase[] {
  const found = new Map<string, Phrase>();
  const add = (phrase: Phrase) => found.has(phrase.name) || found.set(phrase.name, phrase);
  for (const template of own) add({ name: template.name, title: template.title, template: { ...template, own: true } });
  for (const template of [...unit, ...TEMPLATES]) add({ name: template.name, title: template.title, template });
  for (const one of SOKORD) add({ name: plain(one.title).replace(/ .*/, ""), title: sokordTitle(one.code), keyword: one.code });
  return [...found.values()];
}

const DOTTED = /(?:^|[\s(])\.([\p{L}\d-]{1,40})$/u;

export interface Dotted { start: number; end: number; name: string }

/** The dot-phrase that ends at the caret: ".dagsnotat" at the beginning or after a space, never "37.5" or "a.b". */
export function dottedAt(text: string, caret: number): Dotted | null {
  const name = DOTTED.exec(text.slice(0, caret))?.[1];
  return name === undefined ? null : { start: caret - name.length - 1, end: caret, name };
}

/** What fits the letters so far; å, ä and ö may be written without dots. */
export function fitting(all: readonly Phrase[], name: string): Phrase[] {
  const wanted = plain(name);
  const exact = all.filter((p) => plain(p.name) === wanted);
  return [...exact, ...all.filter((p) => plain(p.name) !== wanted && plain(p.name).startsWith(wanted))];
}

const CERTAIN_MIN = 2;

/** The one that is meant: the one of that name, or the only one that begins so. Null leaves what was written alone. */
export function meant(all: readonly Phrase[], name: string): Phrase | null {
  const fits = fitting(all, name);
  const first = fits[0];
  if (first === undefined) return null;
  return plain(first.name) === plain(name) || (fits.length === 1 && name.length >= CERTAIN_MIN) ? first : null;
}

const NAME = /^[\p{L}\d-]{2,40}$/u;
export const isName = (text: string) => NAME.test(text);
