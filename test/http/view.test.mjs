// SPDX-License-Identifier: Apache-2.0
// ViewDefinition as a resource: created, validated, read, changed, searched; $run over the record, over some patients,
// since a time, over resources sent along; in every format; what is wrong is an OperationOutcome with its place.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

const view = (change = {}) => ({
  resourceType: 'ViewDefinition',
  url: 'http://example.org/ViewDefinition/namn',
  name: 'namn',
  status: 'active',
  resource: 'Patient',
  select: [{ column: [{ name: 'key', path: 'getResourceKey()' }, { name: 'born', path: 'birthDate' }] }, { forEachOrNull: 'name', column: [{ name: 'family', path: 'family' }] }],
  ...change,
});
const parameters = (...parameter) => ({ resourceType: 'Parameters', parameter });
const part = (name, value) => ({ name, ...value });

let server;
test.before(async () => {
  server = await start();
  const r = await ask(server, 'POST', '', {
    body: bundle(
      'transaction',
      entry('PUT', 'Patient/a', { resourceType: 'Patient', id: 'a', birthDate: '1974', name: [{ family: 'Öst' }, { family: 'Ek, "d.y."' }] }),
      entry('PUT', 'Patient/b', { resourceType: 'Patient', id: 'b' }),
      entry('PUT', 'Patient/c', { resourceType: 'Patient', id: 'c', name: [{ family: 'Berg' }] }),
      entry('PUT', 'Observation/o1', { resourceType: 'Observation', id: 'o1', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/a' } }),
      entry('PUT', 'Observation/o2', { resourceType: 'Observation', id: 'o2', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/b' } }),
      entry('PUT', 'Group/g', { resourceType: 'Group', id: 'g', type: 'person', actual: true, member: [{ entity: { reference: 'Patient/b' } }, { entity: { reference: 'Patient/a' }, inactive: true }] }),
    ),
  });
  assert.equal(r.status, 200, r.text);
  const v = await ask(server, 'PUT', '/ViewDefinition/namn', { body: { ...view(), id: 'namn' } });
  assert.equal(v.status, 201, v.text);
});
test.after(() => server.stop());

const rows = (r) => {
  assert.equal(r.status, 200, r.text);
  return r.text.split('\n').filter(Boolean).map((l) => JSON.parse(l));
};

test('a ViewDefinition is a resource: versions, search, validation', async () => {
  const changed = await ask(server, 'PUT', '/ViewDefinition/namn', { body: { ...view({ title: 'Namn' }), id: 'namn' } });
  assert.equal(changed.status, 200);
  assert.equal(changed.headers.get('etag'), 'W/"2"');
  for (const query of ['name=namn', 'url=http://example.org/ViewDefinition/namn', 'status=active', 'resource=Patient', 'title=namn', 'name:exact=namn&status=active']) {
    const r = await ask(server, 'GET', `/ViewDefinition?${query}`);
    assert.equal(r.json.entry?.length, 1, `${query}: ${r.text}`);
  }
  assert.equal((await ask(server, 'GET', '/ViewDefinition?resource=Observation')).json.entry, undefined);
  const wrong = await ask(server, 'POST', '/ViewDefinition', { body: view({ status: undefined, selct: [] }) });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /selct/);
  const metadata = (await ask(server, 'GET', '/metadata')).json;
  const here = metadata.rest[0].resource.find((r) => r.type === 'ViewDefinition');
  assert.ok(here.operation.some((o) => o.name === 'viewdefinition-run'), JSON.stringify(here.operation));
});

test('$run in every format, by address, reference and inline', async () => {
  const all = rows(await ask(server, 'GET', '/ViewDefinition/namn/$run'));
  assert.deepEqual(all, [
    { key: 'Patient/a', born: '1974', family: 'Öst' },
    { key: 'Patient/a', born: '1974', family: 'Ek, "d.y."' },
    { key: 'Patient/b', born: null, family: null },
    { key: 'Patient/c', born: null, family: 'Berg' },
  ]);
  const json = await ask(server, 'GET', '/ViewDefinition/namn/$viewdefinition-run?_format=json');
  assert.deepEqual(json.json, all);
  assert.match(json.headers.get('content-type'), /^application\/json/);
  const csv = await ask(server, 'GET', '/ViewDefinition/namn/$run', { headers: { Accept: 'text/csv' } });
  assert.equal(csv.text, 'key,born,family\r\nPatient/a,1974,Öst\r\nPatient/a,1974,"Ek, ""d.y."""\r\nPatient/b,,\r\nPatient/c,,Berg\r\n');
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.match(csv.headers.get('content-disposition'), /filename="namn\.csv"/);
  assert.ok(!(await ask(server, 'GET', '/ViewDefinition/namn/$run?_format=csv&header=false')).text.startsWith('key'));
  const parquet = await ask(server, 'GET', '/ViewDefinition/namn/$run?_format=parquet');
  assert.ok(parquet.text.startsWith('PAR1') && parquet.text.endsWith('PAR1'));
  const inline = parameters(part('viewResource', { resource: view() }), part('_format', { valueCode: 'ndjson' }));
  for (const path of ['/ViewDefinition/$run', '/ViewDefinition/$viewdefinition-run', '/$viewdefinition-run']) assert.deepEqual(rows(await ask(server, 'POST', path, { body: inline })), all, path);
  const reference = parameters(part('viewReference', { valueReference: { reference: 'ViewDefinition/namn' } }));
  assert.deepEqual(rows(await ask(server, 'POST', '/ViewDefinition/$run', { body: reference })), all);
  assert.deepEqual(rows(await ask(server, 'GET', '/ViewDefinition/$run?viewReference=ViewDefinition/namn')), all);
});

test('$run over some patients, a group, since a time, so many rows, resources sent along', async () => {
  const keys = async (query) => rows(await ask(server, 'GET', `/ViewDefinition/namn/$run?${query}`)).map((r) => r.key);
  assert.deepEqual(await keys('patient=Patient/b'), ['Patient/b']);
  assert.deepEqual(await keys('patient=c&patient=Patient/b'), ['Patient/b', 'Patient/c']);
  assert.deepEqual(await keys('group=Group/g'), ['Patient/b']);
  assert.deepEqual(await keys('_limit=2'), ['Patient/a', 'Patient/a']);
  assert.deepEqual(await keys('_since=2100-01-01T00:00:00Z'), []);
  assert.equal((await keys('_since=2000-01-01T00:00:00Z')).length, 4);
  const observations = view({ name: 'obs', resource: 'Observation', select: [{ column: [{ name: 'id', path: 'id' }, { name: 'p', path: 'subject.getReferenceKey(Patient)' }] }] });
  const of = parameters(part('viewResource', { resource: observations }), part('patient', { valueReference: { reference: 'Patient/b' } }));
  assert.deepEqual(rows(await ask(server, 'POST', '/ViewDefinition/$run', { body: of })), [{ id: 'o2', p: 'Patient/b' }]);
  const sent = parameters(
    part('viewResource', { resource: view() }),
    part('resource', { resource: { resourceType: 'Patient', id: 'z', name: [{ family: 'Sänd' }] } }),
    part('resource', { resource: { resourceType: 'Observation', id: 'y', status: 'final', code: { text: 'annan typ' } } }),
  );
  assert.deepEqual(rows(await ask(server, 'POST', '/ViewDefinition/$run', { body: sent })), [{ key: 'Patient/z', born: null, family: 'Sänd' }]);
});

test('what is wrong is said: view, place in the expression, parameter, format, patient', async () => {
  const inline = (change, ...more) => ask(server, 'POST', '/ViewDefinition/$run', { body: parameters(part('viewResource', { resource: view(change) }), ...more) });
  const column = (path, more = {}) => ({ select: [{ column: [{ name: 'x', path, ...more }] }] });
  const cases = [
    [await inline(column('nmae')), 400, /ViewDefinition\.select\[0\]\.column\[0\]\.path/, /nmae/, /kolumn 1/],
    [await inline(column('name.where(')), 400, /ViewDefinition\.select\[0\]\.column\[0\]\.path/],
    [await inline(column('name.family')), 422, /Patient\/a/, /column\[0\]\.path/],
    [await inline({ resource: 'Patinet' }), 400, /Patinet/],
    [await ask(server, 'GET', '/ViewDefinition/finns-inte/$run'), 404, /finns-inte/],
    [await ask(server, 'GET', '/ViewDefinition/$run'), 400, /viewResource/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?viewReference=ViewDefinition/namn'), 400, /viewReference/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?_format=xlsx'), 400, /xlsx/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run', { headers: { Accept: 'image/png' } }), 406, /image\/png/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?source=s3://x'), 400, /source/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?_limit=0'), 400, /_limit/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?header=ja'), 400, /header/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?_since=2020'), 400, /_since/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?patient=Patient/saknas'), 404, /saknas/],
    [await ask(server, 'GET', '/ViewDefinition/namn/$run?group=Patient/a'), 400, /group/],
  ];
  cases.forEach(([r, status, ...patterns], i) => {
    assert.equal(r.status, status, `${i}: ${r.text}`);
    assert.equal(r.json?.resourceType, 'OperationOutcome', `${i}`);
    for (const p of patterns) assert.match(r.text, p, `${i}`);
  });
});

