// SPDX-License-Identifier: Apache-2.0
// GET /live: what changes is told as it happens, to those who see it, once, across broken connections, until the session ends.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { auth, closed, cookieOf, forget, login, makeData, OURS, raw, role } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const SOON = 5000;

/** An event stream as a browser reads it. */
function live(server, query, headers = {}) {
  const s = { events: [], id: '', ended: false, status: 0, comments: 0 };
  s.open = new Promise((opened, failed) => {
    const r = request({ port: server.port, host: '127.0.0.1', path: `/live?${query}`, headers: { Accept: 'text/event-stream', ...headers } }, (answer) => {
      s.status = answer.statusCode;
      s.type = answer.headers['content-type'];
      let text = '';
      answer.setEncoding('utf8').on('data', (t) => {
        text += t;
        for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
          const lines = text.slice(0, at).split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1).trim()]);
          const of = Object.fromEntries(lines);
          if (of.id) s.id = of.id;
          s.comments += '' in of ? 1 : 0;
          if (of.data) s.events.push({ event: of.event, ...JSON.parse(of.data) });
        }
        opened(s);
      }).on('end', () => { s.ended = true; s.text = text; opened(s); });
    });
    r.on('error', (e) => (s.closed ? undefined : failed(e)));
    r.end();
    s.close = () => { s.closed = true; r.destroy(); };
  });
  return s.open;
}

async function until(what, ms = SOON) {
  for (const end = Date.now() + ms; !what(); await new Promise((go) => setTimeout(go, 20))) assert.ok(Date.now() < end, `within ${ms} ms: ${what}`);
}
const quiet = () => new Promise((go) => setTimeout(go, 400));
const about = (e) => `${e.type}/${e.id}/${e.version}`;

describe('without login', () => {
  let server;
  const note = (patient, id) => ({ resourceType: 'Basic', ...(id ? { id } : {}), code: { text: 'x' }, subject: { reference: `Patient/${patient}` } });
  before(async () => {
    server = await start();
    for (const id of ['a', 'b']) await ask(server, 'PUT', `/Patient/${id}`, { body: { resourceType: 'Patient', id } });
  });
  after(() => server.stop());

  test('made, changed, deleted: in order, of the patient that is followed', async () => {
    const s = await live(server, 'patient=a');
    assert.deepEqual([s.status, s.type], [200, 'text/event-stream']);
    await ask(server, 'PUT', '/Basic/n', { body: note('a', 'n') });
    await ask(server, 'PUT', '/Basic/m', { body: note('b', 'm') });
    await ask(server, 'PUT', '/Basic/n', { body: { ...note('a', 'n'), created: '2026-01-01' } });
    await ask(server, 'PUT', '/Patient/a', { body: { resourceType: 'Patient', id: 'a', active: true } });
    await ask(server, 'PUT', '/Task/t', { body: { resourceType: 'Task', id: 't', status: 'requested', intent: 'order', for: { reference: 'Patient/a' } } });
    await ask(server, 'DELETE', '/Basic/n');
    await until(() => s.events.length >= 5);
    assert.deepEqual(s.events.map(about), ['Basic/n/1', 'Basic/n/2', 'Patient/a/2', 'Task/t/1', 'Basic/n/3']);
    assert.deepEqual(s.events.map((e) => [e.event, e.patient, !!e.deleted]), s.events.map((_, i) => ['changed', 'a', i === 4]));
    s.close();
  });
  test('all of a transaction, under one id; every change where all are followed', async () => {
    const [s, all] = [await live(server, 'patient=a'), await live(server, 'unit=own')];
    await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'Basic', note('a')), entry('POST', 'Basic', note('b')), entry('POST', 'Basic', note('a'))) });
    await until(() => s.events.length === 2 && all.events.length === 3);
    assert.ok(Number(s.id) > 0 && s.id === all.id);
    s.close();
    all.close();
  });
  test('a broken connection goes on where it was, nothing lost; a place of another past or too old is told', async () => {
    let s = await live(server, 'patient=a');
    s.close();
    const ids = [];
    const writes = (async () => { for (let i = 0; i < 60; i++) ids.push((await ask(server, 'POST', '/Basic', { body: note('a') })).json.id); })();
    const seen = new Set();
    let id = s.id;
    for (let done = false; !done;) {
      s = await live(server, 'patient=a', { 'Last-Event-ID': id });
      await new Promise((go) => setTimeout(go, 40));
      s.events.forEach((e) => seen.add(e.id));
      assert.ok(s.events.every((e) => e.event === 'changed'));
      id = s.id;
      s.close();
      done = ids.length === 60 && ids.every((x) => seen.has(x));
    }
    await writes;
    const other = await live(server, 'patient=a', { 'Last-Event-ID': '999999999' });
    await until(() => other.events.length);
    assert.deepEqual(other.events, [{ event: 'again' }]);
    other.close();
    for (let i = 0; i < 300; i++) await ask(server, 'POST', '/Basic', { body: note('b') });
    const old = await live(server, 'patient=a', { 'Last-Event-ID': '1' });
    await until(() => old.events.some((e) => e.event === 'again'));
    old.close();
  });
  test('what is asked wrongly', async () => {
    const cases = [['', 400], ['patient=nobody', 404], ['patient=a&unit=own', 400], ['unit=other', 400], ['patient=a/b', 400], ['x=1', 400]];
    for (const [query, status] of cases) assert.equal((await live(server, query)).status, status, query);
    assert.equal((await live(server, 'patient=a', { 'Last-Event-ID': 'x' })).status, 400);
    assert.equal((await live(server, 'patient=a', { Origin: 'https://ond.example' })).status, 403);
    assert.equal((await raw(server, 'POST', '/live?patient=a', { headers: OURS, body: '' })).status, 405);
  });
  test('many idle streams hold no thread: reads go on, and all are told', async () => {
    const many = await Promise.all(Array.from({ length: 300 }, () => live(server, 'patient=b')));
    const began = Date.now();
    for (let i = 0; i < 50; i++) assert.equal((await ask(server, 'GET', '/Patient/b')).status, 200);
    assert.ok(Date.now() - began < 10000);
    await ask(server, 'POST', '/Basic', { body: note('b') });
    await until(() => many.every((s) => s.events.length === 1), 20000);
    many.forEach((s) => s.close());
  });
  test('a server that stops ends its streams and is not held up', async () => {
    const s = await start();
    await ask(s, 'PUT', '/Patient/a', { body: { resourceType: 'Patient', id: 'a' } });
    const streams = await Promise.all([live(s, 'patient=a'), live(s, 'unit=own')]);
    const began = Date.now();
    assert.equal((await s.stop()).code, 0);
    assert.ok(Date.now() - began < 4000);
    await until(() => streams.every((x) => x.ended));
  });
});

