// SPDX-License-Identifier: Apache-2.0
// Every kind of input, good and bad: the counts add up, each rejection tells where and why.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { chance, checkClean, content, corpus, exact, exported, gzLines, lines, noCorpus, report, run, scratch, summary, synthea2025 } from './tool.mjs';

const basic = (id, text) => JSON.stringify({ resourceType: 'Basic', id, code: { text } });

function load(t, files) {
  const dir = scratch(t);
  mkdirSync(join(dir, 'in'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, 'in', name, '..'), { recursive: true });
    writeFileSync(join(dir, 'in', name), text);
  }
  const data = join(dir, 'data');
  const r = run('import', '--data', data, join(dir, 'in'));
  const s = summary(r.out);
  assert.equal(s.in, s.stored + s.unchanged + s.rejected);
  assert.equal(r.code, s.rejected ? 1 : 0, r.out + r.err);
  return { dir, data, s, rejected: report(data).filter((e) => e.outcome === 'rejected'), all: exported(data, join(dir, 'out')) };
}

test('line ends, byte order mark, blank lines, a last line without an end', (t) => {
  const l = load(t, {
    'a.ndjson': `\uFEFF${basic('a1', 'å')}\r\n\r\n${basic('a2', 'ä')}\r\n`,
    'b.ndjson': `\n${basic('b1', 'ö')}\n   \n${basic('b2', 'é')}`,
    'c.json': `\uFEFF{\n  "resourceType": "Basic",\n  "id": "c1",\n  "code": {"text": "rad\\r\\nrad"}\n}\n`,
    'd.json': `{"resourceType":"Bundle","type":"collection","entry":[\n{"resource":${basic('d1', 'x')}},\n{"resource":${basic('d2', 'y')}}]}`,
  });
  assert.deepEqual(l.s, { in: 7, stored: 7, unchanged: 0, rejected: 0 });
  assert.equal(JSON.parse(l.all.get('Basic/c1')).code.text, 'rad\r\nrad');
  checkClean(l.data);
});

test('gzip and bzip2 are told by their first bytes; members may follow one another', (t) => {
  const two = Buffer.concat([gzipSync(`${basic('g1', 'x')}\n`), gzipSync(`${basic('g2', 'y')}\n`)]);
  const bz = spawnSync('bzip2', ['-c'], { input: `${basic('z1', 'x')}\n${basic('z2', 'y')}` });
  const files = { 'named.json': two, 'plain.gz': basic('p1', 'x') };
  if (bz.status === 0) files['some.ndjson'] = bz.stdout;
  const l = load(t, files);
  assert.equal(l.s.rejected, 0, JSON.stringify(l.rejected));
  assert.equal(l.s.stored, bz.status === 0 ? 5 : 3);
});

test('a broken line is rejected alone, with its line', (t) => {
  const l = load(t, {
    'a.ndjson': `{"resourceType":"Basic",\n${basic('a2', 'x')}\n[1]\n${basic('a4', 'x')}\n{"resourceType":"Basic","code":{"txt":"x"}}\nnull\n${basic('a7', 'x')}\n`,
  });
  assert.deepEqual(l.s, { in: 7, stored: 3, unchanged: 0, rejected: 4 });
  assert.deepEqual(l.rejected.map((e) => e.line), [1, 3, 5, 6]);
  assert.deepEqual(l.rejected.map((e) => e.code), ['JSON_SYNTAX', 'FHIR_NOT_OBJECT', 'FHIR_ELEMENT_UNKNOWN', 'FHIR_NOT_OBJECT']);
  assert.equal(l.rejected[2].path, 'Basic.code.txt');
  for (const e of l.rejected) assert.ok(e.sv && e.en && e.file.endsWith('a.ndjson'));
});

