// SPDX-License-Identifier: Apache-2.0
// Readiness over HTTP, as a region would try it: one who fails turns the unit's verdict within five seconds and nobody edits it;
// nobody can, whatever way they write; frozen evidence stands, and its hash can be computed by anybody.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { start } from './server.mjs';

let server;
const headers = { 'Content-Type': 'application/fhir+json', Accept: 'application/fhir+json' };
const ask = async (method, path, body, more = {}) => {
  const r = await fetch(`${server.base.replace(/\/fhir$/, '')}${path}`, { method, headers: { ...headers, ...more }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await r.text();
  return { status: r.status, body: text ? JSON.parse(text) : null, text, replayed: r.headers.get('idempotency-replayed'), location: r.headers.get('location') };
};
const put = async (base, resource) => {
  const r = await ask('PUT', `/${base}/${resource.resourceType}/${resource.id}`, resource);
  assert.ok(r.status === 200 || r.status === 201, `${resource.resourceType}/${resource.id}: ${r.status} ${r.text}`);
  return r.body;
};
const read = async (id) => (await ask('GET', `/styr/ReadinessCheckpoint/${id}`)).body;

/** Until the checkpoint says so; the seconds that it took. */
async function until(id, verdict, more = () => true) {
  const begun = performance.now();
  for (;;) {
    const now = await read(id);
    if (now.verdict === verdict && more(now)) return (performance.now() - begun) / 1000;
    assert.ok(performance.now() - begun < 20000, `${id} is ${now.verdict}, not ${verdict}: ${JSON.stringify(now.result)}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

const role = (n, code) => ({ resourceType: 'PractitionerRole', id: `http-role-${n}`, active: true, practitioner: { reference: `Practitioner/http-p-${n}` }, organization: { reference: 'Organization/http-ward' }, code: [{ coding: [{ system: 'https://helhet.example/fhir/CodeSystem/role', code }] }] });
let tries = 0;
const attempt = (n, passed) => put('fhir', { resourceType: 'QuestionnaireResponse', id: `http-try-${++tries}`, status: 'completed', questionnaire: 'https://helhet.example/styr/Questionnaire/practical-training', subject: { reference: `PractitionerRole/http-role-${n}` }, authored: new Date(Date.now() + tries).toISOString(), item: [{ linkId: 'passed', answer: [{ valueBoolean: passed }] }] });
const criterion = [{ code: 'E3', title: 'Praktisk utbildning', measure: 'training-passed', comparator: 'ge', target: 95, unit: '%', severity: 'hard', overridable: false, maxAgeDays: 90, evidenceKind: 'measured', scope: 'role' }];
let id;

before(async () => {
  server = await start();
  await put('fhir', { resourceType: 'Organization', id: 'http-ward', name: 'Avdelning 9' });
  for (const n of [1, 2, 3]) {
    await put('fhir', { resourceType: 'Practitioner', id: `http-p-${n}`, active: true, name: [{ text: `Test Person ${n}` }] });
    await put('fhir', role(n, n < 3 ? 'nurse' : 'physician'));
  }
  await put('styr', { resourceType: 'CheckpointDefinition', id: 'http-def', status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2026-01-01', criterion });
  const made = await ask('POST', '/styr/CheckpointDefinition/http-def/$open?unit=Organization/http-ward&wave=1&plannedDate=2020-01-01');
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.verdict, 'no-go');
  id = made.body.id;
});
after(() => server.stop());

test('three who must pass: two is no-go, three is go, one who fails is no-go within five seconds', async () => {
  await attempt(1, true);
  await attempt(2, true);
  await until(id, 'no-go', (c) => c.result[0].numerator === 2);
  await attempt(3, true);
  await until(id, 'go');
  await attempt(2, false);
  const s = await until(id, 'no-go');
  assert.ok(s < 5, `${s} s`);
});

test('the planned date, long past, says nothing; the line and the evidence do', async () => {
  const line = (await ask('GET', '/styr/ReadinessCheckpoint/$line?initiative=none')).body;
  assert.deepEqual(line.checkpoint, []);
  const all = (await ask('GET', `/styr/ReadinessCheckpoint/${id}/$evidence?criterion=E3`)).body;
  assert.equal(all.people[0].done, false);
  assert.equal(all.people[0].role, 'PractitionerRole/http-role-2');
  assert.equal(all.people[0].name, 'Test Person 2');
  assert.ok(!JSON.stringify(await read(id)).includes('http-try'));
});

test('nobody sets a verdict: not by update, patch, transaction, or a new checkpoint that is go', async () => {
  const now = await read(id);
  const wished = { ...now, verdict: 'go', result: now.result.map((r) => ({ ...r, state: 'met', value: 100 })) };
  const patch = [{ op: 'replace', path: '/verdict', value: 'go' }];
  const answers = [
    await ask('PUT', `/styr/ReadinessCheckpoint/${id}`, wished),
    await ask('POST', '/styr/ReadinessCheckpoint', { ...wished, id: undefined, meta: undefined }),
    await ask('POST', '/styr', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: wished, request: { method: 'PUT', url: `ReadinessCheckpoint/${id}` } }] }),
    await fetch(`${server.base.replace(/\/fhir$/, '')}/styr/ReadinessCheckpoint/${id}`, { method: 'PATCH', headers: { 'Content-Type': 'application/json-patch+json' }, body: JSON.stringify(patch) }),
    await ask('DELETE', `/styr/ReadinessCheckpoint/${id}`),
  ];
  for (const [i, r] of answers.entries()) assert.ok(r.status >= 400 && r.status < 500, `${i}: ${r.status} ${r.text ?? ''}`);
  await new Promise((r) => setTimeout(r, 1500));
  assert.equal((await read(id)).verdict, 'no-go');
});

const day = (n) => {
  const [y, m, d] = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Stockholm' }).split('-').map(Number);
  return new Date(Date.UTC(y, m - 1, d + n)).toISOString().slice(0, 10);
};
const evaluate = (asOf) => ask('GET', `/styr/ReadinessCheckpoint/${id}/$evaluate${asOf === undefined ? '' : `?asOf=${asOf}`}`);

test('the clock forward: what is met today is stale the day after its age, seen on a running server, and nothing is saved', async () => {
  await attempt(2, true);
  const { meta } = await until(id, 'go').then(() => read(id));
  const now = (await evaluate()).body;
  assert.equal(now.verdict, 'go');
  assert.equal(now.asOf, day(0));
  assert.equal(now.lookForward, false);
  const last = (await evaluate(day(90))).body;
  assert.deepEqual([last.verdict, last.result[0].state, last.result[0].validUntil, last.earliest], ['go', 'met', day(90), day(90)]);
  const stale = (await evaluate(day(91))).body;
  assert.deepEqual([stale.verdict, stale.verdictToday, stale.lookForward, stale.saved], ['no-go', 'go', true, false]);
  assert.deepEqual([stale.result[0].state, stale.result[0].stateToday, stale.result[0].validUntil], ['stale', 'met', day(90)]);
  assert.equal(stale.earliest, day(92), 'what must be measured anew is so the day after at the earliest');
  await new Promise((r) => setTimeout(r, 1500));
  const after = await read(id);
  assert.deepEqual([after.meta.versionId, after.verdict], [meta.versionId, 'go']);
  const line = (await ask('GET', '/styr/ReadinessCheckpoint/$line?initiative=none')).body;
  assert.equal(line.today, day(0));
});

test('a day that is none, has been, or lies beyond what any trend says, is told of', async () => {
  for (const asOf of ['nonsens', '2027', '2027-02', '2027-02-30', '2020-01-01', day(-1), day(1097), '2027-01-01T12:00:00Z']) {
    const r = await evaluate(asOf);
    assert.equal(r.status, 400, `${asOf}: ${r.text}`);
    assert.match(r.text, /READINESS_AS_OF/);
  }
  assert.equal((await evaluate(day(1096))).status, 200);
  assert.equal((await ask('GET', `/styr/ReadinessCheckpoint/${id}/$evaluate?asof=${day(1)}`)).status, 400);
  assert.equal((await ask('GET', '/styr/ReadinessCheckpoint/none/$evaluate')).status, 404);
  await attempt(2, false);
  await until(id, 'no-go');
});

test('frozen: the hash is that of the entries, nothing changes any more, and the old facts stay', async () => {
  await attempt(2, true);
  await until(id, 'go');
  const frozen = await ask('POST', `/styr/ReadinessCheckpoint/${id}/$freeze`, { resourceType: 'Parameters' });
  assert.equal(frozen.status, 200, frozen.text);
  assert.equal(frozen.body.status, 'frozen');
  const ref = frozen.body.extension.find((e) => e.url.endsWith('/evidence-bundle')).valueReference;
  const raw = (await ask('GET', `/fhir/${ref.reference}`)).text;
  const bundle = JSON.parse(raw);
  assert.equal(bundle.type, 'document');
  assert.equal(bundle.entry[0].resource.resourceType, 'Composition');
  assert.equal(bundle.entry[1].resource.verdict, 'go');
  const entries = raw.slice(raw.indexOf('"entry":') + '"entry":'.length, -1);
  assert.equal(createHash('sha256').update(entries).digest('hex'), ref.identifier.value);
  assert.equal((await ask('GET', `/styr/ReadinessCheckpoint/${id}/$verify`)).body.holds, true);
  await attempt(1, false);
  await new Promise((r) => setTimeout(r, 2000));
  assert.equal((await read(id)).verdict, 'go');
  assert.equal((await evaluate(day(1))).status, 409, 'what is frozen does not grow old');
  const again = await ask('PUT', `/styr/ReadinessCheckpoint/${id}`, { ...frozen.body, wave: '2' });
  assert.equal(again.status, 409, again.text);
});

test('a go-live decision is looked at ($validate) with the verdict that would be put into it', async () => {
  const looked = async (more) => {
    const decision = { resourceType: 'Decision', status: 'final', kind: 'go-live', outcome: 'go', checkpoint: [{ reference: `ReadinessCheckpoint/${id}` }], decidedOn: day(0), preparedBy: [{ reference: 'PractitionerRole/prep' }], decider: { reference: 'PractitionerRole/dir' }, mandate: { reference: 'Mandate/m' }, initiative: { reference: 'Initiative/http' }, ...more };
    return (await ask('POST', '/styr/Decision/$validate', decision)).body.issue.map((i) => [i.severity, i.details?.coding?.[0]?.code]);
  };
  assert.deepEqual((await looked({})).map(([severity]) => severity), ['information'], 'go, as it came to');
  assert.deepEqual(await looked({ checkpoint: [{ reference: 'ReadinessCheckpoint/none' }] }), [['error', 'FHIR_INVARIANT']], 'nothing that it came to');
  assert.deepEqual(await looked({ outcome: 'perhaps' }), [['error', 'FHIR_BINDING']]);
});

const receipt = async (key) => (await ask('GET', `/me/receipts/${key}`)).body;
const total = async (query) => (await ask('GET', `${query}&_summary=count`)).body.total;
const PARAMETERS = { resourceType: 'Parameters' };

test('opened once under its key, however often it comes; the receipt says what was made', async () => {
  const key = { 'Idempotency-Key': randomUUID() };
  const open = (wave, more = key) => ask('POST', `/styr/CheckpointDefinition/http-def/$open?unit=Organization/http-ward&wave=${wave}`, PARAMETERS, more);
  const made = await open('keyed');
  assert.deepEqual([made.status, made.replayed], [201, null], made.text);
  assert.match(made.location, new RegExp(`/styr/ReadinessCheckpoint/${made.body.id}/_history/1$`));
  const again = await open('keyed');
  assert.deepEqual([again.status, again.replayed, again.body, again.location], [201, 'true', made.body, made.location]);
  assert.equal((await ask('GET', '/styr/ReadinessCheckpoint?unit=Organization/http-ward')).body.entry.filter((e) => e.resource.wave === 'keyed').length, 1);
  const told = await receipt(key['Idempotency-Key']);
  assert.deepEqual([told.status, told.resource, told.version], [201, `ReadinessCheckpoint/${made.body.id}`, '1']);
  const other = await open('annan');
  assert.deepEqual([other.status, other.body.issue[0].details.coding[0].code], [422, 'KEY_REUSED']);
  id = made.body.id;
});

test('frozen once under its key, by two at once; what fails leaves no receipt', async () => {
  await until(id, 'no-go', (c) => c.result[0].numerator !== undefined);
  const key = { 'Idempotency-Key': randomUUID() }, before = await total('/fhir/Bundle?type=document');
  const freeze = (more) => ask('POST', `/styr/ReadinessCheckpoint/${id}/$freeze`, PARAMETERS, more);
  const rs = await Promise.all([freeze(key), freeze(key), freeze(key)]);
  assert.deepEqual(rs.map((r) => [r.status, r.body.status]), rs.map(() => [200, 'frozen']), rs.map((r) => r.text).join('\n'));
  assert.equal(rs.filter((r) => r.replayed === 'true').length, 2);
  for (const r of rs) assert.deepEqual(r.body, rs[0].body);
  assert.equal(await total('/fhir/Bundle?type=document'), before + 1);
  const told = await receipt(key['Idempotency-Key']);
  assert.deepEqual([told.status, told.method, told.resource, told.version], [200, 'POST', `ReadinessCheckpoint/${id}`, rs[0].body.meta.versionId]);
  const late = { 'Idempotency-Key': randomUUID() }, refused = await freeze(late);
  assert.deepEqual([refused.status, refused.body.issue[0].details.coding[0].code], [409, 'GOV_FROZEN']);
  assert.equal((await ask('GET', `/me/receipts/${late['Idempotency-Key']}`)).status, 404);
});

test('every operation of the steering that writes takes a key', async () => {
  const posts = ['CheckpointDefinition/x/$open?unit=Organization/x', 'ReadinessCheckpoint/x/$freeze', 'Report/$begin?definition=x', 'Report/x/$refresh', 'Report/x/$finalize'];
  for (const path of posts) {
    const r = await ask('POST', `/styr/${path}`, PARAMETERS, { 'Idempotency-Key': randomUUID() });
    assert.ok(r.status === 404 || r.status === 400, `${path}: ${r.status} ${r.text}`);
    assert.doesNotMatch(r.text, /KEY_UNUSABLE/, path);
  }
});
