// SPDX-License-Identifier: Apache-2.0
// Logging in, being somebody, and every way of not being: each is refused with a reason.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { auth, closed, cookieOf, forget, login, makeData, OTHER, OURS, PASSWORD, raw, user } from './accounts.mjs';
import { start } from './server.mjs';

let data, server;
before(async () => {
  data = await makeData();
  server = await closed(data);
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0);
  if (data) forget(data);
});

const get = (path, headers = {}) => raw(server, 'GET', path, { headers });
const session = async (headers) => (await get('/auth/session', headers)).json;

/** An OperationOutcome with this code, that no cache keeps. */
function refused(r, status, code, what = '') {
  assert.equal(r.status, status, `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.json?.resourceType, 'OperationOutcome', `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.json.issue[0].details.coding[0].code, code, `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.headers['cache-control'], 'no-store', what);
  assert.equal(cookieOf(r), undefined, what);
  if (status === 401) assert.match(r.headers['www-authenticate'], /^Bearer /);
}

describe('who may come in', () => {
  test('without a session everything under /fhir is refused, the rest is public', async () => {
    for (const path of ['/fhir', '/fhir/', '/fhir/Patient', '/fhir/Patient/pat', '/fhir/_history', '/fhir/$export', '/fhir/_job/x', '/fhir/nonsense'])
      refused(await get(path), 401, 'LOGIN_REQUIRED', path);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) refused(await raw(server, method, '/fhir/Patient/pat', { headers: OURS, body: '{}' }), 401, 'LOGIN_REQUIRED', method);
    assert.equal((await get('/health')).status, 200);
    assert.equal((await get('/fhir/metadata')).status, 200);
    assert.equal((await get('/metrics')).status, 200);
    assert.ok([200, 404].includes((await get('/')).status)); // 404: the browser part is not built
    assert.deepEqual(await session({}), { access: 'on', state: 'none' });
  });

  test('name and password give a session that answers for one person', async () => {
    const r = await auth(server, 'login', { name: 'bo', password: PASSWORD });
    assert.equal(r.status, 200);
    assert.equal(r.headers['cache-control'], 'no-store');
    const [set] = r.headers['set-cookie'];
    assert.match(set, /^helhet-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    // One usable assignment: there is nothing to choose.
    assert.equal(r.json.assignment, 'PractitionerRole/bo-med');
    assert.deepEqual(r.json.user, { reference: 'Practitioner/bo', display: 'Bo Prov' });
    const cookie = { Cookie: cookieOf(r) };
    assert.equal((await get('/fhir/Patient/pat', cookie)).json.id, 'pat');
    assert.deepEqual(await session(cookie), r.json);
    // The same among cookies of others, and sent by HEAD.
    assert.equal((await get('/fhir/Patient/pat', { Cookie: `a=b; ${cookie.Cookie}; c=d` })).status, 200);
    assert.equal((await raw(server, 'HEAD', '/fhir/Patient/pat', { headers: cookie })).status, 200);
    assert.equal((await auth(server, 'logout', undefined, cookie)).status, 200);
    refused(await get('/fhir/Patient/pat', cookie), 401, 'LOGIN_REQUIRED');
  });

  test('staff with several assignments choose one, and the choice is a new session', async () => {
    const first = await auth(server, 'login', { name: 'anna', password: PASSWORD });
    assert.equal(first.json.assignment, undefined);
    assert.deepEqual(first.json.assignments.map((a) => [a.id, a.unit.display, a.unfit]), [
      ['PractitionerRole/anna-med', 'Medicinkliniken', undefined],
      ['PractitionerRole/anna-kir', 'Kirurgkliniken', undefined],
      ['PractitionerRole/anna-old', 'Kirurgkliniken', 'ended'],
      ['PractitionerRole/anna-bare', 'Kirurgkliniken', 'no-analysis'],
    ]);
    assert.equal(first.json.assignments[0].provider.display, 'Testsjukhuset');
    const cookie = { Cookie: cookieOf(first) };
    refused(await get('/fhir/Patient/pat', cookie), 403, 'LOGIN_ASSIGNMENT');
    for (const assignment of ['PractitionerRole/anna-old', 'PractitionerRole/anna-bare', 'PractitionerRole/bo-med', 'PractitionerRole/none', 'Patient/pat', '../x'])
      refused(await auth(server, 'assignment', { assignment }, cookie), 403, 'LOGIN_ASSIGNMENT_UNFIT', assignment);
    refused(await auth(server, 'assignment', { assignment: 'PractitionerRole/anna-med', purpose: 'oversight' }, cookie), 403, 'LOGIN_ASSIGNMENT_UNFIT');
    const chosen = await auth(server, 'assignment', { assignment: 'PractitionerRole/anna-kir' }, cookie);
    assert.equal(chosen.json.assignment, 'PractitionerRole/anna-kir');
    assert.equal(chosen.json.purpose.code, 'care');
    assert.notEqual(cookieOf(chosen), cookie.Cookie);
    refused(await get('/fhir/Patient/pat', cookie), 401, 'LOGIN_REQUIRED', 'the old one is dead');
    const now = { Cookie: cookieOf(chosen) };
    assert.equal((await get('/fhir/Patient/pat', now)).status, 200);
    const quality = await auth(server, 'assignment', { assignment: 'PractitionerRole/anna-med', purpose: 'quality' }, now);
    assert.equal(quality.json.purpose.code, 'quality');
    // Asked for at once when logging in.
    const direct = await auth(server, 'login', { name: 'anna', password: PASSWORD, assignment: 'PractitionerRole/anna-med' });
    assert.equal(direct.json.assignment, 'PractitionerRole/anna-med');
  });

  test('a patient needs no assignment and gets none', async () => {
    const cookie = await login(server, 'pat');
    assert.equal((await session(cookie)).kind, 'patient');
    assert.equal((await get('/fhir/Patient/pat', cookie)).status, 200);
    refused(await auth(server, 'assignment', { assignment: 'PractitionerRole/bo-med' }, cookie), 403, 'LOGIN_ASSIGNMENT_UNFIT');
  });

  test('who wrote stands in the history', async () => {
    const cookie = await login(server, 'bo');
    const r = await raw(server, 'POST', '/fhir/Basic', { headers: { ...cookie, ...OURS }, body: JSON.stringify({ resourceType: 'Basic', code: { text: 'x' } }) });
    assert.equal(r.status, 201, r.text);
  });
});

describe('bad input', () => {
  test('a wrong password, an unknown account and a disabled one: one text', async () => {
    assert.equal(user(data, ['add', 'closed', '--person', 'Practitioner/bo'], PASSWORD).code, 0);
    assert.equal(user(data, ['disable', 'closed']).code, 0);
    const answers = [];
    for (const [name, password] of [['bo', 'inte rätt alls'], ['nobody.here', PASSWORD], ['closed', PASSWORD], ["' OR 1=1 --", PASSWORD], ['bo\u0000', PASSWORD].map((t) => t.replace('\u0000', ' '))]) {
      const r = await auth(server, 'login', { name, password });
      refused(r, 401, 'LOGIN_WRONG', name);
      answers.push(r.text);
    }
    assert.equal(new Set(answers).size, 1);
    await login(server, 'bo');
  });

  test('lock-out of one account leaves the others, the public pages, and who is at work', async () => {
    const working = await login(server, 'pat');
    for (let i = 0; i < 5; i++) refused(await auth(server, 'login', { name: 'pat', password: `fel nummer ${i} igen` }), 401, 'LOGIN_WRONG');
    const r = await auth(server, 'login', { name: 'pat', password: PASSWORD });
    refused(r, 429, 'LOGIN_WAIT');
    assert.ok(Number(r.headers['retry-after']) > 0 && Number(r.headers['retry-after']) <= 15);
    assert.equal((await get('/fhir/Patient/pat', working)).status, 200);
    assert.equal((await get('/health')).status, 200);
    await login(server, 'bo');
    // A name that is nobody's is locked out just the same.
    for (let i = 0; i < 5; i++) refused(await auth(server, 'login', { name: 'no.such', password: 'fel lösenord helt' }), 401, 'LOGIN_WRONG');
    refused(await auth(server, 'login', { name: 'no.such', password: 'fel lösenord helt' }), 429, 'LOGIN_WAIT');
  });

  test('stolen, altered and made-up cookies', async () => {
    const { Cookie } = await login(server, 'bo');
    const [name, token] = Cookie.split('=');
    const flipped = token.slice(0, 10) + (token[10] === 'A' ? 'B' : 'A') + token.slice(11);
    for (const bad of [flipped, token.slice(1), `${token}A`, '', 'x', 'A'.repeat(43), token.toUpperCase(), encodeURIComponent(`${token};`), `"${token}"`, '../../etc/passwd', "' OR 1=1"])
      refused(await get('/fhir/Patient/pat', { Cookie: `${name}=${bad}` }), 401, 'LOGIN_REQUIRED', bad);
    for (const other of [`__Host-helhet=${token}`, `Helhet-Session=${token}`, `xhelhet-session=${token}`]) refused(await get('/fhir/Patient/pat', { Cookie: other }), 401, 'LOGIN_REQUIRED', other);
    refused(await get('/fhir/Patient/pat', { Cookie: `${Cookie}; ${name}=${flipped}` }), 400, 'HEADER');
    refused(await get('/fhir/Patient/pat', { Cookie: `${name}=${flipped}; ${Cookie}` }), 400, 'HEADER');
    assert.equal((await get('/fhir/Patient/pat', { Cookie })).status, 200);
  });

  test('session fixation: a cookie from before the login is worth nothing after it', async () => {
    const planted = `helhet-session=${'B'.repeat(42)}A`;
    const r = await auth(server, 'login', { name: 'bo', password: PASSWORD }, { Cookie: planted });
    assert.notEqual(cookieOf(r), planted);
    refused(await get('/fhir/Patient/pat', { Cookie: planted }), 401, 'LOGIN_REQUIRED');
    // A real session of somebody else, planted in this browser, ends when its user logs in.
    const theirs = await login(server, 'bo');
    const mine = await auth(server, 'login', { name: 'anna', password: PASSWORD }, theirs);
    assert.equal((await session({ Cookie: cookieOf(mine) })).account, 'anna');
    refused(await get('/fhir/Patient/pat', theirs), 401, 'LOGIN_REQUIRED');
  });

  test('requests forged by another site', async () => {
    const cookie = await login(server, 'bo');
    const body = JSON.stringify({ resourceType: 'Basic', code: { text: 'forged' } });
    const evil = { Origin: 'https://evil.example' };
    const cases = {
      'another Origin': { ...cookie, ...OURS, ...evil },
      'Origin null': { ...cookie, ...OURS, Origin: 'null' },
      'an empty Origin': { ...cookie, ...OURS, Origin: '' },
      'our name on another port': { ...cookie, ...OURS, Origin: 'http://127.0.0.1:1' },
      'our name by another scheme': { ...cookie, ...OURS, Origin: `https://127.0.0.1:${server.port}` },
      'Sec-Fetch-Site: cross-site': { ...cookie, ...OURS, 'Sec-Fetch-Site': 'cross-site' },
      'Sec-Fetch-Site: same-site': { ...cookie, ...OURS, 'Sec-Fetch-Site': 'same-site' },
      'Sec-Fetch-Site: none': { ...cookie, ...OURS, 'Sec-Fetch-Site': 'none' },
      'the header is missing': { ...cookie, 'Content-Type': 'application/fhir+json' },
      'a simple form': { ...cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
      'text/plain': { ...cookie, 'Content-Type': 'text/plain' },
    };
    for (const [what, headers] of Object.entries(cases)) {
      refused(await raw(server, 'POST', '/fhir/Basic', { headers, body }), 403, 'LOGIN_CROSS_SITE', what);
      refused(await raw(server, 'POST', '/auth/logout', { headers, body: '{}' }), 403, 'LOGIN_CROSS_SITE', what);
    }
    // Reading as another site's page is refused too; a bookmark is not.
    refused(await get('/fhir/Patient/pat', { ...cookie, 'Sec-Fetch-Site': 'cross-site' }), 403, 'LOGIN_CROSS_SITE');
    refused(await get('/fhir/Patient/pat', { ...cookie, ...evil }), 403, 'LOGIN_CROSS_SITE');
    assert.equal((await get('/fhir/Patient/pat', { ...cookie, 'Sec-Fetch-Site': 'none' })).status, 200);
    const good = { ...cookie, ...OURS, Origin: server.origin, 'Sec-Fetch-Site': 'same-origin' };
    assert.equal((await raw(server, 'POST', '/fhir/Basic', { headers: good, body })).status, 201);
    // Logging somebody in as another is forged too.
    refused(await auth(server, 'login', { name: 'bo', password: PASSWORD }, evil), 403, 'LOGIN_CROSS_SITE');
    refused(await raw(server, 'POST', '/auth/login', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'bo', password: PASSWORD }) }), 403, 'LOGIN_CROSS_SITE');
    // No answer lets another origin read it, and a preflight gets none of what it asks for.
    const preflight = await raw(server, 'OPTIONS', '/fhir/Basic', { headers: { ...evil, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'helhet-request' } });
    // Apps with tokens of their own may come from other pages (smart.test.mjs); the cookie and what goes with it may not.
    assert.equal(preflight.status, 204);
    assert.doesNotMatch(preflight.headers['access-control-allow-headers'], /helhet-request|\*/i);
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
    assert.deepEqual(Object.keys((await get('/fhir/Patient/pat', { ...cookie, Origin: server.origin })).headers).filter((h) => h.startsWith('access-control')), []);
  });

  test('a name that is made to point here (DNS rebinding)', async () => {
    refused(await auth(server, 'login', { name: 'bo', password: PASSWORD }, { Host: 'evil.example' }), 421, 'HOST');
    refused(await get('/auth/session', { Host: 'evil.example' }), 421, 'HOST');
  });

  test('ways of writing a path do not lead round the login', async () => {
    for (const path of ['/fhir%2fPatient/pat', '/%66hir/Patient/pat', '/fhir/%50atient/pat', '/fhir//Patient/pat', '/fhir/Patient//pat', '/fhir/./Patient/pat', '/x/../fhir/Patient/pat',
      '/auth/../fhir/Patient/pat', '/health/../fhir/Patient/pat', '/fhir/metadata/../Patient/pat', '/fhir/metadata%2f..%2fPatient/pat', '/fhir/metadata/', '/fhir/metadata%00', '/fhir/metadata?x', '//fhir/Patient/pat',
      '/FHIR/Patient/pat', '/fhir/Patient/pat;.js', '/fhir/Patient/pat/.html', '/fhir/Patient/pat#', '/assets/../fhir/Patient/pat', '/fhir\\Patient\\pat', '/.%2ffhir/Patient/pat', '/%2e/fhir/Patient/pat', '/fhir/Patient/%2e%2e/Patient/pat', 'http://localhost/fhir/Patient/pat', '/health/fhir/Patient/pat']) {
      const r = await get(path, { Accept: 'application/fhir+json' });
      if (path === '/fhir/metadata?x') continue;
      assert.ok([400, 401, 404].includes(r.status), `${path}: ${r.status}`);
      assert.doesNotMatch(r.text, /"resourceType":"Patient"/, path);
    }
    // The page of the browser part for a deep link is a file, whatever the path looks like.
    for (const path of ['//fhir/Patient/pat', '/x%2ffhir/Patient/pat']) assert.doesNotMatch((await get(path, { Accept: 'text/html' })).text, /"Patient"/, path);
    // And those that do lead there need what all need.
    const cookie = await login(server, 'bo');
    assert.equal((await get('/fhir%2fPatient/pat', cookie)).json.id, 'pat');
  });

  test('HEAD, OPTIONS and methods nobody knows', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'LINK', 'MKCOL']) {
      const r = await raw(server, method, '/fhir/Patient/pat');
      assert.equal(r.status, 401, method);
    }
    const cookie = await login(server, 'bo');
    for (const method of ['OPTIONS', 'PROPFIND', 'MKCOL']) refused(await raw(server, method, '/fhir/Patient/pat', { headers: { ...cookie, ...OURS } }), 405, 'METHOD', method);
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const r = await raw(server, method, '/auth/login', { headers: OURS });
      refused(r, 405, 'METHOD', method);
      assert.equal(r.headers.allow, 'POST');
    }
    refused(await raw(server, 'POST', '/auth/session', { headers: OURS, body: '{}' }), 405, 'METHOD');
    assert.equal((await raw(server, 'HEAD', '/auth/session')).status, 200);
    for (const path of ['/auth', '/auth/', '/auth/login/', '/auth/login/x', '/auth/x', '/auth//login']) refused(await raw(server, 'POST', path, { headers: OURS, body: '{}' }), 404, 'URL', path);
  });

  test('bodies that are too large, packed, or of another kind', async () => {
    const large = JSON.stringify({ name: 'bo', password: 'x'.repeat(5000) });
    refused(await auth(server, 'login', large), 413, 'BODY_TOO_LARGE');
    refused(await raw(server, 'POST', '/auth/login', { headers: { ...OURS, 'Transfer-Encoding': 'chunked' }, body: large }), 413, 'BODY_TOO_LARGE');
    refused(await auth(server, 'login', gzipSync(JSON.stringify({ name: 'bo', password: PASSWORD })).toString('latin1'), { 'Content-Encoding': 'gzip' }), 415, 'LOGIN_CONTENT');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/fhir+json', ''])
      refused(await auth(server, 'login', { name: 'bo', password: PASSWORD }, { 'Content-Type': type }), 415, 'LOGIN_CONTENT', type);
    assert.equal((await auth(server, 'login', { name: 'bo', password: PASSWORD }, { 'Content-Type': 'Application/JSON; charset=utf-8' })).status, 200);
    // Strangers cannot make the service hold their bodies: refused at the head, before any of it has come.
    const answer = await new Promise((resolve, reject) => {
      const s = connect(server.port, '127.0.0.1', () => s.write(`POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 60000000\r\n\r\n`));
      s.setEncoding('utf8').once('data', (t) => { s.destroy(); resolve(t); }).on('error', reject);
    });
    assert.match(answer, /^HTTP\/1\.1 401 /);
  });

  test('JSON of wrong types', async () => {
    for (const body of ['', '[]', '"x"', 'null', '1', '{', '{"name":"bo"', 'name=bo&password=x', '{"name":"bo","name":"anna","password":"x"}', '\ufeff{}'])
      assert.ok((await auth(server, 'login', body)).status === 400, body);
    for (const body of [{}, { name: 'bo' }, { password: PASSWORD }, { name: 1, password: PASSWORD }, { name: 'bo', password: 1 }, { name: 'bo', password: null }, { name: ['bo'], password: PASSWORD },
      { name: 'bo', password: { $ne: '' } }, { name: 'bo', password: PASSWORD, admin: true }, { name: 'bo', password: PASSWORD, everywhere: true }, { name: true, password: true }, { name: '', password: '' }])
      refused(await auth(server, 'login', body), 400, 'LOGIN_BODY', JSON.stringify(body));
    const cookie = await login(server, 'bo');
    for (const body of [{ everywhere: 'yes' }, { everywhere: 1 }, { where: true }]) refused(await auth(server, 'logout', body, cookie), 400, 'LOGIN_BODY');
    for (const body of [{}, { assignment: 1 }, { assignment: null }]) refused(await auth(server, 'assignment', body, cookie), 400, 'LOGIN_BODY');
    assert.equal((await session(cookie)).state, 'live');
  });

  test('addresses to return to are not the service\'s affair: none is taken', async () => {
    for (const where of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      refused(await auth(server, 'login', { name: 'bo', password: PASSWORD, return: where }), 400, 'LOGIN_BODY', where);
      const r = await raw(server, 'POST', `/auth/login?return=${encodeURIComponent(where)}`, { headers: OURS, body: JSON.stringify({ name: 'bo', password: PASSWORD }) });
      assert.equal(r.headers.location, undefined);
      assert.equal(r.headers.refresh, undefined);
      assert.ok(!r.text.includes('evil'));
    }
  });
});