test('FHIR XML: resources and Bundles, also packed; a fault has the line and element of the XML', (t) => {
  const ns = 'xmlns="http://hl7.org/fhir"';
  const patient = (id, more = '') => `<Patient ${ns}><id value="${id}"/>${more}<gender value="female"/></Patient>`;
  const entry = (inner, id) => `<entry>${id ? `<fullUrl value="urn:uuid:${id}"/>` : ''}<resource>${inner}</resource></entry>\n`;
  const uuid = '0c4b8f0e-6d33-4c0f-9a55-1c1f5fb6b8aa';
  const l = load(t, {
    'a.xml': `<?xml version="1.0" encoding="UTF-8"?>\n<!-- en kommentar -->\n${patient('x1', '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">Å &amp; Ä</div></text>')}\n`,
    'b.xml': `\uFEFF<Bundle ${ns}><type value="collection"/>\n${entry(patient('x2'))}${entry(`<Observation ${ns}><status value="final"/><code><text value="puls"/></code><subject><reference value="urn:uuid:${uuid}"/></subject></Observation>`)}${entry(`<Patient ${ns}><birthDate value="1980-02-30"/></Patient>`)}${entry(`<Patient ${ns}><active value="true"/></Patient>`, uuid)}</Bundle>`,
    'c.gz': gzipSync(patient('x3')),
    'd.xml': `<Patient ${ns}>\n  <id value="x4"/>\n  <gendre value="female"/>\n</Patient>`,
    'e.xml': `<Patient ${ns}>\n  <id value="x5"/>\n  <gender value="kvinna"/>\n</Patient>`,
    'f.xml': `<Patient ${ns}>\n  <id value="x6"/>\n`,
    'g.xml': '<!DOCTYPE Patient [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"/>',
    'h.ndjson': `${basic('h1', 'x')}\n${patient('x7')}\n`,
    'i.xml': basic('i1', 'JSON under another name'),
  });
  assert.deepEqual(l.s, { in: 13, stored: 7, unchanged: 0, rejected: 6 });
  const of = (name) => l.rejected.filter((e) => e.file.endsWith(name)).map(({ code, line, path, entry, column }) => ({ code, line, path, entry, column }));
  assert.equal(JSON.parse(l.all.get('Patient/x1')).text.div, '<div xmlns="http://www.w3.org/1999/xhtml">Å &amp; Ä</div>');
  assert.equal(JSON.parse([...l.all.values()].find((b) => b.includes('puls'))).subject.reference, `Patient/${uuid}`);
  for (const id of ['x2', 'x3', uuid]) assert.ok(l.all.has(`Patient/${id}`), id);
  assert.deepEqual(of('b.xml'), [{ code: 'FHIR_PRIMITIVE', line: 4, path: 'Patient.birthDate', entry: 3, column: undefined }]);
  assert.deepEqual(of('d.xml').map((e) => [e.code, e.line, e.path]), [['FHIR_ELEMENT_UNKNOWN', 3, 'Patient.gendre']]);
  assert.deepEqual(of('e.xml').map((e) => [e.code, e.line, e.path, e.column]), [['FHIR_BINDING', 3, 'Patient.gender', undefined]]);
  assert.deepEqual(of('f.xml').map((e) => e.code), ['XML_SYNTAX']);
  assert.deepEqual(of('g.xml').map((e) => e.code), ['XML_DTD']);
  assert.deepEqual(of('h.ndjson').map((e) => [e.code, e.line]), [['JSON_SYNTAX', 2]]);
  checkClean(l.data);
});

test('an empty file, a cut gzip, a damaged gzip, a folder of junk', (t) => {
  const noise = chance(7);
  const many = Array.from({ length: 4000 }, (_, i) => basic(`n${i}`, `anteckning ${noise(1e9)} ${noise(1e9)}`)).join('\n') + '\n';
  const whole = gzipSync(many);
  const damaged = Buffer.from(whole);
  damaged.fill(0x55, damaged.length >> 1, (damaged.length >> 1) + 64);
  const l = load(t, {
    'empty.json': '',
    'blank.ndjson': ' \n\r\n',
    'cut.ndjson.gz': whole.subarray(0, whole.length >> 1),
    'damaged.ndjson.gz': damaged,
    'junk/readme.md': '# not read',
    'junk/noise.json': Buffer.from(Array.from({ length: 5000 }, () => noise(256))),
    'junk/deep/page.json': '<html></html>',
    'junk/deep/ok.json': basic('ok', 'x'),
  });
  const of = (name) => l.rejected.filter((e) => e.file.endsWith(name));
  assert.deepEqual(of('empty.json').map((e) => e.code), ['LOAD_EMPTY']);
  assert.deepEqual(of('blank.ndjson').map((e) => e.code), ['LOAD_EMPTY']);
  assert.deepEqual(of('cut.ndjson.gz').map((e) => e.code), ['LOAD_TRUNCATED']);
  assert.ok(of('cut.ndjson.gz')[0].line > 100, 'where the cut is');
  assert.equal(of('damaged.ndjson.gz').at(-1).code, 'LOAD_COMPRESSED');
  assert.equal(of('readme.md').length, 0);
  assert.equal(of('noise.json').length, 1);
  assert.equal(of('page.json').length, 1);
  assert.ok(l.all.has('Basic/ok') && l.all.has('Basic/n0') && l.all.has('Basic/n1000'));
  checkClean(l.data);
});

