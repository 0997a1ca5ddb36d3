// SPDX-License-Identifier: Apache-2.0
// One write of a form: under way, done, refused, or met by somebody else's change. The key is the form's own, so that
// signing again after a lost answer never writes twice.
import { useRef, useState } from "preact/hooks";
import type { BundleEntry, Resource } from "@fhir";
import { patientPath, type Place } from "../app/route.ts";
import type { Chart, ListName } from "../chart/model.ts";
import { FhirError } from "../fhir/error.ts";
import { newKey, uuids } from "../ids/key.ts";
import type { Signer } from "./order.ts";
import { signer } from "./state.ts";
import { Conflict, create, transact, update } from "../write/write.ts";

export type What = { readonly create: Resource } | { readonly update: Resource } | { readonly transact: BundleEntry[] };
const PRECONDITION_FAILED = 412;

export interface Signing {
  readonly busy: boolean;
  readonly error: unknown;
  readonly conflict: boolean;
  /** Who signs, at the time it was first tried under this key: the same again is the very same, to the letter. */
  signer(): Signer;
  /** What a transaction names within itself; the same in the same order under the same key. */
  uuids(): () => string;
  sign(what: What, title: string): Promise<boolean>;
  clear(): void;
}

function send(what: What, how: { patient: string; title: string; link: string; key: string }): Promise<unknown> {
  if ("create" in what) return create(what.create, how);
  return "update" in what ? update(what.update, how) : transact(what.transact, how);
}

const LISTS: readonly ListName[] = ["prescriptions", "statements", "administrations", "reconciliations"];

/** What has been written is read again; where that fails the list itself says so. */
export function readAgain(chart: Chart, lists = LISTS): Promise<unknown> {
  return Promise.all(lists.map((name) => chart.lists[name].reload()));
}

/** place: the part of the chart that the receipt leads to. */
export function useSigning(chart: Chart, place: Place = "lakemedel", lists = LISTS): Signing {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(newKey());
  const first = useRef("");
  const under = useRef(false);
  const sign = async (what: What, title: string): Promise<boolean> => {
    if (under.current) return false;
    under.current = true;
    setBusy(true);
    setError(null);
    try {
      await send(what, { patient: chart.id, title, link: patientPath(chart.id, place), key: key.current });
      void readAgain(chart, lists);
      return true;
    } catch (failed) {
      setError(failed);
      // What was refused for certain is another deed next time; only a lost answer is asked for by the same key.
      if (failed instanceof Conflict || (failed instanceof FhirError && failed.status >= 400 && failed.status < 500)) {
        key.current = newKey();
        first.current = "";
      }
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  const who = (): Signer => {
    const made = signer(chart.id);
    first.current = first.current === "" ? made.now : first.current;
    return { ...made, now: first.current };
  };
  return { busy, error, signer: who, uuids: () => uuids(key.current), conflict: error instanceof Conflict || (error instanceof FhirError && error.status === PRECONDITION_FAILED), sign, clear: () => setError(null) };
}
