// SPDX-License-Identifier: Apache-2.0
// Assignments made and ended through plain FHIR by an administrator, and what their needs-and-risk analysis must be.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { analysis, auth, closed, cookieOf, forget, login, makeData, named, OURS, PASSWORD, raw, role } from './accounts.mjs';

let data, server, admin;
before(async () => {
  data = await makeData([named('Practitioner', 'ada', 'Ada', 'Admin'), named('Practitioner', 'ny', 'Nya', 'Nyman'), role('ada-adm', 'ada', 'region', { code: 'administrator' }), role('ny-med', 'ny', 'med', { code: 'nurse', title: 'Sjuksköterska', analysis: false }), analysis('nya', ['nurse'], ['med'], { status: 'draft' })], [
    ['ada', 'Practitioner/ada'],
    ['ny', 'Practitioner/ny'],
  ]);
  server = await closed(data);
  admin = await login(server, 'ada');
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0);
  if (data) forget(data);
});

const fhir = (method, path, body, cookie = admin) => raw(server, method, `/fhir/${path}`, { headers: { ...cookie, ...OURS, 'Content-Type': 'application/fhir+json' }, body: body && JSON.stringify(body) });
const put = async (resource, cookie) => {
  const r = await fhir('PUT', `${resource.resourceType}/${resource.id}`, resource, cookie);
  assert.ok([200, 201].includes(r.status), r.text.slice(0, 300));
};
const linked = (id, more) => role('ny-med', 'ny', 'med', { code: 'nurse', title: 'Sjuksköterska', ...more, extension: [{ url: 'https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis', valueReference: { reference: id } }] });
/** Why the assignment cannot be used, as the person is told; undefined when it can. */
const unfit = async () => {
  const r = await auth(server, 'login', { name: 'ny', password: PASSWORD });
  assert.equal(r.status, 200, r.text);
  const one = r.json.assignments.find((a) => a.id === 'PractitionerRole/ny-med');
  const cookie = { Cookie: cookieOf(r) };
  // Told alike: usable is what is taken, and what can read the record.
  assert.equal(r.json.assignment, one.unfit === undefined ? 'PractitionerRole/ny-med' : undefined);
  const read = await raw(server, 'GET', '/fhir/Organization/med', { headers: cookie });
  assert.equal(read.status, one.unfit === undefined ? 200 : 403);
  return one.unfit;
};

