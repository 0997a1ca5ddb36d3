// SPDX-License-Identifier: Apache-2.0
// Every interaction and every way it can be refused, with plain fetch.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

let server;
before(async () => {
  server = await start();
});
after(async () => {
  if (server) assert.equal((await server.stop()).code, 0);
});

const go = (method, path, options) => ask(server, method, path, options);
const patient = (more = {}) => ({ resourceType: 'Patient', name: [{ family: 'Åkerström', given: ['Märta'] }], ...more });
const system = 'urn:test:id';
const withId = (value, more = {}) => patient({ identifier: [{ system, value }], ...more });

/** An OperationOutcome with this code in details, and the texts every refusal must have. */
function refused(r, status, code) {
  assert.equal(r.status, status, r.text.slice(0, 500));
  assert.equal(r.json?.resourceType, 'OperationOutcome', r.text.slice(0, 500));
  const issue = r.json.issue[0];
  assert.ok(['error', 'fatal'].includes(issue.severity));
  assert.ok(issue.code);
  assert.ok(issue.details.text.length > 3);
  const translation = issue.details._text.extension[0];
  assert.equal(translation.url, 'http://hl7.org/fhir/StructureDefinition/translation');
  assert.ok(translation.extension.find((e) => e.url === 'content').valueString.length > 3);
  if (code) assert.equal(issue.details.coding[0].code, code);
  return issue;
}

async function create(resource) {
  const r = await go('POST', `/${resource.resourceType}`, { body: resource });
  assert.equal(r.status, 201, r.text);
  return r.json;
}

describe('capabilities', () => {
  test('the CapabilityStatement names what is routed', async () => {
    const r = await go('GET', '/metadata');
    assert.equal(r.status, 200);
    assert.equal(r.json.fhirVersion, '4.0.1');
    const rest = r.json.rest[0];
    assert.ok(rest.resource.length >= 145);
    assert.ok(/Referential integrity/.test(rest.documentation));
    const p = rest.resource.find((x) => x.type === 'Patient');
    const codes = p.interaction.map((i) => i.code).sort();
    assert.deepEqual(codes, ['create', 'delete', 'history-instance', 'history-type', 'patch', 'read', 'search-type', 'update', 'vread']);
    assert.deepEqual(rest.interaction.map((i) => i.code).sort(), ['batch', 'history-system', 'search-system', 'transaction']);
    assert.equal(p.searchParam.find((s) => s.name === 'birthdate').type, 'date');
    assert.equal(p.searchParam.find((s) => s.name === '_id').type, 'token');
    assert.equal(p.conditionalDelete, 'single');
    assert.equal(p.operation[0].name, 'everything');
  });
});

