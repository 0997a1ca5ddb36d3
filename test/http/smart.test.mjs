// SPDX-License-Identifier: Apache-2.0
// Apps: what they are told, given and refused (SMART App Launch 2.2). Assertions are signed here by node:crypto, by nothing of ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, forget, login, makeData, OURS, raw, user } from './accounts.mjs';

const BACK = 'https://app.example/back';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const program = process.env.HELHET_BIN ?? 'build/helhet';
const b64 = (x) => Buffer.from(x).toString('base64url');

let data, data2, server, rsa, ec, secret;

function helhet(args) {
  const r = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout;
}
const app = (...args) => helhet(['app', ...args, '--data', data]);
const jwks = (pair, kid, alg) => {
  const path = join(data, `${kid}.json`);
  writeFileSync(path, JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid, alg }] }));
  return path;
};

/** Vera, a guardian of two children who are young enough and one who is not; Ville of one; Vilma of a grown one alone. */
function family() {
  const year = new Date().getFullYear();
  const person = (value) => ({ identifier: [{ system: 'http://electronichealth.se/identifier/personnummer', value }] });
  const child = (id, given, age) => ({ resourceType: 'Patient', id, name: [{ given: [given], family: 'Barn' }], birthDate: `${year - age}-01-01` });
  const guards = (id, of, who) => ({ resourceType: 'RelatedPerson', id, patient: { reference: `Patient/${of}` }, relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'GUARD' }] }], name: [{ given: [id], family: 'Vårdnad' }], ...who });
  return [
    child('first', 'Första <b>', 5), child('second', 'Andra', 7), child('grown', 'Vuxna', 15), child('alone', 'Ensam', 6),
    guards('of-first', 'first', person('189001019802')), guards('of-second', 'second', person('18900101-9802')), guards('of-grown-too', 'grown', person('900101+9802')),
    guards('of-alone', 'alone', {}), guards('of-grown', 'grown', {}),
  ];
}

before(async () => {
  data = await makeData(family(), [['vera', 'RelatedPerson/of-first'], ['ville', 'RelatedPerson/of-alone'], ['vilma', 'RelatedPerson/of-grown']]);
  rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  app('add', 'web', '--name', 'Webbappen <b>', '--scope', 'openid fhirUser launch launch/patient offline_access user/*.rs patient/*.rs', '--redirect', BACK, '--launch', 'https://app.example/launch');
  app('add', 'other', '--scope', 'user/*.rs openid offline_access', '--redirect', 'https://other.example/back');
  app('add', 'backend', '--scope', 'system/*.rs', '--jwks', jwks(rsa, 'r', 'RS384'));
  app('add', 'elliptic', '--scope', 'system/Patient.rs', '--jwks', jwks(ec, 'e', 'ES384'));
  secret = /: ([0-9a-f]{64})/.exec(app('add', 'conf', '--scope', 'user/*.rs', '--redirect', BACK, '--with-secret'))[1];
  server = await closed(data);
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0, server.log());
  if (data) forget(data);
  if (data2) forget(data2);
});

const get = (path, headers = {}) => raw(server, 'GET', path, { headers });
const form = (values) => new URLSearchParams(values).toString();
const post = (path, values, headers = {}) => raw(server, 'POST', path, { headers: { ...FORM, ...headers }, body: form(values) });
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

function assertion({ id = 'backend', alg = 'RS384', kid = 'r', key = rsa.privateKey, claims = {}, signer } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const head = b64(JSON.stringify({ alg, typ: 'JWT', kid }));
  const body = b64(JSON.stringify({ iss: id, sub: id, aud: `${server.origin}/auth/token`, exp: now + 240, iat: now, jti: randomUUID(), ...claims }));
  const text = `${head}.${body}`;
  const how = signer ?? ((t) => sign('sha384', Buffer.from(t), alg.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : key));
  return `${text}.${b64(how(text))}`;
}
const proof = (jwt, scope = 'system/*.rs') => ({ grant_type: 'client_credentials', scope, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: jwt });
const refused = (r, status, error, what = '') => {
  assert.equal(r.status, status, `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.json?.error, error, `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.headers['cache-control'], 'no-store');
};
const outcome = (r, status, code) => {
  assert.equal(r.status, status, r.text.slice(0, 300));
  assert.equal(r.json?.issue?.[0]?.details?.coding?.[0]?.code, code, r.text.slice(0, 300));
};