describe('sessions end', () => {
  test('a disabled account\'s running session ends at once', async () => {
    assert.equal(user(data, ['add', 'dora', '--person', 'Practitioner/bo'], PASSWORD).code, 0);
    const cookie = await login(server, 'dora');
    assert.equal((await get('/fhir/Patient/pat', cookie)).status, 200);
    assert.equal(user(data, ['disable', 'dora']).code, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    refused(await get('/fhir/Patient/pat', cookie), 401, 'LOGIN_REQUIRED');
    assert.equal(user(data, ['enable', 'dora']).code, 0);
    refused(await get('/fhir/Patient/pat', cookie), 401, 'LOGIN_REQUIRED', 'and does not come back');
    await login(server, 'dora');
  });

  test('a change of password ends the account\'s other sessions', async () => {
    assert.equal(user(data, ['add', 'erik', '--person', 'Practitioner/bo'], PASSWORD).code, 0);
    const [mine, theirs] = [await login(server, 'erik'), await login(server, 'erik')];
    refused(await auth(server, 'password', { old: 'fel lösenord helt', new: OTHER }, mine), 401, 'LOGIN_WRONG');
    refused(await auth(server, 'password', { old: PASSWORD, new: 'kort' }, mine), 400, 'ACCOUNT_PASSWORD');
    refused(await auth(server, 'password', { old: PASSWORD, new: 'Sommar2026!!' }, mine), 400, 'ACCOUNT_PASSWORD');
    const r = await auth(server, 'password', { old: PASSWORD, new: OTHER }, mine);
    assert.equal(r.status, 200);
    refused(await get('/fhir/Patient/pat', theirs), 401, 'LOGIN_REQUIRED');
    refused(await get('/fhir/Patient/pat', mine), 401, 'LOGIN_REQUIRED');
    assert.equal((await get('/fhir/Patient/pat', { Cookie: cookieOf(r) })).status, 200);
    refused(await auth(server, 'login', { name: 'erik', password: PASSWORD }), 401, 'LOGIN_WRONG');
    // By the administrator: all of them.
    assert.equal(user(data, ['passwd', 'erik'], PASSWORD).code, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    refused(await get('/fhir/Patient/pat', { Cookie: cookieOf(r) }), 401, 'LOGIN_REQUIRED');
  });

  test('logging out, here or everywhere', async () => {
    const all = [await login(server, 'bo'), await login(server, 'bo'), await login(server, 'bo')];
    const r = await auth(server, 'logout', {}, all[0]);
    assert.match(r.headers['set-cookie'][0], /^helhet-session=; .*Max-Age=0/);
    refused(await get('/fhir/Patient/pat', all[0]), 401, 'LOGIN_REQUIRED');
    assert.equal((await get('/fhir/Patient/pat', all[1])).status, 200);
    await auth(server, 'logout', { everywhere: true }, all[1]);
    refused(await get('/fhir/Patient/pat', all[2]), 401, 'LOGIN_REQUIRED');
    assert.equal((await auth(server, 'logout', {}, all[2])).status, 200, 'nothing to end is fine');
  });

  test('an expired session: rests, wakes by the password alone, and ends for good; a restart ends none', async () => {
    const own = await makeData();
    let short = await closed(own, ['--session-idle', '4s', '--session-max', '16s']);
    const ask = (path, headers) => raw(short, 'GET', path, { headers });
    try {
      const began = Date.now();
      const cookie = await login(short, 'anna', { assignment: 'PractitionerRole/anna-kir' });
      await short.stop({ keep: true });
      short = await closed(own, ['--session-idle', '4s', '--session-max', '16s']);
      assert.equal((await ask('/fhir/Patient/pat', cookie)).status, 200, 'the restart');
      await new Promise((resolve) => setTimeout(resolve, 4300));
      refused(await ask('/fhir/Patient/pat', cookie), 401, 'LOGIN_IDLE');
      assert.equal((await ask('/auth/session', cookie)).json.state, 'idle');
      refused(await auth(short, 'resume', { password: 'fel lösenord helt' }, cookie), 401, 'LOGIN_WRONG');
      refused(await auth(short, 'assignment', { assignment: 'PractitionerRole/anna-med' }, cookie), 401, 'LOGIN_IDLE');
      const r = await auth(short, 'resume', { password: PASSWORD }, cookie);
      assert.equal(r.status, 200, r.text);
      assert.equal(r.json.assignment, 'PractitionerRole/anna-kir');
      assert.equal((await ask('/fhir/Patient/pat', { Cookie: cookieOf(r) })).status, 200);
      refused(await ask('/fhir/Patient/pat', cookie), 401, 'LOGIN_REQUIRED', 'the token before');
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 16300 - (Date.now() - began))));
      refused(await auth(short, 'resume', { password: PASSWORD }, { Cookie: cookieOf(r) }), 401, 'LOGIN_REQUIRED');
    } finally {
      await short.stop({ keep: true });
      forget(own);
    }
  });
});

