// SPDX-License-Identifier: Apache-2.0
// Searching for words in a chart: what was written → the service's question, the same words marked in a text, and
// excerpts that show that they are excerpts. Folded as the service folds: case and accents make no difference.
export interface Term {
  /** Folded; several are a phrase. */
  words: readonly string[];
  /** The last may go on: "njur" finds "njurfunktion". */
  prefix: boolean;
}

export interface Sought {
  /** As the service's _content takes it; "" when there is nothing to look for. */
  query: string;
  terms: readonly Term[];
}

export const NOTHING: Sought = { query: "", terms: [] };
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

export function fold(text: string): string {
  return text.normalize("NFKD").toUpperCase().toLowerCase().replace(/\p{M}/gu, "");
}

const wordsOf = (text: string) => (text.match(WORD) ?? []).map(fold).filter((word) => word !== "");

/** Words are looked for by their beginning, all of them; "in quotes" exactly so; -without; one OR the other. */
export function sought(text: string): Sought {
  const terms: Term[] = [];
  const query: string[] = [];
  for (const [token, quoted] of [...text.matchAll(/-?"([^"]*)"?|\S+/g)].map((m) => [m[0], m[1]] as const)) {
    if (token === "OR") {
      if (query.length > 0 && query[query.length - 1] !== "OR") query.push("OR");
      continue;
    }
    const words = wordsOf(quoted ?? token);
    if (words.length === 0) continue;
    const prefix = quoted === undefined && !token.startsWith("-");
    query.push(`${token.startsWith("-") ? "-" : ""}"${words.join(" ")}"${prefix ? "*" : ""}`);
    if (!token.startsWith("-")) terms.push({ words, prefix });
  }
  if (query[query.length - 1] === "OR") query.pop();
  return { query: query.join(" "), terms };
}

export type Mark = readonly [from: number, to: number];

/** Where the terms stand in a text, in order, none over another. */
export function marksIn(text: string, terms: readonly Term[]): Mark[] {
  if (terms.length === 0) return [];
  const words = [...text.matchAll(WORD)].map((m) => ({ at: m.index, end: m.index + m[0].length, folded: fold(m[0]) }));
  const found: Mark[] = [];
  for (let i = 0; i < words.length; i++) {
    const first = words[i];
    let end = -1;
    for (const term of terms) {
      const fits = term.words.every((word, n) => {
        const here = words[i + n]?.folded;
        return here !== undefined && (term.prefix && n === term.words.length - 1 ? here.startsWith(word) : here === word);
      });
      if (fits) end = Math.max(end, i + term.words.length - 1);
    }
    const last = words[end];
    if (first === undefined || last === undefined) continue;
    found.push([first.at, last.end]);
    i = end;
  }
  return found;
}

export interface Piece { text: string; mark: boolean }

/** The text in pieces, nothing left out. */
export function pieces(text: string, marks: readonly Mark[]): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from > at) out.push({ text: text.slice(at, from), mark: false });
    out.push({ text: text.slice(from, to), mark: true });
    at = to;
  }
  if (at < text.length) out.push({ text: text.slice(at), mark: false });
  return out;
}

/** whole: nothing of the text is left out. before, after: something is, there. */
export interface Excerpt { pieces: Piece[]; whole: boolean; before: boolean; after: boolean }

const AROUND = 110;
/** A text not longer than this is shown whole. */
const WHOLE_MAX = 320;
export const EXCERPTS_MAX = 4;

/** Out to the beginning of the sentence or line, so that no "ingen" is left outside, but not for ever. */
function beginning(text: string, at: number): number {
  const from = Math.max(0, at - AROUND);
  const stop = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf(". ", at - 1) + (text.lastIndexOf(". ", at - 1) < 0 ? 0 : 1));
  if (stop >= from) return stop + 1;
  const blank = text.lastIndexOf(" ", from);
  return from === 0 ? 0 : blank < 0 ? 0 : blank + 1;
}

function ending(text: string, at: number): number {
  const to = Math.min(text.length, at + AROUND);
  if (to === text.length) return to;
  const blank = text.indexOf(" ", to);
  return blank < 0 ? text.length : blank;
}

/** What stands around the marks; all of a short text. Empty when nothing is marked. */
export function excerpts(text: string, terms: readonly Term[]): Excerpt[] {
  const marks = marksIn(text, terms);
  if (marks.length === 0) return [];
  if (text.length <= WHOLE_MAX) return [{ pieces: pieces(text, marks), whole: true, before: false, after: false }];
  const found: { from: number; to: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    const last = found[found.length - 1];
    const from = beginning(text, mark[0]);
    const to = ending(text, mark[1]);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
      last.marks.push(mark);
    } else found.push({ from, to, marks: [mark] });
  }
  return found.map(({ from, to, marks: own }) => ({
    pieces: pieces(text.slice(from, to), own.map(([a, b]) => [a - from, b - from] as const)), whole: from === 0 && to === text.length, before: from > 0, after: to < text.length,
  }));
}