test('a table larger than what is answered whole is streamed', async () => {
  const big = 'å'.repeat(20000);
  const wide = view({ select: [{ column: Array.from({ length: 40 }, (_, i) => ({ name: `c${i}`, path: `'${big}'` })) }] });
  const body = parameters(part('viewResource', { resource: wide }), ...Array.from({ length: 30 }, (_, i) => part('resource', { resource: { resourceType: 'Patient', id: `p${i}` } })));
  const r = await ask(server, 'POST', '/ViewDefinition/$run', { body });
  assert.equal(r.status, 200);
  const got = rows(r);
  assert.equal(got.length, 30);
  assert.ok(got.every((row) => row.c39 === big));
});

test('export in the background: several views of one commit as files, in every format', async () => {
  const wait = async (at) => {
    for (let i = 0; i < 200; i++) {
      const r = await ask(server, 'GET', at);
      if (r.status !== 202) return r;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error('the export does not end');
  };
  const begin = (path, body) => ask(server, body ? 'POST' : 'GET', path, { body, headers: { Prefer: 'respond-async' } });
  const value = (r, name) => Object.entries(r.json.parameter.find((p) => p.name === name) ?? {}).find(([k]) => k.startsWith('value'))?.[1];
  const two = (format) =>
    parameters(
      part('view', { part: [part('viewReference', { valueReference: { reference: 'ViewDefinition/namn' } })] }),
      part('view', { part: [part('name', { valueString: 'andra' }), part('viewResource', { resource: view({ select: [{ column: [{ name: 'id', path: 'id' }] }] }) })] }),
      part('_format', { valueCode: format }),
      part('clientTrackingId', { valueString: 'min' }),
    );
  for (const format of ['csv', 'ndjson', 'json', 'parquet']) {
    const kick = await begin('/ViewDefinition/$viewdefinition-export', two(format));
    assert.equal(kick.status, 202, kick.text);
    const r = await wait(kick.headers.get('content-location'));
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.resourceType, 'Parameters');
    assert.deepEqual([value(r, 'status'), value(r, '_format'), value(r, 'clientTrackingId')], ['completed', format, 'min']);
    const outputs = r.json.parameter.filter((p) => p.name === 'output').map((p) => ({ name: p.part.find((x) => x.name === 'name').valueString, at: p.part.filter((x) => x.name === 'location').map((x) => x.valueUri) }));
    assert.deepEqual(outputs.map((o) => o.name), ['namn', 'andra']);
    const files = await Promise.all(outputs.map(async (o) => (await ask(server, 'GET', o.at[0])).text));
    if (format === 'csv') assert.equal(files[1], 'id\r\na\r\nb\r\nc\r\n');
    if (format === 'ndjson') assert.equal(files[0].trim().split('\n').length, 4);
    if (format === 'json') assert.deepEqual(JSON.parse(files[1]), [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    if (format === 'parquet') assert.ok(files.every((f) => f.startsWith('PAR1') && f.endsWith('PAR1')));
  }
  const one = await begin('/ViewDefinition/namn/$export?_format=csv&patient=Patient/c');
  assert.equal(one.status, 202, one.text);
  const done = await wait(one.headers.get('content-location'));
  const at = done.json.parameter.find((p) => p.name === 'output').part.find((x) => x.name === 'location').valueUri;
  assert.equal((await ask(server, 'GET', at)).text, 'key,born,family\r\nPatient/c,,Berg\r\n');
});

test('an export that cannot be is refused at once; one that breaks tells where', async () => {
  const begin = (body, headers = { Prefer: 'respond-async' }) => ask(server, 'POST', '/ViewDefinition/$viewdefinition-export', { body, headers });
  const good = part('viewReference', { valueReference: { reference: 'ViewDefinition/namn' } });
  const wrong = [
    [await begin(parameters(part('view', { part: [good] })), {}), 400, /respond-async/],
    [await begin(parameters(part('_format', { valueCode: 'csv' }))), 400, /view/],
    [await begin(parameters(part('view', { part: [part('viewResource', { resource: view({ select: [{ column: [{ name: 'x', path: 'nmae' }] }] }) })] }))), 400, /ViewDefinition\.select\[0\]\.column\[0\]\.path/],
    [await begin(parameters(part('view', { part: [good] }), part('view', { part: [good] }))), 400, /namn/],
    [await begin(parameters(part('view', { part: [good, part('nmae', { valueString: 'x' })] }))), 400, /nmae/],
    [await begin(parameters(part('view', { part: [good] }), part('patient', { valueReference: { reference: 'Patient/saknas' } }))), 404, /saknas/],
    [await begin(parameters(part('view', { part: [good] }), part('source', { valueString: 'x' }))), 400, /source/],
  ];
  wrong.forEach(([r, status, pattern], i) => {
    assert.equal(r.status, status, `${i}: ${r.text}`);
    assert.match(r.text, pattern, `${i}`);
  });
  const kick = await begin(parameters(part('view', { part: [part('viewResource', { resource: view({ select: [{ column: [{ name: 'f', path: 'name.family' }] }] }) })] })));
  assert.equal(kick.status, 202);
  let r;
  do r = await ask(server, 'GET', kick.headers.get('content-location'));
  while (r.status === 202);
  assert.equal(r.status, 422, r.text);
  assert.match(r.text, /Patient\/a/);
});
