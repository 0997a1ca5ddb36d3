// SPDX-License-Identifier: Apache-2.0
// A text with the words that have been searched for marked; the same characters, all of them.
import { useContext } from "preact/hooks";
import { ChartContext } from "./model.ts";
import { marksIn, pieces, type Piece } from "./sought.ts";

export function Pieces({ of }: { of: readonly Piece[] }) {
  return <>{of.map((piece, i) => (piece.mark ? <mark key={i}>{piece.text}</mark> : piece.text))}</>;
}

export function Marked({ text }: { text: string }) {
  const terms = useContext(ChartContext)?.sought.value.terms ?? [];
  const marks = terms.length === 0 ? [] : marksIn(text, terms);
  return marks.length === 0 ? <>{text}</> : <Pieces of={pieces(text, marks)} />;
}
