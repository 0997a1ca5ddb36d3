// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Basic } from "@fhir";
import { phrases, TEMPLATES, type Template } from "./templates.ts";
import { extensionOf, templateOf } from "./unitTemplates.ts";

const held = (template: Template): Basic => ({ resourceType: "Basic", code: { text: "Anteckningsmall" }, extension: [extensionOf(template)] });
const OWN: Template = { name: "rond-med", title: "Rond, medicin", parts: [{ keyword: "aktuellt", text: "Ingen feber.\r\n  <b>å</b> & \u0061\u030a" }, { keyword: "status" }] };

test("a template that is shared comes back as it was, with every character", () => {
  for (const template of [...TEMPLATES, OWN]) assert.deepEqual(templateOf(held(template)), template);
});

test("one that has ended is not offered, and another Basic is no template", () => {
  const ext = extensionOf(OWN);
  assert.equal(templateOf({ ...held(OWN), extension: [{ ...ext, extension: [...(ext.extension ?? []), { url: "ended", valueInstant: "2026-11-22T08:00:00Z" }] }] }), null);
  assert.equal(templateOf({ resourceType: "Basic", code: {} }), null);
});

test("one's own goes before the unit's, and the unit's before ours", () => {
  const find = (all: ReturnType<typeof phrases>, name: string) => all.find((one) => one.name === name)?.title;
  const unit: Template = { name: "rond", title: "Enhetens rond", parts: [{ keyword: "status" }] };
  assert.equal(find(phrases([], [unit]), "rond"), "Enhetens rond");
  assert.equal(find(phrases([{ ...unit, title: "Min rond" }], [unit]), "rond"), "Min rond");
  assert.equal(find(phrases([], []), "rond"), "Rondanteckning");
});
