// SPDX-License-Identifier: Apache-2.0
// Counts the texts of the browser part that are not in both languages, for the readiness criterion E8 (docs/READINESS.md): a key that one
// catalogue lacks or leaves empty, and a text that is the same in English as in Swedish without standing in same.json. The compiler holds
// the shape of most catalogues; what it cannot see (a text copied, a table keyed by any string, a file never translated) is seen here.
//
//   node web/check/words.mjs [OUT [SOURCE]]   writes {"checked", "untranslated", "lacking"} to OUT (build/web/words.json), of SOURCE (web/src)
//   node web/check/words.mjs --check          writes nothing, and fails when something is lacking
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";

const root = join(import.meta.dirname, "..");
const [out = join(root, "../build/web/words.json"), source = join(root, "src")] = process.argv.slice(2);
const SHOWN = 20;
const allowed = JSON.parse(readFileSync(join(import.meta.dirname, "same.json"), "utf8"));
const same = new Set([...allowed.texts, ...allowed.record]);
const CATALOGUE = /(^|[./\\])sv((?:\.[a-z]+)?\.ts)$/;
const LETTER = /\p{L}/u;

const bare = (node) => (["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "ParenthesizedExpression"].includes(node.type) ? bare(node.expression) : node);
const nameOf = (key) => key.name ?? String(key.value);

/** All that is said in an expression: its strings, and what stands between the holes of its templates. */
function pieces(node) {
  if (node === null || typeof node !== "object") return [];
  if (Array.isArray(node)) return node.flatMap(pieces);
  if (node.type === "Literal") return typeof node.value === "string" ? [node.value] : [];
  if (node.type === "TemplateElement") return [node.value.cooked];
  if (node.type === "TSTypeAnnotation") return [];
  return Object.entries(node).flatMap(([key, value]) => (["type", "start", "end", "range"].includes(key) ? [] : pieces(value)));
}

/** A catalogue's texts by their place; null where they are another file's. */
function textsOf(file) {
  const texts = new Map(), tables = new Map(), roots = [], used = new Set();
  const put = (place, node, of = bare(node)) => {
    if (of.type === "ObjectExpression") for (const p of of.properties) member(place, p);
    else if (of.type === "ArrayExpression") of.elements.forEach((element, i) => element !== null && put(`${place}[${i}]`, element));
    else if (of.type === "Identifier") refer(place, of.name);
    else {
      const said = pieces(of).filter((piece) => piece !== "");
      if (said.length > 0 || of.type === "Literal" || of.type === "TemplateLiteral") texts.set(place, said.join("…"));
    }
  };
  const member = (place, property) => {
    if (property.type !== "SpreadElement") put(`${place}.${nameOf(property.key)}`, property.value);
    else refer(place, property.argument.name);
  };
  const refer = (place, name) => {
    used.add(name);
    if (tables.has(name)) put(place, tables.get(name));
    else texts.set(place, null);
  };
  for (const statement of parseAst(readFileSync(file, "utf8"), { lang: "ts" }).body) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      if (init === null) continue;
      tables.set(id.name, init);
      // A function or a phrase of its own is how one language makes its texts; the other may need none.
      if (statement !== declared) roots.unshift([id.name, init]);
      else if (bare(init).type === "ObjectExpression") roots.push([id.name, init]);
    }
  }
  // What is exported comes first: a table that it refers to is not counted once more.
  for (const [name, init] of roots) if (!used.has(name)) put(name === "sv" || name === "en" ? "" : name, init);
  return texts;
}

const lacking = [];
let checked = 0;
for (const file of readdirSync(source, { recursive: true }).filter((name) => CATALOGUE.test(name)).sort()) {
  const other = join(source, file.replace(CATALOGUE, "$1en$2"));
  const sv = textsOf(join(source, file)), en = existsSync(other) ? textsOf(other) : new Map();
  for (const place of new Set([...sv.keys(), ...en.keys()])) {
    const a = sv.get(place), b = en.get(place);
    if (a === null || b === null || (a ?? b) === "" || !LETTER.test(`${a}${b}`)) continue;
    checked++;
    const why = a === undefined || a === "" ? "sv" : b === undefined || b === "" ? "en" : a === b && !same.has(a) ? "same" : "";
    if (why !== "") lacking.push({ file, place: place.replace(/^\./, ""), why, text: a ?? b });
  }
}
for (const { file, place, why, text } of lacking.slice(0, SHOWN)) console.error(`web/src/${file}: ${place}: ${why === "same" ? `"${text}" is the same in both languages and not in web/check/same.json` : `no ${why === "sv" ? "Swedish" : "English"} text`}`);
if (lacking.length > SHOWN) console.error(`and ${lacking.length - SHOWN} more`);
console.log(`  web  ${checked} texts, ${lacking.length} untranslated`);
if (out === "--check") process.exit(lacking.length === 0 ? 0 : 1);
writeFileSync(out, `${JSON.stringify({ checked, untranslated: lacking.length, lacking: lacking.slice(0, SHOWN).map(({ file, place, why }) => ({ file, place, why })) })}\n`);