describe('an assignment', () => {
  test('made by an administrator is unusable until an analysis is linked', async () => {
    // Persons get ids from the server.
    const made = await fhir('POST', 'PractitionerRole', role(undefined, 'ny', 'kir', { code: 'nurse', title: 'Sjuksköterska', analysis: false }));
    assert.equal(made.status, 201, made.text.slice(0, 300));
    const all = (await auth(server, 'login', { name: 'ny', password: PASSWORD })).json.assignments;
    assert.deepEqual(all.find((a) => a.id === `PractitionerRole/${made.json.id}`).unfit, 'no-analysis');
    assert.equal((await fhir('DELETE', `PractitionerRole/${made.json.id}`)).status, 204);
    assert.equal(await unfit(), 'no-analysis');
    await put(linked('Library/finns-inte'));
    assert.equal(await unfit(), 'analysis-gone');
    await put(analysis('nya', ['nurse'], ['med']));
    await put(linked('Library/nya'));
    assert.equal(await unfit(), undefined);
  });

  test('needs one that is in use, of its role, of its unit, and of now', async () => {
    const wrong = [
      ['analysis-draft', analysis('nya', ['nurse'], ['med'], { status: 'draft' })],
      ['analysis-draft', analysis('nya', ['nurse'], ['med'], { status: 'retired' })],
      ['analysis-gone', analysis('nya', ['nurse'], ['med'], { type: { text: 'Behovs- och riskanalys' } })],
      ['analysis-role', analysis('nya', ['physician'], ['med'])],
      ['analysis-role', analysis('nya', [], ['med'])],
      ['analysis-unit', analysis('nya', ['nurse'], ['kir'])],
      ['analysis-unit', analysis('nya', ['nurse'], [])],
      ['analysis-ended', analysis('nya', ['nurse'], ['med'], { effectivePeriod: { start: '2001-01-01', end: '2002-01-01' } })],
      ['analysis-not-begun', analysis('nya', ['nurse'], ['med'], { effectivePeriod: { start: '2090-01-01', end: '2099-01-01' } })],
      ['analysis-open', analysis('nya', ['nurse'], ['med'], { effectivePeriod: { start: '2001-01-01' } })],
      ['analysis-open', analysis('nya', ['nurse'], ['med'], { effectivePeriod: undefined })],
      // Without an end it holds three years from its approval (times.json).
      ['analysis-ended', analysis('nya', ['nurse'], ['med'], { effectivePeriod: undefined, approvalDate: '2001-01-01' })],
    ];
    for (const [why, library] of wrong) {
      await put(library);
      assert.equal(await unfit(), why, JSON.stringify(library));
    }
    const yesterday = new Date(Date.now() - 86400000).toISOString().slice(0, 10);
    for (const library of [analysis('nya', ['nurse'], ['med'], { effectivePeriod: undefined, approvalDate: yesterday }), analysis('nya', ['physician', 'nurse'], ['kir', 'region'])]) {
      await put(library);
      assert.equal(await unfit(), undefined, JSON.stringify(library));
    }
  });

  test('that is in use stops giving anything when its analysis is withdrawn, at once', async () => {
    const cookie = await login(server, 'ny');
    assert.equal((await raw(server, 'GET', '/fhir/Organization/med', { headers: cookie })).status, 200);
    await put(analysis('nya', ['nurse'], ['med'], { status: 'retired' }));
    const r = await raw(server, 'GET', '/fhir/Organization/med', { headers: cookie });
    assert.notEqual(r.status, 200, r.text.slice(0, 200));
    await put(analysis('nya', ['nurse'], ['med']));
    assert.equal((await raw(server, 'GET', '/fhir/Organization/med', { headers: cookie })).status, 200);
  });

  test('ends, and cannot be made by anybody else', async () => {
    await put(linked('Library/nya', { period: { start: '2020-01-01', end: '2021-01-01' } }));
    assert.equal(await unfit(), 'ended');
    await put(linked('Library/nya', { active: false }));
    assert.equal(await unfit(), 'inactive');
    const bo = await login(server, 'bo');
    for (const resource of [linked('Library/nya'), analysis('nya', ['nurse'], ['med'])])
      assert.equal((await fhir('PUT', `${resource.resourceType}/${resource.id}`, resource, bo)).status, 403);
    assert.equal((await fhir('POST', 'PractitionerRole', { ...linked('Library/nya'), id: undefined }, bo)).status, 403);
    assert.equal((await fhir('DELETE', 'PractitionerRole/ny-med', undefined, bo)).status, 403);
    assert.equal(await unfit(), 'inactive');
  });
});

