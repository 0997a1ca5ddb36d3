// SPDX-License-Identifier: Apache-2.0
// Fails when a component holds words of its own: every text goes through the catalogue, where the compiler sees that
// both languages have it. Looks at text between tags and at the attributes that are read out.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const source = join(import.meta.dirname, "../src");
const TEXT = />([^<>{}()[\];=&|\n]*\p{L}{2,}[^<>{}()[\];=&|\n]*)</gu;
/** "a > b ? <p>": a comparison and a choice, not words between tags. */
const CHOICE = /\s\?\s*$|^\s*:/;
const SPOKEN = /\b(?:aria-label|title|placeholder|alt|label)="([^"]*\p{L}[^"]*)"/gu;

let found = 0;
for (const file of readdirSync(source, { recursive: true }).filter((name) => name.endsWith(".tsx"))) {
  const code = readFileSync(join(source, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  for (const match of [...code.matchAll(TEXT), ...code.matchAll(SPOKEN)]) {
    if (CHOICE.test(match[1])) continue;
    console.error(`web/src/${file}: "${match[1].trim()}" should be in i18n/sv.ts`);
    found++;
  }
}
process.exit(found === 0 ? 0 : 1);
