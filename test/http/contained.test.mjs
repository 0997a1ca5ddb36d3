// SPDX-License-Identifier: Apache-2.0
// _contained and _containedType: contained resources found as their containers or themselves, alone or with others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
  const put = async (resource) => assert.ok((await ask(server, 'PUT', `/${resource.resourceType}/${resource.id}`, { body: resource })).status < 300, resource.id);
  const patient = (id, family, more) => ({ resourceType: 'Patient', id, name: [{ family }], ...more });
  await put(patient('free', 'Ek'));
  await put(patient('other', 'Lind', { gender: 'male' }));
  await put({ resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Ek' }] });
  for (const n of [1, 2, 3]) await put({ resourceType: 'Observation', id: `o${n}`, status: 'final', code: { text: 'x' }, subject: { reference: '#p' }, contained: [patient('p', n === 3 ? 'Lind' : 'Ek', { gender: 'female', generalPractitioner: [{ reference: 'Practitioner/gp' }] })] });
  await put({ resourceType: 'List', id: 'two', status: 'current', mode: 'working', contained: [patient('a', 'Ek', { birthDate: '1912-12-12' }), patient('b', 'Ekman'), { resourceType: 'Practitioner', id: 'c', name: [{ family: 'Ek' }] }], entry: ['a', 'b', 'c'].map((id) => ({ item: { reference: `#${id}` } })) });
});
after(() => server.stop());

const names = async (query) => {
  const r = await ask(server, 'GET', `/Patient?${query}`);
  assert.equal(r.status, 200, r.text);
  return (r.json.entry ?? []).map((e) => e.fullUrl.split('/fhir/')[1]).sort();
};

test('containers, the contained themselves, and both with those that stand alone', async () => {
  assert.deepEqual(await names('family:exact=Ek'), ['Patient/free']);
  assert.deepEqual(await names('family:exact=Ek&_contained=false'), ['Patient/free']);
  assert.deepEqual(await names('family:exact=Ek&_contained=true'), ['List/two', 'Observation/o1', 'Observation/o2']);
  assert.deepEqual(await names('family:exact=Ek&_contained=both'), ['List/two', 'Observation/o1', 'Observation/o2', 'Patient/free']);
  assert.deepEqual(await names('family=Ek&_contained=true&_containedType=contained'), ['List/two#a', 'List/two#b', 'Observation/o1#p', 'Observation/o2#p']);
  assert.deepEqual(await names('family=Ek&_contained=both&_containedType=contained'), ['List/two#a', 'List/two#b', 'Observation/o1#p', 'Observation/o2#p', 'Patient/free']);
  const one = (await ask(server, 'GET', '/Patient?birthdate=1912-12-12&_contained=true&_containedType=contained')).json.entry;
  assert.deepEqual(one.map((e) => [e.resource.resourceType, e.resource.id, e.search.mode]), [['Patient', 'a', 'match']]);
});

test('with several conditions all must hold of the same contained resource; chains, :not and :missing', async () => {
  assert.deepEqual(await names('family:exact=Ek&birthdate=1912-12-12&_contained=true'), ['List/two']);
  assert.deepEqual(await names('family=Ekman&birthdate=1912-12-12&_contained=true'), []);
  assert.deepEqual(await names('general-practitioner.name=Ek&family=Lind&_contained=true'), ['Observation/o3']);
  assert.deepEqual(await names('gender:not=female&_contained=true'), ['List/two']);
  assert.deepEqual(await names('gender:missing=true&_contained=both'), ['List/two', 'Patient/free']);
  assert.deepEqual(await names('_contained=true&_filter=family eq Lind and gender eq female'.replaceAll(' ', '%20')), ['Observation/o3']);
});

test('pages, totals, changes', async () => {
  let url = '/Patient?family=Ek,Lind&_contained=both&_count=2&_total=accurate';
  const seen = [];
  for (let page = 0; url; page++) {
    const r = await ask(server, 'GET', url);
    assert.equal(r.json.total, 6, r.text);
    seen.push(...r.json.entry.map((e) => e.fullUrl.split('/fhir/')[1]));
    if (page === 0) await ask(server, 'PUT', '/List/two', { body: { resourceType: 'List', id: 'two', status: 'current', mode: 'working' } });
    url = r.json.link.find((l) => l.relation === 'next')?.url;
  }
  assert.deepEqual(seen.sort(), ['List/two', 'Observation/o1', 'Observation/o2', 'Observation/o3', 'Patient/free', 'Patient/other']);
  assert.deepEqual(await names('family=Ekman&_contained=true'), []);
});

test('what it cannot be mixed with is said', async () => {
  for (const query of ['_contained=maybe', '_contained=true&_containedType=box', '_contained=true&_sort=family', '_contained=true&_id=p', '_contained=true&_include=*', '_contained=true&_lastUpdated=gt2020']) {
    const r = await ask(server, 'GET', `/Patient?${query}`);
    assert.equal(r.status, 400, `${query} ${r.text}`);
  }
  assert.equal((await ask(server, 'GET', '/?_contained=true')).status, 400);
});
