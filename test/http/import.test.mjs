// SPDX-License-Identifier: Apache-2.0
// $import: files into the record in the background, uploaded or from the import folder, beside other writers.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { content, gzLines, noCorpus, scratch, synthea2019, typeFiles } from '../e2e/tool.mjs';
import { exportAll, kickOff, lines, manifest, sleep } from './bulk.mjs';
import { ask, start } from './server.mjs';

const ndjson = 'application/fhir+ndjson';
const patient = (id, more) => JSON.stringify({ resourceType: 'Patient', id, ...more });
const upload = (server, body, { path = '/$import', headers } = {}) => kickOff(server, path, { method: 'POST', body, type: ndjson, headers });
const parameters = (...parameter) => ({ resourceType: 'Parameters', parameter });
const input = (url, type) => ({ name: 'input', part: [...(type ? [{ name: 'type', valueCode: type }] : []), { name: 'url', valueUri: url }] });
const outcomes = async (m) => (await lines({ error: m.error }, 'error')).map((l) => JSON.parse(l));

describe('uploads', () => {
  let server;
  before(async () => {
    server = await start();
  });
  after(() => server.stop());

  test('NDJSON, plain and gzip: counts by type, content kept, again changes nothing', async () => {
    const text = [patient('a', { gender: 'female' }), patient('b'), JSON.stringify({ resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'å' }, subject: { reference: 'Patient/a' } })].join('\n');
    const m = await manifest(server, await upload(server, text));
    assert.deepEqual(m.output, [
      { type: 'Observation', count: 1, stored: 1, unchanged: 0, kept: 0, rejected: 0 },
      { type: 'Patient', count: 2, stored: 2, unchanged: 0, kept: 0, rejected: 0 },
    ]);
    assert.deepEqual(m.error, []);
    assert.equal(m.request, `${server.base}/$import`);
    assert.equal((await ask(server, 'GET', '/Observation?subject=Patient/a')).json.entry[0].resource.code.text, 'å');
    const again = await manifest(server, await upload(server, gzipSync(text), { headers: { 'Content-Encoding': 'gzip' } }));
    assert.deepEqual(again.output.map((o) => [o.stored, o.unchanged]), [[0, 1], [0, 2]]);
    assert.equal((await ask(server, 'GET', '/Patient/a')).json.meta.versionId, '1');
  });

  test('what is wrong is told with its line; the rest goes in', async () => {
    const text = [patient('g1'), '{"resourceType":"Patient"', patient('g2', { gender: 'unknowable' }), '', patient('g3')].join('\n');
    const m = await manifest(server, await upload(server, text));
    const stored = m.output.find((o) => o.type === 'Patient');
    assert.equal(stored.stored, 2);
    assert.equal(m.output.reduce((n, o) => n + o.rejected, 0), 2);
    assert.deepEqual(m.error.map((e) => [e.type, e.count]), [['OperationOutcome', 2]]);
    const found = await outcomes(m);
    assert.match(found[0].issue[0].diagnostics, /^rad 2\b/);
    assert.match(found[1].issue[0].diagnostics, /^rad 3\b/);
    assert.deepEqual(found[1].issue[0].expression, ['Patient.gender']);
    assert.equal((await ask(server, 'GET', '/Patient/g3')).status, 200);
  });

  test('_type: resources of another type are refused', async () => {
    const m = await manifest(server, await upload(server, [patient('t1'), '{"resourceType":"Basic","id":"t2","code":{"text":"x"}}'].join('\n'), { path: '/$import?_type=Patient' }));
    assert.equal((await outcomes(m)).length, 1);
    assert.equal((await ask(server, 'GET', '/Basic/t2')).status, 404);
  });

  const refused = [
    ['no Prefer', { headers: { Prefer: '' } }, 400, 'respond-async'],
    ['empty', { body: '' }, 400, 'BODY_MISSING'],
    ['unknown mode', { path: '/$import?mode=wipe' }, 400, 'wipe'],
    ['unknown parameter', { path: '/$import?colour=red' }, 400, 'colour'],
    ['unknown type', { path: '/$import?_type=Patent' }, 400, 'Patent'],
  ];
  for (const [name, { body = patient('no'), headers, path = '/$import' }, status, text] of refused)
    test(`refused: ${name}`, async () => {
      const r = await ask(server, 'POST', path, { body, type: ndjson, headers: { Prefer: 'respond-async', ...headers } });
      assert.equal(r.status, status, r.text);
      assert.ok(r.text.includes(text), r.text);
      assert.equal((await ask(server, 'GET', '/Patient/no')).status, 404);
    });

  test('an upload that is cut off or not gzip', async () => {
    const packed = gzipSync(Array.from({ length: 2000 }, (_, i) => patient(`z${i}`, { active: i % 2 === 0 })).join('\n'));
    const m = await manifest(server, await upload(server, packed.subarray(0, packed.length - 20), { headers: { 'Content-Encoding': 'gzip' } }));
    assert.equal((await outcomes(m))[0].issue[0].details.coding[0].code, 'LOAD_TRUNCATED');
    assert.equal((await ask(server, 'POST', '/$import', { body: 'x', type: 'text/csv', headers: { Prefer: 'respond-async' } })).status, 415);
  });

  test('a body larger than what is held in memory', async () => {
    const pad = 'x'.repeat(1000);
    const text = Array.from({ length: 70000 }, (_, i) => `{"resourceType":"Basic","id":"big-${i % 50}","code":{"text":"${pad}"}}`).join('\n');
    assert.ok(text.length > 64 << 20);
    const where = await upload(server, text);
    assert.equal((await ask(server, 'DELETE', where)).status, 202);
    assert.equal((await ask(server, 'GET', where)).status, 404);
  });
});