describe('create, read, update, delete', () => {
  test('create answers 201 with Location, ETag, Last-Modified and the stored body', async () => {
    const r = await go('POST', '/Patient', { body: patient({ id: 'client-said', birthDate: '1950-01-02' }) });
    assert.equal(r.status, 201, r.text);
    assert.match(r.json.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(r.headers.get('location'), `${server.base}/Patient/${r.json.id}/_history/1`);
    assert.equal(r.headers.get('etag'), 'W/"1"');
    assert.ok(r.headers.get('last-modified'));
    assert.match(r.headers.get('content-type'), /^application\/fhir\+json/);
    assert.equal(r.headers.get('cache-control'), 'no-store');
    assert.equal(r.json.meta.versionId, '1');
    const read = await go('GET', `/Patient/${r.json.id}`);
    assert.equal(read.status, 200);
    assert.equal(read.text, r.text);
    assert.equal(read.headers.get('etag'), 'W/"1"');
    const head = await go('HEAD', `/Patient/${r.json.id}`);
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
  });
  test('Prefer chooses the answer', async () => {
    const minimal = await go('POST', '/Patient', { body: patient(), headers: { Prefer: 'return=minimal' } });
    assert.equal(minimal.status, 201);
    assert.equal(minimal.text, '');
    const outcome = await go('POST', '/Patient', { body: patient(), headers: { Prefer: 'return=OperationOutcome' } });
    assert.equal(outcome.json.resourceType, 'OperationOutcome');
    assert.equal(outcome.json.issue[0].severity, 'information');
  });
  test('update to a new id creates, then versions', async () => {
    const first = await go('PUT', '/Patient/my-own.ID', { body: patient({ id: 'my-own.ID' }) });
    assert.equal(first.status, 201, first.text);
    const second = await go('PUT', '/Patient/my-own.ID', { body: patient({ id: 'my-own.ID', active: true }) });
    assert.equal(second.status, 200);
    assert.equal(second.json.meta.versionId, '2');
    const again = await go('PUT', '/Patient/my-own.ID', { body: patient({ id: 'my-own.ID', active: true }) });
    assert.equal(again.json.meta.versionId, '2', 'the same content makes no new version');
    const v1 = await go('GET', '/Patient/my-own.ID/_history/1');
    assert.equal(v1.status, 200);
    assert.equal(v1.json.active, undefined);
    refused(await go('GET', '/Patient/my-own.ID/_history/9'), 404, 'NOT_FOUND');
    refused(await go('GET', '/Patient/my-own.ID/_history/x'), 404, 'NOT_FOUND');
  });
  test('update needs the same id in body and address', async () => {
    const issue = refused(await go('PUT', '/Patient/a', { body: patient({ id: 'b' }) }), 400, 'FHIR_ID_MISMATCH');
    assert.deepEqual(issue.expression, ['Patient.id']);
    refused(await go('PUT', '/Patient/a', { body: patient() }), 400, 'FHIR_ID_MISMATCH');
    refused(await go('PUT', '/Observation/a', { body: patient({ id: 'a' }) }), 400, 'FHIR_TYPE_MISMATCH');
  });
  test('If-Match', async () => {
    const p = await create(patient());
    const put = (etag) => go('PUT', `/Patient/${p.id}`, { body: patient({ id: p.id, gender: 'female' }), headers: { 'If-Match': etag } });
    refused(await put('W/"7"'), 412, 'VERSION_CONFLICT');
    refused(await put('nonsense'), 400, 'HEADER');
    assert.equal((await put('W/"1"')).status, 200);
    refused(await put('W/"1"'), 412, 'VERSION_CONFLICT');
    refused(await go('DELETE', `/Patient/${p.id}`, { headers: { 'If-Match': 'W/"1"' } }), 412, 'VERSION_CONFLICT');
    assert.equal((await go('DELETE', `/Patient/${p.id}`, { headers: { 'If-Match': 'W/"2"' } })).status, 204);
  });
  test('If-Match on what is not there', async () => {
    refused(await go('PUT', '/Patient/not-there', { body: patient({ id: 'not-there' }), headers: { 'If-Match': 'W/"1"' } }), 412, 'VERSION_REQUIRED');
    refused(await go('GET', '/Patient/not-there'), 404);
  });
  test('If-None-Match: * on update only creates', async () => {
    const put = () => go('PUT', '/Patient/only-once', { body: patient({ id: 'only-once' }), headers: { 'If-None-Match': '*' } });
    assert.equal((await put()).status, 201);
    refused(await put(), 412, 'EXISTS');
  });
  test('conditional read', async () => {
    const p = await create(patient());
    const get = (headers) => go('GET', `/Patient/${p.id}`, { headers });
    assert.equal((await get({ 'If-None-Match': 'W/"1"' })).status, 304);
    assert.equal((await get({ 'If-None-Match': 'W/"2"' })).status, 200);
    const modified = (await get({})).headers.get('last-modified');
    assert.equal((await get({ 'If-Modified-Since': modified })).status, 304);
    assert.equal((await get({ 'If-Modified-Since': 'Sat, 01 Jan 2000 00:00:00 GMT' })).status, 200);
  });
  test('delete, then gone, then back again', async () => {
    const p = await create(patient());
    const r = await go('DELETE', `/Patient/${p.id}`);
    assert.equal(r.status, 204);
    assert.equal(r.headers.get('etag'), 'W/"2"');
    refused(await go('GET', `/Patient/${p.id}`), 410, 'GONE');
    refused(await go('GET', `/Patient/${p.id}/_history/2`), 410, 'GONE');
    assert.equal((await go('GET', `/Patient/${p.id}/_history/1`)).status, 200);
    assert.equal((await go('DELETE', `/Patient/${p.id}`)).status, 204);
    assert.equal((await go('DELETE', '/Patient/never-was')).status, 204);
    const back = await go('PUT', `/Patient/${p.id}`, { body: patient({ id: p.id }) });
    assert.equal(back.status, 201);
    assert.equal(back.json.meta.versionId, '3');
  });
  test('what is referred to cannot be deleted', async () => {
    const p = await create(patient());
    const o = await create({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${p.id}` } });
    const issue = refused(await go('DELETE', `/Patient/${p.id}`), 409, 'REFERENCED');
    assert.ok(issue.details.text.includes(`Observation/${o.id}`));
    assert.equal((await go('DELETE', `/Observation/${o.id}`)).status, 204);
    assert.equal((await go('DELETE', `/Patient/${p.id}`)).status, 204);
  });
});

describe('conditional interactions', () => {
  test('create', async () => {
    const post = () => go('POST', '/Patient', { body: withId('cc-1'), headers: { 'If-None-Exist': `identifier=${system}|cc-1` } });
    const first = await post();
    assert.equal(first.status, 201, first.text);
    const second = await post();
    assert.equal(second.status, 200, second.text);
    assert.equal(second.json.id, first.json.id);
    await create(withId('cc-1'));
    refused(await post(), 412, 'MULTIPLE_MATCHES');
    refused(await go('POST', '/Patient', { body: patient(), headers: { 'If-None-Exist': 'nonsense=1' } }), 400, 'SEARCH_PARAM_UNKNOWN');
    refused(await go('POST', '/Patient', { body: patient(), headers: { 'If-None-Exist': '_count=5' } }), 412, 'CRITERIA_EMPTY');
  });
  test('many at once create one', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => go('POST', '/Patient', { body: withId('race'), headers: { 'If-None-Exist': `identifier=${system}|race` } })),
    );
    assert.deepEqual(all.map((r) => r.status).sort(), [...Array(19).fill(200), 201]);
    assert.equal(new Set(all.map((r) => r.json.id)).size, 1);
  });
  test('update', async () => {
    const url = `/Patient?identifier=${encodeURIComponent(`${system}|cu-1`)}`;
    const first = await go('PUT', url, { body: withId('cu-1') });
    assert.equal(first.status, 201, first.text);
    const second = await go('PUT', url, { body: withId('cu-1', { active: true }) });
    assert.equal(second.status, 200, second.text);
    assert.equal(second.json.id, first.json.id);
    assert.equal(second.json.meta.versionId, '2');
    refused(await go('PUT', url, { body: withId('cu-1', { id: 'another' }) }), 400, 'FHIR_ID_MISMATCH');
    const own = await go('PUT', `/Patient?identifier=${system}|cu-2`, { body: withId('cu-2', { id: 'own-id' }) });
    assert.equal(own.status, 201);
    assert.equal(own.json.id, 'own-id');
    refused(await go('PUT', '/Patient', { body: patient() }), 412, 'CRITERIA_EMPTY');
  });
  test('delete', async () => {
    await create(withId('cd-1'));
    const url = `/Patient?identifier=${system}|cd-1`;
    assert.equal((await go('DELETE', url)).status, 204);
    assert.equal((await go('GET', url)).json.total, 0);
    assert.equal((await go('DELETE', url)).status, 204);
    await create(withId('cd-2'));
    await create(withId('cd-2'));
    refused(await go('DELETE', `/Patient?identifier=${system}|cd-2`), 412, 'MULTIPLE_MATCHES');
    refused(await go('DELETE', '/Patient'), 412, 'CRITERIA_EMPTY');
  });
});

describe('history', () => {
  test('instance, newest first, paged without loss', async () => {
    const p = await create(patient());
    for (let i = 0; i < 6; i++) await go('PUT', `/Patient/${p.id}`, { body: patient({ id: p.id, multipleBirthInteger: i }) });
    await go('DELETE', `/Patient/${p.id}`);
    let url = `/Patient/${p.id}/_history?_count=3`;
    const versions = [];
    for (let pages = 0; url; pages++) {
      assert.ok(pages < 10);
      const r = await go('GET', url);
      assert.equal(r.status, 200, r.text);
      assert.equal(r.json.type, 'history');
      assert.equal(r.json.total, 8);
      for (const e of r.json.entry) versions.push([e.request.method, e.response.etag, e.resource?.meta.versionId]);
      url = r.json.link.find((l) => l.relation === 'next')?.url;
    }
    assert.deepEqual(
      versions.map((v) => v[0]),
      ['DELETE', 'PUT', 'PUT', 'PUT', 'PUT', 'PUT', 'PUT', 'POST'],
    );
    assert.deepEqual(
      versions.map((v) => v[1]),
      [8, 7, 6, 5, 4, 3, 2, 1].map((n) => `W/"${n}"`),
    );
    assert.equal(versions[0][2], undefined);
    refused(await go('GET', '/Patient/never-was/_history'), 404, 'NOT_FOUND');
  });
  test('type and system, _since', async () => {
    const mark = (await create(patient())).meta.lastUpdated;
    const later = await create(patient());
    for (const path of ['/Patient/_history', '/_history']) {
      const r = await go('GET', `${path}?_since=${encodeURIComponent(mark)}&_count=1000`);
      assert.equal(r.status, 200, r.text);
      const ids = r.json.entry.map((e) => e.resource?.id);
      assert.ok(ids.includes(later.id));
      assert.ok(r.json.total >= 2 && r.json.total <= 4, String(r.json.total));
      assert.ok(r.json.entry[0].fullUrl.startsWith(server.base));
    }
    const none = await go('GET', '/_history?_count=0');
    assert.equal(none.json.entry, undefined);
    assert.deepEqual(none.json.link.map((l) => l.relation), ['self']);
    refused(await go('GET', '/_history?_since=yesterday'), 400, 'SEARCH_VALUE');
    refused(await go('GET', '/_history?_cursor=zzz'), 400, 'SEARCH_PAGE');
    refused(await go('GET', '/_history?_at=2020'), 400, 'SEARCH_PARAM_UNKNOWN');
  });
});

describe('search', () => {
  let mother;
  const made = [];
  before(async () => {
    mother = await create({ resourceType: 'Organization', name: 'Östra kliniken' });
    for (let i = 0; i < 45; i++)
      made.push(
        await create({
          resourceType: 'Patient',
          name: [{ family: `Sökprov${i}`, given: ['Örjan'] }],
          birthDate: `19${String(10 + i)}-05-06`,
          gender: 'male',
          text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
          managingOrganization: { reference: `Organization/${mother.id}` },
        }),
      );
  });
  test('pages with opaque next links, each match once', async () => {
    let url = '/Patient?family=s%C3%B6kprov&_count=10&_sort=birthdate&_total=accurate';
    const seen = [];
    while (url) {
      const r = await go('GET', url);
      assert.equal(r.status, 200, r.text);
      assert.equal(r.json.type, 'searchset');
      assert.equal(r.json.total, 45);
      assert.ok(r.json.link.find((l) => l.relation === 'self'));
      for (const e of r.json.entry) {
        assert.equal(e.search.mode, 'match');
        assert.equal(e.fullUrl, `${server.base}/Patient/${e.resource.id}`);
        seen.push(e.resource.id);
      }
      url = r.json.link.find((l) => l.relation === 'next')?.url;
    }
    assert.deepEqual(seen, made.map((p) => p.id));
  });
  test('by POST, with parameters in address and form', async () => {
    const r = await go('POST', '/Patient/_search?_count=2', { body: 'family=sokprov7&gender=male', type: 'application/x-www-form-urlencoded' });
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(r.json.entry.map((e) => e.resource.id), [made[7].id]);
    refused(await go('POST', '/Patient/_search', { body: '{}', type: 'application/json' }), 415, 'CONTENT_TYPE_FORM');
  });
  test('_include, _revinclude and the modes of entries', async () => {
    const r = await go('GET', '/Patient?family=sokprov3&_include=Patient:organization');
    assert.equal(r.json.entry.at(-1).search.mode, 'include');
    assert.equal(r.json.entry.at(-1).resource.id, mother.id);
    const back = await go('GET', `/Organization?_id=${mother.id}&_revinclude=Patient:organization`);
    assert.equal(back.json.entry.filter((e) => e.search.mode === 'include').length, 45);
  });
  test('system search', async () => {
    const r = await go('GET', `/?_type=Patient,Organization&_id=${mother.id},${made[0].id}`);
    assert.equal(r.status, 200, r.text);
    assert.deepEqual(r.json.entry.map((e) => e.resource.resourceType).sort(), ['Organization', 'Patient']);
  });
  test('unknown parameters are refused unless handling is lenient', async () => {
    refused(await go('GET', '/Patient?nonsense=1'), 400, 'SEARCH_PARAM_UNKNOWN');
    const r = await go('GET', '/Patient?nonsense=1&family=sokprov1&_count=1', { headers: { Prefer: 'handling=lenient' } });
    assert.equal(r.status, 200);
    assert.ok(!r.json.link[0].url.includes('nonsense'));
    assert.ok(r.json.entry.some((e) => e.search.mode === 'outcome'));
  });
  test('_summary and _elements mark what they leave out', async () => {
    const id = made[0].id;
    const tag = (x) => x.meta.tag?.some((t) => t.code === 'SUBSETTED');
    const elements = (await go('GET', `/Patient?_id=${id}&_elements=birthDate`)).json.entry[0].resource;
    assert.deepEqual(Object.keys(elements), ['resourceType', 'id', 'meta', 'birthDate']);
    assert.ok(tag(elements));
    const summary = (await go('GET', `/Patient/${id}?_summary=true`)).json;
    assert.ok(tag(summary) && summary.name && !summary.text);
    const text = (await go('GET', `/Patient/${id}?_summary=text`)).json;
    assert.ok(tag(text) && text.text && !text.name);
    const data = (await go('GET', `/Patient/${id}?_summary=data`)).json;
    assert.ok(tag(data) && data.name && !data.text);
    assert.ok(!tag((await go('GET', `/Patient/${id}?_summary=false`)).json));
    const count = (await go('GET', '/Patient?family=sokprov&_summary=count')).json;
    assert.equal(count.total, 45);
    assert.equal(count.entry, undefined);
    const o = await create({ resourceType: 'Observation', status: 'final', code: { text: 'mandatory' }, valueString: 'x', note: [{ text: 'n' }] });
    const kept = (await go('GET', `/Observation/${o.id}?_elements=value`)).json;
    assert.deepEqual(Object.keys(kept).sort(), ['code', 'id', 'meta', 'resourceType', 'status', 'valueString']);
    refused(await go('GET', `/Patient/${id}?_summary=maybe`), 400, 'SEARCH_VALUE');
  });
});

describe('batch and transaction', () => {
  const uuid = () => `urn:uuid:${crypto.randomUUID()}`;
  const observation = (reference) => ({ resourceType: 'Observation', status: 'final', code: { text: 'prov' }, subject: { reference } });

  test('transaction rewrites urn:uuid and conditional references', async () => {
    const org = await create({ resourceType: 'Organization', identifier: [{ system, value: 'tx-org' }], name: 'tx' });
    const p = uuid();
    const r = await go('POST', '', {
      body: bundle(
        'transaction',
        entry('POST', 'Observation', { ...observation(p), text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${p}">p</a></div>` }, performer: [{ reference: `Organization?identifier=${system}|tx-org` }] }, { entry: { fullUrl: uuid() } }),
        entry('POST', 'Patient', patient(), { entry: { fullUrl: p } }),
      ),
      headers: { Prefer: 'return=representation' },
    });
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.type, 'transaction-response');
    const [o, made] = r.json.entry.map((e) => e.resource);
    assert.equal(r.json.entry[0].response.status, '201 Created');
    assert.ok(r.json.entry[0].response.location && r.json.entry[0].response.etag && r.json.entry[0].response.lastModified);
    assert.equal(o.subject.reference, `Patient/${made.id}`);
    assert.equal(o.performer[0].reference, `Organization/${org.id}`);
    assert.ok(o.text.div.includes(`href="Patient/${made.id}"`));
    const found = await go('GET', `/Observation?subject=Patient/${made.id}`);
    assert.equal(found.json.entry.length, 1);
  });
  test('all or nothing', async () => {
    const p = uuid();
    const bad = await go('POST', '', {
      body: bundle('transaction', entry('POST', 'Patient', withId('rollback'), { entry: { fullUrl: p } }), entry('POST', 'Observation', { resourceType: 'Observation', code: { text: 'no status' } })),
    });
    const issue = refused(bad, 400, 'FHIR_CARDINALITY_MIN');
    assert.match(issue.expression[0], /^Bundle\.entry\[1\]\.resource\.status/);
    refused(await go('POST', '', { body: bundle('transaction', entry('POST', 'Patient', withId('rollback')), entry('POST', 'Observation', observation(uuid()))) }), 400, 'REFERENCE_UNRESOLVED');
    refused(
      await go('POST', '', { body: bundle('transaction', entry('POST', 'Patient', withId('rollback')), entry('PUT', 'Patient/only-once', patient({ id: 'only-once' }), { request: { ifMatch: 'W/"99"' } })) }),
      412,
      'VERSION_CONFLICT',
    );
    refused(await go('POST', '', { body: bundle('transaction', entry('POST', 'Patient', withId('rollback')), entry('GET', 'Patient/never-was')) }), 404, 'NOT_FOUND');
    assert.equal((await go('GET', `/Patient?identifier=${system}|rollback`)).json.entry, undefined);
  });
  test('order is DELETE, POST, PUT, GET; answers keep the order asked', async () => {
    const old = await create(withId('order-old'));
    const changed = await create(withId('order-put'));
    const r = await go('POST', '', {
      body: bundle(
        'transaction',
        entry('GET', `Patient?identifier=${system}|order-new`),
        entry('PUT', `Patient/${changed.id}`, withId('order-put', { id: changed.id, active: false })),
        entry('POST', 'Patient', withId('order-new'), { request: { ifNoneExist: `identifier=${system}|order-new` } }),
        entry('DELETE', `Patient/${old.id}`),
        entry('GET', `Patient/${changed.id}`),
      ),
    });
    assert.equal(r.status, 200, r.text);
    const e = r.json.entry;
    assert.deepEqual(
      e.map((x) => x.response.status.slice(0, 3)),
      ['200', '200', '201', '204', '200'],
    );
    assert.equal(e[0].resource.entry.length, 1, 'the GET sees what the POST made');
    assert.equal(e[4].resource.active, false);
  });
  test('conditional create in a transaction gives references to what exists', async () => {
    const there = await create(withId('there'));
    const p = uuid();
    const r = await go('POST', '', {
      body: bundle('transaction', entry('POST', 'Patient', withId('there'), { entry: { fullUrl: p }, request: { ifNoneExist: `identifier=${system}|there` } }), entry('POST', 'Observation', observation(p))),
      headers: { Prefer: 'return=representation' },
    });
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.entry[0].response.status, '200 OK');
    assert.equal(r.json.entry[1].resource.subject.reference, `Patient/${there.id}`);
  });
  test('referrer and referred may go together', async () => {
    const p = await create(patient());
    const o = await create(observation(`Patient/${p.id}`));
    refused(await go('POST', '', { body: bundle('transaction', entry('DELETE', `Patient/${p.id}`)) }), 409, 'REFERENCED');
    const r = await go('POST', '', { body: bundle('transaction', entry('DELETE', `Patient/${p.id}`), entry('DELETE', `Observation/${o.id}`)) });
    assert.equal(r.status, 200, r.text);
  });
  test('duplicates are refused', async () => {
    const twice = entry('PUT', 'Patient/twice', patient({ id: 'twice' }));
    refused(await go('POST', '', { body: bundle('transaction', twice, twice) }), 400, 'BUNDLE_DUPLICATE');
    const p = uuid();
    const same = entry('POST', 'Patient', patient(), { entry: { fullUrl: p } });
    refused(await go('POST', '', { body: bundle('transaction', same, same) }), 400, 'BUNDLE_DUPLICATE');
    refused(await go('GET', '/Patient/twice'), 404);
  });
  test('conditional references that match none or several are refused', async () => {
    await create({ resourceType: 'Organization', identifier: [{ system, value: 'twin' }] });
    await create({ resourceType: 'Organization', identifier: [{ system, value: 'twin' }] });
    const tx = (q) => go('POST', '', { body: bundle('transaction', entry('POST', 'Patient', patient({ managingOrganization: { reference: `Organization?identifier=${system}|${q}` } }))) });
    const issue = refused(await tx('twin'), 412, 'MULTIPLE_MATCHES');
    assert.equal(issue.expression[0], 'Bundle.entry[0].resource.managingOrganization.reference');
    refused(await tx('nobody'), 412, 'NO_MATCH');
  });
  test('racing transactions under one condition make one', async () => {
    const body = () => bundle('transaction', entry('POST', 'Patient', withId('tx-race'), { entry: { fullUrl: 'urn:uuid:a' }, request: { ifNoneExist: `identifier=${system}|tx-race` } }), entry('POST', 'Observation', observation('urn:uuid:a')));
    const all = await Promise.all(Array.from({ length: 20 }, () => go('POST', '', { body: body() })));
    assert.ok(all.every((r) => r.status === 200), all.map((r) => r.status).join());
    const found = await go('GET', `/Patient?identifier=${system}|tx-race&_revinclude=Observation:subject`);
    assert.equal(found.json.entry.filter((e) => e.search.mode === 'match').length, 1);
    assert.equal(found.json.entry.filter((e) => e.search.mode === 'include').length, 20);
  });
  test('batch entries fail or succeed for themselves', async () => {
    const p = await create(patient());
    const r = await go('POST', '', {
      body: bundle(
        'batch',
        entry('POST', 'Patient', patient()),
        entry('POST', 'Patient', { resourceType: 'Patient', nonsense: 1 }),
        entry('GET', `Patient/${p.id}`),
        entry('GET', 'Patient/never-was'),
        entry('PUT', `Patient/${p.id}`, patient({ id: p.id, active: true }), { request: { ifMatch: 'W/"5"' } }),
        entry('DELETE', 'Nonsense/1'),
        entry('PATCH', `Patient/${p.id}`, patient()),
        entry('GET', 'Patient?nonsense=1'),
      ),
    });
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.type, 'batch-response');
    assert.deepEqual(
      r.json.entry.map((e) => e.response.status.slice(0, 3)),
      ['201', '400', '200', '404', '412', '404', '400', '400'],
    );
    assert.equal(r.json.entry[1].response.outcome.resourceType, 'OperationOutcome');
    assert.equal(r.json.entry[2].resource.id, p.id);
  });
  test('what is no Bundle of the right kind', async () => {
    refused(await go('POST', '', { body: patient() }), 400, 'FHIR_TYPE_MISMATCH');
    refused(await go('POST', '', { body: bundle('collection') }), 400, 'BUNDLE_TYPE');
    refused(await go('POST', '', { body: { resourceType: 'Bundle', type: 'batch', entry: [{}] } }), 400);
    const empty = await go('POST', '', { body: { resourceType: 'Bundle', type: 'transaction' } });
    assert.equal(empty.status, 200, empty.text);
    assert.equal(empty.json.entry, undefined);
  });
});

