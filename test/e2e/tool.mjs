// SPDX-License-Identifier: Apache-2.0
// What the end-to-end tests share: running the program, its summary, its report, and exact comparison of resources.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export const program = process.env.HELHET ?? 'build/helhet';
export const corpus = process.env.HELHET_CORPUS ?? '../shared/corpus';
export const synthea2025 = join(corpus, 'synthea/r4-2025-80patients');
export const synthea2019 = join(corpus, 'synthea/r4-2019-100patients');
// For node:test's skip option: false, or the reason.
export const noCorpus = existsSync(corpus) ? false : `${corpus} is absent`;

// A folder of its own for each test, gone when the test has ended.
export function scratch(t) {
  const dir = mkdtempSync(join(tmpdir(), 'helhet-e2e-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function run(...args) {
  const r = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: r.status, signal: r.signal, out: r.stdout, err: r.stderr };
}

export function start(args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.text = '';
  child.errors = '';
  child.stdout?.on('data', (d) => (child.text += d));
  child.stderr?.on('data', (d) => (child.errors += d));
  child.ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
  return child;
}

// The figures of "in N = stored N + unchanged N + rejected N".
export function summary(out) {
  const m = /in (\d+) = stored (\d+) \+ unchanged (\d+) \+ rejected (\d+)/.exec(out);
  if (!m) throw new Error(`no summary in: ${out}`);
  const [, all, stored, unchanged, rejected] = m.map(Number);
  return { in: all, stored, unchanged, rejected };
}

export const lines = (text) => text.split('\n').filter((l) => l.length > 0);
export const report = (dir) => lines(readFileSync(join(dir, 'import-report.ndjson'), 'utf8')).map((l) => JSON.parse(l));
export const gzLines = (path) => lines(gunzipSync(readFileSync(path)).toString('utf8'));
export const typeFiles = (dir) =>
  readdirSync(dir)
    .filter((f) => f.endsWith('.ndjson.gz') && !f.startsWith('bundles'))
    .sort()
    .map((f) => join(dir, f));

// A parsed resource that keeps the digits of its numbers: 1.50 is "#1.50".
export function exact(text) {
  return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (m) => (m[0] === '"' ? m : `"#${m}"`)));
}

function sorted(v) {
  if (Array.isArray(v)) return v.map(sorted);
  if (v === null || typeof v !== 'object') return v;
  return Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])]));
}

// One text per content: key order does not matter, nor what the store writes into meta, nor an empty meta.
export function content(text) {
  const r = exact(text);
  if (r.meta) {
    delete r.meta.versionId;
    delete r.meta.lastUpdated;
    delete r.meta._versionId;
    delete r.meta._lastUpdated;
    if (Object.keys(r.meta).length === 0) delete r.meta;
  }
  return JSON.stringify(sorted(r));
}

// Everything exported: "Type/id" → line.
export function exported(data, out) {
  const r = run('export', '--data', data, '--out', out);
  if (r.code !== 0) throw new Error(`export: ${r.code} ${r.out}${r.err}`);
  const all = new Map();
  for (const f of readdirSync(out))
    for (const line of lines(readFileSync(join(out, f), 'utf8'))) {
      const { resourceType, id } = JSON.parse(line);
      all.set(`${resourceType}/${id}`, line);
    }
  return all;
}

// Throws with the program's own words when the store is not clean.
export function checkClean(data) {
  const r = run('check', '--data', data);
  if (r.code !== 0) throw new Error(`check: ${r.code} ${r.out}${r.err}`);
  return r.out;
}

// Starts serve on a port the system picks (two test runs on one machine never meet); answers with the base address and
// how long the first answer took.
export async function serve(data, more = []) {
  const begun = performance.now();
  const child = start(['serve', '--data', data, '--listen', '127.0.0.1:0', '--log', 'off', '--open', ...more]);
  let address;
  while (!(address = /answers at (http:[^ ]+)\//.exec(child.text)?.[1])) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${child.text}${child.errors}`);
    await new Promise((done) => setTimeout(done, 2));
  }
  await (await fetch(`${address}/health`)).arrayBuffer();
  return { child, base: address, firstAnswerMs: performance.now() - begun };
}

// A small generator of repeatable chance (xorshift32).
export function chance(seed) {
  let s = seed >>> 0 || 1;
  return (n) => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s % n;
  };
}
