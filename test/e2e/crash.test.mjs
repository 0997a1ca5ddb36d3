// SPDX-License-Identifier: Apache-2.0
// kill -9 in the middle of imports and of 64 writing clients: nothing acknowledged is lost, the store is clean, and it
// is back within a second. HELHET_CRASH_ROUNDS chooses how often (3 when not given).
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { chance, checkClean, exported, gzLines, noCorpus, run, scratch, serve, start, summary, synthea2025 } from './tool.mjs';

const rounds = Number(process.env.HELHET_CRASH_ROUNDS ?? 3);
const clients = 64;
const restartBarMs = 1000;
const n = chance(Number(process.env.HELHET_CRASH_SEED ?? 20261121));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

// About 30,000 resources: several batches, and short enough to be killed often.
function someBundles(dir) {
  const path = join(dir, 'bundles.ndjson');
  writeFileSync(path, gzLines(join(synthea2025, 'bundles.ndjson.gz')).slice(0, 42).join('\n'));
  return path;
}

test(`kill -9 in the middle of import, ${rounds} times`, { skip: noCorpus }, async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const args = ['import', '--data', data, someBundles(dir)];
  const begun = performance.now();
  const reference = run('import', '--data', join(dir, 'whole'), args[3]);
  const duration = performance.now() - begun;
  assert.equal(reference.code, 0, reference.err);
  const total = summary(reference.out).in;
  const group = 5; // rounds on one store, each later than the one before; then a new store
  let killed = 0;
  for (let i = 0; i < rounds; i++) {
    if (i % group === 0) rmSync(data, { recursive: true, force: true });
    const child = start(args);
    await sleep((duration * ((i % group) + n(100) / 100)) / group);
    child.kill('SIGKILL');
    const { signal } = await child.ended;
    killed += signal === 'SIGKILL' ? 1 : 0;
    if (existsSync(join(data, 'import-report.ndjson'))) checkClean(data);
  }
  assert.ok(killed > 0, 'at least one import was really killed');
  const last = run(...args);
  assert.equal(last.code, 0, last.err);
  const s = summary(last.out);
  assert.deepEqual({ in: s.in, rejected: s.rejected, all: s.stored + s.unchanged }, { in: total, rejected: 0, all: total });
  checkClean(data);
  const one = exported(data, join(dir, 'out'));
  assert.equal(one.size, exported(join(dir, 'whole'), join(dir, 'out2')).size);
  for (const line of one.values()) assert.equal(JSON.parse(line).meta.versionId, '1', 'stored once');
  t.diagnostic(`${killed} of ${rounds} imports killed`);
});

test('^C finishes the batch, tells what went in, and the rest follows', { skip: noCorpus }, async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const args = ['import', '--data', data, someBundles(dir)];
  const child = start(args);
  await sleep(700);
  child.kill('SIGINT');
  const asked = performance.now();
  const { code } = await child.ended;
  assert.ok([130, 0].includes(code), `${code} ${child.errors}`);
  assert.ok(performance.now() - asked < 10000, 'it stops soon');
  const one = summary(child.text);
  assert.equal(one.in, one.stored + one.unchanged + one.rejected);
  assert.equal(one.rejected, 0, 'stopping rejects nothing');
  checkClean(data);
  if (code === 130) {
    assert.match(child.text, /avbruten/);
    assert.equal(exported(data, join(dir, 'out')).size, one.stored, 'what the summary says is there');
  }
  const two = summary(run(...args).out);
  assert.deepEqual(two, { in: two.in, stored: two.in - one.stored, unchanged: one.stored, rejected: 0 });
});

function put(agent, base, id, value) {
  const body = JSON.stringify({ resourceType: 'Basic', id, code: { text: String(value) } });
  return new Promise((done) => {
    const req = http.request(`${base}/fhir/Basic/${id}`, { method: 'PUT', agent, headers: { 'content-type': 'application/fhir+json', 'content-length': Buffer.byteLength(body) } }, (res) => {
      res.resume();
      res.on('end', () => done(res.statusCode));
      res.on('error', () => done(0));
    });
    req.on('error', () => done(0));
    req.end(body);
  });
}