describe('the last one who may administrate', () => {
  const ada = (more = {}) => role('ada-adm', 'ada', 'region', { code: 'administrator', ...more });
  const staff = ['physician', 'nurse', 'administrator'];
  const bundle = (type, ...entry) => ({ resourceType: 'Bundle', type, entry: entry.map(([method, url, resource]) => ({ ...(resource ? { resource } : {}), request: { method, url } })) });
  const patch = (path, ops) => raw(server, 'PATCH', `/fhir/${path}`, { headers: { ...admin, ...OURS, 'Content-Type': 'application/json-patch+json' }, body: JSON.stringify(ops) });
  const stopped = (r, what) => {
    assert.equal(r.status, 409, `${what} ${r.text.slice(0, 300)}`);
    assert.equal(r.json.issue[0].details.coding[0].code, 'ACCESS_LAST_ADMIN', r.text.slice(0, 300));
    assert.match(r.json.issue[0].details.text, /administrera/);
  };
  const still = async () => assert.equal((await auth(server, 'accounts/search', {}, admin)).status, 200, 'ada still administrates');

  test('is not ended by any way of writing: assignment, analysis or region', async () => {
    const gone = { status: 'retired' };
    const past = { period: { start: '2001-01-01', end: '2002-01-01' } };
    const ways = {
      'no unit': () => fhir('PUT', 'PractitionerRole/ada-adm', role('ada-adm', 'ada', 'nowhere', { code: 'administrator' })),
      inactive: () => fhir('PUT', 'PractitionerRole/ada-adm', ada({ active: false })),
      'another role': () => fhir('PUT', 'PractitionerRole/ada-adm', role('ada-adm', 'ada', 'region', { code: 'nurse' })),
      'another person': () => fhir('PUT', 'PractitionerRole/ada-adm', role('ada-adm', 'ny', 'region', { code: 'administrator', active: false })),
      'its time': () => fhir('PUT', 'PractitionerRole/ada-adm', ada(past)),
      'no analysis': () => fhir('PUT', 'PractitionerRole/ada-adm', ada({ analysis: false })),
      patch: () => patch('PractitionerRole/ada-adm', [{ op: 'replace', path: '/active', value: false }]),
      delete: () => fhir('DELETE', 'PractitionerRole/ada-adm'),
      'conditional delete': () => fhir('DELETE', 'PractitionerRole?practitioner=Practitioner/ada'),
      'the analysis': () => fhir('PUT', 'Library/analysis', analysis('analysis', staff, ['region'], gone)),
      'the analysis, of others': () => fhir('PUT', 'Library/analysis', analysis('analysis', ['nurse'], ['region'])),
      'the analysis, patched': () => patch('Library/analysis', [{ op: 'replace', path: '/effectivePeriod/end', value: '2024-02-01' }]),
      transaction: () => fhir('POST', '', bundle('transaction', ['PUT', 'Practitioner/ny', named('Practitioner', 'ny', 'Ny', 'Namn')], ['DELETE', 'PractitionerRole/ada-adm'])),
    };
    for (const [what, way] of Object.entries(ways)) {
      stopped(await way(), what);
      await still();
    }
    assert.equal((await fhir('GET', 'Practitioner/ny')).json.name[0].family, 'Nyman', 'nothing of the transaction was written');
    const batch = await fhir('POST', '', bundle('batch', ['PUT', 'PractitionerRole/ada-adm', ada({ active: false })]));
    assert.equal(batch.json.entry[0].response.status.slice(0, 3), '409', batch.text.slice(0, 300));
    // What ends nothing is free.
    await put(ada({ code: 'administrator', title: 'Förvaltare' }));
    await put(analysis('analysis', staff, ['region'], { title: 'En annan titel' }));
    await still();
  });

  test('may go when somebody else with an open account may, and not when that one’s account is shut', async () => {
    // Ny has an account, Bo's is disabled; both get an assignment.
    const make = async (who) => {
      const r = await fhir('POST', 'PractitionerRole', role(undefined, who, 'region', { code: 'administrator' }));
      assert.equal(r.status, 201, r.text.slice(0, 300));
      return r.json.id;
    };
    assert.equal((await auth(server, 'accounts/disable', { name: 'bo' }, admin)).status, 200);
    const bo = await make('bo');
    stopped(await fhir('DELETE', 'PractitionerRole/ada-adm'), 'bo cannot log in');
    const ny = await make('ny');
    await put(ada({ active: false }));
    assert.notEqual((await auth(server, 'accounts/search', {}, admin)).status, 200);
    // Ny is the last one now, and gives it back in one transaction.
    const r = await auth(server, 'login', { name: 'ny', password: PASSWORD, assignment: `PractitionerRole/${ny}` });
    const cookie = { Cookie: cookieOf(r) };
    stopped(await fhir('DELETE', `PractitionerRole/${ny}`, undefined, cookie), 'ny is the last');
    const given = await fhir('POST', '', bundle('transaction', ['DELETE', `PractitionerRole/${ny}`], ['DELETE', `PractitionerRole/${bo}`], ['PUT', 'PractitionerRole/ada-adm', ada()]), cookie);
    assert.equal(given.status, 200, given.text.slice(0, 300));
    admin = await login(server, 'ada');
    await still();
  });
});
