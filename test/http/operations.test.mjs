// SPDX-License-Identifier: Apache-2.0
// Operations on resources: $meta, $validate, $lastn, $stats, $everything with care time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());

const get = (path) => ask(server, 'GET', path);
const post = (path, body) => ask(server, 'POST', path, { body });
const parameters = (...parameter) => ({ resourceType: 'Parameters', parameter });
const code = (...codes) => ({ coding: codes.map((c) => ({ system: 'http://loinc.org', code: c })) });
const errorOf = (answer) => answer.json.issue[0].details.coding[0].code;

async function put(resource) {
  const r = await ask(server, 'PUT', `/${resource.resourceType}/${resource.id}`, { body: resource });
  assert.ok(r.status < 300, r.text);
}

test('$meta of a resource, its type and everything; labels added and taken away', async () => {
  await put({ resourceType: 'Patient', id: 'm', meta: { source: 'urn:test', profile: ['http://example.org/p'], tag: [{ system: 'urn:t', code: '1' }] }, birthDate: '1912-12-12' });
  const labels = { tag: [{ system: 'urn:t', code: '2' }, { system: 'urn:t', code: '1' }], security: [{ system: 'urn:s', code: 'R' }] };
  let r = await post('/Patient/m/$meta-add', parameters({ name: 'meta', valueMeta: labels }));
  assert.equal(r.status, 200, r.text);
  let meta = r.json.parameter[0].valueMeta;
  assert.equal(meta.versionId, '2');
  assert.equal(meta.source, 'urn:test');
  assert.deepEqual(meta.tag.map((t) => t.code), ['1', '2']);
  r = await post('/Patient/m/$meta-delete', parameters({ name: 'meta', valueMeta: { tag: [{ system: 'urn:t', code: '1' }], profile: ['http://example.org/p'] } }));
  meta = r.json.parameter[0].valueMeta;
  assert.deepEqual([meta.tag.map((t) => t.code), meta.profile, meta.security[0].code], [['2'], undefined, 'R']);
  assert.deepEqual((await get('/Patient/m')).json.meta, meta);
  assert.equal((await get('/Patient/m')).json.birthDate, '1912-12-12');
  assert.equal((await get('/Patient?_tag=urn:t|1')).json.total, 0);
  for (const path of ['/$meta', '/Patient/$meta']) {
    const all = (await get(path)).json.parameter[0].valueMeta;
    assert.deepEqual([all.tag.map((t) => t.code), all.versionId], [['2'], undefined]);
  }
  assert.equal((await get('/Patient/none/$meta')).status, 404);
  r = await post('/Patient/m/$meta-add', parameters({ name: 'mta', valueMeta: labels }));
  assert.deepEqual([r.status, errorOf(r), r.json.issue[0].expression[0]], [400, 'PARAM_UNKNOWN', 'Parameters.parameter[0]']);
  assert.equal(errorOf(await post('/Patient/m/$meta-add', { resourceType: 'Parameters' })), 'PARAM_MISSING');
});

test('twenty labels added at once from twenty clients: all are there', async () => {
  await put({ resourceType: 'Patient', id: 'many' });
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => post('/Patient/many/$meta-add', parameters({ name: 'meta', valueMeta: { tag: [{ system: 'urn:n', code: `${i}` }] } }))));
  for (const r of all) assert.equal(r.status, 200, r.text);
  const tags = (await get('/Patient/many/$meta')).json.parameter[0].valueMeta.tag.map((t) => +t.code).sort((a, b) => a - b);
  assert.deepEqual(tags, Array.from({ length: 20 }, (_, i) => i));
});