describe('files of the import folder', () => {
  let server, dir;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'helhet-http-'));
    mkdirSync(join(dir, 'in'));
    mkdirSync(join(dir, 'in/sub'));
    writeFileSync(join(dir, 'in/p.ndjson'), [patient('f1'), patient('f2')].join('\n'));
    writeFileSync(join(dir, 'in/sub/q.ndjson.gz'), gzipSync([patient('f3'), 'nonsense'].join('\n')));
    writeFileSync(join(dir, 'secret.ndjson'), patient('secret'));
    symlinkSync(join(dir, 'secret.ndjson'), join(dir, 'in/link.ndjson'));
    server = await start(join(dir, 'data'), ['--import-dir', join(dir, 'in')]);
  });
  after(async () => {
    await server.stop({ keep: true });
    rmSync(dir, { recursive: true, force: true });
  });

  test('several inputs, relative and absolute, with types; errors by input', async () => {
    const body = parameters(
      { name: 'inputFormat', valueCode: ndjson },
      { name: 'inputSource', valueUri: 'https://other.example/fhir' },
      { name: 'storageDetail', part: [{ name: 'type', valueCode: 'file' }] },
      { name: 'mode', valueCode: 'merge' },
      input('file:p.ndjson', 'Patient'),
      input(`file://${join(dir, 'in/sub/q.ndjson.gz')}`),
    );
    const m = await manifest(server, await kickOff(server, '/$import', { method: 'POST', body }));
    assert.equal(m.output.find((o) => o.type === 'Patient').stored, 3);
    assert.deepEqual(m.error.map((e) => [e.count, e.inputUrl]), [[1, `file://${join(dir, 'in/sub/q.ndjson.gz')}`]]);
    assert.match((await outcomes(m))[0].issue[0].diagnostics, /^rad 2\b/);
  });

  const bad = [
    ['a path out of the folder', [input('file:../secret.ndjson')], '../secret.ndjson'],
    ['an absolute path elsewhere', [input('file:///etc/passwd')], '/etc/passwd'],
    ['a link out of it', [input('file:link.ndjson')], 'link.ndjson'],
    ['a folder', [input('file:sub')], 'file:sub'],
    ['no such file', [input('file:nothing.ndjson')], 'nothing.ndjson'],
    ['http', [input('http://127.0.0.1:1/x.ndjson')], 'http://127.0.0.1:1/x.ndjson'],
    ['https', [input('https://other.example/x.ndjson')], 'https://other.example/x.ndjson'],
    ['an unknown type', [input('file:p.ndjson', 'Patent')], 'Patent'],
    ['no url', [{ name: 'input', part: [{ name: 'type', valueCode: 'Patient' }] }], 'input.url'],
    ['no input', [{ name: 'mode', valueCode: 'merge' }], 'input'],
    ['another storage', [{ name: 'storageDetail', part: [{ name: 'type', valueCode: 'https' }] }, input('file:p.ndjson')], 'https'],
    ['another format', [{ name: 'inputFormat', valueCode: 'text/csv' }, input('file:p.ndjson')], 'text/csv'],
    ['an unknown part', [{ name: 'input', part: [{ name: 'url', valueUri: 'file:p.ndjson' }, { name: 'etag', valueString: 'x' }] }], 'etag'],
  ];
  for (const [name, parameter, text] of bad)
    test(`refused: ${name}`, async () => {
      const r = await ask(server, 'POST', '/$import', { body: parameters(...parameter), headers: { Prefer: 'respond-async' } });
      assert.equal(r.status, 400, r.text);
      assert.ok(r.json.issue[0].details.text.includes(text), r.text);
    });

  test('without --import-dir no file is read', async () => {
    const plain = await start();
    const r = await ask(plain, 'POST', '/$import', { body: parameters(input(`file://${join(dir, 'in/p.ndjson')}`)), headers: { Prefer: 'respond-async' } });
    await plain.stop();
    assert.equal(r.status, 400);
    assert.match(r.text, /--import-dir/);
  });
});

