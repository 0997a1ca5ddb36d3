// SPDX-License-Identifier: Apache-2.0
// The rules of Steering that no invariant of one resource can say, tried by every way of writing, without accounts
// (--open) and by an administrator with a login.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { role } from './accounts.mjs';
import { kickOff, lines, manifest } from './bulk.mjs';
import { ask, bundle, entry, start } from './server.mjs';

let server, styr;
const ref = (reference) => ({ reference });
const code = (r) => r.json?.issue?.[0]?.details?.coding?.[0]?.code;
const path = (name) => `${styr}/${name}`;
const of = (name) => { const [resourceType, id] = name.split('/'); return { resourceType, id }; };
const put = (name, body, headers) => ask(server, 'PUT', name.startsWith('Bundle') || name.startsWith('Prac') || name.startsWith('Org') ? `/${name}` : path(name), { body: { ...of(name), ...body }, headers });
const read = async (name) => (await ask(server, 'GET', path(name))).json;
const ok = async (name, body) => { const r = await put(name, body); assert.ok([200, 201].includes(r.status), `${name}: ${r.text}`); return r.json; };
const no = async (name, body, expected) => { const r = await put(name, body); assert.deepEqual([code(r), r.status >= 400], [expected, true], `${name}: ${r.status} ${r.text}`); return r; };
/** Changes what is there and puts it. */
const change = async (name, how) => { const held = await read(name); return put(name, { ...held, ...how }); };
const freeze = async (id, decision) => { const r = await ask(server, 'POST', `${path(`ReadinessCheckpoint/${id}`)}/$freeze?decision=Decision/${decision}`, { body: '' }); assert.ok(r.status < 300, r.text); };
const patch = (name, ...ops) => ask(server, 'PATCH', path(name), { body: JSON.stringify(ops), type: 'application/json-patch+json' });

