// SPDX-License-Identifier: Apache-2.0
// The sentence of a card, in a language's words; stored in the record in Swedish.
import type { Card } from "./checks.ts";
import type { Words } from "./words.sv.ts";

export function cardText(card: Card, words: Words): string {
  return words.cards[card.kind](card.parts);
}
