// SPDX-License-Identifier: Apache-2.0
// What is the user's own: receipts, drafts and settings under /me, with and without login.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, forget, login, makeData, OURS, raw } from './accounts.mjs';
import { ask, start } from './server.mjs';

const DRAFT = { kind: 'note', patient: 'pat', title: 'Anteckning', content: { text: 'Åter om två veckor', tal: 1.50 } };
const code = (r) => r.json.issue[0].details.coding[0].code;

let data, server, anna, bo;
before(async () => {
  data = await makeData();
  server = await closed(data);
  [anna, bo] = [await login(server, 'anna', { assignment: 'PractitionerRole/anna-med' }), await login(server, 'bo')];
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

const me = (who, method, path, body, headers = {}) =>
  raw(server, method, `/me/${path}`, { headers: { ...(method === 'GET' ? {} : OURS), ...who, ...headers }, body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body) });
const log = () => readdirSync(join(data, 'audit')).filter((f) => f.endsWith('.log')).flatMap((f) => readFileSync(join(data, 'audit', f), 'utf8').split('\n').slice(0, -1)).map((l) => JSON.parse(l.split('\t')[0])).filter((r) => r.seq);

describe('drafts', () => {
  test('made, changed, opened, listed, dropped; each version by its tag', async () => {
    let r = await me(bo, 'PUT', 'drafts/d1', DRAFT);
    assert.deepEqual([r.status, r.headers.etag, r.json.version, r.json.patient], [201, 'W/"1"', 1, 'pat'], r.text);
    r = await me(bo, 'PUT', 'drafts/d1', { ...DRAFT, title: 'Ny' }, { 'If-Match': 'W/"1"' });
    assert.deepEqual([r.status, r.headers.etag], [200, 'W/"2"'], r.text);
    r = await me(bo, 'GET', 'drafts/d1');
    assert.deepEqual([r.json.title, r.json.content], ['Ny', DRAFT.content]);
    assert.ok(r.text.includes('1.5'), 'content comes back as text');
    r = await me(bo, 'GET', 'drafts');
    assert.deepEqual(r.json.map((d) => [d.id, d.kind, d.patient, d.title, d.version, d.content]), [['d1', 'note', 'pat', 'Ny', 2, undefined]]);
    assert.ok(Math.abs(new Date(r.json[0].updated) - Date.now()) < 60000);
    // Another window: nothing of it is lost, nothing is written over.
    assert.deepEqual([(r = await me(bo, 'PUT', 'drafts/d1', { ...DRAFT, title: 'X' }, { 'If-Match': 'W/"1"' })).status, code(r)], [412, 'VERSION_CONFLICT']);
    assert.deepEqual([(r = await me(bo, 'PUT', 'drafts/d1', { ...DRAFT, title: 'X' })).status, code(r)], [412, 'EXISTS']);
    // The same again, whose answer was lost.
    assert.equal((await me(bo, 'PUT', 'drafts/d1', { ...DRAFT, title: 'Ny' }, { 'If-Match': 'W/"1"' })).headers.etag, 'W/"2"');
    assert.equal((await me(bo, 'DELETE', 'drafts/d1')).status, 204);
    assert.deepEqual([(r = await me(bo, 'DELETE', 'drafts/d1')).status, code(r)], [404, 'ME_NONE']);
  });
  test('nobody else reaches them', async () => {
    await me(bo, 'PUT', 'drafts/own', DRAFT);
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', DRAFT]]) assert.notEqual((await me(anna, method, 'drafts/own', body, method === 'PUT' ? { 'If-Match': 'W/"1"' } : {})).status, 200);
    assert.deepEqual((await me(anna, 'GET', 'drafts')).json, []);
    assert.equal((await me({}, 'GET', 'drafts/own')).status, 401);
    assert.equal((await me({}, 'PUT', 'drafts/own', DRAFT)).status, 401);
    assert.equal((await me({ Authorization: 'Bearer x' }, 'GET', 'drafts/own')).status, 401);
    assert.equal((await raw(server, 'GET', '/fhir/_history?_count=50', { headers: bo })).text.includes('två veckor'), false);
    assert.equal((await me(bo, 'GET', 'drafts/own')).json.version, 1);
  });
  test('forged by another site', async () => {
    for (const headers of [{ Origin: 'https://ond.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Helhet-Request': '' }]) {
      const r = await me(bo, 'PUT', 'drafts/forged', DRAFT, headers);
      assert.deepEqual([r.status, code(r)], [403, 'LOGIN_CROSS_SITE']);
    }
    assert.equal((await me(bo, 'GET', 'drafts/forged')).status, 404);
  });
  test('they stay after logout and a kill', async () => {
    const r = await me(anna, 'PUT', 'drafts/stays', DRAFT);
    assert.equal(r.status, 201);
    await server.kill();
    server = await closed(data);
    anna = await login(server, 'anna', { assignment: 'PractitionerRole/anna-kir' });
    bo = await login(server, 'bo');
    assert.deepEqual((await me(anna, 'GET', 'drafts/stays')).json.content, DRAFT.content);
  });
  test('bounds and wrong bodies are told, and nothing is kept', async () => {
    const wrong = [
      ['drafts/x', {}, 400], ['drafts/x', [], 400], ['drafts/x', { ...DRAFT, more: 1 }, 400], ['drafts/x', { ...DRAFT, kind: '' }, 400], ['drafts/x', { ...DRAFT, patient: 'Patient/x' }, 400],
      ['drafts/x', { ...DRAFT, title: 'x'.repeat(201) }, 400], ['drafts/x', '{"kind":', 400], ['drafts/x', undefined, 400], ['drafts/a.b', DRAFT, 404], ['drafts/x/y', DRAFT, 404],
      ['drafts/x', { ...DRAFT, content: 'x'.repeat(256 * 1024) }, 413], ['settings/x', JSON.stringify('x'.repeat(64 * 1024)), 413], ['settings/X', '1', 404], ['settings', '1', 404],
    ];
    for (const [path, body, status] of wrong) {
      const r = await me(bo, 'PUT', path, body);
      assert.equal(r.status, status, `${path} ${String(JSON.stringify(body)).slice(0, 60)}: ${r.text}`);
    }
    assert.equal((await me(bo, 'PUT', 'drafts/x', DRAFT, { 'If-Match': 'tre' })).status, 400);
    assert.equal((await me(bo, 'GET', 'drafts/x')).status, 404);
    const r = await me(bo, 'POST', 'drafts', DRAFT);
    assert.deepEqual([r.status, r.headers.allow], [405, 'GET']);
    assert.equal((await me(bo, 'PUT', 'drafts/large', { ...DRAFT, content: 'å'.repeat(127 * 1024) })).status, 201);
  });
  test('the log tells of what was made, opened, listed and dropped, once each, not of every autosave', async () => {
    const before = log().length;
    let etag = (await me(bo, 'PUT', 'drafts/logged', DRAFT)).headers.etag;
    for (let i = 0; i < 5; i++) etag = (await me(bo, 'PUT', 'drafts/logged', { ...DRAFT, title: `${i}` }, { 'If-Match': etag })).headers.etag;
    await me(bo, 'GET', 'drafts/logged');
    await me(bo, 'DELETE', 'drafts/logged');
    await me(bo, 'GET', 'drafts');
    const told = log().slice(before);
    assert.deepEqual(told.map((r) => [r.action, r.code, r.patients, r.account]), ['PUT /me/drafts/[id]', 'GET /me/drafts/[id]', 'DELETE /me/drafts/[id]', 'GET /me/drafts'].map((a, i) => [a, 'URDR'[i], ['pat'], 'bo']));
    assert.ok(!JSON.stringify(told).includes('veckor'));
  });
});

test('settings: one body each, by version', async () => {
  let r = await me(bo, 'GET', 'settings/recent');
  assert.deepEqual([r.status, r.text, r.headers.etag], [204, '', undefined], 'nothing yet is no fault');
  assert.equal((await me(bo, 'GET', 'settings/Recent')).status, 404, 'no name of a setting');
  r = await me(bo, 'PUT', 'settings/recent', ['pat']);
  assert.deepEqual([r.status, r.headers.etag], [201, 'W/"1"'], r.text);
  r = await me(bo, 'GET', 'settings/recent');
  assert.deepEqual([r.json, r.headers.etag], [['pat'], 'W/"1"']);
  assert.equal((await me(bo, 'PUT', 'settings/recent', ['b'])).status, 412);
  assert.equal((await me(bo, 'PUT', 'settings/recent', ['b'], { 'If-Match': 'W/"1"' })).headers.etag, 'W/"2"');
  assert.equal((await me(anna, 'GET', 'settings/recent')).status, 204, 'each has settings of one\'s own');
});

test('receipts: the own ones, newest first, page by page', async () => {
  const keys = Array.from({ length: 7 }, () => randomUUID());
  for (const key of keys) {
    const r = await raw(server, 'POST', '/fhir/Observation', { headers: { ...OURS, ...bo, 'Content-Type': 'application/fhir+json', 'Idempotency-Key': key, 'Helhet-Patient': 'pat' }, body: JSON.stringify({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/pat' } }) });
    assert.equal(r.status, 201, r.text);
  }
  let r = await me(bo, 'GET', `receipts/${keys[3]}`);
  assert.deepEqual([r.status, r.json.key, r.json.method, r.json.path, r.json.patient, r.json.status, r.json.version], [200, keys[3], 'POST', '/fhir/Observation', 'pat', 201, '1'], r.text);
  assert.match(r.json.resource, /^Observation\//);
  assert.equal((await me(bo, 'GET', `receipts/${randomUUID()}`)).status, 404);
  assert.equal((await me(anna, 'GET', `receipts/${keys[3]}`)).status, 404);
  const seen = [];
  for (let before = ''; ; before = `&before=${seen.at(-1)}`) {
    const page = (await me(bo, 'GET', `receipts?_count=3${before}`)).json;
    seen.push(...page.map((x) => x.key));
    if (page.length < 3) break;
  }
  assert.deepEqual(seen, [...keys].reverse());
  const { time } = (await me(bo, 'GET', 'receipts?_count=1')).json[0];
  assert.ok(!(await me(bo, 'GET', `receipts?before=${encodeURIComponent(time)}`)).json.some((x) => x.key === keys[6]));
  for (const bad of ['receipts?_count=0', 'receipts?_count=1000', 'receipts?before=nobody', 'receipts?x=1']) assert.equal((await me(bo, 'GET', bad)).status, 400, bad);
});

test('without login all are one, and other sites are kept out', async () => {
  const open = await start();
  const put = (headers) => raw(open, 'PUT', '/me/drafts/d', { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(DRAFT) });
  assert.equal((await put({})).status, 403);
  assert.equal((await put({ ...OURS, Origin: 'https://ond.example' })).status, 403);
  assert.equal((await put({ ...OURS, Host: 'ond.example' })).status, 421);
  assert.equal((await put(OURS)).status, 201);
  assert.equal((await raw(open, 'GET', '/me/drafts')).json.length, 1);
  const key = randomUUID();
  await ask(open, 'POST', '/Patient', { headers: { 'Idempotency-Key': key }, body: { resourceType: 'Patient' } });
  assert.equal((await raw(open, 'GET', '/me/receipts')).json[0].key, key);
  await open.stop();
});
