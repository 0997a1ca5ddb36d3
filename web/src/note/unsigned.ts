// SPDX-License-Identifier: Apache-2.0
// What waits for the user's signature, oldest first, and how old it is. The inbox uses the same.
import type { Composition, DocumentReference } from "@fhir";
import { search } from "../fhir/client.ts";
import { conceptText, timeOf } from "../fhir/text.ts";
import { awaited, isSigned } from "./marks.ts";

export interface Unsigned { id: string; kind: "sign" | "counter"; patient: string; title: string; date: string }
export interface UnsignedList { items: readonly Unsigned[]; incomplete: boolean }

const PAGE = 200;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A note that is older than this without a signature is late. */
const LATE_MS = DAY_MS;

const patientIn = (reference: string | undefined) => /^Patient\/([A-Za-z0-9.-]{1,64})/.exec(reference ?? "")?.[1] ?? "";

function ofComposition(c: Composition): Unsigned {
  return { id: c.id ?? "", kind: isSigned(c) ? "counter" : "sign", patient: patientIn(c.subject?.reference), title: c.title, date: c.date };
}

function ofDocument(d: DocumentReference): Unsigned {
  return { id: d.id ?? "", kind: "sign", patient: patientIn(d.subject?.reference), title: d.description ?? conceptText(d.type), date: d.date ?? "" };
}

/** of: references of the user. A note of theirs that somebody else is to sign is not theirs to sign. */
export async function unsigned(of: readonly string[], signal: AbortSignal): Promise<UnsignedList> {
  const who = of.join(",");
  if (who === "") return { items: [], incomplete: false };
  const rest = [["_sort", "date"], ["_count", String(PAGE)]] as const;
  const [awaiting, written, documents] = await Promise.all([
    search("Composition", [["awaits", who], ["status", "preliminary,final,amended"], ...rest], signal),
    search("Composition", [["author", who], ["status", "preliminary"], ...rest], signal),
    search("DocumentReference", [["author", who], ["doc-status", "preliminary"], ["status", "current"], ...rest], signal),
  ]);
  const own = written.matches.filter((c) => awaited(c, "legal").length === 0);
  const found = new Map([...awaiting.matches, ...own].map((c) => [c.id, ofComposition(c)]));
  const items = [...found.values(), ...documents.matches.map(ofDocument)].sort((a, b) => timeOf(a.date) - timeOf(b.date));
  return { items, incomplete: [awaiting, written, documents].some((page) => page.next !== null) };
}

export interface Age { unit: "minutes" | "hours" | "days"; n: number; late: boolean }

export function ageOf(date: string, now: number): Age {
  const ms = Math.max(0, now - timeOf(date));
  const [unit, size] = ms < HOUR_MS ? (["minutes", MINUTE_MS] as const) : ms < 2 * DAY_MS ? (["hours", HOUR_MS] as const) : (["days", DAY_MS] as const);
  return { unit, n: Math.floor(ms / size), late: ms > LATE_MS };
}
