// SPDX-License-Identifier: Apache-2.0
// SIGTERM in the middle of writing: every write that was answered 201 is there after a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, start } from './server.mjs';

test('nothing acknowledged is lost by a graceful stop', { timeout: 60000 }, async () => {
  let server = await start();
  const acknowledged = [];
  let stopping = false;
  const writers = Array.from({ length: 32 }, async (_, w) => {
    for (let i = 0; !stopping || i < 3; i++) {
      try {
        const r = await ask(server, 'POST', '/Basic', { body: { resourceType: 'Basic', code: { text: `${w}-${i}` } }, headers: { Prefer: 'return=minimal' } });
        if (r.status === 201) acknowledged.push(r.headers.get('location').split('/').at(-3));
      } catch {
        if (stopping) return;
        throw new Error('refused before the stop');
      }
    }
  });
  while (acknowledged.length < 200) await new Promise((r) => setTimeout(r, 5));
  stopping = true;
  const how = await server.stop({ keep: true });
  assert.equal(how.code, 0);
  await Promise.all(writers);
  server = await start(server.data);
  try {
    for (let i = 0; i < acknowledged.length; i += 50) {
      const all = await Promise.all(acknowledged.slice(i, i + 50).map((id) => ask(server, 'GET', `/Basic/${id}`)));
      for (const r of all) assert.equal(r.status, 200, r.text);
    }
  } finally {
    await server.stop();
  }
});
