// SPDX-License-Identifier: Apache-2.0
// helhet demo: the same region every time, never two in one store, and an interrupted one is finished.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { readFileSync, statSync } from 'node:fs';
import { start as serve } from '../http/server.mjs';
import { checkClean, content, exported, run, scratch, start } from './tool.mjs';

const figures = (out) => /(\d+) patients, (\d+) resources; stored (\d+), unchanged (\d+), rejected (\d+)/.exec(out).slice(1).map(Number);
const demo = (data, patients, seed) => run('demo', '--data', data, '--patients', String(patients), '--seed', String(seed));

test('the same seed gives the same region; another seed another', (t) => {
  const dir = scratch(t);
  const made = ['a', 'b', 'c'].map((name, i) => demo(join(dir, name), 40, i < 2 ? 7 : 8));
  for (const r of made) assert.equal(r.code, 0, r.out + r.err);
  const [patients, resources, stored, unchanged, rejected] = figures(made[0].out);
  assert.deepEqual([patients, stored, unchanged, rejected], [40, resources, 0, 0]);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => exported(join(dir, name), join(dir, `${name}-out`)));
  assert.equal(a.size, resources);
  assert.deepEqual([...a.keys()], [...b.keys()]);
  for (const [key, line] of a) assert.equal(content(b.get(key)), content(line));
  const patientsOf = (all) => [...all].filter(([key]) => key.startsWith('Patient/')).map(([, line]) => content(line));
  assert.equal(patientsOf(a).length, 40);
  assert.notDeepEqual(patientsOf(a), patientsOf(c));
  checkClean(join(dir, 'a'));
});

test('a store with something else in it is left alone; the same region is finished', (t) => {
  const dir = scratch(t);
  assert.equal(demo(join(dir, 'd'), 5, 1).code, 0);
  const before = exported(join(dir, 'd'), join(dir, 'before'));
  for (const other of [demo(join(dir, 'd'), 5, 2), demo(join(dir, 'd'), 6, 1)]) {
    assert.equal(other.code, 1);
    assert.match(other.err, /välj en tom katalog/);
  }
  const again = demo(join(dir, 'd'), 5, 1);
  assert.equal(again.code, 0, again.err);
  assert.equal(figures(again.out)[2], 0, 'nothing is stored twice');
  assert.deepEqual([...exported(join(dir, 'd'), join(dir, 'after'))], [...before]);
});

test('killed in the middle and made again, the region is whole', async (t) => {
  const dir = scratch(t);
  const child = start(['demo', '--data', join(dir, 'd'), '--patients', '200']);
  await new Promise((done) => setTimeout(done, 400));
  child.kill('SIGKILL');
  await child.ended;
  const r = run('demo', '--data', join(dir, 'd'), '--patients', '200');
  assert.equal(r.code, 0, r.err);
  const [patients, resources, stored, unchanged] = figures(r.out);
  assert.equal(patients, 200);
  assert.equal(stored + unchanged, resources);
  checkClean(join(dir, 'd'));
});

test('one account for each role, whose password is told once and works', async (t) => {
  const dir = join(scratch(t), 'd');
  const made = demo(dir, 30, 1);
  assert.equal(made.code, 0, made.err);
  const file = readFileSync(join(dir, 'demo-accounts.txt'), 'utf8');
  assert.equal(statSync(join(dir, 'demo-accounts.txt')).mode & 0o777, 0o600);
  assert.ok(made.out.includes(file));
  const accounts = file.split('\n').slice(1).filter(Boolean).map((line) => line.split(/ +/));
  for (const name of ['lakare', 'sjukskoterska', 'underskoterska', 'sekreterare', 'systemadmin', 'loggranskare', 'patient', 'vardnadshavare']) assert.ok(accounts.some(([n]) => n === name), name);
  assert.equal(new Set(accounts.map(([, password]) => password)).size, accounts.length);
  assert.equal(demo(dir, 30, 1).code, 0);
  assert.equal(readFileSync(join(dir, 'demo-accounts.txt'), 'utf8'), file, 'made again, the accounts are as they were');
  const server = await serve(dir, [], { login: true });
  t.after(() => server.stop({ keep: true }));
  for (const [name, password] of accounts) {
    const r = await fetch(`${server.origin}/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Helhet-Request': '1' }, body: JSON.stringify({ name, password }) });
    const who = await r.json();
    assert.equal(r.status, 200, `${name}: ${JSON.stringify(who)}`);
    assert.ok(who.user.display, name);
    if (who.kind === 'staff') assert.ok(who.assignment, `${name} has an assignment that can be used: ${JSON.stringify(who.assignments)}`);
  }
});
