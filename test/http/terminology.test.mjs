// SPDX-License-Identifier: Apache-2.0
// Value sets and code systems in the record behind FHIRPath (memberOf, subsumes, subsumedBy) wherever expressions run:
// GraphQL, FHIRPath Patch, views over the server and from the command line; and behind _filter (in, ni, ss, sb).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { kickOff, manifest } from './bulk.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const program = process.env.HELHET_BIN ?? 'build/helhet';
const sct = 'http://example.org/cs/diagnos';
const lung = 'http://example.org/vs/lunga';
const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);
const concept = (code, ...inner) => ({ code, ...(inner.length ? { concept: inner } : {}) });
const set = (id, compose) => put({ resourceType: 'ValueSet', id, url: `http://example.org/vs/${id}`, status: 'active', compose });
const condition = (id, code, system = sct) => put({ resourceType: 'Condition', id, subject: { reference: 'Patient/p' }, code: { coding: [{ system, code }] }, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] } });

let server;
before(async () => {
  server = await start();
  const r = await ask(server, 'POST', '', {
    body: bundle(
      'transaction',
      put({ resourceType: 'CodeSystem', id: 'diagnos', url: sct, status: 'active', content: 'complete', concept: [concept('lunga', concept('astma', concept('svår-astma')), concept('kol')), concept('hjärta', concept('svikt'))] }),
      put({ resourceType: 'CodeSystem', id: 'del', url: 'http://example.org/cs/del', status: 'active', content: 'fragment', concept: [concept('a', concept('b')), concept('c')] }),
      set('lunga', { include: [{ system: sct, filter: [{ property: 'concept', op: 'is-a', value: 'lunga' }] }], exclude: [{ system: sct, concept: [{ code: 'kol' }] }] }),
      set('del', { include: [{ system: 'http://example.org/cs/del', filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] }),
      set('andra', { include: [{ system: 'http://example.org/cs/annat' }] }),
      put({ resourceType: 'Patient', id: 'p', gender: 'female', name: [{ family: 'Ek' }] }),
      condition('astma', 'astma'), condition('svar', 'svår-astma'), condition('kol', 'kol'), condition('svikt', 'svikt'), condition('annat', 'astma', 'http://example.org/cs/annat'),
      condition('b', 'b', 'http://example.org/cs/del'), condition('c', 'c', 'http://example.org/cs/del'),
    ),
  });
  assert.equal(r.status, 200, r.text);
});
after(() => server.stop());

const ids = (r) => (r.json.entry ?? []).map((e) => e.resource.id).sort();

describe('GraphQL', () => {
  const gql = (path, query) => ask(server, 'POST', `${path}/$graphql`, { body: { query }, type: 'application/json' });
  const list = (where) => gql('', `{ ConditionList(_count: 100) { id code { coding(fhirpath: ${JSON.stringify(where)}) { code system } } } }`);
  test('a coding in a value set of the record', async () => {
    const r = await list(`memberOf('${lung}')`);
    assert.equal(r.status, 200, r.text);
    const kept = r.json.data.ConditionList.filter((c) => (c.code.coding ?? []).length).map((c) => c.id).sort();
    assert.deepEqual(kept, ['astma', 'svar']);
  });
  test('of one resource, and concepts', async () => {
    const one = async (id, where) => {
      const r = await gql(`/Condition/${id}`, `{ id code(fhirpath: ${JSON.stringify(where)}) { coding { code } } }`);
      assert.equal(r.status, 200, r.text);
      return r.json.data.code !== undefined;
    };
    assert.equal(await one('astma', `memberOf('${lung}')`), true);
    assert.equal(await one('kol', `memberOf('${lung}')`), false);
    assert.equal(await one('annat', "memberOf('http://example.org/vs/andra')"), true);
    // What is no value set here is nothing (R4 2.9.1.5), not true or false.
    assert.equal(await one('astma', "memberOf('http://example.org/vs/finns-inte')"), false);
    assert.equal(await one('astma', "memberOf('http://example.org/vs/finns-inte').empty()"), true);
  });
  test('a value set that cannot be told of is an error that names it', async () => {
    const r = await list("memberOf('http://example.org/vs/del')");
    assert.equal(r.status, 422, r.text);
    assert.match(r.text, /vs\/del/);
    assert.match(r.text, /bara delvis/);
  });
});

describe('FHIRPath Patch', () => {
  const replace = (path) => ({ resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: path }, { name: 'value', valueString: 'ny' }] }] });
  const fhir = 'application/fhir+json';
  const display = async () => (await ask(server, 'GET', '/Condition/lapp')).json.code.coding[0].display;
  const inSet = (url) => replace(`Condition.code.coding.where(memberOf('${url}')).display`);
  const fresh = async () => {
    const r = condition('lapp', 'astma').resource;
    r.code.coding[0].display = 'gammal';
    assert.ok((await ask(server, 'PUT', '/Condition/lapp', { body: r })).status < 300);
  };
  after(() => ask(server, 'DELETE', '/Condition/lapp'));
  test('by id, by criteria and in a transaction', async () => {
    await fresh();
    let r = await ask(server, 'PATCH', '/Condition/lapp', { body: inSet(lung), type: fhir });
    assert.equal(r.status, 200, r.text);
    assert.equal(await display(), 'ny');
    await fresh();
    r = await ask(server, 'PATCH', '/Condition?_id=lapp', { body: inSet(lung), type: fhir });
    assert.equal(r.status, 200, r.text);
    assert.equal(await display(), 'ny');
    await fresh();
    r = await ask(server, 'POST', '', { body: bundle('transaction', entry('PATCH', 'Condition/lapp', inSet(lung))) });
    assert.equal(r.status, 200, r.text);
    assert.equal(await display(), 'ny');
  });
  test('what finds nothing, or cannot be told, changes nothing', async () => {
    await fresh();
    for (const url of ['http://example.org/vs/andra', 'http://example.org/vs/del', 'http://example.org/vs/finns-inte']) {
      const r = await ask(server, 'PATCH', '/Condition/lapp', { body: inSet(url), type: fhir });
      assert.ok(r.status === 400 || r.status === 422, `${url}: ${r.status} ${r.text}`);
      assert.equal(await display(), 'gammal');
    }
  });
});

