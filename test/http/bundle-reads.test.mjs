// SPDX-License-Identifier: Apache-2.0
// Reads in Bundles (R4 3.1.0.11.2): searches, histories and conditions in batch and transaction, and their bounds.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, start } from './server.mjs';

const MEGABYTE = 1 << 20;
const READS_BYTES = 128; // megabytes that the reads of one Bundle may answer: API_READS_BYTES

let server, created;
before(async () => {
  server = await start();
  for (const n of [1, 2, 3]) {
    const r = await ask(server, 'PUT', `/Patient/p${n}`, { body: { resourceType: 'Patient', id: `p${n}`, birthDate: `1980-01-0${n}`, name: [{ text: 'läsare' }] } });
    assert.equal(r.status, 201, r.text);
    created = r.headers.get('last-modified');
  }
});
after(() => server.stop());

const get = (url, more) => ({ request: { method: 'GET', url, ...more } });
const post = (id) => ({ resource: { resourceType: 'Patient', active: true, identifier: [{ value: id }] }, request: { method: 'POST', url: 'Patient' } });
const send = (type, ...entry) => ask(server, 'POST', '', { body: { resourceType: 'Bundle', type, entry } });
const codes = (r) => r.json.entry.map((e) => e.response.status.slice(0, 3));
const ids = (bundle) => (bundle.entry ?? []).map((e) => e.resource.id);
const fault = (outcome) => [outcome.issue[0].details.coding[0].code, outcome.issue[0].expression?.[0]];

for (const type of ['batch', 'transaction']) {
  describe(type, () => {
    test('searches, histories, compartments, everything; pages go on outside', async () => {
      const r = await send(type, get('Patient?_sort=-birthdate&_count=2&birthdate=1980'), get('Patient/p1/_history'), get('Patient/p2/$everything'), get('?_type=Patient&_summary=count'), get('Patient?_id=p3&_elements=birthDate'), get('Patient/p1/*'));
      assert.equal(r.status, 200, r.text);
      assert.deepEqual(codes(r), Array(6).fill('200'));
      const [page, history, everything, count, elements] = r.json.entry.map((e) => e.resource);
      assert.deepEqual(ids(page), ['p3', 'p2']);
      const next = await ask(server, 'GET', page.link.find((l) => l.relation === 'next').url);
      assert.deepEqual(ids(next.json), ['p1']);
      assert.deepEqual([history.type, history.entry.length], ['history', 1]);
      assert.deepEqual(ids(everything), ['p2']);
      assert.ok(count.total >= 3 && !count.entry);
      assert.equal(elements.entry[0].resource.name, undefined);
    });
    test('a page of a search in a Bundle is asked for in a Bundle', async () => {
      const first = await send(type, get('Patient?_sort=birthdate&_count=1&birthdate=1980'));
      const next = first.json.entry[0].resource.link.find((l) => l.relation === 'next').url;
      const r = await send(type, get(next));
      assert.deepEqual(ids(r.json.entry[0].resource), ['p2']);
    });
    test('conditions: ifNoneMatch, ifModifiedSince (an instant); HEAD leaves the resource out', async () => {
      const since = new Date(created).toISOString(), before = new Date(new Date(created) - 86400000).toISOString();
      const r = await send(type, get('Patient/p3', { ifNoneMatch: 'W/"1"' }), get('Patient/p3', { ifModifiedSince: since }), get('Patient/p3', { ifModifiedSince: before }), { request: { method: 'HEAD', url: 'Patient/p3' } }, { request: { method: 'HEAD', url: 'Patient?_id=p3' } });
      assert.deepEqual(codes(r), ['304', '304', '200', '200', '200']);
      assert.deepEqual(r.json.entry.map((e) => e.resource?.id), [undefined, undefined, 'p3', undefined, undefined]);
      assert.equal(r.json.entry[3].response.etag, 'W/"1"');
      const bad = await send(type, get('Patient/p3', { ifModifiedSince: '2026' }));
      assert.equal(bad.status, 400);
      assert.deepEqual(fault(bad.json), ['FHIR_PRIMITIVE', 'Bundle.entry[0].request']);
    });
    test('words are searched; beside writes of a transaction they are refused', async () => {
      const alone = await send(type, get('Patient?_content=läsare'));
      assert.equal(alone.json.entry[0].resource.entry.length, 3, alone.text);
      const beside = await send(type, get('Patient?_content=läsare'), post(`words-${type}`));
      if (type === 'batch') return assert.deepEqual(codes(beside), ['200', '201']);
      assert.equal(beside.status, 400);
      assert.deepEqual(fault(beside.json), ['WORDS_TRANSACTION', 'Bundle.entry[0].request.url']);
    });
  });
}

test('a transaction says which read failed and why, and has written nothing', async () => {
  const all = [
    ['Patient?nonsense=1', 400, 'SEARCH_PARAM_UNKNOWN'],
    ['Patient?birthdate=igår', 400, 'SEARCH_VALUE'],
    ['Patient/never', 404, 'NOT_FOUND'],
    ['Patient?_filter=birthdate+eq', 400, 'SEARCH_FILTER'],
    ['Patient?_page=x', 400, 'SEARCH_PAGE'],
  ];
  for (const [url, status, code] of all)
    for (const beside of [[], [post('rolled-back')]]) {
      const r = await send('transaction', ...beside, get(url));
      assert.equal(r.status, status, r.text);
      assert.deepEqual(fault(r.json), [code, `Bundle.entry[${beside.length}].request.url`]);
      assert.ok(r.json.issue[0].details.text.length > 10);
    }
  assert.equal((await ask(server, 'GET', '/Patient?identifier=rolled-back')).json.total, 0);
});

test('what has no place in a Bundle is said, entry by entry', async () => {
  const all = [get('metadata'), get('_job/x'), get('_job/x/y'), { request: { method: 'POST', url: 'Patient/_search' } }, get('$graphql?query=%7BPatientList%7Bid%7D%7D')];
  const r = await send('batch', ...all, get('Patient/p1'));
  assert.deepEqual(codes(r), ['405', '405', '405', '405', '406', '200']);
  for (const e of r.json.entry.slice(0, 4)) assert.equal(fault(e.response.outcome)[0], 'BUNDLE_METHOD', JSON.stringify(e));
  assert.equal(fault(r.json.entry[4].response.outcome)[0], 'BUNDLE_ANSWER');
});

test('reads of one Bundle give so much together and no more', async () => {
  const big = { resourceType: 'Basic', id: 'big', code: { text: 'å'.repeat(MEGABYTE / 2) } };
  assert.equal((await ask(server, 'PUT', '/Basic/big', { body: big })).status, 201);
  const reads = Array.from({ length: READS_BYTES + 10 }, () => get('Basic/big'));
  for (const beside of [[], [post('too-much')]]) {
    const r = await send('transaction', ...reads, ...beside);
    assert.equal(r.status, 503, r.text.slice(0, 300));
    const [code, where] = fault(r.json);
    assert.equal(code, 'BUNDLE_READS');
    assert.ok(Number(/^Bundle\.entry\[(\d+)\]\.request\.url$/.exec(where)[1]) < READS_BYTES, `${where}: earlier when time ends it`);
  }
  assert.equal((await ask(server, 'GET', '/Patient?identifier=too-much')).json.total, 0);
});
