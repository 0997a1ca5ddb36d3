// SPDX-License-Identifier: Apache-2.0
// The resource types of the steering (definitions/styr), through the API: the invariants of the domain's own samples, and
// that the engine serves the types as any other, on a base of their own.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ask, bundle, corpus, entry, start } from './server.mjs';

const types = ['Assignment', 'BenefitCase', 'ChangeActivity', 'CheckpointDefinition', 'Decision', 'DecisionCase', 'EffectGoal', 'Experience', 'GovernanceBody', 'Incident', 'Initiative', 'Mandate', 'Meeting', 'Portfolio', 'ProcessDefinition', 'Project', 'Question', 'ReadinessCheckpoint', 'ReportDefinition', 'Risk', 'Scenario', 'SystemAsset'];

let server;
before(async () => (server = await start()));
after(() => server.stop());

const styr = (method, path, more) => ask(server, method, `${server.origin}/styr${path}`, more);
const codes = (r) => (r.json?.issue ?? []).map((i) => i.details?.text ?? i.diagnostics).join(' ');
async function made(resource, path = `/${resource.resourceType}`) {
  const r = await styr('POST', path, { body: resource });
  assert.equal(r.status, 201, r.text);
  return r.json;
}
async function found(path, ...expected) {
  const r = await styr('GET', path);
  assert.equal(r.status, 200, `${path}: ${r.text}`);
  assert.deepEqual((r.json.entry ?? []).filter((e) => e.search.mode === 'match').map((e) => e.resource.id).sort(), expected.sort(), path);
}

// ---- the domain's samples ----

const file = join(corpus, '..', 'domain', 'governance-invariants.json');
const samples = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
const role = (id) => ({ reference: `PractitionerRole/${id}` });

/** What a type requires besides what a sample says of it. */
const needed = {
  Initiative: { status: 'idea', title: 'Prov', phase: 1 },
  DecisionCase: {
    status: 'draft', title: 'Prov', recordStatus: 'arbetsmaterial', need: 'x', proposal: 'x', functionality: 'x', funding: 'x',
    coordination: [{ body: { display: 'Funktionsgrupp' } }],
    identifier: [{ system: 'urn:se:diarium', value: 'RS 2025-02255' }],
    benefitExemption: { motivation: 'x' },
  },
  Decision: { status: 'draft', kind: 'delegering', outcome: 'pending', decider: role('a'), preparedBy: [role('b')] },
  ReadinessCheckpoint: { status: 'open', definition: { reference: 'CheckpointDefinition/t30' }, unit: { reference: 'Organization/med' }, asOf: '2026-10-01' },
  Risk: { status: 'assessed', title: 'Prov', likelihood: 2, consequence: 2, score: 4, acceptedBy: role('a') },
  BenefitCase: { status: 'draft', title: 'Prov' },
  Experience: { status: 'received', question: 'works', statement: 'Det fungerar.', anonymous: false },
  SystemAsset: { status: 'in-use', name: 'Prov' },
};
/** An empty object in a sample stands for any reference. */
const filled = (v) => (Array.isArray(v) ? v.map(filled) : v && typeof v === 'object' ? (Object.keys(v).length ? Object.fromEntries(Object.entries(v).map(([k, w]) => [k, filled(w)])) : { display: 'Någon' }) : v);

function verdictOf(results) {
  const open = results.filter((r) => r.state !== 'met');
  return open.some((r) => r.severity === 'hard') ? 'no-go' : open.some((r) => !r.waiver) ? 'incomplete' : open.length ? 'go-with-conditions' : 'go';
}

/** The sample, whole: what the passing one has and the failing one lacks stays away. */
function whole(sample, { pass }) {
  const lacking = Object.keys(pass).filter((k) => !(k in sample));
  const out = { ...needed[sample.resourceType], ...filled(sample) };
  lacking.forEach((k) => delete out[k]);
  if (out.resourceType === 'Decision') out.dispatch = out.dispatch?.map((d) => ({ to: { display: 'Någon' }, ...d }));
  if (out.resourceType === 'ReadinessCheckpoint') {
    out.result = out.result.map((r, i) => ({ code: `E${i + 1}`, severity: 'soft', state: 'met', evidenceKind: 'measured', validUntil: '2026-10-05', ...r }));
    out.criterion = (out.criterion ?? out.result).map((c) => ({ code: c.code, severity: c.severity ?? 'soft' }));
    out.verdict ??= verdictOf(out.result);
  }
  return JSON.parse(JSON.stringify(out));
}

describe('the domain’s invariants', { skip: samples ? false : `${file} is absent` }, () => {
  // Written by decisions and by the system alone, not by whoever creates one.
  const ruled = new Set(['Initiative', 'ReadinessCheckpoint']);
  for (const s of samples ?? [])
    test(s.key, async () => {
      const { resourceType: type } = s.pass;
      const good = whole(s.pass, s), bad = whole(s.fail, s);
      const valid = await styr('POST', `/${type}/$validate`, { body: good });
      assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
      if (!ruled.has(type)) await made(good);
      const r = await styr('POST', `/${type}`, { body: bad });
      assert.equal(r.status, 422, r.text);
      const issue = r.json.issue.find((i) => JSON.stringify(i).includes(`(${s.key})`));
      assert.ok(issue, r.text);
      assert.equal(issue.code, 'invariant');
      assert.equal(issue.expression[0], type);
      const definition = JSON.parse(readFileSync(`definitions/styr/StructureDefinition-${type}.json`, 'utf8'));
      const rule = definition.differential.element.flatMap((e) => e.constraint ?? []).find((c) => c.key === s.key);
      assert.equal(rule.expression, s.expression);
      const [sv, en] = rule.human.split(' / ');
      for (const text of [sv, en]) assert.ok(JSON.stringify(issue).includes(JSON.stringify(text).slice(1, -1)), `${text}: ${r.text}`);
    });

  test('all nineteen are here', () => assert.equal(samples.length, 19));
});
