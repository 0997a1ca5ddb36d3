// SPDX-License-Identifier: Apache-2.0
// Logging in through an outside provider: a real one (npm oidc-provider), and one that does what none may.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { auth, closed, cookieOf, forget, OURS, PASSWORD, raw, user } from './accounts.mjs';
import { agent as newAgent, configure, fakeProvider, hmac, hsa, listen, LOA2, LOA3, makeKey, makeStaff, realProvider } from './provider.mjs';

const SECRET = 'hemlig-nyckel/for+prov:&=%';

/** A browser that is at the service's login page. */
function browser(server) {
  const a = newAgent();
  const post = (path, body = {}) => a.go(server.origin + path, { method: 'POST', headers: OURS, body: JSON.stringify(body) });
  return {
    ...a,
    post,
    get: (path) => a.go(server.origin + path),
    session: async () => (await a.go(`${server.origin}/auth/session`)).json,
    /** Goes to the provider and comes back; gives the answer of the page it comes back to. */
    async login(body) {
      const begun = await post('/auth/oidc', body);
      assert.equal(begun.status, 200, begun.text);
      return a.walk(begun.json.url);
    },
  };
}

const people = {
  anna: { sub: 'anna', employeeHsaId: hsa('ANNA'), healthCareUnitHsaId: hsa('KIR'), healthCareProviderHsaId: hsa('REGION') },
  bo: { sub: 'bo', employeeHsaId: hsa('BO') },
};

function refusedPage(r, status, text) {
  assert.equal(r.status, status, r.text);
  assert.match(r.headers.get('content-type'), /^text\/html/);
  assert.match(r.text, text);
  assert.match(r.text, /lang="en"/);
  assert.doesNotMatch(r.text, /<script/);
  assert.match(r.headers.get('content-security-policy'), /default-src 'none'/);
  assert.equal(r.headers.get('cache-control'), 'no-store');
  assert.ok(!r.headers.getSetCookie().some((c) => /session=[^;]/.test(c)), 'no session');
}