test('a Synthea set: beside writers, killed and continued, exported again the same', { skip: noCorpus, timeout: 600000 }, async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const all = typeFiles(synthea2019).flatMap((f) => gzLines(f));
  const body = gzipSync(all.join('\n'));
  let server = await start(data);
  const where = (await upload(server, body, { headers: { 'Content-Encoding': 'gzip' } })).replace(server.base, '');
  const slow = [];
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    assert.equal((await ask(server, 'PUT', `/Basic/w${i}`, { body: { resourceType: 'Basic', id: `w${i}`, code: { text: 'x' } } })).status, 201);
    slow.push(performance.now() - begun);
    await sleep(10);
  }
  t.diagnostic(`interactive writes meanwhile: median ${Math.round(slow.sort((a, b) => a - b)[10])} ms, slowest ${Math.round(slow.at(-1))} ms`);
  // Somebody changes what went in already; then the process dies.
  const first = JSON.parse(all[0]);
  for (let i = 0; i < 500 && (await ask(server, 'GET', `/${first.resourceType}/${first.id}`)).status !== 200; i++) await sleep(20);
  await sleep(600);
  assert.equal((await ask(server, 'GET', server.base + where)).status, 202, 'still under way');
  assert.equal((await ask(server, 'PUT', `/${first.resourceType}/${first.id}`, { body: { ...first, language: 'sv' } })).status, 200);
  await server.kill();
  server = await start(data);
  const m = await manifest(server, server.base + where);
  assert.deepEqual(m.error, []);
  const counted = m.output.reduce((n, o) => n + o.stored + o.unchanged, 0);
  assert.equal(counted, all.length, 'each entry is counted once');
  assert.equal((await ask(server, 'GET', `/${first.resourceType}/${first.id}`)).json.language, 'sv', 'a change made meanwhile stays');
  const out = await exportAll(server, '/$export');
  assert.equal(out.all.size, all.length + 20);
  for (const line of all.slice(1)) {
    const { resourceType, id } = JSON.parse(line);
    assert.equal(content(out.all.get(`${resourceType}/${id}`) ?? '{}'), content(line));
  }
  await server.stop({ keep: true });
  assert.ok(readdirSync(join(data, 'jobs')).length === 2);
});
