// SPDX-License-Identifier: Apache-2.0
// 10,000 generated Swedish notes through create, transaction, batch, search and read: not one character may change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notes as makeNotes } from '../notes.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const NOTES = 10000;
const PER_BUNDLE = 250;
let server;
before(async () => {
  server = await start();
});
after(async () => {
  if (server) await server.stop();
});

const notes = makeNotes(NOTES);
const resource = (i) => ({
  resourceType: 'Communication',
  id: `n${i}`,
  status: 'completed',
  identifier: [{ system: 'urn:test:note', value: String(i) }],
  payload: [{ contentString: notes[i] }],
  note: [{ text: notes[i] }],
});

function wrong(found, i) {
  return found.payload[0].contentString !== notes[i] || found.note[0].text !== notes[i] ? 1 : 0;
}

test('every note comes out as it went in', { timeout: 300000 }, async () => {
  let changed = 0;
  for (let at = 0; at < NOTES; at += PER_BUNDLE) {
    const list = Array.from({ length: PER_BUNDLE }, (_, k) => at + k);
    // A third each by transaction, by batch, one by one.
    const way = (at / PER_BUNDLE) % 3;
    if (way === 2) {
      const all = await Promise.all(list.map((i) => ask(server, 'PUT', `/Communication/n${i}`, { body: resource(i) })));
      all.forEach((r, k) => {
        assert.equal(r.status, 201, r.text);
        changed += wrong(r.json, list[k]);
      });
    } else {
      const body = bundle(way ? 'batch' : 'transaction', ...list.map((i) => entry('PUT', `Communication/n${i}`, resource(i))));
      const r = await ask(server, 'POST', '', { body, headers: { Prefer: 'return=representation' } });
      assert.equal(r.status, 200, r.text.slice(0, 500));
      r.json.entry.forEach((e, k) => {
        assert.equal(e.response.status, '201 Created');
        changed += wrong(e.resource, list[k]);
      });
    }
  }
  let seen = 0;
  for (let url = '/Communication?_count=500'; url; ) {
    const page = await ask(server, 'GET', url, { headers: { 'Accept-Encoding': seen % 1000 ? 'gzip' : 'identity' } });
    assert.equal(page.status, 200, page.text.slice(0, 500));
    for (const e of page.json.entry) {
      changed += wrong(e.resource, Number(e.resource.id.slice(1)));
      seen++;
    }
    url = page.json.link.find((l) => l.relation === 'next')?.url;
  }
  assert.equal(seen, NOTES);
  for (let i = 0; i < NOTES; i += 100) {
    const got = await Promise.all(Array.from({ length: 100 }, (_, k) => ask(server, 'GET', `/Communication/n${i + k}`)));
    got.forEach((r, k) => (changed += wrong(r.json, i + k)));
  }
  assert.equal(changed, 0);
});
