// SPDX-License-Identifier: Apache-2.0
// What differs between two texts, word by word. Everything of both is in the answer: nothing is shortened.

export interface Piece { kind: "same" | "gone" | "new"; text: string }

/** Past this many pairs of words to compare the middle is shown whole, first the old and then the new. */
const PAIRS_MAX = 4_000_000;

/** Words, runs of spaces, and every other character by itself. */
const words = (text: string) => text.match(/[\p{L}\p{M}\p{N}]+|\s+|[^]/gu) ?? [];

function add(pieces: Piece[], kind: Piece["kind"], text: string): void {
  const last = pieces[pieces.length - 1];
  if (text === "") return;
  if (last?.kind === kind) last.text += text;
  else pieces.push({ kind, text });
}

/** Longest common subsequence, by a table of lengths from the end. */
function between(a: readonly string[], b: readonly string[], pieces: Piece[]): void {
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = a[i] === b[j] ? length[(i + 1) * width + j + 1]! + 1 : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      add(pieces, "same", a[i++]!);
      j++;
    } else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!) add(pieces, "gone", a[i++]!);
    else add(pieces, "new", b[j++]!);
  }
  add(pieces, "gone", a.slice(i).join(""));
  add(pieces, "new", b.slice(j).join(""));
}

export function differences(before: string, after: string): Piece[] {
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const pieces: Piece[] = [];
  const [midA, midB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  add(pieces, "same", a.slice(0, head).join(""));
  if (midA.length * midB.length > PAIRS_MAX) {
    add(pieces, "gone", midA.join(""));
    add(pieces, "new", midB.join(""));
  } else between(midA, midB, pieces);
  add(pieces, "same", a.slice(a.length - tail).join(""));
  return pieces;
}
