// SPDX-License-Identifier: Apache-2.0
// Told before a record is opened: is it one's own, or a colleague's? And what patients may do about their own.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closed, forget, login, makeData, named, OURS, raw, role } from './accounts.mjs';

const number = (value) => ({ identifier: [{ system: 'http://electronichealth.se/identifier/personnummer', value }] });
let data, server;
before(async () => {
  data = await makeData(
    [
      named('Practitioner', 'signe', 'Signe', 'Prov', number('189001019802')), named('Practitioner', 'kaj', 'Kaj', 'Prov', number('189001029819')), named('Practitioner', 'lo', 'Lo', 'Prov'),
      named('Patient', 'self', 'Signe', 'Prov', { ...number('18900101-9802'), birthDate: '1890-01-01' }), named('Patient', 'mate', 'Kaj', 'Prov', number('18900102-9819')),
      role('signe-med', 'signe', 'med'), role('signe-kir', 'signe', 'kir'), role('kaj-med', 'kaj', 'med'), role('lo-con', 'lo', 'region', { code: 'controller' }),
    ],
    [['signe', 'Practitioner/signe'], ['kaj', 'Practitioner/kaj'], ['lo', 'Practitioner/lo'], ['self', 'Patient/self']],
  );
  server = await closed(data);
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0);
  if (data) forget(data);
});

const get = (path, cookie) => raw(server, 'GET', `/fhir/${path}`, { headers: cookie });
const operate = (operation, parameter, cookie) => raw(server, 'POST', `/fhir/Patient/self/${operation}`, { headers: { ...OURS, ...cookie, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify({ resourceType: 'Parameters', parameter }) });
const told = (r) => Object.fromEntries((r.json.parameter ?? []).map((p) => [p.name, p.valueBoolean ?? p.valueInteger ?? p.valueCode]));
const last = () => {
  const file = readdirSync(join(data, 'audit')).filter((n) => n.endsWith('.log')).sort().at(-1);
  return JSON.parse(readFileSync(join(data, 'audit', file), 'utf8').split('\n').at(-2).split('\t')[0]);
};

test('one’s own, a colleague’s, anybody else’s: asking is logged with whose it is, and marked as nothing', async () => {
  const signe = await login(server, 'signe', { assignment: 'PractitionerRole/signe-med' });
  const near = async (id, cookie = signe) => {
    const r = await get(`Patient/${id}/$access-explain?near=true`, cookie);
    assert.equal(r.status, 200, r.text);
    assert.deepEqual([last().patients, last().flags], [[id], undefined]);
    return told(r);
  };
  assert.deepEqual(await near('self'), { ownRecord: true, colleague: false });
  assert.deepEqual(await near('mate'), { ownRecord: false, colleague: true });
  assert.deepEqual(await near('pat'), { ownRecord: false, colleague: false });
  // Opening is what is marked.
  assert.equal((await get('Patient/mate', signe)).status, 200);
  assert.ok(last().flags, JSON.stringify(last()));
  // Another unit's staff are no colleagues; roles that may open nothing are told too.
  assert.deepEqual(await near('mate', await login(server, 'signe', { assignment: 'PractitionerRole/signe-kir' })), { ownRecord: false, colleague: false });
  assert.deepEqual(await near('pat', await login(server, 'lo')), { ownRecord: false, colleague: false });
  assert.equal((await get('Patient/nobody/$access-explain?near=true', signe)).status, 404);
  assert.equal((await get('Patient/self/$access-explain?near=true', await login(server, 'self'))).status, 403);
  assert.equal((await get('Patient/self/$access-explain?near=true', {})).status, 401);
});

test('a patient is told what one may do, consents to a provider, and not to a unit of one', async () => {
  const self = await login(server, 'self');
  const may = await get('Patient/self/$access-explain', self);
  assert.equal(may.status, 200, may.text);
  assert.deepEqual(may.json.parameter.filter((p) => p.name === 'may').map((p) => p.valueCode), ['block', 'consent']);
  assert.ok(told(may).liftDays > 0 && told(may).consentDays > 0);
  assert.equal(may.json.parameter.some((p) => p.name === 'careRelation' || p.name === 'blocked'), false);
  assert.equal((await get('Patient/mate/$access-explain', self)).status, 404);
  const organization = (id) => ({ name: 'organization', valueReference: { reference: `Organization/${id}` } });
  const unit = await operate('$consent', [organization('med'), { name: 'days', valueInteger: 30 }], self);
  assert.equal(unit.status, 400, unit.text);
  assert.equal(unit.json.issue[0].details.coding[0].code, 'ACCESS_PROVIDER');
  assert.equal((await operate('$consent', [organization('region'), { name: 'days', valueInteger: 30 }], self)).status, 201);
  const block = await operate('$block', [organization('med')], self);
  assert.equal(block.status, 201, block.text);
  const lifted = await operate('$lift-block', [{ name: 'block', valueString: block.json.id }, organization('kir'), { name: 'days', valueInteger: 7 }], self);
  assert.equal(lifted.status, 201, lifted.text);
});
