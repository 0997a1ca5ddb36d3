// SPDX-License-Identifier: Apache-2.0
// Scopes with search criteria: random sets of them, random calls, and a naive filter over the resources as JSON that must
// say the same each time: what is read, found, counted, included, in histories, and what may be written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, forget, login, makeData, raw } from './accounts.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const SETS = Number(process.env.HELHET_SCOPE_SETS ?? 40);
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category', LAB = `${CATEGORY}|laboratory`;
const program = process.env.HELHET_BIN ?? 'build/helhet';
const b64 = (x) => Buffer.from(x).toString('base64url');

let seed = Number(process.env.HELHET_SEED ?? 20261122);
const below = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
};
const pick = (list) => list[below(list.length)];
const maybe = (percent) => below(100) < percent;

/* ---- the record, and what is known of it here ---- */

const versions = new Map(); // "Type/id" -> contents, oldest first; null: deleted
const current = (key) => versions.get(key)?.at(-1) ?? null;
const all = (type) => [...versions.keys()].filter((k) => k.startsWith(`${type}/`) && current(k)).map(current);

function observation(id) {
  return {
    resourceType: 'Observation',
    id,
    ...(maybe(30) ? { meta: { tag: [{ system: 'urn:t', code: pick(['t1', 't2']) }] } } : {}),
    status: pick(['final', 'preliminary', 'registered']),
    ...(maybe(85) ? { category: [{ coding: [{ system: maybe(80) ? CATEGORY : 'urn:other', code: pick(['laboratory', 'vital-signs']) }] }] } : {}),
    code: { coding: [{ system: 'urn:c', code: pick(['c1', 'c2', 'c3']) }] },
    subject: { reference: `Patient/p${below(4)}` },
    effectiveDateTime: `202${below(5)}-0${1 + below(9)}-11T08:00:00Z`,
    valueQuantity: { value: below(10), unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
  };
}
const condition = (id) => ({
  resourceType: 'Condition',
  id,
  ...(maybe(40) ? { meta: { tag: [{ system: 'urn:t', code: pick(['t1', 't2']) }] } } : {}),
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: pick(['active', 'resolved']) }] },
  code: { coding: [{ system: 'urn:c', code: pick(['c1', 'c2']) }] },
  subject: { reference: `Patient/p${below(4)}` },
});
const makers = { Observation: observation, Condition: condition };

/* ---- criteria, each with the naive filter that says the same ---- */

const codings = (list) => (list ?? []).flatMap((c) => c.coding ?? []);
const about = (id) => (r) => r.subject?.reference === `Patient/${id}`;
const common = [
  ['_tag=urn:t|t1', (r) => (r.meta?.tag ?? []).some((t) => t.code === 't1')],
  ['_tag=t2', (r) => (r.meta?.tag ?? []).some((t) => t.code === 't2')],
  ['_id=o1,o2,o3,p1,c4', (r) => ['o1', 'o2', 'o3', 'p1', 'c4'].includes(r.id)],
];
const CRITERIA = {
  '*': common,
  Patient: [...common, ['gender=female', (r) => r.gender === 'female'], ['birthdate=ge1980-01-01', (r) => r.birthDate >= '1980-01-01']],
  Condition: [...common, ['clinical-status=active', (r) => r.clinicalStatus.coding[0].code === 'active'], ['patient=Patient/p1', about('p1')], ['code=urn:c|c2', (r) => r.code.coding[0].code === 'c2']],
  Observation: [
    ...common,
    [`category=${LAB}`, (r) => codings(r.category).some((c) => c.system === CATEGORY && c.code === 'laboratory')],
    [`category=${encodeURIComponent(LAB)}`, (r) => codings(r.category).some((c) => c.system === CATEGORY && c.code === 'laboratory')],
    ['category=laboratory', (r) => codings(r.category).some((c) => c.code === 'laboratory')],
    ['category=vital-signs,laboratory', (r) => codings(r.category).length > 0],
    ['category:not=laboratory', (r) => !codings(r.category).some((c) => c.code === 'laboratory')],
    ['category:missing=true', (r) => !r.category],
    ['status=final', (r) => r.status === 'final'],
    ['status:not=final', (r) => r.status !== 'final'],
    ['code=urn:c|c1', (r) => r.code.coding[0].code === 'c1'],
    ['patient=Patient/p1', about('p1')],
    ['patient=p2&code=c1', (r) => about('p2')(r) && r.code.coding[0].code === 'c1'],
    ['subject=Patient/p3', about('p3')],
    ['date=ge2022-01-01', (r) => r.effectiveDateTime >= '2022'],
    ['value-quantity=gt5', (r) => r.valueQuantity.value > 5],
  ],
};

