// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { PAGES, pagePath, parseRoute, patientPath, SECTIONS } from "./route.ts";

test("every part of a chart has an address that leads back to it", () => {
  for (const section of [...SECTIONS, "atkomst"] as const) {
    const [path = "", query = ""] = patientPath("p-1", section, "a|b c", "val", "c-1").split("?");
    assert.deepEqual(parseRoute(path, `?${query}`), { screen: "patient", id: "p-1", section, detail: "a|b c", dialog: "val", about: "c-1" });
    assert.equal(patientPath("p-1", section).includes("?"), false);
  }
});

test("other addresses are unknown, not something else", () => {
  for (const path of ["/patient/", "/patient/a/b/c", "/patient/a/nonsens", "/patient/a%2Fb", "/annat"]) assert.deepEqual(parseRoute(path, ""), { screen: "unknown" }, path);
  assert.deepEqual(parseRoute("/", ""), { screen: "search" });
});

test("every page of its own has an address that leads back to it", () => {
  for (const page of PAGES) assert.deepEqual(parseRoute(pagePath(page, "a-1"), ""), { screen: "page", page, about: "a-1" });
});
