// SPDX-License-Identifier: Apache-2.0
// What the search field's text asks the server: one or more Patient searches whose answers are put together.
import { readIdentityNumber, RESERVE_VGR, SYSTEM } from "../ids/personnummer.ts";

export interface PatientQuery {
  /** Form parameters of POST Patient/_search: names and numbers stay out of addresses and logs. */
  searches: [string, string][][];
  /** A number was written whose control digit is wrong. */
  badControlDigit: boolean;
}

const WORDS_MAX = 6;

/** Text with FHIR's own separators escaped, so that "a,b" is searched for as written. */
function literal(text: string): string {
  return text.replace(/[\\,$|]/g, "\\$&");
}

function birthDate(word: string): string | null {
  const match = /^((?:18|19|20)\d{2})(?:-?(\d{2})-?(\d{2}))?$/.exec(word);
  if (!match) return null;
  return match[2] === undefined ? match[1]! : `${match[1]}-${match[2]}-${match[3]}`;
}

/** One parameter a word, so that word order is free. Short words match the beginning of a name, longer ones any part. */
function wordParam(word: string): [string, string] {
  const born = birthDate(word);
  if (born !== null) return ["birthdate", born];
  return [word.length < 3 ? "name" : "name:contains", literal(word)];
}

export function patientQuery(text: string, today: Date): PatientQuery | null {
  const trimmed = text.normalize("NFC").trim();
  if (trimmed.length < 2) return null;
  const numbers = readIdentityNumber(trimmed, today);
  if (numbers.length > 0) {
    const tokens = numbers.flatMap((n) => [SYSTEM[n.kind], ...(n.kind === "reservnummer" ? [RESERVE_VGR] : [])].map((system) => `${system}|${n.canonical}`)).join(",");
    return { searches: [[["identifier", tokens]]], badControlDigit: !numbers.some((n) => n.checked) };
  }
  const words = trimmed.split(/[\s,;]+/).filter((w) => w !== "").slice(0, WORDS_MAX);
  const searches = [words.map(wordParam)];
  if (words.length === 1 && /^[A-Za-z0-9.-]{1,64}$/.test(trimmed) && /\d/.test(trimmed) && birthDate(trimmed) === null) {
    searches.unshift([["_id", trimmed]], [["identifier", trimmed]]);
  }
  return { searches, badControlDigit: false };
}
