// SPDX-License-Identifier: Apache-2.0
// What login, view and audit cost: the same questions of the same record, asked of an open service, of one where a physician
// has logged in (cookie, assignment, active choices and consents, each answer in the audit log and on disk before it leaves),
// and of the same one by an app with a token for everything. The rounds take turns, so that what else the machine does meets
// all alike; the ratio is the median of neighbouring rounds. One closed connection has at most one answer to a sync of the
// disk, so a few connections measure the disk: 64 are the figure, 16 stand beside it. `./dev bench access` runs this alone.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, count, faults, json, longWork, median, rounds, row, run, scratch, serve, stop, usage, wrk } from './tools.mjs';

const BAR = 0.75;
const CHOICES = 200; /* patients whose whole record the physician may see */

/** Logs the demo region's physician in; the headers of each request. */
async function login(base, data) {
  const line = /^lakare\s+(\S+)/m.exec(readFileSync(join(data, 'demo-accounts.txt'), 'utf8'));
  const r = await fetch(`${base}/auth/login`, { method: 'POST', headers: { 'Helhet-Request': '1', 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'lakare', password: line[1] }) });
  if (!r.ok) throw new Error(`login: ${r.status} ${await r.text()}`);
  return { Cookie: r.headers.get('set-cookie').split(';')[0] };
}

/** Active choices and consents, as staff make them; then the record is seen nearly whole, as the open service shows it. */
async function choose(base, headers, ids) {
  const body = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'bench' }] });
  const more = { 'Helhet-Request': '1', 'Content-Type': 'application/fhir+json' };
  for (const id of ids) for (const op of ['$active-choice', '$consent']) await json(`${base}/fhir/Patient/${id}/${op}`, { method: 'POST', headers: { ...headers, ...more }, body });
}

/** What is asked, made from what the physician sees. */
async function questions(base, headers) {
  const own = await collect(base, `${base}/fhir/Observation?_count=500`, 4, { headers });
  const people = [...new Set(own.map((o) => o.subject.reference.split('/')[1]))].slice(0, CHOICES);
  await choose(base, headers, people);
  const ids = new Set(), byCode = new Set();
  for (const p of people)
    for (const o of await collect(base, `${base}/fhir/Observation?patient=${p}&_count=100`, 2, { headers })) {
      const c = o.code?.coding?.[0];
      ids.add(`/fhir/Observation/${o.id}`);
      if (c) byCode.add(`/fhir/Observation?patient=${p}&code=${encodeURIComponent(`${c.system}|${c.code}`)}&_count=20`);
    }
  return [
    ['read by id', [...ids]],
    ['Observation by patient and code, 20 a page', [...byCode]],
    ['Encounter + _include=Encounter:subject', people.map((p) => `/fhir/Encounter?patient=${p}&_count=20&_include=Encounter:subject`)],
    ['Patient/$everything', people.map((p) => `/fhir/Patient/${p}/$everything`)],
  ];
}

/** Rounds of both in turn, after one of each that does not count. */
function compare(what, open, others, paths, connections) {
  const all = [open, ...others], got = all.map(() => []);
  for (let i = 0; i <= rounds; i++) all.forEach((s, k) => got[k].push(wrk(s.server, paths, { connections, headers: s.headers })));
  got.forEach((g) => g.shift());
  const tell = (g) => `${count(median(g.map((r) => r.rate)))}/s, CPU ${median(g.map((r) => r.cpu)).toFixed(0)} µs, p99 ${(median(g.map((r) => r.p99)) / 1000).toFixed(1)} ms, ${count(g[0].bytes)} B${faults(g[g.length - 1])}`;
  others.forEach((s, k) => {
    const ratio = median(got[k + 1].map((r, i) => r.rate / got[0][i].rate));
    row(`${what}, ${connections} connections, ${s.name}`, ratio.toFixed(2), `≥ ${BAR}`, `open ${tell(got[0])}; ${s.name} ${tell(got[k + 1])}`);
  });
}

/** $import of small resources: seconds on either service. */
async function compareImport(open, token) {
  const N = 20000, took = [[], []];
  for (let i = 0; i < rounds; i++)
    for (const [k, s] of [open, token].entries()) {
      const body = Array.from({ length: N }, (_, n) => JSON.stringify({ resourceType: 'Observation', id: `bulk-${i}-${n}`, status: 'final', code: { text: 'bench' }, valueString: `värde ${n}` })).join('\n');
      await fetch(`${s.server.base}/health`).catch(() => {}); // a connection left from before may have been closed meanwhile
      took[k].push(await longWork(`${s.server.base}/fhir`, '/$import', { method: 'POST', body, headers: { ...s.headers, 'Content-Type': 'application/fhir+ndjson' } }));
    }
  const [a, b] = took.map((t) => N / median(t));
  row(`$import of ${count(N)} small resources, ${token.name}`, (b / a).toFixed(2), `≥ ${BAR}`, `open ${count(a)}/s; ${token.name} ${count(b)}/s`);
}

/** data: a demo region with its accounts. Takes port and the one after it. */
export async function measureAccess(data, port) {
  const token = { Authorization: `Bearer ${run('token', '--data', data, '--scope', 'system/*.cruds').out.trim().split('\n')[0]}` };
  let server = await serve(data, port + 1, []);
  const asked = await questions(server.base, await login(server.base, data));
  await stop(server);
  const copy = join(scratch, 'open');
  cpSync(data, copy, { recursive: true });
  const open = { name: 'open', server: await serve(copy, port), headers: {} };
  server = await serve(data, port + 1, ['--session-rate', '100000']); // one session asks for a whole region here
  const physician = { name: 'physician', server, headers: await login(server.base, data) }, app = { name: 'app', server, headers: token };
  for (const [what, paths] of asked) {
    compare(what, open, [physician, app], paths, 64);
    if (what === 'read by id') for (const connections of [16, 256]) compare(what, open, [physician], paths, connections);
  }
  await compareImport(open, app);
  row('peak memory, open and with login, view and audit', `${usage(open.server.child.pid).peakMb.toFixed(0)} and ${usage(server.child.pid).peakMb.toFixed(0)} MB`, '≤ 150 MB');
  await stop(open.server);
  await stop(server);
}