test('$validate says what a write would say, and writes nothing', async () => {
  const good = { resourceType: 'Patient', birthDate: '1912-12-12' };
  const bad = { resourceType: 'Patient', birthDate: 'igår', gendr: 'male' };
  let r = await post('/Patient/$validate', good);
  assert.deepEqual([r.status, r.json.issue[0].severity], [200, 'information']);
  r = await post('/Patient/$validate', bad);
  assert.deepEqual([r.status, r.json.issue.map((i) => i.expression[0]).sort()], [200, ['Patient.birthDate', 'Patient.gendr']]);
  r = await post('/Patient/$validate', parameters({ name: 'resource', resource: bad }, { name: 'mode', valueCode: 'create' }));
  assert.deepEqual([r.status, r.json.issue.length, r.json.issue[0].severity], [200, 2, 'error']);
  r = await post('/Observation/$validate', good);
  assert.equal(errorOf(r), 'FHIR_TYPE_MISMATCH');
  await put({ resourceType: 'Patient', id: 'v' });
  await put({ resourceType: 'Observation', id: 'v', status: 'final', code: code('1'), subject: { reference: 'Patient/v' } });
  r = await post('/Patient/v/$validate', parameters({ name: 'resource', resource: { ...good, id: 'other' } }, { name: 'mode', valueCode: 'update' }));
  assert.deepEqual([r.status, errorOf(r)], [200, 'FHIR_ID_MISMATCH']);
  r = await post('/Patient/v/$validate', parameters({ name: 'mode', valueCode: 'delete' }));
  assert.deepEqual([r.status, errorOf(r)], [200, 'REFERENCED']);
  r = await get('/Patient/v/$validate?mode=delete');
  assert.equal(errorOf(r), 'REFERENCED');
  assert.equal((await get('/Patient/v/$validate')).json.issue[0].severity, 'information');
  assert.equal((await get('/Patient/none/$validate')).status, 404);
  assert.equal((await get('/Patient/v')).json.meta.versionId, '1');
  for (const [query, error] of [['?profile=http://example.org/strict', 'PROFILE_UNKNOWN'], ['?mode=maybe', 'PARAM_VALUE'], ['?mode=update', 'PARAM_VALUE'], ['?x=1', 'PARAM_UNKNOWN']]) {
    r = await post(`/Patient/$validate${query}`, good);
    assert.deepEqual([r.status, errorOf(r)], [400, error], query);
  }
  assert.equal((await post('/Patient/$validate?profile=http://hl7.org/fhir/StructureDefinition/Patient', good)).status, 200);
  assert.equal((await ask(server, 'POST', '/Patient/$validate', { body: '{' })).status, 400);
});

const observation = (id, codes, when, value, more = {}) => ({
  resourceType: 'Observation', id, status: 'final', category: [{ coding: [{ code: 'vital-signs' }] }], code: code(...codes), subject: { reference: 'Patient/s' },
  ...(when ? { effectiveDateTime: when } : {}), ...(value === undefined ? {} : { valueQuantity: { value, unit: 'slag/min', system: 'http://unitsofmeasure.org', code: '/min' } }), ...more,
});

test('$lastn: the newest of each code, ties together, codes that stand together one group', async () => {
  await put({ resourceType: 'Patient', id: 's' });
  const all = [
    observation('a1', ['a'], '2024-01-01T08:00:00Z', 60), observation('a2', ['a'], '2024-01-02T08:00:00Z', 70), observation('a3', ['a'], '2024-01-03T08:00:00Z', 80),
    observation('b1', ['b'], '2024-01-01T08:00:00Z', 1), observation('ab', ['a', 'b'], '2023-01-01T08:00:00Z', 65),
    observation('c1', ['c'], '2024-01-05T08:00:00Z', 1), observation('c2', ['c'], '2024-01-05T09:00:00+01:00', 2),
    observation('none', ['d'], undefined, 3),
  ];
  for (const o of all) await put(o);
  const ids = async (query) => (await get(`/Observation/$lastn?patient=s&category=vital-signs${query}`)).json.entry.map((e) => e.resource.id);
  assert.deepEqual(await ids(''), ['c1', 'c2', 'a3', 'none']);
  assert.deepEqual(await ids('&max=2'), ['c1', 'c2', 'a3', 'a2', 'none']);
  assert.deepEqual(await ids('&max=20&code=a'), ['a3', 'a2', 'a1', 'ab']);
  for (const [query, error] of [['category=x', 'PARAM_MISSING'], ['patient=s', 'PARAM_MISSING'], ['patient=s&code=a&max=0', 'PARAM_VALUE'], ['patient=s&code=a&_sort=date', 'PARAM_UNKNOWN'], ['patient=s&code=a&foo=1', 'SEARCH_PARAM_UNKNOWN']]) {
    const r = await get(`/Observation/$lastn?${query}`);
    assert.deepEqual([r.status, errorOf(r)], [400, error], query);
  }
  assert.deepEqual((await get('/Observation/$lastn?patient=nobody&code=a')).json.entry ?? [], []);
});

