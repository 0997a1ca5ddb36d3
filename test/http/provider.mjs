// SPDX-License-Identifier: Apache-2.0
// Outside providers for the tests of login: a real one (npm oidc-provider) with claims as SITHS/HSA has them, and a small one that
// does whatever a provider must not. Test identities only.
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { makeData, role } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

export const LOA3 = 'http://id.sambi.se/loa/loa3';
export const LOA2 = 'http://id.sambi.se/loa/loa2';
export const HSA = 'urn:oid:1.2.752.129.2.1.4.1';
export const hsa = (end) => `SE2321000016-TEST${end}`;

const CLAIMS = ['employeeHsaId', 'healthCareUnitHsaId', 'healthCareProviderHsaId', 'commissionHsaId', 'commissionPurpose', 'commissionName', 'personalIdentityNumber'];
const identifier = (value) => [{ system: HSA, value }];

/** accounts.mjs's people, with HSA-ids; and a few whom login must refuse. Accounts: anna, bo, pat with passwords. */
export async function makeStaff() {
  const data = await makeData();
  const open = await start(data);
  const get = async (path) => (await ask(open, 'GET', path)).json;
  const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);
  const known = [['Organization/region', 'REGION'], ['Organization/med', 'MED'], ['Organization/kir', 'KIR'], ['Practitioner/anna', 'ANNA'], ['Practitioner/bo', 'BO']];
  const changed = await Promise.all(known.map(async ([path, end]) => ({ ...(await get(`/${path}`)), identifier: identifier(hsa(end)) })));
  const person = (id, end, more = {}) => ({ resourceType: 'Practitioner', id, identifier: identifier(hsa(end)), name: [{ given: [id], family: 'Prov' }], ...more });
  const all = [
    ...changed,
    { ...(await get('/PractitionerRole/anna-med')), identifier: identifier(hsa('COMMISSION1')) },
    person('cia', 'CIA'), role('cia-med', 'cia', 'med'),
    person('dan', 'DAN'), // no assignment
    person('eva', 'EVA', { active: false }), role('eva-med', 'eva', 'med'),
    person('tva', 'TWIN'), person('tvb', 'TWIN'), role('tva-med', 'tva', 'med'), role('tvb-med', 'tvb', 'med'),
  ];
  const r = await ask(open, 'POST', '', { body: bundle('transaction', ...all.map(put)) });
  await open.stop({ keep: true });
  if (r.status !== 200) throw new Error(r.text);
  return data;
}

/** A configuration file of serve --oidc; a secret or key beside it. */
export function configure(data, issuer, { secret, key, mode = 0o600, ...more } = {}) {
  const at = (name) => join(data, name);
  if (secret !== undefined) writeFileSync(at('oidc.secret'), secret, { mode });
  if (key !== undefined) writeFileSync(at('oidc.jwk'), JSON.stringify(key), { mode });
  const conf = {
    issuer,
    client_id: 'helhet',
    ...(key === undefined ? { client_auth: 'client_secret_basic', client_secret_file: at('oidc.secret') } : { client_auth: 'private_key_jwt', client_key_file: at('oidc.jwk') }),
    name: { sv: 'SITHS', en: 'SITHS eID' },
    acr: [LOA3],
    ...more,
  };
  const file = at(`oidc-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(conf));
  return file;
}

/** An http server whose handler can be changed, on a port of its own. tls: { key, cert }, then by https. */
export async function listen(handler = (_, res) => res.writeHead(503).end(), tls = null) {
  const it = { handler };
  const answer = (req, res) => it.handler(req, res);
  const http = tls === null ? createServer(answer) : createSecureServer(tls, answer);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  it.origin = `${tls === null ? 'http' : 'https'}://127.0.0.1:${http.address().port}`;
  it.close = () => new Promise((resolve) => {
    http.close(resolve);
    http.closeAllConnections();
  });
  return it;
}

/** The real one. it.who is whoever sits at its login page: claims, and acr. */
export async function realProvider(server, it, client, more = {}) {
  const provider = new Provider(it.origin, {
    clients: [{
      client_id: 'helhet',
      redirect_uris: [`${server.origin}/auth/oidc/callback`],
      post_logout_redirect_uris: [`${server.origin}/`],
      backchannel_logout_uri: `${server.origin}/auth/oidc/backchannel`,
      backchannel_logout_session_required: true,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      ...client,
    }],
    acrValues: [LOA2, LOA3],
    claims: { openid: ['sub', ...CLAIMS] },
    conformIdTokenClaims: true,
    cookies: { keys: ['test'] },
    // Its own refuses to call this machine, which is right elsewhere.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { ctx.body = form; } },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...it.people[id] }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid');
      grant.addOIDCClaims(CLAIMS);
      await grant.save();
      return grant;
    },
    ...more,
  });
  it.people = {};
  it.provider = provider;
  it.errors = [];
  for (const event of ['backchannel.error', 'server_error']) provider.on(event, (ctx, error) => it.errors.push(`${event}: ${error.message} ${error.cause ?? ''}`));
  const callback = provider.callback();
  it.handler = async (req, res) => {
    if (!req.url.startsWith('/interaction/')) return callback(req, res);
    it.asked = (await provider.interactionDetails(req, res)).params;
    const { sub, acr = LOA3, ...claims } = it.who;
    it.people[sub] = claims;
    const result = it.who.refuse ? { error: 'access_denied', error_description: 'no' } : { login: { accountId: sub, acr, remember: true } };
    return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
  };
  return it;
}

