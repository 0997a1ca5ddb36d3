// SPDX-License-Identifier: Apache-2.0
// deploy/nginx/helhet.conf as it ships, in front of helhet serve on a unix socket: a client gets through with TLS 1.3 and HTTP/2, and
// twenty ways of smuggling a request past the front do not, neither through nginx nor straight at the socket.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync);
const skip = nginx ? false : 'nginx is not installed';
const dir = mkdtempSync(join(tmpdir(), 'helhet-front-'));
const socket = join(dir, 'helhet.sock');
let backend, front, port;
let log = '';

const freePort = () =>
  new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });

const until = async (what, ready) => {
  for (let i = 0; i < 200; i++) {
    if (await ready()) return;
    await new Promise((r) => setTimeout(r, 50));
  }
  assert.fail(`${what} did not come; ${log}`);
};

/** The shipped file with the four lines changed that it says to change, and a port of ours. */
function settings() {
  const shipped = readFileSync('deploy/nginx/helhet.conf', 'utf8');
  const changed = shipped
    .replace('unix:/run/helhet/helhet.sock;', `unix:${socket};`)
    .replaceAll('server_name journal.example;', 'server_name localhost;')
    .replace('/etc/helhet/tls/fullchain.pem', `${dir}/cert.pem`)
    .replace('/etc/helhet/tls/privkey.pem', `${dir}/key.pem`)
    .replace('listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`)
    .replace('    listen [::]:443 ssl http2;\n', '')
    .replace(/server \{\n {4}listen 80;[\s\S]*$/, '');
  assert.equal(shipped.match(/CHANGE\n/g)?.length, 4, 'the file names its own lines to change');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${dir}/${n};`).join('\n');
  return `pid ${dir}/nginx.pid;\nerror_log stderr warn;\nevents {}\nhttp {\n${temporary}\n${changed}\n}\n`;
}

before(async () => {
  if (skip) return;
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`], { stdio: 'ignore' });
  port = await freePort();
  backend = spawn(process.env.HELHET_BIN ?? 'build/helhet', ['serve', '--data', join(dir, 'store'), '--listen', `unix:${socket}`, '--log', 'debug', '--no-text-index', '--open'], { stdio: ['ignore', 'ignore', 'pipe'] });
  backend.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  await until('helhet', () => existsSync(socket));
  writeFileSync(join(dir, 'nginx.conf'), settings());
  front = spawn(nginx, ['-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off; master_process off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
  front.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  await until('nginx', () => new Promise((resolve) => net.connect(port, '127.0.0.1', function () { this.destroy(); resolve(true); }).on('error', () => resolve(false))));
});

after(async () => {
  for (const child of [front, backend]) {
    if (!child) continue;
    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await exited;
  }
  rmSync(dir, { recursive: true, force: true });
});

/** Everything that comes back for these bytes until the other side closes, or for a second and a half. */
const exchange = (open, bytes) =>
  new Promise((resolve) => {
    const chunks = [];
    const s = open(() => s.write(bytes));
    const done = () => { clearTimeout(timer); s.destroy(); resolve(Buffer.concat(chunks).toString('latin1')); };
    const timer = setTimeout(done, 1500);
    s.on('data', (d) => chunks.push(d)).on('close', done).on('error', done);
  });
const ways = {
  nginx: (ready) => tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, ready),
  socket: (ready) => net.connect(socket, ready),
};
const statuses = (text) => [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((m) => Number(m[1]));

const H = 'Host: localhost\r\n';
const hidden = 'DELETE /fhir/Patient/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
const chunk = `0\r\n\r\n${hidden}`;
const post = 'POST /fhir/Patient HTTP/1.1\r\n';
const type = 'Content-Type: application/fhir+json\r\n';
/** name, bytes. Whoever believes the wrong header sees hidden as a request of its own. */
const probes = [
  ['CL.TE', `${post}${H}${type}Content-Length: ${chunk.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`],
  ['TE.CL', `${post}${H}${type}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`],
  ['two Content-Length, unlike', `${post}${H}${type}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['two Content-Length, alike', `${post}${H}${type}Content-Length: ${hidden.length}\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['Content-Length list', `${post}${H}${type}Content-Length: 0, ${hidden.length}\r\n\r\n${hidden}`],
  ['Content-Length +', `${post}${H}${type}Content-Length: +${hidden.length}\r\n\r\n${hidden}`],
  ['Content-Length -', `${post}${H}${type}Content-Length: -1\r\n\r\n${hidden}`],
  ['Content-Length 0x', `${post}${H}${type}Content-Length: 0x${hidden.length.toString(16)}\r\n\r\n${hidden}`],
  ['Content-Length too great', `${post}${H}${type}Content-Length: 99999999999999999999\r\n\r\n${hidden}`],
  ['TE twice', `${post}${H}${type}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: ${chunk.length}\r\n\r\n${chunk}`],
  ['TE xchunked', `${post}${H}${type}Transfer-Encoding: xchunked\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['TE with a tab', `${post}${H}${type}Transfer-Encoding:\tchunked\r\nContent-Length: ${chunk.length}\r\n\r\n${chunk}`],
  ['TE with a space before the colon', `${post}${H}${type}Transfer-Encoding : chunked\r\nContent-Length: ${chunk.length}\r\n\r\n${chunk}`],
  ['TE folded', `${post}${H}${type}Transfer-Encoding:\r\n chunked\r\nContent-Length: ${chunk.length}\r\n\r\n${chunk}`],
  ['chunk size with junk', `${post}${H}${type}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${hidden}`],
  ['chunk size negative', `${post}${H}${type}Transfer-Encoding: chunked\r\n\r\n-1\r\n${hidden}`],
  ['chunk size overflow', `${post}${H}${type}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n${hidden}`],
  ['two Hosts', `GET /health HTTP/1.1\r\n${H}Host: evil.example\r\n\r\n`],
  ['NUL in a header', `GET /health HTTP/1.1\r\n${H}X-A: a\0b\r\n\r\n`],
  ['bare CR in a header', `GET /health HTTP/1.1\r\n${H}X-A: a\rDELETE /fhir/Patient/smuggled HTTP/1.1\r\n\r\n`],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
  ['HTTP/0.9 with more after', `GET /health\r\n${hidden}`],
  ['space in the target', `GET /health HTTP/1.1 HTTP/1.1\r\n${H}\r\n`],
];

for (const way of Object.keys(ways))
  for (const [name, bytes] of probes)
    test(`${way}: ${name}`, { skip }, async () => {
      const before = log.length;
      const got = statuses(await exchange(ways[way], bytes));
      // No success, and what came after it was nobody's request. libmicrohttpd writes the head of some refusals twice before it closes
      // the connection; through nginx there is at most one answer.
      assert.ok(got.every((s) => s >= 400), `answers: ${got}`);
      assert.ok(got.length <= (way === 'nginx' ? 1 : 2), `answers: ${got}`);
      assert.doesNotMatch(log.slice(before), /DELETE/);
    });

test('the same connection serves what is well formed, and the hidden request would have been seen', { skip }, async () => {
  for (const way of Object.keys(ways)) {
    const before = log.length;
    const got = statuses(await exchange(ways[way], `GET /health HTTP/1.1\r\n${H}\r\n${hidden.replace('smuggled', 'plain')}`));
    assert.equal(got.length, 2, `${way}: ${got}`);
    assert.equal(got[0], 200);
    assert.match(log.slice(before), /DELETE/);
  }
});

// A line feed alone ends a chunk's line for nginx and for libmicrohttpd alike: they see the same two requests, and nginx answers both.
test('a bare line feed after a chunk size: both see the same requests', { skip }, async () => {
  const before = log.length;
  const got = statuses(await exchange(ways.nginx, `${post}${H}${type}Transfer-Encoding: chunked\r\n\r\n0;\n\r\n${hidden}`));
  assert.equal(got.length, (log.slice(before).match(/"event":"request"/g) ?? []).length);
});

test('TLS 1.3 and HTTP/2, HSTS, what the client says of itself is replaced, /metrics stays inside', { skip }, async () => {
  const session = http2.connect(`https://localhost:${port}`, { rejectUnauthorized: false, lookup: (_h, _o, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) });
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const r = session.request({ ':path': path, 'x-forwarded-for': '6.6.6.6' });
      let headers;
      r.on('response', (h) => (headers = h)).on('data', () => {}).on('end', () => resolve(headers)).on('error', reject).end();
    });
  const meta = await ask('/fhir/metadata');
  assert.equal(meta[':status'], 200);
  assert.match(meta['strict-transport-security'], /max-age=63072000/);
  assert.equal(session.socket.getProtocol(), 'TLSv1.3');
  assert.equal((await ask('/metrics'))[':status'], 403);
  session.close();
  const old = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
  await assert.rejects(new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject)));
});

