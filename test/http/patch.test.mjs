// SPDX-License-Identifier: Apache-2.0
// PATCH: the three kinds, by id and by criteria, in batch and transaction, and what must be refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from 'fhir-kit-client';
import { ask, bundle, entry, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
});
after(async () => {
  if (server) await server.stop();
});

const JSONP = 'application/json-patch+json';
const XMLP = 'application/xml-patch+xml';
const FHIR = 'application/fhir+json';
const code = (r) => r.json?.issue?.[0]?.details?.coding?.[0]?.code;
const text = (r) => r.json?.issue?.[0]?.details?.text;
const patch = (path, body, type = JSONP, headers = {}) => ask(server, 'PATCH', path, { body, type, headers: { 'Accept-Language': 'en', ...headers } });
const make = async (more = {}) => (await ask(server, 'POST', '/Patient', { body: { resourceType: 'Patient', name: [{ family: 'Öberg', given: ['Åsa', 'Maj'] }], birthDate: '1971-02-03', ...more } })).json;
const read = async (p) => (await ask(server, 'GET', `/Patient/${p.id}`)).json;
const op = (type, path, parts = {}) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...Object.entries(parts).map(([name, v]) => ({ name, ...v }))],
});
const parameters = (...parameter) => ({ resourceType: 'Parameters', parameter });

test('JSON Patch', async () => {
  const p = await make();
  const r = await patch(`/Patient/${p.id}`, [
    { op: 'test', path: '/birthDate', value: '1971-02-03' },
    { op: 'replace', path: '/birthDate', value: '1971-02-04' },
    { op: 'add', path: '/name/0/given/-', value: 'Lo' },
    { op: 'remove', path: '/name/0/given/0' },
    { op: 'add', path: '/active', value: true },
  ]);
  assert.equal(r.status, 200);
  assert.equal(r.headers.get('etag'), 'W/"2"');
  assert.deepEqual(r.json.name[0].given, ['Maj', 'Lo']);
  assert.deepEqual(await read(p), r.json);
  assert.equal((await ask(server, 'GET', `/Patient?given=lo&birthdate=1971-02-04`)).json.total, 1, 'found by what it has become');
});

test('XML Patch', async () => {
  const p = await make();
  const r = await patch(
    `/Patient/${p.id}`,
    `<?xml version="1.0"?><diff xmlns="http://hl7.org/fhir"><replace sel="f:Patient/f:birthDate/@value">1980</replace><add sel="f:Patient/f:name" pos="before"><active value="true"/></add><remove sel="/f:Patient/f:name/f:given[2]"/></diff>`,
    XMLP,
    { Accept: 'application/fhir+xml' },
  );
  assert.equal(r.status, 200, r.text);
  assert.match(r.text, /<active value="true"\/><name><family value="Öberg"\/><given value="Åsa"\/><\/name><birthDate value="1980"\/>/);
});

test('FHIRPath Patch, in JSON and in XML', async () => {
  const p = await make();
  const r = await patch(`/Patient/${p.id}`, parameters(op('replace', 'Patient.birthDate', { value: { valueDate: '1990-01-01' } }), op('insert', "Patient.name.where(family='Öberg').given", { index: { valueInteger: 0 }, value: { valueString: 'Li' } }), op('add', 'Patient', { name: { valueString: 'contact' }, value: { part: [{ name: 'gender', valueCode: 'female' }, { name: 'name', valueHumanName: { text: 'Moa' } }] } }), op('add', 'Patient', { name: { valueString: 'deceased' }, value: { valueBoolean: false } })), FHIR);
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.name[0].given, ['Li', 'Åsa', 'Maj']);
  assert.deepEqual(r.json.contact, [{ gender: 'female', name: { text: 'Moa' } }]);
  assert.equal(r.json.deceasedBoolean, false);
  const x = await patch(`/Patient/${p.id}`, `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/><part><name value="type"/><valueCode value="move"/></part><part><name value="path"/><valueString value="Patient.name.given"/></part><part><name value="source"/><valueInteger value="2"/></part><part><name value="destination"/><valueInteger value="0"/></part></parameter></Parameters>`, 'application/fhir+xml');
  assert.equal(x.status, 200, x.text);
  assert.deepEqual(x.json.name[0].given, ['Maj', 'Li', 'Åsa']);
});

