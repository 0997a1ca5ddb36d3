// SPDX-License-Identifier: Apache-2.0
// A new region from an empty folder: its first administrator, an account, a login, and the first unit.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { auth, closed, cookieOf, OURS, PASSWORD, raw, user } from './accounts.mjs';

const program = process.env.HELHET_BIN ?? 'build/helhet';

test('a new region: init, an account, a login, the first unit', async () => {
  const data = join(mkdtempSync(join(tmpdir(), 'helhet-init-')), 'region');
  const init = (...args) => spawnSync(program, ['init', '--data', data, ...args], { encoding: 'utf8' });
  const provider = ['--provider', 'Region "Exempel" åäö'], person = ['--given', 'Tolvan', '--family', 'Tolvansson'];
  try {
    assert.equal(init(...provider).status, 2);
    assert.equal(init(...provider, '--given', '', '--family', 'x').status, 2);
    const made = init(...provider, ...person);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /Nu: helhet user add KONTO --person Practitioner\/administrator/);
    const again = init(...provider, ...person);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /har redan en första systemadministratör/);
    assert.equal(user(data, ['add', 'tolvan', '--person', 'Practitioner/administrator'], PASSWORD).code, 0);
    const server = await closed(data);
    try {
      const login = await auth(server, 'login', { name: 'tolvan', password: PASSWORD });
      assert.ok(login.json.assignment, login.text);
      const headers = { ...OURS, Cookie: cookieOf(login), 'Content-Type': 'application/fhir+json' };
      assert.equal((await raw(server, 'GET', '/fhir/Organization/provider', { headers })).json.name, 'Region "Exempel" åäö');
      const unit = { resourceType: 'Organization', name: 'Vårdcentralen', partOf: { reference: 'Organization/provider' } };
      assert.equal((await raw(server, 'POST', '/fhir/Organization', { headers, body: JSON.stringify(unit) })).status, 201);
      assert.equal((await raw(server, 'GET', '/fhir/Patient', { headers })).status, 403, 'but no patients');
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(join(data, '..'), { recursive: true, force: true });
  }
});
