// SPDX-License-Identifier: Apache-2.0
// Every change of the record goes through here. Each write carries the patient it is about and a key of its own, and
// leaves a receipt at once. One whose reply is lost is asked for by its key; when it was never saved it is sent again
// with the same key, which the service writes once however often it comes. What the service cannot tell is "unsure".
import type { Bundle, BundleEntry, ParametersParameter, Resource } from "@fhir";
import { connection } from "../app/connection.ts";
import { answer, get, JSON_TYPE, send } from "../fhir/client.ts";
import { writeJson } from "../fhir/decimal.ts";
import { failureOf, FhirError } from "../fhir/error.ts";
import { newKey } from "../ids/key.ts";
import { failureText } from "../ui/failureText.ts";
import { fateOf } from "./fate.ts";
import { holdWhile } from "./leaving.ts";
import { patientName } from "./names.ts";
import { changeReceipt, noteReceipt, receiptOf, underWay, type Receipt } from "./receipts.ts";
import { madeOffline } from "./offline.ts";
import { caller, callerName, dropQueued, keepQueued, type Queued, type QueuedCall } from "./queue.ts";
import "./unresolved.ts";
import { Cancelled, pause, whenUp } from "./wait.ts";
import { w } from "./words.ts";

/** patient: the id of the patient of the chart it was begun in, "" for what is about nobody. */
export interface Writing {
  patient: string;
  /** What was done, in the user's words: "Anteckning signerad". */
  title: string;
  /** Address of the screen. */
  link?: string;
  /** The same again for a second try of the same deed; its own otherwise. */
  key?: string;
  /** Where it is written: /fhir unless told. */
  base?: string;
}
export interface Written<R> { resource: R; receipt: Receipt }

/** Somebody else wrote in between: `mine` is what was to be saved, `theirs` what stands, null when it could not be read. */
export class Conflict<R = Resource> extends Error {
  constructor(readonly mine: R, readonly theirs: R | null) {
    super("conflict");
    this.name = "Conflict";
  }
}

/** What was to be written is about another patient than the chart it was begun in. Never sent. */
export class WrongPatient extends Error {
  constructor() {
    super("wrong patient");
    this.name = "WrongPatient";
  }
}

const BASE = "/fhir";
const SENDS_MAX = 5;
const PRECONDITION_FAILED = 412;
const never = new AbortController().signal;

// Also for what lies on the disk: it is sent when its author is back here, and perhaps that is not soon.
holdWhile(() => underWay.peek().length > 0);

/** Written by somebody else than who is logged in now: it waits for its author. */
export class Parked extends Error {
  constructor() {
    super("parked");
    this.name = "Parked";
  }
}

/** queued: as it lies, or would lie, on the disk; held: it does. */
export interface Call extends QueuedCall { queued: Queued; held: boolean }
interface Reply { body: unknown; resource: string; version: string }

const ABOUT = ["subject", "patient", "for", "beneficiary"] as const;