const DAY = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Stockholm' });
const diary = (value) => [{ system: 'urn:se:diarium', value }];
const MANDATE = { status: 'active', holder: ref('PractitionerRole/dir'), kind: ['verkstallighet', 'delegering', 'go-live'], scope: [ref('Portfolio/p')], amountLimit: { value: 500000, currency: 'SEK' }, period: { start: '2025-01-01' }, source: 'Delegationsordning' };
const DECISION = { status: 'final', kind: 'verkstallighet', outcome: 'granted', decider: ref('PractitionerRole/dir'), mandate: ref('Mandate/m'), decidedOn: '2025-06-03', preparedBy: [ref('PractitionerRole/prep')], initiative: ref('Initiative/i'), gateNumber: 1 };
const CASE = { status: 'draft', recordStatus: 'arbetsmaterial', title: 'Ärende', identifier: diary('RS 2025-02255'), initiative: ref('Initiative/i'), need: 'n', proposal: 'p', functionality: 'f', coordination: [{ body: ref('GovernanceBody/kl'), outcome: 'endorsed' }], funding: 'f', benefitExemption: { motivation: 'avtal löper ut' } };
const HARD = { code: 'E3', title: 'Praktisk utbildning', comparator: 'ge', target: 95, severity: 'hard', overridable: false, maxAgeDays: 30, evidenceKind: 'measured' };
const SOFT = { ...HARD, code: 'E12', title: 'Stödpersoner', severity: 'soft', overridable: true, target: 1 };
const DEFINITION = { status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2025-01-01', criterion: [HARD, SOFT] };
const missing = (c) => ({ code: c.code, severity: c.severity, state: 'missing' });
const CHECKPOINT = { status: 'open', definition: ref('CheckpointDefinition/d'), unit: ref('Organization/o'), asOf: DAY, criterion: [HARD, SOFT], result: [missing(HARD), missing(SOFT)], verdict: 'no-go' };

async function world() {
  for (const id of ['dir', 'prep', 'other']) await ok(`PractitionerRole/${id}`, {});
  const { resourceType: _t, id: _i, extension: _e, ...lead } = role('lead', 'lead', 'o', { code: 'safety-lead', title: 'Patientsäkerhetsansvarig' });
  await ok('Practitioner/lead', {});
  await ok('Organization/o', { name: 'Enhet' });
  await ok('PractitionerRole/lead', lead);
  await ok('GovernanceBody/kl', { status: 'active', name: 'KL HoS', kind: 'management' });
  await ok('Portfolio/p', { status: 'active', name: 'P' });
  await ok('Initiative/i', { status: 'nominated', title: 'I', phase: 1, portfolio: ref('Portfolio/p') });
  await ok('Mandate/m', MANDATE);
  await ok('CheckpointDefinition/d', DEFINITION);
}

before(async () => {
  server = await start();
  styr = `${server.origin}/styr`;
  await world();
});
after(() => server?.stop());

describe('a final decision', () => {
  before(() => ok('Decision/final', DECISION));
  test('stands, whichever way it is written to', async () => {
    const held = await read('Decision/final');
    const bent = { ...held, outcome: 'rejected' };
    const tries = {
      update: () => put('Decision/final', bent),
      patch: () => patch('Decision/final', { op: 'replace', path: '/outcome', value: 'rejected' }),
      'fhirpath patch': () => ask(server, 'PATCH', path('Decision/final'), { body: { resourceType: 'Parameters', parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: 'Decision.outcome' }, { name: 'value', valueCode: 'rejected' }] }] } }),
      delete: () => ask(server, 'DELETE', path('Decision/final')),
      'back to draft': () => put('Decision/final', { ...held, status: 'draft' }),
      'superseded by nothing': () => put('Decision/final', { ...held, status: 'superseded' }),
      'conditional update': () => ask(server, 'PUT', path('Decision?_id=final'), { body: bent }),
      'conditional patch': () => ask(server, 'PATCH', path('Decision?_id=final'), { body: JSON.stringify([{ op: 'remove', path: '/gateNumber' }]), type: 'application/json-patch+json' }),
      'conditional delete': () => ask(server, 'DELETE', path('Decision?_id=final')),
      transaction: () => ask(server, 'POST', styr, { body: bundle('transaction', entry('PUT', 'Decision/final', bent)) }),
      'delete in a transaction': () => ask(server, 'POST', styr, { body: bundle('transaction', entry('DELETE', 'Decision/final')) }),
      'transaction on /fhir': () => ask(server, 'POST', '', { body: bundle('transaction', entry('PUT', 'Decision/final', bent)) }),
    };
    for (const [name, how] of Object.entries(tries)) {
      const r = await how();
      assert.ok(r.status >= 400, `${name}: ${r.status} ${r.text}`);
      if (name !== 'transaction on /fhir') assert.equal(code(r), 'GOV_FINAL', `${name}: ${r.text}`);
    }
    const batch = await ask(server, 'POST', styr, { body: bundle('batch', entry('PUT', 'Decision/final', bent), entry('DELETE', 'Decision/final')) });
    assert.deepEqual(batch.json.entry.map((e) => e.response.status.slice(0, 3)), ['409', '409'], batch.text);
    assert.deepEqual(await read('Decision/final'), held);
    const text = (await put('Decision/final', bent)).json.issue[0];
    assert.match(JSON.stringify(text), /fattat beslut och ändras inte \(outcome\).*supersedes/);
  });
  test('a version that no longer stands is told as that, before what the rules say; of a transaction too', async () => {
    const held = await read('Decision/final');
    const stale = (match) => put('Decision/final', { ...held, outcome: 'rejected' }, { 'If-Match': match });
    const r = await stale('W/"7"');
    assert.deepEqual([r.status, code(r)], [412, 'VERSION_CONFLICT'], r.text);
    assert.equal(code(await stale(`W/"${held.meta.versionId}"`)), 'GOV_FINAL');
    const put7 = entry('PUT', 'Decision/final', { ...held, outcome: 'rejected' });
    put7.request.ifMatch = 'W/"7"';
    assert.equal(code(await ask(server, 'POST', styr, { body: bundle('transaction', put7) })), 'VERSION_CONFLICT');
    assert.deepEqual(await read('Decision/final'), held);
  });
  test('may be sent and reported, once, and be superseded by another final one', async () => {
    await ok('Meeting/anm', { status: 'planned', title: 'Möte', start: '2025-06-10T09:00:00Z' });
    await ok('Decision/later', DECISION);
    const sent = { to: ref('GovernanceBody/kl'), sentOn: '2025-06-10' };
    assert.equal((await change('Decision/later', { dispatch: [sent] })).status, 200);
    assert.equal(code(await change('Decision/later', { dispatch: [{ ...sent, sentOn: '2025-06-11' }] })), 'GOV_FINAL');
    assert.equal((await change('Decision/later', { dispatch: [sent, { ...sent, sentOn: '2025-07-01' }], reportedAt: ref('Meeting/anm'), reportedOn: '2025-06-20' })).status, 200);
    assert.equal(code(await change('Decision/later', { reportedOn: '2025-06-21' })), 'GOV_FINAL');
    await ok('Decision/newer', { ...DECISION, outcome: 'rejected', supersedes: [ref('Decision/later')] });
    assert.equal((await change('Decision/later', { status: 'superseded' })).status, 200);
    assert.equal(code(await change('Decision/later', { status: 'final' })), 'GOV_FINAL');
    await no('Decision/self', { ...DECISION, supersedes: [ref('Decision/self')] }, 'GOV_SUPERSEDES');
    await ok('Decision/draft', { ...DECISION, status: 'draft' });
    await no('Decision/over', { ...DECISION, supersedes: [ref('Decision/draft')] }, 'GOV_SUPERSEDES');
    assert.equal((await ask(server, 'DELETE', path('Decision/draft'))).status, 204);
  });
});

