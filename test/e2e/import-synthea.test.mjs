// SPDX-License-Identifier: Apache-2.0
// The two Synthea sets: everything goes in, comes out equal, and a second run writes nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkClean, content, exported, gzLines, noCorpus, report, run, scratch, summary, synthea2019, synthea2025, typeFiles } from './tool.mjs';

// What the store shall hold after the files in this order: the last line of a "Type/id" counts.
function expected(files) {
  const all = new Map();
  for (const f of files)
    for (const line of gzLines(f)) {
      const { resourceType, id } = JSON.parse(line);
      all.set(`${resourceType}/${id}`, line);
    }
  return all;
}

function assertSame(have, want) {
  assert.equal(have.size, want.size, 'number of resources');
  const differ = [];
  for (const [key, line] of want) if (!have.has(key) || content(have.get(key)) !== content(line)) differ.push(key);
  assert.deepEqual(differ.slice(0, 5), [], `${differ.length} resources differ`);
}

test('2025 bundles, then 2019 NDJSON, in one command', { skip: noCorpus }, (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const files = [join(synthea2025, 'bundles.ndjson.gz'), ...typeFiles(synthea2019)];
  const r = run('import', '--data', data, ...files);
  assert.equal(r.code, 0, r.out + r.err);
  assert.deepEqual(summary(r.out), { in: 88016, stored: 88016, unchanged: 0, rejected: 0 });
  assertSame(exported(data, join(dir, 'out')), expected([...typeFiles(synthea2025), ...typeFiles(synthea2019)]));
  checkClean(data);
  const again = run('import', '--data', data, ...files);
  assert.equal(again.code, 0, again.out + again.err);
  assert.deepEqual(summary(again.out), { in: 88016, stored: 0, unchanged: 88016, rejected: 0 });
  t.diagnostic(r.out.split('\n')[1]);
  console.log(`CONFORMANCE Synthea sets through import and export: ${summary(r.out).stored} passed, 0 failed, 0 skipped`);
});

test('the bundles of both sets in one store, twice', { skip: noCorpus }, (t) => {
  const dir = scratch(t);
  const data = join(dir, 'data');
  const files = [join(synthea2019, 'bundles.ndjson.gz'), join(synthea2025, 'bundles.ndjson.gz')];
  const first = run('import', '--data', data, ...files);
  const one = summary(first.out);
  assert.equal(one.in, one.stored + one.unchanged + one.rejected);
  assert.equal(one.in, 88259);
  // Ids are kept, so the 77 organisations that both sets hold are one resource each and no condition is ambiguous.
  assert.equal(one.rejected, 0, JSON.stringify(report(data).filter((e) => e.outcome === 'rejected').slice(0, 3)));
  assertSame(exported(data, join(dir, 'out')), expected([...typeFiles(synthea2025), ...typeFiles(synthea2019)]));
  const second = run('import', '--data', data, ...files);
  assert.deepEqual(summary(second.out), { in: 88259, stored: 0, unchanged: 88259, rejected: 0 });
  checkClean(data);
});

test('a condition that several organisations meet rejects that entry alone', { skip: noCorpus }, async (t) => {
  const { writeFileSync } = await import('node:fs');
  const dir = scratch(t);
  const data = join(dir, 'data');
  // Another register has given the first hospital of the set a second id: its identifier is no longer unique.
  const [hospitals] = gzLines(join(synthea2025, 'bundles.ndjson.gz'));
  const twin = JSON.parse(hospitals).entry[0].resource;
  writeFileSync(join(dir, 'twin.json'), JSON.stringify({ ...twin, id: 'twin' }));
  const identifier = `Organization?identifier=${twin.identifier[0].system}|${twin.identifier[0].value}`;
  const bundles = join(synthea2025, 'bundles.ndjson.gz');
  // The twin comes after the hospitals and before the patients.
  const lines = gzLines(bundles).slice(0, 16);
  writeFileSync(join(dir, 'a.ndjson'), lines.slice(0, 2).join('\n'));
  writeFileSync(join(dir, 'c.ndjson'), lines.slice(2).join('\n'));
  const files = ['a.ndjson', 'twin.json', 'c.ndjson'].map((f) => join(dir, f));
  const r = run('import', '--data', data, ...files);
  assert.equal(r.code, 1);
  const s = summary(r.out);
  const rejected = report(data).filter((e) => e.outcome === 'rejected');
  const total = lines.flatMap((l) => JSON.parse(l).entry).length + 1;
  const meant = lines.slice(2).flatMap((l) => JSON.parse(l).entry).filter((e) => JSON.stringify(e.resource).includes(`"reference":"${identifier}"`));
  assert.ok(meant.length > 0);
  assert.equal(s.rejected, meant.length);
  assert.equal(s.in, total);
  assert.equal(s.stored, total - meant.length);
  assert.deepEqual(rejected.map((e) => e.fullUrl).sort(), meant.map((e) => e.fullUrl).sort());
  for (const e of rejected) {
    assert.equal(e.code, 'MULTIPLE_MATCHES');
    assert.ok(e.sv.includes(identifier) && e.path.endsWith('.reference') && e.line > 0 && e.entry > 0 && e.file === files[2], JSON.stringify(e));
  }
  const again = run('import', '--data', data, ...files);
  // Now the hospital's own ifNoneExist has two matches too.
  assert.deepEqual(summary(again.out), { in: total, stored: 0, unchanged: s.stored - 1, rejected: meant.length + 1 });
  const own = report(data).find((e) => e.outcome === 'rejected');
  assert.deepEqual([own.entry, own.code, own.resourceType], [1, 'MULTIPLE_MATCHES', 'Organization']);
  checkClean(data);
  assert.ok(readFileSync(join(data, 'import-report.ndjson'), 'utf8').endsWith('\n'));
});
