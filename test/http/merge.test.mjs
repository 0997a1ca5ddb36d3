// SPDX-License-Identifier: Apache-2.0
// Unknown patients (Patient/$register-unknown), two records that become one (Patient/$merge), and two again
// (Patient/$unmerge): what moves, what stays, who may, and that nothing is lost whatever happens in between.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, forget, login, makeData, named, OURS, raw } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const RESERVE = 'urn:oid:1.2.752.113.11.0.2.1.1.1';
const PERSONNUMMER = 'http://electronichealth.se/identifier/personnummer';
const MERGE = 'https://helhet.dev/fhir/StructureDefinition/merge';
const code = (r) => r.json?.issue?.[0].details.coding[0].code;
const parameters = (...parts) => ({ resourceType: 'Parameters', ...(parts.length ? { parameter: parts } : {}) });
const of = (name, reference) => ({ name, valueReference: { reference } });
const both = (source, target) => parameters(of('source-patient', `Patient/${source}`), of('target-patient', `Patient/${target}`));
const bare = ({ meta, ...rest }) => JSON.stringify({ ...rest, ...(meta === undefined ? {} : { meta: Object.fromEntries(Object.entries(meta).filter(([k]) => k !== 'versionId' && k !== 'lastUpdated')) }) });
const observation = (id, patient, value = 1, more = {}) => ({ resourceType: 'Observation', id, status: 'preliminary', code: { text: 'x' }, subject: { reference: `Patient/${patient}`, display: 'Okänd' }, valueInteger: value, ...more });
const person = (id, number, more = {}) => ({ resourceType: 'Patient', id, ...(number ? { identifier: [{ system: PERSONNUMMER, value: number }] } : {}), ...more });

/** The check digit: Luhn over positions 3 to 11, K as 5, M as 7, X as 8; reckoned here on its own. */
function digitOf(number) {
  const digits = [...number.slice(2, 11)].map((c) => Number({ K: 5, M: 7, X: 8 }[c] ?? c));
  const sum = digits.reduce((all, d, i) => { const w = d * (i % 2 ? 1 : 2); return all + (w > 9 ? w - 9 : w); }, 0);
  return (10 - (sum % 10)) % 10;
}
const checked = (number) => digitOf(number) === Number(number[11]);