test('extensions of primitives stay with their values', async () => {
  const p = await make({ name: [{ family: 'A', given: ['a', 'b', 'c'], _given: [null, { id: 'b' }, null] }] });
  const r = await patch(`/Patient/${p.id}`, parameters(op('delete', 'Patient.name.given[0]'), op('add', 'Patient.name.given[1]', { name: { valueString: 'extension' }, value: { valueString: 'x' } })), FHIR);
  assert.equal(r.status, 400, 'an Extension is no string');
  const ok = await patch(`/Patient/${p.id}`, parameters(op('delete', 'Patient.name.given[0]'), op('add', 'Patient.name.given[1]', { name: { valueString: 'extension' }, value: { part: [{ name: 'url', valueUri: 'urn:u' }, { name: 'value', valueString: 'x' }] } })), FHIR);
  assert.equal(ok.status, 200, ok.text);
  assert.deepEqual(ok.json.name[0], { family: 'A', given: ['b', 'c'], _given: [{ id: 'b' }, { extension: [{ url: 'urn:u', valueString: 'x' }] }] });
});

test('nothing is written when nothing changes', async () => {
  const p = await make();
  const r = await patch(`/Patient/${p.id}`, [{ op: 'replace', path: '/birthDate', value: '1971-02-03' }]);
  assert.equal(r.status, 200);
  assert.equal(r.json.meta.versionId, '1');
});

test('If-Match, Prefer, what is not there', async () => {
  const p = await make();
  const change = [{ op: 'add', path: '/active', value: true }];
  assert.equal((await patch(`/Patient/${p.id}`, change, JSONP, { 'If-Match': 'W/"7"' })).status, 412);
  const minimal = await patch(`/Patient/${p.id}`, change, JSONP, { 'If-Match': 'W/"1"', Prefer: 'return=minimal' });
  assert.equal(minimal.status, 200);
  assert.equal(minimal.text, '');
  assert.equal((await patch(`/Patient/${p.id}`, [{ op: 'remove', path: '/name/0/given/5' }], JSONP, { 'If-Match': 'W/"1"' })).status, 412, 'the stale version is told first');
  assert.equal((await patch('/Patient/nobody', change)).status, 404);
  await ask(server, 'DELETE', `/Patient/${p.id}`);
  assert.equal((await patch(`/Patient/${p.id}`, change)).status, 410);
});

test('conditional patch', async () => {
  await make({ identifier: [{ system: 'urn:c', value: '1' }] });
  const change = [{ op: 'add', path: '/active', value: true }];
  const r = await patch('/Patient?identifier=urn:c|1', change);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.active, true);
  assert.equal((await patch('/Patient?identifier=urn:c|2', change)).status, 404);
  await make({ identifier: [{ system: 'urn:c', value: '1' }] });
  assert.equal((await patch('/Patient?identifier=urn:c|1', change)).status, 412);
  assert.equal((await patch('/Patient', change)).status, 412);
  assert.equal((await patch('/Patient?identifer=1', change)).status, 400);
});

test('many at once lose no change', async () => {
  const p = await make();
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => patch(`/Patient/${p.id}`, [{ op: 'add', path: '/name/0/given/-', value: `n${i}` }])));
  assert.deepEqual([...new Set(all.map((r) => r.status))], [200]);
  const now = await read(p);
  assert.equal(now.name[0].given.length, 42);
  assert.equal(now.meta.versionId, '41');
});