/** What the app asks, and the verifier of its challenge. */
function wish(more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const values = { response_type: 'code', client_id: 'web', redirect_uri: BACK, scope: 'openid fhirUser user/*.rs', state: 'st', aud: server.base, nonce: 'n1', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...more };
  for (const k of Object.keys(values)) if (values[k] === undefined) delete values[k];
  return { verifier, values, query: form(values) };
}
const unescape = (t) => t.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const field = (html, name) => unescape(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');
async function page(w, cookie) {
  return get(`/auth/authorize?${w.query}&again=1`, cookie);
}
async function consent(w, cookie, more = {}, headers = {}) {
  const shown = await page(w, cookie);
  assert.equal(shown.status, 200, shown.text);
  return post('/auth/authorize', { request: field(shown.text, 'request'), seal: field(shown.text, 'seal'), answer: 'yes', ...more }, { ...cookie, Origin: server.origin, ...headers });
}
const back = (r) => new URL(r.headers.location).searchParams;
async function code(w, cookie, more) {
  const r = await consent(w, cookie, more);
  assert.equal(r.status, 303, r.text);
  assert.ok(r.headers.location.startsWith(`${w.values.redirect_uri}?`));
  assert.equal(back(r).get('state'), 'st');
  return back(r).get('code');
}
const redeem = (w, c, more = {}) => post('/auth/token', { grant_type: 'authorization_code', code: c, redirect_uri: w.values.redirect_uri, client_id: w.values.client_id, code_verifier: w.verifier, ...more });

describe('what apps are told', () => {
  test('smart-configuration and openid-configuration name what is there, to pages of other sites too', async () => {
    const r = await get('/fhir/.well-known/smart-configuration', { Origin: 'https://app.example' });
    assert.equal(r.status, 200, r.text);
    assert.equal(r.headers['access-control-allow-origin'], '*');
    assert.equal(r.json.issuer, server.base);
    assert.equal(r.json.token_endpoint, `${server.origin}/auth/token`);
    assert.deepEqual(r.json.code_challenge_methods_supported, ['S256']);
    for (const c of ['launch-ehr', 'launch-standalone', 'client-confidential-asymmetric', 'permission-v2']) assert.ok(r.json.capabilities.includes(c), c);
    assert.deepEqual((await get('/fhir/.well-known/openid-configuration')).json.id_token_signing_alg_values_supported, ['RS256']);
    const keys = (await get('/auth/jwks')).json.keys;
    assert.ok(keys.length === 1 && keys[0].alg === 'RS256' && !keys[0].d);
  });
  test('a preflight of another site is answered without cookies counting', async () => {
    const r = await raw(server, 'OPTIONS', '/fhir/Patient', { headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' } });
    assert.equal(r.status, 204);
    assert.equal(r.headers['access-control-allow-origin'], '*');
    assert.equal(r.headers['access-control-allow-credentials'], undefined);
  });
});

describe('a program of its own', () => {
  const ask = (jwt, scope) => post('/auth/token', proof(jwt, scope));
  test('RS384 and ES384 assertions give a token that reads by its scopes', async () => {
    const r = await ask(assertion());
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.scope, 'system/*.rs');
    assert.equal(r.json.refresh_token, undefined);
    assert.ok(r.json.expires_in <= 300);
    assert.equal((await get('/fhir/Patient/pat', bearer(r.json.access_token))).json.id, 'pat');
    const e = await ask(assertion({ id: 'elliptic', alg: 'ES384', kid: 'e', key: ec.privateKey }), 'system/Patient.rs');
    assert.equal(e.status, 200, e.text);
    assert.equal((await get('/fhir/Patient?_id=pat', bearer(e.json.access_token))).json.entry.length, 1);
    // Insufficient scope: another type, a write, writing everything.
    for (const [method, path] of [['GET', '/fhir/Observation'], ['GET', '/fhir/Practitioner/anna'], ['DELETE', '/fhir/Patient/pat'], ['POST', '/fhir/$import']]) {
      const no = await raw(server, method, path, { headers: { ...bearer(e.json.access_token), Prefer: 'respond-async' } });
      assert.equal(no.status, 403, `${method} ${path} ${no.text.slice(0, 200)}`);
      assert.equal(no.json.resourceType, 'OperationOutcome');
    }
    assert.equal((await raw(server, 'DELETE', '/fhir/Patient/pat', { headers: bearer(r.json.access_token) })).status, 403);
  });
  test('an altered assertion is refused', async () => {
    const [h, p, s] = assertion().split('.');
    const claims = JSON.parse(Buffer.from(p, 'base64url'));
    refused(await ask(`${h}.${b64(JSON.stringify({ ...claims, exp: claims.exp + 1 }))}.${s}`), 401, 'invalid_client');
  });
  test('an assertion with alg none is refused', async () => refused(await ask(assertion({ alg: 'none', signer: () => '' })), 401, 'invalid_client'));
  test('an assertion signed HS256 by the public key is refused', async () => {
    const pem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' });
    refused(await ask(assertion({ alg: 'HS256', signer: (t) => createHmac('sha256', pem).update(t).digest() })), 401, 'invalid_client');
  });
  test('an assertion for another audience is refused', async () => refused(await ask(assertion({ claims: { aud: 'https://evil.example/token' } })), 401, 'invalid_client'));
  test('an expired assertion is refused', async () => refused(await ask(assertion({ claims: { exp: Math.floor(Date.now() / 1000) - 120 } })), 401, 'invalid_client'));
  test('an assertion good for more than five minutes is refused', async () => refused(await ask(assertion({ claims: { exp: Math.floor(Date.now() / 1000) + 3600 } })), 401, 'invalid_client'));
  test('an assertion is good once', async () => {
    const jwt = assertion();
    assert.equal((await ask(jwt)).status, 200);
    refused(await ask(jwt), 401, 'invalid_client');
  });
  test('an assertion of another app’s key is refused', async () => refused(await ask(assertion({ id: 'elliptic' })), 401, 'invalid_client'));
  test('scopes beyond the app’s are refused', async () => {
    refused(await ask(assertion(), 'system/*.cud'), 400, 'invalid_scope');
    refused(await ask(assertion(), 'user/*.rs'), 400, 'invalid_scope');
    refused(await ask(assertion(), ''), 400, 'invalid_scope');
    refused(await ask(assertion(), 'system/Nothing.rs'), 400, 'invalid_scope');
    // Asked for more, only what the app has is given.
    assert.equal((await ask(assertion(), 'system/*.cruds')).json.scope, 'system/*.rs');
  });
  test('a disabled app’s token has ended', async () => {
    const t = (await ask(assertion({ id: 'elliptic', alg: 'ES384', kid: 'e', key: ec.privateKey }), 'system/Patient.rs')).json.access_token;
    assert.equal((await get('/fhir/Patient/pat', bearer(t))).status, 200);
    app('disable', 'elliptic');
    await new Promise((r) => setTimeout(r, 250));
    outcome(await get('/fhir/Patient/pat', bearer(t)), 401, 'BEARER');
    refused(await ask(assertion({ id: 'elliptic', alg: 'ES384', kid: 'e', key: ec.privateKey }), 'system/Patient.rs'), 401, 'invalid_client');
    app('enable', 'elliptic');
    await new Promise((r) => setTimeout(r, 250));
    outcome(await get('/fhir/Patient/pat', bearer(t)), 401, 'BEARER');
  });
  test('an operator’s token works, and ends with its app', async () => {
    const t = helhet(['token', '--data', data, '--scope', 'system/*.rs', '--ttl', '5m']).trim();
    await new Promise((r) => setTimeout(r, 250));
    assert.equal((await get('/fhir/Patient/pat', bearer(t))).status, 200);
    const no = spawnSync(program, ['token', '--data', data, '--scope', 'user/*.rs'], { encoding: 'utf8' });
    assert.notEqual(no.status, 0);
  });
});

describe('a person and an app', () => {
  test('code and PKCE give tokens, and an id_token that node verifies', async () => {
    const cookie = await login(server, 'bo'), w = wish();
    const shown = await page(w, cookie);
    assert.match(shown.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.match(shown.text, /Webbappen &lt;b&gt;/);
    assert.match(shown.text, /<html lang="sv">/);
    const c = await code(w, cookie);
    const r = await redeem(w, c);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.token_type, 'Bearer');
    assert.equal(r.json.refresh_token, undefined); // no offline_access
    const [h, p, s] = r.json.id_token.split('.');
    const head = JSON.parse(Buffer.from(h, 'base64url')), claims = JSON.parse(Buffer.from(p, 'base64url'));
    const key = (await get('/auth/jwks')).json.keys.find((k) => k.kid === head.kid);
    assert.equal(head.alg, 'RS256');
    assert.ok(verify('sha256', Buffer.from(`${h}.${p}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(s, 'base64url')));
    assert.equal(claims.iss, server.base);
    assert.equal(claims.aud, 'web');
    assert.equal(claims.nonce, 'n1');
    assert.equal(claims.fhirUser, `${server.base}/Practitioner/bo`);
    assert.equal((await get('/fhir/Practitioner/bo', bearer(r.json.access_token))).json.id, 'bo');
    const cross = await get('/fhir/Practitioner/bo', { ...bearer(r.json.access_token), Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' });
    assert.equal(cross.headers['access-control-allow-origin'], '*');
    assert.equal((await raw(server, 'DELETE', '/fhir/Practitioner/bo', { headers: bearer(r.json.access_token) })).status, 403);
  });
  test('a code that comes again is refused, and what it gave has ended', async () => {
    const w = wish(), c = await code(w, await login(server, 'bo'));
    const first = await redeem(w, c);
    refused(await redeem(w, c), 400, 'invalid_grant');
    outcome(await get('/fhir/Practitioner/bo', bearer(first.json.access_token)), 401, 'BEARER');
  });
  test('a code is its app’s, for its address, by its verifier', async () => {
    const cookie = await login(server, 'bo');
    for (const more of [{ code_verifier: randomBytes(32).toString('base64url') }, { redirect_uri: 'https://app.example/elsewhere' }, { client_id: 'other' }]) {
      const w = wish();
      refused(await redeem(w, await code(w, cookie), more), 400, 'invalid_grant', JSON.stringify(more));
    }
  });
  test('an address that is not registered letter by letter is never gone to', async () => {
    for (const redirect_uri of ['https://evil.example/', `${BACK}/x`, `${BACK}?x=1`, 'https://app.example/BACK', 'https://app.example.evil.example/back', '//evil.example', 'javascript:alert(1)', undefined, '']) {
      const r = await page(wish({ redirect_uri }), await login(server, 'bo'));
      assert.equal(r.status, 400, String(redirect_uri));
      assert.equal(r.headers.location, undefined, String(redirect_uri));
    }
    for (const client_id of ['nobody', '', undefined]) {
      const r = await page(wish({ client_id }), {});
      assert.ok(r.status >= 400 && r.headers.location === undefined);
    }
  });
  test('missing PKCE, plain PKCE, missing state, another aud, token in place of code: told to the app', async () => {
    const cookie = await login(server, 'bo');
    for (const [more, error] of [
      [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: undefined }, 'invalid_request'],
      [{ code_challenge: 'short' }, 'invalid_request'],
      [{ aud: 'https://other.example/fhir' }, 'invalid_request'],
      [{ aud: undefined }, 'invalid_request'],
      [{ state: undefined }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'system/*.rs' }, 'invalid_scope'],
      [{ scope: 'user/Nothing.rs' }, 'invalid_scope'],
    ]) {
      const r = await page(wish(more), cookie);
      assert.equal(r.status, 303, `${JSON.stringify(more)} ${r.text.slice(0, 200)}`);
      assert.equal(back(r).get('error'), error, JSON.stringify(more));
      assert.equal(back(r).get('code'), null);
    }
  });
  test('without a session the page asks to log in, and first for itself', async () => {
    const w = wish();
    const first = await get(`/auth/authorize?${w.query}`, { 'Sec-Fetch-Site': 'cross-site' });
    assert.match(first.text, /http-equiv="refresh" content="0;url=\/auth\/authorize\?/);
    assert.match((await page(w, {})).text, /Logga in/);
    for (const path of ['/auth/app.js', '/auth/app.css']) assert.equal((await get(path)).status, 200);
  });
  test('the consent form cannot be sent by another site, session or request', async () => {
    const cookie = await login(server, 'bo'), w = wish();
    const shown = (await page(w, cookie)).text;
    const good = { request: field(shown, 'request'), seal: field(shown, 'seal'), answer: 'yes' };
    const no = async (values, headers, what) => {
      const r = await post('/auth/authorize', values, headers);
      assert.ok(r.status >= 400 && r.headers.location === undefined, `${what}: ${r.status} ${r.headers.location}`);
    };
    await no(good, { ...cookie, Origin: 'https://evil.example' }, 'origin');
    await no(good, { ...cookie, Origin: 'null' }, 'no origin');
    await no(good, { ...cookie, 'Sec-Fetch-Site': 'cross-site' }, 'site');
    await no({ ...good, seal: '' }, cookie, 'no seal');
    await no({ ...good, seal: `${good.seal.slice(0, -2)}xx` }, cookie, 'altered seal');
    await no({ ...good, request: wish({ scope: 'user/*.rs offline_access' }).query }, cookie, 'another request');
    await no(good, await login(server, 'anna', { assignment: 'PractitionerRole/anna-med' }), 'another session');
    await no(good, {}, 'no session');
    const deny = await post('/auth/authorize', { ...good, answer: 'no' }, cookie);
    assert.equal(back(deny).get('error'), 'access_denied');
  });
  test('refresh tokens are good once, never widen, and a reused one ends everything', async () => {
    const w = wish({ scope: 'offline_access user/*.rs' }), first = (await redeem(w, await code(w, await login(server, 'bo')))).json;
    const again = (t, more = {}) => post('/auth/token', { grant_type: 'refresh_token', refresh_token: t, client_id: 'web', ...more });
    const second = await again(first.refresh_token);
    assert.equal(second.status, 200, second.text);
    refused(await again(second.json.refresh_token, { client_id: 'other' }), 400, 'invalid_grant');
    const third = (await again(second.json.refresh_token)).json;
    refused(await again(third.refresh_token, { scope: 'offline_access user/*.cruds' }), 400, 'invalid_scope');
    refused(await again(first.refresh_token), 400, 'invalid_grant');
    outcome(await get('/fhir/Practitioner/bo', bearer(third.access_token)), 401, 'BEARER');
  });
  test('a patient is chosen when the app asks for one, and the token is that patient’s', async () => {
    const w = wish({ scope: 'launch/patient patient/*.rs' }), cookie = await login(server, 'bo');
    assert.match((await page(w, cookie)).text, /Välj patient/);
    assert.equal(back(await consent(w, cookie)).get('error'), 'invalid_request');
    assert.equal(back(await consent(w, cookie, { patient: 'nobody' })).get('error'), 'invalid_request');
    const t = (await redeem(w, await code(w, cookie, { patient: 'pat' }))).json;
    assert.equal(t.patient, 'pat');
    // The patient's own account: nobody to choose.
    const mine = await login(server, 'pat');
    assert.doesNotMatch((await page(w, mine)).text, /Välj patient/);
    const own = wish({ scope: 'launch/patient patient/*.rs' });
    assert.equal((await redeem(own, await code(own, mine))).json.patient, 'pat');
  });
  test('a guardian of several children chooses which, and no other', async () => {
    const scope = 'launch/patient patient/*.rs', vera = await login(server, 'vera');
    const shown = (await page(wish({ scope }), vera)).text;
    assert.deepEqual([...shown.matchAll(/type="radio" name="patient" required value="([^"]*)"> ([^<]*) </g)].map((m) => [m[1], unescape(m[2])]), [['first', 'Första <b> Barn'], ['second', 'Andra Barn']]);
    assert.doesNotMatch(shown, /grown|alone|id="find"/);
    for (const patient of ['grown', 'alone', 'pat', 'nobody', '']) assert.equal(back(await consent(wish({ scope }), vera, { patient })).get('error'), 'invalid_request', patient);
    for (const patient of ['first', 'second']) {
      const w = wish({ scope }), t = (await redeem(w, await code(w, vera, { patient }))).json;
      assert.equal(t.patient, patient);
      const found = (await get('/fhir/Patient', bearer(t.access_token))).json.entry.map((e) => e.resource.id);
      assert.deepEqual(found, [patient], 'the app sees the chosen child alone');
    }
    // Launched for one of them: that one; for somebody else: refused.
    const launched = async (patient) => wish({ scope: 'launch patient/*.rs', launch: (await raw(server, 'POST', '/auth/launch', { headers: { ...OURS, ...vera }, body: JSON.stringify({ app: 'web', patient }) })).json.launch });
    const w = await launched('second');
    assert.doesNotMatch((await page(w, vera)).text, /type="radio"/);
    assert.equal((await redeem(w, await code(w, vera))).json.patient, 'second');
    assert.equal(back(await page(await launched('alone'), vera)).get('error'), 'invalid_request');
    // An answer that is remembered is not given for a child nobody has chosen.
    assert.match((await page(wish({ scope }), vera)).text, /type="radio"/);
    // One child: nobody to choose. None whose record may be read: no app either.
    const one = wish({ scope }), ville = await login(server, 'ville');
    assert.doesNotMatch((await page(one, ville)).text, /type="radio"/);
    assert.equal((await redeem(one, await code(one, ville))).json.patient, 'alone');
    assert.equal(back(await page(wish({ scope }), await login(server, 'vilma'))).get('error'), 'invalid_request');
  });
  test('an EHR launch is its person’s and its app’s, once', async () => {
    const cookie = await login(server, 'bo');
    const launch = (body, headers = cookie) => raw(server, 'POST', '/auth/launch', { headers: { ...OURS, ...headers }, body: JSON.stringify(body) });
    const l = await launch({ app: 'web', patient: 'pat' });
    assert.equal(l.status, 200, l.text);
    assert.ok(l.json.url.startsWith('https://app.example/launch?iss=http%3A%2F%2F'));
    const w = wish({ scope: 'launch patient/*.rs', launch: l.json.launch });
    const t = (await redeem(w, await code(w, cookie))).json;
    assert.equal(t.patient, 'pat');
    assert.equal(back(await page(wish({ scope: 'launch patient/*.rs', launch: l.json.launch }), cookie)).get('error'), 'invalid_request');
    const mine = (await launch({ app: 'web', patient: 'pat' })).json.launch;
    assert.equal(back(await page(wish({ scope: 'launch patient/*.rs', launch: mine }), await login(server, 'pat'))).get('error'), 'invalid_request');
    assert.equal((await launch({ app: 'web' }, {})).status, 401);
    assert.equal((await raw(server, 'POST', '/auth/launch', { headers: { ...cookie, 'Content-Type': 'application/json' }, body: '{"app":"web"}' })).status, 403);
    assert.equal((await launch({ app: 'other' })).status, 400);
  });
  test('logging out ends what apps had; disabling the account ends offline access too', async () => {
    const cookie = await login(server, 'anna', { assignment: 'PractitionerRole/anna-med' }), w = wish(), off = wish({ scope: 'offline_access user/*.rs' });
    const t = (await redeem(w, await code(w, cookie))).json.access_token, o = (await redeem(off, await code(off, cookie))).json;
    assert.equal((await get('/fhir/Practitioner/anna', bearer(t))).status, 200);
    await raw(server, 'POST', '/auth/logout', { headers: { ...OURS, ...cookie }, body: '{}' });
    outcome(await get('/fhir/Practitioner/anna', bearer(t)), 401, 'BEARER');
    assert.equal((await get('/fhir/Practitioner/anna', bearer(o.access_token))).status, 200);
    assert.equal(user(data, ['disable', 'anna']).code, 0);
    outcome(await get('/fhir/Practitioner/anna', bearer(o.access_token)), 401, 'BEARER');
    refused(await post('/auth/token', { grant_type: 'refresh_token', refresh_token: o.refresh_token, client_id: 'web' }), 400, 'invalid_grant');
    user(data, ['enable', 'anna']);
  });
});

describe('what a person has said', () => {
  const asked = (r) => /En app ber om åtkomst/.test(r.text);
  test('an answer is remembered when the person says so: for these scopes, this app and this person', async () => {
    const cookie = await login(server, 'bo'), scope = 'openid user/Patient.rs user/Practitioner.rs';
    assert.ok(asked(await page(wish({ scope }), cookie)));
    await code(wish({ scope }), cookie);
    assert.ok(asked(await page(wish({ scope }), cookie)), 'not remembered unless one says so');
    await code(wish({ scope }), cookie, { remember: 'yes' });
    const w = wish({ scope: 'user/Patient.r' }), given = await page(w, cookie);
    assert.equal(given.status, 303, given.text);
    assert.equal((await redeem(w, back(given).get('code'))).json.scope, 'user/Patient.r');
    assert.equal((await page(wish({ scope }), await login(server, 'bo'))).status, 303, 'in another session too');
    for (const [more, who] of [[{ scope: 'user/Observation.rs' }], [{ scope: `${scope} offline_access` }], [{ scope, prompt: 'consent' }], [{ scope, client_id: 'other', redirect_uri: 'https://other.example/back' }], [{ scope }, await login(server, 'pat')], [{ scope: `${scope} launch/patient` }]])
      assert.ok(asked(await page(wish(more), who ?? cookie)), JSON.stringify(more));
  });
  test('one sees what apps have, and takes it back at once', async () => {
    const cookie = await login(server, 'bo'), w = wish({ scope: 'offline_access user/Practitioner.rs' });
    const t = (await redeem(w, await code(w, cookie, { remember: 'yes' }))).json;
    const shown = await get('/auth/apps', cookie);
    assert.match(shown.text, /<html lang="sv">/);
    assert.match(shown.text, /Webbappen &lt;b&gt; \(web\)/);
    assert.match(shown.text, /också när du inte är inloggad/);
    assert.match(shown.headers['content-security-policy'], /form-action 'self' ;/);
    assert.equal((await page(w, cookie)).status, 303);
    assert.equal((await get('/fhir/Practitioner/bo', bearer(t.access_token))).status, 200);
    const r = await post('/auth/apps', { app: 'web', seal: field(shown.text, 'seal') }, { ...cookie, Origin: server.origin });
    assert.equal(r.status, 303, r.text);
    assert.equal(r.headers.location, '/auth/apps');
    outcome(await get('/fhir/Practitioner/bo', bearer(t.access_token)), 401, 'BEARER');
    refused(await post('/auth/token', { grant_type: 'refresh_token', refresh_token: t.refresh_token, client_id: 'web' }), 400, 'invalid_grant');
    assert.ok(asked(await page(w, cookie)));
    assert.doesNotMatch((await get('/auth/apps', cookie)).text, /Webbappen/);
  });
  test('another person’s access stays', async () => {
    const theirs = wish({ scope: 'offline_access user/Patient.rs' }), t = (await redeem(theirs, await code(theirs, await login(server, 'pat')))).json;
    const cookie = await login(server, 'bo'), w = wish();
    await code(w, cookie);
    await post('/auth/apps', { app: 'web', seal: field((await get('/auth/apps', cookie)).text, 'seal') }, cookie);
    assert.notEqual((await get('/fhir/Patient?_id=pat', bearer(t.access_token))).status, 401);
  });
  test('online_access lasts as long as the session: not after it rests, nor after logout', async () => {
    const short = await closed(data2 ??= await makeData(), ['--session-idle', '2s']);
    try {
      const here = { ...short };
      const spawned = spawnSync(program, ['app', 'add', 'on', '--scope', 'online_access user/*.rs', '--redirect', BACK, '--data', data2], { encoding: 'utf8' });
      assert.equal(spawned.status, 0, spawned.stderr);
      const cookie = await login(here, 'bo'), w = wish({ client_id: 'on', scope: 'online_access user/*.rs', aud: here.base });
      const shown = await raw(here, 'GET', `/auth/authorize?${w.query}&again=1`, { headers: cookie });
      const yes = await raw(here, 'POST', '/auth/authorize', { headers: { ...FORM, ...cookie }, body: form({ request: field(shown.text, 'request'), seal: field(shown.text, 'seal'), answer: 'yes' }) });
      const token = (values) => raw(here, 'POST', '/auth/token', { headers: FORM, body: form({ client_id: 'on', ...values }) });
      const first = (await token({ grant_type: 'authorization_code', code: back(yes).get('code'), redirect_uri: BACK, code_verifier: w.verifier })).json;
      const second = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
      assert.equal(second.status, 200, second.text);
      await new Promise((r) => setTimeout(r, 2300));
      const late = await token({ grant_type: 'refresh_token', refresh_token: second.json.refresh_token });
      refused(late, 400, 'invalid_grant');
      assert.match(late.json.error_description, /session/);
    } finally {
      await short.stop({ keep: true });
    }
  });
  test('a storm of logins does not keep apps waiting', async () => {
    const storm = Array.from({ length: 12 }, (_, i) => raw(server, 'POST', '/auth/login', { headers: OURS, body: JSON.stringify({ name: `nobody${i}`, password: 'fel lösenord helt' }) }));
    const begun = Date.now();
    let logins = 0;
    for (const s of storm) s.then(() => logins++);
    const r = await post('/auth/token', proof(assertion()));
    assert.equal(r.status, 200, r.text);
    const ms = Date.now() - begun;
    assert.ok(logins < storm.length, `the token came after ${logins} of ${storm.length} logins, ${ms} ms`);
    await Promise.all(storm);
  });
});

describe('when there is more than there is room for', () => {
  test('more apps than the queue holds: each is answered, with a token or when to come again, and afterwards all is as before', async () => {
    const asked = Array.from({ length: 200 }, () => assertion());
    const all = await Promise.all(asked.map((jwt) => post('/auth/token', proof(jwt))));
    const given = all.filter((r) => r.status === 200);
    for (const r of all.filter((one) => one.status !== 200)) {
      assert.equal(r.status, 503, r.text);
      assert.equal(r.headers['retry-after'], '2');
      assert.equal(r.json.error, 'temporarily_unavailable');
    }
    assert.ok(given.length > 0);
    assert.equal(new Set(given.map((r) => r.json.access_token)).size, given.length, 'no two got the same');
    assert.equal((await post('/auth/token', proof(assertion()))).status, 200);
  });
  test('more launches than are remembered: the oldest give way, the newest hold', async () => {
    const cookie = await login(server, 'bo');
    const launch = async () => {
      const r = await raw(server, 'POST', '/auth/launch', { headers: { ...OURS, ...cookie }, body: JSON.stringify({ app: 'web', patient: 'pat' }) });
      assert.equal(r.status, 200, r.text);
      return r.json.launch;
    };
    const first = await launch();
    for (let i = 0; i < 256; i++) await launch();
    const newest = await launch();
    const asked = (handle) => wish({ scope: 'launch patient/*.rs', launch: handle });
    assert.equal(back(await page(asked(first), cookie)).get('error'), 'invalid_request');
    const w = asked(newest);
    assert.equal((await redeem(w, await code(w, cookie))).json.patient, 'pat');
  });
  test('scopes, states, addresses and bodies beyond their bounds are refused, one short of them is not', async () => {
    const cookie = await login(server, 'bo');
    const scopes = (n) => Array.from({ length: n }, (_, i) => `user/Observation.rs?code=${i}`).join(' ');
    assert.equal((await page(wish({ scope: scopes(64) }), cookie)).status, 200);
    assert.equal(back(await page(wish({ scope: scopes(65) }), cookie)).get('error'), 'invalid_scope');
    assert.equal((await page(wish({ state: 's'.repeat(2048) }), cookie)).status, 200);
    // The longest state, and each byte of it escaped, comes back whole; a longer one is told to the person, not lost on the way.
    const whole = wish({ state: 'å'.repeat(1024) });
    assert.equal(back(await consent(whole, cookie)).get('state'), 'å'.repeat(1024));
    const long = await page(wish({ state: 's'.repeat(2049) }), cookie);
    assert.equal(long.status, 400);
    assert.match(long.text, /state krävs/);
    const large = await post('/auth/token', { ...proof(assertion()), padding: 'x'.repeat(16384) });
    assert.ok([400, 413].includes(large.status), String(large.status));
    assert.equal((await post('/auth/token', proof(assertion()))).status, 200);
  });
});

describe('tokens', () => {
  test('what is no token is refused with a challenge', async () => {
    for (const value of ['Bearer', 'Bearer x', `Bearer ${'a'.repeat(43)}`, 'Basic eDp5', 'bearer', `Bearer ${'a'.repeat(5000)}`]) {
      const r = await get('/fhir/Patient/pat', { Authorization: value });
      outcome(r, 401, 'BEARER');
      assert.match(r.headers['www-authenticate'], /^Bearer .*error="invalid_token"/);
    }
    // A session does not make up for a bad token.
    outcome(await get('/fhir/Patient/pat', { ...(await login(server, 'bo')), Authorization: 'Bearer x' }), 401, 'BEARER');
  });
  test('a token in the address is refused, though it is valid', async () => {
    const t = (await post('/auth/token', proof(assertion()))).json.access_token;
    outcome(await get(`/fhir/Patient/pat?access_token=${t}`), 400, 'BEARER_QUERY');
    outcome(await get(`/fhir/Patient/pat?_format=json&access_token=${t}`, bearer(t)), 400, 'BEARER_QUERY');
  });
  test('introspection and revocation are the app’s own', async () => {
    const mine = (jwt, token) => ({ token, client_assertion_type: proof('').client_assertion_type, client_assertion: jwt });
    const t = (await post('/auth/token', proof(assertion()))).json.access_token;
    const seen = (await post('/auth/introspect', mine(assertion(), t))).json;
    assert.equal(seen.active, true);
    assert.equal(seen.client_id, 'backend');
    assert.equal(seen.scope, 'system/*.rs');
    assert.deepEqual((await post('/auth/introspect', mine(assertion(), 'x'))).json, { active: false });
    const basic = { Authorization: `Basic ${Buffer.from(`conf:${secret}`).toString('base64')}` };
    assert.deepEqual((await post('/auth/introspect', { token: t }, basic)).json, { active: false });
    refused(await post('/auth/introspect', { token: t }), 401, 'invalid_client');
    refused(await post('/auth/introspect', { token: t }, { Authorization: `Basic ${Buffer.from(`conf:${secret}x`).toString('base64')}` }), 401, 'invalid_client');
    assert.equal((await post('/auth/revoke', { token: t }, basic)).status, 200);
    assert.equal((await get('/fhir/Patient/pat', bearer(t))).status, 200); // another app's
    assert.equal((await post('/auth/revoke', mine(assertion(), t))).status, 200);
    outcome(await get('/fhir/Patient/pat', bearer(t)), 401, 'BEARER');
  });
  test('requests that are no form, or say a thing twice, or ask for other grants are refused', async () => {
    refused(await raw(server, 'POST', '/auth/token', { headers: { 'Content-Type': 'application/json' }, body: '{}' }), 400, 'invalid_request');
    refused(await raw(server, 'POST', '/auth/token', { headers: FORM, body: 'grant_type=client_credentials&grant_type=x' }), 400, 'invalid_request');
    refused(await post('/auth/token', { ...proof(assertion()), grant_type: 'password' }), 400, 'unsupported_grant_type');
    refused(await post('/auth/token', { grant_type: 'client_credentials', client_id: 'web', scope: 'user/*.rs' }), 400, 'unauthorized_client');
    assert.equal((await get('/auth/token')).status, 405);
  });
});
