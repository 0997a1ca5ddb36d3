// SPDX-License-Identifier: Apache-2.0
// How fast one session may ask: a burst passes, a flood is told to wait, others never notice, and the log has it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closed, forget, login, makeData, raw } from './accounts.mjs';

const RATE = 5, BURST = 10 * RATE;
let data, server;
before(async () => {
  data = await makeData();
  server = await closed(data, ['--session-rate', String(RATE)]);
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

test('a flood of one session is held back, others are not', async () => {
  const anna = await login(server, 'bo'), other = await login(server, 'bo');
  const answers = await Promise.all(Array.from({ length: 2 * BURST }, () => raw(server, 'GET', '/fhir/Patient/pat', { headers: anna })));
  const refused = answers.filter((r) => r.status === 429);
  assert.ok(answers.filter((r) => r.status === 200).length >= BURST, 'a burst passes');
  assert.ok(refused.length > 0, 'a flood does not');
  assert.ok(Number(refused[0].headers['retry-after']) >= 1);
  assert.equal(refused[0].json.issue[0].details.coding[0].code, 'LOGIN_PACE');
  assert.equal((await raw(server, 'GET', '/fhir/Patient/pat', { headers: other })).status, 200);
  assert.equal((await raw(server, 'GET', '/health')).status, 200);
  await new Promise((done) => setTimeout(done, 1000 * Number(refused[0].headers['retry-after'])));
  assert.equal((await raw(server, 'GET', '/fhir/Patient/pat', { headers: anna })).status, 200);
  const log = readdirSync(join(data, 'audit')).map((f) => readFileSync(join(data, 'audit', f), 'utf8')).join('');
  assert.equal(log.split('LOGIN_PACE').length - 1, refused.length);
});
