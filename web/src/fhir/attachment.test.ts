// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { attachmentText } from "./attachment.ts";

function encode(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

test("ten thousand notes come out as they went in", () => {
  const pieces = ["ingen blödning", "inga", "inget", "ej", "utan", "å", "ä", "ö", "a\u030a", "<b>", "&amp;", "\"'", "\r\n", "\n", "\t", "\\^~|", "\u2028", "\ufeff", "😷", " ", "≥ 38,5 °C"];
  let seed = 7;
  const next = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  for (let i = 0; i < 10_000; i++) {
    const text = Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join("");
    assert.deepEqual(attachmentText({ contentType: "text/plain; charset=utf-8", data: encode(text) }), { kind: "text", text });
  }
});

test("another charset is honoured, wrong bytes are told of", () => {
  assert.deepEqual(attachmentText({ contentType: "text/plain; charset=iso-8859-1", data: btoa("bl\u00f6dning") }), { kind: "text", text: "blödning" });
  assert.deepEqual(attachmentText({ contentType: "text/plain", data: btoa("bl\u00f6dning") }), { kind: "broken" });
  assert.deepEqual(attachmentText({ contentType: "text/plain; charset=nonsense", data: btoa("a") }), { kind: "broken" });
  assert.deepEqual(attachmentText({ contentType: "application/pdf", data: "JVBERi0=" }), { kind: "other", contentType: "application/pdf", url: "" });
  assert.deepEqual(attachmentText({ contentType: "text/plain", url: "Binary/1" }), { kind: "other", contentType: "text/plain", url: "Binary/1" });
  assert.deepEqual(attachmentText({}), { kind: "empty" });
});