/** Ids of the patients that a resource says it is about. */
export function patientsOf(resource: Resource): string[] {
  if (resource.resourceType === "Patient") return resource.id === undefined ? [] : [resource.id];
  const held = resource as unknown as Record<string, { reference?: string } | undefined>;
  return ABOUT.flatMap((name) => /^(?:.*\/)?Patient\/([A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/.exec(held[name]?.reference ?? "")?.[1] ?? []);
}

const TITLE_BYTES_MAX = 400;
const LINK_BYTES_MAX = 200;
const bytes = new TextEncoder();

/** The title and the link as the service keeps them with the receipt, within its bounds. */
function toldOf({ title, link = "" }: Writing): string {
  let kept = title.replace(/\p{Cc}/gu, " ");
  while (bytes.encode(kept).length > TITLE_BYTES_MAX) kept = [...kept].slice(0, -1).join("");
  const leads = link.startsWith("/") && link.length <= LINK_BYTES_MAX && /^[\x21-\x7e]+$/.test(link);
  return new URLSearchParams({ title: kept, ...(leads ? { link } : {}) }).toString();
}

function callOf(method: Call["method"], url: string, body: unknown, how: Writing, match?: string): Call {
  const key = how.key ?? newKey();
  const headers: Record<string, string> = { Accept: JSON_TYPE, "Content-Type": JSON_TYPE, "Helhet-Request": "1", Prefer: "return=representation", "Idempotency-Key": key };
  if (how.patient !== "") headers["Helhet-Patient"] = how.patient;
  headers["Helhet-Receipt"] = toldOf(how);
  if (match !== undefined) headers["If-Match"] = `W/"${match}"`;
  const by = caller();
  if (by !== "") headers["Helhet-Caller"] = by;
  const made = new Date().toISOString();
  const call: QueuedCall = { method, url, headers, body: writeJson(body), key };
  return { ...call, held: false, queued: { key, by, name: callerName(), made, title: how.title, patient: how.patient, link: how.link ?? "", call, failure: "", conflict: false } };
}

/** While the service is away the resource itself says when it was written. */
const timed = <T extends Resource>(resource: T): T => (connection.peek() === "up" ? resource : madeOffline(resource, new Date().toISOString()));

/** Puts it on the disk, once. */
async function hold(call: Call): Promise<void> {
  if (call.held) return;
  call.held = await keepQueued(call.queued);
  if (call.held) changeReceipt(call.key, { kept: true });
}

const isOther = (failure: FhirError) => failure.status === 409 && (failure.outcome?.issue ?? []).some((i) => i.details?.coding?.some((c) => c.code === "CALLER_OTHER") === true);

/** "Type/id" and version in the address a write answers with. */
function placeOf(location: string | null): { resource: string; version: string } {
  const match = /([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/([^/?]+))?\/?$/.exec(location ?? "");
  return { resource: match?.[1] ?? "", version: match?.[2] ?? "" };
}

async function exchange(call: Call): Promise<Reply> {
  const response = await send(call.url, { method: call.method, headers: call.headers, body: call.body }, never);
  const body = await answer(response);
  if (!response.ok) throw failureOf(response.status, body);
  if (typeof body !== "object" || body === null || !("resourceType" in body)) throw new FhirError("format", response.status);
  const held = body as Resource;
  const place = placeOf(response.headers.get("Location"));
  const own = held.resourceType !== "Bundle" && held.resourceType !== "OperationOutcome";
  return {
    body,
    resource: own ? `${held.resourceType}/${held.id ?? ""}` : place.resource,
    version: own ? (held.meta?.versionId ?? place.version) : place.version,
  };
}

/** No answer, or one that does not say whether it was done. A 4xx says that it was not. */
const uncertain = (failure: FhirError) => failure.status === 0 || failure.status >= 500 || (failure.kind === "format" && failure.status < 400);

/** Sends until it is certain what became of it. Throws what the service said, or the last failure with `unsure`. */
export async function deliver(call: Call): Promise<{ reply: Reply } | { saved: string; version: string } | { failure: FhirError; unsure: boolean }> {
  for (let sent = 1; ; sent++) {
    if (connection.peek() !== "up") {
      // It can be taken back from the moment the receipt says so, while it is still being put on the disk too.
      const up = whenUp(call.key);
      up.catch(() => undefined);
      changeReceipt(call.key, { waits: true });
      await hold(call);
      await up;
    }
    if (caller() !== call.queued.by) throw new Parked();
    changeReceipt(call.key, { waits: false });
    let failure: FhirError;
    try {
      return { reply: await exchange(call) };
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      failure = error;
    }
    if (isOther(failure)) throw new Parked();
    if (!uncertain(failure)) return { failure, unsure: false };
    await hold(call);
    const fate = await fateOf(call.key);
    // The same again under the same key gives the answer that was lost, and writes nothing.
    if (fate.known === "saved") return exchange(call).then((reply) => ({ reply }), () => ({ saved: fate.resource, version: fate.version }));
    if (fate.known === "unknown") return { failure, unsure: true };
    // The service has answered that it failed, and that nothing was kept: certain, so the user decides about again.
    if (failure.status >= 500 && failure.outcome !== null && failure.kind !== "busy") return { failure, unsure: false };
    if (sent === SENDS_MAX) return { failure, unsure: failure.status === 0 };
    await pause(sent);
  }
}

export function fail(key: string, failure: string, state: "failed" | "unsure" = "failed"): void {
  changeReceipt(key, { state, failure, waits: false });
}

function begin(call: Call, how: Writing): void {
  noteReceipt({
    key: call.key, time: call.queued.made, title: how.title, patient: how.patient, patientName: patientName(how.patient), state: "sending",
    ...(how.link === undefined ? {} : { link: how.link }),
  });
}

async function run(call: Call): Promise<{ body: unknown; resource: string }> {
  let end: Awaited<ReturnType<typeof deliver>>;
  try {
    end = await deliver(call);
  } catch (error) {
    if (error instanceof Parked) await hold(call);
    if (error instanceof Cancelled) await dropQueued(call.key);
    fail(call.key, error instanceof Cancelled ? w.value.cancelled : error instanceof Parked && call.held ? w.value.parked(call.queued.name) : failureText(error), error instanceof Cancelled || error instanceof Parked ? "failed" : "unsure");
    throw error;
  }
  if (call.held && !("failure" in end && end.unsure)) void dropQueued(call.key);
  if ("failure" in end) {
    if (end.unsure) fail(call.key, `${failureText(end.failure)} ${w.value.unsureWhere}`, "unsure");
    else fail(call.key, end.failure.status === PRECONDITION_FAILED ? w.value.conflict : `${failureText(end.failure)} ${w.value.nothingSaved}`);
    throw end.failure;
  }
  const place = "reply" in end ? end.reply : { body: null, resource: end.saved, version: end.version };
  changeReceipt(call.key, { state: "saved", waits: false, ...(place.resource === "" ? {} : { resource: place.resource }), ...(place.version === "" ? {} : { version: place.version }) });
  return { body: place.body, resource: place.resource };
}

function refuseOthers(call: Call, how: Writing, resources: readonly Resource[]): void {
  if (how.patient === "" || resources.every((r) => patientsOf(r).every((id) => id === how.patient))) return;
  fail(call.key, w.value.wrongPatient);
  throw new WrongPatient();
}

const written = <R>(resource: R, key: string): Written<R> => ({ resource, receipt: receiptOf(key) as Receipt });

/** What stands now, when the answer itself did not come but is known to have been saved. */
async function standing<T extends Resource>(got: { body: unknown; resource: string }, sent: T, base: string): Promise<T> {
  const body = got.body as Resource | null;
  if (body?.resourceType === sent.resourceType) return body as T;
  const [type = "", id = ""] = got.resource.split("/");
  if (type !== sent.resourceType || id === "") return sent;
  return (await get(`${base}/${type}/${id}`, never)) as T;
}

/** A new resource. Throws FhirError, WrongPatient; the receipt has told it already. */
export async function create<T extends Resource>(resource: T, how: Writing): Promise<Written<T>> {
  const base = how.base ?? BASE;
  const call = callOf("POST", `${base}/${resource.resourceType}`, timed(resource), how);
  begin(call, how);
  refuseOthers(call, how, [resource]);
  return written(await standing(await run(call), resource, base), call.key);
}

/** A new version of a resource that has been read. Throws Conflict when another version stands. */
export async function update<T extends Resource>(resource: T, how: Writing): Promise<Written<T>> {
  const { id, meta } = resource;
  if (id === undefined || meta?.versionId === undefined) throw new Error("only what has been read is updated");
  const base = how.base ?? BASE;
  const call = callOf("PUT", `${base}/${resource.resourceType}/${id}`, timed(resource), how, meta.versionId);
  begin(call, how);
  refuseOthers(call, how, [resource]);
  try {
    return written(await standing(await run(call), resource, base), call.key);
  } catch (error) {
    if (!(error instanceof FhirError) || error.status !== PRECONDITION_FAILED) throw error;
    throw new Conflict(resource, (await get(`${base}/${resource.resourceType}/${id}`, never).catch(() => null)) as T | null);
  }
}

/** An operation that changes the record, told as Parameters: its answer. Throws FhirError; the receipt has told it already. */
export async function perform(path: string, parameters: readonly ParametersParameter[], how: Writing): Promise<Written<Resource>> {
  const body = { resourceType: "Parameters", ...(parameters.length === 0 ? {} : { parameter: parameters }) };
  const call = callOf("POST", `${how.base ?? BASE}/${path}`, body, how);
  begin(call, how);
  const got = await run(call);
  const [type = "", id = ""] = got.resource.split("/");
  // The answer did not come, but it was done: what stands tells.
  const resource = got.body === null && id !== "" ? ((await get(`${how.base ?? BASE}/${type}/${id}`, never)) as Resource) : got.body;
  return written(resource as Resource, call.key);
}

/** Several as one transaction, all or nothing. The answer's entries are those of the transaction; none when nothing but the receipt could be had. */
export async function transact(entries: BundleEntry[], how: Writing): Promise<Written<Bundle>> {
  const bundle: Bundle = { resourceType: "Bundle", type: "transaction", entry: entries.map((e) => (e.resource === undefined ? e : { ...e, resource: timed(e.resource as Resource) as BundleEntry["resource"] & object })) };
  const call = callOf("POST", how.base ?? BASE, bundle, how);
  begin(call, how);
  refuseOthers(call, how, entries.flatMap((e) => (e.resource === undefined ? [] : [e.resource as Resource])));
  const { body } = await run(call);
  return written((body as Bundle | null) ?? { resourceType: "Bundle", type: "transaction-response" }, call.key);
}
