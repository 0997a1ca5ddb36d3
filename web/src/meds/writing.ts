// SPDX-License-Identifier: Apache-2.0
// One write of a form: under way, done, refused, or met by somebody else's change. The key is the form's own, so that
// signing again after a lost answer never writes twice.
import { useRef, useState } from "preact/hooks";
import type { BundleEntry, Resource } from "@fhir";
import { patientPath } from "../app/route.ts";
import type { Chart } from "../chart/model.ts";
import { FhirError } from "../fhir/error.ts";
import { Conflict, create, transact, update } from "../write/write.ts";

export type What = { readonly create: Resource } | { readonly update: Resource } | { readonly transact: BundleEntry[] };
const PRECONDITION_FAILED = 412;

export interface Signing {
  readonly busy: boolean;
  readonly error: unknown;
  readonly conflict: boolean;
  sign(what: What, title: string): Promise<boolean>;
  clear(): void;
}

function send(what: What, how: { patient: string; title: string; link: string; key: string }): Promise<unknown> {
  if ("create" in what) return create(what.create, how);
  return "update" in what ? update(what.update, how) : transact(what.transact, how);
}

const LISTS = ["prescriptions", "statements", "administrations", "reconciliations"] as const;

/** What has been written is read again; where that fails the list itself says so. */
export function readAgain(chart: Chart): Promise<unknown> {
  return Promise.all(LISTS.map((name) => chart.lists[name].reload()));
}

export function useSigning(chart: Chart): Signing {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRef(crypto.randomUUID());
  const under = useRef(false);
  const sign = async (what: What, title: string): Promise<boolean> => {
    if (under.current) return false;
    under.current = true;
    setBusy(true);
    setError(null);
    try {
      await send(what, { patient: chart.id, title, link: patientPath(chart.id, "lakemedel"), key: key.current });
      void readAgain(chart);
      return true;
    } catch (failed) {
      setError(failed);
      // What was refused for certain is another deed next time; only a lost answer is asked for by the same key.
      if (failed instanceof Conflict || (failed instanceof FhirError && failed.status >= 400 && failed.status < 500)) key.current = crypto.randomUUID();
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  return { busy, error, conflict: error instanceof Conflict || (error instanceof FhirError && error.status === PRECONDITION_FAILED), sign, clear: () => setError(null) };
}
