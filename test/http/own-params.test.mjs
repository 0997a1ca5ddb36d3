// SPDX-License-Identifier: Apache-2.0
// Search parameters posted to the server: in force when their index is complete and compared, refused when wrong, and
// neither a kill in the middle nor others' writes meanwhile lose a row.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { closed, forget, login, makeData, named, raw, role } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const program = process.env.HELHET_BIN ?? 'build/helhet';
const COUNT = Number(process.env.HELHET_OWN_COUNT ?? 3000);
const county = 'http://example.org/fhir/StructureDefinition/lan';
const definition = (id, more) => ({ resourceType: 'SearchParameter', id, url: `http://example.org/SearchParameter/${id}`, name: id, status: 'active', description: 'prov', ...more });
const byCounty = definition('lan', { code: 'lan', base: ['Patient'], type: 'token', expression: `Patient.extension.where(url='${county}').value` });
const patient = (i, turn = 0) => ({
  resourceType: 'Patient',
  id: `p${i}`,
  ...(i % 3 ? { extension: [{ url: county, valueCode: `${(i + turn) % 21}` }] } : {}),
  name: [{ family: `Efternamn${i}` }],
});

async function ready(server, id) {
  for (;;) {
    const r = await ask(server, 'GET', `/SearchParameter/${id}/$reindex-status`);
    assert.equal(r.status, 200, r.text);
    const value = (name) => Object.entries(r.json.parameter.find((p) => p.name === name) ?? {}).find(([k]) => k.startsWith('value'))?.[1];
    if (value('state') === 'ready') return value;
    assert.notEqual(value('state'), 'failed', r.text);
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function total(server, query) {
  const r = await ask(server, 'GET', `/${query}&_summary=count`);
  assert.equal(r.status, 200, r.text);
  return r.json.total;
}

function fill(data) {
  const file = join(data, '..', `own-${process.pid}-${Date.now()}.ndjson`);
  writeFileSync(file, Array.from({ length: COUNT }, (_, i) => JSON.stringify(patient(i))).join('\n'));
  const r = spawnSync(program, ['import', '--data', data, file], { encoding: 'utf8' });
  rmSync(file);
  assert.equal(r.status, 0, r.stdout + r.stderr);
}

const clean = (data) => {
  // The text index may still be catching up; its own tests look at it.
  const r = spawnSync(program, ['check', '--data', data], { encoding: 'utf8' });
  assert.match(r.stdout, /^Fel \(faults\) +0$/m, r.stdout + r.stderr);
};
const expected = (value, turn = 0) => Array.from({ length: COUNT }, (_, i) => patient(i, turn)).filter((p) => p.extension?.[0].valueCode === value).length;

test('in force when complete, listed, counted, changed and withdrawn', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'helhet-own-'));
  fill(data);
  const server = await start(data);
  t.after(() => server.stop());
  const made = await ask(server, 'POST', '/SearchParameter', { body: byCounty });
  assert.equal(made.status, 201, made.text);
  const id = made.json.id;
  const early = await ask(server, 'GET', '/Patient?lan=5');
  if (early.status !== 200) assert.equal(early.json.issue[0].details.coding[0].code, 'SEARCH_INDEXING');
  const value = await ready(server, id);
  assert.equal(value('verified'), true);
  assert.equal(value('rows'), value('expected'));
  assert.equal(value('rows'), Array.from({ length: COUNT }, (_, i) => i).filter((i) => i % 3).length);
  assert.equal(await total(server, 'Patient?lan=5'), expected('5'));
  assert.equal(await total(server, 'Patient?lan:missing=true'), Math.ceil(COUNT / 3));
  const capability = await ask(server, 'GET', '/metadata');
  assert.equal((await ask(server, 'GET', '/metadata')).text, capability.text, 'made once, with one date');
  const listed = capability.json.rest[0].resource.find((r) => r.type === 'Patient').searchParam.find((p) => p.name === 'lan');
  assert.deepEqual(listed, { name: 'lan', definition: byCounty.url, type: 'token' });
  assert.match((await (await fetch(`${server.origin}/metrics`)).text()), /helhet_search_parameters_own 1\n/);

  // Another definition under the same code: other rows.
  const changed = await ask(server, 'PUT', `/SearchParameter/${id}`, { body: { ...byCounty, id, type: 'string', expression: 'Patient.name.family' } });
  assert.equal(changed.status, 200, changed.text);
  await ready(server, id);
  assert.equal(await total(server, 'Patient?lan=efternamn17'), Array.from({ length: COUNT }, (_, i) => `${i}`).filter((s) => s.startsWith('17')).length);
  // All rows again, online.
  const again = await ask(server, 'POST', '/$reindex');
  assert.equal(again.status, 202, again.text);
  assert.match(again.headers.get('content-location'), /\$reindex-status$/);
  for (;;) {
    const r = await ask(server, 'GET', '/$reindex-status');
    const everything = r.json.parameter.find((p) => p.name === 'everything').part;
    if (everything.find((p) => p.name === 'state').valueCode === 'ready') break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const retired = await ask(server, 'PUT', `/SearchParameter/${id}`, { body: { ...byCounty, id, status: 'retired' } });
  assert.equal(retired.status, 200, retired.text);
  assert.equal((await ask(server, 'GET', '/Patient?lan=5')).status, 400);
  assert.equal((await ask(server, 'GET', `/SearchParameter/${id}/$reindex-status`)).status, 404);
  await server.stop({ keep: true });
  clean(data);
});