describe('views', () => {
  const view = (where, column = 'id') => ({ resourceType: 'ViewDefinition', name: 'v', status: 'active', resource: 'Condition', ...(where ? { where: [{ path: where }] } : {}), select: [{ column: [{ name: 'v', path: column }] }] });
  const run = (v, ...more) => ask(server, 'POST', '/ViewDefinition/$run', { body: { resourceType: 'Parameters', parameter: [{ name: 'viewResource', resource: v }, { name: '_format', valueCode: 'ndjson' }, ...more] } });
  const rows = (text) => text.split('\n').filter(Boolean).map((l) => JSON.parse(l).v).sort();
  const found = async (where, ...expected) => {
    const r = await run(view(where));
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(rows(r.text), expected.sort(), where);
  };
  test('$run: memberOf, subsumes, subsumedBy', async () => {
    await found(`code.memberOf('${lung}')`, 'astma', 'svar');
    await found(`code.coding.exists(memberOf('${lung}'))`, 'astma', 'svar');
    await found("code.memberOf('http://example.org/vs/finns-inte')");
    await found(`code.coding.where(system = '${sct}').exists(subsumes(%resource.code.coding.first()))`, 'astma', 'svar', 'kol', 'svikt');
    // Resources sent along are asked about with the same record.
    const r = await run(view(`code.memberOf('${lung}')`), { name: 'resource', resource: condition('sand', 'astma').resource });
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(rows(r.text), ['sand']);
  });
  test('subsumption between codings of one resource', async () => {
    const pair = (id, a, b, system = sct) => put({ resourceType: 'Observation', id, status: 'final', code: { coding: [{ system, code: a }] }, valueCodeableConcept: { coding: [{ system, code: b }] } });
    const made = await ask(server, 'POST', '', { body: bundle('transaction', pair('under', 'svår-astma', 'lunga'), pair('over', 'lunga', 'svår-astma'), pair('lika', 'kol', 'kol'), pair('skilda', 'kol', 'svikt'), pair('okand', 'kol', 'nej')) });
    assert.equal(made.status, 200, made.text);
    const of = async (where) => {
      const r = await run({ ...view(where), resource: 'Observation' });
      assert.equal(r.status, 200, r.text);
      return rows(r.text);
    };
    assert.deepEqual(await of('code.subsumedBy(value.ofType(CodeableConcept))'), ['lika', 'under']);
    assert.deepEqual(await of('code.subsumes(value.ofType(CodeableConcept))'), ['lika', 'over']);
    // In a fragment what is there can be told, what is not cannot.
    assert.ok((await ask(server, 'PUT', '/Observation/del', { body: pair('del', 'a', 'b', 'http://example.org/cs/del').resource })).status < 300);
    assert.deepEqual(await of("id = 'del' and code.subsumes(value.ofType(CodeableConcept))"), ['del']);
    const r = await run({ ...view("iif(id = 'del', code.subsumedBy(value.ofType(CodeableConcept)), false)"), resource: 'Observation' });
    assert.notEqual(r.status, 200);
    assert.match(r.text, /bara delvis/);
  });
  test('$export', async () => {
    const body = { resourceType: 'Parameters', parameter: [{ name: 'view', part: [{ name: 'viewResource', resource: view(`code.memberOf('${lung}')`) }] }, { name: '_format', valueCode: 'ndjson' }] };
    const done = await manifest(server, await kickOff(server, '/ViewDefinition/$viewdefinition-export', { method: 'POST', body }));
    const at = done.parameter.find((p) => p.name === 'output').part.find((x) => x.name === 'location').valueUri;
    assert.deepEqual(rows((await ask(server, 'GET', at)).text), ['astma', 'svar']);
  });
  test('from the command line, over the record; files have no value sets', async () => {
    const file = join(server.data, '..', `term-view-${process.pid}.json`);
    writeFileSync(file, JSON.stringify(view(`code.memberOf('${lung}')`)));
    const input = join(server.data, '..', `term-in-${process.pid}.ndjson`);
    writeFileSync(input, `${JSON.stringify(condition('x', 'astma').resource)}\n`);
    await server.stop({ keep: true });
    const here = spawnSync(program, ['view', 'run', file, '--data', server.data, '--format', 'ndjson'], { encoding: 'utf8' });
    const there = spawnSync(program, ['view', 'run', file, '--input', input, '--format', 'ndjson'], { encoding: 'utf8' });
    server = await start(server.data);
    assert.equal(here.status, 0, here.stderr);
    assert.deepEqual(rows(here.stdout), ['astma', 'svar']);
    assert.notEqual(there.status, 0);
    assert.match(there.stderr, /memberOf/);
  });
});

