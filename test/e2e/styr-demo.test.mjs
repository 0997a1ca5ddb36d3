// SPDX-License-Identifier: Apache-2.0
// The steering in the demo region: the twelve initiatives of the seeds with their diary numbers, loaded, served and
// exported; what the survey's case lacks, what the registry's case is worth, which contract is late.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ask, start as serve } from '../http/server.mjs';
import { exported, run, scratch } from './tool.mjs';

const numbers = ['RS 2025-02255', 'RS 2025-02223', 'RS 2025-01776', 'RS 2025-01778', 'RS 2025-01548', 'RS 2025-01320', 'RS 2025-01319', 'RS 2025-02296', 'RS 2025-02880', 'RS 2025-02881'];

test('the demo’s steering', async (t) => {
  const dir = scratch(t), data = join(dir, 'd');
  const made = run('demo', '--data', data, '--patients', '0', '--seed', '1', '--today', new Date().toISOString().slice(0, 10), '--freeze'); // evidence has an age
  assert.equal(made.code, 0, made.out + made.err);
  assert.match(made.out, /rejected 0/);
  const again = run('demo', '--data', data, '--patients', '0', '--seed', '1', '--today', new Date().toISOString().slice(0, 10), '--freeze');
  assert.equal(again.code, 0, 'once more changes nothing' + again.out + again.err);
  const lines = exported(data, join(dir, 'out'));
  const all = [...lines].map(([, line]) => JSON.parse(line));
  const of = (type) => all.filter((r) => r.resourceType === type);
  const diary = (r) => r.identifier?.find((i) => i.system === 'urn:se:diarium')?.value;
  assert.deepEqual(of('Initiative').map(diary).filter(Boolean).sort(), [...numbers].sort());
  assert.equal(of('Initiative').filter((i) => ['enkat', 'shlr'].includes(i.id)).length, 2);
  assert.equal(of('Project').length, 70);
  for (const d of of('Decision')) assert.ok(d.dispatch.length && d.mandate, d.id);
  const server = await serve(data);
  t.after(() => server.stop({ keep: true }));
  const styr = async (path) => {
    const r = await ask(server, 'GET', `${server.origin}/styr/${path}`);
    assert.equal(r.status, 200, `${path}: ${r.text}`);
    return r;
  };
  assert.match((await styr('DecisionCase/enkat-2/$lint')).text, /Nyttokalkyl saknas/);
  assert.doesNotMatch((await styr('DecisionCase/shlr-2/$lint')).text, /Nyttokalkyl saknas/);
  assert.match((await styr('BenefitCase/shlr-kalkyl/$calculate')).text, /38232/);
  assert.match((await styr('SystemAsset/$cliff')).text, /KeyForCare/);
  // Each verdict is there to be seen, measured by the service out of what the region holds; and one checkpoint of the past, frozen.
  const verdicts = { 't-180-1': 'go', 't-180-2': 'go', 't-180-3': 'go-with-conditions', 't-180-4': 'incomplete', 't-180-5': 'no-go' };
  const shown = async () => (await styr('ReadinessCheckpoint/$line?initiative=Initiative/vis')).json.checkpoint;
  const wanted = (all) => Object.entries(verdicts).filter(([id, verdict]) => all.find((c) => c.id === id)?.verdict !== verdict);
  let line = await shown();
  for (const end = Date.now() + 60000; wanted(line).length > 0 && Date.now() < end; line = await shown()) await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(wanted(line), [], JSON.stringify(line.filter((c) => c.id in verdicts).map((c) => [c.id, c.verdict, c.results ?? c.result])).slice(0, 3000));
  const held = async (id) => (await styr(`ReadinessCheckpoint/${id}`)).json;
  for (const id of ['t-180-1', 't-180-2', 't-180-3', 't-180-4']) {
    const c = await held(id);
    assert.ok(c.result.filter((r) => r.state === 'met').every((r) => r.evidence?.length > 0 || r.evidenceKind !== undefined), id);
    const told = (await styr(`ReadinessCheckpoint/${id}/$evidence?criterion=E6`)).json;
    assert.match(JSON.stringify(told.evidence), /MeasureReport\/styr-migrering-/, 'down to the resource it was measured by');
  }
  assert.ok((await held('t-180-3')).result.find((r) => r.code === 'E13').waiver.workaround);
  assert.equal((await held('t-180-1')).status, 'frozen');
  const proof = (await styr('ReadinessCheckpoint/t-180-1/$verify')).json;
  assert.ok(proof.holds && proof.sha256 === proof.computed && /^[0-9a-f]{64}$/.test(proof.sha256), JSON.stringify(proof));
  for (const r of of('Initiative')) assert.equal((await styr(`Initiative/${r.id}/$as-basic`)).json.code.coding[0].code, 'Initiative');
  // Nothing of the file is lost on the way.
  const file = readFileSync('definitions/example/styr.ndjson', 'utf8').split('\n').filter((l) => l && !l.startsWith('@'));
  for (const line of file) {
    const { resourceType, id } = JSON.parse(line);
    assert.ok(lines.has(`${resourceType}/${id}`), id);
  }
});

test('--record-only leaves it out, and is another region than the whole one', (t) => {
  const dir = scratch(t), data = join(dir, 'd');
  assert.equal(run('demo', '--data', data, '--patients', '0', '--record-only').code, 0);
  const lines = exported(data, join(dir, 'out'));
  assert.ok(lines.size > 1000 && ![...lines.keys()].some((key) => key.startsWith('Initiative/') || key.includes('/styr-')));
  assert.equal(run('demo', '--data', data, '--patients', '0').code, 1);
});
