// SPDX-License-Identifier: Apache-2.0
// Two versions of one note side by side, part by part, and what becomes of them when somebody has chosen. Pure.
import { part, type Note, type Part } from "./note.ts";

/** A part in both versions, or in one of them. */
export interface Pair { key: string; title: string; mine: Part | null; theirs: Part | null }
export type Choice = "mine" | "theirs" | "both";

const nameOf = (p: Part) => `${p.keyword}\u0000${p.title}`;

/** In their order, with what only mine has where it stands in mine. Parts of one name are paired in order. */
export function pairs(mine: Note, theirs: Note): Pair[] {
  const left = [...mine.parts];
  const found: Pair[] = theirs.parts.map((p) => {
    const at = left.findIndex((m) => nameOf(m) === nameOf(p));
    const own = at < 0 ? null : left.splice(at, 1)[0]!;
    return { key: own?.key ?? p.key, title: p.title, mine: own, theirs: p };
  });
  for (const p of left) {
    const before = mine.parts[mine.parts.indexOf(p) - 1];
    const at = before === undefined ? -1 : found.findIndex((pair) => pair.mine === before);
    found.splice(at < 0 ? found.length : at + 1, 0, { key: p.key, title: p.title, mine: p, theirs: null });
  }
  return found;
}

export const differs = (pair: Pair) => (pair.mine?.text ?? "") !== (pair.theirs?.text ?? "");

function joined(pair: Pair): Part {
  const { mine, theirs } = pair;
  if (mine === null || theirs === null) return (mine ?? theirs)!;
  return { ...theirs, key: mine.key, text: `${theirs.text}\n${mine.text}` };
}

/** The note that was chosen. A part that the chosen version does not have is not there. */
export function merged(mine: Note, all: readonly Pair[], choice: (pair: Pair) => Choice): Note {
  const parts = all.flatMap((pair): Part[] => {
    if (!differs(pair)) return [pair.theirs ?? pair.mine!];
    const chosen = choice(pair);
    const one = chosen === "both" ? joined(pair) : chosen === "mine" ? (pair.mine === null ? null : { ...(pair.theirs ?? pair.mine), key: pair.mine.key, text: pair.mine.text, ...(pair.mine.origin === undefined ? {} : { origin: pair.mine.origin }) }) : pair.theirs;
    return one === null ? [] : [one];
  });
  return { ...mine, parts: parts.length === 0 ? [part("anteckning")] : parts };
}
