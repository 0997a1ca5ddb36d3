// SPDX-License-Identifier: Apache-2.0
// FHIR narrative (a well-formed subset of XHTML) as a small tree, without handing markup to the browser: nothing in a
// resource can become script, style or an address, and no word is lost whatever element it stands in.

export interface NarrativeElement {
  tag: string;
  /** Only for those who write such classes themselves; never drawn. */
  mark?: string;
  children: NarrativeNode[];
}
export type NarrativeNode = string | NarrativeElement;

/** Elements that are drawn as themselves; the words of all others are kept and drawn in a span. */
const DRAWN = new Set(["p", "div", "span", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "b", "strong", "i", "em", "u", "sub", "sup", "pre", "code",
  "blockquote", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "small", "q"]);
const DEPTH_MAX = 100;
const CLASS = /\sclass\s*=\s*["']([\w -]{1,40})["']/;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const point = name[1] === "x" || name[1] === "X" ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** The tree, or null when the text is not well-formed; the caller then shows the text itself. */
export function narrative(xhtml: string): NarrativeElement | null {
  const root: NarrativeElement = { tag: "div", children: [] };
  const open: { name: string; element: NarrativeElement }[] = [{ name: "", element: root }];
  const token = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/\s*([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let match = token.exec(xhtml); match !== null; match = token.exec(xhtml)) {
    end = token.lastIndex;
    const [, cdata, closing, opening, attributes, selfClosed, text] = match;
    const top = open[open.length - 1]!;
    if (cdata !== undefined) top.element.children.push(cdata);
    else if (text !== undefined) top.element.children.push(decode(text));
    else if (closing !== undefined) {
      if (open.length === 1 || top.name !== closing) return null;
      open.pop();
    } else if (opening !== undefined) {
      const tag = opening.toLowerCase();
      const element: NarrativeElement = { tag: DRAWN.has(tag) ? tag : "span", children: [] };
      const mark = CLASS.exec(attributes ?? "");
      if (mark?.[1] !== undefined) element.mark = mark[1];
      top.element.children.push(element);
      if (selfClosed !== "/") open.push({ name: opening, element });
      if (open.length > DEPTH_MAX) return null;
    }
  }
  return end === xhtml.length && open.length === 1 ? root : null;
}

export function narrativeText(node: NarrativeNode): string {
  return typeof node === "string" ? node : node.tag === "br" ? "\n" : node.children.map(narrativeText).join("");
}
