// SPDX-License-Identifier: Apache-2.0
// serve --audit: every call under /fhir is on disk before its answer is here; the chain is checked with a few lines of
// script that share nothing with the server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closed, forget, login, makeData, named, OURS, raw as as, role } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const server = await start(undefined, ['--audit']);
after(() => server.stop());

/** Reads folders back and proves the chain; the records in order. */
function records(...folders) {
  const files = folders.flatMap((f) => readdirSync(f).filter((n) => n.endsWith('.log')).map((n) => ({ n, f }))).sort((a, b) => (a.n < b.n ? -1 : 1));
  const out = [];
  for (const { n, f } of files) {
    let prev;
    for (const line of readFileSync(join(f, n), 'utf8').split('\n').slice(0, -1)) {
      const [json, hash] = line.split('\t');
      const r = JSON.parse(json);
      prev ??= Buffer.from(r.prev.hash, 'hex');
      assert.equal(createHash('sha256').update(prev).update(json).digest('hex'), hash, `${n}: ${json}`);
      prev = Buffer.from(hash, 'hex');
      if (r.seq) out.push(r);
    }
  }
  out.forEach((r, i) => assert.equal(r.seq, i + 1));
  return out;
}

const log = (s = server) => records(join(s.data, 'audit'));
const last = (s = server) => log(s).at(-1);
const observation = (patient) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${patient}` } });

test('reads, searches and writes are told of, with whose records they are', async () => {
  await ask(server, 'PUT', '/Patient/p1', { body: { resourceType: 'Patient', id: 'p1' } });
  let r = last();
  assert.deepEqual([r.action, r.code, r.resource, r.patients, r.outcome, r.status], ['PUT /fhir/[type]/[id]', 'U', 'Patient/p1', ['p1'], 'done', 201]);
  assert.deepEqual([r.kind, r.origin], ['open', '127.0.0.1']);
  const made = await ask(server, 'POST', '/Observation', { body: observation('p1') });
  r = last();
  assert.deepEqual([r.code, r.resource, r.patients], ['C', `Observation/${made.json.id}`, ['p1']]);
  await ask(server, 'GET', `/Observation/${made.json.id}`);
  r = last();
  assert.deepEqual([r.code, r.resource, r.patients, r.status], ['R', `Observation/${made.json.id}`, ['p1'], 200]);
  await ask(server, 'GET', `/Observation/${made.json.id}`, { headers: { Accept: 'application/fhir+xml' } });
  assert.deepEqual(last().patients, ['p1']);
  await ask(server, 'GET', '/Observation?subject=Patient/nobody&code:text=hemligt');
  r = last();
  assert.deepEqual([r.code, r.resource, r.params, r.patients], ['E', 'Observation', 'subject,code:text', ['nobody']]);
  assert.ok(!JSON.stringify(r).includes('hemligt'), 'no search values');
  await ask(server, 'GET', '/Patient/p1/Observation');
  r = last();
  assert.deepEqual([r.resource, r.patients], ['Patient/p1', ['p1']]);
  await ask(server, 'DELETE', `/Observation/${made.json.id}`);
  assert.deepEqual([last().code, last().status], ['D', 204]);
});

test('whose record it is says the record, not who is mentioned in it', async () => {
  for (const id of ['w1', 'w2', 'w3']) await ask(server, 'PUT', `/Patient/${id}`, { body: { resourceType: 'Patient', id } });
  const mentions = { ...observation('w1'), focus: [{ reference: 'Patient/w2' }] };
  const made = await ask(server, 'POST', '/Observation', { body: mentions });
  assert.deepEqual(last().patients, ['w1']);
  await ask(server, 'GET', `/Observation/${made.json.id}`);
  assert.deepEqual(last().patients, ['w1']);
  await ask(server, 'PUT', `/Observation/${made.json.id}`, { body: { ...observation('w3'), id: made.json.id } });
  assert.deepEqual(last().patients.sort(), ['w1', 'w3'], 'a record moved is taken from the one and given to the other');
  await ask(server, 'DELETE', `/Observation/${made.json.id}`);
  assert.deepEqual(last().patients, ['w3'], 'what is deleted was somebody\'s');
  const task = await ask(server, 'POST', '/Task', { body: { resourceType: 'Task', status: 'requested', intent: 'order', for: { reference: 'Patient/w2' } } });
  assert.deepEqual(last().patients, ['w2'], 'a Task is in no compartment');
  await ask(server, 'GET', `/Task/${task.json.id}`);
  assert.deepEqual(last().patients, ['w2']);
  await ask(server, 'POST', '', { body: bundle('transaction', entry('GET', `Task/${task.json.id}`), entry('GET', 'Patient/w1'), entry('GET', 'Observation?subject=w3')) });
  assert.deepEqual(log().slice(-4).map((r) => r.patients?.join()), [undefined, 'w2', 'w1', 'w3'], 'entries that share a reader are told apart');
  await ask(server, 'GET', '/$graphql?query={PatientList(_id:"w1,w3"){id}}');
  assert.deepEqual(last().patients.sort(), ['w1', 'w3']);
  await ask(server, 'GET', '/Task?_include=Task:patient');
  assert.deepEqual(last().patients, ['w2']);
});

test('refusals are told of, with why', async () => {
  await ask(server, 'GET', '/Patient/none');
  let r = last();
  assert.deepEqual([r.outcome, r.why, r.status, r.resource], ['refused', 'NOT_FOUND', 404, 'Patient/none']);
  await ask(server, 'GET', '/Nothing/at/all/of/this');
  assert.deepEqual([last().outcome, last().action], ['refused', 'none']);
  await ask(server, 'POST', '/Patient', { body: '{' });
  assert.deepEqual([last().outcome, last().status], ['refused', 400]);
  await ask(server, 'PUT', '/Patient/p2', { body: { resourceType: 'Patient', id: 'p2' }, headers: { 'If-Match': 'W/"7"' } });
  assert.deepEqual([last().outcome, last().status, last().patients], ['refused', 412, ['p2']]);
});

/** Sends raw bytes, for what no client sends; resolves when the server has answered or closed. */
const raw = (text) =>
  new Promise((resolve) => {
    const s = connect(server.port, '127.0.0.1', () => s.write(text));
    s.on('data', () => s.end()).on('error', resolve).on('close', resolve);
  });

test('what the server itself refuses is told of when it is for /fhir', async () => {
  const before = log().length;
  await raw('GET /fhir/Patient/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await raw('POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');
  await new Promise((r) => setTimeout(r, 100));
  const told = log().slice(before);
  assert.deepEqual(told.map((r) => [r.action, r.outcome, r.status]), [['refused', 'refused', 400], ['refused', 'refused', 400]]);
  await fetch(`${server.origin}/health`);
  await fetch(`${server.origin}/metrics`);
  await raw('GET /elsewhere/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.equal(log().length, before + 2, 'health, metrics and files are no accesses');
});

test('each entry of a batch and of a transaction is told of', async () => {
  let before = log().length;
  const r = await ask(server, 'POST', '', { body: bundle('batch', entry('GET', 'Patient/p1'), entry('GET', 'Patient/none'), entry('POST', 'Observation', observation('p9'))) });
  assert.equal(r.status, 200);
  let told = log().slice(before);
  assert.deepEqual(told.map((t) => [t.action, t.outcome, t.patients?.join()]), [
    ['POST /fhir', 'done', undefined],
    ['GET /fhir/[type]/[id]', 'done', 'p1'],
    ['GET /fhir/[type]/[id]', 'refused', 'none'],
    ['POST /fhir/[type]', 'done', 'p9'],
  ]);
  assert.equal(new Set(told.map((t) => t.g)).size, 1, 'they lie together');
  before = log().length;
  const failed = await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'Observation', observation('p9')), entry('DELETE', 'Patient/p1', undefined, { request: { ifMatch: 'W/"99"' } })) });
  assert.ok(failed.status >= 400);
  told = log().slice(before);
  assert.deepEqual(told.map((t) => t.outcome), ['refused', 'refused', 'refused'], 'nothing of it was done');
});

test('many at once share syncs and keep the chain', async () => {
  const before = log().length;
  const answers = await Promise.all(Array.from({ length: 400 }, (_, i) => ask(server, 'GET', `/Patient/x${i}`)));
  assert.ok(answers.every((a) => a.status === 404));
  const told = log().slice(before);
  assert.equal(told.length, 400);
  assert.equal(new Set(told.map((t) => t.resource)).size, 400);
  assert.ok(new Set(told.map((t) => t.g)).size < 400);
});

test('kill -9: whoever had an answer is in the log, and it goes on afterwards', async () => {
  const data = mkdtempSync(join(tmpdir(), 'helhet-audit-'));
  let answered = 0;
  for (let round = 0; round < 3; round++) {
    const s = await start(data, ['--audit']);
    const got = [];
    let alive = true;
    const ask1 = async (k) => {
      for (let i = 0; alive; i++) {
        const name = `r${round}-${k}-${i}`;
        try {
          const a = i % 4 ? await ask(s, 'GET', `/Patient/${name}`) : await ask(s, 'PUT', `/Patient/${name}`, { body: { resourceType: 'Patient', id: name } });
          if (a.status === 404 || a.status === 201) got.push(name);
        } catch {
          return;
        }
      }
    };
    const all = Array.from({ length: 12 }, (_, k) => ask1(k));
    await new Promise((r) => setTimeout(r, 300 + 200 * round));
    await s.kill();
    alive = false;
    await Promise.all(all);
    const there = new Set(log(s).map((r) => r.resource));
    for (const name of got) assert.ok(there.has(`Patient/${name}`), `${name} was answered and is not in the log`);
    answered += got.length;
  }
  assert.ok(answered > 50, `${answered} answers`);
  rmSync(data, { recursive: true });
});

test('a log that cannot be written: spare folder, then refusal, then on again', async (t) => {
  const spare = mkdtempSync(join(tmpdir(), 'helhet-spare-'));
  const s = await start(undefined, ['--audit-spare', spare]);
  t.after(() => s.kill());
  const folder = join(s.data, 'audit');
  const health = async () => (await fetch(`${s.origin}/health`)).json();
  const spoil = (dir) => {
    rmSync(dir, { recursive: true });
    writeFileSync(dir, '');
  };
  assert.equal((await ask(s, 'GET', '/Patient/a')).status, 404);
  assert.equal((await health()).status, 'ok');
  spoil(folder);
  assert.equal((await ask(s, 'GET', '/Patient/b')).status, 404);
  assert.deepEqual([(await health()).status, (await health()).audit], ['degraded', 'spare folder']);
  spoil(spare);
  const refused = await ask(s, 'GET', '/Patient/c');
  assert.equal(refused.status, 503);
  assert.equal(refused.json.issue[0].code, 'transient');
  assert.equal((await ask(s, 'PUT', '/Patient/c', { body: { resourceType: 'Patient', id: 'c' } })).status, 503);
  assert.equal((await health()).status, 'failing');
  assert.equal((await fetch(`${s.origin}/metrics`)).status, 200);
  rmSync(folder);
  rmSync(spare);
  for (let i = 0; i < 100 && (await health()).status !== 'ok'; i++) await new Promise((r) => setTimeout(r, 50));
  const c = await ask(s, 'GET', '/Patient/c');
  assert.equal(c.status, 404, 'nothing was written while nothing could be logged');
  await s.stop();
  for (const event of ['audit-spare', 'audit-down', 'audit-up']) assert.ok(s.log().includes(`"${event}"`), event);
});

/** helhet with these arguments: its exit code and what it printed. */
const helhet = (...args) => spawnSync(process.env.HELHET_BIN ?? 'build/helhet', args, { encoding: 'utf8' });

test('helhet audit: shows, extracts, samples, documents reviews, proves, and finds what was changed', async () => {
  const s = await start(undefined, ['--audit']);
  for (let i = 0; i < 40; i++) await ask(s, i % 2 ? 'GET' : 'PUT', `/Patient/p${i % 4}`, i % 2 ? {} : { body: { resourceType: 'Patient', id: `p${i % 4}`, active: i % 3 === 0 } });
  await s.stop({ keep: true });
  const data = ['--data', s.data];
  const told = log(s);
  const rows = (out) => out.trim().split('\n').map((l) => JSON.parse(l));
  assert.deepEqual(rows(helhet('audit', 'show', ...data, '--patient', 'p2', '--json').stdout), told.filter((r) => r.patients.includes('p2')).reverse());
  const extract = helhet('audit', 'extract', ...data, '--patient', 'Patient/p2').stdout;
  assert.equal(extract.trim().split('\n').length, 1 + told.filter((r) => r.patients.includes('p2')).length);
  assert.ok(!extract.includes('anonymous'), 'the patient is told of unit and time, not of persons');
  const sample = (seed) => helhet('audit', 'sample', ...data, '--share', '30', '--seed', seed, '--json').stdout;
  assert.equal(sample('1'), sample('1'));
  assert.notEqual(sample('1'), sample('2'));
  assert.ok(rows(sample('1')).length > 1 && rows(sample('1')).length < 35);
  assert.equal(helhet('audit', 'review', ...data, '--seq', '3', '--outcome', 'ok', '--by', 'anna', '--note', 'utan anmärkning').status, 0);
  assert.equal(helhet('audit', 'review', ...data, '--seq', '999', '--outcome', 'ok', '--by', 'anna').status, 1);
  assert.deepEqual([last(s).action, last(s).about, last(s).why, last(s).note, last(s).account], ['audit-review', 3, 'ok', 'utan anmärkning', 'anna']);
  const proof = helhet('audit', 'verify', ...data);
  assert.equal(proof.status, 0, proof.stdout);
  const known = /(\d+:[0-9a-f]{64})/.exec(proof.stdout)[1];
  assert.equal(helhet('audit', 'verify', ...data, '--expect', known).status, 0);
  assert.equal(helhet('check', ...data).status, 0);
  const young = helhet('audit', 'prune', ...data, '--before', '2026-01-01', '--by', 'anna');
  assert.equal(young.status, 1);
  const file = join(s.data, 'audit', '000001.log');
  const was = readFileSync(file, 'utf8');
  writeFileSync(file, was.replace('"seq":7,', '"seq":7, '));
  const bad = helhet('audit', 'verify', ...data);
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /000001\.log.*(rad \(line\) 8|post \(record\) 7)/);
  assert.equal(helhet('check', ...data).status, 1);
  writeFileSync(file, was);
  assert.equal(helhet('audit', 'verify', ...data).status, 0);
  assert.equal(helhet('audit', 'nothing', ...data).status, 2);
  assert.equal(helhet('audit', 'flags', ...data, '--flag', 'no-such').status, 2);
  rmSync(s.data, { recursive: true });
});

test('commands beside a running service: what they do is in the log, reviews too', async () => {
  const s = await start(undefined, ['--audit']);
  await ask(s, 'GET', '/Patient/x');
  const data = ['--data', s.data];
  const until = async (what) => {
    for (let i = 0; i < 100; i++) {
      const r = log(s).find(what);
      if (r) return r;
      await new Promise((done) => setTimeout(done, 50));
    }
    assert.fail('not taken in');
  };
  assert.equal(helhet('audit', 'review', ...data, '--seq', '1', '--outcome', 'ok', '--by', 'anna').status, 0);
  const review = await until((r) => r.action === 'audit-review');
  assert.deepEqual([review.about, review.why, review.account], [1, 'ok', 'anna']);
  assert.ok(Math.abs(new Date(review.happened) - new Date(review.time)) < 5000);
  assert.equal((await ask(s, 'GET', '/AuditEvent?about=1')).json.total, 1);
  assert.equal(helhet('app', 'add', 'prov', ...data, '--scope', 'patient/*.rs', '--redirect', 'http://localhost:9/back').status, 0);
  const app = await until((r) => r.action === 'app-add');
  assert.deepEqual([app.resource, app.kind, app.outcome], ['prov', 'operator', 'done']);
  assert.match(app.account, /^os:/);
  assert.notEqual(helhet('user', 'disable', 'nobody', ...data).status, 0);
  assert.equal((await until((r) => r.action === 'user-disable')).outcome, 'refused');
  writeFileSync(join(s.data, 'audit-in', 'broken.json'), '{"action":');
  assert.equal((await until((r) => r.action === 'audit-in')).note, 'broken.json');
  for (let i = 0; i < 100 && readdirSync(join(s.data, 'audit-in')).join() !== 'broken.json.bad'; i++) await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(readdirSync(join(s.data, 'audit-in')), ['broken.json.bad'], 'what is in the log waits no longer');
  assert.equal(helhet('audit', 'prune', ...data, '--before', '2001-01-01', '--by', 'anna').status, 1, 'pruning is for when no service runs');
  await s.stop({ keep: true });
  assert.equal(helhet('token', ...data, '--scope', 'system/*.rs').status, 0);
  assert.deepEqual([last(s).action, last(s).kind], ['token', 'operator']);
  assert.equal(helhet('audit', 'verify', ...data).status, 0);
  rmSync(s.data, { recursive: true });
});

test('check knows the spare folder', async () => {
  const spare = mkdtempSync(join(tmpdir(), 'helhet-spare-'));
  const s = await start(undefined, ['--audit-spare', spare]);
  await ask(s, 'GET', '/Patient/x');
  await s.stop({ keep: true });
  assert.equal(readFileSync(join(s.data, 'audit.spare'), 'utf8'), spare);
  assert.equal(helhet('check', '--data', s.data).status, 0);
  rmSync(join(s.data, 'audit'), { recursive: true }); // all that is left is in the spare folder: nothing
  assert.equal(helhet('check', '--data', s.data).status, 1);
  rmSync(s.data, { recursive: true });
  rmSync(spare, { recursive: true });
});

test('AuditEvent: the log as FHIR, read and searched, never written', async () => {
  const s = await start(undefined, ['--audit']);
  for (let i = 0; i < 30; i++) await ask(s, i % 2 ? 'GET' : 'PUT', `/Patient/p${i % 4}`, i % 2 ? {} : { body: { resourceType: 'Patient', id: `p${i % 4}`, active: i % 3 === 0 } });
  const told = log(s);
  const found = async (query) => {
    const out = [];
    for (let url = `/AuditEvent?${query}`; url; ) {
      const r = await ask(s, 'GET', url);
      assert.equal(r.status, 200, r.text);
      for (const e of r.json.entry ?? []) {
        assert.equal(e.fullUrl, `${s.base}/AuditEvent/${e.resource.id}`);
        out.push(Number(e.resource.id));
      }
      assert.ok(r.json.total >= out.length);
      url = r.json.link.find((l) => l.relation === 'next')?.url;
    }
    return out;
  };
  const expected = (f) => told.filter(f).map((r) => r.seq).reverse();
  const until = `date=le${told.at(-1).time}`;
  assert.deepEqual((await found(`patient=Patient/p2&action=U&_count=3&${until}`)), expected((r) => r.patients.includes('p2') && r.code === 'U'));
  assert.deepEqual((await found(`outcome=4&${until}`)), expected((r) => r.outcome === 'refused'));
  assert.deepEqual(await found(`entity=Patient/p3&action=R&${until}`), expected((r) => r.resource === 'Patient/p3' && r.code === 'R'));
  assert.deepEqual(await found('patient=nobody-at-all'), []);
  assert.deepEqual(await found('altid=somebody'), []);
  const one = await ask(s, 'GET', '/AuditEvent/2');
  assert.equal(one.status, 200);
  assert.deepEqual([one.json.resourceType, one.json.id, one.json.recorded, one.json.action], ['AuditEvent', '2', told[1].time, told[1].code]);
  assert.equal(one.json.agent[0].altId, 'anonymous');
  assert.equal(one.json.agent[0].network.address, '127.0.0.1');
  assert.deepEqual(one.json.entity.filter((e) => e.role).map((e) => e.what.reference), told[1].patients.map((p) => `Patient/${p}`));
  const valid = await ask(s, 'POST', '/AuditEvent/$validate', { body: one.json });
  assert.ok([200, 405].includes(valid.status));
  const checked = await ask(s, 'POST', '', { body: bundle('batch', entry('GET', 'AuditEvent/2')) });
  assert.equal(checked.json.entry[0].response.status, '200 OK');
  assert.equal((await ask(s, 'GET', '/AuditEvent/2', { headers: { Accept: 'application/fhir+xml' } })).status, 200);
  for (const [method, path, body] of [['POST', '/AuditEvent', one.json], ['PUT', '/AuditEvent/2', one.json], ['DELETE', '/AuditEvent/2'], ['GET', '/AuditEvent/2/_history']]) assert.equal((await ask(s, method, path, { body })).status, 405, `${method} ${path}`);
  for (const bad of ['foo=1', 'date=x', 'outcome=7', 'action=Z', '_sort=agent', 'patient=a&patient=b']) assert.equal((await ask(s, 'GET', `/AuditEvent?${bad}`)).status, 400, bad);
  assert.equal((await ask(s, 'GET', '/AuditEvent/99999')).status, 404);
  assert.equal((await ask(s, 'GET', '/AuditEvent/none')).status, 404);
  const told2 = (await ask(s, 'GET', '/metadata')).json.rest[0].resource.find((r) => r.type === 'AuditEvent');
  assert.deepEqual(told2.interaction.map((i) => i.code), ['read', 'search-type']);
  assert.ok(told2.searchParam.some((p) => p.name === 'patient'));
  await s.stop();
});

test('helhet audit flags: the patterns, beside a service and without; what asks the record is tried when it can be', async () => {
  const person = (value) => ({ identifier: [{ system: 'http://electronichealth.se/identifier/personnummer', value }] });
  const data = await makeData([named('Practitioner', 'signe', 'Signe', 'Ovanlig', person('189001019802')), named('Patient', 'self', 'Signe', 'Ovanlig', person('18900101-9802')), role('signe-med', 'signe', 'med')], [['signe', 'Practitioner/signe']]);
  const s = await closed(data, ['--audit']);
  const cookie = await login(s, 'signe');
  for (const id of ['self', 'self', 'pat']) await as(s, 'GET', `/fhir/Patient/${id}`, { headers: cookie });
  const flags = (...more) => {
    const r = helhet('audit', 'flags', '--data', data, ...more);
    assert.equal(r.status, 0, r.stderr);
    return { ...r, rows: r.stdout.trim() === '' ? [] : r.stdout.trim().split('\n') };
  };
  let r;
  for (let i = 0; i < 40 && !(r = flags('--json')).rows.length; i++) await new Promise((done) => setTimeout(done, 50));
  const own = JSON.parse(r.rows[0]);
  assert.equal(r.rows.length, 1, r.stdout);
  assert.deepEqual([own.code, own.user, own.unit, own.patient, own.count, own.events.length, own.reviewed], ['own-record', 'Practitioner/signe', 'Organization/med', 'self', 2, 2, 0]);
  assert.match(r.stderr, /inte prövat.*same-surname/);
  assert.doesNotMatch(r.stderr, /inte prövat.*own-record/);
  assert.match(flags().stdout, /^regel\tfrån.*\nown-record\t.*2 åtkomster till den egna journalen/);
  const count = (...more) => flags('--json', ...more).rows.length;
  assert.deepEqual([count('--user', 'Practitioner/signe'), count('--user', 'Practitioner/bo'), count('--patient', 'self'), count('--patient', 'pat'), count('--unit', 'Organization/kir'), count('--flag', 'emergency'), count('--until', '2020-01-01'), count('--since', '2020-01-01')], [1, 0, 1, 0, 0, 0, 0, 1]);
  // A review is counted.
  assert.equal(helhet('audit', 'review', '--data', data, '--seq', String(own.events[0]), '--outcome', 'ok', '--by', 'granne').status, 0);
  for (let i = 0; i < 60 && JSON.parse(flags('--json').rows[0]).reviewed !== 1; i++) await new Promise((done) => setTimeout(done, 50));
  assert.equal(JSON.parse(flags('--json').rows[0]).reviewed, 1);
  await s.stop({ keep: true });
  const whole = flags('--json');
  assert.deepEqual(whole.rows.map((l) => JSON.parse(l).code).sort(), ['no-relation', 'no-relation', 'own-record', 'same-surname']);
  assert.doesNotMatch(whole.stderr, /inte prövat/);
  forget(data);
});

test('a write that is refused is told of with whose record it would have been in', async () => {
  const told = async (method, path, body, more = {}) => {
    const r = await ask(server, method, path, { body, ...more });
    assert.ok(r.status >= 400, `${path} ${r.status}`);
    return last();
  };
  const faulty = (patient) => ({ ...observation(patient), status: undefined });
  assert.deepEqual((await told('POST', '/Observation', faulty('refused-1'))).patients, ['refused-1']);
  assert.deepEqual((await told('POST', '/Observation', { ...faulty('refused-1'), focus: [{ reference: 'Patient/refused-2' }] })).patients, ['refused-1'], 'not who is mentioned');
  assert.deepEqual((await told('POST', '/Task', { resourceType: 'Task', for: { reference: 'Patient/refused-2' } })).patients, ['refused-2']);
  assert.deepEqual((await told('POST', '/Appointment', { resourceType: 'Appointment', participant: [{ actor: { reference: 'Patient/refused-1' } }, { actor: { reference: 'Patient/refused-2' } }] })).patients, ['refused-1', 'refused-2']);
  assert.deepEqual((await told('PUT', '/Patient/refused-3', { resourceType: 'Patient', id: 'refused-3', birthDate: 'x' })).patients, ['refused-3']);
  assert.deepEqual((await told('POST', '/Observation', faulty('inte ett id'))).patients, undefined);
  assert.deepEqual((await told('POST', '/Observation', '<Observation xmlns="http://hl7.org/fhir"><subject><reference value="Patient/refused-4"/></subject></Observation>', { type: 'application/fhir+xml' })).patients, ['refused-4']);
  const large = await told('POST', '/Observation', { ...faulty('refused-1'), note: [{ text: 'x'.repeat(1 << 20) }] });
  assert.deepEqual([large.patients, large.many], [undefined, true]);
  const entries = () => log().slice(-3).map((r) => r.patients?.join());
  await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'Observation', observation('refused-1')), entry('POST', 'Observation', faulty('refused-2'))) });
  assert.deepEqual(entries(), [undefined, 'refused-1', 'refused-2']);
  await ask(server, 'POST', '', { body: bundle('batch', entry('POST', 'Observation', faulty('refused-1')), entry('POST', 'Observation', { ...faulty('refused-2') })) });
  assert.deepEqual(entries(), [undefined, 'refused-1', 'refused-2']);
});

test('refused for want of right: whose it would have been is told; an export, whose records are in its files', async () => {
  const program = process.env.HELHET_BIN ?? 'build/helhet';
  const many = Array.from({ length: 1003 }, (_, i) => ({ resourceType: 'Patient', id: `many-${i}`, active: i < 3 }));
  const data = await makeData([named('Practitioner', 'lo', 'Lo', 'Prov'), role('lo-con', 'lo', 'region', { code: 'controller' }), ...many, { ...observation('many-1'), id: 'of-1' }], [['lo', 'Practitioner/lo']]);
  const s = await closed(data, ['--audit']);
  const cookie = await login(s, 'lo');
  const no = await as(s, 'POST', '/fhir/Observation', { headers: { ...cookie, ...OURS, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(observation('pat')) });
  assert.equal(no.status, 403, no.text);
  assert.deepEqual([last(s).patients, last(s).outcome], [['pat'], 'refused']);
  const token = spawnSync(program, ['token', '--data', data, '--scope', 'system/*.rs'], { encoding: 'utf8' }).stdout.trim();
  const headers = { Authorization: `Bearer ${token}` };
  /** The record of the fetching of the first file of an export. */
  const fetched = async (query, body) => {
    const asked = { ...headers, Prefer: 'respond-async', Accept: 'application/fhir+json', ...(body && { 'Content-Type': 'application/fhir+json' }) };
    const begun = await as(s, body ? 'POST' : 'GET', `/fhir/${query}`, { headers: asked, ...(body && { body: JSON.stringify(body) }) });
    assert.equal(begun.status, 202, begun.text);
    const where = new URL(begun.headers['content-location']).pathname;
    let r;
    while ((r = await as(s, 'GET', where, { headers })).status === 202) await new Promise((done) => setTimeout(done, 30));
    assert.equal(r.status, 200, r.text);
    const file = r.json.output?.[0].url ?? r.json.parameter.find((p) => p.name === 'output').part.find((p) => p.name === 'location').valueUri;
    assert.equal((await as(s, 'GET', new URL(file).pathname, { headers })).status, 200);
    return last(s);
  };
  const few = await fetched('$export?_type=Patient,Observation&_typeFilter=Patient%3Factive%3Dtrue');
  assert.deepEqual([few.patients.toSorted(), few.many ?? false], [['many-0', 'many-1', 'many-2'], false]);
  const one = await fetched('$export?_type=Observation');
  assert.deepEqual([one.patients, one.many ?? false], [['many-1'], false]);
  const all = await fetched('$export?_type=Patient');
  assert.deepEqual([all.patients.length, all.many], [1000, true]);
  const rows = (resource) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'viewResource', resource: { resourceType: 'ViewDefinition', name: 'rows', status: 'active', resource, select: [{ column: [{ name: 'id', path: 'id' }] }] } }, { name: '_format', valueCode: 'ndjson' }],
  });
  const view = await fetched('ViewDefinition/$viewdefinition-export', rows('Observation'));
  assert.deepEqual([view.patients, view.many ?? false], [['many-1'], false]);
  const views = await fetched('ViewDefinition/$viewdefinition-export', rows('Patient'));
  assert.deepEqual([views.patients.length, views.many], [1000, true]);
  await s.stop();
});
