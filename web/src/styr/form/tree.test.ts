// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeJson } from "../../fhir/decimal.ts";
import { language } from "../../i18n/index.ts";
import { FORMS, type Field, type FormName } from "./fields.ts";
import { clean, inKronor, merge, put, refusals, valueAt } from "./tree.ts";
import { labelOf, wordsOf } from "./words.ts";

test("a path is read and written without touching what was read", () => {
  const was = { cost: [{ low: 1 }, { low: 2 }] };
  const will = put(was, "cost[1].low", 5);
  assert.deepEqual([valueAt(was, "cost[1].low"), valueAt(will, "cost[1].low"), valueAt(will, "cost[0]") === was.cost[0]], [2, 5, true]);
  assert.deepEqual(put({}, "period.start", "2027-01-01"), { period: { start: "2027-01-01" } });
  assert.deepEqual(put({ a: 1, b: 2 }, "b", undefined), { a: 1 });
  assert.equal(valueAt({ a: "text" }, "a.b.c"), undefined);
});

test("what holds nothing is not sent, and false and 0 are something", () => {
  assert.deepEqual(clean({ a: "", b: "  x ", c: [], d: { e: "" }, f: [{ g: "" }, { g: 0 }], h: false, i: 0 }), { b: "x", f: [{ g: 0 }], h: false, i: 0 });
  assert.equal(clean({ a: [{}] }), undefined);
});

test("decimals stay as they were written beside what is changed", () => {
  const read = JSON.parse('{"rate":3}') as { rate: number };
  const changed = put(put(read, "title", "x"), "title", "y");
  assert.equal(writeJson(changed), '{"rate":3,"title":"y"}');
});

test("an amount of money is in kronor, and none is no money", () => {
  assert.deepEqual(inKronor({ budget: { value: 5 } }, "budget"), { budget: { value: 5, currency: "SEK" } });
  assert.deepEqual(inKronor({ budget: { currency: "SEK" } }, "budget"), {});
});

test("theirs with mine on top; what both have changed otherwise is named", () => {
  const base = { title: "a", rate: 3, horizon: 5, meta: { versionId: "1" } };
  const { merged, both } = merge(base, { ...base, title: "mine", rate: 4 }, { ...base, title: "theirs", horizon: 9, rate: 4, meta: { versionId: "2" } });
  assert.deepEqual([merged, both], [{ title: "mine", rate: 4, horizon: 9, meta: { versionId: "2" } }, ["title"]]);
  assert.deepEqual(merge(base, { title: "a", rate: 3, meta: base.meta }, base).merged, { title: "a", rate: 3, meta: base.meta }, "what was taken away stays away");
});

const issue = (text: string, expression?: string, code = "X") => ({ severity: "error" as const, code: "invariant" as const, details: { text, coding: [{ code }] }, ...(expression === undefined ? {} : { expression: [expression] }) });

test("a refusal stands at its path, a rule where the form says, and the rest with the whole", () => {
  const outcome = { resourceType: "OperationOutcome" as const, issue: [issue("a", "BenefitCase.benefit[0].class"), issue("b (ben-1)", "BenefitCase"), issue("c"), issue("d", "BenefitCase"), issue("e", undefined, "GOV_X"), issue("f", "Bundle.entry[1].resource.ofType(Risk).title")] };
  assert.deepEqual([...refusals(outcome, "sv", { "ben-1": "benefit", GOV_X: "rate" })], [["benefit[0].class", "a"], ["benefit", "b (ben-1)"], ["", "c d"], ["rate", "e"], ["title", "f"]]);
  assert.equal(refusals(null, "sv", {}).size, 0);
});

function paths(fields: readonly Field[], under = ""): string[] {
  return fields.flatMap((field) => {
    const at = under === "" ? field.at : `${under}.${field.at}`;
    return field.as === "rows" ? [at, `${at}[]`, ...paths(field.of, at)] : [at];
  });
}

test("every form and field has its words in both languages, and every rule a field to stand at", () => {
  const missing: string[] = [];
  for (const one of ["sv", "en"] as const) {
    language.value = one;
    for (const form of Object.keys(FORMS) as FormName[]) {
      const { fields, rules = {} } = FORMS[form] as { fields: readonly Field[]; rules?: Readonly<Record<string, string>> };
      const known = paths(fields);
      if (wordsOf(form).heading === form) missing.push(`${one} ${form}`);
      for (const path of known) if (labelOf(form, path) === path.slice(path.lastIndexOf(".") + 1)) missing.push(`${one} ${form} ${path}`);
      for (const at of Object.values(rules)) if (at !== "" && !known.includes(at)) missing.push(`${form} rule at ${at}`);
    }
  }
  language.value = "sv";
  assert.deepEqual(missing, []);
});