test('many tries to log in are held back, others are not', { skip }, async () => {
  const ask = (path) => exchange(ways.nginx, `GET ${path} HTTP/1.1\r\n${H}Connection: close\r\n\r\n`).then((t) => statuses(t)[0]);
  const tries = await Promise.all(Array.from({ length: 60 }, () => ask('/auth/session')));
  assert.ok(tries.filter((s) => s === 429).length >= 30, `answers: ${tries}`);
  assert.equal(await ask('/health'), 200);
});

test('a report without author leaves nothing behind, here or in the service', { skip }, async () => {
  const ask = (way, method, path, body, more = '') => exchange(ways[way], `${method} ${path} HTTP/1.1\r\n${H}${type}Helhet-Request: 1\r\n${more}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const entry = [1, 2, 3, 4, 5].flatMap((n) => [{ resourceType: 'Practitioner', id: `q${n}` }, { resourceType: 'PractitionerRole', id: `q${n}`, practitioner: { reference: `Practitioner/q${n}` } }]).map((resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }));
  assert.deepEqual(statuses(await ask('nginx', 'POST', '/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))), [200]);
  await new Promise((r) => setTimeout(r, 300));
  assert.match(log, /"route":"POST \/fhir"/, 'other requests are seen here');
  const before = log;
  const body = JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'question', valueCode: 'works' }, { name: 'statement', valueString: 'Bra' }, { name: 'screen', valueString: 'sok' }] });
  const answer = await ask('nginx', 'POST', '/styr/Experience/$report-anonymous', body, 'Cookie: spar=anna\r\nUser-Agent: spar\r\nReferer: https://localhost/spar\r\n');
  assert.deepEqual(statuses(answer), [202], answer);
  assert.deepEqual(statuses(await ask('nginx', 'POST', '/styr/Experience/$report-anonymous', 'x'.repeat(20000))), [413]);
  await new Promise((r) => setTimeout(r, 300));
  assert.equal(log, before);
  const box = readFileSync(join(dir, 'store', 'experiences.box')).toString('latin1');
  assert.ok(box.includes('Bra') && !box.includes('spar') && !box.includes('anna'));
});
