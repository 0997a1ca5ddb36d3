// SPDX-License-Identifier: Apache-2.0
// Text searches over HTTP: _text, _content, :text; pages that stay while others write; value sets. And the text index
// against a naive reading of every body of the corpus, in another language than the one it is written in.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ask, bundle, corpus, entry, start } from './server.mjs';

const put = (resource) => entry('PUT', `${resource.resourceType}/${resource.id}`, resource);
const note = (id, description, more = {}) => ({ resourceType: 'DocumentReference', id, status: 'current', description, content: [{ attachment: { title: 'x' } }], ...more });
const ids = (r) => (r.json.entry ?? []).map((e) => e.resource.id);
const enc = encodeURIComponent;

/** Asks again while the index is catching up. */
async function ready(server, path) {
  for (let n = 0; n < 120; n++) {
    const r = await ask(server, 'GET', path);
    if (r.status !== 503) return r;
    assert.equal(r.json.issue[0].details.coding[0].code, 'WORDS_BEHIND', r.text);
    assert.match(r.text, /\d+ %/);
    assert.ok(Number(r.headers.get('retry-after')) >= 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('the index never caught up');
}

describe('text', () => {
  let server;
  const go = (path) => ready(server, path);
  before(async () => {
    server = await start();
    const div = (html) => ({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${html}</div>` } });
    const r = await ask(server, 'POST', '', {
      body: bundle(
        'transaction',
        put({ resourceType: 'Patient', id: 'p1', name: [{ family: 'Ångström', given: ['Åsa'] }], ...div('<p>Ingen allergi</p>') }),
        put({ resourceType: 'Patient', id: 'p2', name: [{ family: 'Test' }] }),
        put(note('d1', 'Ingen feber, ont i halsen', { subject: { reference: 'Patient/p1', display: 'Åsa Ångström' } })),
        put(note('d2', 'Feber feber feber', { subject: { reference: 'Patient/p2', display: 'Test Testsson' } })),
        put(note('d3', 'Hosta', div('<p>Fe<b>ber</b></p>'))),
        put({ resourceType: 'Observation', id: 'o1', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8302-2', display: 'Body height' }], text: 'Längd' }, subject: { reference: 'Patient/p1' } }),
        put({ resourceType: 'Basic', id: 'b1', code: { text: 'Zonder-prov' } }),
        put({ resourceType: 'Observation', id: 'o2', status: 'final', code: { text: 'Vikt' }, note: [{ text: 'body height' }], subject: { reference: 'Patient/p2' } }),
      ),
    });
    assert.equal(r.status, 200, r.text);
  });
  after(async () => {
    if (server) assert.equal((await server.stop()).code, 0);
  });

  const found = async (path, ...want) => {
    const r = await go(path);
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(ids(r).sort(), want.sort(), path);
    return r;
  };

  test('words, phrases, or, not, prefixes; case and accents make no difference; no word is too common', async () => {
    await found('/DocumentReference?_content=ingen', 'd1');
    await found('/DocumentReference?_content=FEBER', 'd1', 'd2', 'd3');
    await found(`/DocumentReference?_content=${enc('feber -ingen')}`, 'd2', 'd3');
    await found(`/DocumentReference?_content=${enc('"ont i halsen"')}`, 'd1');
    await found(`/DocumentReference?_content=${enc('hals* OR hosta')}`, 'd1', 'd3');
    await found('/DocumentReference?_content=hosta,ont', 'd1', 'd3');
    await found('/DocumentReference?_text=feber', 'd3');
    await found('/Patient?_content=angstrom', 'p1');
    await found(`/Patient?_content=${enc('ångström')}`, 'p1');
    await found(`/?_content=ingen&_type=Patient,DocumentReference`, 'p1', 'd1');
    await found('/Observation?_content=8302-2', 'o1');
  });

  test('the best comes first, with its score', async () => {
    const r = await go('/DocumentReference?_content=feber');
    const scores = r.json.entry.map((e) => e.search.score);
    assert.equal(r.json.entry[0].resource.id, 'd2');
    assert.equal(scores[0], 1);
    assert.ok(scores.every((s, i) => s > 0 && s <= 1 && (i === 0 || s <= scores[i - 1])));
    const sorted = await go('/DocumentReference?_content=feber&_sort=_id');
    assert.deepEqual(ids(sorted), ['d1', 'd2', 'd3']);
  });

  test(':text of tokens and references, in chains and backwards too', async () => {
    await found('/Observation?code:text=body', 'o1');
    await found('/Observation?code:text=height', 'o1');
    await found('/Observation?code:text=eight');
    await found('/Basic?code:text=prov', 'b1'); // a word begins after a hyphen too
    await found(`/Observation?code:text=${enc('LANGD')}`, 'o1');
    await found('/Observation?code:text=langd,vikt', 'o1', 'o2');
    await found('/DocumentReference?subject:text=asa', 'd1');
    await found('/Patient?_has:Observation:patient:code:text=body', 'p1');
    await found('/Observation?subject:Patient._content=angstrom', 'o1');
  });

  test('wrong queries name the character', async () => {
    for (const [query, at] of [['feber OR', 9], ['(feber', 1], ['åå "feber', 4], ['-feber', 1], ['fe*ber', 4], ['!', 1]]) {
      const r = await go(`/DocumentReference?_content=${enc(query)}`);
      assert.equal(r.status, 400, query);
      assert.equal(r.json.issue[0].details.coding[0].code, 'WORDS_SYNTAX');
      assert.match(r.json.issue[0].details.text, new RegExp(`tecken ${at}:`), query);
    }
    assert.equal((await go('/Observation?code:text=!')).status, 400);
    assert.equal((await go('/Observation?_content:exact=a')).status, 400);
  });

  test('what was just written is found, what was changed or deleted is not', async () => {
    for (let i = 0; i < 20; i++) {
      const r = await ask(server, 'PUT', '/DocumentReference/w', { body: note('w', `skrivning nummer${i}`) });
      assert.ok(r.status < 300, r.text);
      await found(`/DocumentReference?_content=nummer${i}`, 'w');
      if (i) await found(`/DocumentReference?_content=nummer${i - 1}`);
    }
    assert.ok((await ask(server, 'DELETE', '/DocumentReference/w')).status < 300);
    await found('/DocumentReference?_content=skrivning');
  });

  test('no write depends on what is not indexed yet', async () => {
    const doc = note(undefined, 'x');
    const one = await ask(server, 'POST', '/DocumentReference', { body: doc, headers: { 'If-None-Exist': '_content=nyss' } });
    const within = await ask(server, 'POST', '', { body: bundle('transaction', entry('POST', 'DocumentReference', doc, { request: { ifNoneExist: '_content=nyss' } })) });
    for (const r of [one, within]) {
      assert.equal(r.status, 400, r.text);
      assert.match(r.text, /WORDS_TRANSACTION/);
    }
  });

  test('pages stay as they began while others write', async () => {
    const many = [...Array(60).keys()].map((i) => put(note(`q${i}`, `sidor ${'ord '.repeat(i % 9)} ${i % 3 ? 'sidor' : ''}`)));
    assert.equal((await ask(server, 'POST', '', { body: bundle('transaction', ...many) })).status, 200);
    const whole = await go('/DocumentReference?_content=sidor&_count=100');
    assert.equal(ids(whole).length, 60);
    const seen = [], scores = [];
    let r = await go('/DocumentReference?_content=sidor&_count=7');
    for (let n = 0; ; n++) {
      seen.push(...ids(r));
      scores.push(...r.json.entry.map((e) => e.search.score));
      const next = r.json.link.find((l) => l.relation === 'next')?.url;
      if (!next) break;
      await ask(server, 'PUT', `/DocumentReference/q${n * 5}`, { body: note(`q${n * 5}`, 'annat') });
      await ask(server, 'DELETE', `/DocumentReference/q${59 - n}`);
      for (let k = 0; k < 5; k++) await ask(server, 'PUT', `/DocumentReference/n${n}-${k}`, { body: note(`n${n}-${k}`, 'sidor sidor sidor') });
      r = await go(next);
      assert.equal(r.status, 200, r.text);
    }
    assert.deepEqual(seen, ids(whole));
    assert.deepEqual(scores, whole.json.entry.map((e) => e.search.score));
  });

  test('value sets and hierarchies', async () => {
    const s = 'urn:test:s';
    const set = (id, compose) => put({ resourceType: 'ValueSet', id, url: `urn:test:${id}`, status: 'active', compose });
    const obs = (id, code, system = s) => put({ resourceType: 'Observation', id, status: 'final', code: { coding: [{ system, code }] } });
    const r = await ask(server, 'POST', '', {
      body: bundle(
        'transaction',
        put({ resourceType: 'CodeSystem', id: 's', url: s, status: 'active', content: 'complete', concept: [{ code: 'a', concept: [{ code: 'a1', concept: [{ code: 'a11' }] }] }, { code: 'b' }] }),
        set('va', { include: [{ system: s, filter: [{ property: 'concept', op: 'is-a', value: 'a1' }] }] }),
        set('vx', { include: [{ system: 'urn:test:elsewhere' }] }),
        obs('ca', 'a'), obs('ca1', 'a1'), obs('ca11', 'a11'), obs('cb', 'b'), obs('cx', '1', 'urn:test:elsewhere'),
      ),
    });
    assert.equal(r.status, 200, r.text);
    const only = '_id=ca,ca1,ca11,cb,cx&';
    await found(`/Observation?${only}code:in=urn:test:va`, 'ca1', 'ca11');
    await found(`/Observation?${only}code:in=ValueSet/va`, 'ca1', 'ca11');
    await found(`/Observation?${only}code:not-in=urn:test:va`, 'ca', 'cb', 'cx');
    await found(`/Observation?${only}code:in=urn:test:vx`, 'cx');
    await found(`/Observation?${only}code:below=${s}|a1`, 'ca1', 'ca11');
    await found(`/Observation?${only}code:above=${s}|a1`, 'ca', 'ca1');
    await found(`/Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender`);
    const wrong = await go('/Observation?code:in=urn:test:none');
    assert.equal(wrong.status, 422, wrong.text);
    assert.match(wrong.text, /urn:test:none/);
    assert.equal((await go(`/Observation?code:below=${s}|zz`)).status, 422);
    // A changed set is a changed search.
    await ask(server, 'PUT', '/ValueSet/va', { body: { resourceType: 'ValueSet', id: 'va', url: 'urn:test:va', status: 'active', compose: { include: [{ system: s, concept: [{ code: 'b' }] }] } } });
    await found(`/Observation?${only}code:in=urn:test:va`, 'cb');
  });

  test('check tells of the index; without it text searches are refused', async () => {
    const bin = process.env.HELHET_BIN ?? 'build/helhet';
    await server.stop({ keep: true });
    assert.match(execFileSync(bin, ['check', '--data', server.data]).toString(), /Fel i textindex \(faults\) {2}0/);
    server = await start(server.data, ['--no-text-index']);
    for (const path of ['_content=feber', '_text=feber', 'subject:text=asa']) {
      const r = await ask(server, 'GET', `/DocumentReference?${path}`);
      assert.equal(r.status, 400, r.text);
      assert.match(r.text, /textindex/);
    }
  });
});

// ---- the corpus ----

const slices = { DocumentReference: 500, DiagnosticReport: 300, Observation: 1500, Condition: 500, Patient: 80, Encounter: 400 };
const source = (type) => join(corpus, 'synthea', 'r4-2025-80patients', `${type}.ndjson.gz`);

const letters = { æ: 'ae', ð: 'd', ø: 'o', þ: 'th', đ: 'd', ħ: 'h', ı: 'i', ł: 'l', ŋ: 'n', œ: 'oe', ŧ: 't', ß: 'ss' };
const fold = (s) => s.normalize('NFKD').toLowerCase().normalize('NFKD').replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, '').replace(/[æðøþđħıłŋœŧß]/g, (c) => letters[c]);
const wordsOf = (s) => fold(s).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

const address = new Set(['id', 'reference', 'url', 'profile', 'versionId', 'data', 'div', 'valueUri', 'valueUrl', 'implicitRules', 'definition']);
const moment = /^\d{4}(-\d\d(-\d\d(T\S+)?)?)?$/;
const timed = /date|time|start|end|issued|period|lastUpdated|authoredOn|recorded|birth|deceased|indexed|created/i;

/** Every text a person could read in a resource, by the names of its members. */
function texts(node, key, out) {
  if (Array.isArray(node)) for (const n of node) texts(n, key, out);
  else if (node && typeof node === 'object') {
    for (const [k, v] of Object.entries(node)) {
      if (k === 'resourceType') continue;
      if (k === 'div') out.push(v.replace(/<[^>]*>/g, ' '));
      else if (k === 'data' && /^text\//.test(node.contentType ?? '')) out.push(Buffer.from(v, 'base64').toString());
      else texts(v, k, out);
    }
  } else if (typeof node === 'string') {
    if (address.has(key) || (key === 'system' && node.includes(':')) || (timed.test(key) && moment.test(node))) return;
    out.push(node);
  }
  return out;
}

describe('the corpus', { skip: !existsSync(source('Observation')) && 'no corpus' }, () => {
  let server;
  const holders = new Map(); // word → set of Type/id
  let all = 0;
  before(async () => {
    const data = mkdtempSync(join(tmpdir(), 'helhet-words-'));
    const lines = [];
    for (const [type, max] of Object.entries(slices)) lines.push(...gunzipSync(readFileSync(source(type))).toString().split('\n').filter(Boolean).slice(0, max));
    const file = join(data, 'slice.ndjson');
    writeFileSync(file, lines.join('\n'));
    for (const line of lines) {
      const r = JSON.parse(line);
      for (const word of new Set(texts(r, '', []).flatMap(wordsOf))) {
        if (!holders.has(word)) holders.set(word, new Set());
        holders.get(word).add(`${r.resourceType}/${r.id}`);
      }
    }
    all = lines.length;
    execFileSync(process.env.HELHET_BIN ?? 'build/helhet', ['import', '--data', join(data, 'store'), file], { stdio: 'ignore' });
    server = await start(join(data, 'store'));
  });
  after(() => server?.stop());

  test('_content finds exactly the resources that hold a word, for 1,200 words', async () => {
    const words = [...holders.keys()].filter((w) => Buffer.byteLength(w) <= 64).sort();
    let seed = 7;
    const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    let checked = 0, hits = 0;
    await ready(server, '/?_content=a&_summary=count');
    for (let i = 0; i < 1200; i++) {
      const word = i % 20 === 19 ? `${words[random(words.length)]}x${i}` : words[random(words.length)];
      const want = holders.get(word) ?? new Set();
      const big = want.size > 300;
      const r = await ready(server, `/?_content=${enc(`"${word}"`)}&_elements=id&_total=accurate&_count=${big ? 0 : 1000}`);
      assert.equal(r.status, 200, `${word}: ${r.text}`);
      assert.equal(r.json.total, want.size, `${word}: ${r.json.total} found, ${want.size} expected`);
      if (!big) {
        const got = new Set((r.json.entry ?? []).map((e) => `${e.resource.resourceType}/${e.resource.id}`));
        for (const id of want) assert.ok(got.has(id), `${word}: ${id} is missing`);
      }
      checked++;
      hits += want.size;
    }
    console.log(`CONFORMANCE _content against a naive reading of ${all} bodies: ${checked} passed, 0 failed, 0 skipped (${hits} hits)`);
  });
});
