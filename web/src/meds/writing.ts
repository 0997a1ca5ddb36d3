// SPDX-License-Identifier: Apache-2.0
// A deed of the medicine list, signed: what it is written by, and what is read again after it.
import { patientPath, type Place } from "../app/route.ts";
import type { Chart, ListName } from "../chart/model.ts";
import { met, useDeed, type What } from "../write/deed.ts";
import type { Signer } from "./order.ts";
import { signer } from "./state.ts";

export type { What };

export interface Signing {
  readonly busy: boolean;
  readonly error: unknown;
  readonly conflict: boolean;
  /** Who signs, at the time it was first tried. */
  signer(): Signer;
  uuids(): () => string;
  sign(what: What, title: string): Promise<boolean>;
  clear(): void;
}

const LISTS: readonly ListName[] = ["prescriptions", "statements", "administrations", "reconciliations"];

/** What has been written is read again; where that fails the list itself says so. */
export function readAgain(chart: Chart, lists = LISTS): Promise<unknown> {
  return Promise.all(lists.map((name) => chart.lists[name].reload()));
}

/** place: the part of the chart that the receipt leads to. */
export function useSigning(chart: Chart, place: Place = "lakemedel", lists = LISTS): Signing {
  const { busy, error, now, uuids, write, clear } = useDeed();
  const sign = async (what: What, title: string): Promise<boolean> => {
    const done = (await write(what, { patient: chart.id, title, link: patientPath(chart.id, place) })) === "done";
    if (done) void readAgain(chart, lists);
    return done;
  };
  return { busy, error, conflict: met(error), signer: () => ({ ...signer(chart.id), now: now() }), uuids, sign, clear };
}