describe('with login', () => {
  let data, server;
  const observation = (more = {}) => ({ resourceType: 'Observation', status: 'preliminary', code: { text: 'x' }, subject: { reference: 'Patient/pat' }, ...more });
  const write = (who, method, path, body) => raw(server, method, `/fhir/${path}`, { headers: { ...OURS, ...who, 'Content-Type': 'application/fhir+json' }, body: body && JSON.stringify(body) });
  before(async () => {
    data = await makeData([role('bo-kir', 'bo', 'kir')]);
    server = await closed(data);
  });
  after(async () => {
    await server?.stop({ keep: true });
    if (data) forget(data);
  });
  const as = (name, id) => login(server, name, { assignment: `PractitionerRole/${id}` });

  test('nobody without a session', async () => {
    assert.equal((await live(server, 'unit=own')).status, 401);
    assert.equal((await live(server, 'unit=own', { Authorization: 'Bearer x' })).status, 401);
  });
  test('each unit is told of its own, and nobody of what is hidden', async () => {
    const [anna, bo] = [await as('anna', 'anna-med'), await as('bo', 'bo-kir')];
    const [med, kir] = [await live(server, 'unit=own', anna), await live(server, 'unit=own', bo)];
    assert.deepEqual([med.status, kir.status], [200, 200]);
    assert.equal((await write(anna, 'POST', 'Encounter', { resourceType: 'Encounter', status: 'in-progress', class: { code: 'AMB' }, subject: { reference: 'Patient/pat' } })).status, 201);
    await until(() => med.events.length === 1);
    const made = await write(anna, 'POST', 'Observation', observation());
    assert.equal(made.status, 201, made.text);
    await until(() => med.events.length === 2);
    await quiet();
    assert.deepEqual([med.events[1].id, med.events[1].patient, kir.events.length], [made.json.id, 'pat', 0]);
    med.close();
    kir.close();
  });
  test('the stream of a patient shows what a search at that moment does, through a block too', async () => {
    const [anna, bo] = [await as('anna', 'anna-med'), await as('bo', 'bo-kir')];
    const pat = await login(server, 'pat');
    await write(bo, 'POST', 'Encounter', { resourceType: 'Encounter', status: 'in-progress', class: { code: 'AMB' }, subject: { reference: 'Patient/pat' } });
    const choice = await write(bo, 'POST', 'Patient/pat/$active-choice', { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'vård' }] });
    assert.equal(choice.status, 201, choice.text);
    const s = await live(server, 'patient=pat', bo);
    assert.equal(s.status, 200);
    const open = (await write(anna, 'POST', 'Observation', observation())).json.id;
    await until(() => s.events.some((e) => e.id === open));
    const blocked = await write(pat, 'POST', 'Patient/pat/$block', { resourceType: 'Parameters', parameter: [{ name: 'organization', valueReference: { reference: 'Organization/med' } }] });
    assert.equal(blocked.status, 201, blocked.text);
    const hidden = (await write(anna, 'POST', 'Observation', observation())).json.id;
    const own = (await write(bo, 'POST', 'Observation', observation())).json.id;
    await until(() => s.events.some((e) => e.id === own));
    const seen = new Set((await write(bo, 'GET', 'Observation?subject=Patient/pat&_count=200')).json.entry.map((e) => e.resource.id));
    assert.deepEqual([seen.has(open), seen.has(hidden), seen.has(own)].slice(1), [false, true]);
    assert.ok(!s.events.some((e) => e.id === hidden), 'nothing of what is blocked');
    s.close();
  });
  test('it ends with the session: logout, another assignment, a closed account', async () => {
    const bo = await as('bo', 'bo-med');
    let s = await live(server, 'unit=own', bo);
    assert.equal((await auth(server, 'logout', {}, bo)).status, 200);
    await until(() => s.ended);
    const anna = await as('anna', 'anna-med');
    s = await live(server, 'unit=own', anna);
    const moved = await auth(server, 'assignment', { assignment: 'PractitionerRole/anna-kir' }, anna);
    assert.equal(moved.status, 200, moved.text);
    await until(() => s.ended);
    assert.equal((await live(server, 'unit=own', { Cookie: cookieOf(moved) })).status, 200);
  });
});
