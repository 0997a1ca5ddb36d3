// SPDX-License-Identifier: Apache-2.0
// What somebody who means ill does with apps, tokens, codes and forms: each is refused, and stands in the log.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, cookieOf, forget, login, makeData, OURS, PASSWORD, raw } from './accounts.mjs';

const BACK = 'https://app.example/back';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const JWT = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const program = process.env.HELHET_BIN ?? 'build/helhet';
const b64 = (x) => Buffer.from(x).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

let data, server, rsa, ec;

function helhet(args) {
  const r = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim();
}
const app = (...args) => helhet(['app', ...args, '--data', data]);
const operator = async (scope, ttl = '5m') => {
  const t = helhet(['token', '--data', data, '--scope', scope, '--ttl', ttl]);
  await new Promise((r) => setTimeout(r, 250));
  return t;
};
function jwks(pair, kid, alg) {
  const path = join(data, `${kid}.json`);
  writeFileSync(path, JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid, alg }] }));
  return path;
}

before(async () => {
  data = await makeData();
  rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  app('add', 'web', '--scope', 'openid fhirUser launch launch/patient offline_access online_access user/*.cruds patient/*.rs', '--redirect', BACK, '--launch', 'https://app.example/launch');
  app('add', 'other', '--scope', 'user/*.rs offline_access', '--redirect', 'https://other.example/back');
  app('add', 'backend', '--scope', 'system/*.rs', '--jwks', jwks(rsa, 'r', 'RS384'));
  app('add', 'elliptic', '--scope', 'system/Patient.rs', '--jwks', jwks(ec, 'e', 'ES384'));
  server = await closed(data);
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0, server.log());
  if (data) forget(data);
});

/* ---- the log ---- */

const log = () => (existsSync(join(data, 'audit')) ? readdirSync(join(data, 'audit')) : []).filter((n) => n.endsWith('.log')).sort().flatMap((n) => readFileSync(join(data, 'audit', n), 'utf8').split('\n').slice(0, -1)).map((line) => JSON.parse(line.split('\t')[0])).filter((r) => r.seq);
/** Does body; then there stand refusals for these reasons in the log (a refusal's answer does not wait for it). */
async function logged(whys, body) {
  const from = log().length;
  await body();
  const missing = () => [].concat(whys).filter((why) => !log().slice(from).some((r) => r.outcome === 'refused' && r.why === why));
  for (let i = 0; i < 100 && missing().length; i++) await new Promise((r) => setTimeout(r, 20));
  assert.deepEqual(missing(), [], `not in the log: ${JSON.stringify(log().slice(from))}`);
}

/* ---- requests ---- */