describe('$everything', () => {
  test('the compartment, and what it refers to', async () => {
    const org = await create({ resourceType: 'Organization', name: 'vårdgivare' });
    const doctor = await create({ resourceType: 'Practitioner', name: [{ family: 'Läkare' }] });
    const p = await create(patient({ managingOrganization: { reference: `Organization/${org.id}` } }));
    const other = await create(patient());
    const encounter = await create({ resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference: `Patient/${p.id}` }, participant: [{ individual: { reference: `Practitioner/${doctor.id}` } }] });
    const obs = [];
    for (let i = 0; i < 12; i++)
      obs.push(await create({ resourceType: 'Observation', status: 'final', code: { text: `"reference":"Organization/not-one" ${i}` }, subject: { reference: `Patient/${p.id}` }, encounter: { reference: `Encounter/${encounter.id}` } }));
    await create({ resourceType: 'Observation', status: 'final', code: { text: 'other' }, subject: { reference: `Patient/${other.id}` } });
    const r = await go('GET', `/Patient/${p.id}/$everything`);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.entry[0].resource.id, p.id);
    const ids = (mode) => r.json.entry.filter((e) => e.search.mode === mode).map((e) => e.resource.id).sort();
    assert.deepEqual(ids('match'), [p.id, encounter.id, ...obs.map((o) => o.id)].sort());
    assert.deepEqual(ids('include'), [org.id, doctor.id].sort());
    const typed = await go('GET', `/Patient/${p.id}/$everything?_type=Encounter`);
    assert.deepEqual(typed.json.entry.map((e) => e.resource.id), [encounter.id]);
    const seen = [];
    for (let url = `/Patient/${p.id}/$everything?_count=5`; url; ) {
      const page = await go('GET', url);
      seen.push(...page.json.entry.filter((e) => e.search.mode === 'match').map((e) => e.resource.id));
      url = page.json.link.find((l) => l.relation === 'next')?.url;
    }
    assert.deepEqual(seen.sort(), ids('match'));
    refused(await go('GET', '/Patient/never-was/$everything'), 404, 'NOT_FOUND');
    refused(await go('GET', `/Patient/${p.id}/$everything?nonsense=1`), 400, 'PARAM_UNKNOWN');
    refused(await go('GET', `/Observation/${obs[0].id}/$everything`), 404, 'URL');
  });
});

