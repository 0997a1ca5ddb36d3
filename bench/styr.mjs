// SPDX-License-Identifier: Apache-2.0
// A region's steering: 70 initiatives, 300 units, 14 criteria, measured weekly for two years. `./dev bench styr` runs this alone.
// The checkpoints (one of each initiative and unit) are imported as somebody opens them; what two years of weekly measurements
// leave in readiness.db is made up by `helhet readiness bench`, which then evaluates all verdicts, and which of the first
// BENCH_VERSIONED initiatives' checkpoints (5 unless told; all 70 are 2.2 million versions and some 18 GB) writes each of the 104 weeks
// as a version into the store. The operations are asked over HTTP and their screens opened in a browser, at once after the start,
// while the server measures all 21,000 anew in the background, and once more when it is done.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, startBrowser } from '../test/browser/harness.mjs';
import { count, json, median, row, run, scratch, serve, stop, usage } from './tools.mjs';

const PROJECTS = Number(process.env.BENCH_PROJECTS ?? 70), UNITS = Number(process.env.BENCH_UNITS ?? 300), CRITERIA = 14;
const VERSIONED = Number(process.env.BENCH_VERSIONED ?? 5), WEEKS = 104;
const ASKED = 21, OPENED = 7, WATCHED_S = 120, PEOPLE = 5;
/** E1 to E14 as a standard criterion set has them: each measured its own way. */
const measures = ['open-findings', 'document-types-exercised', 'training-passed', 'logins-right-role', 'response-p95', 'migration-reconciled', 'undeliverable-orders', 'untranslated-strings', 'downtime-drill', 'safety-case', 'work-environment', 'super-users', 'pulse', 'questions-answered'];
const codes = Array.from({ length: CRITERIA }, (_, i) => `E${i + 1}`);
const severity = (code) => (['E12', 'E13', 'E14'].includes(code) ? 'soft' : 'hard');
const criterion = codes.map((code, i) => ({ code, title: code, measure: measures[i], comparator: 'ge', target: 95, unit: '%', severity: severity(code), overridable: code !== 'E10', maxAgeDays: 30, evidenceKind: 'measured', scope: 'unit' }));
const result = codes.map((code) => ({ code, state: 'missing', severity: severity(code) }));

function* around() {
  yield { resourceType: 'ProcessDefinition', id: 'idea', status: 'active', name: 'Från idé till breddinförande', phase: [1, 2, 3, 4].map((number) => ({ number, name: `Fas ${number}` })) };
  yield { resourceType: 'CheckpointDefinition', id: 'go', status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2026-01-01', criterion };
  for (let u = 0; u < UNITS; u++) yield { resourceType: 'Organization', id: `unit-${u}`, name: `Enhet ${u}` };
  for (let u = 0; u < UNITS; u++)
    for (let n = 0; n < PEOPLE; n++) {
      yield { resourceType: 'Practitioner', id: `p-${u}-${n}`, active: true };
      yield { resourceType: 'PractitionerRole', id: `r-${u}-${n}`, active: true, practitioner: { reference: `Practitioner/p-${u}-${n}` }, organization: { reference: `Organization/unit-${u}` }, code: [{ coding: [{ system: 'https://helhet.example/fhir/CodeSystem/role', code: n ? 'nurse' : 'super-user' }] }] };
      yield { resourceType: 'QuestionnaireResponse', id: `t-${u}-${n}`, status: 'completed', questionnaire: 'https://helhet.example/styr/Questionnaire/practical-training', subject: { reference: `PractitionerRole/r-${u}-${n}` }, authored: '2026-11-01T08:00:00Z', item: [{ linkId: 'passed', answer: [{ valueBoolean: n < 4 }] }] };
    }
  for (const [n, name] of ['document-types-exercised', 'response-p95', 'untranslated-strings'].entries()) yield { resourceType: 'MeasureReport', id: `m-${n}`, status: 'complete', type: 'summary', measure: `https://helhet.example/styr/Measure/${name}`, date: '2026-11-01', period: { start: '2026-10-01', end: '2026-10-31' }, group: [{ measureScore: { value: 90 + n } }] };
  for (let p = 0; p < PROJECTS; p++) yield { resourceType: 'Initiative', id: `ini-${p}`, status: 'idea', title: `Initiativ ${p}`, phase: 1, process: { reference: 'ProcessDefinition/idea' }, phaseSince: '2026-01-15' };
}

function* checkpoints() {
  for (let p = 0; p < PROJECTS; p++)
    for (let u = 0; u < UNITS; u++)
      yield { resourceType: 'ReadinessCheckpoint', id: `bench-${p}-${u}`, status: 'open', definition: { reference: 'CheckpointDefinition/go' }, initiative: { reference: `Initiative/ini-${p}` }, unit: { reference: `Organization/unit-${u}` }, wave: `${u % 5}`, asOf: '2026-01-01', criterion, result, verdict: 'no-go' };
}

/** Milliseconds of each of ASKED answers, whole. */
async function times(url) {
  const all = [];
  let bytes = 0;
  for (let i = 0; i < ASKED; i++) {
    const begun = performance.now();
    bytes = (await (await fetch(url)).arrayBuffer()).byteLength;
    all.push(performance.now() - begun);
  }
  return { first: all[0], p50: median(all), worst: Math.max(...all), bytes };
}

async function asked(server, when) {
  for (const [what, path] of [['board', 'Initiative/$board'], ['critical line of one initiative', 'ReadinessCheckpoint/$line?initiative=ini-7']]) {
    const t = await times(`${server.base}/styr/${path}`);
    row(`Steering: ${what}, ${when}`, `${t.p50.toFixed(0)} ms`, '≤ 300 ms', `worst ${t.worst.toFixed(0)} ms of ${ASKED}, first ${t.first.toFixed(0)} ms; ${count(t.bytes)} B`);
  }
}

/** Milliseconds from a press on the tab, or from the navigation to the address, until rows are painted; the screen before has none such. */
const painted = ([selector, rows, last]) =>
  new Promise((resolve) => {
    const begun = selector === '' ? 0 : performance.now();
    if (selector !== '') document.querySelector(selector).click();
    const look = () => (document.querySelectorAll(rows).length >= last ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun))) : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });

