// SPDX-License-Identifier: Apache-2.0
// Searches over HTTP: page links, compartments, explanations, and how wrong ones are refused.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

let server;
const go = (method, path, options) => ask(server, method, path, options);
const ids = (r) => (r.json.entry ?? []).map((e) => e.resource.id);
const link = (r, relation) => r.json.link.find((l) => l.relation === relation)?.url;
const form = { type: 'application/x-www-form-urlencoded' };
const put = (resource) => entry('PUT', `${resource.resourceType}/${resource.id}`, resource);
const secret = '19121212-1212';

before(async () => {
  server = await start(undefined, ['--explain']);
  const patients = [...Array(25).keys()].map((i) =>
    put({ resourceType: 'Patient', id: `p${i}`, identifier: [{ system: 'urn:x', value: secret }], name: [{ family: `F${String(i).padStart(2, '0')}` }], gender: i % 2 ? 'male' : 'female' }),
  );
  const rest = [
    put({ resourceType: 'Encounter', id: 'e1', status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/p1' } }),
    put({ resourceType: 'Encounter', id: 'e2', status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/p2' }, partOf: { reference: 'Encounter/e1' } }),
    put({ resourceType: 'Observation', id: 'o1', status: 'final', code: { text: 'x', coding: [{ code: 'a' }] }, subject: { reference: 'Patient/p1' }, encounter: { reference: 'Encounter/e1' } }),
    put({ resourceType: 'Observation', id: 'o2', status: 'final', code: { text: 'x', coding: [{ code: 'b' }] }, subject: { reference: 'Patient/p2' } }),
    put({ resourceType: 'Observation', id: 'e1', status: 'final', code: { text: 'x' }, performer: [{ reference: 'Practitioner/d1' }] }),
    put({ resourceType: 'Practitioner', id: 'd1' }),
  ];
  const r = await go('POST', '', { body: bundle('transaction', ...patients, ...rest) });
  assert.equal(r.status, 200, r.text);
});
after(async () => {
  if (server) assert.equal((await server.stop()).code, 0);
});

function refused(r, status, code, text) {
  assert.equal(r.status, status, r.text.slice(0, 500));
  assert.equal(r.json.issue[0].details.coding[0].code, code);
  if (text) assert.match(r.text, text);
}

describe('page links', () => {
  async function walk(first) {
    const seen = [];
    let r = first;
    for (let n = 0; n < 50; n++) {
      seen.push(...ids(r));
      const next = link(r, 'next');
      if (!next) return seen;
      assert.match(next, /\?_page=[A-Za-z0-9_-]+$/);
      r = await go('GET', next);
      assert.equal(r.status, 200, r.text);
    }
    throw new Error('no end');
  }

  test('hold the whole search and show nothing of it', async () => {
    const r = await go('GET', `/Patient?identifier=${secret}&_count=7&_sort=family&_total=accurate`);
    assert.equal(r.json.total, 25);
    const next = link(r, 'next');
    assert.ok(!next.includes(secret) && !Buffer.from(next.split('=')[1], 'base64url').toString('latin1').includes('1212'));
    assert.deepEqual(await walk(r), [...Array(25).keys()].map((i) => `p${i}`));
    const second = await go('GET', next);
    assert.equal(second.json.total, 25);
    assert.equal(link(second, 'self'), next);
    assert.deepEqual(ids(await go('GET', link(second, 'previous'))), ids(r));
    assert.deepEqual(ids(await go('GET', link(second, 'first'))), ids(r));
    const third = await go('GET', link(second, 'next'));
    assert.deepEqual(ids(await go('GET', link(third, 'previous'))), ids(second));
  });

  test('by form too', async () => {
    const r = await go('POST', '/Patient/_search', { ...form, body: `identifier=${secret}&_count=10` });
    assert.equal((await walk(r)).length, 25);
    const token = new URL(link(r, 'next')).searchParams.get('_page');
    const second = await go('POST', '/Patient/_search', { ...form, body: `_page=${token}` });
    assert.equal(ids(second).length, 10);
  });

  test('stay as they were while others write', async () => {
    const r = await go('GET', '/Patient?gender=male&_count=5&_sort=family');
    const was = await go('GET', '/Patient/p13');
    await go('PUT', '/Patient/p13', { body: { ...was.json, gender: 'other' } });
    assert.equal((await walk(r)).length, 12);
    await go('PUT', '/Patient/p13', { body: was.json });
  });

  test('are good for their own search only, whole and unchanged', async () => {
    const r = await go('GET', '/Patient?_count=5');
    const token = new URL(link(r, 'next')).searchParams.get('_page');
    const turned = token.slice(0, 40) + (token[40] === 'A' ? 'B' : 'A') + token.slice(41);
    for (const bad of [turned, token.slice(0, -4), `${token}AAAA`, 'x', '', token.slice(1), '%00'])
      assert.equal((await go('GET', `/Patient?_page=${bad}`)).status, 400, bad);
    refused(await go('GET', `/Patient?_page=${turned}`), 400, 'SEARCH_PAGE');
    refused(await go('GET', `/Observation?_page=${token}`), 400, 'SEARCH_PAGE');
    refused(await go('GET', `/Patient/p1/Observation?_page=${token}`), 400, 'SEARCH_PAGE');
    refused(await go('GET', `/Patient?_page=${token}&gender=male`), 400, 'SEARCH_PARAM_UNKNOWN');
  });

  test('outlive a restart', async () => {
    const r = await go('GET', '/Patient?_count=20&_sort=family');
    const path = link(r, 'next').slice(server.base.length);
    const { data } = server;
    await server.stop({ keep: true });
    server = await start(data, ['--explain']);
    assert.deepEqual(ids(await go('GET', path)), ['p20', 'p21', 'p22', 'p23', 'p24']);
  });
});

describe('compartments', () => {
  test('of a patient', async () => {
    assert.deepEqual(ids(await go('GET', '/Patient/p1/Observation')), ['o1']);
    assert.deepEqual(ids(await go('GET', '/Patient/p1/Observation?code=b')), []);
    assert.deepEqual(ids(await go('GET', '/Patient/p1/Encounter')), ['e1']);
    assert.deepEqual(ids(await go('GET', '/Patient/p1/*')).sort(), ['e1', 'o1', 'p1']);
    assert.deepEqual(ids(await go('GET', '/Patient/p1/*?_type=Observation')), ['o1']);
    assert.deepEqual(ids(await go('POST', '/Patient/p1/Observation/_search', { ...form, body: 'code=a' })), ['o1']);
    assert.deepEqual(ids(await go('POST', '/Patient/p1/*/_search', { ...form, body: '_type=Encounter' })), ['e1']);
  });
  test('of an encounter and a practitioner', async () => {
    assert.deepEqual(ids(await go('GET', '/Encounter/e1/Observation')), ['o1']);
    assert.deepEqual((await go('GET', '/Encounter/e1/*')).json.entry.map((e) => `${e.resource.resourceType}/${e.resource.id}`).sort(), ['Encounter/e1', 'Observation/o1']);
    assert.deepEqual(ids(await go('GET', '/Practitioner/d1/Observation')), ['e1']);
  });
  test('pages', async () => {
    const r = await go('GET', '/Patient/p1/*?_count=2');
    assert.ok(link(r, 'self').startsWith(`${server.base}/Patient/p1/*?`));
    assert.equal([...ids(r), ...ids(await go('GET', link(r, 'next')))].length, 3);
  });
  test('refused', async () => {
    refused(await go('GET', '/Patient/p1/Medication'), 400, 'SEARCH_COMPARTMENT');
    refused(await go('GET', '/Patient/p1/*?_type=Medication'), 400, 'SEARCH_COMPARTMENT');
    refused(await go('GET', '/Patient/p1/Nothing'), 404, 'TYPE_NONE');
    refused(await go('GET', '/Organization/o1/Patient'), 404, 'URL');
    refused(await go('POST', '/Patient/p1/Observation'), 405, 'METHOD');
  });
});

test('_list gives what a List holds, but not what was taken off it', async () => {
  const item = (reference, more) => ({ item: { reference }, ...more });
  const list = { resourceType: 'List', id: 'l1', status: 'current', mode: 'changes', entry: [item('Observation/o1'), item('Observation/o2', { deleted: true }), item('Patient/p3')] };
  assert.equal((await go('PUT', '/List/l1', { body: list })).status, 201);
  assert.deepEqual(ids(await go('GET', '/Observation?_list=l1')), ['o1']);
  assert.deepEqual(ids(await go('GET', '/Patient?_list=l1')), ['p3']);
  assert.deepEqual(ids(await go('GET', '/Encounter?_list=l1')), []);
  refused(await go('GET', '/Encounter?_list=none'), 404, 'NOT_FOUND');
  refused(await go('GET', '/Encounter?_list=$current-problems'), 400, 'SEARCH_VALUE', /expected \$current-problems/);
  const problem = (id, code) => ({ resourceType: 'Condition', id, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] }, subject: { reference: 'Patient/p1' } });
  for (const c of [problem('c1', 'active'), problem('c2', 'resolved')]) assert.equal((await go('PUT', `/Condition/${c.id}`, { body: c })).status, 201);
  assert.deepEqual(ids(await go('GET', '/Condition?patient=p1&_list=$current-problems')), ['c1']);
});

test('trees and identifiers of a type', async () => {
  const place = (id, partOf) => ({ resourceType: 'Location', id, ...(partOf ? { partOf: { reference: `Location/${partOf}` } } : {}) });
  for (const l of [place('top'), place('mid', 'top'), place('low', 'mid'), place('aside')]) assert.ok((await go('PUT', `/Location/${l.id}`, { body: l })).status < 300);
  assert.deepEqual(ids(await go('GET', '/Location?partof:below=top')).sort(), ['low', 'mid']);
  assert.deepEqual(ids(await go('GET', '/Location?partof:above=Location/mid')).sort(), ['low', 'mid']);
  const coded = (id, code) => ({ resourceType: 'Patient', id, identifier: [{ type: { coding: [{ system: 'urn:t', code }] }, value: '77' }] });
  for (const p of [coded('t1', 'MR'), coded('t2', 'SS')]) await go('PUT', `/Patient/${p.id}`, { body: p });
  assert.deepEqual(ids(await go('GET', '/Patient?identifier:of-type=urn:t|MR|77')), ['t1']);
  assert.deepEqual(ids(await go('GET', '/Patient?identifier:of-type=urn:t|MR|77,urn:t|SS|77')).sort(), ['t1', 't2']);
  assert.deepEqual(ids(await go('GET', '/Patient?identifier:of-type=urn:t|XX|77')), []);
});

test(':below of MIME types', async () => {
  const doc = (id, contentType) => ({ resourceType: 'DocumentReference', id, status: 'current', content: [{ attachment: { contentType, url: 'urn:x' } }] });
  for (const d of [doc('x1', 'text/xml'), doc('x2', 'text/xml; charset=UTF-8'), doc('x3', 'text/plain'), doc('x4', 'image/png')]) assert.equal((await go('PUT', `/DocumentReference/${d.id}`, { body: d })).status, 201);
  const found = async (value) => ids(await go('GET', `/DocumentReference?contenttype:below=${encodeURIComponent(value)}`)).sort();
  assert.deepEqual(ids(await go('GET', '/DocumentReference?contenttype=text/xml')), ['x1']);
  assert.deepEqual(await found('text/xml'), ['x1', 'x2']);
  assert.deepEqual(await found('text/xml; charset=utf-8'), ['x2']);
  assert.deepEqual(await found('image,text/plain'), ['x3', 'x4']);
  refused(await go('GET', '/DocumentReference?contenttype:below=image/*'), 400, 'SEARCH_VALUE', /expected a MIME type like text\/xml/);
  const { json } = await go('GET', '/metadata');
  const param = json.rest[0].resource.find((r) => r.type === 'DocumentReference').searchParam.find((p) => p.name === 'contenttype');
  assert.match(param.documentation, /:below/);
});

test('_filter over HTTP', async () => {
  assert.deepEqual(ids(await go('GET', `/Patient?_filter=${encodeURIComponent('family eq "f01" or (gender eq female and family eq F02)')}`)), ['p1', 'p2']);
  refused(await go('GET', `/Patient?_filter=${encodeURIComponent('family is x')}`), 400, 'SEARCH_FILTER', /position 8: expected an operator/);
});

test('_elements of a type say nothing of others', async () => {
  const r = await go('GET', '/Encounter?_id=e1&_include=Encounter:subject&_elements=Patient.name');
  const [encounter, patient] = r.json.entry.map((e) => e.resource);
  assert.ok(encounter.subject && !encounter.meta.tag);
  assert.deepEqual(Object.keys(patient).sort(), ['id', 'meta', 'name', 'resourceType']);
  assert.equal(patient.meta.tag[0].code, 'SUBSETTED');
});

test('_explain says how, to administrators', async () => {
  const r = await go('GET', '/Observation?subject:Patient.family=F01&code=a&_explain=true');
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.resourceType, 'Parameters');
  const names = r.json.parameter.map((p) => p.name);
  assert.deepEqual(names.filter((n) => n === 'condition').length, 2);
  for (const n of ['plan', 'matchesOnPage', 'resourcesLookedAt', 'microseconds']) assert.ok(names.includes(n), n);
  const what = r.json.parameter.filter((p) => p.name === 'condition').map((p) => p.part.find((x) => x.name === 'what').valueString);
  assert.ok(what[0].startsWith('Observation.subject -> (Patient.family'), what[0]);
  assert.ok(!r.text.includes('F01'));
  const other = await start();
  try {
    refused(await ask(other, 'GET', '/Observation?_explain=true'), 403, 'SEARCH_EXPLAIN');
  } finally {
    await other.stop();
  }
});

test('what is wrong is named with its place, in both languages', async () => {
  for (const [path, code, text] of [
    ['/Patient?birthdate=2010,20x0', 'SEARCH_VALUE', /position 6: expected a date/],
    ['/Patient?birthdate=2010,20x0', 'SEARCH_VALUE', /position 6: väntade ett datum/],
    ['/Patient?gender:exact=x', 'SEARCH_MODIFIER', /allowed there: :missing, :not/],
    ['/Observation?subject.nosuch=x', 'SEARCH_CHAIN', /leads to no type with that parameter/],
    ['/Patient?_elements=name,nose', 'SEARCH_VALUE', /position 6/],
  ])
    refused(await go('GET', path), 400, code, text);
});

test('a thousand UUIDs fit in an address', async () => {
  const many = Array.from({ length: 999 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
  const r = await go('GET', `/Patient?_id=${[...many, 'p7'].join(',')}`);
  assert.deepEqual([r.status, ids(r)], [200, ['p7']]);
});
