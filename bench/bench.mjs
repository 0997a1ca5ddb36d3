// SPDX-License-Identifier: Apache-2.0
// ./dev bench: makes its data, measures, prints one table and writes it to bench/results/. Rates are medians of
// rounds of wrk -t2 -c16 on the same machine; CPU is the server's own time per request. Nothing here passes or fails:
// the bars stand beside the figures.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, readdirSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { shapes } from './language.mjs';

const helhet = 'build/helhet';
const corpus = process.env.HELHET_CORPUS ?? '../shared/corpus';
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const patients = Number(process.env.BENCH_PATIENTS ?? 1000);
const scratch = mkdtempSync(join(tmpdir(), 'helhet-bench-'));
const rows = [];

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const count = (n) => Math.round(n).toLocaleString('en-US');

function row(what, figure, bar, note = '') {
  rows.push({ what, figure, bar, note });
  console.log(`${what.padEnd(58)} ${String(figure).padStart(14)}   ${bar.padEnd(22)} ${note}`);
}

function run(...args) {
  const begun = process.hrtime.bigint();
  const r = spawnSync(helhet, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`${helhet} ${args.join(' ')}: ${r.status}\n${r.stdout}${r.stderr}`);
  return { out: r.stdout + r.stderr, s: Number(process.hrtime.bigint() - begun) / 1e9 };
}

function folderBytes(dir) {
  return readdirSync(dir).reduce((sum, f) => sum + statSync(join(dir, f)).size, 0);
}

/** CPU seconds and peak memory of a running process, from /proc. */
function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, peakMb: Number(peak[1]) / 1024 };
}

async function serve(data, port, options = []) {
  const begun = process.hrtime.bigint();
  const child = spawn(helhet, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--open', ...options], { stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    try {
      if ((await fetch(`${base}/health`)).ok) break;
    } catch {
      if (child.exitCode !== null) throw new Error('the server ended');
      await new Promise((r) => setTimeout(r, 2));
    }
  }
  return { child, base, startMs: Number(process.hrtime.bigint() - begun) / 1e6 };
}

async function json(url) {
  const r = await fetch(url);
  if (!r.ok) throw new Error(`${url}: ${r.status} ${await r.text()}`);
  return r.json();
}

/** Runs wrk over the paths; the median round by rate. */
function load(server, paths, { body, connections = 16, times = rounds } = {}) {
  const file = join(scratch, 'paths');
  writeFileSync(file, paths.join('\n') + '\n');
  const env = { ...process.env, HELHET_PATHS: file };
  if (body) writeFileSync((env.HELHET_BODY = join(scratch, 'body')), body);
  const results = [];
  for (let i = 0; i < times; i++) {
    const before = usage(server.child.pid).cpu;
    const r = spawnSync('wrk', ['-t2', `-c${connections}`, `-d${seconds}s`, '-s', 'bench/paths.lua', server.base], { env, encoding: 'utf8' });
    const m = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(r.stdout);
    if (!m) throw new Error(r.stdout + r.stderr);
    const [requests, us, p50, p99, bytes, broken, status] = m.slice(1).map(Number);
    results.push({ rate: requests / (us / 1e6), p50, p99, bytes: bytes / requests, cpu: ((usage(server.child.pid).cpu - before) * 1e6) / requests, broken, status });
  }
  return results.sort((a, b) => a.rate - b.rate)[Math.floor(times / 2)];
}

function loadRow(what, r, bar) {
  const faults = r.broken + r.status ? `, FAULTS ${r.broken} broken ${r.status} not 2xx` : '';
  row(what, `${count(r.rate)}/s`, bar, `p50 ${(r.p50 / 1000).toFixed(2)} ms, p99 ${(r.p99 / 1000).toFixed(2)} ms, CPU ${r.cpu.toFixed(0)} µs, ${count(r.bytes)} B${faults}`);
}

