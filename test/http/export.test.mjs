// SPDX-License-Identifier: Apache-2.0
// $export as FHIR Bulk Data Access 2.0 says: the asynchronous pattern, the three levels, every parameter, and what may
// happen meanwhile: writes, cancel, kill -9, expiry.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { content, gzLines, noCorpus, run, scratch, summary, synthea2019, synthea2025, typeFiles } from '../e2e/tool.mjs';
import { byId, exportAll, finish, kickOff, lines, linesOf, manifest, raw, sleep } from './bulk.mjs';
import { ask, bundle, entry, peakMb, start } from './server.mjs';

const keysOf = (all) => [...all.keys()].sort();
const observation = (id, patient, more = {}) => ({ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, ...(patient ? { subject: { reference: `Patient/${patient}` } } : {}), ...more });
const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);

async function post(server, ...resources) {
  const r = await ask(server, 'POST', '', { body: bundle('transaction', ...resources.map(put)) });
  assert.equal(r.status, 200, r.text);
}

// Three patients with what is theirs, what they share and what is nobody's.
const small = [
  { resourceType: 'Patient', id: 'a', active: true, gender: 'female', name: [{ family: 'Testsson' }] },
  { resourceType: 'Patient', id: 'b', active: true },
  { resourceType: 'Patient', id: 'c', active: false },
  { resourceType: 'Practitioner', id: 'pr' },
  { resourceType: 'Organization', id: 'org', name: 'Vårdenhet' },
  observation('oa', 'a'),
  observation('ob', 'b', { status: 'preliminary' }),
  observation('oc', 'c'),
  observation('onone'),
  { resourceType: 'Appointment', id: 'ab', status: 'booked', start: '2026-01-02T09:00:00Z', end: '2026-01-02T09:30:00Z', participant: [{ actor: { reference: 'Patient/a' }, status: 'accepted' }, { actor: { reference: 'Patient/b' }, status: 'accepted' }] },
  { resourceType: 'Group', id: 'g', type: 'person', actual: true, member: [{ entity: { reference: 'Patient/a' } }, { entity: { reference: 'Patient/b' } }, { entity: { reference: 'Patient/c' }, inactive: true }] },
  { resourceType: 'Group', id: 'empty', type: 'person', actual: true },
];

