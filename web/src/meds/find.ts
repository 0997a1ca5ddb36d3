// SPDX-License-Identifier: Apache-2.0
// Finding a product among favourites and the range by what has been written. Pure functions.
import type { Medication } from "@fhir";
import type { Favourite } from "./form.ts";
import { drugOf } from "./order.ts";

export type Hit = { readonly kind: "favourite"; readonly favourite: Favourite } | { readonly kind: "product"; readonly medication: Medication };

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const wordsIn = (text: string) => fold(text).split(/[^\p{L}\d,.]+/u).filter((word) => word !== "");
const starts = new WeakMap<Medication, readonly string[]>();

/** Every word a product can be found by: name, substances, ATC code. */
function words(medication: Medication): readonly string[] {
  const known = starts.get(medication);
  if (known !== undefined) return known;
  const drug = drugOf(medication);
  const all = [drug.name, ...drug.substances, drug.atc].flatMap(wordsIn);
  starts.set(medication, all);
  return all;
}

/** Each word written is the beginning of one of the product's: "par 500", "n02be". */
export function matches(medication: Medication, written: string): boolean {
  const has = words(medication);
  return wordsIn(written).every((word) => has.some((one) => one.startsWith(word)));
}

/** Favourites first, then the range by name; at most so many. more: how many matched. */
export function find(written: string, favourites: readonly Favourite[], range: readonly Medication[], most: number): { hits: Hit[]; more: number } {
  const own = favourites.filter((f) => matches(f.medication, written)).map((favourite): Hit => ({ kind: "favourite", favourite }));
  const found = wordsIn(written).length === 0 ? [] : range.filter((medication) => matches(medication, written)).sort((a, b) => drugOf(a).name.localeCompare(drugOf(b).name, "sv", { numeric: true }));
  const all = [...own, ...found.map((medication): Hit => ({ kind: "product", medication }))];
  return { hits: all.slice(0, most), more: all.length };
}