test('in a batch and in a transaction', async () => {
  const p = await make();
  const binary = (ops) => ({ resourceType: 'Binary', contentType: JSONP, data: Buffer.from(JSON.stringify(ops)).toString('base64') });
  const batch = await ask(server, 'POST', '', { body: bundle('batch', entry('PATCH', `Patient/${p.id}`, binary([{ op: 'add', path: '/active', value: true }])), entry('PATCH', `Patient/${p.id}`, parameters(op('replace', 'Patient.birthDate', { value: { valueDate: '2000' } }))), entry('PATCH', `Patient/${p.id}`, binary([{ op: 'remove', path: '/nej' }])), entry('PATCH', 'Patient/nobody', binary([])), entry('PATCH', `Patient/${p.id}`, { resourceType: 'Patient' })) });
  assert.deepEqual(batch.json.entry.map((e) => e.response.status.slice(0, 3)), ['200', '200', '422', '404', '400']);
  const now = await read(p);
  assert.equal(now.active, true);
  assert.equal(now.birthDate, '2000');
  const uuid = `urn:uuid:${crypto.randomUUID()}`;
  const t = await ask(server, 'POST', '', { body: bundle('transaction', entry('PATCH', `Patient/${p.id}`, binary([{ op: 'add', path: '/managingOrganization', value: { reference: uuid } }])), entry('POST', 'Organization', { resourceType: 'Organization', name: 'Hälsa' }, { entry: { fullUrl: uuid } })) });
  assert.equal(t.status, 200, t.text);
  assert.match((await read(p)).managingOrganization.reference, /^Organization\/[0-9a-f-]{36}$/);
  const fails = await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'Patient', { resourceType: 'Patient', name: [{ family: 'Ensam' }] }), entry('PATCH', `Patient/${p.id}`, binary([{ op: 'test', path: '/active', value: false }]))) });
  assert.equal(fails.status, 422);
  assert.equal((await ask(server, 'GET', '/Patient?family=ensam')).json.total, 0, 'all or nothing');
  const xml = { resourceType: 'Binary', contentType: XMLP, data: Buffer.from('<diff><remove sel="f:Patient/f:active"/></diff>').toString('base64') };
  const x = await ask(server, 'POST', '', { body: bundle('transaction', entry('PATCH', 'Patient?organization.name=hälsa', xml)) });
  assert.equal(x.status, 200, x.text);
  assert.equal((await read(p)).active, undefined);
});

test('fhir-kit-client patches', async () => {
  const p = await make();
  const client = new Client({ baseUrl: server.base });
  const done = await client.patch({ resourceType: 'Patient', id: p.id, jsonPatch: [{ op: 'replace', path: '/name/0/family', value: 'Klient' }] });
  assert.equal(done.name[0].family, 'Klient');
});