describe('a decision is made by who holds a mandate', () => {
  const wrong = {
    'no mandate': { mandate: undefined },
    "somebody else's": { decider: ref('PractitionerRole/other') },
    'another kind': { mandate: ref('Mandate/narrow') },
    'before its time': { decidedOn: '2024-12-31' },
    'an amount above it': { amount: { value: 500000.01, currency: 'SEK' } },
    'another currency': { amount: { value: 5, currency: 'EUR' } },
    'an amount without a limit': { mandate: ref('Mandate/nolimit'), amount: { value: 1, currency: 'SEK' } },
    'another initiative': { initiative: ref('Initiative/elsewhere') },
    'another scope too': { scope: [ref('Portfolio/p'), ref('Portfolio/q')] },
    'one that has ended': { mandate: ref('Mandate/ended') },
  };
  before(async () => {
    await ok('Portfolio/q', { status: 'active', name: 'Q' });
    await ok('Portfolio/below', { status: 'active', name: 'B', partOf: ref('Portfolio/p') });
    await ok('Initiative/elsewhere', { status: 'idea', title: 'E', phase: 0, portfolio: ref('Portfolio/q') });
    await ok('Initiative/below', { status: 'idea', title: 'B', phase: 0, portfolio: ref('Portfolio/below') });
    await ok('Mandate/narrow', { ...MANDATE, kind: ['delegering'] });
    await ok('Mandate/nolimit', { ...MANDATE, amountLimit: undefined });
    await ok('Mandate/ended', { ...MANDATE, status: 'ended', period: { start: '2025-01-01', end: '2025-12-31' } });
  });
  for (const [name, how] of Object.entries(wrong)) test(`not with ${name}`, () => no('Decision/x', { ...DECISION, ...how }, 'GOV_MANDATE'));
  test('within it', async () => {
    await ok('Decision/amount', { ...DECISION, amount: { value: 500000, currency: 'SEK' } });
    await ok('Decision/below', { ...DECISION, initiative: ref('Initiative/below') });
    await no('Decision/tomorrow', { ...DECISION, decidedOn: '2999-01-01' }, 'GOV_DAY');
  });
  test('a body endorses, it never decides; a board does', async () => {
    await no('Decision/body', { ...DECISION, kind: 'go-live', outcome: 'no-go', checkpoint: [ref('ReadinessCheckpoint/x')], decider: ref('GovernanceBody/kl') }, 'GOV_DECIDER');
    await ok('GovernanceBody/rs', { status: 'active', name: 'RS', kind: 'political', decides: true });
    await ok('Meeting/rs', { status: 'held', title: 'RS', start: '2025-03-18T09:00:00Z' });
    const board = { ...DECISION, kind: 'namnd', decider: ref('GovernanceBody/rs'), body: ref('GovernanceBody/rs'), paragraph: 75, protocol: ref('Meeting/rs') };
    await no('Decision/rs', board, 'GOV_MANDATE');
    await ok('Mandate/rs', { ...MANDATE, holder: ref('GovernanceBody/rs'), kind: ['namnd'], scope: undefined, allScope: true });
    await ok('Decision/rs', { ...board, mandate: ref('Mandate/rs') });
  });
  test('a mandate is ended, never changed', async () => {
    await no('Mandate/narrow', { ...MANDATE, kind: ['delegering', 'go-live'] }, 'GOV_MANDATE_GIVEN');
    await no('Mandate/m', { ...MANDATE, amountLimit: { value: 1, currency: 'SEK' } }, 'GOV_MANDATE_GIVEN');
    assert.equal(code(await ask(server, 'DELETE', path('Mandate/narrow'))), 'GOV_MANDATE_GIVEN');
    await ok('Mandate/narrow', { ...MANDATE, kind: ['delegering'], status: 'ended', period: { start: '2025-01-01', end: DAY } });
    await no('Mandate/narrow', { ...MANDATE, kind: ['delegering'] }, 'GOV_MANDATE_GIVEN');
  });
});

describe('phase and gates', () => {
  const start0 = { status: 'nominated', title: 'G', phase: 1, portfolio: ref('Portfolio/p') };
  const gate = (number, decision, outcome = 'granted') => ({ number, outcome, decision: ref(decision) });
  before(() => ok('Initiative/g', start0));
  test('move by a final decision on that gate, in one transaction or before', async () => {
    await no('Initiative/g', { ...start0, phase: 2, gate: [gate(1, 'Decision/none')] }, 'GOV_MISSING');
    await no('Initiative/g', { ...start0, phase: 2, gate: [{ number: 1, outcome: 'granted' }] }, 'GOV_GATE');
    await ok('Decision/g1draft', { ...DECISION, status: 'draft', initiative: ref('Initiative/g') });
    await no('Initiative/g', { ...start0, phase: 2, gate: [gate(1, 'Decision/g1draft')] }, 'GOV_GATE');
    await no('Initiative/g', { ...start0, phase: 2, gate: [gate(1, 'Decision/final')] }, 'GOV_GATE'); // of another initiative
    await no('Initiative/fresh', { ...start0, phase: 2, gate: [gate(1, 'Decision/final')] }, 'GOV_GATE');
    const moved = { ...of('Initiative/g'), ...start0, phase: 2, gate: [gate(1, 'Decision/g1')] };
    const both = bundle('transaction', entry('PUT', 'Initiative/g', moved), entry('PUT', 'Decision/g1', { ...of('Decision/g1'), ...DECISION, initiative: ref('Initiative/g') }));
    const r = await ask(server, 'POST', styr, { body: both });
    assert.equal(r.status, 200, r.text);
    assert.equal((await read('Initiative/g')).phase, 2);
    await no('Initiative/g', { ...moved, phase: 1, gate: undefined }, 'GOV_GATE');
    await no('Initiative/g', { ...moved, phase: 1 }, 'GOV_GATE');
    await no('Initiative/g', { ...moved, gate: [{ ...moved.gate[0], decidedOn: '2025-06-04' }] }, 'GOV_GATE');
    await no('Initiative/g', { ...moved, gate: [...moved.gate, gate(2, 'Decision/g1')] }, 'GOV_GATE');
    await no('Initiative/g', { ...moved, status: 'broad' }, 'GOV_PHASE');
    await ok('ProcessDefinition/other', { status: 'active', name: 'Annan', gate: [{ number: 1, name: 'G' }], phase: [{ number: 1, name: 'Allt', gate: 1, initiativeStatus: 'broad' }] });
    await no('Initiative/g', { ...moved, process: ref('ProcessDefinition/other') }, 'GOV_GATE');
    assert.equal(code(await patch('Initiative/g', { op: 'replace', path: '/phase', value: 1 })), 'GOV_GATE');
    assert.equal(code(await ask(server, 'DELETE', path('Initiative/g'))), 'GOV_KEEP');
    await ok('Initiative/g', { ...moved, status: 'parked', statusReason: 'avvaktar' });
  });
  test('a transaction whose decision is not allowed moves nothing', async () => {
    const bad = bundle('transaction', entry('PUT', 'Initiative/i', { ...of('Initiative/i'), status: 'nominated', title: 'I', phase: 2, portfolio: ref('Portfolio/p'), gate: [gate(1, 'Decision/bad')] }), entry('PUT', 'Decision/bad', { ...of('Decision/bad'), ...DECISION, mandate: ref('Mandate/ended') }));
    const r = await ask(server, 'POST', styr, { body: bad });
    assert.equal(code(r), 'GOV_MANDATE', r.text);
    assert.equal((await read('Initiative/i')).phase, 1);
    assert.equal((await ask(server, 'GET', path('Decision/bad'))).status, 404);
  });
});

