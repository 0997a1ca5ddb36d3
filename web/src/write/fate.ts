// SPDX-License-Identifier: Apache-2.0
// What became of a write whose reply was lost, as GET /me/receipts tells by its key.
import { connection } from "../app/connection.ts";
import { send } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { pause, whenUp } from "./wait.ts";

export type Fate = { known: "saved"; resource: string; version: string } | { known: "never" } | { known: "unknown" };

/** One line of /me/receipts. */
export interface Kept { key: string; time: string; method: string; path: string; patient: string; title?: string; link?: string; status: number; resource: string; version: string }

const ASKS_MAX = 8;
const never = new AbortController().signal;

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const response = await send(path, { headers: { Accept: "application/json" }, cache: "no-store" }, never);
  return { status: response.status, body: await response.json().catch(() => null) };
}

/** A service that keeps no receipts says 404 too: only one that lists them knows that there was none. */
async function keepsReceipts(): Promise<boolean> {
  const { status, body } = await ask("/me/receipts?_count=1");
  return status === 200 && typeof body === "object" && body !== null;
}

async function once(key: string): Promise<Fate> {
  const { status, body } = await ask(`/me/receipts/${encodeURIComponent(key)}`);
  const kept = body as Partial<Kept> | null;
  if (status === 200 && kept?.key === key) return { known: "saved", resource: kept.resource ?? "", version: kept.version ?? "" };
  return status === 404 && (await keepsReceipts()) ? { known: "never" } : { known: "unknown" };
}

/** Asks until there is an answer; the service may be away for long. */
export async function fateOf(key: string): Promise<Fate> {
  for (let asked = 1; ; asked++) {
    if (connection.peek() !== "up") await whenUp();
    try {
      return await once(key);
    } catch (error) {
      if (!(error instanceof FhirError) || asked === ASKS_MAX) return { known: "unknown" };
    }
    await pause(asked);
  }
}
