// SPDX-License-Identifier: Apache-2.0
// What a writing request promises: the patient token, and the key under which it is done once, also when the server is killed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

const ROUNDS = Number(process.env.HELHET_CRASH_ROUNDS ?? 6);
const WRITERS = 8;

const code = (r) => r.json.issue[0].details.coding[0].code;
const note = (patient, text) => ({ resourceType: 'Basic', code: { text }, subject: { reference: `Patient/${patient}` } });

let server;
before(async () => {
  server = await start();
  for (const id of ['a', 'b']) assert.equal((await ask(server, 'PUT', `/Patient/${id}`, { body: { resourceType: 'Patient', id } })).status, 201);
});
after(() => server.stop());

describe('Helhet-Patient', () => {
  const open = { 'Helhet-Patient': 'a' };
  test("what is in another's record is refused, and nothing of it written", async () => {
    for (const type of ['transaction', 'batch']) {
      const r = await ask(server, 'POST', '', { headers: open, body: bundle(type, entry('POST', 'Basic', note('a', 'hel')), entry('POST', 'Basic', note('b', 'hel'))) });
      assert.deepEqual([r.status, code(r)], [409, 'PATIENT_MISMATCH'], r.text);
    }
    assert.equal((await ask(server, 'GET', '/Basic?_summary=count')).json.total, 0);
  });
  test('a window that moves a resource between patients', async () => {
    const made = await ask(server, 'POST', '/Basic', { headers: open, body: note('a', 'egen') });
    assert.equal(made.status, 201, made.text);
    const path = `/Basic/${made.json.id}`;
    assert.equal((await ask(server, 'PUT', path, { headers: { 'Helhet-Patient': 'b' }, body: { ...made.json, subject: { reference: 'Patient/b' } } })).status, 409);
    assert.equal((await ask(server, 'DELETE', path, { headers: { 'Helhet-Patient': 'b' } })).status, 409);
    assert.equal((await ask(server, 'GET', path)).json.meta.versionId, '1');
  });
  test('two windows race: none crosses', async () => {
    const sends = Array.from({ length: 200 }, (_, i) => ({ shown: i % 2 ? 'a' : 'b', about: i % 3 ? 'a' : 'b' }));
    const rs = await Promise.all(sends.map((s) => ask(server, 'POST', '/Basic', { headers: { 'Helhet-Patient': s.shown }, body: note(s.about, 'lopp') })));
    rs.forEach((r, i) => assert.equal(r.status, sends[i].shown === sends[i].about ? 201 : 409));
  });
});

describe('Idempotency-Key', () => {
  test('a transaction sent again is answered again, with its reads made anew', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = bundle('transaction', entry('POST', 'Basic', note('a', 'en gång')), entry('GET', 'Basic?subject=Patient/a&_summary=count'));
    const first = await ask(server, 'POST', '', { headers, body });
    const second = await ask(server, 'POST', '', { headers, body });
    assert.equal(first.status, 200, first.text);
    assert.equal(second.headers.get('idempotency-replayed'), 'true');
    assert.deepEqual(second.json.entry[0], first.json.entry[0]);
    const other = await ask(server, 'POST', '/Basic', { headers, body: note('a', 'annat') });
    assert.deepEqual([other.status, code(other)], [422, 'KEY_REUSED']);
  });

  test('what the caller calls it is told with the receipt, within bounds, and decides nothing', async () => {
    const key = randomUUID();
    const told = (title, link) => ({ 'Helhet-Receipt': new URLSearchParams({ title, link }).toString() });
    const send = (headers, k = randomUUID()) => ask(server, 'POST', '/Basic', { headers: { 'Idempotency-Key': k, ...headers }, body: note('a', 'rubrik') });
    assert.equal((await send(told('Anteckning signerad: Ö & "å" +1', '/patient/a/anteckningar?visa=x'), key)).status, 201);
    const again = await send(told('Något annat', '/'), key);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    const kept = (await fetch(`${server.origin}/me/receipts/${key}`)).json();
    const { title, link } = await kept;
    assert.deepEqual([title, link], ['Anteckning signerad: Ö & "å" +1', '/patient/a/anteckningar?visa=x']);
    for (const bad of [told('x', 'https://elak.example/'), told('x', '//elak.example/'), told('x', '/\\elak.example'), told('x'.repeat(401), '/'), told('x', `/${'y'.repeat(200)}`), told('rad\nbruten', '/'), { 'Helhet-Receipt': 'title=a&title=b' }, { 'Helhet-Receipt': 'annat=1' }, { 'Helhet-Receipt': 'title=%zz' }])
      assert.equal((await send(bad)).status, 400, JSON.stringify(bad));
    assert.equal((await send({})).status, 201);
  });

  test('kill -9 in the midst of keyed writes: each is done once, whatever its sender got to know', async () => {
    const doomed = await start();
    let keys = [], round = 0, s = doomed;
    await ask(s, 'PUT', '/Patient/a', { body: { resourceType: 'Patient', id: 'a' } });
    const write = (to, key) => ask(to, 'POST', '', { headers: { 'Idempotency-Key': key, 'Helhet-Patient': 'a' }, body: bundle('transaction', entry('POST', 'Basic', note('a', key))) });
    for (; round < ROUNDS; round++) {
      const sent = [], answered = new Map();
      const writer = async () => {
        for (;;) {
          const key = randomUUID();
          sent.push(key);
          const r = await write(s, key).catch(() => null);
          if (!r) return;
          answered.set(key, r.json.entry[0].response.location);
        }
      };
      const writers = Array.from({ length: WRITERS }, writer);
      await new Promise((go) => setTimeout(go, 150 + 37 * round));
      await s.kill();
      await Promise.all(writers);
      assert.ok(sent.length > answered.size, 'some lost their answer');
      s = await start(s.data);
      for (const key of sent) {
        const r = await write(s, key);
        assert.equal(r.status, 200, r.text);
        const known = answered.get(key);
        if (known) assert.deepEqual([r.headers.get('idempotency-replayed'), new URL(r.json.entry[0].response.location).pathname], ['true', new URL(known).pathname]);
      }
      keys = keys.concat(sent);
    }
    const made = [];
    for (let next = '/Basic?_count=1000&_elements=code'; next; ) {
      const page = (await ask(s, 'GET', next)).json;
      made.push(...(page.entry ?? []).map((e) => e.resource.code.text));
      next = page.link.find((l) => l.relation === 'next')?.url;
    }
    assert.deepEqual(made.sort(), keys.sort());
    await s.stop();
  });
});