describe('a case goes one way', () => {
  test('draft, submitted, endorsed, decided, dispatched, reported', async () => {
    await no('DecisionCase/c', { ...CASE, status: 'decided' }, 'GOV_STATUS');
    await ok('DecisionCase/c', CASE);
    assert.equal(code(await change('DecisionCase/c', { status: 'endorsed' })), 'GOV_STATUS');
    assert.equal((await change('DecisionCase/c', { status: 'submitted', recordStatus: 'upprattad' })).status, 200);
    assert.equal(code(await change('DecisionCase/c', { recordStatus: 'arbetsmaterial' })), 'GOV_RECORD');
    assert.equal(code(await change('DecisionCase/c', { status: 'endorsed', coordination: [{ body: ref('GovernanceBody/kl'), outcome: 'informed' }] })), 'GOV_ENDORSED');
    assert.equal((await change('DecisionCase/c', { status: 'endorsed' })).status, 200);
    assert.equal(code(await change('DecisionCase/c', { status: 'decided' })), 'GOV_UNDECIDED', 'an endorsement is no decision');
    await ok('Decision/c', { ...DECISION, case: ref('DecisionCase/c') });
    assert.equal((await change('DecisionCase/c', { status: 'decided' })).status, 200);
    assert.equal(code(await change('DecisionCase/c', { proposal: 'annat' })), 'GOV_CASE_CLOSED');
    assert.equal(code(await change('DecisionCase/c', { status: 'dispatched', recordStatus: 'expedierad' })), 'GOV_UNDECIDED');
    assert.equal((await change('Decision/c', { dispatch: [{ to: ref('GovernanceBody/kl'), sentOn: '2025-06-10' }] })).status, 200);
    assert.equal((await change('DecisionCase/c', { status: 'dispatched', recordStatus: 'expedierad' })).status, 200);
    assert.equal(code(await change('DecisionCase/c', { status: 'reported' })), 'GOV_UNDECIDED');
    assert.equal((await change('Decision/c', { reportedAt: ref('Meeting/anm'), reportedOn: '2025-06-20' })).status, 200);
    assert.equal((await change('DecisionCase/c', { status: 'reported' })).status, 200);
    assert.equal(code(await change('DecisionCase/c', { status: 'draft' })), 'GOV_STATUS');
    assert.equal(code(await ask(server, 'DELETE', path('DecisionCase/c'))), 'GOV_KEEP');
    const all = await ask(server, 'GET', `${styr}/DecisionCase/c/$package`);
    assert.deepEqual(all.json.entry.map((e) => e.resource.resourceType), ['Composition', 'DecisionCase', 'Decision', 'Mandate']);
  });
  test('nothing is decided in a case that was not put forward', async () => {
    await ok('DecisionCase/raw', CASE);
    await no('Decision/raw', { ...DECISION, case: ref('DecisionCase/raw') }, 'GOV_CASE_UNRIPE');
  });
});