describe('_filter', () => {
  const filter = async (text, ...expected) => {
    const r = await ask(server, 'GET', `/Condition?_count=100&_filter=${encodeURIComponent(text)}`);
    assert.equal(r.status, 200, `${text}: ${r.text}`);
    assert.deepEqual(ids(r), expected.sort(), text);
  };
  const everything = ['astma', 'svar', 'kol', 'svikt', 'annat', 'b', 'c'];
  test('in and ni: a value set of the record', async () => {
    await filter(`code in ${lung}`, 'astma', 'svar');
    await filter('code in ValueSet/lunga', 'astma', 'svar');
    await filter(`code ni ${lung}`, ...everything.filter((x) => x !== 'astma' && x !== 'svar'));
    await filter('code in http://example.org/vs/andra', 'annat');
  });
  test('ss and sb: what a code subsumes, and is subsumed by', async () => {
    await filter(`code ss ${sct}|lunga`, 'astma', 'svar', 'kol');
    await filter(`code ss ${sct}|astma`, 'astma', 'svar');
    await filter(`code sb ${sct}|svår-astma`, 'astma', 'svar');
    await filter(`code ss ${sct}|hjärta or code in ${lung}`, 'svikt', 'astma', 'svar');
    await filter(`not (code ss ${sct}|lunga) and code sb ${sct}|svikt`, 'svikt');
  });
  test('in a chain', async () => {
    const r = await ask(server, 'GET', `/Patient?_filter=${encodeURIComponent(`_has:Condition:subject:code in ${lung}`)}`);
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(ids(r), ['p']);
  });
  test('what is not here, or here in part, is refused', async () => {
    for (const text of ['code in http://example.org/vs/finns-inte', 'code in http://example.org/vs/del', 'code ss http://example.org/cs/finns-inte|a', `code ss ${sct}|finns-inte`, 'code ss lunga']) {
      const r = await ask(server, 'GET', `/Condition?_filter=${encodeURIComponent(text)}`);
      assert.equal(r.status, 422, `${text}: ${r.text}`);
    }
    const r = await ask(server, 'GET', `/Condition?_filter=${encodeURIComponent(`onset-date in ${lung}`)}`);
    assert.equal(r.status, 400, r.text);
  });
});