function scope() {
  const type = pick(['Observation', 'Observation', 'Observation', 'Condition', 'Patient', '*']);
  const actions = [...'cruds'].filter(() => maybe(60)).join('') || 'rs';
  const chosen = maybe(75) ? [pick(CRITERIA[type]), ...(maybe(30) ? [pick(CRITERIA[type])] : [])] : [];
  const query = chosen.map(([text]) => text).join('&');
  return { type, actions, holds: (r) => chosen.every(([, f]) => f(r)), text: `system/${type}.${actions}${query ? `?${query}` : ''}` };
}
const covers = (s, type, action) => (s.type === '*' || s.type === type) && s.actions.includes(action);
const may = (set, action, r) => set.some((s) => covers(s, r.resourceType, action) && s.holds(r));
const mayType = (set, action, type) => set.some((s) => covers(s, type, action));

/* ---- the service ---- */

let data, server, key, patients;
const form = (values) => new URLSearchParams(values).toString();
function assertion() {
  const now = Math.floor(Date.now() / 1000);
  const text = `${b64(JSON.stringify({ alg: 'ES384', typ: 'JWT', kid: 'k' }))}.${b64(JSON.stringify({ iss: 'narrow', sub: 'narrow', aud: `${server.origin}/auth/token`, exp: now + 240, iat: now, jti: randomUUID() }))}`;
  return `${text}.${b64(sign('sha384', Buffer.from(text), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
}
const tokenFor = (text) => raw(server, 'POST', '/auth/token', {
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: form({ grant_type: 'client_credentials', scope: text, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion() }),
});

before(async () => {
  data = await makeData();
  patients = [0, 1, 2, 3].map((i) => ({ resourceType: 'Patient', id: `p${i}`, gender: i % 2 ? 'female' : 'male', birthDate: `19${6 + i}0-05-05`, name: [{ family: `Namn${i}` }] }));
  const first = [...patients, ...Array.from({ length: 60 }, (_, i) => observation(`o${i}`)), ...Array.from({ length: 20 }, (_, i) => condition(`c${i}`))];
  const again = Array.from({ length: 25 }, () => pick(['Observation', 'Condition'])).map((t) => makers[t](t === 'Observation' ? `o${below(60)}` : `c${below(20)}`));
  const open = await start(data);
  const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);
  assert.equal((await ask(open, 'POST', '', { body: bundle('transaction', ...first.map(put)) })).status, 200);
  for (const r of first) versions.set(`${r.resourceType}/${r.id}`, [r]);
  for (const r of again) {
    assert.equal((await ask(open, 'PUT', `/${r.resourceType}/${r.id}`, { body: r })).status, 200);
    versions.get(`${r.resourceType}/${r.id}`).push(r);
  }
  await open.stop({ keep: true });
  key = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwks = join(data, 'narrow.json');
  writeFileSync(jwks, JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES384' }] }));
  const made = spawnSync(program, ['app', 'add', 'narrow', '--scope', 'system/*.cruds', '--jwks', jwks, '--data', data], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const web = spawnSync(program, ['app', 'add', 'web', '--scope', `user/*.rs user/Observation.cruds?category=${LAB} patient/*.rs launch/patient offline_access`, '--redirect', 'https://app.example/back', '--data', data], { encoding: 'utf8' });
  assert.equal(web.status, 0, web.stderr);
  server = await closed(data);
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0, server.log());
  if (data) forget(data);
});

/* ---- the calls; each compares once ---- */

let compared = 0;
const ids = (r) => (r.json.entry ?? []).map((e) => `${e.resource.resourceType}/${e.resource.id}`).sort();
const keys = (list) => list.map((r) => `${r.resourceType}/${r.id}`).sort();
function same(a, b, what) {
  compared++;
  assert.deepEqual(a, b, what);
}

async function reads(set, call, what) {
  for (let i = 0; i < 12; i++) {
    const k = pick([...versions.keys()]), type = k.split('/')[0], now = current(k), n = versions.get(k).length;
    const r = await call('GET', `/fhir/${k}`);
    same(r.status, !mayType(set, 'r', type) ? 403 : now && may(set, 'r', now) ? 200 : r.status === 410 ? 410 : 404, `${what} GET ${k}`);
    const at = below(n), v = await call('GET', `/fhir/${k}/_history/${at + 1}`), was = versions.get(k)[at];
    if (was) same(v.status, !mayType(set, 'r', type) ? 403 : may(set, 'r', was) ? 200 : 404, `${what} GET ${k}/_history/${at + 1}`);
    const h = await call('GET', `/fhir/${k}/_history?_count=100`);
    const seen = versions.get(k).map((c, x) => [c, x + 1]).filter(([c]) => c && may(set, 'r', c)).map(([, x]) => String(x));
    if (!versions.get(k).includes(null)) same(h.status === 200 ? h.json.entry.map((e) => e.resource.meta.versionId).sort() : h.status, !mayType(set, 'r', type) ? 403 : seen.length ? seen : 404, `${what} history ${k}`);
  }
}

async function searches(set, call, what) {
  for (const [type, query, keep] of [['Observation', '', () => true], ['Observation', '&status=final', (r) => r.status === 'final'], ['Condition', '', () => true], ['Patient', '', (r) => /^p\d$/.test(r.id)], ['Observation', '&patient.family=Namn1', (r) => about('p1')(r) && may(set, 's', patients[1])]]) {
    const r = await call('GET', `/fhir/${type}?_count=1000&_total=accurate${query}`);
    if (!mayType(set, 's', type)) {
      same(r.status, 403, `${what} ${type}`);
      continue;
    }
    const want = all(type).filter((x) => keep(x) && may(set, 's', x));
    same(ids(r).filter((k) => k !== 'Patient/pat'), keys(want), `${what} ${type}${query}`);
    if (type !== 'Patient') same(r.json.total, want.length, `${what} total ${type}${query}`);
  }
  if (mayType(set, 's', 'Observation')) {
    const r = await call('GET', '/fhir/Observation?_count=1000&_include=Observation:patient');
    const found = all('Observation').filter((x) => may(set, 's', x));
    const of = new Set(found.map((x) => x.subject.reference));
    same(ids(r), [...keys(found), ...keys(patients.filter((p) => of.has(`Patient/${p.id}`) && may(set, 's', p)))].sort(), `${what} _include`);
  }
  if (mayType(set, 's', 'Patient')) {
    const r = await call('GET', '/fhir/Patient?_count=1000&_revinclude=Observation:patient');
    const found = patients.filter((p) => may(set, 's', p));
    same(ids(r).filter((k) => k !== 'Patient/pat'), [...keys(found), ...keys(all('Observation').filter((x) => may(set, 's', x) && found.some((p) => about(p.id)(x))))].sort(), `${what} _revinclude`);
    const has = await call('GET', '/fhir/Patient?_has:Observation:patient:status=final');
    same(ids(has).filter((k) => k !== 'Patient/pat'), keys(found.filter((p) => all('Observation').some((x) => x.status === 'final' && about(p.id)(x) && may(set, 's', x)))), `${what} _has`);
  }
  if (mayType(set, 'r', 'Patient') && may(set, 'r', patients[1])) {
    const r = await call('GET', '/fhir/Patient/p1/$everything?_count=1000');
    same(ids(r), keys([patients[1], ...all('Observation'), ...all('Condition')].filter((x) => may(set, 'r', x) && (x.id === 'p1' || about('p1')(x)))), `${what} $everything`);
  }
}

async function writes(set, call, what) {
  // A client writes over nothing that it may not read, and about nobody whom it may not see.
  const sees = (r) => may(set, 'r', patients.find((p) => about(p.id)(r)));
  const send = (method, path, body) => call(method, path, { headers: { 'Content-Type': 'application/fhir+json' }, body: body && JSON.stringify(body) });
  for (let i = 0; i < 6; i++) {
    const type = pick(['Observation', 'Condition']), k = pick([...versions.keys()].filter((x) => x.startsWith(`${type}/`) && current(x)));
    const now = current(k), next = makers[type](now.id);
    if (/final|amended/.test(now.status)) next.status = 'amended'; // what is signed is corrected
    const put = await send('PUT', `/fhir/${k}`, next), ok = may(set, 'r', now) && may(set, 'u', now) && may(set, 'u', next) && sees(next);
    same(put.status < 300, ok, `${what} PUT ${k} ${JSON.stringify(now)} ${JSON.stringify(next)} ${put.text}`);
    if (ok) versions.get(k).push(next);
    const { id, ...fresh } = makers[type]('x');
    const post = await send('POST', `/fhir/${type}`, fresh), made = may(set, 'c', { ...fresh, id: 'not known yet' }) && sees(fresh);
    same(post.status < 300, made, `${what} POST ${JSON.stringify(fresh)} ${post.text}`);
    const at = post.headers.location?.match(/(\w+\/[^/]+)\/_history/)?.[1];
    if (made) versions.set(at, [{ ...fresh, id: at.split('/')[1] }]);
    if (i) continue;
    const gone = await send('DELETE', `/fhir/${k}`), may2 = may(set, 'r', current(k)) && may(set, 'd', current(k));
    if (may(set, 'r', current(k))) same(gone.status < 300, may2, `${what} DELETE ${k} ${gone.status}`);
    if (may2) versions.get(k).push(null);
  }
}

describe('scopes with search criteria', () => {
  test(`${SETS} random sets, against a naive filter`, async () => {
    for (let i = 0; i < SETS; i++) {
      const set = Array.from({ length: 1 + below(4) }, scope), text = set.map((s) => s.text).join(' ');
      const t = await tokenFor(text);
      assert.equal(t.status, 200, `${text}: ${t.text}`);
      const call = (method, path, more = {}) => raw(server, method, path, { ...more, headers: { ...more.headers, Authorization: `Bearer ${t.json.access_token}` } });
      const what = `seed ${process.env.HELHET_SEED ?? 20261122}, set ${i} (${text}):`;
      await reads(set, call, what);
      await searches(set, call, what);
      await writes(set, call, what);
    }
    console.log(`CONFORMANCE scopes against a naive filter: ${compared} passed, 0 failed, 0 skipped`);
    assert.ok(compared > SETS * 30);
  });

  test('criteria that cannot be held against one resource are refused, when granted and when registered', async () => {
    for (const query of ['category', 'nothing=x', 'patient.name=x', '_has:Observation:patient:code=c1', '_text=x', '_content=x', '_filter=status eq final', '_lastUpdated=gt2020', '_count=5', '_include=Observation:patient', '_sort=date', '_list=x', '_elements=code', 'date=nonsense', 'category:wrong=x', 'status=%zz', '_contained=true', 'code:text=x', Array.from({ length: 20 }, () => 'status=final').join('&')]) {
      const r = await tokenFor(`system/Observation.rs?${query.replaceAll(' ', '%20')}`);
      assert.equal(r.status, 400, `${query}: ${r.text}`);
      assert.equal(r.json.error, 'invalid_scope', query);
      const cli = spawnSync(program, ['app', 'add', 'no', '--scope', `user/Observation.rs?${query.replaceAll(' ', '%20')}`, '--redirect', 'https://app.example/', '--data', data], { encoding: 'utf8' });
      assert.notEqual(cli.status, 0, query);
      assert.match(cli.stderr, /kan inte hållas/, query);
    }
    // What is masked of protected identities is no criterion: that it holds would tell it.
    for (const query of ['address-city=Borås', 'phone=031']) assert.equal((await tokenFor(`system/Patient.rs?${encodeURI(query)}`)).status, 400, query);
    const every = await tokenFor('system/*.rs?status=final');
    assert.equal(every.status, 400, every.text); // not every type has a status
  });

  test('the log of accesses is not held against criteria: such a scope gives nothing of it', async () => {
    const t = (await tokenFor('system/AuditEvent.rs?action=R')).json.access_token;
    for (const path of ['/fhir/AuditEvent', '/fhir/AuditEvent?action=R']) assert.equal((await raw(server, 'GET', path, { headers: { Authorization: `Bearer ${t}` } })).status, 403, path);
  });

  test('a Bundle, GraphQL and an export obey too', async () => {
    const auth = { Authorization: `Bearer ${(await tokenFor(`system/Observation.rs?category=${LAB}`)).json.access_token}` };
    const lab = CRITERIA.Observation.find(([q]) => q === `category=${LAB}`)[1];
    const yes = all('Observation').find(lab), no = all('Observation').find((r) => !lab(r));
    const batch = await raw(server, 'POST', '/fhir', { headers: { ...auth, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(bundle('batch', entry('GET', `Observation/${yes.id}`), entry('GET', `Observation/${no.id}`), entry('GET', 'Observation?_count=1000'), entry('GET', 'Patient/p1'))) });
    assert.deepEqual(batch.json.entry.map((e) => e.response.status.slice(0, 3)), ['200', '404', '200', '403'], batch.text);
    assert.equal(batch.json.entry[2].resource.entry.length, all('Observation').filter(lab).length);
    const ql = await raw(server, 'POST', '/fhir/$graphql', { headers: { ...auth, 'Content-Type': 'application/json' }, body: JSON.stringify({ query: `{ a: Observation(id: "${yes.id}") { id } b: Observation(id: "${no.id}") { id } ObservationList(_count: 1000) { id } PatientList { id } }` }) });
    assert.ok(!ql.text.includes(`"${no.id}"`), ql.text.slice(0, 500));
    assert.ok(!ql.text.includes('"p1"'));
    const kick = await raw(server, 'GET', '/fhir/$export?_type=Observation,Patient', { headers: { ...auth, Accept: 'application/fhir+json', Prefer: 'respond-async' } });
    assert.equal(kick.status, 202, kick.text);
    const at = (url) => raw(server, 'GET', new URL(url).pathname, { headers: auth });
    let done = await at(kick.headers['content-location']);
    for (let i = 0; i < 200 && done.status === 202; i++) {
      await new Promise((r) => setTimeout(r, 50));
      done = await at(kick.headers['content-location']);
    }
    assert.equal(done.status, 200, done.text);
    const lines = [];
    for (const f of done.json.output) lines.push(...(await at(f.url)).text.split('\n').filter(Boolean).map((l) => JSON.parse(l)));
    assert.deepEqual(keys(lines), keys(all('Observation').filter(lab)));
  });

  test('a person’s app: user/ scopes with criteria, and a patient in context beside them', async () => {
    const cookie = await login(server, 'bo');
    const send = (who, method, path, body) => raw(server, method, path, { headers: { ...who, 'Helhet-Request': '1', 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(body) });
    const made = {};
    for (const p of ['p0', 'p1']) {
      const choice = await send(cookie, 'POST', `/fhir/Patient/${p}/$active-choice`, { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'provsvar' }] });
      assert.equal(choice.status, 201, choice.text);
      for (const code of ['laboratory', 'vital-signs']) {
        const r = await send(cookie, 'POST', '/fhir/Observation', { resourceType: 'Observation', status: 'preliminary', category: [{ coding: [{ system: CATEGORY, code }] }], code: { text: 'x' }, subject: { reference: `Patient/${p}` } });
        assert.equal(r.status, 201, r.text);
        made[`${p} ${code}`] = r.json.id;
      }
    }
    const token = async (text, patient) => {
      const verifier = randomBytes(32).toString('base64url');
      const query = form({ response_type: 'code', client_id: 'web', redirect_uri: 'https://app.example/back', scope: text, state: 'st', aud: server.base, code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' });
      const shown = await raw(server, 'GET', `/auth/authorize?${query}&again=1`, { headers: cookie });
      const field = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(shown.text)[1].replaceAll('&amp;', '&').replaceAll('&#39;', "'");
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const yes = await raw(server, 'POST', '/auth/authorize', { headers: { ...headers, ...cookie }, body: form({ request: field('request'), seal: field('seal'), answer: 'yes', ...(patient ? { patient } : {}) }) });
      const code = new URL(yes.headers.location).searchParams.get('code');
      const r = await raw(server, 'POST', '/auth/token', { headers, body: form({ grant_type: 'authorization_code', code, redirect_uri: 'https://app.example/back', client_id: 'web', code_verifier: verifier }) });
      assert.equal(r.status, 200, r.text);
      return { Authorization: `Bearer ${r.json.access_token}` };
    };
    const seen = async (who) => {
      const out = [];
      for (const [k, id] of Object.entries(made)) if ((await raw(server, 'GET', `/fhir/Observation/${id}`, { headers: who })).status === 200) out.push(k);
      const found = (await raw(server, 'GET', '/fhir/Observation?_count=1000', { headers: who })).json.entry?.map((e) => e.resource.id) ?? [];
      assert.deepEqual(Object.entries(made).filter(([, id]) => found.includes(id)).map(([k]) => k), out);
      return out;
    };
    const labs = await token(`user/Observation.cruds?category=${LAB}`);
    assert.deepEqual(await seen(labs), ['p0 laboratory', 'p1 laboratory']);
    const either = await token(`launch/patient patient/Observation.rs user/Observation.rs?category=${LAB}`, 'p0');
    assert.deepEqual(await seen(either), ['p0 laboratory', 'p0 vital-signs', 'p1 laboratory']);
    assert.deepEqual(await seen(await token('launch/patient patient/Observation.rs', 'p1')), ['p1 laboratory', 'p1 vital-signs']);
    assert.deepEqual(await seen(await token(`launch/patient patient/Observation.rs?category=${LAB}`, 'p1')), ['p1 laboratory']);
    const fresh = (code) => ({ resourceType: 'Observation', status: 'preliminary', category: [{ coding: [{ system: CATEGORY, code }] }], code: { text: 'y' }, subject: { reference: 'Patient/p0' } });
    assert.equal((await send(labs, 'POST', '/fhir/Observation', fresh('laboratory'))).status, 201);
    assert.equal((await send(labs, 'POST', '/fhir/Observation', fresh('vital-signs'))).json.issue[0].details.coding[0].code, 'SCOPE_BEYOND');
    const id = made['p0 laboratory'], out = await send(labs, 'PUT', `/fhir/Observation/${id}`, { ...fresh('vital-signs'), id });
    assert.equal(out.json.issue[0].details.coding[0].code, 'SCOPE_BEYOND', out.text);
    const patch = await raw(server, 'PATCH', `/fhir/Observation/${id}`, { headers: { ...labs, 'Content-Type': 'application/json-patch+json' }, body: JSON.stringify([{ op: 'replace', path: '/category/0/coding/0/code', value: 'vital-signs' }]) });
    assert.equal(patch.status, 403, patch.text);
  });
});