describe('without login', () => {
  let server;
  before(async () => { server = await start(); });
  after(() => server?.stop());
  const put = async (...resources) => {
    const r = await ask(server, 'POST', '', { body: bundle('transaction', ...resources.map((x) => entry('PUT', `${x.resourceType}/${x.id}`, x))) });
    assert.equal(r.status, 200, r.text);
  };
  const get = async (name) => (await ask(server, 'GET', `/${name}`)).json;
  const merge = (source, target, headers) => ask(server, 'POST', '/Patient/$merge', { body: both(source, target), headers });
  const unmerge = (source, target, headers) => ask(server, 'POST', '/Patient/$unmerge', { body: both(source, target), headers });
  const register = (headers, ...parts) => ask(server, 'POST', '/Patient/$register-unknown', { body: parameters(...parts), headers });

  test('a reserve number: of its own form and system, unique, with a name to say and an encounter', async () => {
    const r = await register({}, { name: 'gender', valueCode: 'female' }, { name: 'age', valueInteger: 40 });
    assert.equal(r.status, 201, r.text);
    const { identifier: [id], name: [name], birthDate, gender, active } = r.json;
    assert.equal(id.system, RESERVE);
    assert.match(id.value, /^\d{8}K\d{3}$/, 'a letter: nobody takes it for a personnummer');
    assert.ok(checked(id.value), id.value);
    assert.deepEqual([name.text, gender, active, birthDate], ['Okänd Kvinna 1', 'female', true, String(new Date().getUTCFullYear() - 40)]);
    const encounters = (await ask(server, 'GET', `/Encounter?patient=${r.json.id}`)).json.entry;
    assert.deepEqual(encounters.map((e) => [e.resource.class.code, e.resource.status]), [['EMER', 'arrived']]);
    assert.match((await register({})).json.identifier[0].value, /^1900\d{4}X\d{3}$/);
  });
  test('many at once: no number and no name twice; one that came in otherwise is passed over', async () => {
    const next = `19000101M07${digitOf('19000101M07')}`;
    await put({ ...person('taken'), identifier: [{ system: RESERVE, value: next }] });
    const made = await Promise.all(Array.from({ length: 230 }, (_, i) => register({}, { name: 'gender', valueCode: ['male', 'female', 'unknown'][i % 3] }, ...(i % 2 ? [{ name: 'age', valueInteger: 30 }] : []))));
    assert.deepEqual([...new Set(made.map((r) => r.status))], [201]);
    const numbers = made.map((r) => r.json.identifier[0].value);
    assert.equal(new Set(numbers).size, 230);
    assert.equal(new Set(made.map((r) => r.json.name[0].text)).size, 230);
    assert.ok(numbers.every(checked));
    assert.ok(!numbers.includes(next));
  });
  test('wrong parameters are told; the same key again makes nobody more', async () => {
    for (const parts of [[{ name: 'gender', valueCode: 'x' }], [{ name: 'age', valueInteger: 121 }], [{ name: 'age', valueInteger: -1 }], [{ name: 'color', valueString: 'x' }]]) assert.equal((await register({}, ...parts)).status, 400);
    const headers = { 'Idempotency-Key': 'unknown-1' };
    const [one, two] = [await register(headers), await register(headers)];
    assert.deepEqual([one.json.id, two.headers.get('idempotency-replayed')], [two.json.id, 'true']);
  });

  test('merged: everything is in the target, found by both numbers; the source leads on', async () => {
    await put(person('s1', null, { identifier: [{ system: RESERVE, value: '19000101K018' }], active: true, name: [{ text: 'Okänd Kvinna 1' }] }), person('t1', '191212121212', { name: [{ family: 'Tolvansson' }] }),
      observation('o1', 's1', 1), observation('o2', 't1', 2), { resourceType: 'List', id: 'l1', status: 'current', mode: 'working', subject: { reference: 'Patient/s1' }, entry: [{ item: { reference: 'Patient/t1' } }, { item: { reference: 'Patient/s1' } }] },
      { resourceType: 'Provenance', id: 'p1', target: [{ reference: 'Patient/s1' }], recorded: '2026-01-01T00:00:00Z', agent: [{ who: { display: 'x' } }] });
    const before = await Promise.all(['Patient/s1', 'Patient/t1', 'Observation/o1', 'List/l1', 'Provenance/p1'].map(get));
    const r = await merge('s1', 't1', { 'Idempotency-Key': 'm-1' });
    assert.equal(r.status, 200, r.text);
    const part = (name) => r.json.parameter.find((p) => p.name === name);
    assert.deepEqual([part('result').resource.id, part('moved').valueInteger, part('outcome').resource.resourceType], ['t1', 2, 'OperationOutcome']);
    const [s, t] = [await get('Patient/s1'), await get('Patient/t1')];
    assert.deepEqual([s.active, s.link[0].type, s.link[0].other.reference], [false, 'replaced-by', 'Patient/t1']);
    assert.deepEqual([t.link[0].type, t.link[0].other.reference, t.identifier[1].use, t.identifier[1].value], ['replaces', 'Patient/s1', 'old', '19000101K018']);
    const found = (await ask(server, 'GET', '/Observation?patient=t1')).json.entry.map((e) => e.resource.id).sort();
    assert.deepEqual(found, ['o1', 'o2']);
    assert.equal((await ask(server, 'GET', '/Observation?patient=s1&_summary=count')).json.total, 0);
    assert.deepEqual((await get('List/l1')).entry.map((e) => e.item.reference), ['Patient/t1', 'Patient/t1']);
    assert.equal(bare(await get('Provenance/p1')), bare(before[4]), 'what tells of the source as it was stays');
    const record = await get(s.link[0].extension[0].valueReference.reference);
    assert.deepEqual([record.activity.coding[0].code, record.target.length, record.extension.length], ['merge', 2, 2]);
    // Once more, with and without the key: the same answer, nothing written.
    assert.equal((await merge('s1', 't1', { 'Idempotency-Key': 'm-1' })).headers.get('idempotency-replayed'), 'true');
    assert.equal((await merge('s1', 't1')).status, 200);
    assert.equal((await get('Patient/t1')).meta.versionId, t.meta.versionId);
    const back = await unmerge('s1', 't1');
    assert.equal(back.status, 200, back.text);
    const now = await Promise.all(['Patient/s1', 'Patient/t1', 'Observation/o1', 'List/l1', 'Provenance/p1'].map(get));
    assert.deepEqual(now.map(bare), before.map(bare));
    assert.equal(code(await unmerge('s1', 't1')), 'MERGE_NONE');
  });
  test('what is written to a merged record is refused, and told where it belongs', async () => {
    await put(person('s2'), person('t2'), observation('o3', 's2'));
    assert.equal((await merge('s2', 't2')).status, 200);
    for (const r of [
      await ask(server, 'POST', '/Observation', { body: observation(undefined, 's2') }), await ask(server, 'PUT', '/Patient/s2', { body: person('s2', null, { active: true }) }),
      await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'Observation', observation(undefined, 's2'))) }), await ask(server, 'PUT', '/Observation/o3', { body: observation('o3', 's2', 9) }),
      await ask(server, 'PATCH', '/Patient/s2', { type: 'application/json-patch+json', body: [{ op: 'replace', path: '/active', value: true }] }),
    ]) assert.deepEqual([r.status, code(r), r.text.includes('Patient/t2')], [409, 'PATIENT_MERGED', true], r.text);
    assert.equal((await ask(server, 'POST', '/Observation', { body: observation(undefined, 't2') })).status, 201);
    assert.equal((await unmerge('s2', 't2')).status, 200);
    assert.equal((await ask(server, 'POST', '/Observation', { body: observation(undefined, 's2') })).status, 201);
  });
  test('a restart does not forget', async () => {
    await put(person('s3'), person('t3'));
    assert.equal((await merge('s3', 't3')).status, 200);
    await server.kill();
    server = await start(server.data);
    assert.equal(code(await ask(server, 'POST', '/Observation', { body: observation(undefined, 's3') })), 'PATIENT_MERGED');
  });
  test('refused: the same, two persons, an unknown one, changed since it was looked at, chains, a third chart', async () => {
    await put(person('a', '191212121212'), person('b', '198001022386'), person('c'), person('d'), person('e'));
    assert.equal(code(await merge('a', 'a')), 'MERGE_SAME');
    assert.equal(code(await merge('a', 'b')), 'MERGE_PERSONS');
    assert.equal((await merge('c', 'nobody')).status, 404);
    assert.equal((await ask(server, 'POST', '/Patient/$merge', { body: parameters(of('source-patient', 'Patient/c')) })).status, 400);
    assert.equal((await ask(server, 'POST', '/Patient/$merge', { body: parameters(of('source-patient', 'Device/c'), of('target-patient', 'Patient/a')) })).status, 400);
    await put(person('c', null, { gender: 'male' }));
    assert.equal(code(await merge('c/_history/1', 'a')), 'VERSION_CONFLICT');
    assert.equal(code(await merge('c', 'a', { 'Helhet-Patient': 'b' })), 'PATIENT_MISMATCH');
    assert.equal((await merge('c/_history/2', 'a', { 'Helhet-Patient': 'a' })).status, 200);
    assert.equal(code(await merge('c', 'b')), 'PATIENT_MERGED');
    assert.equal(code(await merge('d', 'c')), 'PATIENT_MERGED');
    assert.equal((await merge('a', 'd')).status, 200);
    assert.equal(code(await unmerge('c', 'a')), 'PATIENT_MERGED', 'the last one first');
    assert.equal((await unmerge('a', 'd')).status, 200);
    assert.equal((await unmerge('c', 'a')).status, 200);
    assert.equal((await get('Patient/e')).meta.versionId, '1');
  });
  test('a preview counts and changes nothing', async () => {
    await put(person('s4'), person('t4'), observation('o4', 's4'), observation('o5', 's4'));
    const r = await ask(server, 'POST', '/Patient/$merge', { body: parameters(...both('s4', 't4').parameter, { name: 'preview', valueBoolean: true }) });
    assert.deepEqual([r.status, r.json.parameter.find((p) => p.name === 'moved').valueInteger], [200, 2]);
    assert.deepEqual([(await get('Patient/s4')).meta.versionId, (await get('Observation/o4')).meta.versionId], ['1', '1']);
  });
  test('what gives access stays with the source; a block follows', async () => {
    const consent = (id, category) => ({ resourceType: 'Consent', id, status: 'active', scope: { coding: [{ code: 'patient-privacy' }] }, category: [{ coding: [{ system: 'https://helhet.example/fhir/CodeSystem/access-category', code: category }] }], patient: { reference: 'Patient/s5' }, policyRule: { text: 'x' } });
    await put(person('s5'), person('t5'), ...['block', 'emergency', 'consent', 'choice'].map((c) => consent(`c-${c}`, c)));
    assert.equal((await merge('s5', 't5')).status, 200);
    const whose = await Promise.all(['block', 'emergency', 'consent', 'choice'].map(async (c) => (await get(`Consent/c-${c}`)).patient.reference));
    assert.deepEqual(whose, ['Patient/t5', 'Patient/s5', 'Patient/s5', 'Patient/s5']);
  });

  test('records at random, merged, written to and unmerged: nothing is lost, nothing is in the wrong chart', async () => {
    let seed = Number(process.env.MERGE_SEED ?? 20261122);
    const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor((seed / 2147483648) * n); };
    const pick = (list) => list[random(list.length)];
    for (let round = 0; round < 12; round++) {
      const [s, t] = [`rs${round}`, `rt${round}`];
      const who = () => `Patient/${pick([s, s, t])}`;
      const make = [
        (id) => observation(id, pick([s, s, t]), random(99), { performer: [{ reference: who() }], note: [{ text: 'ej förhöjt, 4,10 åäö' }] }),
        (id) => ({ resourceType: 'List', id, status: 'current', mode: 'working', subject: { reference: who() }, entry: Array.from({ length: 1 + random(3) }, () => ({ item: { reference: who() } })) }),
        (id, subject = { reference: who() }) => ({ resourceType: 'Condition', id, subject, code: { text: 'ingen' }, asserter: { reference: who() }, contained: [{ resourceType: 'Observation', id: 'in', status: 'final', code: { text: 'y' }, subject }], evidence: [{ detail: [{ reference: '#in' }] }] }),
        (id) => ({ resourceType: 'AllergyIntolerance', id, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] }, patient: { reference: who() }, recorder: { reference: who() } }),
        (id) => ({ resourceType: 'Task', id, status: 'requested', intent: 'order', for: { reference: who() }, focus: { reference: `Observation/r${round}-0` } }),
      ];
      const all = Array.from({ length: 6 + random(14) }, (_, i) => (i === 0 ? make[0] : pick(make))(`r${round}-${i}`));
      await put({ ...person(s), active: true, identifier: [{ system: RESERVE, value: `x${round}` }] }, person(t, null, { birthDate: '1980' }), ...all);
      const names = [`Patient/${s}`, `Patient/${t}`, ...all.map((x) => `${x.resourceType}/${x.id}`)];
      const before = new Map(await Promise.all(names.map(async (n) => [n, await get(n)])));
      assert.equal((await merge(s, t)).status, 200);
      for (const x of all) assert.ok(!JSON.stringify(await get(`${x.resourceType}/${x.id}`)).includes(`"Patient/${s}"`), `${x.id} is still in the source`);
      const changed = new Map();
      for (const x of all.filter(() => random(4) === 0)) {
        const name = `${x.resourceType}/${x.id}`;
        const now = { ...(await get(name)), language: 'sv' };
        const r = await ask(server, 'PUT', `/${name}`, { body: now });
        assert.equal(r.status, 200, r.text);
        changed.set(name, true);
      }
      const fresh = (await ask(server, 'POST', '/Observation', { body: observation(undefined, t, 77) })).json;
      if (random(2)) {
        await put({ ...(await get(`Patient/${t}`)), gender: 'female' });
        changed.set(`Patient/${t}`, true);
      }
      const r = await unmerge(s, t);
      assert.equal(r.status, 200, r.text);
      for (const name of names) {
        const [was, now] = [before.get(name), await get(name)];
        const expected = !changed.has(name) ? was : name === `Patient/${t}` ? { ...was, gender: 'female' } : { ...was, language: 'sv' };
        if (changed.has(name)) assert.deepEqual(JSON.parse(bare(now)), JSON.parse(bare(expected)), `seed ${process.env.MERGE_SEED ?? 20261122} ${name}`);
        else assert.equal(bare(now), bare(expected), name);
      }
      assert.equal((await get(`Observation/${fresh.id}`)).subject.reference, `Patient/${t}`, 'what was written after the merge stays');
    }
  });
  test('told of in the CapabilityStatement', async () => {
    const { operation } = (await ask(server, 'GET', '/metadata')).json.rest[0].resource.find((x) => x.type === 'Patient');
    for (const name of ['merge', 'unmerge', 'register-unknown']) assert.ok(operation.some((o) => o.name === name && o.definition.includes('OperationDefinition')), name);
  });
});

