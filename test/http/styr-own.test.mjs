// SPDX-License-Identifier: Apache-2.0
// What the service reports of itself for a go-live: its own answer times (E5) and the texts that are not in both languages (E8),
// from calls and files to the cell of a checkpoint.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ask, start } from './server.mjs';

const CRITERIA = {
  E5: { code: 'E5', title: 'Svarstid', measure: 'response-p95', comparator: 'le', target: 60000, unit: 'ms', severity: 'hard', overridable: false, maxAgeDays: 30, evidenceKind: 'measured' },
  E8: { code: 'E8', title: 'Oöversatta texter', measure: 'untranslated-strings', comparator: 'le', target: 0, unit: 'texter', severity: 'hard', overridable: false, maxAgeDays: 30, evidenceKind: 'measured' },
};
const running = [];
const serve = async (...args) => { const s = await start(...args); running.push(s); return s; };
after(() => Promise.all(running.map((s) => s.stop().catch(() => {}))));

const put = async (s, base, resource) => { const r = await ask(s, 'PUT', `${s.origin}/${base}/${resource.resourceType}/${resource.id}`, { body: resource }); assert.ok(r.status < 300, r.text); return r.json; };
async function open(s, criterion, release, id = 'd') {
  await put(s, 'fhir', { resourceType: 'Organization', id: 'w', name: 'Avdelning' });
  await put(s, 'styr', { resourceType: 'CheckpointDefinition', id, status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2026-01-01', criterion: [criterion] });
  const r = await ask(s, 'POST', `${s.origin}/styr/CheckpointDefinition/${id}/$open?unit=Organization/w${release ? `&release=${release}` : ''}`, { body: { resourceType: 'Parameters' } });
  assert.equal(r.status, 201, r.text);
  return r.json.id;
}
const cell = async (s, id) => (await ask(s, 'GET', `${s.origin}/styr/ReadinessCheckpoint/${id}`)).json.result[0];
const report = (s, id) => ask(s, 'GET', `/MeasureReport/${id}`);
async function until(what, ok) {
  for (const end = Date.now() + 20_000; ; await new Promise((go) => setTimeout(go, 100))) {
    const got = await what();
    if (ok(got)) return got;
    assert.ok(Date.now() < end, JSON.stringify(got));
  }
}
const rest = (s) => new Promise((go) => setTimeout(go, s * 1000));

describe('E5: answer times', () => {
  /** Prometheus' text as [name, labels, value]. */
  const figures = async (s) => (await (await fetch(`${s.origin}/metrics`)).text()).split('\n').flatMap((line) => { const m = /^(helhet_answer_seconds\w*)\{(.*)\} (\S+)$/.exec(line); return m ? [[m[1], Object.fromEntries([...m[2].matchAll(/(\w+)="([^"]*)"/g)].map((l) => l.slice(1))), Number(m[3])]] : []; });
  const counts = async (s) => Object.fromEntries((await figures(s)).filter(([n]) => n.endsWith('_count')).map(([, l, v]) => [l.kind, v]));

  test('are a histogram of Prometheus, by kind of call, without what was refused', async () => {
    const s = await serve();
    assert.deepEqual(await counts(s), { read: 0, search: 0, write: 0, operation: 0 });
    await put(s, 'fhir', { resourceType: 'Patient', id: 'a' });
    for (let i = 0; i < 3; i++) await ask(s, 'GET', '/Patient/a');
    for (let i = 0; i < 2; i++) await ask(s, 'GET', '/Patient?_id=a');
    await ask(s, 'GET', '/Patient/a/_history');
    await ask(s, 'GET', '/Patient/a/$everything');
    await ask(s, 'POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient/a' } }] } });
    for (const path of ['/Patient/none', '/Nothing/a', '/metadata']) await ask(s, 'GET', path);
    assert.deepEqual(await counts(s), { read: 4, search: 2, write: 2, operation: 1 });
    const all = await figures(s);
    for (const kind of ['read', 'search', 'write', 'operation']) {
      const buckets = all.filter(([n, l]) => n.endsWith('_bucket') && l.kind === kind).map(([, l, v]) => [l.le === '+Inf' ? Infinity : Number(l.le), v]);
      assert.equal(buckets.at(-1)[0], Infinity);
      for (const [i, [le, n]] of buckets.entries()) if (i) assert.ok(le > buckets[i - 1][0] && n >= buckets[i - 1][1], `${kind} ${le}`);
      assert.equal(buckets.at(-1)[1], (await counts(s))[kind]);
      assert.ok(all.find(([n, l]) => n.endsWith('_sum') && l.kind === kind)[2] > 0, kind);
    }
    assert.equal((await report(s, 'helhet-response-p95')).status, 404, 'nobody waits for it, and it is not yet time');
  });

  test('calls become a report, and the report is what the cell rests on', async () => {
    const s = await serve(undefined, ['--response-times', '1s']);
    const id = await open(s, CRITERIA.E5);
    assert.equal((await cell(s, id)).state, 'missing');
    for (let i = 0; i < 40; i++) await ask(s, 'GET', '/Organization/w');
    for (let i = 0; i < 5; i++) await ask(s, 'GET', '/Organization?_id=w');
    const met = await until(() => cell(s, id), (c) => c.state === 'met');
    assert.deepEqual(met.evidence, [{ reference: 'MeasureReport/helhet-response-p95' }]);
    const r = await report(s, 'helhet-response-p95');
    assert.deepEqual([r.json.status, r.json.measure, r.json.subject, r.json.reporter.display.slice(0, 6)], ['complete', 'https://helhet.example/styr/Measure/response-p95', undefined, 'Helhet']);
    const first = (await ask(s, 'GET', '/MeasureReport/helhet-response-p95/_history/1')).json;
    const [all, ...kinds] = first.group;
    const of = (g, code) => g.population.find((p) => p.code.coding[0].code === code).count;
    assert.ok(of(all, 'denominator') >= 20 && of(all, 'numerator') >= 0.95 * of(all, 'denominator') && of(all, 'numerator') <= of(all, 'denominator'));
    assert.equal(kinds.reduce((n, g) => n + of(g, 'denominator'), 0), of(all, 'denominator'));
    assert.equal(all.measureScore.unit, 'ms');
    assert.ok(all.measureScore.value > 0 && all.measureScore.value < 60000);
    assert.ok(first.period.start < first.period.end);
    const valid = await ask(s, 'POST', '/MeasureReport/$validate', { body: first });
    assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
    assert.doesNotMatch(JSON.stringify(first), /Organization|Practitioner|Patient|127\.0/, 'nothing of who asked for what');
  });

  test('few calls wait for more, and each is reported once', async () => {
    const s = await serve(undefined, ['--response-times', '1s']);
    await open(s, CRITERIA.E5);
    await rest(3);
    assert.equal((await report(s, 'helhet-response-p95')).status, 404, 'a percentile of a handful says nothing');
    const counted = async () => { const c = []; for (let v = 1; ; v++) { const r = await ask(s, 'GET', `/MeasureReport/helhet-response-p95/_history/${v}`); if (r.status !== 200) return c; c.push(r.json.group[0].population.find((p) => p.code.coding[0].code === 'denominator').count); } };
    for (let n = 0; n < 2; n++) {
      for (let i = 0; i < 30; i++) await ask(s, 'GET', '/Organization/w');
      await rest(2.5);
    }
    const told = (await counted()).reduce((a, b) => a + b, 0), asked = Object.values(await counts(s)).reduce((a, b) => a + b, 0);
    assert.ok(told >= 60 && told <= asked, `${told} of ${asked}`);
  });

  test('off: nothing is written; a wrong time is told of', async () => {
    const s = await serve(undefined, ['--response-times', 'off']);
    const id = await open(s, CRITERIA.E5);
    for (let i = 0; i < 40; i++) await ask(s, 'GET', '/Organization/w');
    await rest(2.5);
    assert.equal((await report(s, 'helhet-response-p95')).status, 404);
    assert.equal((await cell(s, id)).state, 'missing');
    for (const bad of ['ibland', '0s', '10']) assert.throws(() => execFileSync(process.env.HELHET_BIN ?? 'build/helhet', ['serve', '--data', s.data, '--response-times', bad], { stdio: 'pipe' }), /--response-times/);
  });
});

describe('E8: texts in both languages', () => {
  const WEB = join(import.meta.dirname, '../../web');
  /** The browser part's catalogues as they are, with these changes, counted; a folder to serve. */
  function built(...changes) {
    const dir = mkdtempSync(join(tmpdir(), 'helhet-words-'));
    const source = join(dir, 'src'), web = join(dir, 'web');
    mkdirSync(web);
    cpSync(join(WEB, 'src'), source, { recursive: true });
    for (const [file, from, to] of changes) {
      const text = readFileSync(join(source, file), 'utf8');
      assert.ok(text.includes(from), `${file}: ${from}`);
      writeFileSync(join(source, file), text.replace(from, to));
    }
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>Helhet</title>');
    execFileSync('node', [join(WEB, 'check/words.mjs'), join(web, 'words.json'), source], { stdio: 'pipe' });
    return { web, words: JSON.parse(readFileSync(join(web, 'words.json'), 'utf8')), remove: () => rmSync(dir, { recursive: true, force: true }) };
  }
  const WORDS = 'helhet-untranslated-strings';
  /** Served, with a checkpoint: its cell when it has been measured, and the report. */
  async function measured(web, state, options = [], release = '') {
    const s = await serve(undefined, ['--web', web, ...options]);
    const id = await open(s, CRITERIA.E8, release);
    return { s, id, cell: await until(() => cell(s, id), (c) => c.state === state), report: (await report(s, WORDS)).json };
  }

  test('all there: met, with the report and its release', async () => {
    const b = built();
    assert.deepEqual([b.words.untranslated, b.words.lacking], [0, []]);
    assert.ok(b.words.checked > 3000);
    const m = await measured(b.web, 'met', ['--release', '2026.4'], '2026.4');
    assert.deepEqual(m.cell.evidence, [{ reference: `MeasureReport/${WORDS}` }]);
    assert.deepEqual(m.report.identifier, [{ system: 'https://helhet.example/styr/release', value: '2026.4' }]);
    const [all, browser, errors] = m.report.group.map((g) => Object.fromEntries([['score', g.measureScore.value], ...g.population.map((p) => [p.code.coding[0].code, p.count])]));
    assert.deepEqual(browser, { score: 0, numerator: 0, denominator: b.words.checked });
    assert.equal(all.denominator, browser.denominator + errors.denominator);
    assert.ok(errors.denominator > 200 && errors.score === 0, JSON.stringify(errors));
    const valid = await ask(m.s, 'POST', '/MeasureReport/$validate', { body: m.report });
    assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
    b.remove();
  });

  test('a word that is missing, copied or empty is counted, and the cell is unmet', async () => {
    const b = built(
      ['styr/words.en.ts', 'title: "Steering"', 'title: ""'],
      ['i18n/en.ts', 'skipLink: "Skip to content"', 'skipLink: "Hoppa till innehållet"'],
      ['styr/codes.en.ts', '"decided": "Decided"', '"decided": "Beslutat"'],
      ['inbox/words.en.ts', 'cancel: "Cancel",', ''],
      ['meds/words.en.ts', 'per: "per",', 'per: "per", added: "Only in English",'],
    );
    assert.deepEqual(b.words.lacking.map((l) => `${l.why} ${l.file.split('/')[0]}`).sort(), ['en inbox', 'en styr', 'same i18n', 'same styr', 'sv meds']);
    assert.ok(['title', 'skipLink', 'codes.case-status.decided', 'added'].every((place) => b.words.lacking.some((l) => l.place === place)), JSON.stringify(b.words.lacking));
    assert.equal(b.words.untranslated, 5, JSON.stringify(b.words));
    const m = await measured(b.web, 'unmet');
    assert.equal(m.cell.value, 5);
    b.remove();
  });

  test('another release than the checkpoint\'s says nothing; nor does one whose texts nobody has counted', async () => {
    const b = built();
    const m = await measured(b.web, 'met', ['--release', '2026.4']);
    const other = await open(m.s, CRITERIA.E8, '2027.1', 'd2');
    await rest(2.5);
    assert.equal((await cell(m.s, other)).state, 'missing');
    const version = (await report(m.s, WORDS)).json.meta.versionId;
    await m.s.stop({ keep: true });
    let s = await serve(m.s.data, ['--web', b.web, '--release', '2026.4']);
    await rest(2.5);
    assert.equal((await report(s, WORDS)).json.meta.versionId, version, 'the same says nothing new');
    await s.stop({ keep: true });
    rmSync(join(b.web, 'words.json'));
    s = await serve(m.s.data, ['--web', b.web, '--release', '2026.4']);
    await until(() => cell(s, m.id), (c) => c.state === 'missing');
    assert.equal((await report(s, WORDS)).json.status, 'error');
    b.remove();
  });
});
