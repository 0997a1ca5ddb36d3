// SPDX-License-Identifier: Apache-2.0
// One write of a form: under way, done, refused, or met by somebody else's change. The key is the form's own, so that
// pressing again after a lost answer never writes twice.
import { useRef, useState } from "preact/hooks";
import type { BundleEntry, Resource } from "@fhir";
import type { Chart, ListName } from "../chart/model.ts";
import { FhirError } from "../fhir/error.ts";
import { newKey, uuidOf, uuids } from "../ids/key.ts";
import { self } from "../note/people.ts";
import { Conflict, create, transact, update } from "../write/write.ts";
import type { Me } from "./marks.ts";

export type What = { readonly create: Resource } | { readonly update: Resource } | { readonly transact: BundleEntry[] };
/** met: somebody else has written in between; theirs is what stands now, when it could be read. */
export type Outcome = { readonly done: true; /** When the lists have been read again. */ readonly fresh: Promise<unknown> } | { readonly done: false; readonly met: boolean; readonly theirs: Resource | null };

export interface Writing {
  readonly busy: boolean;
  readonly error: unknown;
  /** Who writes, and the time it was first tried under this key: the same again is the very same, to the letter. */
  me(): Me;
  /** What a transaction names within itself; the same in the same order under the same key. */
  urns(): () => string;
  write(what: What, title: string): Promise<Outcome>;
  clear(): void;
}

const PRECONDITION_FAILED = 412;

export function meOf(patient: string): Me {
  return { who: self.peek(), now: new Date().toISOString(), patient };
}

export const urnOf = (key: string, n: number): string => `urn:uuid:${uuidOf(key, n)}`;

const met = (failed: unknown) => failed instanceof Conflict || (failed instanceof FhirError && failed.status === PRECONDITION_FAILED);
const refused = (failed: unknown) => failed instanceof Conflict || (failed instanceof FhirError && failed.status >= 400 && failed.status < 500);

export function useWriting(chart: Chart, lists: readonly ListName[], link: string): Writing {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
  const first = useRef("");
  const under = useRef(false);
  const write = async (what: What, title: string): Promise<Outcome> => {
    const nothing: Outcome = { done: false, met: false, theirs: null };
    if (under.current) return nothing;
    under.current = true;
    setBusy(true);
    setError(null);
    const how = { patient: chart.id, title, link, key: key.current };
    try {
      if ("create" in what) await create(what.create, how);
      else if ("update" in what) await update(what.update, how);
      else await transact(what.transact, how);
      // What has been written is read again; where that fails the list itself says so.
      return { done: true, fresh: Promise.all(lists.map((name) => chart.lists[name].reload())) };
    } catch (failed) {
      // What was refused for certain is another deed next time; only a lost answer is asked for by the same key.
      if (refused(failed)) {
        key.current = newKey();
        first.current = "";
      }
      if (met(failed)) return { done: false, met: true, theirs: failed instanceof Conflict ? (failed.theirs as Resource | null) : null };
      setError(failed);
      return nothing;
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  const me = (): Me => {
    const made = meOf(chart.id);
    first.current = first.current === "" ? made.now : first.current;
    return { ...made, now: first.current };
  };
  const urns = () => {
    const next = uuids(key.current);
    return () => `urn:uuid:${next()}`;
  };
  return { busy, error, me, urns, write, clear: () => setError(null) };
}

/** Today where the user is, as a FHIR date. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}