describe('a real provider', () => {
  let data, idp, server;
  before(async () => {
    data = await makeStaff();
    idp = await listen();
    server = await closed(data, ['--oidc', configure(data, idp.origin, { secret: `${SECRET}\n` })]);
    await realProvider(server, idp, { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' });
  });
  after(async () => {
    if (server) assert.equal((await server.stop({ keep: true })).code, 0, server.log());
    await idp?.close();
    if (data) forget(data);
  });

  test('the login page is told of it', async () => {
    assert.deepEqual(await browser(server).session(), { access: 'on', state: 'none', outside: { sv: 'SITHS', en: 'SITHS eID' } });
  });

  test('a person logs in, in the assignment of the unit that was chosen there, and lands on the same screen', async () => {
    const b = browser(server);
    idp.who = people.anna;
    const r = await b.login({ back: '/patient/pat/kontakter?x=1' });
    assert.equal(r.status, 200, r.text);
    assert.match(r.text, /<meta http-equiv="refresh" content="0;url=\/patient\/pat\/kontakter\?x=1">/);
    const set = r.headers.getSetCookie();
    assert.ok(set.some((c) => /^helhet-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/.test(c)), set.join('\n'));
    assert.ok(set.some((c) => /^helhet-oidc=; .*Max-Age=0/.test(c)), set.join('\n'));
    const s = await b.session();
    assert.equal(s.state, 'live');
    assert.equal(s.account, 'anna');
    assert.equal(s.user.reference, 'Practitioner/anna');
    assert.equal(s.assignment, 'PractitionerRole/anna-kir');
    assert.equal(s.through, true);
    assert.equal((await b.get('/fhir/Patient/pat')).status, 200);
    // What was asked for, and how.
    assert.equal(idp.asked.response_type, 'code');
    assert.equal(idp.asked.code_challenge_method, 'S256');
    assert.equal(idp.asked.acr_values, LOA3);
    assert.match(idp.asked.state, /^[\w-]{43}$/);
    assert.match(idp.asked.nonce, /^[\w-]{43}$/);
    assert.ok(!JSON.stringify(idp.asked).includes('kontakter'), 'nothing of the screen goes round');
  });

  test('the commission that was chosen decides, by its own HSA-id and purpose', async () => {
    idp.who = { ...people.anna, healthCareUnitHsaId: hsa('MED'), commissionHsaId: hsa('COMMISSION1'), commissionPurpose: 'Kvalitetssäkring' };
    const b = browser(server);
    await b.login();
    const s = await b.session();
    assert.equal(s.assignment, 'PractitionerRole/anna-med');
    assert.equal(s.purpose.code, 'quality');
  });

  test('without a unit: the only assignment, or a choice', async () => {
    const one = browser(server), two = browser(server);
    idp.who = people.bo;
    await one.login();
    assert.equal((await one.session()).assignment, 'PractitionerRole/bo-med');
    idp.who = { ...people.anna, healthCareUnitHsaId: undefined };
    await two.login();
    const s = await two.session();
    assert.equal(s.state, 'live');
    assert.equal(s.assignment, undefined);
    assert.equal((await two.get('/fhir/Patient/pat')).status, 403);
    assert.equal((await two.post('/auth/assignment', { assignment: 'PractitionerRole/anna-med' })).status, 200);
  });

  test('who cannot be let in is told why and what to do', async () => {
    const cases = [
      [{ sub: 'x', employeeHsaId: hsa('NOBODY') }, 403, /Ingen personal med HSA-id SE2321000016-TESTNOBODY/],
      [{ sub: 'x', employeeHsaId: hsa('EVA') }, 403, /Ingen personal/],
      [{ sub: 'x', employeeHsaId: hsa('TWIN') }, 403, /Ingen personal/],
      [{ sub: 'x', employeeHsaId: hsa('DAN') }, 403, /inget uppdrag här som kan användas/],
      [{ sub: 'x', employeeHsaId: hsa('CIA') }, 403, /inget konto här som är öppet/],
      [{ ...people.anna, healthCareUnitHsaId: hsa('OTHER') }, 403, /inget uppdrag här som kan användas \(enhet SE2321000016-TESTOTHER\)/],
      [{ ...people.anna, healthCareProviderHsaId: hsa('OTHER') }, 403, /inget uppdrag/],
      [{ ...people.anna, commissionHsaId: hsa('OTHER'), healthCareUnitHsaId: hsa('MED') }, 403, /inget uppdrag/],
      [{ ...people.bo, commissionPurpose: 'Något annat' }, 403, /inget uppdrag/],
      [{ sub: 'x' }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: '' }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: [hsa('BO'), hsa('ANNA')] }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: 7 }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: `${hsa('NOBODY')},urn:oid:1.2.752.129.2.1.4.1|${hsa('BO')}` }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: '*' }, 403, /saknar employeeHsaId/],
      [{ sub: 'x', employeeHsaId: '<b>' }, 403, /saknar employeeHsaId/],
      [{ ...people.bo, acr: LOA2 }, 403, /för låg tillitsnivå \(http:\/\/id\.sambi\.se\/loa\/loa2\)/],
      [{ ...people.bo, refuse: true }, 403, /blev inte av \(access_denied\)/],
    ];
    for (const [who, status, text] of cases) {
      idp.who = who;
      const b = browser(server);
      refusedPage(await b.login(), status, text);
      assert.equal((await b.session()).state, 'none', JSON.stringify(who));
    }
  });

  test('an account without a password, and one that is closed', async () => {
    assert.equal(user(data, ['add', 'cia', '--person', 'Practitioner/cia', '--outside']).code, 0);
    idp.who = { sub: 'cia', employeeHsaId: hsa('CIA').toLowerCase() };
    const b = browser(server);
    await b.login();
    assert.equal((await b.session()).account, 'cia');
    for (const password of ['', PASSWORD, 'x'.repeat(20)]) assert.ok([400, 401].includes((await auth(server, 'login', { name: 'cia', password })).status));
    assert.equal(user(data, ['disable', 'cia']).code, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await b.session()).state, 'none');
    refusedPage(await browser(server).login(), 403, /inget konto här som är öppet/);
  });

  test('a new login ends the session of whoever sat there, and does not land on their screen', async () => {
    const b = browser(server);
    idp.who = people.bo;
    await b.login();
    const before = { Cookie: `helhet-session=${b.jar(server.origin).get('helhet-session')}` };
    // The provider remembers bo; somebody else logs in there.
    b.jar(idp.origin).clear();
    idp.who = people.anna;
    const r = await b.login({ back: '/patient/pat' });
    assert.match(r.text, /content="0;url=\/">/);
    assert.equal((await b.session()).account, 'anna');
    assert.equal((await raw(server, 'GET', '/fhir/Patient/pat', { headers: before })).status, 401);
  });

  test('the same person again: the same session under a new token', async () => {
    const b = browser(server);
    idp.who = people.bo;
    await b.login();
    const old = b.jar(server.origin).get('helhet-session');
    const r = await b.login({ back: '/patient/pat' });
    assert.match(r.text, /url=\/patient\/pat"/);
    assert.notEqual(b.jar(server.origin).get('helhet-session'), old);
    assert.equal((await raw(server, 'GET', '/fhir/Patient/pat', { headers: { Cookie: `helhet-session=${old}` } })).status, 401);
  });

  test('logging out here ends the login there too', async () => {
    const b = browser(server);
    idp.who = people.bo;
    await b.login();
    const out = await b.post('/auth/logout');
    assert.equal(out.status, 200);
    assert.equal(out.json.state, 'none');
    const leave = new URL(out.json.leave);
    assert.equal(leave.origin, idp.origin);
    assert.equal(leave.searchParams.get('post_logout_redirect_uri'), `${server.origin}/`);
    assert.ok(leave.searchParams.get('id_token_hint'));
    const form = await b.walk(out.json.leave);
    assert.equal(form.status, 200, form.text);
    const [, action] = /action="([^"]+)"/.exec(form.text), [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(form.text);
    const done = await b.go(action, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `xsrf=${xsrf}&logout=yes` });
    assert.equal(done.status, 303, done.text);
    assert.equal(done.headers.get('location'), `${server.origin}/`);
    // Nothing is remembered there: the login page is met again.
    idp.who = people.anna;
    await b.login();
    assert.equal((await b.session()).account, 'anna');
    // With a password there is nothing to leave.
    const r = await auth(server, 'login', { name: 'bo', password: PASSWORD });
    assert.equal((await auth(server, 'logout', {}, { Cookie: cookieOf(r) })).json.leave, undefined);
  });

  test('logging out there ends the session here (back-channel)', async () => {
    const b = browser(server), other = browser(server);
    idp.who = people.bo;
    await b.login();
    await other.login();
    const form = await b.walk(`${idp.origin}/session/end`);
    const [, action] = /action="([^"]+)"/.exec(form.text), [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(form.text);
    await b.go(action, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `xsrf=${xsrf}&logout=yes` });
    for (let i = 0; i < 50 && (await b.session()).state !== 'none'; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await b.session()).state, 'none', `${idp.errors} ${server.log().slice(-1000)}`);
    assert.equal((await other.session()).state, 'live', 'another login of the same person goes on');
  });

  test('the provider down: told at once, local accounts work, and it comes back', async () => {
    const handler = idp.handler;
    const b = browser(server);
    idp.who = people.bo;
    const begun = await b.post('/auth/oidc');
    const back = await b.walk(begun.json.url, `${server.origin}/auth/oidc/callback`);
    idp.handler = (_, res) => res.writeHead(502).end();
    refusedPage(await b.go(back.url), 503, /SITHS svarar inte just nu.*Lokala konton/s);
    assert.equal((await auth(server, 'login', { name: 'bo', password: PASSWORD })).status, 200);
    idp.handler = handler;
    await b.login();
    assert.equal((await b.session()).state, 'live');
  });

  test('a state is good once, in the browser that began, and comes from the provider that was asked', async () => {
    idp.who = people.bo;
    const start = async () => {
      const b = browser(server);
      const begun = await b.post('/auth/oidc');
      return [b, (await b.walk(begun.json.url, `${server.origin}/auth/oidc/callback`)).url];
    };
    const STATE = /påbörjades inte i den här webbläsaren/;
    let [b, url] = await start();
    assert.equal(new URL(url).searchParams.get('iss'), idp.origin);
    const binding = b.jar(server.origin).get('helhet-oidc');
    // Login CSRF: somebody else's answer, in this browser.
    refusedPage(await browser(server).go(url), 400, STATE);
    refusedPage(await b.go(url), 400, STATE);
    [b, url] = await start();
    assert.equal((await b.go(url)).status, 200);
    b.jar(server.origin).set('helhet-oidc', binding);
    refusedPage(await b.go(url), 400, STATE);
    [b, url] = await start();
    const replayed = b.jar(server.origin).get('helhet-oidc');
    await b.go(url);
    b.jar(server.origin).set('helhet-oidc', replayed);
    refusedPage(await b.go(url), 400, STATE, 'the same again, in the same browser');
    // The code of one login with the state of another.
    const [c, first] = await start();
    await c.go(first);
    const [d, second] = await start();
    const mixed = new URL(second);
    mixed.searchParams.set('code', new URL(first).searchParams.get('code'));
    refusedPage(await d.go(mixed.href), 400, STATE);
    // Mix-up (RFC 9207): the answer says it is from another, or says nothing.
    for (const change of [(p) => p.set('iss', 'https://evil.example'), (p) => p.set('iss', `${idp.origin}/`), (p) => p.delete('iss')]) {
      const [e, u] = await start();
      const other = new URL(u);
      change(other.searchParams);
      refusedPage(await e.go(other.href), 401, /Token har fel eller saknar iss/);
    }
    // Twice, none, or made up.
    for (const change of [(u) => `${u}&state=x`, (u) => `${u}&code=x`, (u) => `${u}&iss=x`, (u) => u.replace(/state=[^&]+/, 'state='), (u) => u.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`), (u) => u.replace(/\?.*/, '')]) {
      const [e, u] = await start();
      refusedPage(await e.go(change(u)), 400, STATE);
    }
    const [f, v] = await start();
    refusedPage(await f.go(v.replace(/code=[^&]+&?/, '')), 403, /blev inte av \(code\)/);
    const [g, w] = await start();
    refusedPage(await g.go(w.replace(/code=[^&]+/, 'error=%3Cscript%3E')), 403, /blev inte av \(error\)/);
  });

  test('addresses of others to come back to', async () => {
    for (const back of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', '\\\\evil.example', 'javascript:alert(1)', 'evil', '', '/ x', '/å', '/auth/logout', `/${'x'.repeat(600)}`, '/x\u0000y'.replace('\u0000', '\u0001')]) {
      const r = await browser(server).post('/auth/oidc', { back });
      assert.equal(r.status, 400, back);
      assert.equal(r.json.issue[0].details.coding[0].code, 'LOGIN_BODY', back);
    }
    for (const body of [{ back: 1 }, { back: null }, { x: '/' }, { back: '/', x: 1 }, [], 'x']) assert.equal((await browser(server).post('/auth/oidc', body)).status, 400, JSON.stringify(body));
    // Quotes in a path do not leave the page's attribute.
    const b = browser(server);
    idp.who = people.bo;
    const r = await b.login({ back: '/x"><script>' });
    assert.match(r.text, /url=\/x&#34;&#62;&#60;script&#62;"/);
  });

  test('only our own pages begin, and only as a page does the browser come back', async () => {
    const evil = { Origin: 'https://evil.example' };
    for (const headers of [{ ...OURS, ...evil }, { 'Content-Type': 'application/json' }, { ...OURS, 'Sec-Fetch-Site': 'cross-site' }])
      assert.equal((await raw(server, 'POST', '/auth/oidc', { headers, body: '{}' })).status, 403);
    assert.equal((await raw(server, 'POST', '/auth/oidc', { headers: { ...OURS, 'Content-Type': 'text/plain' }, body: '{}' })).status, 415);
    assert.equal((await raw(server, 'POST', '/auth/oidc', { headers: { ...OURS, Host: 'evil.example' }, body: '{}' })).status, 421);
    for (const [method, path, allow] of [['GET', '/auth/oidc', 'POST'], ['POST', '/auth/oidc/callback', 'GET'], ['GET', '/auth/oidc/backchannel', 'POST']]) {
      const r = await raw(server, method, path, { headers: OURS, body: method === 'POST' ? '{}' : undefined });
      assert.equal(r.status, 405, path);
      assert.equal(r.headers.allow, allow);
    }
    for (const path of ['/auth/oidc/', '/auth/oidc/x', '/auth/oidc/callback/', '/auth//oidc']) assert.equal((await raw(server, 'POST', path, { headers: OURS, body: '{}' })).status, 404, path);
    const b = browser(server);
    idp.who = people.bo;
    const begun = await b.post('/auth/oidc');
    const { url } = await b.walk(begun.json.url, `${server.origin}/auth/oidc/callback`);
    for (const dest of ['iframe', 'image', 'empty', 'script']) refusedPage(await b.go(url, { headers: { 'Sec-Fetch-Dest': dest } }), 403, /annan webbplats/);
    // Those did not use the state up, for nothing of it was looked at.
    assert.equal((await b.go(url, { headers: { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' } })).status, 200);
  });
});

const b64 = (x) => Buffer.from(x).toString('base64url');
const serve = (data, file, more = []) => closed(data, ['--oidc', file, ...more]);

describe('a real provider, by a signed assertion, with claims in the id_token', () => {
  test('logs in, makes the account when that is configured, and is logged out there also after a restart here', async () => {
    const data = await makeStaff();
    const idp = await listen();
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = (key) => ({ ...key.export({ format: 'jwk' }), kid: 'c', alg: 'ES256', use: 'sig' });
    const file = configure(data, idp.origin, { key: jwk(pair.privateKey), provision: true });
    let server = await serve(data, file);
    try {
      const { port } = server;
      await realProvider(server, idp, { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk(pair.publicKey)] } }, { conformIdTokenClaims: false });
      idp.who = { sub: 'cia', employeeHsaId: hsa('CIA') };
      const b = browser(server);
      const r = await b.login();
      assert.equal(r.status, 200, r.text);
      assert.equal((await b.session()).account, hsa('CIA').toLowerCase());
      await server.stop({ keep: true });
      server = await serve(data, file, ['--listen', `127.0.0.1:${port}`]);
      assert.equal((await b.session()).through, true);
      const form = await b.walk(`${idp.origin}/session/end`);
      const [, action] = /action="([^"]+)"/.exec(form.text), [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(form.text);
      await b.go(action, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `xsrf=${xsrf}&logout=yes` });
      for (let i = 0; i < 50 && (await b.session()).state !== 'none'; i++) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal((await b.session()).state, 'none', String(idp.errors));
    } finally {
      await server.stop({ keep: true });
      await idp.close();
      forget(data);
    }
  });

  test('a session that rests is woken by its person alone, who shows anew who it is, on the same screen', async () => {
    const data = await makeStaff();
    const idp = await listen();
    const server = await serve(data, configure(data, idp.origin, { secret: SECRET, client_auth: 'client_secret_post' }), ['--session-idle', '1s']);
    try {
      await realProvider(server, idp, { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' });
      idp.who = people.anna;
      const b = browser(server);
      await b.login();
      await new Promise((resolve) => setTimeout(resolve, 1300));
      assert.equal((await b.session()).state, 'idle');
      const r = await b.login({ back: '/patient/pat' });
      assert.match(r.text, /url=\/patient\/pat"/);
      assert.equal(idp.asked.prompt, 'login');
      assert.equal(idp.asked.login_hint, hsa('ANNA'));
      const s = await b.session();
      assert.equal(s.state, 'live');
      assert.equal(s.assignment, 'PractitionerRole/anna-kir');
      await new Promise((resolve) => setTimeout(resolve, 1300));
      b.jar(idp.origin).clear();
      idp.who = people.bo;
      assert.match((await b.login({ back: '/patient/pat' })).text, /url=\/"/, 'somebody else does not land there');
      assert.equal((await b.session()).account, 'bo');
    } finally {
      await server.stop({ keep: true });
      await idp.close();
      forget(data);
    }
  });
});

describe('a provider that does what none may', () => {
  let data, idp, server;
  before(async () => {
    data = await makeStaff();
    idp = await fakeProvider();
    server = await serve(data, configure(data, idp.origin, { secret: SECRET }));
  });
  after(async () => {
    await server?.stop({ keep: true });
    await idp?.close();
    if (data) forget(data);
  });

  /** One login, the provider behaving as tamper has made it. */
  async function login(tamper = () => {}, body) {
    const keys = idp.keys;
    idp.reset();
    idp.keys = keys;
    idp.id_token = undefined;
    tamper();
    const b = browser(server);
    const begun = await b.post('/auth/oidc', body);
    if (begun.status !== 200) return { begun, b };
    const asked = new URL(begun.json.url).searchParams;
    idp.nonce = asked.get('nonce');
    const r = await b.go(`${server.origin}/auth/oidc/callback?code=c&state=${asked.get('state')}`);
    return { b, r, asked };
  }

  test('when it behaves, its word is taken: code, verifier and client are as they should', async () => {
    const { b, r, asked } = await login();
    assert.equal(r.status, 200, r.text);
    assert.equal((await b.session()).account, 'bo');
    const call = idp.calls.find((c) => c.path === '/token');
    const sent = new URLSearchParams(call.body);
    assert.equal(createHash('sha256').update(sent.get('code_verifier')).digest('base64url'), asked.get('code_challenge'));
    assert.equal(sent.get('redirect_uri'), `${server.origin}/auth/oidc/callback`);
    assert.equal(Buffer.from(call.headers.authorization.slice(6), 'base64').toString(), `helhet:${encodeURIComponent(SECRET)}`);
    assert.ok(!call.body.includes('client_secret'));
    // What was proved stays in the service: no token in what the browser gets.
    assert.ok(!r.text.includes('eyJ'));
  });

  test('id_tokens that are not what they should be', async () => {
    const now = Math.floor(Date.now() / 1000);
    const other = makeKey('k1'), stranger = makeKey('k2');
    const CLAIM = (name) => new RegExp(`Token har fel eller saknar ${name}`);
    const with_ = (options) => () => { idp.id_token = () => idp.token(options); };
    const half = (alg) => b64(createHash(alg).update('a').digest().subarray(0, alg === 'sha256' ? 16 : 24));
    const cases = {
      'another nonce': [with_({ claims: { nonce: 'x' } }), CLAIM('nonce')],
      'no nonce': [with_({ without: ['nonce'] }), CLAIM('nonce')],
      'another issuer': [with_({ claims: { iss: 'https://evil.example' } }), CLAIM('iss')],
      'an issuer that only begins alike': [() => { idp.id_token = () => idp.token({ claims: { iss: `${idp.origin}/` } }); }, CLAIM('iss')],
      'another audience': [with_({ claims: { aud: 'other' } }), CLAIM('aud')],
      'several audiences, and not who it was made for': [with_({ claims: { aud: ['helhet', 'other'] } }), CLAIM('azp')],
      'made for another': [with_({ claims: { azp: 'other' } }), CLAIM('azp')],
      'expired': [with_({ claims: { exp: now - 3600 } }), /den har gått ut/],
      'no end': [with_({ without: ['exp'] }), CLAIM('exp')],
      'of tomorrow': [with_({ claims: { iat: now + 86400, exp: now + 90000 } }), /gäller inte än/],
      'of yesterday, but living long': [with_({ claims: { iat: now - 86400 } }), CLAIM('iat')],
      'not said when': [with_({ without: ['iat'] }), CLAIM('iat')],
      'nobody': [with_({ without: ['sub'] }), CLAIM('sub')],
      'alg none': [with_({ header: { alg: 'none' }, signer: () => '' }), /signerad med none/],
      'alg HS256 with the public key as secret': [with_({ header: { alg: 'HS256' }, signer: (t) => hmac(idp.keys[0].publicKey.export({ type: 'spki', format: 'pem' }))(t) }), /signerad med HS256/],
      'alg swapped for ES256': [with_({ header: { alg: 'ES256' } }), /Ingen känd nyckel/],
      'alg swapped for RS512': [with_({ header: { alg: 'RS512' } }), /signerad med RS512/],
      'signed by another key of the same name': [with_({ key: other }), /signatur stämmer inte/],
      'signed by a stranger\'s key': [with_({ key: stranger }), /Ingen känd nyckel/],
      'a key of its own in the header': [with_({ key: other, header: { jwk: other.jwk, kid: undefined } }), /signatur stämmer inte/],
      'crit': [with_({ header: { crit: ['x'], x: 1 } }), /crit/],
      'a logout token': [with_({ header: { typ: 'logout+jwt' } }), CLAIM('typ')],
      'an altered payload': [() => { idp.id_token = () => { const p = idp.token().split('.'); return [p[0], b64(Buffer.from(p[1], 'base64url').toString().replace('BO', 'ANNA')), p[2]].join('.'); }; }, /signatur stämmer inte/],
      'an altered signature': [() => { idp.id_token = () => { const t = idp.token(); return t.slice(0, -6) + (t.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'); }; }, /signatur stämmer inte|base64url/],
      'no signature': [() => { idp.id_token = () => `${idp.token().split('.').slice(0, 2).join('.')}.`; }, /signatur stämmer inte/],
      'no JWS': [() => { idp.id_token = () => 'x.y'; }, /inte en giltig JWS/],
      'a level too low': [with_({ claims: { acr: LOA2 } }), /för låg tillitsnivå/],
      'a level that begins alike': [with_({ claims: { acr: `${LOA3}x` } }), /för låg tillitsnivå/],
      'no level': [with_({ without: ['acr'] }), /för låg tillitsnivå/],
      'several levels': [with_({ claims: { acr: [LOA2, LOA3] } }), /för låg tillitsnivå/],
      'at_hash of another access token': [with_({ claims: { at_hash: half('sha384') } }), CLAIM('at_hash')],
      'userinfo about another': [() => { idp.userinfo = { sub: 'other', employeeHsaId: hsa('ANNA') }; }, CLAIM('sub')],
    };
    for (const [what, [tamper, text]] of Object.entries(cases)) {
      const { r, b } = await login(tamper);
      assert.ok(r, what);
      assert.match(r.text, text, what);
      assert.ok(r.status === 401 || r.status === 403, `${what}: ${r.status}`);
      refusedPage(r, r.status, text);
      assert.equal((await b.session()).state, 'none', what);
    }
    assert.equal((await login(with_({ claims: { at_hash: half('sha256'), azp: 'helhet', aud: ['helhet', 'other'] } }))).r.status, 200);
  });

  test('answers that are not what they should be, and none at all', async () => {
    const ANSWER = /gav ett svar som inte kan godtas/, DOWN = /svarar inte just nu/;
    const json = (value, status = 200) => (_, res) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    const flood = (_, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      const more = () => { while (res.write('x'.repeat(65536))); };
      res.on('drain', more).on('error', () => {});
      more();
    };
    const cases = {
      'a redirect': ['/token', (_, res) => res.writeHead(302, { Location: `${idp.origin}/evil` }).end(), ANSWER, 502],
      'a page': ['/token', (_, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'), ANSWER, 502],
      'an error': ['/token', json({ error: 'invalid_client' }, 401), ANSWER, 502],
      'a code that is used': ['/token', json({ error: 'invalid_grant' }, 400), /påbörjades inte i den här webbläsaren/, 400],
      'no JSON': ['/token', (_, res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"a":'), ANSWER, 502],
      'a list': ['/token', json([]), ANSWER, 502],
      'no id_token': ['/token', json({ access_token: 'a', token_type: 'Bearer' }), ANSWER, 502],
      'another type of token': ['/token', (_, res) => json({ access_token: 'a', token_type: 'mac', id_token: idp.token() })(_, res), ANSWER, 502],
      'too much': ['/token', flood, ANSWER, 502],
      'too many headers': ['/token', (_, res) => { for (let i = 0; i < 400; i++) res.setHeader(`X-${i}`, 'x'.repeat(300)); res.end('{}'); }, /gav ett svar|svarar inte/, undefined],
      'ill': ['/token', (_, res) => res.writeHead(500).end(), DOWN, 503],
      'cut off': ['/token', (_, res) => res.socket.destroy(), DOWN, 503],
      'userinfo in a page': ['/me', (_, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(), ANSWER, 502],
      'userinfo too large': ['/me', flood, ANSWER, 502],
    };
    for (const [what, [path, answer, text, status]] of Object.entries(cases)) {
      const { r } = await login(() => { idp.answers[path] = answer; });
      refusedPage(r, status ?? r.status, text);
      assert.ok(!idp.calls.some((c) => c.path === '/evil'), 'no redirect is followed');
      assert.ok(r.status >= 400, what);
    }
  });

  test('one that never answers: everybody else is answered at once, and this one in time', async () => {
    const hung = [];
    const pending = login(() => { idp.answers['/token'] = (_, res) => hung.push(res); });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const at = Date.now();
    assert.equal((await raw(server, 'GET', '/health')).status, 200);
    assert.equal((await auth(server, 'login', { name: 'bo', password: PASSWORD })).status, 200);
    assert.ok(Date.now() - at < 5000, `${Date.now() - at} ms`);
    const { r } = await pending;
    refusedPage(r, 503, /svarar inte just nu/);
    for (const res of hung) res.destroy();
  });

  test('logout tokens: forged, altered, old, replayed, and id_tokens in their place', async () => {
    const { b } = await login(() => { idp.claims.sid = 'sid-1'; });
    assert.equal((await b.session()).state, 'live');
    const now = Math.floor(Date.now() / 1000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const good = (claims = {}, more = {}) => idp.token({ claims: { events, sid: 'sid-1', jti: String(Math.random()), ...claims }, header: { typ: 'logout+jwt' }, without: ['nonce', 'acr'], ...more });
    const send = (token) => raw(server, 'POST', '/auth/oidc/backchannel', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ logout_token: token }).toString() });
    const bad = [
      idp.token({ claims: { sid: 'sid-1' } }), good({ events: {} }), good({ events: 'x' }), good({ nonce: 'x' }, { without: [] }), good({ aud: 'other' }), good({ iss: 'https://evil.example' }),
      good({ iat: now - 3600 }), good({ exp: now - 3600 }), good({ jti: undefined }), good({ sid: undefined, sub: undefined }), good({}, { key: makeKey('n2') }), good({}, { header: { alg: 'none' }, signer: () => '' }),
      good({}, { header: { typ: 'at+jwt' } }), 'x', 'x'.repeat(15000),
    ];
    for (const token of bad) {
      const r = await send(token);
      assert.ok(r.status >= 400 && r.status < 500, `${r.status} ${r.text}`);
      assert.equal((await b.session()).state, 'live', token.slice(0, 80));
    }
    assert.ok([400, 413].includes((await send('x'.repeat(30000))).status));
    assert.equal((await raw(server, 'POST', '/auth/oidc/backchannel', { headers: OURS, body: '{}' })).status, 400);
    assert.equal((await raw(server, 'POST', '/auth/oidc/backchannel', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'x=1' })).status, 400);
    const once = good();
    assert.equal((await send(once)).status, 200);
    assert.equal((await b.session()).state, 'none');
    assert.equal((await send(once)).status, 401, 'good once');
  });

  test('what was done and refused is in the audit log, with whose HSA-id it was, and no secret', async () => {
    await login(() => { idp.claims.employeeHsaId = hsa('NOBODY'); });
    await login();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const folder = join(data, 'audit');
    const text = readdirSync(folder).filter((n) => n.endsWith('.log')).map((n) => readFileSync(join(folder, n), 'utf8')).join('');
    for (const what of ['GET /auth/oidc/callback', 'POST /auth/oidc/backchannel', 'OIDC_PERSON', 'OIDC_LEVEL', 'TOKEN_SIGNATURE', hsa('NOBODY'), 'PractitionerRole/bo-med']) assert.ok(text.includes(what), what);
    for (const secret of [SECRET, 'eyJ', idp.nonce]) assert.ok(!text.includes(secret) && !server.log().includes(secret), secret);
  });
});

describe('a provider that changes its keys', () => {
  let data, idp, server;
  before(async () => {
    data = await makeStaff();
    idp = await fakeProvider();
    server = await serve(data, configure(data, idp.origin, { secret: SECRET }));
  });
  after(async () => {
    await server?.stop({ keep: true });
    await idp?.close();
    if (data) forget(data);
  });

  /** One login, the provider behaving as tamper has made it. */
  async function login(tamper = () => {}, body) {
    const keys = idp.keys;
    idp.reset();
    idp.keys = keys;
    idp.id_token = undefined;
    tamper();
    const b = browser(server);
    const begun = await b.post('/auth/oidc', body);
    if (begun.status !== 200) return { begun, b };
    const asked = new URL(begun.json.url).searchParams;
    idp.nonce = asked.get('nonce');
    const r = await b.go(`${server.origin}/auth/oidc/callback?code=c&state=${asked.get('state')}`);
    return { b, r, asked };
  }

  test('new keys are looked for when a token names one, and no more often than that', async () => {
    await login();
    idp.keys = [makeKey('n1')];
    assert.equal((await login()).r.status, 200, 'rotated');
    idp.keys = [makeKey('n2'), idp.keys[0]];
    assert.equal((await login()).r.status, 200, 'rotated again');
    const stranger = makeKey('s');
    let asked = 0;
    for (let i = 0; i < 8; i++) {
      const { r } = await login(() => { idp.id_token = () => idp.token({ key: { ...stranger, kid: `made-up-${i}` } }); });
      assert.equal(r.status, 401);
      asked += idp.calls.filter((c) => c.path === '/jwks').length;
    }
    assert.ok(asked <= 5, `${asked} looks`);
    assert.equal((await login()).r.status, 200);
  });
});

describe('discovery and configuration', () => {
  test('a provider that says it is another, or has addresses of others, or cannot PKCE', async () => {
    const data = await makeStaff();
    const idp = await fakeProvider();
    const server = await serve(data, configure(data, idp.origin, { secret: SECRET }));
    try {
      for (const meta of [{ issuer: `${idp.origin}/` }, { issuer: 'https://evil.example' }, { issuer: undefined }, { token_endpoint: 'http://evil.example/token' }, { token_endpoint: 'https://evil.example:8443/token' }, { token_endpoint: undefined },
        { jwks_uri: 'file:///etc/passwd' }, { authorization_endpoint: 'javascript:alert(1)' }, { authorization_endpoint: `http://u:p@127.0.0.1:1/` }, { code_challenge_methods_supported: ['plain'] }, { response_types_supported: ['id_token'] }]) {
        idp.meta = meta;
        const r = await browser(server).post('/auth/oidc');
        assert.equal(r.status, 502, `${JSON.stringify(meta)} ${r.text}`);
        assert.equal(r.json.issue[0].details.coding[0].code, 'OIDC_ANSWER');
        await new Promise((resolve) => setTimeout(resolve, 2100));
      }
      idp.meta = {};
      assert.equal((await browser(server).post('/auth/oidc')).status, 200);
    } finally {
      await server.stop({ keep: true });
      await idp.close();
      forget(data);
    }
  });

  test('a provider that is not there', async () => {
    const data = await makeStaff();
    const gone = await listen();
    await gone.close();
    const server = await serve(data, configure(data, gone.origin, { secret: SECRET }));
    try {
      const r = await browser(server).post('/auth/oidc');
      assert.equal(r.status, 503);
      assert.match(r.json.issue[0].details.text, /SITHS svarar inte just nu.*Lokala konton fungerar/);
      assert.equal((await auth(server, 'login', { name: 'bo', password: PASSWORD })).status, 200);
    } finally {
      await server.stop({ keep: true });
      forget(data);
    }
  });

  test('a configuration that is wrong stops the start, and says what', async () => {
    const data = await makeStaff();
    try {
      const good = (more) => configure(data, 'https://idp.example', { secret: SECRET, ...more });
      const cases = [
        [good({ issuer: 'http://idp.example' }), /issuer ska börja med https/],
        [good({ acr: [] }), /acr ska vara en lista/],
        [good({ acr: undefined }), /acr saknas/],
        [good({ scope: 'profile' }), /scope ska ha openid/],
        [good({ algs: ['none'] }), /algs ska vara en lista av/],
        [good({ algs: ['HS256'] }), /algs ska vara/],
        [good({ client_auth: 'none' }), /client_auth ska vara/],
        [good({ name: { sv: 'x' } }), /name ska vara/],
        [good({ provision: 'yes' }), /provision ska vara/],
        [good({ client_secret: 'x' }), /client_secret hör inte hit/],
        [good({ claims: { who: 'x' } }), /who hör inte hemma i claims/],
        [good({ client_secret_file: '/nowhere' }), /\/nowhere/],
        [good({ client_key_file: '/nowhere' }), /bara en av/],
        [join(data, 'none.json'), /none\.json/],
      ];
      const open = good();
      chmodSync(join(data, 'oidc.secret'), 0o640);
      cases.push([open, /får bara kunna läsas av sin ägare/]);
      for (const [file, text] of cases) {
        if (file !== open) chmodSync(join(data, 'oidc.secret'), 0o600);
        else chmodSync(join(data, 'oidc.secret'), 0o640);
        await assert.rejects(serve(data, file), (e) => text.test(e.message), `${text}`);
      }
    } finally {
      forget(data);
    }
  });
});
