// SPDX-License-Identifier: Apache-2.0
// Logins with the right role (E4) are read from the log of accesses, which is no part of the record: the first thing that somebody
// does in an assignment turns the unit's verdict within five seconds, as a change of the record does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { analysis, auth, closed, cookieOf, forget, login, makeData, named, OURS, organization, raw, role } from './accounts.mjs';
import { ask, start } from './server.mjs';

let data, server, lead;
const criterion = [{ code: 'E4', title: 'Inloggade i rätt roll', measure: 'logins-right-role', comparator: 'ge', target: 100, unit: '%', severity: 'hard', overridable: false, maxAgeDays: 14, evidenceKind: 'measured', scope: 'unit' }];
const checkpoint = { resourceType: 'ReadinessCheckpoint', id: 'e4', status: 'open', definition: { reference: 'CheckpointDefinition/e4' }, unit: { reference: 'Organization/hud' }, asOf: '2026-01-01', criterion, result: [{ code: 'E4', state: 'missing', severity: 'hard' }], verdict: 'no-go' };

before(async () => {
  data = await makeData(
    [organization('hud', 'Hudkliniken', 'region'), analysis('e4', ['physician', 'safety-lead'], ['region']), named('Practitioner', 'lea', 'Lea', 'Ledare'), role('lea-reg', 'lea', 'region', { code: 'safety-lead', title: 'Patientsäkerhetsansvarig', extension: [{ url: 'https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis', valueReference: { reference: 'Library/e4' } }] }), role('anna-hud', 'anna', 'hud'), role('bo-hud', 'bo', 'hud')],
    [['lea', 'Practitioner/lea']],
  );
  const open = await start(data);
  for (const one of [{ resourceType: 'CheckpointDefinition', id: 'e4', status: 'active', name: 'T-7', offsetDays: -7, lockedOn: '2026-01-01', criterion }, checkpoint]) {
    const r = await ask(open, 'PUT', `${open.origin}/styr/${one.resourceType}/${one.id}`, { body: one });
    assert.ok(r.status < 300, r.text);
  }
  await open.stop({ keep: true });
  server = await closed(data);
  lead = await login(server, 'lea');
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const read = async () => {
  const r = await raw(server, 'GET', '/styr/ReadinessCheckpoint/e4', { headers: lead });
  assert.equal(r.status, 200, r.text);
  return r.json;
};
async function until(numerator) {
  const begun = performance.now();
  for (;;) {
    const now = await read();
    if (now.result[0].numerator === numerator) return { now, s: (performance.now() - begun) / 1000 };
    assert.ok(performance.now() - begun < 5000, JSON.stringify(now.result));
    await new Promise((r) => setTimeout(r, 50));
  }
}
/** Logs in, takes the assignment and does something in it. */
async function act(name, assignment) {
  const cookie = await login(server, name);
  const chosen = await auth(server, 'assignment', { assignment: `PractitionerRole/${assignment}` }, cookie);
  assert.equal(chosen.status, 200, chosen.text);
  const r = await raw(server, 'GET', '/fhir/Organization/hud', { headers: { Cookie: cookieOf(chosen), ...OURS } });
  assert.equal(r.status, 200, r.text);
}

test('one of two is not go, both are, and nobody has written anything', async () => {
  await until(0);
  await act('anna', 'anna-hud');
  const one = await until(1);
  assert.equal(one.now.verdict, 'no-go');
  await act('bo', 'bo-hud');
  const both = await until(2);
  assert.equal(both.now.verdict, 'go');
  console.log(`# seen after ${one.s.toFixed(2)} s and ${both.s.toFixed(2)} s`);
});

test('an assignment elsewhere says nothing of the unit', async () => {
  const before = (await read()).meta.versionId;
  await act('anna', 'anna-med');
  await new Promise((r) => setTimeout(r, 2500));
  assert.equal((await read()).meta.versionId, before);
});
