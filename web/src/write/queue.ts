// SPDX-License-Identifier: Apache-2.0
// Writes that could not be sent are kept on this computer until they have been: through a killed tab, a crash, a
// restart. They lie encrypted under a key that the service keeps for their author alone, so that nobody else can read
// or send them; what stands in clear is only whose they are, and when they were made.
import { effect, signal } from "@preact/signals";
import { FhirError } from "../fhir/error.ts";
import { me } from "../me/call.ts";
import { current, session, stage } from "../session/session.ts";

export interface QueuedCall { method: "POST" | "PUT"; url: string; headers: Record<string, string>; body: string; key: string }
/** by, name: whose it is (caller). made: when its author wrote it. failure: why it was refused, in the service's words; "" while it waits. */
export interface Queued { key: string; by: string; name: string; made: string; title: string; patient: string; link: string; call: QueuedCall; failure: string; conflict: boolean }
interface Line { key: string; owner: string; name: string; made: string; iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }
export interface Others { readonly name: string; readonly count: number }

const KEY_BYTES = 32;
const IV_BYTES = 12;
const SETTING = "settings/queue-key";
const STORE = "queue";
const PRECONDITION_FAILED = 412;

/** By whom what is written now is written: "Practitioner/x PractitionerRole/y"; "" without accounts. The service holds each write to it. */
export function caller(): string {
  const now = session.peek();
  if (now === null || now.access === "open") return "";
  return [now.user?.reference ?? "", now.assignment === undefined || now.kind !== "staff" ? "" : now.assignment].filter((part) => part !== "").join(" ");
}

/** The same in words. */
export const callerName = () => [session.peek()?.user?.display ?? "", current.peek()?.title ?? "", current.peek()?.unit.display ?? ""].filter((part) => part !== "").join(", ");

/* ---- the key ---- */

/** Of everybody who has been in on this page: what one of them wrote can still be put away for them. */
const secrets = new Map<string, CryptoKey>();

const toText = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const fromText = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** The author's own, made the first time. Another window may make one at the same moment: what the service kept counts. */
async function readKey(): Promise<Uint8Array<ArrayBuffer>> {
  const held = await me("GET", SETTING).catch((error: unknown) => {
    if (error instanceof FhirError && error.status === 404) return null;
    throw error;
  });
  if (typeof held?.body === "string") return fromText(held.body);
  const fresh = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  try {
    await me("PUT", SETTING, toText(fresh));
    return fresh;
  } catch (error) {
    if (!(error instanceof FhirError) || error.status !== PRECONDITION_FAILED) throw error;
    return fromText((await me("GET", SETTING)).body as string);
  }
}

async function learnKey(): Promise<boolean> {
  const owner = caller();
  if (secrets.has(owner)) return true;
  if (typeof crypto.subtle === "undefined" || typeof indexedDB === "undefined") return false;
  try {
    secrets.set(owner, await crypto.subtle.importKey("raw", await readKey(), "AES-GCM", false, ["encrypt", "decrypt"]));
    return true;
  } catch {
    return false;
  }
}

/* ---- the store ---- */

let base: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  base ??= new Promise<IDBDatabase>((resolve, reject) => {
    const open = indexedDB.open("helhet", 1);
    open.onupgradeneeded = () => open.result.createObjectStore(STORE, { keyPath: "key" });
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => { base = null; reject(open.error ?? new Error("indexedDB")); };
  });
  return base;
}

async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(STORE, mode, { durability: "strict" });
  const request = ask(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("indexedDB"));
  });
}

/* ---- what others use ---- */

/** Counts up each time something has been put in or taken out. */
export const queueTurn = signal(0);
const turned = () => { queueTurn.value = queueTurn.peek() + 1; };

/** True when it lies on the disk, to be sent by its author even if this page is gone. */
export async function keepQueued(one: Queued): Promise<boolean> {
  const secret = secrets.get(one.by);
  if (secret === undefined) return false;
  try {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, secret, new TextEncoder().encode(JSON.stringify(one)));
    await inStore("readwrite", (store) => store.put({ key: one.key, owner: one.by, name: one.name, made: one.made, iv, data } satisfies Line));
    turned();
    return true;
  } catch {
    return false;
  }
}

export async function dropQueued(key: string): Promise<void> {
  if (typeof indexedDB === "undefined") return;
  await inStore("readwrite", (store) => store.delete(key)).then(turned, () => undefined);
}

/** What waits here for the one who is logged in, in this assignment, oldest first; and for whom else how much waits. */
export async function readQueue(): Promise<{ own: Queued[]; others: Others[] }> {
  const own: Queued[] = [];
  const others = new Map<string, number>();
  const owner = caller();
  const secret = (await learnKey()) ? secrets.get(owner) : undefined;
  if (secret === undefined) return { own, others: [] };
  for (const line of await inStore<Line[]>("readonly", (store) => store.getAll() as IDBRequest<Line[]>)) {
    const plain = line.owner === owner ? await crypto.subtle.decrypt({ name: "AES-GCM", iv: line.iv }, secret, line.data).catch(() => null) : null;
    if (plain === null) others.set(line.name, (others.get(line.name) ?? 0) + 1);
    else own.push(JSON.parse(new TextDecoder().decode(plain)) as Queued);
  }
  return { own: own.sort((a, b) => a.made.localeCompare(b.made)), others: [...others].map(([name, count]) => ({ name, count })) };
}

/** Calls ready each time somebody has come in, once the key is known: while the service is there. */
export function onQueueReady(ready: () => void): void {
  let last: string | null = null;
  effect(() => {
    const now = `${session.value?.user?.reference ?? ""} ${session.value?.assignment ?? ""}`;
    if (stage.value !== "in" || now === last) return;
    last = now;
    void learnKey().then((known) => { if (known) ready(); else last = null; });
  });
}