describe('what is asked wrongly', () => {
  test('addresses and methods', async () => {
    refused(await go('GET', '/Nonsense/1'), 404, 'TYPE_NONE');
    refused(await go('GET', '/DomainResource/1'), 404, 'TYPE_NONE');
    refused(await go('GET', '/Patient/a/b/c/d'), 404, 'URL');
    refused(await go('GET', '/Patient/å'), 400, 'FHIR_ID');
    refused(await go('GET', `/Patient/${'x'.repeat(65)}`), 400, 'FHIR_ID');
    const post = await go('POST', '/Patient/a', { body: '{}' });
    refused(post, 405, 'METHOD');
    assert.equal(post.headers.get('allow'), 'GET, PUT, PATCH, DELETE');
    refused(await go('PUT', '/metadata', { body: {} }), 405, 'METHOD');
    refused(await go('GET', '/Patient/a?nonsense=1'), 400, 'SEARCH_PARAM_UNKNOWN');
  });
  test('formats', async () => {
    refused(await go('GET', '/Patient', { headers: { Accept: 'application/fhir+turtle' } }), 406, 'NOT_ACCEPTABLE');
    refused(await go('GET', '/Patient?_format=ttl'), 406, 'NOT_ACCEPTABLE');
    assert.equal((await go('GET', '/Patient?_format=json&_count=1', { headers: { Accept: 'text/html' } })).status, 200);
    assert.equal((await go('GET', '/Patient?_count=1', { headers: { Accept: 'application/fhir+json; fhirVersion=4.0, */*;q=0.1' } })).status, 200);
    refused(await go('GET', '/metadata', { headers: { Accept: 'application/fhir+json; fhirVersion=5.0' } }), 406, 'NOT_ACCEPTABLE');
    const pretty = await go('GET', '/metadata?_pretty=true');
    assert.ok(pretty.text.includes('\n  "resourceType"') || pretty.text.startsWith('{\n'));
    for (const type of ['text/plain', 'application/fhir+turtle', 'application/x-www-form-urlencoded', 'application/fhir+json; charset=latin1'])
      refused(await go('POST', '/Patient', { body: JSON.stringify(patient()), type }), 415, 'CONTENT_TYPE');
  });
  test('bodies, with place and path', async () => {
    refused(await go('POST', '/Patient', { body: '' }), 400, 'BODY_MISSING');
    const syntax = refused(await go('POST', '/Patient', { body: '{"resourceType":"Patient",\n "active": maybe}' }), 400, 'JSON_SYNTAX');
    assert.match(syntax.diagnostics, /rad 2, kolumn \d+/);
    const unknown = refused(await go('POST', '/Patient', { body: patient({ namn: 'x' }) }), 400, 'FHIR_ELEMENT_UNKNOWN');
    assert.ok(unknown.expression[0].startsWith('Patient'));
    refused(await go('POST', '/Patient', { body: patient({ gender: 'kvinna' }) }), 400, 'FHIR_BINDING');
    refused(await go('POST', '/Patient', { body: patient({ birthDate: '1950-13-01' }) }), 400, 'FHIR_PRIMITIVE');
    refused(await go('POST', '/Patient', { body: '[]' }), 400, 'FHIR_NOT_OBJECT');
    refused(await go('POST', '/Patient', { body: '{}' }), 400, 'FHIR_TYPE_MISSING');
    const two = await go('POST', '/Patient', { body: patient({ gender: 'kvinna', birthDate: 'igår' }) });
    assert.equal(two.json.issue.length, 2, 'every fault is told');
  });
  test('in the language asked for', async () => {
    const text = async (language) => (await go('GET', '/Patient/never-was', { headers: { 'Accept-Language': language } })).json.issue[0].details.text;
    assert.match(await text('en-GB, sv;q=0.5'), /does not exist/);
    assert.match(await text('sv'), /finns inte/);
    assert.match(await text('de'), /finns inte/);
  });
  test('another host name is refused: no site may point its name here', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) =>
      request({ port: server.port, host: '127.0.0.1', path: '/fhir/metadata', headers: { Host: 'evil.example' } }, (r) => resolve(r.resume().statusCode))
        .on('error', reject)
        .end(),
    );
    assert.equal(status, 421);
  });
});