const refused = [
  ['id', [{ op: 'replace', path: '/id', value: 'x' }], JSONP, 400, /id/],
  ['id taken away', [{ op: 'remove', path: '/id' }], JSONP, 400, /id/],
  ['type', [{ op: 'replace', path: '/resourceType', value: 'Group' }], JSONP, 400, /./],
  ['whole content', [{ op: 'replace', path: '', value: [] }], JSONP, 400, /object/],
  ['result not valid', [{ op: 'add', path: '/gender', value: 'kvinna' }], JSONP, 400, /kvinna/],
  ['result unknown element', [{ op: 'add', path: '/gendre', value: 'x' }], JSONP, 400, /gendre/],
  ['no list', { op: 'add' }, JSONP, 400, /list of operations/],
  ['unknown op', [{ op: 'merge', path: '/a' }], JSONP, 400, /add, remove, replace/],
  ['no path', [{ op: 'add', value: 1 }], JSONP, 400, /path is missing/],
  ['no value', [{ op: 'add', path: '/active' }], JSONP, 400, /value is missing/],
  ['bad pointer', [{ op: 'add', path: 'active', value: true }], JSONP, 400, /begins with \//],
  ['bad escape', [{ op: 'add', path: '/a~2', value: true }], JSONP, 400, /~/],
  ['no such place', [{ op: 'add', path: '/contact/0/gender', value: 'male' }], JSONP, 422, /1 \(add \/contact\/0\/gender\)/],
  ['second operation named', [{ op: 'test', path: '/birthDate', value: '1971-02-03' }, { op: 'test', path: '/birthDate', value: 'x' }], JSONP, 422, /2 \(test \/birthDate\)/],
  ['index', [{ op: 'add', path: '/name/01', value: {} }], JSONP, 400, /index/],
  ['JSON broken', '[{"op":', JSONP, 400, /JSON/],
  ['nested bomb', `${'['.repeat(100000)}`, JSONP, 400, /./],
  ['copy bomb', Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/name', path: `/name/0/x${i}` })), JSONP, 400, /./],
  ['XPath wrong', '<diff><remove sel="f:Patient/f:name["/></diff>', XMLP, 400, /XPath/],
  ['XPath value', '<diff><remove sel="count(f:Patient)"/></diff>', XMLP, 400, /node/],
  ['XPath costly', `<diff><remove sel="${'//*['.repeat(40)}1${']'.repeat(40)}"/></diff>`, XMLP, [400, 422], /./],
  ['XPath nothing', '<diff><remove sel="f:Patient/f:photo"/></diff>', XMLP, 422, /no node/],
  ['XPath several', '<diff><remove sel="f:Patient/f:name/f:given"/></diff>', XMLP, 422, /several/],
  ['XML wrong namespace', '<diff><remove sel="Patient/name"/></diff>', XMLP, 422, /no node/],
  ['XML order', '<diff xmlns="http://hl7.org/fhir"><add sel="f:Patient"><active value="true"/></add></diff>', XMLP, 400, /must stand before/],
  ['XML no operations', '<diff/>', XMLP, 400, /no operations/],
  ['XML DTD', '<!DOCTYPE diff [<!ENTITY a "b">]><diff><remove sel="&a;"/></diff>', XMLP, 400, /DOCTYPE/],
  ['XML no diff', '<Patient/>', XMLP, 400, /diff/],
  ['FHIRPath wrong', parameters(op('delete', 'Patient.name[')), FHIR, 400, /1 \(delete Patient.name\[\)/],
  ['FHIRPath unknown element', parameters(op('delete', 'Patient.nmae')), FHIR, 400, /nmae/],
  ['FHIRPath computed', parameters(op('delete', "'a' + 'b'")), FHIR, 422, /computed/],
  ['FHIRPath several', parameters(op('delete', 'Patient.name.given')), FHIR, 422, /several/],
  ['FHIRPath nothing', parameters(op('replace', 'Patient.photo', { value: { valueString: 'x' } })), FHIR, 422, /no element/],
  ['FHIRPath there already', parameters(op('add', 'Patient', { name: { valueString: 'birthDate' }, value: { valueDate: '2000' } })), FHIR, 422, /exists already/],
  ['FHIRPath no value', parameters(op('add', 'Patient', { name: { valueString: 'active' } })), FHIR, 400, /missing/],
  ['FHIRPath unknown part', parameters(op('delete', 'Patient.name', { vlaue: { valueString: 'x' } })), FHIR, 400, /unknown part/],
  ['FHIRPath unknown type', parameters(op('upsert', 'Patient.name')), FHIR, 400, /add, insert/],
  ['FHIRPath index', parameters(op('insert', 'Patient.name', { index: { valueInteger: 9 }, value: { valueHumanName: { text: 'x' } } })), FHIR, 422, /shorter/],
  ['FHIRPath resource', parameters(op('delete', 'Patient')), FHIR, 422, /whole resource/],
  ['not Parameters', { resourceType: 'Patient' }, FHIR, 400, /Parameters/],
  ['unknown kind', '[]', 'application/merge-patch+json', 415, /json-patch/],
  ['nothing', '', JSONP, 400, /body/],
];
for (const [name, body, type, status, says] of refused)
  test(`refused: ${name}`, async () => {
    const p = await make();
    const r = await patch(`/Patient/${p.id}`, body, type);
    assert.ok([status].flat().includes(r.status), `${r.status} ${r.text}`);
    assert.match(text(r), says);
    assert.deepEqual(await read(p), p, 'untouched');
  });

test('the CapabilityStatement tells', async () => {
  const c = (await ask(server, 'GET', '/metadata')).json;
  assert.ok(c.patchFormat.includes(XMLP) && c.format.includes('application/fhir+xml'));
  assert.ok(c.rest[0].resource.find((r) => r.type === 'Patient').interaction.some((i) => i.code === 'patch'));
  assert.equal(code(await patch('/Patient/a', '[]', 'text/plain')), 'CONTENT_TYPE_PATCH');
});
