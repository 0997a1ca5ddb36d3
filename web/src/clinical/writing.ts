// SPDX-License-Identifier: Apache-2.0
// One write of a form: under way, done, refused, or met by somebody else's change. The key is the form's own, so that
// pressing again after a lost answer never writes twice.
import { useRef, useState } from "preact/hooks";
import type { BundleEntry, Resource } from "@fhir";
import type { Chart, ListName } from "../chart/model.ts";
import { FhirError } from "../fhir/error.ts";
import { newKey } from "../ids/key.ts";
import { self } from "../note/people.ts";
import { Conflict, create, transact, update } from "../write/write.ts";
import type { Me } from "./marks.ts";

export type What = { readonly create: Resource } | { readonly update: Resource } | { readonly transact: BundleEntry[] };
/** met: somebody else has written in between; theirs is what stands now, when it could be read. */
export type Outcome = { readonly done: true; /** When the lists have been read again. */ readonly fresh: Promise<unknown> } | { readonly done: false; readonly met: boolean; readonly theirs: Resource | null };

export interface Writing {
  readonly busy: boolean;
  readonly error: unknown;
  write(what: What, title: string): Promise<Outcome>;
  clear(): void;
}

const PRECONDITION_FAILED = 412;

export function meOf(patient: string): Me {
  return { who: self.peek(), now: new Date().toISOString(), patient };
}

/** Version 4 of RFC 9562, from a key of our own: for what a transaction names within itself. */
export function newUrn(): string {
  const key = newKey();
  return `urn:uuid:${key.slice(0, 8)}-${key.slice(8, 12)}-4${key.slice(13, 16)}-a${key.slice(17, 20)}-${key.slice(20, 32)}`;
}

const met = (failed: unknown) => failed instanceof Conflict || (failed instanceof FhirError && failed.status === PRECONDITION_FAILED);
const refused = (failed: unknown) => failed instanceof Conflict || (failed instanceof FhirError && failed.status >= 400 && failed.status < 500);

export function useWriting(chart: Chart, lists: readonly ListName[], link: string): Writing {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
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
      if (refused(failed)) key.current = newKey();
      if (met(failed)) return { done: false, met: true, theirs: failed instanceof Conflict ? (failed.theirs as Resource | null) : null };
      setError(failed);
      return nothing;
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  return { busy, error, write, clear: () => setError(null) };
}

/** Today where the user is, as a FHIR date. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}
