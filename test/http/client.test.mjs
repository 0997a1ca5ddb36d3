// SPDX-License-Identifier: Apache-2.0
// npm fhir-kit-client, which nobody here wrote, drives the server as an application would.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from 'fhir-kit-client';
import { start } from './server.mjs';

let server, client;
before(async () => {
  server = await start();
  client = new Client({ baseUrl: server.base });
});
after(async () => {
  if (server) await server.stop();
});

const patient = (family) => ({ resourceType: 'Patient', name: [{ family, given: ['Åsa'] }], birthDate: '1971-02-03' });

test('capability statement', async () => {
  const c = await client.capabilityStatement();
  assert.equal(c.resourceType, 'CapabilityStatement');
});

test('create, read, vread, update, delete', async () => {
  const made = await client.create({ resourceType: 'Patient', body: patient('Öberg') });
  const read = await client.read({ resourceType: 'Patient', id: made.id });
  assert.deepEqual(read, made);
  await client.update({ resourceType: 'Patient', id: made.id, body: { ...read, active: true } });
  const old = await client.vread({ resourceType: 'Patient', id: made.id, version: '1' });
  assert.equal(old.active, undefined);
  const history = await client.history({ resourceType: 'Patient', id: made.id });
  assert.equal(history.total, 2);
  await client.delete({ resourceType: 'Patient', id: made.id });
  await assert.rejects(client.read({ resourceType: 'Patient', id: made.id }), (e) => e.response.status === 410);
});

test('search by GET and POST, and paging', async () => {
  for (let i = 0; i < 25; i++) await client.create({ resourceType: 'Patient', body: patient(`Ädel${i}`) });
  let page = await client.search({ resourceType: 'Patient', searchParams: { family: 'ädel', _count: '10' } });
  const seen = [];
  while (page) {
    seen.push(...page.entry.map((e) => e.resource.id));
    page = await client.nextPage({ bundle: page });
  }
  assert.equal(seen.length, 25);
  assert.equal(new Set(seen).size, 25);
  const posted = await client.search({ resourceType: 'Patient', searchParams: { family: 'adel24' }, options: { postSearch: true } });
  assert.equal(posted.entry.length, 1);
});

test('transaction and batch', async () => {
  const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl, resource: patient('Transaktion'), request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Condition', subject: { reference: fullUrl }, code: { text: 'Förkylning' } }, request: { method: 'POST', url: 'Condition' } },
    ],
  };
  const done = await client.transaction({ body });
  assert.deepEqual(done.entry.map((e) => e.response.status), ['201 Created', '201 Created']);
  const found = await client.search({ resourceType: 'Condition', searchParams: { 'patient.family': 'transaktion' } });
  assert.equal(found.entry.length, 1);
  const batch = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient?family=transaktion' } }] } });
  assert.equal(batch.entry[0].resource.entry.length, 1);
});

test('operation and history of type and system', async () => {
  const made = await client.create({ resourceType: 'Patient', body: patient('Allt') });
  const all = await client.operation({ name: 'everything', resourceType: 'Patient', id: made.id, method: 'GET' });
  assert.equal(all.entry[0].resource.id, made.id);
  assert.ok((await client.typeHistory({ resourceType: 'Patient' })).total > 25);
  assert.ok((await client.systemHistory()).total > 25);
});

test('an error carries its OperationOutcome', async () => {
  await assert.rejects(client.create({ resourceType: 'Patient', body: { resourceType: 'Patient', gender: 'kvinna' } }), (e) => {
    assert.equal(e.response.status, 400);
    assert.equal(e.response.data.issue[0].expression[0], 'Patient.gender');
    return true;
  });
});
