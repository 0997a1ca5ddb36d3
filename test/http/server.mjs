// SPDX-License-Identifier: Apache-2.0
// Starts build/helhet serve on a store of its own and a free port, and stops it. Without login, unless asked for.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const corpus = process.env.HELHET_CORPUS ?? '../shared/corpus';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export async function start(data = mkdtempSync(join(tmpdir(), 'helhet-http-')), options = [], { login = false } = {}) {
  const child = spawn(process.env.HELHET_BIN ?? 'build/helhet', ['serve', '--data', data, '--listen', '127.0.0.1:0', ...(login ? [] : ['--open']), ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  child.stderr.setEncoding('utf8').on('data', (text) => log.push(text));
  const origin = await new Promise((resolve, reject) => {
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      seen += text;
      const m = /http:\/\/[0-9.]+:\d+/.exec(seen);
      if (m) resolve(m[0]);
    });
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${seen}${log.join('')}`)));
  });
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  // A test that fails before it stops its server must not keep the others waiting for it.
  const alone = (on) => [child, child.stdout, child.stderr].forEach((what) => (on ? what.unref() : what.ref()));
  alone(true);
  running.add(child);
  child.on('exit', () => running.delete(child));
  return {
    child,
    data,
    origin,
    base: `${origin}/fhir`,
    port: Number(new URL(origin).port),
    log: () => log.join(''),
    async kill() {
      alone(false);
      child.kill('SIGKILL');
      await exited;
    },
    async stop({ keep = false } = {}) {
      alone(false);
      child.kill('SIGTERM');
      const how = await exited;
      if (!keep) rmSync(data, { recursive: true, force: true });
      return how;
    },
  };
}

const fhirJson = 'application/fhir+json';

/** One request; body objects are sent as FHIR JSON. */
export async function ask(server, method, path, { body, headers = {}, type = fhirJson } = {}) {
  const r = await fetch(path.startsWith('http') ? path : server.base + path, {
    method,
    headers: { ...(body !== undefined ? { 'Content-Type': type } : {}), ...headers },
    body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await r.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: r.status, headers: r.headers, text, json };
}

export const bundle = (type, ...entry) => ({ resourceType: 'Bundle', type, entry });
export const entry = (method, url, resource, more = {}) => ({ ...more.entry, ...(resource ? { resource } : {}), request: { method, url, ...more.request } });

/** Peak resident memory of the server in MB. */
export async function peakMb(server) {
  const { readFileSync } = await import('node:fs');
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
}