test('$stats: values of a code, of components and of panels, never mixing units', async () => {
  await put(observation('p', ['panel'], '2024-02-01T08:00:00Z', undefined, {
    component: [{ code: code('sys'), valueQuantity: { value: 120, unit: 'mmHg' } }, { code: code('dia'), valueQuantity: { value: 80, unit: 'mmHg' } }],
  }));
  await put(observation('err', ['a'], '2024-01-04T08:00:00Z', 9999, { status: 'entered-in-error' }));
  await put(observation('odd', ['a'], '2024-01-04T09:00:00Z', undefined, { valueQuantity: { value: 1, unit: 'kPa' } }));
  const stat = (r, name) => r.json.parameter.filter((p) => p.name === 'statistics').map((p) => p.resource.component.find((c) => c.code.coding[0].code === name)?.valueQuantity.value);
  const names = 'average maximum minimum count total-count median sum variance std-dev 4-lower regression'.split(' ');
  let r = await get(`/Observation/$stats?subject=Patient/s&code=a&system=http://loinc.org&${names.map((n) => `statistic=${n}`).join('&')}&include=true&limit=2`);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.parameter.filter((p) => p.name === 'source').length, 2);
  const per = Object.fromEntries(names.map((n) => [n, stat(r, n)[r.json.parameter.findIndex((p) => p.resource.component.some((c) => c.valueQuantity.code === '/min'))]]));
  assert.deepEqual([per.average, per.maximum, per.minimum, per.count, per['total-count'], per.median, per.sum, per.variance, per['4-lower']], [68.75, 80, 60, 4, 5, 67.5, 275, 54.6875, 63.75]);
  r = await get('/Observation/$stats?subject=Patient/s&code=panel&statistic=average');
  assert.deepEqual(stat(r, 'average'), [120, 80]);
  r = await get('/Observation/$stats?subject=Patient/s&code=sys&statistic=average');
  assert.deepEqual(stat(r, 'average'), [120]);
  r = await post('/Observation/$stats', parameters({ name: 'subject', valueUri: 'Patient/s' }, { name: 'coding', valueCoding: { system: 'http://loinc.org', code: 'a' } }, { name: 'statistic', valueCode: 'count' }, { name: 'period', valuePeriod: { start: '2024-01-02', end: '2024-01-03' } }));
  assert.deepEqual(stat(r, 'count'), [2], r.text);
  for (const [query, status, error] of [['subject=Patient/s&code=a', 400, 'PARAM_MISSING'], ['subject=Patient/s&statistic=count', 400, 'PARAM_MISSING'], ['subject=Patient/s&code=a&statistic=mode', 400, 'PARAM_VALUE'], ['subject=Patient/s&code=nothing&statistic=count', 404, 'STATS_NONE'], ['subject=Patient/s&code=a&statistic=count&period=2024', 400, 'PARAM_KIND'], ['subject=Patient/s&code=a&statistic=count&duration=-1', 400, 'PARAM_VALUE']]) {
    r = await get(`/Observation/$stats?${query}`);
    assert.deepEqual([r.status, errorOf(r)], [status, error], query);
  }
});