describe('beside FHIR', () => {
  test('health and metrics', async () => {
    const health = await go('GET', `${server.origin}/health`);
    assert.equal(health.json.status, 'ok');
    const metrics = await go('GET', `${server.origin}/metrics`);
    assert.match(metrics.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
    assert.match(metrics.text, /helhet_requests_total\{route="POST \/fhir\/\[type\]",status="2xx"\} \d+/);
    for (const line of metrics.text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? -?[0-9.]+)$/);
  });
  test('the log has templates, not data', () => {
    const lines = server.log().trim().split('\n').map((l) => JSON.parse(l));
    const requests = lines.filter((l) => l.event === 'request');
    assert.ok(requests.length > 50);
    assert.ok(requests.some((l) => l.route === 'GET /fhir/[type]/[id]' && l.status === 200));
    assert.ok(!/sökprov|sokprov|never-was|my-own/i.test(server.log()));
  });
  test('the browser part has a strict policy', async () => {
    const r = await go('GET', `${server.origin}/`, { headers: { Accept: 'text/html' } });
    const policy = r.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.ok(!/unsafe/.test(policy));
    assert.equal(r.headers.get('x-content-type-options'), 'nosniff');
  });
  test('its files, deep links and nothing else', { skip: !existsSync('build/web/index.html') && 'build/web absent' }, async () => {
    const html = { Accept: 'text/html,*/*;q=0.8' };
    const index = await go('GET', `${server.origin}/`, { headers: html });
    assert.equal(index.status, 200);
    assert.equal(index.headers.get('cache-control'), 'no-cache');
    assert.equal((await go('GET', `${server.origin}/`, { headers: { ...html, 'If-None-Match': index.headers.get('etag') } })).status, 304);
    assert.equal((await go('GET', `${server.origin}/patient/123/labs`, { headers: html })).text, index.text);
    const asset = /\/assets\/[^"]+\.js/.exec(index.text)[0];
    const script = await go('GET', server.origin + asset);
    assert.match(script.headers.get('cache-control'), /immutable/);
    assert.match(script.headers.get('content-type'), /^text\/javascript/);
    assert.equal((await go('GET', `${server.origin}/assets/none.js`, { headers: html })).status, 404);
    assert.equal((await go('GET', `${server.origin}/none.json`)).status, 404);
    assert.equal((await go('POST', `${server.origin}/`, { body: {} })).status, 405);
    for (const path of ['/%2e%2e/%2e%2e/Makefile', '/assets/%2e%2e/%2e%2e/release/helhet', '/..%2fMakefile'])
      assert.ok((await go('GET', server.origin + path)).status >= 400, path);
  });
});
