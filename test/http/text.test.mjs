// SPDX-License-Identifier: Apache-2.0
// 10,000 generated Swedish notes through create, transaction, batch, search and read: not one character may change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

const NOTES = 10000;
const PER_BUNDLE = 250;
let server;
before(async () => {
  server = await start();
});
after(async () => {
  if (server) await server.stop();
});

/** Mulberry32: the same notes every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pieces = [
  'Pat. har ingen feber, inga smärtor och inget illamående.',
  'Är ej allergisk; utan anmärkning i övrigt.',
  'Åtgärd: återbesök om två veckor hos distriktssköterskan.',
  'Öronstatus u.a. Blåser 112 % av förväntat.',
  'e\u0301 ä\u0308 o\u0308 a\u030a – kombinerande tecken som de skrevs',
  '"Jag mår bra", säger hon; \u2019enkla\u2019 \u201ddubbla\u201d »vinkel«',
  'Hb <120 g/L & CRP >5 mg/L, jfr <div>&amp;</div>',
  'fält^komponent&del~upprepning|nästa\\escape\\',
  'rad ett\r\nrad två\r\n\r\nrad fyra\n\tindragen\n',
  '½ tabl × 2, 37,5 °C, 3×10⁹/L, µg, ‰, €, −5, 10–12',
  'Temp 38,\u00a0hjärtfrekvens 88\u202f/min\u200b',
  '𝛼-blockerare, 👩‍⚕️ ringde, 日本語, עברית, Ṩ ṩ ﬁ',
  '\\u00e5 {"text":"å"} \\n %C3%A5 + &#229; \u007f \u0085 \u2028 \ufeff',
];

function note(rnd, i) {
  const n = 1 + Math.floor(rnd() * 6);
  let text = `Anteckning ${i}: `;
  for (let k = 0; k < n; k++) text += pieces[Math.floor(rnd() * pieces.length)] + (rnd() < 0.3 ? '\r\n' : ' ');
  // A FHIR string may not end or begin with nothing but white space alone, so a full stop ends it.
  return `${text}.`;
}

const rnd = random(20261121);
const notes = Array.from({ length: NOTES }, (_, i) => note(rnd, i));
const resource = (i) => ({
  resourceType: 'Communication',
  id: `n${i}`,
  status: 'completed',
  identifier: [{ system: 'urn:test:note', value: String(i) }],
  payload: [{ contentString: notes[i] }],
  note: [{ text: notes[i] }],
});

function wrong(found, i) {
  return found.payload[0].contentString !== notes[i] || found.note[0].text !== notes[i] ? 1 : 0;
}

test('every note comes out as it went in', { timeout: 300000 }, async () => {
  let changed = 0;
  for (let at = 0; at < NOTES; at += PER_BUNDLE) {
    const list = Array.from({ length: PER_BUNDLE }, (_, k) => at + k);
    // A third each by transaction, by batch, one by one.
    const way = (at / PER_BUNDLE) % 3;
    if (way === 2) {
      const all = await Promise.all(list.map((i) => ask(server, 'PUT', `/Communication/n${i}`, { body: resource(i) })));
      all.forEach((r, k) => {
        assert.equal(r.status, 201, r.text);
        changed += wrong(r.json, list[k]);
      });
    } else {
      const body = bundle(way ? 'batch' : 'transaction', ...list.map((i) => entry('PUT', `Communication/n${i}`, resource(i))));
      const r = await ask(server, 'POST', '', { body, headers: { Prefer: 'return=representation' } });
      assert.equal(r.status, 200, r.text.slice(0, 500));
      r.json.entry.forEach((e, k) => {
        assert.equal(e.response.status, '201 Created');
        changed += wrong(e.resource, list[k]);
      });
    }
  }
  let seen = 0;
  for (let url = '/Communication?_count=500'; url; ) {
    const page = await ask(server, 'GET', url, { headers: { 'Accept-Encoding': seen % 1000 ? 'gzip' : 'identity' } });
    assert.equal(page.status, 200, page.text.slice(0, 500));
    for (const e of page.json.entry) {
      changed += wrong(e.resource, Number(e.resource.id.slice(1)));
      seen++;
    }
    url = page.json.link.find((l) => l.relation === 'next')?.url;
  }
  assert.equal(seen, NOTES);
  for (let i = 0; i < NOTES; i += 100) {
    const got = await Promise.all(Array.from({ length: 100 }, (_, k) => ask(server, 'GET', `/Communication/n${i + k}`)));
    got.forEach((r, k) => (changed += wrong(r.json, i + k)));
  }
  assert.equal(changed, 0);
});
