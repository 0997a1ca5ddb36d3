// SPDX-License-Identifier: Apache-2.0
// $graphql over HTTP: on the system, on a resource, wrong questions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
  const put = async (resource) => assert.ok((await ask(server, 'PUT', `/${resource.resourceType}/${resource.id}`, { body: resource })).status < 300);
  await put({ resourceType: 'Patient', id: 'p', active: true, name: [{ use: 'official', family: 'Åkerström', given: ['Tolvan', 'T'] }, { use: 'old', family: 'Ek' }], contained: [{ resourceType: 'Practitioner', id: 'gp', active: true }], generalPractitioner: [{ reference: '#gp' }, { reference: 'Practitioner/none' }] });
  for (const n of [1, 2, 3]) await put({ resourceType: 'Observation', id: `o${n}`, status: 'final', code: { coding: [{ system: 'urn:c', code: `${n}` }] }, subject: { reference: 'Patient/p' }, valueQuantity: { value: 1.5, unit: 'kg' } });
});
after(() => server.stop());

const gql = (path, query, more = {}) => ask(server, 'POST', `${path}/$graphql`, { body: { query, ...more }, type: 'application/json' });
const data = async (...args) => {
  const r = await gql(...args);
  assert.equal(r.status, 200, r.text);
  assert.match(r.headers.get('content-type'), /^application\/json/);
  return r.json.data;
};

test('a resource, its parts, its references and what refers to it', async () => {
  assert.deepEqual(await data('/Patient/p', '{ resourceType id name(use: official) { family given @first } generalPractitioner { reference resource(optional: true) { ... on Practitioner { active } } } }'), {
    resourceType: 'Patient', id: 'p', name: [{ family: 'Åkerström', given: ['Tolvan'] }],
    generalPractitioner: [{ reference: '#gp', resource: { active: true } }, { reference: 'Practitioner/none' }],
  });
  assert.deepEqual(await data('/Patient/p', 'query q($c: String!) { ObservationList(_reference: subject, code: $c) { id valueQuantity { value } value { ... on Quantity { unit } } } }', { variables: { c: 'urn:c|2' } }), { ObservationList: [{ id: 'o2', valueQuantity: { value: 1.5 }, value: { unit: 'kg' } }] });
});

test('the system: one, lists, connections page by page', async () => {
  assert.deepEqual(await data('', '{ Patient(id: "p") { active } none: Patient(id: "q") { active } }'), { Patient: { active: true } });
  assert.deepEqual((await data('', '{ ObservationList(subject: ["Patient/p"], _sort: "-_id", _count: 2) { id } }')).ObservationList.map((o) => o.id), ['o3', 'o2']);
  const seen = [];
  let cursor;
  do {
    const page = (await data('', 'query ($c: String) { ObservationConnection(_sort: "_id", _count: 2, _total: accurate, _cursor: $c) { count pagesize next edges { mode resource { id subject { resource { name @flatten { family @first } } } } } } }', { variables: { c: cursor } })).ObservationConnection;
    assert.deepEqual([page.count, page.pagesize, page.edges[0].mode], [3, 2, 'match']);
    seen.push(...page.edges.map((e) => e.resource.id));
    cursor = page.next;
  } while (cursor);
  assert.deepEqual(seen, ['o1', 'o2', 'o3']);
  const get = await ask(server, 'GET', `/$graphql?query=${encodeURIComponent('{Patient(_id:"p"){id}}')}`);
  assert.deepEqual(get.json, { data: { Patient: { id: 'p' } } });
  const plain = await ask(server, 'POST', '/Patient/p/$graphql', { body: '{ id }', type: 'application/graphql' });
  assert.deepEqual(plain.json, { data: { id: 'p' } });
});

test('what is asked wrongly is told with its place', async () => {
  const cases = [
    ['/Patient/p', '{ id { x } }', 400, 3], ['/Patient/p', '{ name }', 400, 3], ['/Patient/p', '{ nmae { family } }', 400, 3], ['/Patient/p', '{ id', 400, 5], ['/Patient/p', '{ id @later }', 400, 6],
    ['/Patient/p', '{ generalPractitioner { resource { id } } }', 400, 25], ['/Patient/p', '{ ObservationList { id } }', 400, 3], ['', '{ Patient(active: true, foo: 1) { id } }', 400, 3], ['', '{ Sjukdom { id } }', 400, 3],
    ['', 'mutation { x }', 400, 1], ['/Patient/p', '{ ...f } fragment f on Patient { ...f }', 400, 10], ['/Patient/p', 'query ($x: Int!) { name(_count: $x) { family } }', 400, 33], ['/Patient/p', '{ name(_count: many) { family } }', 400, 8],
    ['/Patient/p', '{ name(fhirpath: "family.(") { family } }', 400, undefined],
  ];
  for (const [path, query, status, column] of cases) {
    const r = await gql(path, query);
    assert.deepEqual([r.status, r.json.errors?.[0].locations?.[0].column], [status, column ?? r.json.errors[0].locations?.[0].column], `${query} ${r.text}`);
    assert.equal(r.json.errors[0].extensions.resource.resourceType, 'OperationOutcome');
  }
  assert.equal((await gql('/Patient/none', '{ id }')).status, 404);
  assert.equal((await ask(server, 'POST', '/$graphql', { body: 'x', type: 'text/plain' })).status, 415);
  assert.equal((await ask(server, 'POST', '/$graphql', { body: '{', type: 'application/json' })).status, 400);
  assert.equal((await ask(server, 'GET', '/$graphql')).status, 400);
  assert.equal((await gql('/Patient/p', `{${'name{'.repeat(5000)}`)).status, 400);
});
