// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { excerpts, marksIn, pieces, sought } from "./sought.ts";

const marked = (text: string, asked: string) => marksIn(text, sought(asked).terms).map(([from, to]) => text.slice(from, to));

test("what was written becomes the service's question; nothing a user writes is a fault of syntax", () => {
  assert.equal(sought("blöd njur").query, '"blod"* "njur"*');
  assert.equal(sought('"ingen blödning" feber').query, '"ingen blodning" "feber"*');
  assert.equal(sought("feber -hosta").query, '"feber"* -"hosta"');
  assert.equal(sought("hosta OR feber").query, '"hosta"* OR "feber"*');
  assert.equal(sought("38,5 8302-2 (akut) *").query, '"38 5"* "8302 2"* "akut"*');
  for (const odd of ["", "  ", '"', "OR", "OR OR", '"" -', "(,)|$\\"]) assert.equal(sought(odd).query, "");
  assert.equal(sought('"öppen citation').query, '"oppen citation"');
  assert.equal(sought("a OR").query, '"a"*');
});

test("marks fall on whole words, whatever case and accents, composed or not", () => {
  assert.deepEqual(marked("Ingen BLÖDNING, blo\u0308dningar", "blödning"), ["BLÖDNING", "blo\u0308dningar"]);
  assert.deepEqual(marked("Njurfunktion och urinnjure", "njur"), ["Njurfunktion"]);
  assert.deepEqual(marked("Ingen blödning. Blödning ingen.", '"ingen blödning"'), ["Ingen blödning"]);
  assert.deepEqual(marked("feber utan hosta", "feber -hosta"), ["feber"]);
  assert.deepEqual(marked("T 38,5 °C", "38,5"), ["38,5"]);
  assert.deepEqual(marked("inget här", "feber"), []);
  assert.deepEqual(marked("Straße STRASSE", "strasse"), ["Straße", "STRASSE"]);
});

test("pieces give the text back, character by character", () => {
  for (const text of ["", "feber", "Ej feber\r\n\tmen <b>hosta</b> a\u030angest", "feber feber"]) assert.equal(pieces(text, marksIn(text, sought("feber hosta ang").terms)).map((p) => p.text).join(""), text);
});

test("a short text is shown whole; of a long one an excerpt that says where something is left out", () => {
  assert.deepEqual(excerpts("Ingen feber.", sought("feber").terms), [{ pieces: [{ text: "Ingen ", mark: false }, { text: "feber", mark: true }, { text: ".", mark: false }], whole: true, before: false, after: false }]);
  const filler = "Patienten mår bra och sover gott om natten, äter och dricker. ";
  const text = `${filler.repeat(8)}Har aldrig haft vare sig hosta, snuva eller tecken till sepsis. ${filler.repeat(8)}Ny feber.`;
  const [first, second] = excerpts(text, sought("sepsis feber").terms);
  assert.deepEqual([first?.whole, first?.before, first?.after], [false, true, true]);
  assert.ok(/^\s?Har aldrig haft vare sig hosta, snuva eller tecken till sepsis\. /.test(first?.pieces.map((p) => p.text).join("") ?? ""), "from where the sentence begins: the negation is there");
  assert.deepEqual([second?.before, second?.after], [true, false]);
  assert.deepEqual(excerpts(text, sought("kräkning").terms), []);
});

test("excerpts never leave a mark out and never change a character", () => {
  const words = ["feber", "ingen", "hosta,", "och", "inte", "\n", "blödning.", "å\u0308"];
  let seed = 7;
  const next = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: next(200) }, () => words[next(words.length)]).join(" ");
    const { terms } = sought("feber blöd");
    const found = excerpts(text, terms);
    assert.equal(found.flatMap((e) => e.pieces.filter((p) => p.mark)).length, marksIn(text, terms).length);
    for (const one of found) assert.ok(text.includes(one.pieces.map((p) => p.text).join("")));
  }
});
