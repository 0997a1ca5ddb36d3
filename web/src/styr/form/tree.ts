// SPDX-License-Identifier: Apache-2.0
// A resource as a form sees it: a tree whose leaves have the paths of its elements ("benefit[1].low"), the very paths that the
// service names in what it refuses. Pure; nothing is changed in place.
import type { OperationOutcome } from "@fhir";
import { decimalText, holdDecimal } from "../../fhir/decimal.ts";
import { outcomeText } from "../../fhir/error.ts";

export type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const steps = (path: string) => path.split(/[.[\]]+/).filter((step) => step !== "").map((step) => (/^\d+$/.test(step) ? Number(step) : step));

export function valueAt(tree: unknown, path: string): unknown {
  return steps(path).reduce<unknown>((held, step) => (typeof held === "object" && held !== null ? (held as Record<string | number, unknown>)[step] : undefined), tree);
}

/** What stands under a path as a list; none is an empty one. */
export const listAt = (tree: unknown, path: string): readonly unknown[] => { const held = valueAt(tree, path); return Array.isArray(held) ? (held as unknown[]) : []; };

/** Another of the same, its decimals as they were written. */
function copied(tree: Tree): Record<string, unknown> {
  const copy = { ...tree };
  for (const [key, value] of Object.entries(tree)) if (typeof value === "number") holdDecimal(copy, key, decimalText(tree, key, value));
  return copy;
}

function putIn(held: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list = Array.isArray(held) ? [...(held as unknown[])] : [];
    list[step] = putIn(list[step], rest, value);
    return list;
  }
  const copy = isTree(held) ? copied(held) : {};
  const next = putIn(copy[step], rest, value);
  if (next === undefined) delete copy[step];
  else copy[step] = next;
  return copy;
}

/** The tree with `value` under the path; undefined takes away what stood there. */
export const put = (tree: Tree, path: string, value: unknown): Tree => putIn(tree, steps(path), value) as Tree;

/** Without what holds nothing: FHIR has no empty texts, lists or elements. */
export function clean<T>(held: T): T | undefined {
  if (typeof held === "string") return (held.trim() === "" ? undefined : held.trim()) as T | undefined;
  if (Array.isArray(held)) {
    const list = held.map((one: unknown) => clean(one)).filter((one) => one !== undefined);
    return list.length === 0 ? undefined : (list as T);
  }
  if (!isTree(held)) return held ?? undefined;
  const copy = copied(held);
  for (const key of Object.keys(copy)) {
    const value = clean(copy[key]);
    if (value === undefined) delete copy[key];
    else if (typeof value !== "number") copy[key] = value;
  }
  return Object.keys(copy).length === 0 ? undefined : (copy as T);
}

/** An amount of money is told in kronor. */
export const inKronor = (tree: Tree, path: string): Tree => (valueAt(tree, `${path}.value`) === undefined ? put(tree, path, undefined) : put(tree, `${path}.currency`, "SEK"));

const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y);

/** What somebody else has saved, with what was changed here put on top; both: what they too had changed. */
export function merge(base: Tree, mine: Tree, theirs: Tree): { merged: Tree; both: string[] } {
  const changed = [...new Set([...Object.keys(base), ...Object.keys(mine)])].filter((key) => key !== "meta" && !same(base[key], mine[key]));
  const both = changed.filter((key) => !same(base[key], theirs[key]) && !same(mine[key], theirs[key]));
  return { merged: changed.reduce((tree, key) => put(tree, key, mine[key]), theirs), both };
}

/** Where an issue stands in the resource, as it names its own path; "" is the resource itself, or something else. */
const placeOf = (expression = "") => expression.replace(/^Bundle\.entry\[\d+\]\.resource(?:\.ofType\(\w+\))?(?=\.|$)/, "Bundle").replace(/^\w+\.?/, "");

/** What was refused: what stands at which field, and what is about the whole. rules: where a rule, by its key or code, belongs. */
export function refusals(outcome: OperationOutcome | null, language: string, rules: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const issue of outcome?.issue ?? []) {
    const text = outcomeText({ resourceType: "OperationOutcome", issue: [issue] }, language);
    const key = /\(([a-z]+-\d+)\)/.exec(text)?.[1] ?? issue.details?.coding?.[0]?.code ?? "";
    const place = placeOf(issue.expression?.[0]) || (rules[key] ?? "");
    found.set(place, [found.get(place), text].filter((one) => one !== undefined && one !== "").join(" "));
  }
  return found;
}
