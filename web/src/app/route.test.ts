// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { itemPath, PAGES, pagePath, parseRoute, patientPath, SECTIONS } from "./route.ts";

test("every part of a chart has an address that leads back to it", () => {
  for (const section of [...SECTIONS, "atkomst"] as const) {
    const [path = "", query = ""] = patientPath("p-1", section, "a|b c", "val", "c-1").split("?");
    assert.deepEqual(parseRoute(path, `?${query}`), { screen: "patient", id: "p-1", section, item: "", detail: "a|b c", dialog: "val", about: "c-1" });
    assert.equal(patientPath("p-1", section).includes("?"), false);
  }
});

test("other addresses are unknown, not something else", () => {
  for (const path of ["/patient/", "/patient/a/b/c", "/patient/a/nonsens", "/patient/a/kontakter/x", "/patient/a%2Fb", "/annat"]) assert.deepEqual(parseRoute(path, ""), { screen: "unknown" }, path);
  assert.deepEqual(parseRoute("/", ""), { screen: "search" });
});

test("every page of its own has an address that leads back to it", () => {
  for (const page of PAGES) assert.deepEqual(parseRoute(pagePath(page, "a-1"), ""), { screen: "page", page, about: "a-1" });
});

test("steering has places, and things in them; no other page has", () => {
  assert.deepEqual(parseRoute(pagePath("styrning", "arende/c-1"), ""), { screen: "page", page: "styrning", about: "arende/c-1" });
  assert.deepEqual(parseRoute("/tavla/arende/c-1", ""), { screen: "unknown" });
  assert.deepEqual(parseRoute("/styrning/arende/c-1/x", ""), { screen: "unknown" });
});

test("a note has an address of its own", () => {
  assert.deepEqual(parseRoute(itemPath("p-1", "anteckningar", "n.1"), ""), { screen: "patient", id: "p-1", section: "anteckningar", item: "n.1", detail: "", dialog: "", about: "" });
  assert.deepEqual(parseRoute("/patient/p-1/anteckningar/ny", "?visa=u-1"), { screen: "patient", id: "p-1", section: "anteckningar", item: "ny", detail: "u-1", dialog: "", about: "" });
  assert.deepEqual(parseRoute("/osignerat", ""), { screen: "page", page: "osignerat", about: "" });
});