test('a line over 128 MiB and a Bundle of 50,000 entries: memory stays bounded, the neighbours go in', (t) => {
  const l = load(t, {
    'long.ndjson': Buffer.concat([Buffer.from('{"resourceType":"Basic","id":"'), Buffer.alloc(130 << 20, 'a'), Buffer.from(`"}\n${basic('after', 'x')}\n`)]),
    'many.json': `{"resourceType":"Bundle","type":"collection","entry":[${Array.from({ length: 50000 }, (_, i) => `{"resource":${basic(`m${i}`, 'x')}}`).join(',')}]}`,
    'deep.json': `{"resourceType":"Basic","extension":${'['.repeat(10000)}${']'.repeat(10000)}}`,
  });
  assert.deepEqual(l.s, { in: 50003, stored: 50001, unchanged: 0, rejected: 2 });
  assert.deepEqual(l.rejected.map((e) => e.code), ['JSON_DEPTH', 'JSON_SIZE']);
  assert.ok(l.all.has('Basic/after') && l.all.has('Basic/m49999'));
});

test('no file of JSONTestSuite gets in, and each has its reason', { skip: noCorpus }, (t) => {
  const files = readdirSync(join(corpus, 'json-parsing')).filter((f) => f.endsWith('.json'));
  const dir = scratch(t);
  for (const f of files) copyFileSync(join(corpus, 'json-parsing', f), join(dir, f));
  const data = join(dir, 'data');
  const r = run('import', '--data', data, ...files.map((f) => join(dir, f)));
  assert.equal(r.code, 1);
  const s = summary(r.out);
  assert.equal(s.stored, 0);
  assert.equal(s.in, s.rejected);
  const rejected = report(data);
  const bad = files.filter((f) => f.startsWith('n_'));
  assert.equal(new Set(rejected.map((e) => e.file)).size, files.length);
  for (const f of bad) {
    const codes = rejected.filter((e) => e.file.endsWith(`/${f}`)).map((e) => e.code);
    assert.ok(codes.length > 0 && codes.every((c) => c.startsWith('JSON_') || c === 'LOAD_EMPTY' || (c === 'XML_SYNTAX' && f.includes('angle_bracket'))), `${f}: ${codes}`);
  }
  console.log(`CONFORMANCE JSONTestSuite through import: ${files.length} passed, 0 failed, 0 skipped`);
});