const SCREENS = [
  ['board', 'tavla', '.styr-board .styr-card', PROJECTS],
  ['critical line', 'linje', '.styr-matrix tbody tr', 20],
];

/** The screens opened from another tab of the same page, and by their addresses in a page of a browser that has been here before. */
async function opened(server, when) {
  const browser = await startBrowser();
  try {
    const page = await openPage(browser);
    for (const [what, tab, rows, least] of SCREENS) {
      const clicked = [], gone = [];
      for (let i = 0; i <= OPENED; i++) {
        await page.goto(`${server.base}/styrning/medlemmar`);
        await page.locator('.admin-tabs').waitFor();
        await page.waitForTimeout(150);
        clicked.push(await page.evaluate(painted, [`.admin-tabs a[href$="/${tab}"]`, rows, least]));
        await page.goto(`${server.base}/styrning/${tab}`, { waitUntil: 'commit' });
        gone.push(await page.evaluate(painted, ['', rows, least]));
      }
      const tell = (how, all) => row(`Steering: ${what} in the browser, ${how}, ${when}`, `${median(all.slice(1)).toFixed(0)} ms`, '≤ 300 ms', `worst ${Math.max(...all.slice(1)).toFixed(0)} ms of ${OPENED}, the very first ${all[0].toFixed(0)} ms; to painted rows`);
      tell('from a press', clicked);
      tell('from its address', gone);
    }
    if (page.faults.length > 0) throw new Error(page.faults.join('\n'));
  } finally {
    await browser.close();
  }
}

/** What lies in a folder, files alone. */
const bytesIn = (dir) => readdirSync(dir).map((name) => statSync(join(dir, name))).filter((s) => s.isFile()).reduce((n, s) => n + s.size, 0);

/** How many checkpoints have not been measured since then: what is measured differs from what was made up, and is written. */
const unmeasured = async (base, since) => PROJECTS * UNITS - (await json(`${base}/styr/ReadinessCheckpoint?_lastUpdated=ge${since}&_summary=count`)).total;

export async function measureStyr(port) {
  const data = join(scratch, 'styr'), file = join(scratch, 'styr.ndjson');
  mkdirSync(scratch, { recursive: true });
  const load = (all) => {
    writeFileSync(file, [...all].map((r) => JSON.stringify(r)).join('\n') + '\n');
    return run('import', '--data', data, file);
  };
  load(around());
  const loaded = load(checkpoints()); // criteria are held against the definition, which must be there
  row(`Steering: ${count(PROJECTS * UNITS)} checkpoints imported`, `${count((PROJECTS * UNITS) / loaded.s)}/s`, '', `${loaded.s.toFixed(1)} s`);
  const bare = bytesIn(data);
  const [, held, criteria, points, fill, evaluate, go, conditions, incomplete, noGo, dated, versions, wrote] = /READINESS (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) ([\d.]+)/.exec(run('readiness', 'bench', '--data', data, '--versions', String(VERSIONED * UNITS)).out);
  const beside = statSync(join(data, 'readiness.db')).size;
  if (versions > 0) row(`Steering: ${WEEKS} weekly versions of ${count(VERSIONED * UNITS)} checkpoints`, `${count(versions / wrote)}/s`, '', `${count(versions)} versions in ${count(wrote)} s, ${count((bytesIn(data) - bare - beside) / versions)} B each on disk; ${VERSIONED} of ${PROJECTS} initiatives`);
  row(`Steering: all verdicts of ${count(held)} checkpoints × ${CRITERIA}`, `${evaluate} s`, '≤ 5 s', `${count(criteria)} criteria with trends out of ${count(points)} weekly measurements; go ${go}, conditions ${conditions}, incomplete ${incomplete}, no-go ${noGo}, with a date ${dated}`);
  row('Steering: readiness.db', `${count(beside / held)} B`, '', `a checkpoint; filled in ${fill} s`);
  const since = new Date().toISOString();
  const server = await serve(data, port, ['--open', '--web', 'build/web']);
  const begun = performance.now(), before = await unmeasured(server.base, since);
  await asked(server, 'all being measured');
  await opened(server, 'all being measured');
  let left = await unmeasured(server.base, since);
  const beyond = left;
  while (left > 0 && performance.now() - begun < WATCHED_S * 1000) {
    await new Promise((r) => setTimeout(r, 250));
    left = await unmeasured(server.base, since);
  }
  const s = (performance.now() - begun) / 1000;
  row('Steering: measured anew in the background', `${count((before - left) / s)}/s`, '', `${count(before - left)} in ${s.toFixed(0)} s, the above asked and opened meanwhile (${count(beyond)} were left then), CPU ${usage(server.child.pid).cpu.toFixed(0)} s, ${usage(server.child.pid).peakMb.toFixed(0)} MB at most`);
  await asked(server, 'once more');
  await opened(server, 'once more');
  await stop(server);
}
