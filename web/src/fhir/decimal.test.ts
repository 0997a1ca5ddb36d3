// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { decimalText, parseJson } from "./decimal.ts";

interface Holder { value: number }

test("values and shapes are those of JSON.parse", () => {
  for (const text of ['{"a":[1.50,{"b":2.0}],"c":"1.50 "}', "[1e3]", '"x"', '{"value":7}'])
    assert.deepEqual(parseJson(text), JSON.parse(text));
});

test("trailing zeros are kept where the engine tells the source text", () => {
  const holder = parseJson('{"value":1.50}') as Holder;
  const tells = (JSON.parse as (t: string, r: (...a: unknown[]) => unknown) => unknown)("1.50", (...a) => (a[2] as { source?: string } | undefined)?.source) === "1.50";
  assert.equal(decimalText(holder, "value", holder.value), tells ? "1.50" : "1.5");
  assert.equal(decimalText({ value: 7.25 }, "value", 7.25), "7.25");
});