test('$diff tells what changed as a patch that can be sent', async () => {
  const first = { resourceType: 'Patient', id: 'd', active: true, name: [{ family: 'Åkerström', given: ['Tolvan', 'T'] }], multipleBirthInteger: 2 };
  const second = { resourceType: 'Patient', id: 'd', active: false, name: [{ family: 'Ek', given: ['T'] }], multipleBirthBoolean: true, birthDate: '1912-12-12' };
  await put(first);
  await put(second);
  const diff = await get('/Patient/d/$diff');
  assert.equal(diff.status, 200, diff.text);
  await put({ ...first, id: 'd2' });
  const r = await ask(server, 'PATCH', '/Patient/d2', { body: diff.json });
  assert.equal(r.status, 200, r.text);
  const { meta, ...rest } = r.json;
  assert.equal(meta.versionId, '2');
  assert.deepEqual(rest, { ...second, id: 'd2' });
  assert.equal((await get('/Patient/d/$diff?fromVersion=2&toVersion=2')).json.parameter, undefined);
  assert.equal((await get('/$diff?from=Patient/d&to=Patient/d2')).json.parameter, undefined);
  assert.ok((await get('/$diff?from=Patient/d/_history/1&to=Patient/d2')).json.parameter.length > 3);
  const wrong = [
    ['/Patient/d/$diff?fromVersion=9', 404, 'NOT_FOUND'], ['/Patient/d/$diff?fromVersion=x', 400, 'PARAM_VALUE'], ['/Patient/d/$diff?toVersion=1', 400, 'PARAM_MISSING'],
    ['/$diff?from=Patient/d', 400, 'PARAM_MISSING'], ['/$diff?from=Patient/d&to=d', 400, 'PARAM_VALUE'], ['/$diff?from=Patient/d&to=Patient/none', 404, 'NOT_FOUND'], ['/$diff?from=Patient/d&to=Observation/a1', 400, 'FHIR_TYPE_MISMATCH'],
  ];
  for (const [path, status, error] of wrong) {
    const bad = await get(path);
    assert.deepEqual([bad.status, errorOf(bad)], [status, error], path);
  }
});

test('$everything within a time of care, by GET and by POST', async () => {
  await post('/', bundle('transaction', entry('PUT', 'Patient/e', { resourceType: 'Patient', id: 'e' }),
    entry('PUT', 'Encounter/e1', { resourceType: 'Encounter', id: 'e1', status: 'finished', class: { code: 'IMP' }, subject: { reference: 'Patient/e' }, period: { start: '2024-03-01', end: '2024-03-20' } }),
    entry('PUT', 'Encounter/e2', { resourceType: 'Encounter', id: 'e2', status: 'finished', class: { code: 'AMB' }, subject: { reference: 'Patient/e' }, period: { start: '2024-05-01', end: '2024-05-01' } }),
    entry('PUT', 'AllergyIntolerance/e', { resourceType: 'AllergyIntolerance', id: 'e', clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] }, patient: { reference: 'Patient/e' } })));
  const ids = (r) => r.json.entry.map((e) => `${e.resource.resourceType}/${e.resource.id}`).sort();
  const path = '/Patient/e/$everything';
  assert.deepEqual(ids(await get(path)), ['AllergyIntolerance/e', 'Encounter/e1', 'Encounter/e2', 'Patient/e']);
  assert.deepEqual(ids(await get(`${path}?start=2024-03-10&end=2024-03-11`)), ['AllergyIntolerance/e', 'Encounter/e1', 'Patient/e']);
  assert.deepEqual(ids(await get(`${path}?start=2024-04-01&_type=Encounter`)), ['Encounter/e2']);
  assert.deepEqual(ids(await post(path, parameters({ name: 'end', valueDate: '2024-02-29' }, { name: '_type', valueCode: 'Encounter,Patient' }))), ['Patient/e']);
  let next = `${path}?start=2024-01-01&_count=2`;
  const seen = [];
  while (next) {
    const r = await get(next);
    seen.push(...ids(r));
    next = r.json.link.find((l) => l.relation === 'next')?.url;
  }
  assert.deepEqual(seen.sort(), ['AllergyIntolerance/e', 'Encounter/e1', 'Encounter/e2', 'Patient/e']);
  for (const query of ['start=igår', '_count=0', '_type=Nonsense', 'slut=2024']) assert.equal((await get(`${path}?${query}`)).status, 400, query);
});
