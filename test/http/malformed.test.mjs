// SPDX-License-Identifier: Apache-2.0
// Bodies that nobody should send: each is refused with a reason, and memory stays bounded. Uses the corpus'
// JSON cases (json-parsing) and is skipped, visibly, where the corpus is absent.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ask, corpus, peakMb, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
});
after(async () => {
  if (server) await server.stop();
});

function refused(r, what) {
  assert.ok(r.status >= 400 && r.status < 500, `${what}: ${r.status} ${r.text.slice(0, 200)}`);
  assert.equal(r.json?.resourceType, 'OperationOutcome', `${what}: ${r.text.slice(0, 200)}`);
  assert.ok(r.json.issue[0].details.text.length > 3, what);
}

const cases = join(corpus, 'json-parsing');
test('every n_ file of the JSON suite', { skip: !existsSync(cases) && 'corpus absent' }, async () => {
  const names = readdirSync(cases, { recursive: true }).filter((n) => /(^|\/)n_[^/]*\.json$/.test(n));
  assert.ok(names.length > 100, String(names.length));
  for (const name of names) {
    refused(await ask(server, 'POST', '/Patient', { body: readFileSync(join(cases, name)) }), name);
    refused(await ask(server, 'POST', '', { body: readFileSync(join(cases, name)) }), name);
  }
});

test('10,000 levels deep', async () => {
  for (const [open, close] of [['[', ']'], ['{"a":', '}']])
    refused(await ask(server, 'POST', '/Patient', { body: open.repeat(10000) + '1' + close.repeat(10000) }), 'deep');
});

test('bad UTF-8 and U+0000', async () => {
  refused(await ask(server, 'POST', '/Patient', { body: Buffer.from([...Buffer.from('{"resourceType":"Patient","language":"'), 0xc3, 0x28, ...Buffer.from('"}')]) }), 'utf-8');
  refused(await ask(server, 'POST', '/Patient', { body: '{"resourceType":"Patient","language":"\\u0000"}' }), 'nul');
});

/** Sends n bytes of body as a stream; answers the status and the body. */
function flood(n, headers, chunk) {
  return new Promise((resolve, reject) => {
    const r = request({ port: server.port, host: '127.0.0.1', method: 'POST', path: '/fhir/Patient', headers: { 'Content-Type': 'application/fhir+json', ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (t) => (text += t)).on('end', () => resolve({ status: answer.statusCode, text, json: JSON.parse(text) }));
    });
    r.on('error', reject);
    let left = n;
    const more = () => {
      while (left > 0) {
        const part = chunk.subarray(0, Math.min(left, chunk.length));
        left -= part.length;
        if (!r.write(part)) return r.once('drain', more);
      }
      r.end();
    };
    more();
  });
}

test('100 MB bodies, with and without a length, gzip bombs, 20 at once', { timeout: 120000 }, async () => {
  const before = await peakMb(server);
  const chunk = Buffer.alloc(1 << 20, 'x');
  const size = 100 << 20;
  const known = await flood(size, { 'Content-Length': size }, chunk);
  assert.equal(known.status, 413);
  assert.equal(known.json.issue[0].details.coding[0].code, 'BODY_TOO_LARGE');
  assert.equal((await flood(size, { 'Transfer-Encoding': 'chunked' }, chunk)).status, 413);
  const bomb = gzipSync(Buffer.alloc(size, ' '));
  for (let i = 0; i < 20; i++) {
    const r = await ask(server, 'POST', '/Patient', { body: bomb, headers: { 'Content-Encoding': 'gzip' } });
    assert.equal(r.status, 413);
  }
  const grown = (await peakMb(server)) - before;
  assert.ok(grown < 400, `${grown} MB`);
  assert.equal((await ask(server, 'GET', '/metadata')).status, 200);
});

test('a body of nothing but values is refused before it fills memory', { timeout: 120000 }, async () => {
  const r = await ask(server, 'POST', '/Patient', { body: `[${'0,'.repeat(20 << 20)}0]` });
  assert.ok(r.status >= 400 && r.status < 600 && r.status !== 500, String(r.status));
  assert.ok((await peakMb(server)) < 1500);
});

test('searches beyond bounds', async () => {
  refused(await ask(server, 'GET', `/Patient?name=${'a'.repeat(42000)}`), 'long');
  refused(await ask(server, 'GET', `/Patient?${'name=a&'.repeat(2000)}`), 'many parameters');
  refused(await ask(server, 'POST', '/Patient/_search', { body: 'a&'.repeat(100000), type: 'application/x-www-form-urlencoded' }), 'many pairs');
  refused(await ask(server, 'POST', '/Patient/_search', { body: `name=${'a'.repeat(2 << 20)}`, type: 'application/x-www-form-urlencoded' }), 'large form');
  refused(await ask(server, 'GET', '/Patient?name=%ff'), 'bad utf-8');
  refused(await ask(server, 'GET', '/Patient?name=%zz'), 'bad escape');
  refused(await ask(server, 'POST', '/Patient', { body: 'x', headers: { 'Content-Encoding': 'br' } }), 'encoding');
  refused(await ask(server, 'POST', '/Patient', { body: 'x', headers: { 'Content-Encoding': 'gzip' } }), 'false gzip');
});
