// SPDX-License-Identifier: Apache-2.0
// Fails the build when the browser part has grown past ui-budget.json ("size"). Sizes are kB (1,000 bytes) after gzip.
// The budgets of flows and times are held by test/browser/budgets.test.mjs and the tests of each flow.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "../..");
const built = join(root, "build/web");
const budget = JSON.parse(readFileSync(join(root, "ui-budget.json"), "utf8")).size;

const files = readdirSync(built, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name));
const size = new Map(files.map((f) => [f.slice(built.length), gzipSync(readFileSync(f), { level: 9 }).length]));
const sum = (paths) => paths.reduce((total, path) => total + size.get(path), 0);
const page = readFileSync(join(built, "index.html"), "utf8");
const entry = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((m) => m[1]);
const scripts = [...size.keys()].filter((path) => path.endsWith(".js"));
const packages = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).dependencies);

const measured = {
  entryJs: sum(entry) / 1000,
  largestLazyJs: Math.max(0, ...scripts.filter((path) => !entry.includes(path)).map((path) => size.get(path))) / 1000,
  css: sum([...size.keys()].filter((path) => path.endsWith(".css"))) / 1000,
  total: sum([...size.keys()]) / 1000,
  runtimePackages: packages.length,
};
let over = entry.length === 0;
for (const [name, limit] of Object.entries(budget)) {
  const value = measured[name];
  if (value === undefined || value > limit) over = true;
  console.log(`  web  ${name} ${value?.toFixed(1)} of ${limit}${value > limit ? "  OVER" : ""}`);
}
process.exit(over ? 1 : 0);