describe('around it', () => {
  test('a flood of logins is held apart: the public pages and who is at work are answered as before', async () => {
    const own = await makeData();
    const flooded = await closed(own);
    try {
      const working = await login(flooded, 'bo');
      const flood = Array.from({ length: 90 }, (_, i) => auth(flooded, 'login', { name: `nobody.${i}`, password: 'inte rätt alls' }));
      let done = false;
      const all = Promise.all(flood).then((r) => { done = true; return r; });
      const at = Date.now();
      for (let i = 0; i < 5; i++) {
        for (const path of ['/health', '/fhir/metadata', '/auth/session']) assert.equal((await raw(flooded, 'GET', path)).status, 200, path);
        assert.equal((await raw(flooded, 'GET', '/fhir/Patient/pat', { headers: working })).status, 200);
      }
      assert.equal(done, false, `twenty answers took ${Date.now() - at} ms, longer than the whole flood`);
      const codes = new Set((await all).map((r) => r.status));
      for (const code of codes) assert.ok([401, 429, 503].includes(code), String(code));
      assert.ok(codes.has(503) || codes.has(429), 'the flood met a bound');
      assert.equal((await raw(flooded, 'GET', '/fhir/Patient/pat', { headers: working })).status, 200);
    } finally {
      await flooded.stop({ keep: true });
      forget(own);
    }
  });

  test('behind a front with TLS: the cookie is bound to it, its Origin counts, and its view of the client', async () => {
    const own = await makeData();
    const front = await closed(own, ['--front', 'https://record.example']);
    try {
      const ours = { Host: 'record.example', Origin: 'https://record.example', 'X-Forwarded-For': '192.0.2.7' };
      const r = await auth(front, 'login', { name: 'bo', password: PASSWORD }, ours);
      assert.equal(r.status, 200, r.text);
      assert.match(r.headers['set-cookie'][0], /^__Host-helhet=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
      const read = await raw(front, 'GET', '/fhir/Patient?_id=pat', { headers: { ...ours, Cookie: cookieOf(r) } });
      assert.match(read.json.link[0].url, /^https:\/\/record\.example\/fhir\//);
      refused(await auth(front, 'login', { name: 'bo', password: PASSWORD }, { ...ours, Origin: `http://127.0.0.1:${front.port}` }), 403, 'LOGIN_CROSS_SITE');
      assert.equal((await raw(front, 'GET', '/metrics', { headers: ours })).status, 401);
      assert.equal((await raw(front, 'GET', '/metrics')).status, 200);
      assert.equal((await raw(front, 'GET', '/health', { headers: { 'X-Forwarded-For': 'x' } })).status, 400);
    } finally {
      await front.stop({ keep: true });
      forget(own);
    }
  });

  test('with --open nobody logs in, and it says so', async () => {
    const open = await start();
    try {
      assert.deepEqual((await raw(open, 'GET', '/auth/session')).json, { access: 'open', state: 'none' });
      const r = await auth(open, 'login', { name: 'bo', password: PASSWORD });
      assert.equal(r.status, 404);
      assert.equal(r.json.issue[0].details.coding[0].code, 'LOGIN_OFF');
      assert.equal((await raw(open, 'GET', '/fhir/Patient')).status, 200);
    } finally {
      await open.stop();
    }
  });

  test('helhet user: refusals, and what it leaves behind', async () => {
    const refusal = (args, password, code, text) => {
      const r = user(data, args, password);
      assert.equal(r.code, code, `${args}: ${r.out}${r.err}`);
      assert.match(r.err, text, String(args));
    };
    refusal(['add', 'bo', '--person', 'Practitioner/bo'], PASSWORD, 1, /finns redan/);
    refusal(['add', 'x y', '--person', 'Practitioner/bo'], PASSWORD, 1, /Kontonamnet/);
    refusal(['add', 'frida', '--person', 'Observation/1'], PASSWORD, 1, /ingen person/);
    refusal(['add', 'frida'], PASSWORD, 2, /--person/);
    refusal(['add', 'frida', '--person', 'Practitioner/bo'], 'kort', 1, /minst 12 tecken/);
    refusal(['add', 'frida', '--person', 'Practitioner/bo'], 'lösenord1234', 1, /vanligaste/);
    refusal(['add', 'frida', '--person', 'Practitioner/bo'], 'x'.repeat(300), 2, /lösenord/);
    refusal(['add', 'frida', '--person', 'Practitioner/bo', '--password', PASSWORD], undefined, 2, /okänd flagga/);
    refusal(['disable', 'nobody.here'], undefined, 1, /finns inte/);
    refusal(['passwd', 'nobody.here'], PASSWORD, 1, /finns inte/);
    refusal(['remove', 'bo'], undefined, 2, /add, list/);
    const list = user(data, ['list']);
    assert.equal(list.code, 0);
    assert.match(list.out, /^bo +öppet +20\d\d-/m);
    assert.ok(!list.out.includes('argon2'));
    assert.equal(statSync(join(data, 'identity.db')).mode & 0o777, 0o600);
  });

  test('what was done and what was refused is in the audit log, with whom it was', async () => {
    const cookie = await login(server, 'bo');
    await auth(server, 'login', { name: 'bo', password: 'inte rätt alls' });
    await auth(server, 'login', { name: OTHER.replaceAll(' ', '.'), password: 'inte rätt alls' });
    await raw(server, 'POST', '/auth/logout', { headers: { ...cookie, 'Content-Type': 'text/plain' }, body: 'x' });
    await get('/fhir/Patient/pat', { Cookie: 'helhet-session=x' });
    await get('/fhir/Patient/pat', { ...cookie, 'Sec-Fetch-Site': 'cross-site' });
    await auth(server, 'logout', {}, cookie);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const folder = join(data, 'audit');
    const text = readdirSync(folder).filter((n) => n.endsWith('.log')).sort().map((n) => readFileSync(join(folder, n), 'utf8')).join('');
    const records = text.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l.split('\t')[0])).filter((r) => r.kind !== 'operator').slice(-12); // commands of the tests before come when they come
    const seen = JSON.stringify(records);
    for (const what of ['POST /auth/login', 'POST /auth/logout', 'LOGIN_WRONG', 'LOGIN_CROSS_SITE', 'LOGIN_REQUIRED', 'Practitioner/bo', 'PractitionerRole/bo-med', '127.0.0.1']) assert.ok(seen.includes(what), `${what}: ${seen}`);
    for (const secret of [PASSWORD, 'inte rätt alls', 'cykelhjälm', cookie.Cookie.split('=')[1]]) assert.ok(!text.includes(secret), secret);
  });

  test('neither passwords, tokens nor names stand in the log', async () => {
    const cookie = await login(server, 'bo');
    await auth(server, 'login', { name: PASSWORD.replaceAll(' ', '.'), password: OTHER });
    await get('/fhir/Patient/pat', cookie);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const log = server.log();
    assert.ok(log.includes('/auth/login'), log.slice(-300));
    for (const secret of [PASSWORD, OTHER, cookie.Cookie.split('=')[1], 'krukväxt', '"bo"']) assert.ok(!log.includes(secret), secret);
  });
});