const get = (path, headers = {}) => raw(server, 'GET', path, { headers });
const form = (values) => new URLSearchParams(values).toString();
const post = (path, values, headers = {}) => raw(server, 'POST', path, { headers: { ...FORM, ...headers }, body: form(values) });
const bearer = (token) => ({ Authorization: `Bearer ${token}` });
function assertion({ id = 'backend', alg = 'RS384', kid = 'r', key = rsa.privateKey, claims = {}, hash = 'sha384', signer } = {}) {
  const text = `${b64(JSON.stringify({ alg, typ: 'JWT', kid }))}.${b64(JSON.stringify({ iss: id, sub: id, aud: `${server.origin}/auth/token`, exp: seconds() + 240, iat: seconds(), jti: randomUUID(), ...claims }))}`;
  return `${text}.${b64((signer ?? ((t) => sign(hash, Buffer.from(t), alg.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : key)))(text))}`;
}
const assert401 = (jwt, scope = 'system/*.rs') => logged('APP_PROOF', async () => {
  const r = await post('/auth/token', { grant_type: 'client_credentials', scope, client_assertion_type: JWT, client_assertion: jwt });
  assert.equal(r.status, 401, r.text);
  assert.equal(r.json.error, 'invalid_client');
  assert.ok(!/signatur|jti|exp|aud/i.test(r.json.error_description), 'why is for the log');
});
function wish(more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const values = { response_type: 'code', client_id: 'web', redirect_uri: BACK, scope: 'openid user/*.rs', state: 'st', aud: server.base, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...more };
  return { verifier, values, query: form(values) };
}
const unescape = (t) => t.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const field = (html, name) => unescape(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');
const page = (w, cookie) => get(`/auth/authorize?${w.query}&again=1`, cookie);
async function filled(w, cookie, more = {}) {
  const shown = await page(w, cookie);
  assert.equal(shown.status, 200, shown.text);
  return { request: field(shown.text, 'request'), seal: field(shown.text, 'seal'), answer: 'yes', ...more };
}
const back = (r) => new URL(r.headers.location).searchParams;
const code = async (w, cookie, more) => back(await post('/auth/authorize', await filled(w, cookie, more), cookie)).get('code');
const redeem = (w, c, more = {}) => post('/auth/token', { grant_type: 'authorization_code', code: c, redirect_uri: w.values.redirect_uri, client_id: w.values.client_id, code_verifier: w.verifier, ...more });
const refresh = (t, more = {}) => post('/auth/token', { grant_type: 'refresh_token', refresh_token: t, client_id: 'web', ...more });
const no = (r, status, error) => {
  assert.equal(r.status, status, r.text.slice(0, 300));
  if (error) assert.equal(r.json?.error ?? r.json?.issue?.[0]?.details?.coding?.[0]?.code, error, r.text.slice(0, 300));
};

describe('tokens', () => {
  test('expired: an access token, an assertion, an assertion of the future', async () => {
    const t = await operator('system/*.rs', '1s');
    await new Promise((r) => setTimeout(r, 1100));
    await logged('BEARER', async () => no(await get('/fhir/Patient/pat', bearer(t)), 401, 'BEARER'));
    await assert401(assertion({ claims: { exp: seconds() - 100, iat: seconds() - 300 } }));
    await assert401(assertion({ claims: { exp: seconds() + 3600 } }));
    await assert401(assertion({ claims: { nbf: seconds() + 600 } }));
    await assert401(assertion({ claims: { exp: undefined } }));
  });
  test('replayed: an assertion, a code, a refresh token', async () => {
    const jwt = assertion();
    assert.equal((await post('/auth/token', { grant_type: 'client_credentials', scope: 'system/*.rs', client_assertion_type: JWT, client_assertion: jwt })).status, 200);
    await assert401(jwt);
    const cookie = await login(server, 'bo'), w = wish({ scope: 'offline_access user/*.rs' }), c = await code(w, cookie);
    const first = (await redeem(w, c)).json;
    await logged('GRANT', async () => no(await redeem(w, c), 400, 'invalid_grant'));
    await logged('GRANT', async () => no(await refresh(first.refresh_token), 400, 'invalid_grant'));
    await logged('BEARER', async () => no(await get('/fhir/Patient/pat', bearer(first.access_token)), 401, 'BEARER'));
  });
  test('altered: an access token, a code, a refresh token, an assertion’s claims, header and signature', async () => {
    const cookie = await login(server, 'bo'), w = wish({ scope: 'offline_access user/*.rs' }), c = await code(w, cookie);
    const other = (t) => (t[0] === 'A' ? 'B' : 'A') + t.slice(1);
    await logged('GRANT', async () => no(await redeem(w, other(c)), 400, 'invalid_grant'));
    const t = (await redeem(w, c)).json;
    await logged('BEARER', async () => no(await get('/fhir/Patient/pat', bearer(other(t.access_token))), 401, 'BEARER'));
    await logged('GRANT', async () => no(await refresh(other(t.refresh_token)), 400, 'invalid_grant'));
    const [h, p, s] = assertion().split('.'), claims = JSON.parse(Buffer.from(p, 'base64url'));
    for (const jwt of [`${h}.${b64(JSON.stringify({ ...claims, sub: 'elliptic', iss: 'elliptic' }))}.${s}`, `${b64(JSON.stringify({ alg: 'RS384', typ: 'JWT', kid: 'r', x: 1 }))}.${p}.${s}`, `${h}.${p}.${other(s)}`, `${h}.${p}.`, `${h}.${p}`, `${h}.${p}.${s}.${s}`, `${h}=.${p}.${s}`]) await assert401(jwt);
  });
  test('with the algorithm swapped: the public key as a secret, another of ours, one that is weaker', async () => {
    const pem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' });
    for (const [alg, hash] of [['HS256', 'sha256'], ['HS384', 'sha384'], ['HS512', 'sha512']]) await assert401(assertion({ alg, signer: (t) => createHmac(hash, pem).update(t).digest() }));
    await assert401(assertion({ alg: 'RS256', hash: 'sha256' }));
    await assert401(assertion({ alg: 'ES384', key: ec.privateKey }));
    await assert401(assertion({ id: 'elliptic', alg: 'RS384', kid: 'e' }), 'system/Patient.rs');
    await assert401(assertion({ alg: 'PS384', signer: (t) => sign('sha384', Buffer.from(t), rsa.privateKey) }));
  });
  test('signed by nobody', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) await assert401(assertion({ alg, signer: () => '' }));
    // A key that the token brings along is nobody's.
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const head = b64(JSON.stringify({ alg: 'RS384', typ: 'JWT', kid: 'r', jwk: own.publicKey.export({ format: 'jwk' }), jku: 'https://evil.example/keys' }));
    const text = `${head}.${assertion().split('.')[1]}`;
    await assert401(`${text}.${b64(sign('sha384', Buffer.from(text), own.privateKey))}`);
  });
  test('for another audience: of an assertion, of a launch', async () => {
    for (const aud of ['https://evil.example/auth/token', server.base, `${server.origin}/auth/introspect`, '', undefined, [], ['https://evil.example']]) await assert401(assertion({ claims: { aud } }));
    for (const aud of ['https://evil.example/fhir', `${server.base}/Patient`, server.origin, ''])
      await logged('OAUTH_REQUEST', async () => assert.equal(back(await page(wish({ aud }), await login(server, 'bo'))).get('error'), 'invalid_request', aud));
  });
  test('somebody else’s: an app with another’s code, refresh token or id; a code injected into another’s session', async () => {
    const cookie = await login(server, 'bo'), w = wish({ scope: 'offline_access user/*.rs' });
    await logged('GRANT', async () => no(await redeem(w, await code(w, cookie), { client_id: 'other' }), 400, 'invalid_grant'));
    const t = (await redeem(w, await code(w, cookie))).json;
    await logged('GRANT', async () => no(await refresh(t.refresh_token, { client_id: 'other' }), 400, 'invalid_grant'));
    await logged('APP_PROOF', async () => no(await refresh(t.refresh_token, { client_id: 'backend' }), 401, 'invalid_client'));
    // The victim's client began with a verifier of its own: the attacker's code is of no use there.
    const victim = wish(), c = await code(wish(), cookie);
    await logged('GRANT', async () => no(await redeem(victim, c), 400, 'invalid_grant'));
    await logged('GRANT', async () => no(await redeem(w, await code(w, cookie), { redirect_uri: 'https://app.example/other' }), 400, 'invalid_grant'));
  });
  test('said twice, or in two ways', async () => {
    const t = await operator('system/*.rs'), cookie = await login(server, 'bo');
    await logged('BEARER_QUERY', async () => no(await get(`/fhir/Patient/pat?access_token=${t}`), 400, 'BEARER_QUERY'));
    await logged('BEARER', async () => no(await get('/fhir/Patient/pat', { ...cookie, ...bearer('x'.repeat(43)) }), 401, 'BEARER'));
    await logged('BEARER', async () => no(await raw(server, 'GET', '/fhir/Patient/pat', { headers: { Authorization: [`Bearer ${t}`, `Bearer ${t}`] } }), 401, 'BEARER'));
    await logged('OAUTH_REQUEST', async () => no(await post('/auth/token', { grant_type: 'client_credentials', client_id: 'backend', client_secret: 'x', client_assertion: assertion(), client_assertion_type: 'urn:else' }), 400, 'invalid_request'));
    await logged('APP_PROOF', async () => no(await post('/auth/token', { grant_type: 'client_credentials', client_id: 'elliptic', scope: 'system/*.rs', client_assertion: assertion(), client_assertion_type: JWT }), 401, 'invalid_client'));
  });
});

