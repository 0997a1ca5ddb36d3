// SPDX-License-Identifier: Apache-2.0
// A full disk: a small tmpfs in a mount namespace of its own (needs unshare; skipped where that is not allowed).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { join } from 'node:path';
import test from 'node:test';
import { noCorpus, program, scratch, summary, synthea2025 } from './tool.mjs';

const space = process.getuid?.() === 0 ? ['unshare', ['-m']] : ['unshare', ['-Urm']];
const able = spawnSync(space[0], [...space[1], 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt']).status === 0;
const skip = noCorpus || (able ? false : 'no mount namespace may be made here');

test('import into a full disk says so, keeps what was durable, and goes on when there is room', { skip }, (t) => {
  const dir = scratch(t);
  const script = `
    mount -t tmpfs -o size=24m none "$1" || exit 99
    "$2" import --data "$1/d" --report "$1/../report" "$3"; echo "full: $?"
    mount -o remount,size=600m "$1"
    "$2" check --data "$1/d" >"$1/../check" 2>&1; echo "check: $?"
    "$2" import --data "$1/d" --report "$1/../report" "$3"; echo "again: $?"
    "$2" check --data "$1/d" >"$1/../check" 2>&1; echo "check again: $?"`;
  spawnSync('mkdir', [join(dir, 'disk')]);
  const r = spawnSync(space[0], [...space[1], 'sh', '-c', script, 'sh', join(dir, 'disk'), resolve(program), join(synthea2025, 'bundles.ndjson.gz')], { encoding: 'utf8' });
  assert.match(r.stdout, /^full: 1$/m, r.stdout + r.stderr);
  assert.match(r.stderr, /Disken är full|The disk is full/);
  assert.match(r.stdout, /^check: 0$/m, r.stdout);
  assert.match(r.stdout, /^again: 0$/m, r.stdout + r.stderr);
  assert.match(r.stdout, /^check again: 0$/m);
  const [first, second] = [r.stdout.slice(0, r.stdout.indexOf('full: 1')), r.stdout.slice(r.stdout.indexOf('check: 0'))].map(summary);
  assert.ok(first.stored < 60026);
  assert.equal(second.stored + second.unchanged, 60026);
});
