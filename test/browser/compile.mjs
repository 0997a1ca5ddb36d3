// SPDX-License-Identifier: Apache-2.0
// The unit tests and the catalogues of web/src as JavaScript that Node can import, in build/web-test.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
export const COMPILED = join(ROOT, "build/web-test/web/src");

export function compile() {
  rmSync(join(ROOT, "build/web-test"), { recursive: true, force: true });
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(ROOT, "web/tsconfig.test.json")], { stdio: "inherit" });
}