// One client: counts its own resource up, and makes a new one each time; remembers what was acknowledged.
async function client(agent, base, me, state, stopped) {
  while (!stopped.now) {
    const value = state.sent + 1;
    state.sent = value;
    const status = await put(agent, base, `counter-${me}`, value);
    if (status !== 200 && status !== 201) return status;
    state.acked = value;
    const made = `made-${me}-${value}`;
    if ((await put(agent, base, made, value)) === 201) state.made.push(made);
  }
  return 0;
}

test(`kill -9 of the server under ${clients} writing clients, ${rounds} times`, async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const states = Array.from({ length: clients }, () => ({ sent: 0, acked: 0, made: [] }));
  const restarts = [];
  for (let i = 0; i < rounds; i++) {
    const server = await serve(data);
    if (i > 0) restarts.push(server.firstAnswerMs);
    const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
    const stopped = { now: false };
    const all = states.map((s, me) => client(agent, server.base, me, s, stopped));
    await sleep(300 + n(700));
    server.child.kill('SIGKILL');
    stopped.now = true;
    const refused = (await Promise.all(all)).filter((status) => status > 0);
    agent.destroy();
    assert.deepEqual(refused, [], 'no write was refused');
    await server.child.ended;
    checkClean(data);
    const have = exported(data, join(dir, `out${i}`));
    for (const [me, s] of states.entries()) {
      const line = have.get(`Basic/counter-${me}`);
      const value = line ? Number(JSON.parse(line).code.text) : 0;
      assert.ok(value >= s.acked && value <= s.sent, `counter-${me}: ${value}, acknowledged ${s.acked}, sent ${s.sent}`);
      for (const id of s.made) assert.ok(have.has(`Basic/${id}`), `${id} was acknowledged and is gone`);
      s.sent = Math.max(s.sent, value);
    }
  }
  const acked = states.reduce((sum, s) => sum + s.acked + s.made.length, 0);
  assert.ok(acked > clients, 'the clients really wrote');
  if (restarts.length) {
    t.diagnostic(`${rounds} rounds, ${acked} acknowledged writes, first answer after kill -9: median ${median(restarts).toFixed(0)} ms, slowest ${Math.max(...restarts).toFixed(0)} ms`);
    assert.ok(median(restarts) <= restartBarMs, `restart ${median(restarts)} ms`);
  }
});

test('SIGTERM lets requests in flight finish; nothing accepted is lost', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const server = await serve(data);
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const stopped = { now: false };
  const states = Array.from({ length: clients }, () => ({ sent: 0, acked: 0, made: [] }));
  const all = states.map((s, me) => client(agent, server.base, me, s, stopped));
  await sleep(500);
  server.child.kill('SIGTERM');
  const { code } = await server.child.ended;
  stopped.now = true;
  await Promise.all(all);
  agent.destroy();
  assert.equal(code, 0, server.child.errors);
  assert.match(server.child.text, /Stoppa med Ctrl-C/);
  const have = exported(data, join(dir, 'out'));
  for (const [me, s] of states.entries()) {
    assert.ok(Number(JSON.parse(have.get(`Basic/counter-${me}`)).code.text) >= s.acked);
    for (const id of s.made) assert.ok(have.has(`Basic/${id}`));
  }
  checkClean(data);
});

test('serve listens on this machine only, and says why', (t) => {
  const dir = scratch(t);
  for (const listen of ['0.0.0.0:18270', '192.0.2.1:18270', '[::]:18270']) {
    const r = run('serve', '--data', join(dir, 'd'), '--listen', listen);
    assert.equal(r.code, 1, `${listen}: ${r.out}${r.err}`);
    assert.match(r.err, /helhet serve: /);
  }
});

test('start to first answer', async (t) => {
  const dir = scratch(t);
  run('import', '--data', join(dir, 'd'), '/dev/null');
  const times = [];
  for (let i = 0; i < 5; i++) {
    const server = await serve(join(dir, 'd'));
    times.push(server.firstAnswerMs);
    server.child.kill('SIGTERM');
    await server.child.ended;
  }
  t.diagnostic(`start to first answer: median ${median(times).toFixed(0)} ms, slowest ${Math.max(...times).toFixed(0)} ms`);
  assert.ok(median(times) <= 300, `${median(times)} ms`);
});
