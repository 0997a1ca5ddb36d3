// SPDX-License-Identifier: Apache-2.0
// A deed of these lists: who does it, what it is written by, and what is read again after it.
import type { Resource } from "@fhir";
import type { Chart, ListName } from "../chart/model.ts";
import { uuidOf } from "../ids/key.ts";
import { self } from "../note/people.ts";
import { met, useDeed, type What } from "../write/deed.ts";
import { Conflict } from "../write/write.ts";
import type { Me } from "./marks.ts";

export type { What };
/** met: somebody else has written in between; theirs is what stands now, when it could be read. */
export type Outcome = { readonly done: true; /** When the lists have been read again. */ readonly fresh: Promise<unknown> } | { readonly done: false; readonly met: boolean; readonly theirs: Resource | null };

export interface Writing {
  readonly busy: boolean;
  readonly error: unknown;
  /** Who writes, and the time it was first tried. */
  me(): Me;
  urns(): () => string;
  write(what: What, title: string): Promise<Outcome>;
  clear(): void;
}

export function meOf(patient: string): Me {
  return { who: self.peek(), now: new Date().toISOString(), patient };
}

const urn = (uuid: string): string => `urn:uuid:${uuid}`;
export const urnOf = (key: string, n: number): string => urn(uuidOf(key, n));

export function useWriting(chart: Chart, lists: readonly ListName[], link: string): Writing {
  const deed = useDeed();
  const write = async (what: What, title: string): Promise<Outcome> => {
    const end = await deed.write(what, { patient: chart.id, title, link });
    // What has been written is read again; where that fails the list itself says so.
    if (end === "done") return { done: true, fresh: Promise.all(lists.map((name) => chart.lists[name].reload())) };
    if (end === "busy" || !met(end.failed)) return { done: false, met: false, theirs: null };
    deed.clear();
    return { done: false, met: true, theirs: end.failed instanceof Conflict ? (end.failed.theirs as Resource | null) : null };
  };
  const urns = () => {
    const next = deed.uuids();
    return () => urn(next());
  };
  return { busy: deed.busy, error: deed.error, me: () => ({ ...meOf(chart.id), now: deed.now() }), urns, write, clear: deed.clear };
}