test('bundles: ids, addresses, conditions, methods', (t) => {
  const entry = (resource, more = {}) => ({ resource, ...more });
  const uuid = '0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0';
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry({ resourceType: 'Patient', active: true }, { fullUrl: `urn:uuid:${uuid}`, request: { method: 'POST', url: 'Patient' } }),
      entry({ resourceType: 'Observation', id: 'o1', status: 'final', code: { text: 'x' }, subject: { reference: `urn:uuid:${uuid}` } }, { fullUrl: 'http://else.example/fhir/Observation/o1', request: { method: 'PUT', url: 'Observation/o1' } }),
      entry({ resourceType: 'Basic', code: { text: 'no id' }, subject: { reference: 'http://else.example/fhir/Observation/o1' } }, { request: { method: 'PUT', url: 'Basic/b1' } }),
      entry({ resourceType: 'Basic', code: { text: 'digest' } }),
      entry({ resourceType: 'Organization', id: 'org2', name: 'Två', identifier: [{ system: 'urn:x', value: '1' }] }, { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1', request: { method: 'POST', url: 'Organization', ifNoneExist: 'identifier=urn:x|1' } }),
      entry({ resourceType: 'Patient', id: 'p2', managingOrganization: { reference: 'Organization/org2' }, generalPractitioner: [{ reference: 'Organization?identifier=urn:x|1' }] }, { request: { method: 'POST', url: 'Patient' } }),
      entry({ resourceType: 'Patient', id: 'p3', managingOrganization: { reference: 'Organization?identifier=urn:x|nobody' } }),
      entry({ resourceType: 'Patient', id: 'p4', managingOrganization: { reference: 'Organization?name=Ett' } }),
      entry({ resourceType: 'Patient', id: 'p5', managingOrganization: { reference: 'Organization?colour=red' } }),
      { request: { method: 'DELETE', url: 'Patient/p2' } },
      { request: { method: 'GET', url: 'Patient/p2' } },
      { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2' },
      entry({ resourceType: 'Patient', id: 'p6' }, { request: { method: 'PUT', url: 'Patient/other' } }),
      entry({ resourceType: 'Patient', id: 'p7' }, { request: { method: 'PUT', url: 'Observation/p7' } }),
    ],
  };
  const history = {
    resourceType: 'Bundle',
    type: 'history',
    entry: [
      entry({ resourceType: 'Basic', id: 'h', code: { text: 'newest' } }, { request: { method: 'PUT', url: 'Basic/h' } }),
      entry({ resourceType: 'Basic', id: 'h', code: { text: 'oldest' } }, { request: { method: 'POST', url: 'Basic' } }),
    ],
  };
  const l = load(t, {
    '1.json': JSON.stringify({ resourceType: 'Organization', id: 'org1', name: 'Ett', identifier: [{ system: 'urn:x', value: '1' }] }),
    '2.json': JSON.stringify(bundle, null, 1),
    '3.json': JSON.stringify(history),
  });
  const get = (key) => JSON.parse(l.all.get(key));
  assert.equal(get(`Patient/${uuid}`).active, true);
  assert.equal(get('Observation/o1').subject.reference, `Patient/${uuid}`);
  assert.equal(get('Basic/b1').subject.reference, 'Observation/o1');
  assert.equal(get('Patient/p2').managingOrganization.reference, 'Organization/org1');
  assert.equal(get('Patient/p2').generalPractitioner[0].reference, 'Organization/org1');
  assert.equal(get('Patient/p4').managingOrganization.reference, 'Organization/org1');
  assert.equal(get('Basic/h').code.text, 'newest');
  assert.equal(get('Basic/h').meta.versionId, '2');
  assert.ok(!l.all.has('Organization/org2'));
  assert.deepEqual(
    l.rejected.map((e) => [e.entry, e.code]),
    [[7, 'NO_MATCH'], [9, 'SEARCH_PARAM_UNKNOWN'], [10, 'LOAD_METHOD'], [11, 'LOAD_METHOD'], [12, 'FHIR_CARDINALITY_MIN'], [13, 'FHIR_ID_MISMATCH'], [14, 'FHIR_TYPE_MISMATCH']],
  );
  assert.equal(l.rejected[0].path, 'Patient.managingOrganization.reference');
  assert.equal(l.s.unchanged, 1, 'the organisation that exists');
  const again = run('import', '--data', l.data, join(l.dir, 'in/1.json'), join(l.dir, 'in/2.json'));
  assert.equal(summary(again.out).stored, 0, again.out);
  checkClean(l.data);
});

test('the official examples are stored and come back equal, or are rejected for a stated reason', { skip: noCorpus }, (t) => {
  const from = join(corpus, 'fhir-r4-examples');
  const names = readdirSync(from).filter((f) => f.endsWith('.json')).sort();
  const dir = scratch(t);
  const data = join(dir, 'data');
  const r = run('import', '--data', data, from);
  const s = summary(r.out);
  assert.equal(s.in, s.stored + s.unchanged + s.rejected);
  const rejected = report(data).filter((e) => e.outcome === 'rejected');
  const all = exported(data, join(dir, 'out'));
  const refused = new Map(rejected.filter((e) => !e.entry).map((e) => [e.file, e]));
  const last = new Map(); // several examples share an id: the last one is what the store holds
  const key = (x) => `${x.resourceType}/${x.id}`;
  for (const f of names) {
    const text = readFileSync(join(from, f), 'utf8');
    const x = JSON.parse(text);
    if (x.resourceType !== 'Bundle' && !refused.has(join(from, f)) && x.id) last.set(key(x), { f, text });
    if (x.resourceType === 'Bundle') for (const e of x.entry ?? []) if (e.resource?.id) last.delete(key(e.resource));
  }
  const differ = [...last].filter(([k, { text }]) => !all.has(k) || content(all.get(k)) !== content(text)).map(([, { f }]) => f);
  for (const e of rejected) {
    assert.ok(e.code && e.sv && e.en && e.line > 0, JSON.stringify(e));
    t.diagnostic(`rejected ${e.file.split('/').at(-1)}${e.entry ? ` entry ${e.entry}` : ''}: ${e.path ?? ''} ${e.en}`);
  }
  console.log(`CONFORMANCE official R4 examples through import and export: ${last.size - differ.length} passed, ${differ.length} failed, ${refused.size} skipped`);
  assert.deepEqual(differ, []);
  assert.ok(last.size > 400);
  checkClean(data);
});

// Swedish clinical text with everything that tends to break on the way.
function note(n) {
  const pick = (list) => list[n(list.length)];
  const negation = ['Ingen', 'Inga', 'Inget', 'Ej', 'Utan'];
  const finding = ['feber', 'bröstsmärta', 'hosta', 'dyspné', 'ödem', 'allergi mot penicillin', 'synpåverkan', 'bla\u030Asljud', 'e\u0301pilepsi', 'yrsel'];
  const odd = ['\r\n', '\n', '\t', '"citat"', "'apostrof'", '<b>&amp;</b>', '^~\\&|', '\\', 'Å Ä Ö å ä ö', '\u00A0', '\u200B', '½ µg/l ≥ 3 ± 2 °C', '🩺', 'ﬁ', 'ß', '\u202Ehöger\u202C', '  dubbla  blanksteg  ', '{"json":[1.50]}', '%20+%', '\u0001'];
  const part = () => `${pick(negation)} ${pick(finding)}${pick(['.', ',', ';', ':', ' –', '…'])}${pick([' ', '\r\n', '\n'])}${pick(odd)}`;
  return Array.from({ length: 3 + n(12) }, part).join(' ').trim();
}

test('10,000 Swedish notes: not one character changes', (t) => {
  const n = chance(20261121);
  const notes = Array.from({ length: 10000 }, () => note(n).replaceAll('\u0001', ''));
  const communication = (i) => ({ resourceType: 'Communication', id: `n${i}`, status: 'completed', payload: [{ contentString: notes[i] }], note: [{ text: notes[(i + 1) % notes.length] }] });
  const half = notes.length / 2;
  const ndjson = Array.from({ length: half }, (_, i) => JSON.stringify(communication(i))).join('\n');
  const bundles = Array.from({ length: half / 100 }, (_, b) =>
    JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: Array.from({ length: 100 }, (__, i) => ({ resource: communication(half + b * 100 + i), request: { method: 'PUT', url: `Communication/n${half + b * 100 + i}` } })) }),
  ).join('\n');
  const l = load(t, { 'a.ndjson': ndjson, 'b.ndjson.gz': gzipSync(bundles) });
  assert.deepEqual(l.s, { in: 10000, stored: 10000, unchanged: 0, rejected: 0 }, JSON.stringify(l.rejected[0]));
  let changed = 0;
  for (let i = 0; i < notes.length; i++) {
    const have = JSON.parse(l.all.get(`Communication/n${i}`));
    if (have.payload[0].contentString !== notes[i] || have.note[0].text !== notes[(i + 1) % notes.length]) changed++;
  }
  assert.equal(changed, 0);
  // and once more round: what was exported goes into another store and out again as the same bytes
  const again = run('import', '--data', join(l.dir, 'data2'), join(l.dir, 'out'));
  assert.equal(summary(again.out).stored, 10000, again.out);
  const twice = exported(join(l.dir, 'data2'), join(l.dir, 'out2'));
  for (const [k, line] of l.all) assert.equal(content(twice.get(k)), content(line));
});

