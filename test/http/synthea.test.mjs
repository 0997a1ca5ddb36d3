// SPDX-License-Identifier: Apache-2.0
// Transaction bundles that nobody here wrote: what comes back equals what went in, up to meta, ids and resolved
// references. Uses the corpus (synthea) and is skipped, visibly, where it is absent.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ask, corpus, start } from './server.mjs';

let server;
beforeEach(async () => {
  server = await start();
});
afterEach(async () => {
  await server.stop();
});

const lines = (file, n) => gunzipSync(readFileSync(file)).toString('utf8').split('\n').filter(Boolean).slice(0, n);

/** Every text of the resource that names an entry's fullUrl, replaced as a transaction must. */
function rewrite(value, ids) {
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (Array.isArray(value)) return value.map((v) => rewrite(v, ids));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewrite(v, ids)]));
  return value;
}

const without = ({ id: _id, meta: _meta, ...rest }) => rest;

async function roundTrip(text) {
  const body = JSON.parse(text);
  const r = await ask(server, 'POST', '', { body: text });
  assert.equal(r.status, 200, r.text.slice(0, 600));
  const ids = new Map();
  r.json.entry.forEach((e, i) => ids.set(body.entry[i].fullUrl, e.response.location.split('/').slice(-4, -2).join('/')));
  for (let i = 0; i < body.entry.length; i += 40)
    await Promise.all(
      body.entry.slice(i, i + 40).map(async (e) => {
        const stored = await ask(server, 'GET', `/${ids.get(e.fullUrl)}`);
        const expected = without(rewrite(e.resource, ids));
        const text = JSON.stringify(without(stored.json));
        // Conditional references have become references to what they found.
        if (!JSON.stringify(expected).includes('?identifier=')) assert.equal(text, JSON.stringify(expected));
        else assert.ok(!text.includes('?identifier='), text.slice(0, 300));
      }),
    );
  return body.entry.length;
}

for (const [set, bundles] of [
  ['r4-2019-100patients', 6],
  ['r4-2025-80patients', 4],
]) {
  const file = join(corpus, 'synthea', set, 'bundles.ndjson.gz');
  test(`${set}: the first ${bundles} bundles`, { skip: !existsSync(file) && 'corpus absent', timeout: 120000 }, async () => {
    let count = 0;
    for (const line of lines(file, bundles)) count += await roundTrip(line);
    assert.ok(count > 500, String(count));
  });
}