describe('results and verdicts are the system\'s', () => {
  before(() => ok('ReadinessCheckpoint/r', CHECKPOINT));
  const met = { ...missing(HARD), state: 'met', value: 100, validUntil: '2999-01-01', evidenceKind: 'measured' };
  const now = () => read('ReadinessCheckpoint/r');
  test('nobody sets them, whichever way', async () => {
    const good = { ...(await now()), result: [met, { ...met, code: 'E12', severity: 'soft' }], verdict: 'go' };
    const tries = {
      update: () => put('ReadinessCheckpoint/r', good),
      create: () => put('ReadinessCheckpoint/new', { ...good, id: 'new' }),
      post: () => ask(server, 'POST', path('ReadinessCheckpoint'), { body: { ...good, id: undefined, meta: undefined } }),
      'conditional create': () => ask(server, 'POST', path('ReadinessCheckpoint'), { body: { ...good, id: undefined, meta: undefined }, headers: { 'If-None-Exist': 'wave=none' } }),
      'conditional update': () => ask(server, 'PUT', path('ReadinessCheckpoint?_id=r'), { body: good }),
      patch: () => patch('ReadinessCheckpoint/r', { op: 'replace', path: '/result', value: good.result }, { op: 'replace', path: '/verdict', value: 'go' }),
      transaction: () => ask(server, 'POST', styr, { body: bundle('transaction', entry('PUT', 'ReadinessCheckpoint/r', good)) }),
      earliest: () => put('ReadinessCheckpoint/r', { ...CHECKPOINT, earliest: '2026-01-01' }),
      evaluatedAt: () => put('ReadinessCheckpoint/r', { ...CHECKPOINT, evaluatedAt: '2026-01-01T00:00:00Z' }),
      'another day': () => put('ReadinessCheckpoint/r', { ...CHECKPOINT, asOf: '2025-01-01' }),
      'a value': () => put('ReadinessCheckpoint/r', { ...CHECKPOINT, result: [{ ...missing(HARD), value: 96 }, missing(SOFT)] }),
    };
    for (const [name, how] of Object.entries(tries)) {
      const r = await how();
      assert.deepEqual([code(r), r.status], ['GOV_SYSTEM', 409], `${name}: ${r.text}`);
    }
    const batch = await ask(server, 'POST', styr, { body: bundle('batch', entry('PUT', 'ReadinessCheckpoint/r', good)) });
    assert.match(batch.text, /GOV_SYSTEM/);
    assert.equal((await now()).verdict, 'no-go');
  });
  test('nor by $import beside the service', async () => {
    const good = { ...(await now()), result: [met, { ...met, code: 'E12', severity: 'soft' }], verdict: 'go' };
    const text = [good, { ...good, id: 'brought' }, { ...of('Organization/brought'), name: 'Ja' }].map((l) => JSON.stringify(l)).join('\n');
    const m = await manifest(server, await kickOff(server, '/$import', { method: 'POST', body: text, type: 'application/fhir+ndjson' }));
    assert.deepEqual(m.output.map((o) => [o.type, o.stored, o.rejected]), [['Organization', 1, 0], ['ReadinessCheckpoint', 0, 2]], JSON.stringify(m));
    for (const line of await lines({ error: m.error }, 'error')) assert.match(line, /GOV_SYSTEM/);
    assert.equal((await now()).verdict, 'no-go');
  });
  test('nor by import, while it rests', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'helhet-styr-'));
    const brought = [
      { ...(await now()), result: [met, { ...met, code: 'E12', severity: 'soft' }], verdict: 'go' },
      { ...(await read('Decision/final')), outcome: 'rejected' },
      { ...(await read('CheckpointDefinition/d')), criterion: [{ ...HARD, target: 1 }] },
      { ...of('ReadinessCheckpoint/imported'), ...CHECKPOINT, result: [met, { ...met, code: 'E12', severity: 'soft' }], verdict: 'go' },
      { ...of('Organization/imported'), name: 'Ja' },
    ];
    writeFileSync(join(dir, 'styr.ndjson'), brought.map((l) => JSON.stringify(l)).join('\n'));
    const data = mkdtempSync(join(tmpdir(), 'helhet-styr-data-'));
    const other = await start(data);
    const keep = [server, styr];
    [server, styr] = [other, `${other.origin}/styr`];
    await world();
    await ok('ReadinessCheckpoint/r', CHECKPOINT);
    await ok('Decision/final', DECISION);
    await other.stop({ keep: true });
    [server, styr] = keep;
    const r = spawnSync(process.env.HELHET_BIN ?? 'build/helhet', ['import', '--data', data, join(dir, 'styr.ndjson')], { encoding: 'utf8' });
    assert.match(r.stdout + r.stderr, /4/, r.stdout + r.stderr);
    const again = await start(data);
    [server, styr] = [again, `${again.origin}/styr`];
    try {
      assert.equal((await read('ReadinessCheckpoint/r')).verdict, 'no-go', r.stdout + r.stderr);
      assert.equal((await read('Decision/final')).outcome, 'granted');
      assert.equal((await read('CheckpointDefinition/d')).criterion[0].target, 95);
      assert.equal((await ask(server, 'GET', path('ReadinessCheckpoint/imported'))).status, 404);
      assert.equal((await ask(server, 'GET', '/Organization/imported')).status, 200);
    } finally {
      await again.stop();
      [server, styr] = keep;
      rmSync(dir, { recursive: true, force: true });
    }
  });
  test('criteria are the locked definition\'s', async () => {
    await no('ReadinessCheckpoint/c', { ...CHECKPOINT, criterion: [{ ...HARD, severity: 'soft' }, SOFT], result: [{ ...missing(HARD), severity: 'soft' }, missing(SOFT)], verdict: 'incomplete' }, 'GOV_CRITERIA');
    await no('ReadinessCheckpoint/c', { ...CHECKPOINT, criterion: [SOFT], result: [missing(SOFT)], verdict: 'incomplete' }, 'GOV_CRITERIA');
    await no('ReadinessCheckpoint/c', { ...CHECKPOINT, result: [{ ...missing(HARD), severity: 'soft' }, missing(SOFT)], verdict: 'incomplete' }, 'GOV_CRITERIA');
    await no('ReadinessCheckpoint/c', { ...CHECKPOINT, criterion: undefined, result: undefined, verdict: 'go' }, 'FHIR_INVARIANT');
    await ok('CheckpointDefinition/draft', { ...DEFINITION, status: 'draft', lockedOn: undefined });
    await no('ReadinessCheckpoint/c', { ...CHECKPOINT, definition: ref('CheckpointDefinition/draft') }, 'GOV_UNLOCKED');
    const held = await now();
    await no('ReadinessCheckpoint/r', { ...held, definition: ref('CheckpointDefinition/draft') }, 'GOV_CRITERIA');
  });
  test('waivers: soft ones, with owner, workaround and expiry', async () => {
    const waiver = { owner: ref('PractitionerRole/other'), workaround: 'Extra bemanning', expires: '2999-01-01' };
    // The service measures by itself: what it says is read again for each try.
    const waive = (c, w) => async () => { const held = await now(); return put('ReadinessCheckpoint/r', { ...held, result: held.result.map((r) => (r.code === c.code ? { ...r, waiver: w } : r)) }); };
    const again = async (how) => { for (let i = 0; ; i++) { const r = await how(); if (code(r) !== 'GOV_SYSTEM' || i === 20) return r; await new Promise((go) => setTimeout(go, 100)); } };
    assert.ok((await again(waive(HARD, waiver))).status >= 400);
    assert.equal(code(await again(waive(SOFT, { ...waiver, expires: '2020-01-01' }))), 'GOV_WAIVER_PARTS');
    let r = await again(waive(SOFT, waiver));
    assert.equal(r.status, 200, r.text);
    r = await again(waive(SOFT, undefined));
    assert.equal(r.status, 200, r.text);
  });
  test('what a decision rests on is frozen, and what it says is what they say', async () => {
    const live = { ...DECISION, kind: 'go-live', gateNumber: undefined, outcome: 'go', checkpoint: [ref('ReadinessCheckpoint/r')], computedVerdict: 'go', evidenceBundle: { bundle: ref('Bundle/ev'), sha256: 'a'.repeat(64) } };
    await no('Decision/live', live, 'GOV_NOT_FROZEN');
    assert.equal(code(await change('ReadinessCheckpoint/r', { status: 'frozen' })), 'GOV_FREEZE');
    await no('ReadinessCheckpoint/frozen', { ...CHECKPOINT, status: 'frozen' }, 'GOV_FREEZE');
    await no('ReadinessCheckpoint/linked', { ...CHECKPOINT, extension: [{ url: 'https://helhet.example/styr/StructureDefinition/evidence-bundle', valueReference: ref('Bundle/ev') }] }, 'GOV_SYSTEM');
    await ok('Decision/live', { ...live, status: 'draft', computedVerdict: undefined, evidenceBundle: undefined, outcome: 'pending' });
    await freeze('r', 'live');
    const bundleName = (await now()).extension.find((e) => e.url.endsWith('/evidence-bundle')).valueReference.reference;
    await no('Decision/live', live, 'GOV_VERDICT');
    await no('Decision/live', { ...live, checkpoint: undefined }, 'FHIR_INVARIANT');
    const over = { motivation: 'm', notified: [ref('GovernanceBody/kl')], criterion: [{ code: 'E3', overridable: true }, { code: 'E12', overridable: true }] };
    const unsaid = { ...live, computedVerdict: undefined, evidenceBundle: undefined };
    await no('Decision/live', { ...unsaid, override: over }, 'GOV_OVERRIDE'); // it says overridable; the checkpoint does not
    await no('Decision/live', { ...unsaid, outcome: 'no-go', evidenceBundle: live.evidenceBundle }, 'GOV_MISSING');
    await no('Decision/live', { ...unsaid, outcome: 'no-go', evidenceBundle: { ...live.evidenceBundle, bundle: ref(bundleName) } }, 'GOV_EVIDENCE');
    const signed = await ok('Decision/live', { ...unsaid, outcome: 'no-go' });
    assert.equal(signed.computedVerdict, 'no-go', 'put there by the service');
    assert.deepEqual(signed.evidenceBundle, { bundle: ref(bundleName), sha256: signed.evidenceBundle.sha256, frozenAt: (await ask(server, 'GET', `/${bundleName}`)).json.timestamp });
    for (const how of [{ plannedDate: '2026-01-01' }, { status: 'open' }, { verdict: 'go' }]) assert.ok((await change('ReadinessCheckpoint/r', how)).status >= 400, JSON.stringify(how));
    assert.equal(code(await change('ReadinessCheckpoint/r', { plannedDate: '2026-01-01' })), 'GOV_FROZEN');
    assert.ok((await ask(server, 'DELETE', path('ReadinessCheckpoint/r'))).status >= 400);
    const held = (await ask(server, 'GET', `/${bundleName}`)).json;
    assert.equal(held.identifier.value, signed.evidenceBundle.sha256);
    assert.equal(code(await ask(server, 'PUT', `/${bundleName}`, { body: { ...held, timestamp: '2020-01-01T00:00:00Z' } })), 'GOV_FROZEN');
    assert.equal(code(await ask(server, 'PATCH', `/${bundleName}`, { body: JSON.stringify([{ op: 'remove', path: '/entry/1' }]), type: 'application/json-patch+json' })), 'GOV_FROZEN');
    assert.ok((await ask(server, 'DELETE', `/${bundleName}`)).status >= 400);
    assert.equal((await ask(server, 'GET', `/${bundleName}`)).headers.get('etag'), 'W/"1"');
  });
  describe('what is the system\'s own is put there by it and never taken from a client, by whatever way', () => {
    const live = { ...DECISION, kind: 'go-live', gateNumber: undefined, outcome: 'no-go', checkpoint: [ref('ReadinessCheckpoint/r')] };
    const draft = { ...live, status: 'draft', outcome: 'pending' };
    const PATCHED = [{ op: 'replace', path: '/status', value: 'final' }, { op: 'replace', path: '/outcome', value: 'no-go' }];
    const add = (claim) => Object.entries(claim).map(([key, value]) => ({ op: 'add', path: `/${key}`, value }));
    const binary = (ops) => ({ resourceType: 'Binary', contentType: 'application/json-patch+json', data: Buffer.from(JSON.stringify(ops)).toString('base64') });
    const fhirpath = (claim) => ({ resourceType: 'Parameters', parameter: [...[['status', 'final', 'replace'], ['outcome', 'no-go', 'replace']], ...Object.entries(claim).map(([k, v]) => [k, v, 'add'])].map(([name, value, type]) => ({ name: 'operation', part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: type === 'add' ? 'Decision' : `Decision.${name}` }, ...(type === 'add' ? [{ name: 'name', valueString: name }] : []), { name: 'value', valueCode: value }] })) });
    const send = (kind, ...e) => ask(server, 'POST', styr, { body: bundle(kind, ...e) });
    /** Of a Bundle's answer: the first entry that failed, else the whole. */
    const told = (r) => { const bad = r.json?.entry?.find((e) => Number(e.response.status.slice(0, 3)) >= 400); return bad ? { status: Number(bad.response.status.slice(0, 3)), json: bad.response.outcome } : r; };
    const resource = (id, more) => ({ resourceType: 'Decision', id, ...live, ...more });
    const ways = {
      update: (id, c) => put(`Decision/${id}`, { ...live, ...c }),
      create: (id, c) => ask(server, 'POST', path('Decision'), { body: { ...resource(id, c), id: undefined, title: id } }),
      'conditional update': (id, c) => ask(server, 'PUT', `${path('Decision')}?_id=${id}`, { body: resource(id, c) }),
      'JSON Patch': (id, c) => patch(`Decision/${id}`, ...PATCHED, ...add(c)),
      'FHIRPath Patch': (id, c) => ask(server, 'PATCH', path(`Decision/${id}`), { body: fhirpath(c) }),
      'conditional patch': (id, c) => ask(server, 'PATCH', `${path('Decision')}?_id=${id}`, { body: JSON.stringify([...PATCHED, ...add(c)]), type: 'application/json-patch+json' }),
      'transaction, PUT': (id, c) => send('transaction', entry('PUT', `Decision/${id}`, resource(id, c)), entry('PUT', `DecisionCase/beside-${id}`, { ...of(`DecisionCase/beside-${id}`), ...CASE })),
      'transaction, POST': (id, c) => send('transaction', entry('POST', 'Decision', { ...resource(id, c), id: undefined, title: id })),
      'transaction, by search': (id, c) => send('transaction', entry('PUT', `Decision/${id}`, resource(id, { ...c, checkpoint: [ref('ReadinessCheckpoint?_id=r')] }))),
      'transaction, PATCH of JSON': (id, c) => send('transaction', entry('PATCH', `Decision/${id}`, binary([...PATCHED, ...add(c)]))),
      'transaction, PATCH of FHIRPath': (id, c) => send('transaction', entry('PATCH', `Decision/${id}`, fhirpath(c))),
      'batch, PUT': (id, c) => send('batch', entry('PUT', `Decision/${id}`, resource(id, c))),
      'batch, POST': (id, c) => send('batch', entry('POST', 'Decision', { ...resource(id, c), id: undefined, title: id })),
      'batch, PATCH': (id, c) => send('batch', entry('PATCH', `Decision/${id}`, binary([...PATCHED, ...add(c)]))),
      XML: (id, c) => ask(server, 'PUT', path(`Decision/${id}`), { type: 'application/fhir+xml', body: `<Decision xmlns="http://hl7.org/fhir"><id value="${id}"/><status value="final"/><initiative><reference value="Initiative/i"/></initiative><checkpoint><reference value="ReadinessCheckpoint/r"/></checkpoint><kind value="go-live"/><outcome value="no-go"/><decider><reference value="PractitionerRole/dir"/></decider><mandate><reference value="Mandate/m"/></mandate><decidedOn value="2025-06-03"/><preparedBy><reference value="PractitionerRole/prep"/></preparedBy>${c.computedVerdict ? `<computedVerdict value="${c.computedVerdict}"/>` : ''}</Decision>` }),
    };
    const stands = async (way, id) => (/create|POST/.test(way) ? (await ask(server, 'GET', `${path('Decision')}?_count=200`)).json.entry?.map((e) => e.resource).find((d) => d.title === id) : read(`Decision/${id}`));
    for (const [i, [way, run]] of Object.entries(ways).entries())
      test(way, async () => {
        const id = `way-${i}`, made = /create|POST/.test(way);
        if (!made) await ok(`Decision/${id}`, draft);
        const claimed = told(await run(id, { computedVerdict: 'go' }));
        assert.equal(code(claimed), 'GOV_VERDICT', JSON.stringify(claimed.json));
        assert.equal((await stands(way, id))?.status, made ? undefined : 'draft', 'nothing of it was written');
        const r = told(await run(id, {}));
        assert.ok(r.status < 300, JSON.stringify(r.json));
        const d = await stands(way, id), checkpoint = await now();
        const link = checkpoint.extension[0].valueReference;
        assert.deepEqual([d.status, d.computedVerdict, d.evidenceBundle.bundle, d.evidenceBundle.sha256], ['final', checkpoint.verdict, ref(link.reference), link.identifier.value], way);
        assert.ok(d.evidenceBundle.frozenAt, way);
      });
    test('a draft says nothing of it, nor does a decision of another kind, nor a time that was not', async () => {
      const evidenceBundle = (await read('Decision/way-0')).evidenceBundle;
      for (const claim of [{ computedVerdict: 'go' }, { evidenceBundle }, { _computedVerdict: { extension: [{ url: 'https://x.example/y', valueBoolean: true }] } }]) {
        const name = Object.keys(claim)[0];
        await no('Decision/claims', { ...draft, ...claim }, 'GOV_SYSTEM');
        await no('Decision/claims', { ...DECISION, ...claim }, 'GOV_SYSTEM');
        assert.equal(code(told(await send('transaction', entry('PUT', 'Decision/claims', resource('claims', { ...draft, ...claim }))))), 'GOV_SYSTEM', name);
        assert.equal(code(told(await send('batch', entry('PUT', 'Decision/claims', resource('claims', { ...draft, ...claim }))))), 'GOV_SYSTEM', name);
      }
      await ok('Decision/claims', draft);
      assert.equal(code(await patch('Decision/claims', { op: 'add', path: '/computedVerdict', value: 'go' })), 'GOV_SYSTEM');
      await no('Decision/claims', { ...live, evidenceBundle: { ...evidenceBundle, frozenAt: '2020-01-01T00:00:00Z' } }, 'GOV_SYSTEM');
      assert.ok((await put('Decision/way-0', { ...(await read('Decision/way-0')), dispatch: [{ to: ref('Organization/o'), sentOn: DAY }] })).status < 300, 'what is read can be sent back');
    });
  });
  test('an overridable criterion is overridden by name', async () => {
    await ok('CheckpointDefinition/soft', { ...DEFINITION, name: 'S', criterion: [SOFT] });
    await ok('ReadinessCheckpoint/s', { ...CHECKPOINT, definition: ref('CheckpointDefinition/soft'), criterion: [SOFT], result: [missing(SOFT)], verdict: 'incomplete' });
    const live = { ...DECISION, kind: 'go-live', gateNumber: undefined, outcome: 'go', checkpoint: [ref('ReadinessCheckpoint/s')] };
    await ok('Decision/s', { ...live, status: 'draft', outcome: 'pending' });
    await freeze('s', 's');
    const over = { motivation: 'm', notified: [ref('GovernanceBody/kl')], criterion: [{ code: 'E9', overridable: true }] };
    await no('Decision/s', { ...live, override: over }, 'GOV_GO_LIVE');
    await no('Decision/s', live, 'FHIR_INVARIANT');
    assert.equal((await ok('Decision/s', { ...live, override: { ...over, criterion: [{ code: 'E12', overridable: true }] } })).computedVerdict, 'incomplete');
  });
});

