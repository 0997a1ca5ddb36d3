// SPDX-License-Identifier: Apache-2.0
// Is the record one's own, or a colleague's? Asked once for each patient, before the record is. A warning that cannot be
// had keeps nobody waiting.
import { tell } from "../fhir/client.ts";
import { session } from "../session/session.ts";

export type Near = "own" | "colleague";

const WAIT_MS = 2000;
const known = new Map<string, Near | null>();

/** What is known already; undefined: it has to be asked. */
export function nearKnown(id: string): Near | null | undefined {
  const who = session.peek();
  if (who === null || who.access === "open" || who.kind !== "staff") return null;
  return known.get(id);
}

export async function askNear(id: string): Promise<Near | null> {
  let near: Near | null = null;
  try {
    const answer = await tell(`Patient/${id}/$access-explain?near=true`, AbortSignal.timeout(WAIT_MS));
    const is = (name: string) => answer.parameter?.some((p) => p.name === name && p.valueBoolean === true) === true;
    near = is("ownRecord") ? "own" : is("colleague") ? "colleague" : null;
    known.set(id, near);
  } catch {
    // The chart itself says what is wrong; it is asked again the next time.
  }
  return near;
}

/** Told once is enough. */
export function nearTold(id: string): void {
  known.set(id, null);
}
