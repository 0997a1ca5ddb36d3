// SPDX-License-Identifier: Apache-2.0
// Logging in through an outside provider: a real one (npm oidc-provider), and one that does what none may.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { agent as newAgent } from './provider.mjs';
import { auth, closed, cookieOf, forget, OURS, PASSWORD, raw, user } from './accounts.mjs';
import { configure, hsa, listen, LOA2, LOA3, makeStaff, realProvider } from './provider.mjs';

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
