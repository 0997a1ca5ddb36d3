// SPDX-License-Identifier: Apache-2.0
// The outside provider by https: its certificate must be of the authority that ca_file names, be its own, and be in time. The
// authorities are made here, by openssl.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closed, forget, OURS, raw } from './accounts.mjs';
import { agent as newAgent, configure, hsa, listen, makeStaff, realProvider } from './provider.mjs';

const SECRET = 'hemlig-nyckel-for-prov';
const folder = mkdtempSync(join(tmpdir(), 'helhet-tls-'));
const at = (name) => join(folder, name);
function openssl(...args) {
  const r = spawnSync('openssl', args, { encoding: 'utf8' });
  assert.equal(r.status, 0, `openssl ${args.join(' ')}: ${r.error ?? r.stderr}`);
}
function authority(name) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=Prov-CA ${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`));
}
/** A certificate of the authority for an address; { key, cert } for a server. */
function certificate(name, ca, san, days = '2') {
  writeFileSync(at(`${name}.ext`), `subjectAltName=${san}\nextendedKeyUsage=serverAuth\n`);
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`));
  openssl('x509', '-req', '-in', at(`${name}.csr`), '-CA', at(`${ca}.pem`), '-CAkey', at(`${ca}.key`), '-CAcreateserial', '-days', days, '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`));
  return { key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) };
}

let data;
before(async () => {
  authority('ours');
  authority('theirs');
  data = await makeStaff();
});
after(() => {
  if (data) forget(data);
  rmSync(folder, { recursive: true, force: true });
});

async function served(tls, conf, body) {
  const idp = await listen(undefined, tls);
  const server = await closed(data, ['--oidc', configure(data, idp.origin, { secret: SECRET, ...conf })]);
  try {
    await realProvider(server, idp, { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' });
    await body(idp, server);
  } finally {
    await server.stop({ keep: true });
    await idp.close();
  }
}
const begin = (server) => raw(server, 'POST', '/auth/oidc', { headers: OURS, body: '{}' });

test('a certificate of the authority that ca_file names: a whole login', () => served(certificate('good', 'ours', 'IP:127.0.0.1'), { ca_file: at('ours.pem') }, async (idp, server) => {
  // The browser's trust is the browser's own matter; what is tried is the service's.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const b = newAgent();
    idp.who = { sub: 'anna', employeeHsaId: hsa('ANNA'), healthCareUnitHsaId: hsa('KIR') };
    const begun = await b.go(`${server.origin}/auth/oidc`, { method: 'POST', headers: OURS, body: '{}' });
    assert.equal(begun.status, 200, begun.text);
    assert.ok(begun.json.url.startsWith(`${idp.origin}/`), begun.json.url);
    const back = await b.walk(begun.json.url);
    assert.equal(back.status, 200, back.text);
    const session = (await b.go(`${server.origin}/auth/session`)).json;
    assert.deepEqual([session.state, session.user?.reference], ['live', 'Practitioner/anna']);
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
}));

const refused = {
  'of another authority': () => [certificate('other', 'theirs', 'IP:127.0.0.1'), { ca_file: at('ours.pem') }],
  'of an authority that nobody has named': () => [certificate('system', 'ours', 'IP:127.0.0.1'), {}],
  'of the right authority for another address': () => [certificate('elsewhere', 'ours', 'DNS:idp.example,IP:127.0.0.9'), { ca_file: at('ours.pem') }],
  'of the right authority whose time is out': () => [certificate('late', 'ours', 'IP:127.0.0.1', '0'), { ca_file: at('ours.pem') }],
};
for (const [what, made] of Object.entries(refused))
  test(`a certificate ${what}: nobody is sent there, and local accounts go on`, async () => {
    const [tls, conf] = made();
    await new Promise((done) => setTimeout(done, 1100)); // zero days end within the second
    await served(tls, conf, async (idp, server) => {
      let asked = 0;
      const handler = idp.handler;
      idp.handler = (req, res) => { asked++; return handler(req, res); };
      const r = await begin(server);
      assert.equal(r.status, 503, r.text);
      assert.equal(r.json.issue[0].details.coding[0].code, 'OIDC_DOWN');
      assert.equal(asked, 0, 'nothing was told to whoever it is');
      assert.equal((await raw(server, 'GET', '/auth/session')).json.state, 'none');
    });
  });

test('a ca_file that is no certificate is not taken for the system’s', async () => {
  writeFileSync(at('empty.pem'), 'inget\n');
  await served(certificate('again', 'ours', 'IP:127.0.0.1'), { ca_file: at('empty.pem') }, async (_, server) => {
    assert.equal((await begin(server)).status, 503);
  });
});
