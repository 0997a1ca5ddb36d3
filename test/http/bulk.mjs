// SPDX-License-Identifier: Apache-2.0
// A client of the asynchronous pattern of FHIR Bulk Data Access: kick-off, waiting, files.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { ask } from './server.mjs';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Starts long work; the address where to ask for it. */
export async function kickOff(server, path, { method = 'GET', body, headers = {}, type } = {}) {
  const r = await ask(server, method, path, { body, type, headers: { Prefer: 'respond-async', ...headers } });
  assert.equal(r.status, 202, r.text);
  const where = r.headers.get('content-location');
  assert.match(where, /^http:\/\/127\.0\.0\.1:\d+\/fhir\/_job\/[0-9a-f-]{36}$/);
  return where;
}

/** Asks until it is done. The last answer, with every X-Progress seen. */
export async function finish(server, where) {
  const progress = [];
  for (;;) {
    const r = await ask(server, 'GET', where);
    if (r.status !== 202) return { ...r, progress };
    assert.match(r.headers.get('retry-after'), /^\d+$/);
    progress.push(r.headers.get('x-progress'));
    await sleep(20);
  }
}

export async function manifest(server, where) {
  const r = await finish(server, where);
  assert.equal(r.status, 200, r.text);
  return r.json;
}

/** The raw bytes and headers of an address. */
export function raw(url, headers = {}) {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) }));
      res.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

export const linesOf = (text) => text.split('\n').filter(Boolean);

/** All lines of one part of a manifest; counts and types are held against it. */
export async function lines(m, part = 'output') {
  const all = [];
  for (const f of m[part]) {
    const r = await raw(f.url);
    assert.equal(r.status, 200);
    assert.equal(r.headers['content-type'], 'application/fhir+ndjson');
    const here = linesOf(r.body.toString('utf8'));
    assert.equal(here.length, f.count);
    for (const line of here) assert.ok(line.startsWith(`{"resourceType":"${f.type}"`), line.slice(0, 60));
    all.push(...here);
  }
  return all;
}

/** "Type/id" → line; a resource that comes twice fails. */
export function byId(all) {
  const map = new Map();
  for (const line of all) {
    const { resourceType, id } = JSON.parse(line);
    assert.ok(!map.has(`${resourceType}/${id}`), `${resourceType}/${id} twice`);
    map.set(`${resourceType}/${id}`, line);
  }
  return map;
}

/** Everything that an export gives. */
export async function exportAll(server, path, options) {
  const m = await manifest(server, await kickOff(server, path, options));
  return { manifest: m, all: byId(await lines(m)) };
}
