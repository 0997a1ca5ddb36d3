// SPDX-License-Identifier: Apache-2.0
// The browser part's unit tests (web/src/**/*.test.ts), compiled by tsc and run in this process.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile, COMPILED } from "./compile.mjs";

compile();
const tests = readdirSync(COMPILED, { recursive: true }).filter((name) => name.endsWith(".test.js"));
if (tests.length === 0) throw new Error("no unit tests were found");
for (const test of tests.sort()) await import(pathToFileURL(join(COMPILED, test)).href);
