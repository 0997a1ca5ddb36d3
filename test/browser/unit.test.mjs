// SPDX-License-Identifier: Apache-2.0
// The browser part's unit tests (web/src/**/*.test.ts): compiled by tsc, then run here in the same process.
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "../..");
const built = join(root, "build/web-test");

rmSync(built, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "web/tsconfig.test.json")], { stdio: "inherit" });
const tests = readdirSync(built, { recursive: true }).filter((name) => name.endsWith(".test.js"));
if (tests.length === 0) throw new Error("no unit tests were found");
for (const test of tests.sort()) await import(pathToFileURL(join(built, test)).href);
