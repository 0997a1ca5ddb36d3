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
  const made = run('demo', '--data', data, '--patients', '0', '--seed', '1');
  assert.equal(made.code, 0, made.out + made.err);
  assert.match(made.out, /rejected 0/);
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
  assert.equal((await styr('ReadinessCheckpoint?verdict=go&_summary=count')).json.total, 0);
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