/** All of a search, following next links, up to a number of pages. */
async function collect(base, url, pages) {
  const found = [];
  for (let i = 0; url && i < pages; i++) {
    const bundle = await json(url);
    for (const e of bundle.entry ?? []) found.push(e.resource);
    url = bundle.link?.find((l) => l.relation === 'next')?.url;
    if (url?.startsWith('/')) url = base + url;
  }
  return found;
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

/** Long work by the asynchronous pattern; seconds until it is done. */
async function longWork(fhir, path, options) {
  const begun = performance.now();
  const r = await fetch(fhir + path, { ...options, headers: { Prefer: 'respond-async', ...options?.headers } });
  if (r.status !== 202) throw new Error(`${path}: ${r.status} ${await r.text()}`);
  for (let s = 202; s === 202; await new Promise((w) => setTimeout(w, 50))) s = (await fetch(r.headers.get('content-location'))).status;
  return (performance.now() - begun) / 1000;
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
  for (const options of [[], ['--audit']])
    for (const connections of [16, 64, 256]) {
      const server = await serve(data, port, options);
      loadRow(`${label}: read, ${connections} connections, audit ${options.length ? 'on' : 'off'}`, load(server, paths, { connections }), '');
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

const machine = `${cpus().length} × ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
const commit = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).stdout.trim();
console.log(`Helhet bench, ${new Date().toISOString().slice(0, 16)}Z, commit ${commit}, ${machine}\n`);

/** FHIRPath alone, one thread: simple expressions over one resource, again and again. */
function measurePath() {
  const file = join(scratch, 'patient.json');
  writeFileSync(file, JSON.stringify({ resourceType: 'Patient', active: true, name: [{ use: 'official', family: 'Ek', given: ['Tolvan', 'T'] }], birthDate: '1912-12-12', identifier: [{ system: 'urn:a', value: '1' }] }));
  for (const expression of ['birthDate', 'name.given', "name.where(use = 'official').family", 'active and birthDate < @2000-01-01', 'identifier.exists(system = %resource.identifier.first().system)']) {
    const rates = Array.from({ length: rounds }, () => Number(/, (\d+) per sekund/.exec(run('fhirpath', '--repeat', '3000000', expression, file).out)?.[1]));
    row(`FHIRPath: ${expression}`, `${count(median(rates))}/s`, '≥ 2,000,000/s', 'one core');
  }
}

try {
  measurePath();
  const demo = join(scratch, 'demo');
  const made = run('demo', '--data', demo, '--patients', String(patients), '--seed', '1');
  row(`demo region of ${count(patients)} patients`, `${made.s.toFixed(1)} s`, '< 10 s for 1,000');
  const out = join(scratch, 'export');
  run('export', '--data', demo, '--out', out);
  const { data, stored } = measureImport('demo', [out], '≥ 15,000/s');
  await measureServing('demo', data, 18501, stored);
  if (existsSync(join(corpus, 'synthea'))) {
    const y19 = join(corpus, 'synthea/r4-2019-100patients');
    const files = [join(corpus, 'synthea/r4-2025-80patients/bundles.ndjson.gz'), ...readdirSync(y19).filter((f) => !f.startsWith('bundles')).map((f) => join(y19, f))];
    const s = measureImport('synthea', files, '≥ 15,000/s');
    await measureServing('synthea', s.data, 18502, s.stored);
  } else {
    console.log(`SKIPPED synthea: ${corpus} is absent`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

mkdirSync('bench/results', { recursive: true });
const day = new Date().toISOString().slice(0, 10);
const table = [`# Bench ${day}`, '', `Commit ${commit}, ${machine}. \`./dev bench\`: medians of ${rounds} rounds of ${seconds} s, wrk -t2 -c16 on the same machine.`, '', '| what | figure | bar | note |', '| --- | ---: | --- | --- |', ...rows.map((r) => `| ${r.what} | ${r.figure} | ${r.bar} | ${r.note} |`), ''].join('\n');
writeFileSync(`bench/results/${day}.md`, table);
console.log(`\nbench/results/${day}.md`);
