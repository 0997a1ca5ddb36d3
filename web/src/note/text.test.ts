// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { narrative, narrativeText } from "../fhir/narrative.ts";
import { plainText, readText, writeText } from "./text.ts";

/** Mulberry32: the same notes every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PIECES = [
  "ingen", "Ingen", "INGEN", " ingen ", "ej", "utan", "ingen blödning", "inga besvär, ingen feber; inget nytt", "åäöÅÄÖéü", "a\u030aa\u0308o\u0308", "\ufb01\u00df\u017f", "Ṩ", "👩‍⚕️", "🇸🇪", "👍🏽", "𝛼",
  "\t", "\n", "\n\n\n\n\n\n", "\r\n", "\r", "   ", "\u00a0", "\u202f", "\u200b", "\u2028", "\u2029", "\ufeff", "\u0085", "\u007f",
  "<", ">", "&", "<br/>", "<p class=\"text\">", "</p></div>", "&amp;", "&#13;", "&lt;b&gt;", "<!-- x -->", "<![CDATA[y]]>", "]]>", "\"", "'", "\\n", "%0A", "{0}",
  "37,5 °C", "0,25 mg", "1,50", "10–12", "−5", "×10⁹/L", "<5", ">120 & <140", "char-000B", "<span class=\"char-000B\">␋</span>", "␋", "\ufffd",
  "\u0000", "\u0007", "\u000b", "\u000c", "\u001b", "\ufffe", "\uffff", "\ud800", "\udc00", "\udc00\ud800", "日本語", "עברית", "\u202eabc\u202c",
];

function note(rnd: () => number): string {
  return Array.from({ length: 1 + Math.floor(rnd() * 30) }, () => PIECES[Math.floor(rnd() * PIECES.length)]).join("");
}

test("10,000 notes are read as they were written, and are well-formed XML 1.0", () => {
  const rnd = random(5);
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\r\n]|\p{Surrogate}/u;
  for (let i = 0; i < 10_000; i++) {
    const text = note(rnd);
    const div = writeText(text);
    assert.equal(readText(div), text);
    assert.equal(plainText(div), text);
    assert.equal(forbidden.test(div), false);
    assert.ok(narrative(div) !== null);
  }
});

test("every character of the plane is kept", () => {
  for (let from = 0; from < 0x10000; from += 0x100) {
    const text = String.fromCharCode(...Array.from({ length: 0x100 }, (_, i) => from + i));
    assert.equal(readText(writeText(text)), text, from.toString(16));
  }
});

test("another reader sees the same words and lines", () => {
  assert.equal(narrativeText(narrative(writeText("ingen feber\n\n  Hb <120 & CRP >5"))!), "ingen feber\n\n  Hb <120 & CRP >5");
});

test("narrative from elsewhere is not taken for our own", () => {
  for (const div of ["<div><p>a</p></div>", '<div><p class="text">a</p><p>b</p></div>', "<div>a</div>", '<div>x<p class="text">a</p></div>', "<div>"]) assert.equal(readText(div), null, div);
  assert.equal(plainText("<div>\n  <p>ingen\n feber</p>\n  <ul><li>a</li><li>b &lt; c</li></ul>\n</div>"), "ingen feber\n\na\n\nb < c");
});
