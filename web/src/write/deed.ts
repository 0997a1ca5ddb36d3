// SPDX-License-Identifier: Apache-2.0
// One write of a form: under way, done, refused, or met by somebody else's change. The key is the form's own, so that
// pressing again after a lost answer never writes twice.
import { useRef, useState } from "preact/hooks";
import type { BundleEntry, Resource } from "@fhir";
import { FhirError } from "../fhir/error.ts";
import { newKey, uuids } from "../ids/key.ts";
import { Conflict, create, transact, update, type Writing } from "./write.ts";

export type What = { readonly create: Resource } | { readonly update: Resource } | { readonly transact: BundleEntry[] };

export interface Deed {
  readonly busy: boolean;
  readonly error: unknown;
  /** When it was first tried under this key: the same again is the very same, to the letter. */
  now(): string;
  /** What a transaction names within itself; the same in the same order under the same key. */
  uuids(): () => string;
  /** "busy": pressed twice, and nothing done by this press. */
  write(what: What, how: Omit<Writing, "key">): Promise<"done" | "busy" | { readonly failed: unknown }>;
  clear(): void;
}

const PRECONDITION_FAILED = 412;

/** Somebody else has written in between. */
export const met = (failed: unknown): boolean => failed instanceof Conflict || (failed instanceof FhirError && failed.status === PRECONDITION_FAILED);
const refused = (failed: unknown) => failed instanceof Conflict || (failed instanceof FhirError && failed.status >= 400 && failed.status < 500);

function send(what: What, how: Writing): Promise<unknown> {
  if ("create" in what) return create(what.create, how);
  return "update" in what ? update(what.update, how) : transact(what.transact, how);
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
  const first = useRef("");
  const under = useRef(false);
  const write: Deed["write"] = async (what, how) => {
    if (under.current) return "busy";
    under.current = true;
    setBusy(true);
    setError(null);
    try {
      await send(what, { ...how, key: key.current });
      return "done";
    } catch (failed) {
      // What was refused for certain is another deed next time; only a lost answer is asked for by the same key.
      if (refused(failed)) {
        key.current = newKey();
        first.current = "";
      }
      setError(failed);
      return { failed };
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  const now = () => (first.current = first.current === "" ? new Date().toISOString() : first.current);
  return { busy, error, now, uuids: () => uuids(key.current), write, clear: () => setError(null) };
}
