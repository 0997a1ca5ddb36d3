// SPDX-License-Identifier: Apache-2.0
// ./dev conformance: runs every test that drives an official suite or corpus and prints one table. A test takes part by
// printing "CONFORMANCE name: N passed, N failed, N skipped"; lines after it that begin with "  - " are its first
// failures. The table is written to docs/CONFORMANCE.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const corpus = process.env.HELHET_CORPUS ?? '../shared/corpus';
if (!existsSync(corpus)) {
  console.log(`SKIPPED: ${corpus} is absent`);
  process.exit(0);
}
const env = { ...process.env, HELHET_CORPUS: corpus };
const make = spawnSync('make', ['--no-print-directory', '-j2', 'BUILD=debug', 'unit_bins'], { stdio: 'inherit' });
if (make.status !== 0) process.exit(make.status ?? 1);

const unit = readdirSync('build/debug/test').filter((f) => f.endsWith('_test')).map((f) => [join('build/debug/test', f)]);
const e2e = readdirSync('test/e2e').filter((f) => f.endsWith('.test.mjs')).map((f) => [process.execPath, '--test', '--test-reporter=tap', join('test/e2e', f)]);
const table = [];
for (const [command, ...args] of [...unit, ...e2e]) {
  const r = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  let row;
  for (const line of `${r.stdout}\n${r.stderr}`.split('\n')) {
    const m = /CONFORMANCE (.+): (\d+) passed, (\d+) failed, (\d+) skipped/.exec(line);
    const failure = /^(?:# )? {2}- (.*)/.exec(line);
    if (m) table.push((row = { suite: m[1], passed: +m[2], failed: +m[3], skipped: +m[4], first: [] }));
    else if (row && failure && row.first.length < 5) row.first.push(failure[1]);
    else row = undefined;
  }
}
table.sort((a, b) => a.suite.localeCompare(b.suite));
const lines = ['| suite | passed | failed | skipped |', '| --- | ---: | ---: | ---: |', ...table.map((t) => `| ${t.suite} | ${t.passed} | ${t.failed} | ${t.skipped} |`)];
const failures = table.flatMap((t) => t.first.map((f) => `- ${t.suite}: ${f}`));
const day = new Date().toISOString().slice(0, 10);
const text = ['# Conformance', '', `Made by \`./dev conformance\` on ${day}.`, '', ...lines, '', ...(failures.length ? ['First failures:', '', ...failures, ''] : [])].join('\n');
writeFileSync('docs/CONFORMANCE.md', text);
console.log(text);
process.exit(table.length ? 0 : 1);
