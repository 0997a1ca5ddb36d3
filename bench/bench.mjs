// SPDX-License-Identifier: Apache-2.0
// ./dev bench: makes its data, measures, prints one table and writes it to bench/results/. Rates are medians of
// rounds of wrk -t2 -c16 on the same machine; CPU is the server's own time per request. Nothing here passes or fails:
// the bars stand beside the figures.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { measureAccess } from './access.mjs';
import { measureStyr } from './styr.mjs';
import { shapes } from './language.mjs';
import { collect, count, headline, load, loadRow, longWork, median, patients, rounds, row, run, scratch, serve, stop, usage, writeTable } from './tools.mjs';

const corpus = process.env.HELHET_CORPUS ?? '../shared/corpus';

function folderBytes(dir) {
  return readdirSync(dir).reduce((sum, f) => sum + statSync(join(dir, f)).size, 0);
}

/** Single reads one after another while work is under way: what somebody at a screen feels. */
async function paced(server, ids, work) {
  await fetch(`${server.base}/health`).catch(() => {}); /* a connection left from before may have been closed meanwhile */
  const times = [];
  let under = true;
  const done = work.finally(() => (under = false));
  for (let i = 0; under; i++) {
    const begun = performance.now();
    await (await fetch(server.base + ids[i % ids.length])).arrayBuffer();
    times.push(performance.now() - begun);
    await new Promise((r) => setTimeout(r, 2));
  }
  await done;
  times.sort((a, b) => a - b);
  const at = (q) => times[Math.min(times.length - 1, Math.floor(times.length * q))].toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${times.length} single reads`;
}

async function measureBulk(label, server, ids, resources) {
  const alone = await paced(server, ids, new Promise((r) => setTimeout(r, 3000)));
  row(`${label}: reads, nothing else under way`, '', '', alone);
  let s;
  const beside = await paced(server, ids, longWork(`${server.base}/fhir`, '/$export').then((t) => (s = t)));
  row(`${label}: $export of everything`, `${count(resources / s)}/s`, '', `${s.toFixed(1)} s; meanwhile ${beside}`);
  const body = Array.from({ length: 20000 }, (_, i) => JSON.stringify({ resourceType: 'Observation', id: `bulk-${i}`, status: 'final', code: { text: 'bench' }, valueString: `värde ${i}` })).join('\n');
  const during = await paced(server, ids, longWork(`${server.base}/fhir`, '/$import', { method: 'POST', body, headers: { 'Content-Type': 'application/fhir+ndjson' } }).then((t) => (s = t)));
  row(`${label}: $import of 20,000 small resources beside reads`, `${count(20000 / s)}/s`, '', `${s.toFixed(1)} s; meanwhile ${during}`);
}

/** The text index is made after the start, in the background; what follows is measured when it is done. */
async function measureText(label, server, data, resources) {
  const begun = process.hrtime.bigint(), before = usage(server.child.pid).cpu;
  while ((await fetch(`${server.base}/fhir/Patient?_content=a&_summary=count`)).status === 503);
  const s = Number(process.hrtime.bigint() - begun) / 1e9, cpu = usage(server.child.pid).cpu - before;
  await new Promise((r) => setTimeout(r, 1000)); // its log goes into the file when it is idle
  const bytes = statSync(join(data, 'words.db')).size;
  row(`${label}: text index made, ${count(resources)} resources`, `${count(resources / s)}/s`, '', `${s.toFixed(1)} s, CPU ${((cpu / resources) * 1e6).toFixed(0)} µs and ${count(bytes / resources)} B a resource (words.db)`);
}

/** The audit log: what a record costs by itself, and what reads cost with it. */
async function measureAudit(label, data, port, paths) {
  const folder = mkdtempSync(join(scratch, 'audit-'));
  for (const [, callers, rate, cpu, share] of run('audit', 'bench', '--data', folder).out.matchAll(/AUDIT (\d+) (\d+) ([\d.]+) ([\d.]+)/g)) row(`audit log, ${callers} waiting`, `${count(rate)}/s`, '≤ 5 µs CPU a record', `CPU ${cpu} µs a record, ${share} records to a sync`);
  for (const options of [['--open'], ['--open', '--audit']])
    for (const connections of [16, 64, 256]) {
      const server = await serve(data, port, options);
      loadRow(`${label}: read, ${connections} connections, audit ${options.length > 1 ? 'on' : 'off'}`, load(server, paths, { connections }), '');
      server.child.kill();
      await new Promise((r) => server.child.on('exit', r));
    }
}

async function measureServing(label, data, port, resources) {
  const server = await serve(data, port);
  row(`${label}: start to first answer`, `${server.startMs.toFixed(0)} ms`, '≤ 100 ms');
  const fhir = `${server.base}/fhir`;
  await measureText(label, server, data, resources);
  const people = await collect(server.base, `${fhir}/Patient?_count=100`, 3);
  const observations = await collect(server.base, `${fhir}/Observation?_count=500`, 8);
  const ids = observations.map((o) => `/fhir/Observation/${o.id}`);
  loadRow(`${label}: read by id`, load(server, ids), '≥ 40,000/s');
  const byCode = new Set();
  for (const o of observations) {
    const c = o.code?.coding?.[0];
    if (c && o.subject) byCode.add(`/fhir/Observation?patient=${o.subject.reference.split('/')[1]}&code=${encodeURIComponent(`${c.system}|${c.code}`)}&_count=20`);
  }
  loadRow(`${label}: Observation by patient and code, 20 a page`, load(server, [...byCode]), '≥ 4,000/s');
  loadRow(`${label}: Encounter + _include=Encounter:subject`, load(server, people.map((p) => `/fhir/Encounter?patient=${p.id}&_count=20&_include=Encounter:subject`)), '≥ 3,000/s');
  loadRow(`${label}: Patient by name`, load(server, people.filter((p) => p.name?.[0]?.family).map((p) => `/fhir/Patient?name=${encodeURIComponent(p.name[0].family)}&_count=20`)), '');
  loadRow(`${label}: Patient/$everything`, load(server, people.map((p) => `/fhir/Patient/${p.id}/$everything`)), '≥ 150/s');
  const sparse = observations.filter((_, i) => i % 7 === 0);
  for (const [what, paths] of shapes(people, sparse)) if (paths.length) loadRow(`${label}, two clients: ${what}`, load(server, paths, { times: 1, connections: 2 }), 'p99 ≤ 25 ms');
  const { peakMb } = usage(server.child.pid);
  row(`${label}: peak memory under load, ${count(resources)} resources`, `${peakMb.toFixed(0)} MB`, '≤ 150 MB');
  await measureBulk(label, server, ids, resources);
  const note = { resourceType: 'Observation', status: 'final', code: { text: 'Allmäntillstånd' }, subject: { reference: `Patient/${people[0].id}` }, valueString: 'Gott och opåverkat. Ingen feber, inga utslag.' };
  loadRow(`${label}: durable create, 64 clients`, load(server, ['/fhir/Observation'], { body: JSON.stringify(note), connections: 64 }), '');
  const gone = new Promise((r) => server.child.on('exit', r));
  server.child.kill('SIGTERM');
  await gone;
  if (label === 'demo') await measureAudit(label, data, port, ids);
}

function measureImport(label, files, bar) {
  const data = join(scratch, `import-${label}`);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    rmSync(data, { recursive: true, force: true });
    times.push(run('import', '--data', data, ...files).s);
  }
  const out = join(scratch, `export-${label}`);
  run('export', '--data', data, '--out', out);
  let stored = 0;
  for (const f of readdirSync(out)) stored += readFileSync(join(out, f)).reduce((n, c) => n + (c === 10), 0);
  rmSync(out, { recursive: true, force: true });
  row(`${label}: import, ${count(stored)} resources, all parameters`, `${count(stored / median(times))}/s`, bar, `whole command, median of ${rounds}`);
  row(`${label}: disk, all indexes`, `${count(folderBytes(data) / stored)} B`, '≤ 900 B', 'per resource');
  return { data, stored };
}

/** FHIRPath alone, one thread: simple expressions over one resource, again and again. */
function measurePath() {
  const file = join(scratch, 'patient.json');
  writeFileSync(file, JSON.stringify({ resourceType: 'Patient', active: true, name: [{ use: 'official', family: 'Ek', given: ['Tolvan', 'T'] }], birthDate: '1912-12-12', identifier: [{ system: 'urn:a', value: '1' }] }));
  for (const expression of ['birthDate', 'name.given', "name.where(use = 'official').family", 'active and birthDate < @2000-01-01', 'identifier.exists(system = %resource.identifier.first().system)']) {
    const rates = Array.from({ length: rounds }, () => Number(/, (\d+) per sekund/.exec(run('fhirpath', '--repeat', '3000000', expression, file).out)?.[1]));
    row(`FHIRPath: ${expression}`, `${count(median(rates))}/s`, '≥ 2,000,000/s', 'one core');
  }
}

/** A made-up region in a folder of the bench's own; seconds it took. */
function makeDemo(dir) {
  return run('demo', '--data', dir, '--patients', String(patients), '--seed', '1').s;
}

async function everything() {
  measurePath();
  const demo = join(scratch, 'demo');
  row(`demo region of ${count(patients)} patients`, `${makeDemo(demo).toFixed(1)} s`, '< 10 s for 1,000');
  const out = join(scratch, 'export');
  run('export', '--data', demo, '--out', out);
  const { data, stored } = measureImport('demo', [out], '≥ 15,000/s');
  await measureServing('demo', data, 18501, stored);
  await measureAccess(demo, 18503);
  await measureStyr(18504);
  if (existsSync(join(corpus, 'synthea'))) {
    const y19 = join(corpus, 'synthea/r4-2019-100patients');
    const files = [join(corpus, 'synthea/r4-2025-80patients/bundles.ndjson.gz'), ...readdirSync(y19).filter((f) => !f.startsWith('bundles')).map((f) => join(y19, f))];
    const s = measureImport('synthea', files, '≥ 15,000/s');
    await measureServing('synthea', s.data, 18502, s.stored);
  } else {
    console.log(`SKIPPED synthea: ${corpus} is absent`);
  }
}

async function access() {
  const demo = join(scratch, 'demo');
  makeDemo(demo);
  await measureAccess(demo, 18503);
}

const parts = { undefined: [everything, ''], access: [access, '-access'], styr: [() => measureStyr(18504), '-styr'] };
const part = parts[process.argv[2]];
if (!part) {
  console.error(`bench: ${process.argv[2]}? ./dev bench [access | styr]`);
  process.exit(2);
}
console.log(`${headline}\n`);
try {
  await part[0]();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
writeTable(`./dev bench${process.argv[2] ? ` ${process.argv[2]}` : ''}`, part[1]);
