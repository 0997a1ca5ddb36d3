// SPDX-License-Identifier: Apache-2.0
// A demo region with login, its accounts and their passwords.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auth, cookieOf } from "../http/accounts.mjs";
import { start } from "../http/server.mjs";

/** before: does something with the store's folder while no service runs. */
export async function startDemo({ patients = "60", before = async () => undefined } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "helhet-demo-web-"));
  const data = join(folder, "region");
  execFileSync(process.env.HELHET_BIN ?? "build/helhet", ["demo", "--data", data, "--patients", patients, "--seed", "1"], { stdio: "ignore" });
  const accounts = readFileSync(join(data, "demo-accounts.txt"), "utf8").split("\n").slice(1).map((line) => line.split(/\s+/)).filter(([name]) => name);
  const region = {
    data,
    passwords: Object.fromEntries(accounts.map(([name, password]) => [name, password])),
    server: null,
    start: async (...options) => (region.server = await start(data, ["--web", "build/web", ...options], { login: true })),
    stop: () => region.server?.stop({ keep: true }),
    cookie: async (name) => {
      const answer = await auth(region.server, "login", { name, password: region.passwords[name] });
      assert.equal(answer.status, 200, answer.text);
      return cookieOf(answer);
    },
    remove: async () => { await region.stop(); rmSync(folder, { recursive: true, force: true }); },
  };
  await before(data);
  await region.start();
  return region;
}
