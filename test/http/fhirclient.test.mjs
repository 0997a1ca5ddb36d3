// SPDX-License-Identifier: Apache-2.0
// A client by others, npm fhirclient, unmodified, as the server side of an app: it finds the service, sends the person to
// log in and say yes, proves itself with an assertion that it signs (RS384, ES384) or a secret, and reads. It refreshes with a secret; its refresh with keys is
// not signed (2.6.3), and refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import smart from 'fhirclient';
import { closed, forget, login, makeData, raw } from './accounts.mjs';

const KEYS = { RS384: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }) };
const SCOPE = 'openid fhirUser launch/patient offline_access patient/*.rs';
const program = process.env.HELHET_BIN ?? 'build/helhet';
const jwk = {}, clients = {};
let secret;
let data, server, app, origin, failed;

/** What the library keeps between the launch and the return. */
const kept = new Map();
const storage = { get: async (k) => kept.get(k), set: async (k, v) => (kept.set(k, v), v), unset: async (k) => kept.delete(k) };

/* The app: /ALG/launch sends the person away, /ALG/back is where they return to. */
async function answer(req, res) {
  const [, alg, what] = new URL(req.url, origin).pathname.split('/');
  const api = smart(req, res, storage);
  try {
    if (what === 'launch') return void (await api.authorize({ clientId: `fc-${alg}`, iss: server.base, scope: SCOPE, redirectUri: `${origin}/${alg}/back`, ...(jwk[alg] ? { clientPrivateJwk: { ...jwk[alg] } } : { clientSecret: secret }), pkceMode: 'required' }));
    clients[alg] = await api.ready();
    res.end('ready');
  } catch (e) {
    failed = e;
    res.statusCode = 500;
    res.end(e.stack);
  }
}

before(async () => {
  app = createServer(answer);
  await new Promise((done) => app.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${app.address().port}`;
  data = await makeData();
  for (const [alg, make] of Object.entries(KEYS)) {
    const pair = make(), path = join(data, `${alg}.json`);
    jwk[alg] = { ...pair.privateKey.export({ format: 'jwk' }), kid: alg, alg, key_ops: ['sign'] };
    writeFileSync(path, JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: alg, alg }] }));
    const made = spawnSync(program, ['app', 'add', `fc-${alg}`, '--scope', SCOPE, '--redirect', `${origin}/${alg}/back`, '--jwks', path, '--data', data], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  }
  const made = spawnSync(program, ['app', 'add', 'fc-secret', '--scope', SCOPE, '--redirect', `${origin}/secret/back`, '--with-secret', '--data', data], { encoding: 'utf8' });
  secret = /: ([0-9a-f]{64})/.exec(made.stdout)[1];
  server = await closed(data);
});
after(async () => {
  app?.close();
  if (server) assert.equal((await server.stop({ keep: true })).code, 0, server.log());
  if (data) forget(data);
});

const unescape = (t) => t.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const field = (html, name) => unescape(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');

/** What the person's browser does: follows the app here, says yes for a patient, and follows us back. */
async function person(alg, cookie) {
  const away = await fetch(`${origin}/${alg}/launch`, { redirect: 'manual' });
  assert.equal(away.status, 302, `${failed?.stack}`);
  const to = new URL(away.headers.get('location'));
  assert.equal(to.origin, server.origin);
  const shown = await raw(server, 'GET', `${to.pathname}${to.search}&again=1`, { headers: cookie });
  assert.match(shown.text, /En app ber om åtkomst/);
  const body = new URLSearchParams({ request: field(shown.text, 'request'), seal: field(shown.text, 'seal'), answer: 'yes', patient: 'pat' }).toString();
  const yes = await raw(server, 'POST', '/auth/authorize', { headers: { ...cookie, Origin: server.origin, 'Content-Type': 'application/x-www-form-urlencoded' }, body });
  assert.equal(yes.status, 303, yes.text);
  const back = await fetch(yes.headers.location);
  assert.equal(await back.text(), 'ready', `${failed?.stack}`);
  return clients[alg];
}

describe('npm fhirclient on a server', () => {
  for (const alg of ['RS384', 'ES384', 'secret'])
    test(`${alg}: finds the service, gets a token, reads`, async () => {
      const client = await person(alg, await login(server, 'bo'));
      assert.equal(client.patient.id, 'pat');
      assert.equal((await client.patient.read()).name[0].family, 'Patient');
      assert.equal(client.getFhirUser(), 'Practitioner/bo');
      assert.equal((await client.request(`Patient?_id=${client.patient.id}`)).entry.length, 1);
      await assert.rejects(client.create({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/pat' } }), (e) => e.status === 403);
      const first = client.getState('tokenResponse.access_token');
      if (alg !== 'secret') return assert.rejects(client.refresh(), /invalid_client/);
      await client.refresh();
      assert.notEqual(client.getState('tokenResponse.access_token'), first);
      assert.equal((await client.patient.read()).id, 'pat');
    });

  test('an app whose key is another one gets nothing', async () => {
    const own = jwk.ES384;
    jwk.ES384 = { ...KEYS.ES384().privateKey.export({ format: 'jwk' }), kid: 'ES384', alg: 'ES384', key_ops: ['sign'] };
    await assert.rejects(person('ES384', await login(server, 'bo')), /invalid_client|ready/);
    assert.match(String(failed), /invalid_client/);
    jwk.ES384 = own;
  });
});
