// SPDX-License-Identifier: Apache-2.0
// Steering with login: who signs, who gives mandates, who accepts a risk, who codes; and that an administrator sets no more
// verdicts than anybody else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { analysis, closed, forget, login, makeData, named, OURS, raw, role } from './accounts.mjs';

const ANALYSIS = [{ url: 'https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis', valueReference: { reference: 'Library/styr' } }];
const ROLES = { dir: 'decider', dag: 'decider', reg: 'diary-registrar', adm: 'administrator', lead: 'safety-lead', own: 'process-owner' };
const DAY = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Stockholm' });
const ref = (reference) => ({ reference });
const code = (r) => r.json?.issue?.[0]?.details?.coding?.[0]?.code;
const who = {};
let data, server;

before(async () => {
  const ids = Object.keys(ROLES);
  data = await makeData(
    [analysis('styr', [...new Set(Object.values(ROLES))], ['region']), ...ids.flatMap((id) => [named('Practitioner', id, id, 'Prov'), role(`${id}-r`, id, 'region', { code: ROLES[id], title: ROLES[id], extension: ANALYSIS })])],
    ids.map((id) => [id, `Practitioner/${id}`]),
  );
  server = await closed(data);
  for (const id of ids) who[id] = await login(server, id, { assignment: `PractitionerRole/${id}-r` });
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const send = (id, method, path, body) => raw(server, method, `/styr/${path}`, { headers: { ...OURS, 'Content-Type': 'application/fhir+json', ...who[id] }, body: JSON.stringify(body) });
const make = (id, resourceType, body) => send(id, 'POST', resourceType, { resourceType, ...body });
const made = async (...args) => { const r = await make(...args); assert.equal(r.status, 201, r.text); return r.json; };
const put = (id, held, how) => send(id, 'PUT', `${held.resourceType}/${held.id}`, { ...held, ...how });
const MANDATE = { status: 'active', holder: ref('PractitionerRole/dir-r'), kind: ['verkstallighet'], allScope: true, period: { start: '2025-01-01' }, source: 'Delegationsordning' };

describe('with login', () => {
  let mandate, decision;
  test('mandates are the registrar\'s, and nobody\'s own', async () => {
    for (const id of ['dir', 'adm', 'own', 'lead']) assert.ok([403].includes((await make(id, 'Mandate', MANDATE)).status), id);
    assert.equal(code(await make('reg', 'Mandate', { ...MANDATE, holder: ref('PractitionerRole/reg-r') })), 'GOV_OWN_MANDATE');
    mandate = await made('reg', 'Mandate', MANDATE);
  });
  test('each signs in their own name, and what is signed stands for the administrator too', async () => {
    const body = { status: 'final', kind: 'verkstallighet', outcome: 'noted', decider: ref('PractitionerRole/dir-r'), mandate: ref(`Mandate/${mandate.id}`), decidedOn: DAY, preparedBy: [ref('PractitionerRole/own-r')] };
    assert.equal(code(await make('dag', 'Decision', body)), 'GOV_SIGN_OTHER');
    assert.equal(code(await make('dag', 'Decision', { ...body, decider: ref('PractitionerRole/dag-r') })), 'GOV_MANDATE', 'and not on another\'s mandate');
    for (const id of ['adm', 'own']) assert.equal((await make(id, 'Decision', body)).status, 403, id);
    const draft = await make('own', 'Decision', { ...body, status: 'draft' });
    if (draft.status === 201) assert.ok([403, 409].includes((await put('own', draft.json, { status: 'final' })).status));
    decision = await made('dir', 'Decision', body);
    for (const id of ['dir', 'dag', 'adm', 'reg']) {
      const r = await put(id, decision, { outcome: 'rejected' });
      assert.ok(r.status === 403 || code(r) === 'GOV_FINAL', `${id}: ${r.text}`);
      assert.ok([403, 409].includes((await send(id, 'DELETE', `Decision/${decision.id}`)).status), id);
    }
    assert.equal(code(await put('dir', decision, { outcome: 'rejected' })), 'GOV_FINAL');
  });
  test('nobody sets a verdict, administrator and process owner included', async () => {
    const criterion = [{ code: 'E11', title: 'RoK', severity: 'hard', overridable: false, evidenceKind: 'signed' }];
    const d = await made('own', 'CheckpointDefinition', { status: 'active', name: 'T-30', offsetDays: -30, lockedOn: DAY, criterion });
    const r = await made('own', 'ReadinessCheckpoint', { status: 'open', definition: ref(`CheckpointDefinition/${d.id}`), unit: ref('Organization/med'), asOf: DAY, criterion, result: [{ code: 'E11', severity: 'hard', state: 'missing' }], verdict: 'no-go' });
    const go = { result: [{ code: 'E11', severity: 'hard', state: 'met', validUntil: '2999-01-01', evidenceKind: 'measured' }], verdict: 'go' };
    for (const id of Object.keys(ROLES)) {
      const told = await put(id, r, go);
      assert.ok(told.status === 403 || code(told) === 'GOV_SYSTEM', `${id}: ${told.text}`);
    }
    assert.equal(code(await put('own', r, go)), 'GOV_SYSTEM');
    assert.equal(code(await put('own', d, { criterion: [{ ...criterion[0], severity: 'soft' }] })), 'GOV_LOCKED');
    assert.equal((await put('adm', d, { criterion: [{ ...criterion[0], severity: 'soft' }] })).status, 403);
    const held = await send('own', 'GET', `ReadinessCheckpoint/${r.id}`);
    assert.equal(held.json.verdict, 'no-go');
  });
  test('a risk of 8 or more is accepted by the safety lead in person', async () => {
    const risk = await made('own', 'Risk', { status: 'assessed', title: 'R', likelihood: 3, consequence: 3, score: 9, treatment: [{ display: 'Åtgärd' }], residual: { likelihood: 1, consequence: 2 } });
    assert.equal(code(await put('own', risk, { status: 'accepted', acceptedBy: ref('PractitionerRole/own-r') })), 'GOV_SAFETY_LEAD');
    assert.equal(code(await put('own', risk, { status: 'accepted', acceptedBy: ref('PractitionerRole/lead-r') })), 'GOV_SAFETY_LEAD', 'in another\'s name');
    const r = await put('lead', risk, { status: 'accepted', acceptedBy: ref('PractitionerRole/lead-r') });
    assert.equal(r.status, 200, r.text);
  });
  test('themes are coded in one\'s own name', async () => {
    const e = await made('own', 'Experience', { status: 'received', question: 'works', statement: 'Bra', anonymous: false, author: ref('PractitionerRole/own-r') });
    assert.equal(code(await put('own', e, { status: 'themed', coding: [{ theme: 'tid', coder: ref('PractitionerRole/dir-r'), coderKind: 'human' }] })), 'GOV_CODER');
    const r = await put('own', e, { status: 'themed', coding: [{ theme: 'tid', coder: ref('PractitionerRole/own-r'), coderKind: 'human' }] });
    assert.equal(r.status, 200, r.text);
  });
});