/** A browser as far as a login needs one: cookies per site, redirects followed by hand. */
export function agent() {
  const jars = new Map();
  const site = (url) => new URL(url).host;
  const jar = (url) => jars.get(site(url)) ?? jars.set(site(url), new Map()).get(site(url));
  const go = async (url, { method = 'GET', headers = {}, body } = {}) => {
    const cookie = [...jar(url)].map(([k, v]) => `${k}=${v}`).join('; ');
    const r = await fetch(url, { method, body, redirect: 'manual', headers: { ...(cookie ? { Cookie: cookie } : {}), ...headers } });
    for (const line of r.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar(url).delete(name);
      else jar(url).set(name, value);
    }
    const text = await r.text();
    let json;
    try { json = JSON.parse(text); } catch { json = undefined; }
    return { status: r.status, headers: r.headers, text, json, url };
  };
  const walk = async (url, until) => {
    for (let i = 0; i < 12; i++) {
      if (until !== undefined && url.startsWith(until)) return { url };
      const r = await go(url);
      if (r.status < 300 || r.status > 399) return r;
      url = new URL(r.headers.get('location'), url).href;
    }
    throw new Error(`too many redirects: ${url}`);
  };
  return { go, walk, jar };
}

const b64 = (x) => Buffer.from(x).toString('base64url');

/** The small one: what it answers is for the test to say. it.tamper changes claims, header, signature or whole answers. */
export async function fakeProvider() {
  const it = await listen();
  it.reset = () => {
    it.keys = [makeKey('k1')];
    it.claims = { sub: 'anna', acr: LOA3, employeeHsaId: hsa('BO') };
    it.userinfo = { sub: 'anna' };
    it.answers = {};
    it.calls = [];
    it.meta = {};
  };
  it.reset();
  it.token = ({ claims = {}, header = {}, key = it.keys[0], signer, without = [] } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: it.origin, aud: 'helhet', exp: now + 300, iat: now, nonce: it.nonce, ...it.claims, ...claims };
    for (const name of without) delete all[name];
    const text = `${b64(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header }))}.${b64(JSON.stringify(all))}`;
    return `${text}.${b64((signer ?? ((t) => sign('sha256', Buffer.from(t), key.privateKey)))(text))}`;
  };
  it.handler = (req, res) => {
    const path = new URL(req.url, it.origin).pathname;
    let body = '';
    req.on('data', (t) => (body += t)).on('end', () => {
      it.calls.push({ path, body, headers: req.headers });
      const own = it.answers[path];
      if (own) return own(req, res, body);
      const json = (value, status = 200) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
      if (path === '/.well-known/openid-configuration')
        return json({
          issuer: it.origin, authorization_endpoint: `${it.origin}/auth`, token_endpoint: `${it.origin}/token`, jwks_uri: `${it.origin}/jwks`,
          userinfo_endpoint: `${it.origin}/me`, end_session_endpoint: `${it.origin}/end`, response_types_supported: ['code'], code_challenge_methods_supported: ['S256'], ...it.meta,
        });
      if (path === '/jwks') return json({ keys: it.keys.map((k) => k.jwk) });
      if (path === '/token') return json({ access_token: 'a', token_type: 'Bearer', id_token: it.id_token?.() ?? it.token() });
      if (path === '/me') return json(it.userinfo);
      return res.writeHead(404).end();
    });
  };
  return it;
}

export function makeKey(kid) {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
export const hmac = (key) => (text) => createHmac('sha256', key).update(text).digest();