test('every modifier that the type has', async (t) => {
  const server = await start();
  t.after(() => server.stop());
  const at = (name) => `http://example.org/fhir/StructureDefinition/${name}`;
  const value = (name) => `Patient.extension.where(url='${at(name)}').value`;
  const system = 'http://example.org/cs/farg';
  const v2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
  const person = (id, code, text, number, type, card) => entry('PUT', `Patient/${id}`, {
    resourceType: 'Patient', id,
    extension: [
      { url: at('farg'), valueCodeableConcept: { coding: [{ system, code, display: `Färgen ${text}` }], text } },
      { url: at('kort'), valueIdentifier: { type: { coding: [{ system: v2, code: type }], text: card }, system: 'http://example.org/kort', value: number } },
      { url: at('formular'), valueCanonical: `http://example.org/q|${number}.0` },
    ],
  });
  const own = (code, type, expression, more) => entry('PUT', `SearchParameter/${code}`, definition(code, { code, base: ['Patient'], type, expression, ...more }));
  const r = await ask(server, 'POST', '', {
    body: bundle('transaction',
      own('farg', 'token', value('farg')),
      own('kort', 'token', `${value('kort')}.ofType(Identifier)`, { modifier: ['ofType', 'text', 'not'] }),
      own('formular', 'reference', `${value('formular')}.ofType(canonical)`, { target: ['Questionnaire'] }),
      entry('PUT', 'CodeSystem/farg', { resourceType: 'CodeSystem', id: 'farg', url: system, status: 'active', content: 'complete', concept: [{ code: 'r', concept: [{ code: 'r1' }] }, { code: 'b' }] }),
      entry('PUT', 'ValueSet/roda', { resourceType: 'ValueSet', id: 'roda', url: 'urn:test:roda', status: 'active', compose: { include: [{ system, filter: [{ property: 'concept', op: 'is-a', value: 'r' }] }] } }),
      person('a', 'r', 'mörk röd', '1', 'MR', 'Patientkort'), person('b', 'r1', 'vinröd', '1', 'DL', 'Körkort'), person('c', 'b', 'blå', '2', 'MR', 'Patientkort')),
  });
  assert.equal(r.status, 200, r.text);
  for (const code of ['farg', 'kort', 'formular']) await ready(server, code);
  const found = async (query, ...expected) => {
    const got = await ask(server, 'GET', `/Patient?${query.replaceAll('|', '%7C')}`);
    assert.equal(got.status, 200, `${query}: ${got.text}`);
    assert.deepEqual((got.json.entry ?? []).map((e) => e.resource.id).sort(), expected, query);
  };
  await found('farg:text=rod', 'a');
  await found('farg:text=fargen', 'a', 'b', 'c');
  await found('kort:text=korkort', 'b');
  await found(`kort:of-type=${v2}|MR|1`, 'a');
  await found(`kort:of-type=${v2}|MR|1,${v2}|DL|1`, 'a', 'b');
  await found('farg:in=urn:test:roda', 'a', 'b');
  await found('farg:not-in=urn:test:roda', 'c');
  await found(`farg:below=${system}|r`, 'a', 'b');
  await found(`farg:above=${system}|r1`, 'a', 'b');
  await found('formular:below=http://example.org/q|1', 'a', 'b');
  await found('formular:above=http://example.org/q|2.0.1', 'c');
  // The definition of kort lists its modifiers; :of-type is about identifiers.
  assert.equal((await ask(server, 'GET', '/Patient?kort:in=urn:test:roda')).status, 400);
  assert.equal((await ask(server, 'GET', '/Patient?gender:of-type=a%7Cb%7Cc')).status, 400);
});

