// SPDX-License-Identifier: Apache-2.0
// helhet view: a reader that nobody here wrote (DuckDB) finds in our CSV and Parquet the very rows of our JSON; a
// million rows in bounded memory; the views that come with Helhet over a demo region; errors that say where.
import assert from 'node:assert/strict';
import { createWriteStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { exact, lines, run, scratch, start } from './tool.mjs';

const { DuckDBInstance } = await import('@duckdb/node-api');
const views = join(import.meta.dirname, '../../definitions/views');

async function duck() {
  const instance = await DuckDBInstance.create(':memory:');
  const c = await instance.connect();
  return async (sql) => (await c.runAndReadAll(sql)).getRowObjectsJson();
}
const csv = (file) => `read_csv('${file}', header = true, all_varchar = true, nullstr = '', allow_quoted_nulls = false, quote = '"', escape = '"', delim = ',')`;
const save = (dir, name, value) => {
  writeFileSync(join(dir, name), typeof value === 'string' ? value : JSON.stringify(value));
  return join(dir, name);
};
const ok = (...args) => {
  const r = run('view', ...args);
  assert.equal(r.code, 0, r.err);
  return r;
};

// Every kind of column, with nothing, one and several in it, and text that formats stumble over.
const kinds = {
  resourceType: 'ViewDefinition',
  name: 'kinds',
  status: 'active',
  resource: 'Observation',
  constant: [{ name: 'hej', valueString: 'hej, "du" å ä ö' }],
  select: [
    {
      column: [
        { name: 'key', path: 'getResourceKey()' },
        { name: 'text', path: 'note.first().text' },
        { name: 'joined', path: "category.coding.code.join('|')" },
        { name: 'constant', path: '%hej' },
        { name: 'yes', path: 'note.exists()' },
        { name: 'number', path: 'value.ofType(integer)' },
        { name: 'wide', path: 'component.count()' },
        { name: 'quantity', path: 'value.ofType(Quantity).value' },
        { name: 'exactly', path: 'value.ofType(Quantity).value', tag: [{ name: 'ansi/type', value: 'DECIMAL(18,6)' }] },
        { name: 'time', path: 'effective.ofType(dateTime)' },
        { name: 'instant', path: 'issued' },
        { name: 'clock', path: 'value.ofType(time)' },
        { name: 'day', path: 'note.first().time.toDate()', type: 'date', tag: [{ name: 'ansi/type', value: 'DATE' }] },
        { name: 'notes', path: 'note.text', collection: true },
        { name: 'whole', path: 'referenceRange.low.value', collection: true },
        { name: 'flags', path: 'component.select(value.ofType(boolean))', collection: true, type: 'boolean' },
        { name: 'code', path: 'code', type: 'CodeableConcept' },
      ],
    },
    { forEachOrNull: 'performer', column: [{ name: 'who', path: 'display' }, { name: 'n', path: '%rowIndex' }] },
  ],
};
const code = { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Puls – "vilande"' }] };
const observations = [
  { id: 'a', code, note: [{ text: 'Åsa sa: "ont, i\nfoten"', time: '2024-02-29T08:00:00+01:00' }, { text: 'Örjan' }], valueQuantity: { value: 37.25, unit: '°C' }, effectiveDateTime: '2024-02', issued: '2024-02-29T12:00:00.123456+01:00', performer: [{ display: 'Ängla Öst' }, { display: 'Bo' }], referenceRange: [{ low: { value: 1 } }, { low: { value: 2.5 } }] },
  { id: 'b', code, valueInteger: -7, component: [{ code, valueBoolean: true }, { code, valueBoolean: false }, { code }], category: [{ coding: [{ code: 'x' }, { code: 'y' }] }], effectiveDateTime: '1999-12-31T23:59:59.999Z', issued: '1969-12-31T23:59:59Z' },
  { id: 'c', code: { text: 'tom' } },
  { id: 'd', code, valueTime: '07:30:00', note: [{ text: ' mellanslag ' }], performer: [{ reference: 'Practitioner/1' }] },
  { id: 'e', code, valueQuantity: { value: 0.000001 }, note: [{ text: '日本語 🫀 \\ \t;' }] },
].map((o) => ({ resourceType: 'Observation', status: 'final', ...o }));

test('DuckDB reads the same rows in CSV and Parquet as stand in our JSON: every kind, null, lists, Swedish', async (t) => {
  const dir = scratch(t);
  const view = save(dir, 'view.json', kinds);
  const input = save(dir, 'in.ndjson', observations.map((o) => JSON.stringify(o)).join('\r\n'));
  const file = (f) => join(dir, `out.${f}`);
  for (const f of ['json', 'ndjson', 'csv', 'parquet']) ok('run', view, '--input', input, '--out', file(f));
  const json = exact(readFileSync(file('json'), 'utf8'));
  assert.deepEqual(lines(readFileSync(file('ndjson'), 'utf8')).map(exact), json);
  assert.equal(json.length, 6);
  assert.deepEqual(json[0].who, 'Ängla Öst');
  assert.deepEqual(json.find((r) => r.key === 'Observation/c').notes, []);
  assert.equal(json[0].joined, '');
  assert.equal(json[4].quantity, null);
  const sql = await duck();
  const plain = (v) => (typeof v === 'string' && v[0] === '#' ? v.slice(1) : v);

  // CSV: the text of each value, nothing for null, JSON for lists and objects.
  const fromCsv = await sql(`select * from ${csv(file('csv'))}`);
  assert.equal(fromCsv.length, json.length);
  fromCsv.forEach((row, i) => {
    for (const [name, want] of Object.entries(json[i])) {
      const v = typeof want === 'object' && want !== null ? exact(row[name]) : row[name];
      assert.deepEqual(v, typeof want === 'boolean' ? String(want) : plain(want), `csv row ${i} ${name}`);
    }
  });

  // Parquet: typed columns.
  const types = Object.fromEntries((await sql(`describe select * from '${file('parquet')}'`)).map((c) => [c.column_name, c.column_type]));
  assert.deepEqual(types, { key: 'VARCHAR', text: 'VARCHAR', joined: 'VARCHAR', constant: 'VARCHAR', yes: 'BOOLEAN', number: 'INTEGER', wide: 'BIGINT', quantity: 'DOUBLE', exactly: 'DECIMAL(18,6)', time: 'VARCHAR', instant: 'TIMESTAMP WITH TIME ZONE', clock: 'VARCHAR', day: 'DATE', notes: 'VARCHAR[]', whole: 'DOUBLE[]', flags: 'BOOLEAN[]', code: types.code, who: 'VARCHAR', n: types.n });
  assert.match(types.code, /JSON|VARCHAR/);
  assert.match(types.n, /INT/);
  const fromParquet = await sql(`select * replace (epoch_us(instant) as instant, cast(exactly as varchar) as exactly, cast(wide as integer) as wide, cast(n as integer) as n) from '${file('parquet')}'`);
  assert.equal(fromParquet.length, json.length);
  const micros = (s) => {
    const [, second, fraction = '', zone] = /^(.*:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(s);
    return String(BigInt(Date.parse(second + zone)) * 1000n + BigInt(fraction.padEnd(6, '0')));
  };
  const number = (v) => (typeof v === 'string' && v[0] === '#' ? Number(v.slice(1)) : v);
  fromParquet.forEach((row, i) => {
    for (const [name, want] of Object.entries(json[i])) {
      let v = row[name];
      let w = Array.isArray(want) ? want.map(number) : number(want);
      if (w !== null && name === 'instant') w = micros(w);
      if (w !== null && name === 'exactly') [v, w] = [Number(v), w];
      if (name === 'code') [v, w] = [exact(v), want];
      assert.deepEqual(v, w, `parquet row ${i} ${name}`);
    }
  });
});

test('a million rows: CSV and Parquet are equal, memory stays small', { timeout: 600000 }, async (t) => {
  const want = Number(process.env.HELHET_VIEW_ROWS ?? 1000000);
  const per = 100;
  if (want < 1000000) t.diagnostic(`reduced to ${want} rows (HELHET_VIEW_ROWS)`);
  const dir = scratch(t);
  const input = join(dir, 'in.ndjson');
  const to = createWriteStream(input);
  for (let i = 0; i < want / per; i++) {
    const component = Array.from({ length: per }, (_, k) => ({ code: { text: `mått ${k % 7}` }, ...(k % 5 ? { valueQuantity: { value: i + k / 10 } } : {}) }));
    if (!to.write(`${JSON.stringify({ resourceType: 'Observation', id: `o${i}`, status: 'final', code: { text: 'serie' }, component })}\n`)) await once(to, 'drain');
  }
  to.end();
  await once(to, 'finish');
  const view = save(dir, 'view.json', {
    resourceType: 'ViewDefinition',
    name: 'series',
    status: 'active',
    resource: 'Observation',
    select: [{ column: [{ name: 'id', path: 'id' }] }, { forEach: 'component', column: [{ name: 'k', path: '%rowIndex' }, { name: 'what', path: 'code.text' }, { name: 'value', path: 'value.ofType(Quantity).value' }] }],
  });
  for (const format of ['csv', 'parquet']) {
    const begun = Date.now();
    const child = start(['view', 'run', view, '--input', input, '--out', join(dir, `out.${format}`)]);
    let peak = 0;
    const timer = setInterval(() => {
      const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    }, 20);
    const { code } = await child.ended;
    clearInterval(timer);
    assert.equal(code, 0, child.errors);
    t.diagnostic(`${format}: ${want} rows in ${((Date.now() - begun) / 1000).toFixed(1)} s, peak ${Math.round(peak / 1024)} MB`);
    assert.ok(peak < (process.env.HELHET?.includes('debug') ? 800 : 128) * 1024, `peak ${peak} kB`);
  }
  const sql = await duck();
  const typed = `select id, k::integer k, what, value::double v from`;
  const [csvRows, parquetRows] = [`(${typed} ${csv(join(dir, 'out.csv'))})`, `(${typed} '${join(dir, 'out.parquet')}')`];
  const sums = (from) => sql(`select count(*)::integer n, count(v)::integer filled, round(sum(v))::varchar total, count(distinct id)::integer ids, count(distinct what)::integer whats from ${from}`);
  const [a, b] = [await sums(csvRows), await sums(parquetRows)];
  assert.deepEqual(a, b);
  assert.deepEqual({ n: a[0].n, filled: a[0].filled, ids: a[0].ids, whats: a[0].whats }, { n: want, filled: (want * 4) / 5, ids: want / per, whats: 7 });
  const differ = await sql(`select count(*)::integer n from (from ${csvRows} except all from ${parquetRows})`);
  assert.equal(differ[0].n, 0);
});

test('the views that come with Helhet fit a demo region and each other', async (t) => {
  const dir = scratch(t);
  const data = join(dir, 'd');
  assert.equal(run('demo', '--data', data, '--patients', '60', '--seed', '3').code, 0);
  const names = readdirSync(views).map((f) => f.replace('.json', ''));
  assert.deepEqual(names.sort(), ['blood_pressure', 'diagnoses', 'encounters', 'medications', 'patients']);
  for (const name of names) {
    ok('check', join(views, `${name}.json`));
    ok('run', join(views, `${name}.json`), '--data', data, '--out', join(dir, `${name}.parquet`));
  }
  const sql = await duck();
  for (const name of names) await sql(`create view ${name} as select * from '${join(dir, `${name}.parquet`)}'`);
  const count = async (text) => (await sql(`select count(*)::integer n from ${text}`))[0].n;
  assert.equal(await count('patients'), 60);
  assert.equal(await count('patients where family is null or given is null or gender is null or identifier is null'), 0);
  for (const name of ['blood_pressure', 'diagnoses', 'medications', 'encounters']) {
    assert.ok((await count(name)) > 0, name);
    assert.equal(await count(`${name} where patient_key is null or patient_key not in (select patient_key from patients)`), 0, name);
  }
  assert.equal(await count('blood_pressure where systolic is null or diastolic is null or systolic <= diastolic'), 0);
  assert.equal(await count("diagnoses where code is null"), 0);
  assert.equal(await count("encounters where not regexp_matches(month, '^[0-9]{4}-[0-9]{2}$')"), 0);
  const limited = ok('run', join(views, 'patients.json'), '--data', data, '--limit', '7', '--format', 'ndjson');
  assert.equal(lines(limited.out).length, 7);
});

test('what is wrong is said with its place, in Swedish and English, and no file is left', (t) => {
  const dir = scratch(t);
  const good = { resourceType: 'ViewDefinition', name: 'v', status: 'active', resource: 'Patient', select: [{ column: [{ name: 'id', path: 'id' }] }] };
  const input = save(dir, 'in.ndjson', `${JSON.stringify({ resourceType: 'Patient', id: 'p', name: [{ family: 'A' }, { family: 'B' }] })}\n`);
  const wrong = [
    [{ select: [{ column: [{ name: 'x', path: 'id' }] }, { column: [{ name: 'y', path: 'nmae' }] }] }, /ViewDefinition\.select\[1\]\.column\[0\]\.path/, /Patient har inget element nmae/, /Patient has no element nmae/, /kolumn \(column\) 1/],
    [{ select: [{ column: [{ name: 'x', path: 'name.where(use = ' }] }] }, /ViewDefinition\.select\[0\]\.column\[0\]\.path/, /FHIRPath-fel/, /FHIRPath error/],
    [{ selct: [] }, /ViewDefinition\.selct/, /okänt element selct/, /unknown element selct/],
    [{ resource: 'Patinet' }, /ViewDefinition\.resource/, /okänd resurstyp Patinet/, /unknown resource type Patinet/],
    [{ select: [{ column: [{ name: 'x', path: 'id' }, { name: 'x', path: 'id' }] }] }, /ViewDefinition\.select\[0\]\.column\[1\]/, /två gånger/, /twice/],
    [{ select: [{ column: [{ name: 'f', path: 'name.family' }] }] }, /ViewDefinition\.select\[0\]\.column\[0\]\.path/, /Patient\/p: uttrycket gav flera värden/, /Patient\/p: the expression gave several values/],
    [{ select: [{ column: [{ name: 'n', path: 'name' }] }] }, /column\[0\]\.path/, /HumanName, som inte är primitivt/, /HumanName, which is not primitive/],
    [{ select: [{ column: [{ name: 'n', path: 'active', type: 'date' }] }] }, /column\[0\]\.path/, /boolean, inte kolumnens typ/, /boolean, not the column's type/],
    [{ fhirVersion: ['5.0.0'] }, /ViewDefinition\.fhirVersion/, /inte för FHIR R4/, /not for FHIR R4/],
  ];
  for (const [change, ...patterns] of wrong) {
    const view = save(dir, 'view.json', { ...good, ...change });
    const r = run('view', 'run', view, '--input', input, '--out', join(dir, 'out.csv'));
    assert.equal(r.code, 1, JSON.stringify(change));
    for (const p of patterns) assert.match(r.err, p);
  }
  assert.deepEqual(readdirSync(dir).sort(), ['in.ndjson', 'view.json']);
  const view = save(dir, 'view.json', good);
  for (const args of [['run', view], ['run'], ['go', view], ['run', view, '--input', input, '--format', 'xlsx'], ['run', view, '--input', input, '--limit', '0']]) assert.equal(run('view', ...args).code, 2, args.join(' '));
  const broken = save(dir, 'broken.ndjson', '{"resourceType":"Patient","id":"a"}\n{"resourceType":"Patient"\n');
  const r = run('view', 'run', view, '--input', broken, '--format', 'ndjson');
  assert.equal(r.code, 1);
  assert.match(r.err, /rad \(line\) 2/);
});
