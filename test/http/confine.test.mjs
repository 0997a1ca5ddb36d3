// SPDX-License-Identifier: Apache-2.0
// The running service confines itself: what the kernel says of it, and that all it answers works so.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, start } from './server.mjs';

const program = process.env.HELHET_BIN ?? 'build/helhet';
const root = process.getuid() === 0;
const status = (pid) => Object.fromEntries(readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').map((line) => line.split(/:\s*/)));
const confined = (server) => JSON.parse(server.log().split('\n').find((line) => line.includes('"confined"')));

test('the running service has no rights it does not need', async () => {
  const server = await start();
  let s, limits;
  try {
    s = status(server.child.pid);
    limits = readFileSync(`/proc/${server.child.pid}/limits`, 'utf8');
    assert.equal((await ask(server, 'GET', '/metadata')).status, 200);
  } finally {
    await server.stop();
  }
  const told = confined(server);
  assert.equal(s.NoNewPrivs, '1');
  assert.equal(s.Seccomp, told.seccomp === 'on' ? '2' : '0');
  assert.equal(BigInt(`0x${s.CapEff}`) | BigInt(`0x${s.CapPrm}`), 0n);
  assert.match(limits, /Max core file size +0 +0/);
  assert.equal(told.uid, Number(s.Uid.split('\t')[1]));
});

test('started as root it becomes the owner of the store', { skip: root ? false : 'not root' }, async () => {
  const above = mkdtempSync(join(tmpdir(), 'helhet-user-')), data = join(above, 'store');
  try {
    mkdirSync(data);
    const web = join(above, 'web');
    cpSync('build/web', web, { recursive: true }); // that user can read it there, wherever the project lies
    chownSync(data, 65534, 65534);
    chownSync(above, 65534, 65534);
    const server = await start(data, ['--web', web]);
    assert.deepEqual(status(server.child.pid).Uid.split('\t'), ['65534', '65534', '65534', '65534']);
    assert.equal(status(server.child.pid).Groups.trim(), '');
    assert.equal((await ask(server, 'PUT', '/Patient/a', { body: { resourceType: 'Patient', id: 'a' } })).status, 201);
    assert.equal(statSync(join(data, 'audit'), { throwIfNoEntry: false })?.uid ?? 65534, 65534);
    await server.stop();
  } finally {
    rmSync(above, { recursive: true, force: true });
  }
});

test('a user that is not there, or does not own the store, is told of', { skip: root ? false : 'not root' }, () => {
  const data = mkdtempSync(join(tmpdir(), 'helhet-user-'));
  try {
    const serve = (user) => spawnSync(program, ['serve', '--data', data, '--open', '--listen', '127.0.0.1:0', '--user', user], { encoding: 'utf8', timeout: 20_000 });
    const none = serve('no-such-user-here');
    assert.equal(none.status, 1);
    assert.match(none.stderr, /no-such-user-here finns inte[\s\S]*There is no user no-such-user-here/);
    const other = serve('nobody');
    assert.equal(other.status, 1);
    assert.match(other.stderr, /ägs av root, inte av nobody: chown -R nobody/);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
