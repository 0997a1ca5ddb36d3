// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { narrative, narrativeText } from "./narrative.ts";

const words = (xhtml: string) => {
  const tree = narrative(xhtml);
  return tree === null ? null : narrativeText(tree);
};

test("every word is kept, markup becomes a tree", () => {
  assert.equal(words('<div xmlns="http://www.w3.org/1999/xhtml"><p>ingen &lt;blödning&gt; &amp; ej feber</p>\r\n<custom>x</custom></div>'), "ingen <blödning> & ej feber\r\nx");
  assert.equal(words("<div>a<br/>b<!-- c --><![CDATA[<d>]]>&#229;&#xE4;</div>"), "a\nb<d>åä");
});

test("nothing active survives", () => {
  const text = JSON.stringify(narrative('<div><script>alert(1)</script><a href="javascript:x()" onclick="y()">länk</a></div>'));
  assert.ok(!/script"|href|onclick|javascript:/.test(text.replace("alert(1)", "")));
  assert.ok(text.includes("länk"));
});

test("text that is not well-formed is refused, not guessed at", () => {
  for (const bad of ["<div>a", "<div>a</p></div>", "a < b", "</div>", "<div a=b>c</div>"]) assert.equal(narrative(bad), null, bad);
});
