// SPDX-License-Identifier: Apache-2.0
// What the screen of a merge reads: the two, how much would be moved, who else has a similar name, and the record of a
// merge that has been made. What is done goes through write.ts.
import type { Parameters, ParametersParameter, Patient, Provenance, Resource } from "@fhir";
import { isType, operate, read, searchPrivately } from "../fhir/client.ts";
import { currentName } from "../fhir/text.ts";
import { toHits, type Hit } from "../search/state.ts";

const MERGE_URL = "https://helhet.dev/fhir/StructureDefinition/merge";
const MOVED_URL = "https://helhet.dev/fhir/StructureDefinition/merge-moved";
const ALIKE = "20";

export interface Made { readonly who: string; readonly when: string; readonly moved: number }
export interface Two { readonly source: Patient; readonly target: Patient; readonly made: Made | null; readonly moves: number | null; readonly alike: readonly Hit[] | null }

/** With versions: what somebody else has changed meanwhile is not merged unseen. */
export function pair(source: Patient, target: Patient): ParametersParameter[] {
  const of = (p: Patient) => ({ reference: `Patient/${p.id ?? ""}${p.meta?.versionId === undefined ? "" : `/_history/${p.meta.versionId}`}` });
  return [{ name: "source-patient", valueReference: of(source) }, { name: "target-patient", valueReference: of(target) }];
}

export function numberIn(parameters: Resource, name: string): number | null {
  const part = isType(parameters, "Parameters") ? (parameters as Parameters).parameter?.find((p) => p.name === name) : undefined;
  return part?.valueInteger ?? null;
}

async function madeOf(source: Patient, target: string, signal: AbortSignal): Promise<Made | null> {
  const link = source.link?.find((l) => l.type === "replaced-by" && l.other.reference === `Patient/${target}`);
  if (link === undefined) return null;
  const id = /^Provenance\/(.+)$/.exec(link.extension?.find((e) => e.url === MERGE_URL)?.valueReference?.reference ?? "")?.[1];
  const record: Provenance | null = id === undefined ? null : await read("Provenance", id, signal).catch(() => null);
  const agent = record?.agent[0]?.who;
  return { who: agent?.display ?? agent?.reference ?? "", when: record?.recorded ?? source.meta?.lastUpdated ?? "", moved: record?.extension?.filter((e) => e.url === MOVED_URL).length ?? 0 };
}

/** Others who could be taken for the target. */
async function alikeTo(source: string, target: Patient, signal: AbortSignal): Promise<Hit[]> {
  const family = currentName(target.name)?.family ?? "";
  if (family === "") return [];
  const page = await searchPrivately("Patient", [["family", family.replace(/[\\,$|]/g, "\\$&")], ["_count", ALIKE]], signal);
  return toHits([target, ...page.matches]).filter((hit) => hit.lookalike && hit.id !== target.id && hit.id !== source);
}

export async function readTwo(source: string, target: string, signal: AbortSignal): Promise<Two> {
  const [a, b] = await Promise.all([read("Patient", source, signal), read("Patient", target, signal)]);
  const made = await madeOf(a, target, signal);
  if (made !== null) return { source: a, target: b, made, moves: null, alike: null };
  const [moves, alike] = await Promise.all([
    operate("Patient/$merge", [...pair(a, b), { name: "preview", valueBoolean: true }], "Parameters", signal).then((got) => numberIn(got, "moved"), () => null),
    alikeTo(source, b, signal).catch(() => null),
  ]);
  return { source: a, target: b, made, moves, alike };
}