describe('locked criteria', () => {
  test('do not change; a loosening is a decision of its own, named', async () => {
    assert.equal(code(await change('CheckpointDefinition/d', { criterion: [{ ...HARD, target: 80 }, SOFT] })), 'GOV_LOCKED');
    assert.equal(code(await change('CheckpointDefinition/d', { status: 'draft' })), 'GOV_LOCKED');
    assert.ok((await change('CheckpointDefinition/d', { lockedOn: undefined })).status >= 400);
    assert.equal(code(await patch('CheckpointDefinition/d', { op: 'remove', path: '/criterion/0' })), 'GOV_LOCKED');
    assert.equal(code(await ask(server, 'DELETE', path('CheckpointDefinition/d'))), 'GOV_LOCKED');
    const next = { ...DEFINITION, replaces: ref('CheckpointDefinition/d') };
    for (const easier of [[{ ...HARD, target: 94 }, SOFT], [{ ...HARD, overridable: true }, SOFT], [{ ...HARD, severity: 'soft' }, SOFT], [{ ...HARD, maxAgeDays: 60 }, SOFT], [{ ...HARD, maxAgeDays: undefined }, SOFT], [{ ...HARD, comparator: 'le' }, SOFT], [{ ...HARD, evidenceKind: 'signed' }, SOFT], [SOFT]])
      await no('CheckpointDefinition/next', { ...next, criterion: easier }, 'GOV_LOOSENED');
    await ok('CheckpointDefinition/harder', { ...next, criterion: [{ ...HARD, target: 97, maxAgeDays: 14, title: 'Ny text' }, SOFT] });
    await no('CheckpointDefinition/next', { ...next, criterion: [SOFT], decision: ref('Decision/final') }, 'GOV_LOCKED');
    await ok('Decision/loose', { ...DECISION, gateNumber: undefined, outcome: 'loosened', subject: [ref('CheckpointDefinition/d')] });
    await ok('CheckpointDefinition/next', { ...next, criterion: [SOFT], decision: ref('Decision/loose') });
    assert.equal(code(await change('CheckpointDefinition/d', { status: 'retired' })), 'GOV_MISSING');
    assert.equal((await change('CheckpointDefinition/d', { status: 'retired', decision: ref('Decision/loose') })).status, 200);
  });
});

describe('risks and experiences', () => {
  const RISK = { status: 'accepted', title: 'R', likelihood: 2, consequence: 4, score: 8, treatment: [ref('ChangeActivity/a')], residual: { likelihood: 1, consequence: 2 }, acceptedBy: ref('PractitionerRole/other') };
  test('a risk of 8 or more is accepted by the safety lead', async () => {
    await ok('ChangeActivity/a', { status: 'planned', title: 'A', phase: 'execute', duringPause: false });
    await no('Risk/r', RISK, 'GOV_SAFETY_LEAD');
    await ok('Risk/r', { ...RISK, acceptedBy: ref('PractitionerRole/lead') });
    await ok('Risk/low', { ...RISK, likelihood: 1, score: 4 });
  });
  test('an anonymous experience does not come this way', async () => {
    const said = { status: 'received', question: 'works', statement: 'Bra', anonymous: true, cellSize: 7 };
    await no('Experience/e', said, 'GOV_ANONYMOUS');
    await ok('Experience/n', { ...said, anonymous: false, cellSize: undefined, author: ref('PractitionerRole/other') });
  });
});