test('numbers keep their digits', (t) => {
  const line = '{"resourceType":"Observation","id":"n","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50},"component":[{"code":{"text":"y"},"valueQuantity":{"value":100000000000000000.000000000001}},{"code":{"text":"z"},"valueQuantity":{"value":1e-3}}]}';
  const l = load(t, { 'a.json': line });
  assert.equal(l.s.stored, 1, JSON.stringify(l.rejected));
  assert.equal(content(l.all.get('Observation/n')), content(line));
  assert.equal(exact(l.all.get('Observation/n')).valueQuantity.value, '#1.50');
});

test('wrong command lines and missing files say so and do nothing', (t) => {
  const dir = scratch(t);
  assert.equal(run('import').code, 2);
  assert.equal(run('import', '--data', join(dir, 'd')).code, 2);
  assert.equal(run('import', '--nonsense').code, 2);
  const r = run('import', '--data', join(dir, 'd'), join(dir, 'missing.json'));
  assert.equal(r.code, 1);
  assert.match(r.err, /missing\.json/);
  assert.equal(run('check', '--data', join(dir, 'd')).code, 1, 'no store was made');
  const u = run('imprt');
  assert.equal(u.code, 2);
  assert.match(u.err, /Menade du import\?/);
  const h = run('import', '--help');
  assert.equal(h.code, 0);
  assert.ok(h.out.indexOf('läser in') < h.out.indexOf('loads FHIR'), 'Swedish first');
  assert.equal(lines(run('--version').out).length, 1);
});

test('the same file twice in one run and in two is stored once', { skip: noCorpus }, (t) => {
  const dir = scratch(t);
  const [first] = gzLines(join(synthea2025, 'bundles.ndjson.gz'));
  writeFileSync(join(dir, 'a.json'), first);
  const n = JSON.parse(first).entry.length;
  const r = run('import', '--data', join(dir, 'd'), join(dir, 'a.json'), join(dir, 'a.json'));
  assert.deepEqual(summary(r.out), { in: 2 * n, stored: n, unchanged: n, rejected: 0 });
});
