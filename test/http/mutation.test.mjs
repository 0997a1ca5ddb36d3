// SPDX-License-Identifier: Apache-2.0
// Good requests with a few bytes changed, by the thousand, on raw sockets: any refusal is right, a 500 or a dead server
// is not, and the store is whole afterwards. The seed is printed; HELHET_SEED and HELHET_MUTATIONS choose others.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { start } from './server.mjs';

const SEED = Number(process.env.HELHET_SEED ?? 1);
const MUTATIONS = Number(process.env.HELHET_MUTATIONS ?? 4000);
const CLIENTS = 16;
const QUIET_MS = 150; // no answer within this: the mutant waits for more, so do not

const entries = [
  { fullUrl: 'urn:uuid:a', resource: { resourceType: 'Patient', identifier: [{ system: 's', value: 'v' }], name: [{ family: 'Å' }] }, request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=s|v' } },
  { resource: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'urn:uuid:a' } }, request: { method: 'POST', url: 'Observation' } },
  { request: { method: 'GET', url: 'Patient?identifier=s|v&_include=Patient:organization' } },
  { resource: { resourceType: 'Patient', id: 'x1' }, request: { method: 'PUT', url: 'Patient/x1' } },
  { request: { method: 'DELETE', url: 'Patient/none' } },
];
const host = 'Host: 127.0.0.1\r\n';
const post = (path, body, more = '') => `POST ${path} HTTP/1.1\r\n${host}${more}Content-Type: application/fhir+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const get = (path, more = '') => `GET ${path} HTTP/1.1\r\n${host}${more}\r\n`;
const seeds = [
  post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries })),
  post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: entries })),
  post('/fhir/Patient', '{"resourceType":"Patient","name":[{"family":"A"}]}', 'If-None-Exist: identifier=s|v\r\n'),
  post('/fhir/Patient?identifier=s%7Cv', '{"resourceType":"Patient","id":"x1","active":true}', 'If-Match: W/"1"\r\n').replace('POST', 'PUT'),
  get('/fhir/Patient?name=a&_count=3&_sort=-birthdate&_elements=name', 'Prefer: handling=lenient\r\n'),
  get('/fhir/Patient/x1/_history?_count=2&_since=2020-01-01'),
  get('/fhir/Patient/x1/$everything?_type=Observation&_count=3', 'Accept-Encoding: gzip\r\n'),
  get('/fhir/Patient?identifier=s%7Cv').replace('GET', 'DELETE'),
  get('/metrics'),
  `POST /fhir/Patient/_search HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nname=a\r\n0\r\n\r\n`,
].map((s) => Buffer.from(s));
const tokens = ['\r\n', '\0', '%', '%00', '..', '"', '{', '}', '[', ']', ',', 'null', '0', '-1', '99999999999999999999', '_history', '$everything', 'urn:uuid:a', ':missing', '|', ' ', 'å', '\\u0000', '_', 'Bundle', 'PUT', 'chunked'].map((s) => Buffer.from(s));

/** Mulberry32. */
function random(seed) {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

function mutate(pick) {
  let b = seeds[pick(seeds.length)];
  for (let left = 1 + pick(3); left > 0; left--) {
    const at = pick(b.length);
    const token = pick(3) ? tokens[pick(tokens.length)] : Buffer.from([pick(256)]);
    b = Buffer.concat([b.subarray(0, at), token, b.subarray(at + (pick(2) ? pick(12) : 0))]);
  }
  const end = b.indexOf('\r\n\r\n');
  if (end < 0 || pick(4) === 0) return b;
  // Mostly the length is made true again, so that the body is read.
  const head = b.subarray(0, end).toString('latin1').replace(/Content-Length: \d+/, `Content-Length: ${b.length - end - 4}`);
  return Buffer.concat([Buffer.from(head, 'latin1'), b.subarray(end)]);
}

function send(port, message) {
  return new Promise((resolve) => {
    let got = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(message));
    socket.setTimeout(QUIET_MS, () => socket.destroy());
    socket.on('data', (data) => {
      got += data.toString('latin1');
      if (got.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0)));
  });
}

test(`${MUTATIONS} mutated requests, seed ${SEED}`, { timeout: 300000 }, async () => {
  const server = await start();
  const pick = random(SEED);
  const statuses = new Map();
  let left = MUTATIONS;
  try {
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (left-- > 0) {
          const message = mutate(pick);
          const status = await send(server.port, message);
          assert.ok(status < 500 || status === 501 || status === 505, `${status}: ${JSON.stringify(message.toString('latin1'))}`);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    assert.equal((await fetch(`${server.origin}/health`)).status, 200);
    assert.ok((statuses.get(200) ?? 0) > 0 && (statuses.get(400) ?? 0) > 0, JSON.stringify([...statuses]));
    assert.equal((await server.stop({ keep: true })).code, 0);
    const check = spawnSync(process.env.HELHET_BIN ?? 'build/helhet', ['check', '--data', server.data], { encoding: 'utf8' });
    assert.equal(check.status, 0, check.stdout + check.stderr);
  } finally {
    server.child.kill('SIGKILL');
    rmSync(server.data, { recursive: true, force: true });
  }
});
