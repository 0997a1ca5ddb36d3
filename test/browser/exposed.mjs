// SPDX-License-Identifier: Apache-2.0
// The browser part as it is, built once more with its write layer within a test's reach (window.helhet): so that faults
// can be put into each of its calls without a screen for each.
import { join } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const REACH = `
import * as write from "./write/write.ts";
import * as drafts from "./write/drafts.ts";
import * as receipts from "./write/receipts.ts";
import { setting, settingState } from "./me/settings.ts";
globalThis.helhet = { ...write, ...drafts, ...receipts, setting, settingState };
`;

/** Answers with the folder that holds it. */
export async function buildExposed() {
  const outDir = join(ROOT, "build/web-exposed");
  await build({
    configFile: join(ROOT, "web/vite.config.js"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
    plugins: [{ name: "expose", enforce: "pre", transform: (code, id) => (id.endsWith("/src/main.tsx") ? code + REACH : null) }],
  });
  return outDir;
}
