// SPDX-License-Identifier: Apache-2.0
// Canonical URLs and their versions (R4 3.1.1.4.13, 3.1.1.4.9), and :below and :above of URIs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, bundle, entry, start } from './server.mjs';

let server;
before(async () => (server = await start()));
after(() => server.stop());

const go = (path) => ask(server, 'GET', path.replaceAll('|', '%7C'));
const ids = (r) => r.json.entry?.map((e) => e.resource.id).sort() ?? [];
const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);
async function found(path, ...expected) {
  const r = await go(path);
  assert.equal(r.status, 200, `${path}: ${r.text}`);
  assert.deepEqual(ids(r), expected.sort(), path);
}

const form = 'http://example.org/fhir/Questionnaire/feber';
const profile = 'http://example.org/fhir/StructureDefinition/svar';
const answer = (id, questionnaire, more) => put({ resourceType: 'QuestionnaireResponse', id, status: 'completed', questionnaire, ...more });
const set = (id, url, version) => put({ resourceType: 'ValueSet', id, url, ...(version ? { version } : {}), status: 'active' });

describe('versions of canonical URLs', () => {
  before(async () => {
    const r = await ask(server, 'POST', '', {
      body: bundle(
        'transaction',
        answer('plain', form),
        answer('v1', `${form}|1`),
        answer('v10', `${form}|1.0`),
        answer('v11', `${form}|1.1`),
        answer('v11d', `${form}|1.1-draft`),
        answer('v2', `${form}|2.0`),
        answer('v12', `${form}|12`),
        answer('other', `${form}ig|1.0`),
        answer('p0', undefined, { meta: { profile: [profile] } }),
        answer('p1', undefined, { meta: { profile: [`${profile}|1.2`] } }),
        answer('p2', undefined, { meta: { profile: [`${profile}|10`] } }),
        set('s1', 'http://example.org/vs/a', '1.0'),
        set('s2', 'http://example.org/vs/a', '2.0'),
        set('s3', 'http://example.org/vs/b', '1.0'),
        set('s4', 'http://example.org/vs/a/_history/5'),
        set('s5', 'urn:oid:1.2.3', '1.0'),
        set('s6', 'urn:oid:1.2.3.4', '1.0'),
      ),
    });
    assert.equal(r.status, 200, r.text);
  });

  test('without a modifier', async () => {
    await found(`/QuestionnaireResponse?questionnaire=${form}`, 'plain', 'v1', 'v10', 'v11', 'v11d', 'v2', 'v12');
    await found(`/QuestionnaireResponse?questionnaire=${form}|1.0`, 'v10');
    await found(`/QuestionnaireResponse?questionnaire=${form}|1`, 'v1');
  });

  test(':below is the version and those that go on from it', async () => {
    await found(`/QuestionnaireResponse?questionnaire:below=${form}`, 'plain', 'v1', 'v10', 'v11', 'v11d', 'v2', 'v12');
    await found(`/QuestionnaireResponse?questionnaire:below=${form}|1`, 'v1', 'v10', 'v11', 'v11d');
    await found(`/QuestionnaireResponse?questionnaire:below=${form}|1.1`, 'v11', 'v11d');
    await found(`/QuestionnaireResponse?questionnaire:below=${form}|1.1,${form}|2`, 'v11', 'v11d', 'v2');
    await found(`/QuestionnaireResponse?questionnaire:below=${form}|3`);
  });

  test(':above is what the version goes on from', async () => {
    await found(`/QuestionnaireResponse?questionnaire:above=${form}|1.1-draft`, 'plain', 'v1', 'v11', 'v11d');
    await found(`/QuestionnaireResponse?questionnaire:above=${form}|12.1`, 'plain', 'v12');
    await found(`/QuestionnaireResponse?questionnaire:above=${form}`, 'plain');
  });

  test('what is no canonical URL is refused with its place', async () => {
    for (const value of [`${form}|`, `${form}|1|2`]) {
      const r = await go(`/QuestionnaireResponse?questionnaire:below=${value}`);
      assert.equal(r.status, 400, r.text);
      assert.match(r.text, /position 1: väntade en kanonisk URL/);
    }
    const mixed = await go(`/QuestionnaireResponse?questionnaire:above=${form},Questionnaire/1`);
    assert.equal(mixed.status, 400, mixed.text);
    // A reference that can hold no canonical has no versions.
    assert.equal((await go(`/QuestionnaireResponse?subject:below=${form}|1`)).status, 400);
  });

  test('_profile, which is a uri in name only', async () => {
    await found(`/QuestionnaireResponse?_profile=${profile}`, 'p0', 'p1', 'p2');
    await found(`/QuestionnaireResponse?_profile=${profile}|1.2`, 'p1');
    await found(`/QuestionnaireResponse?_profile:below=${profile}|1`, 'p1');
    await found('/QuestionnaireResponse?_profile:below=http://example.org/fhir/', 'p0', 'p1', 'p2');
    await found(`/QuestionnaireResponse?_profile:above=${profile}|1.2.3`, 'p0', 'p1');
  });

  test('a definition by its own url|version', async () => {
    await found('/ValueSet?url=http://example.org/vs/a', 's1', 's2');
    await found('/ValueSet?url=http://example.org/vs/a|2.0', 's2');
    await found('/ValueSet?url=http://example.org/vs/a|2.0,http://example.org/vs/b', 's2', 's3');
    await found('/ValueSet?url=http://example.org/vs/a|3.0');
    await found('/?_type=ValueSet,CodeSystem&url=http://example.org/vs/b|1.0', 's3');
  });

  test(':below and :above of URLs, not of URNs', async () => {
    await found('/ValueSet?url:below=http://example.org/vs/', 's1', 's2', 's3', 's4');
    await found('/ValueSet?url:above=http://example.org/vs/a/_history/5', 's1', 's2', 's4');
    await found('/ValueSet?url=urn:oid:1.2.3', 's5');
    for (const modifier of ['below', 'above']) {
      const r = await go(`/ValueSet?url:${modifier}=urn:oid:1.2.3`);
      assert.equal(r.status, 400, r.text);
      assert.match(r.text, /väntade en URL, ingen URN/);
    }
  });

  test('in chains, in _has and among contained resources', async () => {
    const r = await ask(server, 'POST', '', {
      body: bundle(
        'transaction',
        put({ resourceType: 'Patient', id: 'p' }),
        answer('mine', `${form}|1.4`, { subject: { reference: 'Patient/p' } }),
        put({
          resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' }, derivedFrom: [{ reference: 'QuestionnaireResponse/mine' }, { reference: '#c' }],
          contained: [{ resourceType: 'QuestionnaireResponse', id: 'c', status: 'completed', questionnaire: `${form}|7.5` }],
        }),
      ),
    });
    assert.equal(r.status, 200, r.text);
    await found(`/Observation?derived-from:QuestionnaireResponse.questionnaire:below=${form}|1.4`, 'o');
    await found(`/Observation?derived-from:QuestionnaireResponse.questionnaire:above=${form}|1.4.1`, 'o');
    await found(`/Patient?_has:QuestionnaireResponse:subject:questionnaire:below=${form}|1`, 'p');
    await found(`/QuestionnaireResponse?_contained=true&questionnaire:below=${form}|7`, 'o');
  });
});
