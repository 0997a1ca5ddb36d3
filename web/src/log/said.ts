// SPDX-License-Identifier: Apache-2.0
// A record of the access log in words: its action is the name of a route ("GET /fhir/[type]/[id]") or a word of the log's own. Pure.
import type { Words } from "./words.sv.ts";

type Did = keyof Words["did"];
/** The first that fits counts. */
const ROUTES: readonly (readonly [RegExp, Did])[] = [
  [/^GET \/fhir\/_job\/\[id\]\/\[file\]$/, "file"],
  [/ \/fhir\/_job\//, "job"],
  [/^GET .*\/_history(\/\[vid\])?$/, "history"],
  [/^GET \/fhir\/\[type\]\/\[id\]$/, "read"],
  [/^(GET|HEAD) \/fhir\//, "search"],
  [/^POST \/fhir\/.*_search$/, "search"],
  [/^POST \/fhir\/\[type\]$/, "create"],
  [/^POST \/fhir$/, "bundle"],
  [/^(PUT|PATCH) /, "update"],
  [/^DELETE /, "delete"],
];

/** "Läste: diagnos"; what has no words is told as it stands. resource: "Type/id", "Type" or "". */
export function said(what: string, resource: string, words: Words): string {
  const own = words.own[what];
  if (own !== undefined) return own;
  const operation = /\/\$([a-z-]+)$/.exec(what)?.[1];
  const type = resource.split("/")[0] ?? "";
  if (operation !== undefined) return words.operations[operation] ?? `$${operation}`;
  const did = ROUTES.find(([pattern]) => pattern.test(what))?.[1];
  if (did === undefined) return what;
  const about = /^[A-Z][A-Za-z]+$/.test(type) && did !== "file" && did !== "job" && did !== "bundle";
  return about ? words.about(words.did[did], words.types[type] ?? type) : words.did[did];
}
