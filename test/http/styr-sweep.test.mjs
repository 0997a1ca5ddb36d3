// SPDX-License-Identifier: Apache-2.0
// While everything is being measured anew, as after a start, a change goes before it: who fails a training turns the unit's
// verdict within five seconds, others' writes are not held up, a checkpoint can be frozen, and board and line answer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, start } from './server.mjs';

const UNITS = 400, INITIATIVES = 20;
const dir = mkdtempSync(join(tmpdir(), 'helhet-sweep-'));
let server;

const criterion = ['training-passed', 'undeliverable-orders', 'super-users', 'response-p95', 'downtime-drill', 'safety-case'].map((measure, i) => ({ code: `E${i + 1}`, title: measure, measure, comparator: i === 1 ? 'le' : 'ge', target: i === 0 ? 95 : 0, unit: '%', severity: i === 0 ? 'hard' : 'soft', overridable: false, maxAgeDays: 90, evidenceKind: 'measured', scope: 'unit' }));
const attempt = (id, unit, passed, when) => ({ resourceType: 'QuestionnaireResponse', id, status: 'completed', questionnaire: 'https://helhet.example/styr/Questionnaire/practical-training', subject: { reference: `PractitionerRole/r-${unit}` }, authored: when.toISOString(), item: [{ linkId: 'passed', answer: [{ valueBoolean: passed }] }] });

function* everything() {
  yield { resourceType: 'CheckpointDefinition', id: 'd', status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2026-01-01', criterion };
  for (let i = 0; i < INITIATIVES; i++) yield { resourceType: 'Initiative', id: `i-${i}`, status: 'idea', title: `Initiativ ${i}`, phase: 1 };
  for (let u = 0; u < UNITS; u++) {
    yield { resourceType: 'Organization', id: `u-${u}`, name: `Enhet ${u}` };
    yield { resourceType: 'Practitioner', id: `p-${u}`, active: true };
    yield { resourceType: 'PractitionerRole', id: `r-${u}`, active: true, practitioner: { reference: `Practitioner/p-${u}` }, organization: { reference: `Organization/u-${u}` } };
    yield attempt(`t-${u}`, u, true, new Date(Date.now() - 86400000));
  }
}
function* checkpoints() {
  for (let u = 0; u < UNITS; u++)
    for (let i = 0; i < INITIATIVES; i++)
      yield { resourceType: 'ReadinessCheckpoint', id: `c-${u}-${i}`, status: 'open', definition: { reference: 'CheckpointDefinition/d' }, initiative: { reference: `Initiative/i-${i}` }, unit: { reference: `Organization/u-${u}` }, asOf: '2026-01-01', criterion, result: criterion.map((c) => ({ code: c.code, state: 'missing', severity: c.severity })), verdict: 'no-go' };
}
const load = (all) => {
  const file = join(dir, 'in.ndjson');
  writeFileSync(file, [...all].map((r) => JSON.stringify(r)).join('\n') + '\n');
  const r = spawnSync(process.env.HELHET_BIN ?? 'build/helhet', ['import', '--data', join(dir, 'data'), file], { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stdout + r.stderr);
};
const styr = (method, path, body) => ask(server, method, `${server.origin}/styr/${path}`, { body });
const put = async (resource) => {
  const r = await ask(server, 'PUT', `/${resource.resourceType}/${resource.id}`, { body: resource });
  assert.ok(r.status < 300, r.text);
};
const result = async (id) => (await styr('GET', `ReadinessCheckpoint/${id}`)).json.result[0];
const left = async () => (await styr('GET', 'ReadinessCheckpoint?as-of=lt2026-06-01&_summary=count')).json.total;

before(async () => {
  load(everything());
  load(checkpoints()); // criteria are held against the definition, which must be there
  server = await start(join(dir, 'data'));
  // The start reads every checkpoint once; from the first measured one on the sweep is under way.
  const begun = performance.now();
  while ((await left()) === UNITS * INITIATIVES) {
    assert.ok(performance.now() - begun < 60000, 'the sweep does not begin');
    await new Promise((r) => setTimeout(r, 20));
  }
});
after(async () => {
  await server?.stop({ keep: true });
  rmSync(dir, { recursive: true, force: true });
});

test('a unit that something happens to is measured before those that wait', async () => {
  const unit = UNITS - 1; // by their names the units are measured from u-0 on; this is among the last
  const begun = performance.now();
  await put(attempt('fail', unit, false, new Date()));
  const wrote = performance.now() - begun;
  let now;
  while ((now = await result(`c-${unit}-0`)).state !== 'unmet') {
    assert.ok(performance.now() - begun < 5000, JSON.stringify(now));
    await new Promise((r) => setTimeout(r, 25));
  }
  const s = (performance.now() - begun) / 1000, waiting = await left();
  console.log(`# turned in ${s.toFixed(2)} s with ${waiting} of ${UNITS * INITIATIVES} still to be measured; the write took ${wrote.toFixed(0)} ms`);
  assert.ok(waiting > 0, 'the sweep was over: the test says nothing');
  assert.equal(now.numerator, 0);
});

test('others write, freeze and read meanwhile', async () => {
  const times = [];
  const frozen = await styr('POST', `ReadinessCheckpoint/c-${UNITS - 2}-3/$freeze`, { resourceType: 'Parameters' });
  assert.equal(frozen.status, 200, frozen.text);
  assert.equal(frozen.json.result[0].state, 'met', 'what is frozen has been measured');
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    await put({ resourceType: 'Observation', id: `o-${i}`, status: 'final', code: { text: 'x' } });
    times.push(performance.now() - begun);
  }
  const waiting = await left();
  times.sort((a, b) => a - b);
  console.log(`# a write beside the sweep: median ${times[10].toFixed(0)} ms, worst ${times[19].toFixed(0)} ms; ${waiting} left after`);
  assert.ok(times[10] < 500, `${times[10]} ms`);
  assert.equal((await styr('GET', 'Initiative/$board')).json.item.length, INITIATIVES);
  assert.equal((await styr('GET', 'ReadinessCheckpoint/$line?initiative=i-3')).json.checkpoint.length, UNITS);
});

test('the sweep comes to its end, every checkpoint is written once, and then nothing is', async () => {
  const begun = performance.now();
  while ((await left()) > 0) {
    assert.ok(performance.now() - begun < 120000, 'the sweep does not end');
    await new Promise((r) => setTimeout(r, 200));
  }
  assert.equal((await result('c-0-0')).state, 'met');
  assert.equal((await styr('GET', 'ReadinessCheckpoint/c-7-7')).json.meta.versionId, '2');
  await server.stop({ keep: true });
  server = await start(join(dir, 'data'));
  const before = (await styr('GET', 'ReadinessCheckpoint/_history?_summary=count')).json.total;
  await new Promise((r) => setTimeout(r, 4000));
  const now = (await styr('GET', 'ReadinessCheckpoint/_history?_summary=count')).json.total;
  assert.equal(now, before, 'what is measured again and is the same is not written');
});
