// SPDX-License-Identifier: Apache-2.0
// Docs are tests: every build/helhet line of the README runs as written, in an empty folder, and every relative link
// and picture in the Markdown files leads somewhere.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^(build\/helhet .*?)(?:\s+#.*)?$/gm)].map((m) => m[1]);

/** The cookie of the first account of the file `demo` wrote. */
async function logIn(origin, file) {
  const [name, password] = readFileSync(file, 'utf8').split('\n')[1].split(/ +/);
  const headers = { 'Content-Type': 'application/json', 'Helhet-Request': '1' };
  const r = await fetch(`${origin}/auth/login`, { method: 'POST', headers, body: JSON.stringify({ name, password }) });
  assert.equal(r.status, 200, await r.text());
  return r.headers.getSetCookie()[0].split(';')[0];
}

test('README commands run as written', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'helhet-docs-'));
  try {
    symlinkSync(join(root, 'build'), join(dir, 'build'));
    symlinkSync(join(root, 'definitions'), join(dir, 'definitions'));
    mkdirSync(join(dir, 'mapp'));
    const patient = { resourceType: 'Patient', id: 'tolvan', name: [{ family: 'Tolvansson', given: ['Tolvan'] }] };
    writeFileSync(join(dir, 'patient.json'), JSON.stringify(patient));
    writeFileSync(join(dir, 'mapp/observation.json'), JSON.stringify({ resourceType: 'Observation', id: 'obs', status: 'final', code: { text: 'Allmäntillstånd' }, subject: { reference: 'Patient/tolvan' } }));
    execFileSync('sh', ['-c', `tr -d '\\n' < patient.json | gzip > resurser.ndjson.gz`], { cwd: dir });
    assert.ok(commands.length >= 6, 'the README shows the command line');
    for (const line of commands) {
      const [program, ...args] = line.split(/\s+/).map((a) => a.replace(/^'(.*)'$/, '$1'));
      if (args[0] === 'serve') {
        args[args.indexOf('--listen') + 1] = '127.0.0.1:18477';
        const child = spawn(program, args, { cwd: dir, stdio: 'ignore' });
        const ended = new Promise((done) => child.on('exit', done));
        let answer;
        for (let i = 0; i < 200 && !answer; i++) {
          await new Promise((r) => setTimeout(r, 25));
          answer = await logIn('http://127.0.0.1:18477', join(dir, 'region/demo-accounts.txt')).catch(() => undefined);
        }
        assert.equal((await fetch('http://127.0.0.1:18477/fhir/Patient/tolvan')).status, 401);
        if (answer) answer = await fetch('http://127.0.0.1:18477/fhir/Patient/tolvan', { headers: { Cookie: answer } });
        child.kill('SIGTERM');
        assert.equal(answer?.status, 200);
        assert.equal(await ended, 0);
      } else {
        const out = execFileSync(program, args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        if (args[0] === 'fhirpath') assert.deepEqual(JSON.parse(out), ['Tolvan']);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('links in the docs lead somewhere', () => {
  const files = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  for (const file of files) {
    for (const [, target] of readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(file), target)), `${file} → ${target}`);
    }
  }
});

test('every floor the architecture names exists, and every floor is named', () => {
  const map = readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8');
  for (const [, folder] of map.matchAll(/^(src\/[a-z/]+?)\/?\s{2,}/gm)) assert.ok(existsSync(join(root, folder, 'DEPS')), folder);
  const floors = execFileSync('git', ['ls-files', 'src/**/DEPS', 'src/*/DEPS'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  for (const f of floors) assert.ok(map.includes(dirname(f)), `${dirname(f)} is not in docs/ARCHITECTURE.md`);
  assert.ok(readdirSync(join(root, 'docs/DECISIONS')).length > 0);
});

test('the tests that docs/SECURITY.md and docs/ACCESS.md name exist', () => {
  let named = 0;
  for (const doc of ['docs/SECURITY.md', 'docs/ACCESS.md'])
    for (const [, file, name] of readFileSync(join(root, doc), 'utf8').matchAll(/`((?:src|test|web)\/[\w./-]+\.(?:c|mjs|ts)): ([^`]+)`/g)) {
      assert.ok(existsSync(join(root, file)), `${doc}: ${file}`);
      assert.ok(readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'").includes(name), `${doc}: ${file}: ${name}`);
      named++;
    }
  assert.ok(named > 20);
});