describe('levels and parameters', () => {
  let server;
  before(async () => {
    server = await start();
    await post(server, ...small);
  });
  after(() => server.stop());
  const exported = async (path, options) => keysOf((await exportAll(server, path, options)).all);

  test('system: everything once, as stored', async () => {
    const { manifest: m, all } = await exportAll(server, '/$export');
    assert.deepEqual(keysOf(all), small.map((r) => `${r.resourceType}/${r.id}`).sort());
    for (const [key, line] of all) assert.equal(line, (await ask(server, 'GET', `/${key}`)).text);
    assert.deepEqual(Object.keys(m), ['transactionTime', 'request', 'requiresAccessToken', 'output', 'deleted', 'error']);
    assert.equal(m.request, `${server.base}/$export`);
    assert.equal(m.requiresAccessToken, false);
    assert.ok(Math.abs(Date.parse(m.transactionTime) - Date.now()) < 60000);
    assert.deepEqual([m.deleted, m.error], [[], []]);
  });

  test('status: JSON, Expires; a file is gzip or plain as the client takes it', async () => {
    const done = await finish(server, await kickOff(server, '/$export?_type=Patient'));
    assert.equal(done.headers.get('content-type'), 'application/json');
    const expires = Date.parse(done.headers.get('expires')) - Date.now();
    assert.ok(expires > 23 * 3600e3 && expires < 25 * 3600e3, String(expires));
    const { url } = done.json.output[0];
    const packed = await raw(url, { 'Accept-Encoding': 'gzip' });
    const plain = await raw(url, { 'Accept-Encoding': 'identity' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(packed.headers.vary, 'Accept-Encoding');
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.deepEqual(gunzipSync(packed.body), plain.body);
    assert.equal(linesOf(plain.body.toString()).length, 3);
    assert.equal((await raw(url, { Accept: 'application/fhir+ndjson' })).status, 200);
    assert.equal((await ask(server, 'HEAD', url)).status, 200);
    assert.equal((await ask(server, 'GET', `${url}x`)).status, 404);
  });

  test('patients: compartments of all, each resource once', async () => {
    assert.deepEqual(await exported('/Patient/$export'), ['Appointment/ab', 'Group/g', 'Observation/oa', 'Observation/ob', 'Observation/oc', 'Patient/a', 'Patient/b', 'Patient/c']);
  });

  test('group: active members only', async () => {
    assert.deepEqual(await exported('/Group/g/$export'), ['Appointment/ab', 'Group/g', 'Observation/oa', 'Observation/ob', 'Patient/a', 'Patient/b']);
    assert.deepEqual(await exported('/Group/empty/$export'), []);
    assert.equal((await ask(server, 'GET', '/Group/no/$export', { headers: { Prefer: 'respond-async' } })).status, 404);
  });

  const parameters = (...parameter) => ({ method: 'POST', body: { resourceType: 'Parameters', parameter } });
  const patient = (id) => ({ name: 'patient', valueReference: { reference: `Patient/${id}` } });
  test('POST: the same parameters, and patient', async () => {
    assert.deepEqual(await exported('/Patient/$export', parameters(patient('b'), patient('c'))), ['Appointment/ab', 'Group/g', 'Observation/ob', 'Observation/oc', 'Patient/b', 'Patient/c']);
    assert.deepEqual(await exported('/Group/g/$export', parameters(patient('b'), { name: '_type', valueString: 'Observation' })), ['Observation/ob']);
    assert.deepEqual(await exported('/$export', parameters({ name: '_type', valueString: 'Patient,Organization' }, { name: '_outputFormat', valueString: 'ndjson' })), ['Organization/org', 'Patient/a', 'Patient/b', 'Patient/c']);
  });

  test('_type, _typeFilter, _elements', async () => {
    const q = encodeURIComponent;
    assert.deepEqual(await exported('/$export?_type=Patient,Group&_type=Organization'), ['Group/empty', 'Group/g', 'Organization/org', 'Patient/a', 'Patient/b', 'Patient/c']);
    assert.deepEqual(await exported(`/$export?_type=Observation,Patient&_typeFilter=${q('Observation?status=preliminary')}`), ['Observation/ob', 'Patient/a', 'Patient/b', 'Patient/c']);
    assert.deepEqual(await exported(`/$export?_type=Observation,Patient&_typeFilter=${q('Observation?status=preliminary,Observation?subject=Patient/a,Patient/c,Patient?active=true')}`), ['Observation/oa', 'Observation/ob', 'Observation/oc', 'Patient/a', 'Patient/b']);
    assert.deepEqual(await exported(`/$export?_type=Observation&_typeFilter=${q('Observation?status=cancelled')}`), []);
    const { all } = await exportAll(server, '/$export?_type=Patient,Organization&_elements=Patient.gender,id');
    assert.deepEqual(Object.keys(JSON.parse(all.get('Patient/a'))), ['resourceType', 'id', 'meta', 'gender']);
    assert.equal(JSON.parse(all.get('Patient/a')).meta.tag[0].code, 'SUBSETTED');
    assert.equal(JSON.parse(all.get('Organization/org')).name, undefined);
  });

  const wrong = [
    ['/$export?_type=Patent', 'Patent'],
    ['/$export?_since=yesterday', '_since'],
    ['/$export?_since=2026-01-01', '_since'],
    ['/$export?_until=2026', '_until'],
    ['/$export?_outputFormat=text/csv', '_outputFormat'],
    ['/$export?_typeFilter=status', '_typeFilter'],
    ['/$export?_typeFilter=Observation%3Fcolour%3Dred', 'colour'],
    ['/$export?_typeFilter=Observation%3F_count%3D3', '_count'],
    ['/$export?_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal', 'Observation'],
    ['/$export?_elements=Foo.bar', 'Foo.bar'],
    ['/$export?includeAssociatedData=LatestProvenanceResources', 'includeAssociatedData'],
    ['/$export?since=2020', 'since'],
    ['/$export?patient=Patient/a', 'patient'],
    ['/$export?_since=2026-01-01T00:00:00Z&_since=2026-01-01T00:00:00Z', '_since'],
    ['/Patient/$export?_type=Organization', 'Organization'],
  ];
  for (const [path, name] of wrong)
    test(`wrong: ${path}`, async () => {
      const r = await ask(server, 'GET', path, { headers: { Prefer: 'respond-async' } });
      assert.equal(r.status, 400, r.text);
      assert.equal(r.json.resourceType, 'OperationOutcome');
      assert.ok(r.json.issue[0].details.text.includes(name), r.text);
    });

  test('wrong in Parameters', async () => {
    const tries = [
      ['/Group/g/$export', [patient('c')], 'Patient/c'],
      ['/Patient/$export', [patient('nobody')], 'Patient/nobody'],
      ['/Patient/$export', [{ name: 'patient', valueReference: { reference: 'Practitioner/pr' } }], 'Practitioner/pr'],
      ['/$export', [patient('a')], 'patient'],
      ['/$export', [{ name: 'more', valueString: 'x' }], 'more'],
    ];
    for (const [path, parameter, name] of tries) {
      const r = await ask(server, 'POST', path, { body: { resourceType: 'Parameters', parameter }, headers: { Prefer: 'respond-async' } });
      assert.equal(r.status, 400, r.text);
      assert.ok(r.json.issue[0].details.text.includes(name), r.text);
    }
  });

  test('Prefer: respond-async is required; lenient handling leaves out what is not known', async () => {
    const r = await ask(server, 'GET', '/$export');
    assert.equal(r.status, 400);
    assert.match(r.text, /respond-async/);
    const head = await ask(server, 'HEAD', '/$export', { headers: { Prefer: 'respond-async' } });
    assert.equal(head.status, 405);
    assert.equal(head.headers.get('allow'), 'GET, POST');
    const batch = await ask(server, 'POST', '', { body: bundle('batch', entry('GET', '$export')), headers: { Prefer: 'respond-async' } });
    assert.equal(batch.json.entry[0].response.status.slice(0, 3), '400', batch.text);
    const m = await manifest(server, await kickOff(server, '/$export?_type=Patient&colour=red', { headers: { Prefer: 'respond-async, handling=lenient' } }));
    assert.equal(m.output[0].count, 3);
  });

  test('the CapabilityStatement lists it at its levels', async () => {
    const rest = (await ask(server, 'GET', '/metadata')).json.rest[0];
    const of = (list) => list.filter((o) => o.name === 'export').map((o) => o.definition.split('/').pop());
    assert.deepEqual(of(rest.operation), ['export']);
    assert.deepEqual(of(rest.resource.find((r) => r.type === 'Patient').operation), ['patient-export']);
    assert.deepEqual(of(rest.resource.find((r) => r.type === 'Group').operation), ['group-export']);
  });

  test('unknown jobs', async () => {
    for (const [method, path] of [['GET', '/_job/x'], ['DELETE', '/_job/00000000-0000-4000-8000-000000000000'], ['GET', '/_job/00000000-0000-4000-8000-000000000000/Patient.1.ndjson']])
      assert.equal((await ask(server, method, path)).status, 404);
  });
});

test('_since, _until and deletions: what comes between two exports is in the second, once', async () => {
  const server = await start();
  try {
    await post(server, ...small);
    const first = await exportAll(server, '/$export');
    const since = encodeURIComponent(first.manifest.transactionTime);
    const none = await manifest(server, await kickOff(server, `/$export?_since=${since}`));
    assert.deepEqual([none.output, none.deleted], [[], []]);
    await post(server, observation('oa', 'a', { status: 'amended' }), observation('new', 'b'));
    for (const gone of ['Observation/oc', 'Observation/onone']) assert.equal((await ask(server, 'DELETE', `/${gone}`)).status, 204);
    const second = await exportAll(server, `/$export?_since=${since}`);
    assert.deepEqual(keysOf(second.all), ['Observation/new', 'Observation/oa']);
    const deleted = (await lines(second.manifest, 'deleted')).map((l) => JSON.parse(l));
    assert.equal(deleted[0].type, 'transaction');
    assert.deepEqual(deleted.flatMap((b) => b.entry.map((e) => `${e.request.method} ${e.request.url}`)).sort(), ['DELETE Observation/oc', 'DELETE Observation/onone']);
    const ofPatients = await exportAll(server, `/Patient/$export?_since=${since}`);
    const gone = (await lines(ofPatients.manifest, 'deleted')).flatMap((l) => JSON.parse(l).entry.map((e) => e.request.url));
    assert.deepEqual(gone, ['Observation/oc'], 'only what lay in a compartment');
    const chosen = await exportAll(server, `/$export?_since=${since}&_type=Observation&_typeFilter=${encodeURIComponent('Observation?status=amended')}`);
    assert.deepEqual(keysOf(chosen.all), ['Observation/oa']);
    assert.equal((await lines(chosen.manifest, 'deleted')).flatMap((l) => JSON.parse(l).entry).length, 2, 'a filter hides no deletion');
    const before = await exportAll(server, `/$export?_until=${since}`);
    assert.deepEqual(keysOf(before.all), keysOf(first.all).filter((k) => !['Observation/oa', 'Observation/oc', 'Observation/onone'].includes(k)));
    // Deletions are transactions: a copy of the first export follows.
    const other = await start();
    try {
      await post(other, ...[...first.all.values()].map((l) => JSON.parse(l)));
      await post(other, ...[...second.all.values()].map((l) => JSON.parse(l)));
      for (const b of deleted) assert.equal((await ask(other, 'POST', '', { body: b })).status, 200);
      assert.deepEqual(keysOf((await exportAll(other, '/$export')).all), keysOf((await exportAll(server, '/$export')).all));
    } finally {
      await other.stop();
    }
  } finally {
    await server.stop();
  }
});

// A store with a Synthea set in it, and what was put in: "Type/id" → content.
function loaded(t, set) {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const r = run('import', '--data', data, ...typeFiles(set));
  const s = summary(r.out);
  assert.equal(s.rejected, 0, r.out);
  const input = new Map();
  for (const f of typeFiles(set)) for (const line of gzLines(f)) input.set(`${JSON.parse(line).resourceType}/${JSON.parse(line).id}`, line);
  assert.equal(input.size, s.stored);
  return { dir, data, input };
}

function assertSame(all, input) {
  assert.equal(all.size, input.size);
  for (const [key, line] of input) assert.equal(content(all.get(key) ?? '{}'), content(line), key);
}

for (const [name, set] of [['r4-2019-100patients', synthea2019], ['r4-2025-80patients', synthea2025]])
  test(`${name}: the export is what was imported; imported again it is the same record`, { skip: noCorpus, timeout: 600000 }, async (t) => {
    const { dir, data, input } = loaded(t, set);
    const server = await start(data);
    const { manifest: m, all } = await exportAll(server, '/$export');
    const mb = await peakMb(server);
    await server.stop({ keep: true });
    assertSame(all, input);
    t.diagnostic(`${all.size} resources, server at most ${Math.round(mb)} MB`);
    if (!process.env.HELHET_BIN?.includes('debug')) assert.ok(mb < 300, `${mb} MB`);
    const file = join(dir, 'export.ndjson');
    writeFileSync(file, [...all.values()].join('\n'));
    const again = run('import', '--data', join(dir, 'again'), file);
    assert.deepEqual(summary(again.out), { in: all.size, stored: all.size, unchanged: 0, rejected: 0 });
    const copy = await start(join(dir, 'again'));
    const second = await exportAll(copy, '/$export');
    await copy.stop({ keep: true });
    assertSame(second.all, all);
    assert.deepEqual(second.manifest.output.map((o) => [o.type, o.count]), m.output.map((o) => [o.type, o.count]));
  });

test('while others write, cancel, kill -9 and restart', { skip: noCorpus, timeout: 600000 }, async (t) => {
  const { data, input } = loaded(t, synthea2019);
  let server = await start(data);
  const patients = [...input].filter(([k]) => k.startsWith('Patient/'));

  await t.test('an export is of one moment, whatever is written meanwhile', async () => {
    const where = await kickOff(server, '/$export');
    let writing = true, written = 0;
    const writer = (async () => {
      for (let i = 0; writing; i++) {
        const [key, line] = patients[i % patients.length];
        const changed = { ...JSON.parse(line), active: i % 2 === 0 };
        assert.ok((await ask(server, 'PUT', `/${key}`, { body: changed })).status < 300);
        assert.equal((await ask(server, 'PUT', `/Basic/new-${i}`, { body: { resourceType: 'Basic', id: `new-${i}`, code: { text: 'x' } } })).status, 201);
        written++;
      }
    })();
    const m = await manifest(server, where);
    writing = false;
    await writer;
    const all = byId(await lines(m));
    const until = Date.parse(m.transactionTime);
    assert.ok(written > 3, String(written));
    for (const key of input.keys()) assert.ok(all.has(key), `${key} is missing`);
    for (const [key, line] of all) assert.ok(Date.parse(JSON.parse(line).meta.lastUpdated) <= until, `${key} is later`);
    const next = await exportAll(server, `/$export?_since=${encodeURIComponent(m.transactionTime)}`);
    const news = [...next.all.keys()].filter((k) => k.startsWith('Basic/')).length + [...all.keys()].filter((k) => k.startsWith('Basic/')).length;
    assert.equal(news, written, 'nothing falls between two exports');
  });

  await t.test('a small group is of one moment too, while its resources move away and are deleted', async () => {
    const [[one], [two], [other]] = patients;
    const group = { resourceType: 'Group', id: 'small', type: 'person', actual: true, member: [one, two].map((reference) => ({ entity: { reference } })) };
    await post(server, group);
    const whole = await exportAll(server, '/Group/small/$export');
    const left = new Map();
    const touched = new Set();
    const observations = [...whole.all].filter(([k]) => k.startsWith('Observation/'));
    assert.ok(observations.length > 10 && observations.length < whole.all.size);
    let moving = true;
    const mover = (async () => {
      for (let i = 0; moving && i < observations.length; i++) {
        const [key, line] = observations[i];
        touched.add(key);
        const r = i % 2 ? await ask(server, 'PUT', `/${key}`, { body: { ...JSON.parse(line), subject: { reference: other } } }) : await ask(server, 'DELETE', `/${key}`);
        // A report may refer to it: what cannot be deleted stays.
        if (r.status >= 300) continue;
        if (r.status === 204) input.delete(key);
        const v = await ask(server, 'GET', `/${key}/_history?_count=1`);
        left.set(key, Date.parse(v.json.entry[0].resource?.meta.lastUpdated ?? v.json.entry[0].response.lastModified));
      }
    })();
    for (let round = 0; round < 6; round++) {
      const now = await exportAll(server, '/Group/small/$export');
      const until = Date.parse(now.manifest.transactionTime);
      const certain = keysOf(whole.all).filter((k) => !touched.has(k));
      for (const k of certain) assert.ok(now.all.has(k), `${k} is missing`);
      for (const [k, when] of left) assert.equal(now.all.has(k), when > until, `${k} left at ${when}, export of ${until}`);
    }
    moving = false;
    await mover;
    t.diagnostic(`${left.size} resources left the group meanwhile`);
    assert.ok(left.size > 3);
  });

  await t.test('DELETE cancels; afterwards there is nothing', async () => {
    const where = await kickOff(server, '/$export');
    assert.equal((await ask(server, 'DELETE', where)).status, 202);
    assert.equal((await ask(server, 'GET', where)).status, 404);
    assert.equal((await ask(server, 'DELETE', where)).status, 404);
    for (let i = 0; readdirSync(join(data, 'jobs')).includes(where.split('/').pop()) && i < 500; i++) await sleep(20);
    assert.ok(!readdirSync(join(data, 'jobs')).includes(where.split('/').pop()));
  });

  await t.test('kill -9 in the middle: done ones are served, the others start again', async () => {
    const done = (await kickOff(server, '/$export?_type=Patient')).replace(server.base, '');
    await manifest(server, server.base + done);
    const running = (await kickOff(server, '/$export')).replace(server.base, '');
    const waiting = [];
    for (let i = 0; i < 3; i++) waiting.push((await kickOff(server, '/$export?_type=Organization')).replace(server.base, ''));
    await sleep(50);
    await server.kill();
    server = await start(data);
    assert.equal((await manifest(server, server.base + done)).output[0].count, patients.length);
    const all = byId(await lines(await manifest(server, server.base + running)));
    for (const key of input.keys()) assert.ok(all.has(key), `${key} is missing`);
    for (const w of waiting) assert.equal((await manifest(server, server.base + w)).output[0].type, 'Organization');
  });

  await t.test('too many at once: 429 with Retry-After', async () => {
    const taken = [];
    let refused;
    while (!refused && taken.length < 100) {
      const r = await ask(server, 'GET', '/$export', { headers: { Prefer: 'respond-async' } });
      if (r.status === 429) refused = r;
      else taken.push(r.headers.get('content-location'));
    }
    assert.equal(refused?.json.issue[0].code, 'throttled');
    assert.match(refused.headers.get('retry-after'), /^\d+$/);
    for (const w of taken) await ask(server, 'DELETE', w);
  });
  await server.stop({ keep: true });
});

test('a finished export expires, with its files', async () => {
  const data = mkdtempSync(join(tmpdir(), 'helhet-http-'));
  const server = await start(data, ['--jobs-keep', '1s']);
  try {
    await post(server, ...small);
    const where = await kickOff(server, '/$export');
    const m = await manifest(server, where);
    await sleep(1500);
    assert.equal((await ask(server, 'GET', where)).status, 404);
    assert.equal((await raw(m.output[0].url)).status, 404);
    await sleep(1000);
    assert.deepEqual(readdirSync(join(data, 'jobs')), []);
  } finally {
    await server.stop();
  }
});