test('what is wrong with a definition is told by element and nothing is written', async (t) => {
  const server = await start();
  t.after(() => server.stop());
  assert.equal((await ask(server, 'PUT', '/SearchParameter/lan', { body: byCounty })).status, 201);
  const wrong = [
    ['a name of the model', 422, 'SearchParameter.code', { code: 'birthdate', base: ['Patient'], type: 'date', expression: 'Patient.birthDate' }],
    ['a name taken', 422, 'SearchParameter.code', { code: 'lan', base: ['Person', 'Patient'], type: 'string', expression: 'Person.name.family | Patient.name.family' }],
    ['an address taken', 422, 'SearchParameter.url', { url: byCounty.url, code: 'annan', base: ['Patient'], type: 'string', expression: 'Patient.name.family' }],
    ['no such element', 400, 'SearchParameter.expression', { code: 'x', base: ['Patient'], type: 'string', expression: 'Patient.nam' }],
    ['syntax', 400, 'SearchParameter.expression', { code: 'x', base: ['Patient'], type: 'string', expression: 'Patient.name.where(' }],
    ['a type that does not suit', 422, 'SearchParameter.expression', { code: 'x', base: ['Patient'], type: 'quantity', expression: 'Patient.name' }],
    ['what value sets say', 422, 'SearchParameter.expression', { code: 'x', base: ['Observation'], type: 'token', expression: "Observation.code.coding.where(memberOf('http://example.org/vs')).code" }],
    ['what code systems say', 422, 'SearchParameter.expression', { code: 'x', base: ['Observation'], type: 'token', expression: 'Observation.code.subsumes(Observation.value.ofType(CodeableConcept))' }],
    ['no branch for a base', 422, 'SearchParameter.expression', { code: 'x', base: ['Patient', 'Person'], type: 'string', expression: 'Patient.name.family' }],
    ['a branch for no base', 422, 'SearchParameter.expression', { code: 'x', base: ['Patient'], type: 'string', expression: 'Patient.name.family | Person.name.family' }],
    ['no expression', 422, 'SearchParameter.expression', { code: 'x', base: ['Patient'], type: 'string' }],
    ['special', 422, 'SearchParameter.type', { code: 'x', base: ['Patient'], type: 'special', expression: 'Patient.name' }],
    ['a name of the search language', 422, 'SearchParameter.code', { code: '_own', base: ['Patient'], type: 'string', expression: 'Patient.name.family' }],
    ['a modifier the type lacks', 422, 'SearchParameter.modifier[0]', { code: 'x', base: ['Patient'], type: 'date', expression: 'Patient.birthDate', modifier: ['exact'] }],
    ['comparators of a token', 422, 'SearchParameter.comparator[0]', { code: 'x', base: ['Patient'], type: 'token', expression: 'Patient.gender', comparator: ['gt'] }],
    ['targets of a string', 422, 'SearchParameter.target', { code: 'x', base: ['Patient'], type: 'string', expression: 'Patient.name.family', target: ['Patient'] }],
    ['no components', 422, 'SearchParameter.component', { code: 'x', base: ['Observation'], type: 'composite', expression: 'Observation' }],
    ['a component that is none', 422, 'SearchParameter.component[1].definition', { code: 'x', base: ['Observation'], type: 'composite', expression: 'Observation', component: [{ definition: 'http://hl7.org/fhir/SearchParameter/clinical-code', expression: 'code' }, { definition: 'http://example.org/none', expression: 'value' }] }],
  ];
  for (const [what, status, path, more] of wrong) {
    const r = await ask(server, 'PUT', '/SearchParameter/wrong', { body: definition('wrong', more) });
    assert.equal(r.status, status, `${what}: ${r.text}`);
    assert.equal(r.json.issue[0].expression?.[0], path, `${what}: ${r.text}`);
    assert.equal((await ask(server, 'GET', '/SearchParameter/wrong')).status, 404, what);
  }
  // In a transaction nothing of it is written, in a batch only the wrong one is not.
  const entries = [entry('PUT', 'Patient/t1', { resourceType: 'Patient', id: 't1' }), entry('PUT', 'SearchParameter/wrong', definition('wrong', wrong[3][3]))];
  const transaction = await ask(server, 'POST', '', { body: bundle('transaction', ...entries) });
  assert.equal(transaction.status, 400, transaction.text);
  assert.equal(transaction.json.issue[0].expression[0], 'Bundle.entry[1].resource.expression');
  assert.equal((await ask(server, 'GET', '/Patient/t1')).status, 404);
  const batch = await ask(server, 'POST', '', { body: bundle('batch', ...entries) });
  assert.deepEqual(batch.json.entry.map((e) => e.response.status.slice(0, 3)), ['201', '400']);
  // A draft may be unfinished.
  assert.equal((await ask(server, 'PUT', '/SearchParameter/wrong', { body: { ...definition('wrong', wrong[3][3]), status: 'draft' } })).status, 201);
});

