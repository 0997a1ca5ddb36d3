// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { forget, nextPage, read, search, searchPrivately } from "./client.ts";
import { FhirError } from "./error.ts";

interface Asked { url: string; init: RequestInit }
const asked: Asked[] = [];
const never = new AbortController().signal;

/** Answers in turn with what a test lays out; the browser's own names that the client needs stand in for themselves. */
function answers(...replies: (Response | Error)[]): void {
  asked.length = 0;
  globalThis.fetch = (url, init) => {
    asked.push({ url: String(url), init: init ?? {} });
    const reply = replies.shift();
    return reply === undefined || reply instanceof Error ? Promise.reject(reply ?? new Error("nothing laid out")) : Promise.resolve(reply);
  };
}
Object.defineProperty(globalThis, "location", { value: new URL("http://record.example/patient/1"), configurable: true });
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init);
const header = (i: number, name: string) => new Headers(asked[i]?.init.headers).get(name);

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "none";
  } catch (error) {
    return error instanceof FhirError ? error.kind : String(error);
  }
}

test("a read is asked again with its ETag, and a 304 gives what is known", async () => {
  forget();
  answers(json({ resourceType: "Patient", id: "1" }, { headers: { ETag: 'W/"1"' } }), new Response(null, { status: 304 }));
  const first = await read("Patient", "1", never);
  assert.deepEqual(await read("Patient", "1", never), first);
  assert.equal(header(0, "If-None-Match"), null);
  assert.equal(header(1, "If-None-Match"), 'W/"1"');
  assert.equal(asked[0]?.url, "/fhir/Patient/1");
});

test("matches and what was sent along are told apart; the next page is asked of our own origin", async () => {
  const bundle = {
    resourceType: "Bundle", type: "searchset", total: 7, link: [{ relation: "next", url: "http://elsewhere.example/fhir/Flag?_cursor=2" }],
    entry: [{ resource: { resourceType: "Flag", id: "a" }, search: { mode: "match" } }, { resource: { resourceType: "Patient", id: "1" }, search: { mode: "include" } }],
  };
  answers(json(bundle), json({ resourceType: "Bundle", type: "searchset" }));
  const page = await search("Flag", [["patient", "1"], ["_count", "2"]], never);
  assert.deepEqual([page.matches.length, page.others.length, page.total, page.next], [1, 1, 7, "/fhir/Flag?_cursor=2"]);
  assert.deepEqual((await nextPage("Flag", page.next ?? "", never)).matches, []);
  assert.deepEqual(asked.map((a) => a.url), ["/fhir/Flag?patient=1&_count=2", "/fhir/Flag?_cursor=2"]);
});

test("names and numbers go in the body, not in the address", async () => {
  answers(json({ resourceType: "Bundle", type: "searchset" }));
  await searchPrivately("Patient", [["name:contains", "Öberg"], ["identifier", "s|191212121212"]], never);
  assert.equal(asked[0]?.url, "/fhir/Patient/_search");
  assert.equal(asked[0]?.init.body, "name%3Acontains=%C3%96berg&identifier=s%7C191212121212");
});

test("every way of failing has its kind", async () => {
  answers(json({ resourceType: "OperationOutcome", issue: [] }, { status: 404 }), new Response("<html>", { status: 502 }), new Response("<html>"), json({ resourceType: "Flag" }), new TypeError("refused"));
  assert.deepEqual([await failure(read("Patient", "2", never)), await failure(read("Patient", "2", never)), await failure(read("Patient", "2", never)), await failure(read("Patient", "2", never)),
    await failure(read("Patient", "2", never))], ["notFound", "server", "format", "format", "network"]);
});

test("an aborted question is no failure of the server's", async () => {
  const stop = new AbortController();
  stop.abort(new Error("left"));
  answers(new Error("left"));
  assert.equal(await failure(read("Patient", "3", stop.signal)), "Error: left");
});