describe('more than was given', () => {
  test('asked for: system scopes by a person, others’ scopes, wider ones by a refresh', async () => {
    const cookie = await login(server, 'bo');
    for (const scope of ['system/*.cruds', 'nothing', '', 'user/*.x', 'user/Patient.sr'])
      await logged(['OAUTH_SCOPE', 'SCOPE'].slice(/^user/.test(scope) ? 1 : 0).slice(0, 1), async () => assert.equal(back(await page(wish({ scope }), cookie)).get('error'), 'invalid_scope', scope));
    const w = wish({ scope: 'offline_access user/Patient.rs' });
    for (const scope of ['user/*.rs', 'user/Patient.cruds', 'user/Patient.rs system/*.rs', 'user/Observation.rs', 'user/Patient.rs openid']) {
      const t = (await redeem(w, await code(w, cookie))).json;
      await logged('OAUTH_SCOPE', async () => no(await refresh(t.refresh_token, { scope }), 400, 'invalid_scope'));
    }
    await logged('OAUTH_SCOPE', async () => no(await post('/auth/token', { grant_type: 'client_credentials', scope: 'system/*.cud', client_assertion_type: JWT, client_assertion: assertion() }), 400, 'invalid_scope'));
    await logged('OAUTH_CLIENT', async () => no(await post('/auth/token', { grant_type: 'client_credentials', scope: 'system/*.rs', client_id: 'web' }), 400, 'unauthorized_client'));
  });
  test('done: other types, writes, another patient, criteria', async () => {
    const cookie = await login(server, 'bo'), w = wish({ scope: 'launch/patient patient/*.rs' });
    const mine = bearer((await redeem(w, await code(w, cookie, { patient: 'pat' }))).json.access_token);
    assert.equal((await get('/fhir/Patient/pat', mine)).status, 200);
    const made = await raw(server, 'POST', '/fhir/Patient', { headers: { ...cookie, ...OURS, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Annan' }] }) });
    assert.equal(made.status, 201, made.text);
    await logged('NOT_FOUND', async () => no(await get(`/fhir/Patient/${made.json.id}`, mine), 404, 'NOT_FOUND'));
    assert.deepEqual((await get('/fhir/Patient?family=Annan', mine)).json.entry ?? [], []);
    await logged('ACCESS_DENIED', async () => no(await raw(server, 'DELETE', '/fhir/Patient/pat', { headers: mine }), 403, 'ACCESS_DENIED'));
    await logged('ACCESS_DENIED', async () => no(await get('/fhir/Observation', bearer(await operator('system/Patient.rs'))), 403, 'ACCESS_DENIED'));
    const narrow = await operator('system/Patient.cruds?gender=female');
    await logged('ACCESS_DENIED', async () => no(await raw(server, 'PUT', '/fhir/Patient/pat', { headers: { ...bearer(narrow), 'Content-Type': 'application/fhir+json' }, body: JSON.stringify({ resourceType: 'Patient', id: 'pat', gender: 'female' }) }), 403, 'ACCESS_DENIED'));
  });
  test('rights beside the record: an app that reads cannot open, block, consent or choose', async () => {
    const cookie = await login(server, 'bo'), w = wish({ scope: 'user/*.rs' }), mine = bearer((await redeem(w, await code(w, cookie))).json.access_token);
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'x' }] };
    for (const op of ['$emergency', '$active-choice', '$consent', '$access-explain'])
      await logged('SCOPE_BEYOND', async () => no(await raw(server, 'POST', `/fhir/Patient/pat/${op}`, { headers: { ...mine, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(op === '$access-explain' ? { resourceType: 'Parameters' } : parameters) }), 403, 'SCOPE_BEYOND'));
  });
  test('a token is no session: nothing of the account is done by it', async () => {
    const w = wish({ scope: 'user/*.cruds' }), mine = bearer((await redeem(w, await code(w, await login(server, 'bo')))).json.access_token);
    for (const [path, body] of [['/auth/password', { old: PASSWORD, new: 'något helt annat här' }], ['/auth/assignment', { assignment: 'PractitionerRole/bo-med' }], ['/auth/launch', { app: 'web' }]]) {
      const r = await raw(server, 'POST', path, { headers: { ...OURS, ...mine }, body: JSON.stringify(body) });
      assert.equal(r.status, 401, `${path} ${r.text}`);
      assert.equal(cookieOf(r), undefined);
    }
    assert.equal((await get('/auth/session', mine)).json.state, 'none');
    assert.match((await get('/auth/apps', mine)).text, /Logga in/);
  });
});

describe('addresses', () => {
  test('open redirects: nobody is sent to an address that is not registered letter by letter', async () => {
    const cookie = await login(server, 'bo');
    const urls = ['https://evil.example/', `${BACK}/`, `${BACK}/../x`, `${BACK}?x`, `${BACK}#x`, `${BACK}%00`, `${BACK} `, 'https://app.example@evil.example/back', 'https://app.example.evil.example/back', 'http://app.example/back', 'HTTPS://app.example/back', '//app.example/back', '/back', 'javascript:alert(1)', 'data:text/html,x', 'https://other.example/back', `${BACK}\r\nLocation: https://evil.example`];
    for (const redirect_uri of urls)
      await logged('OAUTH_REQUEST', async () => {
        const r = await page(wish({ redirect_uri }), cookie);
        assert.equal(r.status, 400, redirect_uri);
        assert.equal(r.headers.location, undefined, redirect_uri);
        assert.ok(!/http-equiv/.test(r.text));
      });
    // What comes back from us leads to ourselves, or to the app.
    const first = await get(`/auth/authorize?${wish().query}`);
    assert.match(first.text, /url=\/auth\/authorize\?/);
    for (const launch of ['https://evil.example', '//evil.example']) await logged('OAUTH_REQUEST', async () => assert.equal(back(await page(wish({ launch, scope: 'launch user/*.rs' }), cookie)).origin, undefined));
    const r = await page(wish({ state: 'x&code=evil#y' }), cookie);
    assert.equal(r.status, 200);
  });
  test('answers cannot be split, nor scripts be put into pages', async () => {
    const cookie = await login(server, 'bo'), w = wish({ state: 'a\r\nSet-Cookie: x=1', scope: 'user/*.rs' });
    const r = await post('/auth/authorize', await filled(w, cookie), cookie);
    assert.equal(r.headers['set-cookie'], undefined);
    assert.equal(back(r).get('state'), 'a\r\nSet-Cookie: x=1');
    const shown = await page(wish({ state: '"><script>alert(1)</script>', nonce: '<img src=x>' }), cookie);
    assert.ok(!/<script>alert|<img/.test(shown.text));
    assert.match(shown.headers['content-security-policy'], /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
    assert.equal(shown.headers['x-frame-options'], 'DENY');
    assert.equal(shown.headers['cache-control'], 'no-store');
  });
  test('path tricks lead neither to nor past what is closed', async () => {
    for (const path of ['/auth/../fhir/Patient/pat', '/auth/%2e%2e/fhir/Patient/pat', '/fhir/.well-known/../Patient/pat', '/fhir/.well-known/smart-configuration/../../Patient/pat', '/auth//token', '//auth/token', '/auth/token/', '/auth/token;x', '/auth/token%00', '/auth/token%2f', '/AUTH/token', '/auth/./token', '/auth\\token', '/fhir//Patient/pat', '/fhir/%50atient/pat', '/fhir/Patient/pat/', '/FHIR/Patient/pat', '/fhir/Patient%2fpat', '/auth/apps/../authorize', '/auth/app.js/../../fhir/Patient/pat'])
      for (const [method, body] of [['GET'], ['POST', form({ grant_type: 'client_credentials', scope: 'system/*.rs', client_assertion_type: JWT, client_assertion: assertion() })]]) {
        const r = await raw(server, method, path, { headers: body ? FORM : {}, body });
        assert.ok(r.status >= 400 || (method === 'GET' && /<title>Helhet/.test(r.text)), `${method} ${path}: ${r.status} ${r.text.slice(0, 200)}`);
        assert.ok(!/access_token|"resourceType":"Patient"/.test(r.text), `${method} ${path}`);
      }
    for (const [method, path] of [['GET', '/auth/token'], ['PUT', '/auth/token'], ['DELETE', '/auth/apps'], ['PUT', '/auth/authorize'], ['GET', '/auth/revoke'], ['TRACE', '/auth/token']]) await logged([], async () => assert.equal((await raw(server, method, path)).status >= 400, true, `${method} ${path}`));
  });
});

describe('forms and sessions', () => {
  test('CSRF: no other site says yes, takes access back or launches', async () => {
    const cookie = await login(server, 'bo'), good = await filled(wish(), cookie);
    const apps = await get('/auth/apps', cookie);
    const held = { app: field(apps.text, 'app'), seal: field(apps.text, 'seal') };
    assert.ok(held.seal);
    for (const headers of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: server.origin.replace('127.0.0.1', 'localhost') }])
      for (const [path, values] of [['/auth/authorize', good], ['/auth/apps', held]])
        await logged('LOGIN_CROSS_SITE', async () => {
          const r = await post(path, values, { ...cookie, ...headers });
          assert.equal(r.status, 403, `${path} ${JSON.stringify(headers)} ${r.text.slice(0, 200)}`);
          assert.equal(r.headers.location, undefined);
        });
    await logged('LOGIN_CROSS_SITE', async () => no(await raw(server, 'POST', '/auth/launch', { headers: { ...cookie, 'Content-Type': 'application/json' }, body: '{"app":"web"}' }), 403));
    for (const values of [{ ...held, seal: '' }, { ...held, app: 'other' }, { ...held, seal: `${Date.now()}.${'A'.repeat(43)}` }]) await logged('OAUTH_REQUEST', async () => assert.equal((await post('/auth/apps', values, cookie)).status, 400));
  });
  test('a session that was there before login is not the one after it, and its forms are of no use', async () => {
    const attacker = await login(server, 'bo'), form1 = await filled(wish(), attacker);
    const apps = await get('/auth/apps', attacker);
    const victim = await raw(server, 'POST', '/auth/login', { headers: { ...OURS, ...attacker }, body: JSON.stringify({ name: 'anna', password: PASSWORD, assignment: 'PractitionerRole/anna-med' }) });
    const cookie = { Cookie: cookieOf(victim) };
    assert.notEqual(cookie.Cookie, attacker.Cookie);
    await logged('LOGIN_REQUIRED', async () => assert.equal((await post('/auth/authorize', form1, attacker)).status, 401));
    await logged('OAUTH_REQUEST', async () => assert.equal((await post('/auth/authorize', form1, cookie)).status, 400));
    await logged('OAUTH_REQUEST', async () => assert.equal((await post('/auth/apps', { app: 'web', seal: field(apps.text, 'seal') }, cookie)).status, 400));
    // Two cookies: neither is believed.
    const both = { Cookie: `${cookie.Cookie}; ${(await login(server, 'bo')).Cookie}` };
    assert.match((await page(wish(), both)).text, /Logga in/);
  });
  test('a launch is its person’s, its app’s, once, and only for a while', async () => {
    const cookie = await login(server, 'bo');
    const begin = async () => (await raw(server, 'POST', '/auth/launch', { headers: { ...OURS, ...cookie }, body: '{"app":"web","patient":"pat"}' })).json.launch;
    const with_ = (launch) => wish({ scope: 'launch patient/*.rs', launch });
    const used = await begin();
    await code(with_(used), cookie);
    for (const [launch, who] of [[used, cookie], [await begin(), await login(server, 'pat')], ['A'.repeat(43), cookie], ['x', cookie]]) await logged('OAUTH_REQUEST', async () => assert.equal(back(await page(with_(launch), who)).get('error'), 'invalid_request'));
  });
  test('no token, code or secret stands in the log', async () => {
    const text = readdirSync(join(data, 'audit')).filter((n) => n.endsWith('.log')).map((n) => readFileSync(join(data, 'audit', n), 'utf8')).join('');
    const t = await operator('system/*.rs');
    await get('/fhir/Patient/pat', bearer(t));
    assert.ok(!text.includes(t) && !text.includes(PASSWORD) && !/eyJ[A-Za-z0-9_-]{20}/.test(text));
  });
});