test('a component cannot go while a composite stands on it', async (t) => {
  const server = await start();
  t.after(() => server.stop());
  const part = definition('del', { code: 'del', base: ['Observation'], type: 'quantity', expression: 'Observation.value as Quantity' });
  const whole = definition('hel', { code: 'hel', base: ['Observation'], type: 'composite', expression: 'Observation', component: [{ definition: 'http://hl7.org/fhir/SearchParameter/clinical-code', expression: 'code' }, { definition: part.url, expression: 'value as Quantity' }] });
  const both = await ask(server, 'POST', '', { body: bundle('transaction', entry('PUT', 'SearchParameter/hel', whole), entry('PUT', 'SearchParameter/del', part)) });
  assert.equal(both.status, 422, 'the component comes after');
  const right = await ask(server, 'POST', '', { body: bundle('transaction', entry('PUT', 'SearchParameter/del', part), entry('PUT', 'SearchParameter/hel', whole)) });
  assert.equal(right.status, 200, right.text);
  const observation = (value) => ({ resourceType: 'Observation', status: 'final', code: { coding: [{ system: 's', code: 'k' }] }, valueQuantity: { value, system: 'http://unitsofmeasure.org', code: 'mg' } });
  for (const v of [1, 5, 9]) assert.equal((await ask(server, 'POST', '/Observation', { body: observation(v) })).status, 201);
  await ready(server, 'hel');
  assert.equal(await total(server, 'Observation?hel=s%7Ck%24gt4'), 2);
  assert.equal((await ask(server, 'DELETE', '/SearchParameter/del')).status, 409);
  assert.equal((await ask(server, 'DELETE', '/SearchParameter/hel')).status, 204);
  assert.equal((await ask(server, 'DELETE', '/SearchParameter/del')).status, 204);
});