describe('with login', () => {
  let data, server, anna, pat;
  const secret = { meta: { security: [{ system: 'http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel', code: 'sekretessmarkering' }] }, address: [{ city: 'Hemlig' }] };
  before(async () => {
    data = await makeData([named('Patient', 'dold', 'Dold', 'Person', secret)]);
    server = await closed(data);
    [anna, pat] = [await login(server, 'anna', { assignment: 'PractitionerRole/anna-med' }), await login(server, 'pat')];
  });
  after(async () => {
    await server?.stop({ keep: true });
    if (data) forget(data);
  });
  const call = (who, method, path, body, headers = {}) => raw(server, method, `/fhir/${path}`, { headers: { ...OURS, 'Content-Type': 'application/fhir+json', ...who, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
  const log = () => readdirSync(join(data, 'audit')).filter((f) => f.endsWith('.log')).flatMap((f) => readFileSync(join(data, 'audit', f), 'utf8').split('\n').slice(0, -1)).map((l) => JSON.parse(l.split('\t')[0]));

  test('staff register, write, merge and unmerge; both patients are in the log; a signed note keeps its signature', async () => {
    const made = await call(anna, 'POST', 'Patient/$register-unknown', parameters());
    assert.equal(made.status, 201, made.text);
    const { id } = made.json;
    const note = await call(anna, 'POST', 'Composition', { resourceType: 'Composition', status: 'final', type: { text: 'x' }, subject: { reference: `Patient/${id}` }, date: '2026-01-01', author: [{ reference: 'PractitionerRole/anna-med' }], title: 'Akut', attester: [{ mode: 'legal', time: '2026-01-01T10:00:00Z', party: { reference: 'Practitioner/anna' } }] }, { 'Helhet-Patient': id });
    assert.equal(note.status, 201, note.text);
    const r = await call(anna, 'POST', 'Patient/$merge', both(id, 'pat'), { 'Helhet-Patient': 'pat' });
    assert.equal(r.status, 200, r.text);
    const moved = (await call(anna, 'GET', `Composition/${note.json.id}`)).json;
    assert.deepEqual([moved.subject.reference, moved.attester, moved.meta.extension], ['Patient/pat', note.json.attester, note.json.meta.extension]);
    const told = log().filter((l) => JSON.stringify(l).includes('$merge'));
    assert.ok(told.some((l) => JSON.stringify(l).includes(id) && JSON.stringify(l).includes('"pat"')), JSON.stringify(told));
    assert.equal((await call(anna, 'POST', 'Patient/$unmerge', both(id, 'pat'))).status, 200);
    assert.equal(bare((await call(anna, 'GET', `Composition/${note.json.id}`)).json), bare(note.json));
  });
  test('not by a patient, not by nobody, not with a protected identity that is not seen', async () => {
    const { id } = (await call(anna, 'POST', 'Patient/$register-unknown', parameters())).json;
    assert.equal((await call(pat, 'POST', 'Patient/$merge', both(id, 'pat'))).status, 403);
    assert.equal((await call(pat, 'POST', 'Patient/$register-unknown', parameters())).status, 403);
    assert.equal((await call({}, 'POST', 'Patient/$merge', both(id, 'pat'))).status, 401);
    const r = await call(anna, 'POST', 'Patient/$merge', both(id, 'dold'));
    assert.deepEqual([r.status, code(r)], [403, 'ACCESS_MASKED'], r.text);
  });
});
