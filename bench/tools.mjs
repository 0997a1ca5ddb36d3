// SPDX-License-Identifier: Apache-2.0
// What the parts of the bench share: starting the server, loading it with wrk, reading what it used, and the table of figures.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

export const helhet = process.env.HELHET_BIN ?? 'build/helhet';
export const seconds = Number(process.env.BENCH_SECONDS ?? 5);
export const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
export const patients = Number(process.env.BENCH_PATIENTS ?? 1000);
export const scratch = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'helhet-bench-'));
const rows = [];

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const count = (n) => Math.round(n).toLocaleString('en-US');

export function row(what, figure, bar, note = '') {
  rows.push({ what, figure, bar, note });
  console.log(`${what.padEnd(58)} ${String(figure).padStart(14)}   ${bar.padEnd(22)} ${note}`);
}

export function run(...args) {
  const begun = process.hrtime.bigint();
  const r = spawnSync(helhet, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`${helhet} ${args.join(' ')}: ${r.status}\n${r.stdout}${r.stderr}`);
  return { out: r.stdout + r.stderr, s: Number(process.hrtime.bigint() - begun) / 1e9 };
}

/** CPU seconds and peak memory of a running process, from /proc. */
export function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, peakMb: Number(peak[1]) / 1024 };
}

/** helhet serve, open unless other options are given. */
export async function serve(data, port, options = ['--open']) {
  const begun = process.hrtime.bigint();
  const child = spawn(helhet, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, ...options], { stdio: 'ignore' });
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

export async function stop(server) {
  const gone = new Promise((r) => server.child.on('exit', r));
  server.child.kill('SIGTERM');
  await gone;
}

export async function json(url, options) {
  const r = await fetch(url, options);
  if (!r.ok) throw new Error(`${url}: ${r.status} ${await r.text()}`);
  return r.json();
}

/** Runs wrk over the paths, one round. headers: of every request. */
export function wrk(server, paths, { body, connections = 16, headers = {} } = {}) {
  const file = join(scratch, 'paths');
  writeFileSync(file, paths.join('\n') + '\n');
  const env = { ...process.env, HELHET_PATHS: file, HELHET_HEADERS: Object.entries(headers).map(([k, v]) => `${k}: ${v}`).join('\n') };
  if (body) writeFileSync((env.HELHET_BODY = join(scratch, 'body')), body);
  const before = usage(server.child.pid).cpu;
  const r = spawnSync('wrk', ['-t2', `-c${connections}`, `-d${seconds}s`, '-s', 'bench/paths.lua', server.base], { env, encoding: 'utf8' });
  const m = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(r.stdout);
  if (!m) throw new Error(r.stdout + r.stderr);
  const [requests, us, p50, p99, bytes, broken, status] = m.slice(1).map(Number);
  return { rate: requests / (us / 1e6), p50, p99, bytes: bytes / requests, cpu: ((usage(server.child.pid).cpu - before) * 1e6) / requests, broken, status };
}

/** The median round of several by rate. */
export function load(server, paths, { times = rounds, ...more } = {}) {
  const results = Array.from({ length: times }, () => wrk(server, paths, more));
  return results.sort((a, b) => a.rate - b.rate)[Math.floor(times / 2)];
}

/** What went wrong, told beside a figure that it makes worthless. */
export const faults = (r) => (r.broken + r.status ? `, FAULTS ${r.broken} broken ${r.status} not 2xx` : '');

export function loadRow(what, r, bar) {
  row(what, `${count(r.rate)}/s`, bar, `p50 ${(r.p50 / 1000).toFixed(2)} ms, p99 ${(r.p99 / 1000).toFixed(2)} ms, CPU ${r.cpu.toFixed(0)} µs, ${count(r.bytes)} B${faults(r)}`);
}

/** All of a search, following next links, up to a number of pages. */
export async function collect(base, url, pages, options) {
  const found = [];
  for (let i = 0; url && i < pages; i++) {
    const bundle = await json(url, options);
    for (const e of bundle.entry ?? []) found.push(e.resource);
    url = bundle.link?.find((l) => l.relation === 'next')?.url;
    if (url?.startsWith('/')) url = base + url;
  }
  return found;
}

/** Long work by the asynchronous pattern; seconds until it is done. */
export async function longWork(fhir, path, options) {
  const begun = performance.now();
  const r = await fetch(fhir + path, { ...options, headers: { Prefer: 'respond-async', ...options?.headers } });
  if (r.status !== 202) throw new Error(`${path}: ${r.status} ${await r.text()}`);
  const status = r.headers.get('content-location');
  for (let s = 202; s === 202; await new Promise((w) => setTimeout(w, 50))) s = (await fetch(status, { headers: { Authorization: options?.headers?.Authorization ?? '' } })).status;
  return (performance.now() - begun) / 1000;
}

const machine = `${cpus().length} × ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
const commit = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).stdout.trim();
export const headline = `Helhet bench, ${new Date().toISOString().slice(0, 16)}Z, commit ${commit}, ${machine}`;

/** Writes the rows so far to bench/results/. */
export function writeTable(command, name = '') {
  mkdirSync('bench/results', { recursive: true });
  const file = `bench/results/${new Date().toISOString().slice(0, 10)}${name}.md`;
  const table = [`# Bench ${new Date().toISOString().slice(0, 10)}`, '', `Commit ${commit}, ${machine}. \`${command}\`: medians of ${rounds} rounds of ${seconds} s, wrk -t2 on the same machine, 16 connections where nothing else is said.`, '', '| what | figure | bar | note |', '| --- | ---: | --- | --- |', ...rows.map((r) => `| ${r.what} | ${r.figure} | ${r.bar} | ${r.note} |`), ''].join('\n');
  writeFileSync(file, table);
  console.log(`\n${file}`);
}