test('killed in the middle it goes on, and writes meanwhile lose nothing', async () => {
  const data = mkdtempSync(join(tmpdir(), 'helhet-own-'));
  fill(data);
  let server = await start(data);
  assert.equal((await ask(server, 'PUT', '/SearchParameter/lan', { body: byCounty })).status, 201);
  // Others write while rows are made: every tenth patient gets another county.
  let stop = false;
  const turned = new Set();
  const write = async () => {
    for (let i = 0; i < COUNT && !stop; i += 10) {
      const r = await ask(server, 'PUT', `/Patient/p${i}`, { body: patient(i, 1) }).catch(() => undefined);
      if (r?.status === 200) turned.add(i);
    }
  };
  const writing = write();
  await new Promise((done) => setTimeout(done, 60));
  stop = true;
  const died = server.kill();
  await Promise.all([writing, died]);
  clean(data);
  server = await start(data);
  await Promise.all([ready(server, 'lan'), (async () => {
    for (let i = 5; i < COUNT; i += 50) {
      assert.equal((await ask(server, 'PUT', `/Patient/p${i}`, { body: patient(i, 1) })).status, 200);
      turned.add(i);
    }
  })()]);
  const counts = new Map();
  for (let i = 0; i < COUNT; i++) {
    const r = turned.has(i) ? undefined : i % 10 === 0 ? (await ask(server, 'GET', `/Patient/p${i}`)).json : undefined;
    const code = (r ?? patient(i, turned.has(i) ? 1 : 0)).extension?.[0].valueCode;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  for (let k = 0; k < 21; k++) assert.equal(await total(server, `Patient?lan=${k}`), counts.get(`${k}`) ?? 0, `county ${k}`);
  await server.stop({ keep: true });
  clean(data);
  const r = spawnSync(program, ['reindex', '--data', data, '--param', 'lan'], { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stdout + r.stderr);
  assert.match(r.stdout, /Patient\.lan: (\d+) av \(of\) \d+, jämfört \(verified\) \1\n/);
  rmSync(data, { recursive: true, force: true });
});

test('a parameter of what is masked tells nothing of a protected person, and is no criterion of a scope', async () => {
  const label = { meta: { security: [{ system: 'http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel', code: 'sekretessmarkering' }] } };
  const address = { address: [{ city: 'Hemlig ort' }] };
  const data = await makeData(
    [named('Patient', 'secret', 'Sara', 'Skyddad', { ...label, ...address }), named('Patient', 'open', 'Olle', 'Öppen', address), named('Practitioner', 'reg', 'Reg', 'Prov'), role('reg-reg', 'reg', 'region', { code: 'registrar' })],
    [['reg', 'Practitioner/reg']],
  );
  const open = await start(data);
  const made = await ask(open, 'POST', '/SearchParameter', { body: definition('ort', { code: 'ort', base: ['Patient'], type: 'string', expression: 'Patient.address.city' }) });
  assert.equal(made.status, 201, made.text);
  await ready(open, made.json.id);
  assert.equal(await total(open, 'Patient?ort=Hemlig'), 2);
  await open.stop({ keep: true });
  const server = await closed(data);
  const found = async (who, query) => {
    const r = await raw(server, 'GET', `/fhir/Patient?${query}`, { headers: who });
    assert.equal(r.status, 200, r.text);
    return (r.json.entry ?? []).map((e) => e.resource.id);
  };
  const bo = await login(server, 'bo'), reg = await login(server, 'reg');
  assert.deepEqual((await found(reg, 'ort=Hemlig')).sort(), ['open', 'secret'], 'who has the right finds both');
  assert.deepEqual(await found(bo, 'ort=Hemlig'), ['open']);
  assert.ok((await found(bo, 'ort:missing=true')).includes('secret'), 'as if it had none');
  assert.deepEqual(await found(bo, 'ort:contains=ort&_id=secret'), []);
  assert.deepEqual((await found(bo, '_id=secret,open&_sort=ort')), ['open', 'secret']);
  assert.deepEqual((await found(bo, '_id=secret,open&_sort=-ort')), ['open', 'secret'], 'without a value it comes last either way');
  const app = spawnSync(program, ['app', 'add', 'prov', '--data', data, '--scope', 'user/Patient.rs', '--redirect', 'https://app.example/back'], { encoding: 'utf8' });
  assert.equal(app.status, 0, app.stderr);
  const scope = async (text) => {
    const asked = new URLSearchParams({ response_type: 'code', client_id: 'prov', redirect_uri: 'https://app.example/back', scope: text, state: 's', aud: server.base, code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' });
    const r = await raw(server, 'GET', `/auth/authorize?${asked}&again=1`, { headers: bo });
    return r.status === 303 ? new URL(r.headers.location).searchParams.get('error') : r.status;
  };
  assert.equal(await scope('user/Patient.rs?gender=female'), 200);
  assert.equal(await scope('user/Patient.rs?ort=Hemlig'), 'invalid_scope');
  await server.stop({ keep: true });
  forget(data);
});
