// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { decimalText, holdDecimal, parseJson, writeJson } from "./decimal.ts";

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

test("what is read and written again keeps its decimals, where the engine tells them", () => {
  const tells = (JSON as { rawJSON?: unknown }).rawJSON !== undefined;
  const read = parseJson('{"a":[{"value":1.50}],"b":"1.50"}') as { a: Holder[] };
  assert.equal(writeJson({ ...read, c: 1 }), tells ? '{"a":[{"value":1.50}],"b":"1.50","c":1}' : '{"a":[{"value":1.5}],"b":"1.50","c":1}');
  const typed: Holder = { value: 0.5 };
  holdDecimal(typed, "value", "0.50");
  assert.equal(writeJson(typed), '{"value":0.50}');
  assert.equal(decimalText(typed, "value", 0.5), "0.50");
  typed.value = 0.75;
  assert.equal(writeJson(typed), '{"value":0.75}', "another number than the text says is written as it is");
});

test("what is written back is what was read, and a number that was changed is the new one", () => {
  const plain = { a: [1, "x\n", null, { b: true }], c: -0.5, d: undefined };
  assert.equal(writeJson(plain), JSON.stringify(plain));
  const dose = holdDecimal({ value: 1.5, unit: "ml" }, "value", "1.50");
  assert.equal(writeJson({ dose: [dose] }), '{"dose":[{"value":1.50,"unit":"ml"}]}');
  dose.value = 2;
  assert.equal(writeJson(dose), '{"value":2,"unit":"ml"}');
});
