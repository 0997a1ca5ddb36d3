// SPDX-License-Identifier: Apache-2.0
// Written text ⇄ FHIR narrative, exactly: every character, space, tab and blank line that was written is what is read.
// Readers that know nothing of this see the same words, with the same lines.
import { narrative, narrativeText, type NarrativeElement, type NarrativeNode } from "../fhir/narrative.ts";

const OPEN = '<div xmlns="http://www.w3.org/1999/xhtml"><p class="text" style="white-space: pre-wrap">';
const CLOSE = "</p></div>";
const ESCAPED: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\n": "<br/>" };

/** What XML 1.0 has no room for: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const SPECIAL = /[&<>\r\n]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const PICTURES = 0x2400;
const CONTROLS_END = 0x20;
const HEX = 16;

/** Shown as the picture of the control character, or the replacement character; its name says which it is. */
function spelt(char: string): string {
  const code = char.charCodeAt(0);
  const shown = code < CONTROLS_END ? String.fromCharCode(PICTURES + code) : "\ufffd";
  return `<span class="char-${code.toString(HEX).toUpperCase().padStart(4, "0")}">${shown}</span>`;
}

export function writeText(text: string): string {
  return OPEN + text.replace(SPECIAL, (char) => ESCAPED[char] ?? spelt(char)) + CLOSE;
}

const SPELT = /^char-([0-9A-F]{4})$/;

function read(node: NarrativeNode): string {
  if (typeof node === "string") return node;
  const special = SPELT.exec(node.mark ?? "")?.[1];
  if (special !== undefined) return String.fromCharCode(parseInt(special, HEX));
  return node.tag === "br" ? "\n" : node.children.map(read).join("");
}

/** The one paragraph that writeText makes, or null for narrative from elsewhere. */
function ours(tree: NarrativeElement): NarrativeElement | null {
  const outer = tree.children[0];
  const inner = typeof outer === "object" && tree.children.length === 1 ? outer.children[0] : undefined;
  const one = typeof outer === "object" && outer.children.length === 1 && typeof inner === "object";
  return one && inner.tag === "p" && inner.mark === "text" ? inner : null;
}

/** What was written, when writeText wrote it; null for narrative from elsewhere, which has a form of its own. */
export function readText(div: string): string | null {
  const tree = narrative(div);
  const own = tree === null ? null : ours(tree);
  return own === null ? null : read(own);
}

const BLOCKS = new Set(["p", "div", "li", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol"]);

function lines(node: NarrativeNode): string {
  if (typeof node === "string") return node.replace(/\s+/g, " ");
  if (node.tag === "br") return "\n";
  const inner = node.tag === "pre" ? narrativeText(node) : node.children.map(lines).join(node.tag === "tr" ? "\t" : "");
  return BLOCKS.has(node.tag) ? `\n${inner}\n` : inner;
}

/** The words of any narrative as plain text, for carrying forward and comparing; its own form stays where it is. */
export function plainText(div: string): string {
  const own = readText(div);
  if (own !== null) return own;
  const tree = narrative(div);
  return tree === null ? div : lines(tree).replace(/ *\n */g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}
