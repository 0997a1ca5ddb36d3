// SPDX-License-Identifier: Apache-2.0
// Who can see what: the report of a unit against what the engine then does, in a demo region: whatever the report says may be
// read is readable, and the other way round; before and after active choices, consents and emergency openings.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { auth, closed, cookieOf, forget, OURS, raw } from './accounts.mjs';
import { ask, start } from './server.mjs';

const program = process.env.HELHET_BIN ?? 'build/helhet';
const E = 'https://helhet.example/fhir/StructureDefinition/';
const STAFF = ['lakare', 'overlakare', 'sjukskoterska', 'underskoterska', 'fysioterapeut', 'registrator', 'loggranskare', 'systemadmin'];
const TYPES = ['Encounter', 'Condition', 'Observation', 'MedicationRequest', 'DocumentReference', 'DiagnosticReport', 'ServiceRequest'];
const EACH = 150; // resources that each person tries to read, each time

let data, server, admin, passwords;
const organizations = new Map();
const resources = [];
const blocks = [];
const idOf = (reference) => reference?.split('/').at(-1);
const label = (r, name) => idOf(r.meta?.extension?.find((e) => e.url === E + name)?.valueReference.reference);

before(async () => {
  data = join(mkdtempSync(join(tmpdir(), 'helhet-report-')), 'region');
  execFileSync(program, ['demo', '--data', data, '--patients', '25', '--seed', '3'], { stdio: 'ignore' });
  passwords = new Map([...readFileSync(join(data, 'demo-accounts.txt'), 'utf8').matchAll(/^(\S+)\s+([a-z]{4}(?:-[a-z]{4}){3})\s/gm)].map((m) => [m[1], m[2]]));
  const open = await start(data, ['--open']);
  const all = async (query, take) => {
    for (let path = query; path; ) {
      const { json } = await ask(open, 'GET', path);
      for (const e of json.entry ?? []) take(e.resource);
      path = json.link?.find((l) => l.relation === 'next')?.url;
    }
  };
  await all('/Organization?_count=200', (o) => organizations.set(o.id, o));
  for (const type of TYPES) await all(`/${type}?_count=500`, (r) => {
    // A document of the steering is of no patient.
    const of = r.subject ?? r.patient;
    if (of) resources.push({ type, id: r.id, unit: label(r, 'care-unit'), patient: idOf(of.reference) });
  });
  await all('/Consent?_count=200', (c) => {
    if (c.category[0].coding[0].code === 'block') blocks.push({ patient: idOf(c.patient.reference), org: idOf(c.provision.actor[0].reference.reference), outer: c.extension?.some((e) => e.url === `${E}outer-block` && e.valueBoolean) ?? false });
  });
  assert.equal((await open.stop({ keep: true })).code, 0);
  server = await closed(data);
  admin = await enter('systemadmin');
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0);
  if (data) forget(join(data, '..'));
});

async function enter(name) {
  const r = await auth(server, 'login', { name, password: passwords.get(name) });
  assert.equal(r.status, 200, r.text);
  return { cookie: { Cookie: cookieOf(r) }, who: r.json, mine: r.json.assignments.find((a) => a.id === r.json.assignment) };
}
const get = (path, who) => raw(server, 'GET', `/fhir/${path}`, { headers: who.cookie });
const post = (path, parameters, who) => raw(server, 'POST', `/fhir/${path}`, { headers: { ...who.cookie, ...OURS, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify({ resourceType: 'Parameters', ...(parameters.length ? { parameter: parameters } : {}) }) });

// ---- the region, told once more from the definition of its extensions ----

const path = (id) => (id === undefined ? [] : [id, ...path(idOf(organizations.get(id)?.partOf?.reference))]);
const provider = (id) => path(id).at(-1);
const shares = (id) => path(id).every((one) => {
  const said = organizations.get(one).extension?.find((e) => e.url === `${E}shared-record`);
  return said ? said.valueBoolean : one !== provider(id);
});
const whereFrom = (unit, r) => (r.unit === unit ? 'own-unit' : provider(r.unit) === provider(unit) ? 'same-provider' : shares(r.unit) ? 'other-provider' : 'not-joined');
const isBlocked = (unit, r) => blocks.some((b) => b.patient === r.patient && path(r.unit).includes(b.org) && !(b.outer && provider(r.unit) === provider(unit)));

// ---- the report ----

const part = (p, name) => p.part?.find((x) => x.name === name);
const parts = (p, name) => (p.part ?? []).filter((x) => x.name === name);
async function reportOf(who) {
  const r = await get(`Organization/${idOf(who.mine.unit.reference)}/$access-report`, admin);
  assert.equal(r.status, 200, r.text.slice(0, 300));
  const of = (name) => r.json.parameter.filter((p) => p.name === name);
  const row = of('assignment').find((p) => part(p, 'assignment').valueReference.reference === who.who.assignment);
  const role = of('role').find((p) => part(p, 'code').valueCode === part(row, 'role').valueCode);
  const may = (key, what) => parts(role, 'may').find((m) => part(m, key)?.valueCode === what);
  return {
    json: r.json,
    row,
    /** Does the report say that the type can be read from there, with this at hand? */
    says: (type, where, blocked, have) => {
      const actions = may('type', type) ?? may('class', 'record');
      if (!actions || !parts(actions, 'action').some((x) => x.valueCode === 'read')) return false;
      const reads = parts(row, 'reads').find((p) => part(p, 'where').valueCode === where && part(p, 'blocked').valueBoolean === blocked);
      return parts(reads, 'with').some((w) => parts(w, 'have').every((h) => h.valueCode === 'nothing' || have.has(h.valueCode)));
    },
  };
}

/** What is at hand for a patient, as the engine itself explains it. */
async function haves(who, patient) {
  const r = await get(`Patient/${patient}/$access-explain`, who);
  if (r.status !== 200) return new Set(); // the role has nothing to do with records
  const yes = (name) => r.json.parameter.some((p) => p.name === name && p.valueBoolean);
  return new Set([['careRelation', 'relation'], ['activeChoice', 'choice'], ['consent', 'consent'], ['emergency', 'emergency']].filter(([name]) => yes(name)).map(([, code]) => code));
}

async function compare(who, some, seen) {
  const report = await reportOf(who);
  const unit = idOf(who.mine.unit.reference);
  const known = new Map();
  for (const r of some) {
    if (!known.has(r.patient)) known.set(r.patient, await haves(who, r.patient));
    const where = whereFrom(unit, r);
    const blocked = isBlocked(unit, r);
    const said = report.says(r.type, where, blocked, known.get(r.patient));
    const { status } = await get(`${r.type}/${r.id}`, who);
    assert.ok([200, 403, 404].includes(status), `${status}`);
    assert.equal(status === 200, said, `${who.who.account} ${r.type}/${r.id} ${where}${blocked ? ' blocked' : ''} with ${[...known.get(r.patient)]}: the report says ${said}, the engine ${status}`);
    seen[said ? 'read' : 'hidden']++;
  }
}

/** Some of each patient's and each place's, the same each time. */
function some(unit, from) {
  const own = resources.filter((r) => r.unit === unit);
  const rest = resources.filter((r) => r.unit !== unit);
  const step = Math.max(1, Math.floor(rest.length / (EACH - 30)));
  return [...own.slice(from, from + 30), ...rest.filter((_, i) => i % step === from % step)];
}

describe('the report and the engine agree', () => {
  for (const name of STAFF)
    test(name, async () => {
      const who = await enter(name);
      const unit = idOf(who.mine.unit.reference);
      const seen = { read: 0, hidden: 0 };
      await compare(who, some(unit, 0), seen);
      const may = new Set(who.mine.role.rights);
      const patients = [...new Set(some(unit, 0).map((r) => r.patient))];
      if (may.has('choose')) {
        for (const id of patients.slice(0, 8)) assert.equal((await post(`Patient/${id}/$active-choice`, [{ name: 'reason', valueString: 'Prov av rapporten' }], who)).status, 201);
        await compare(who, some(unit, 1), seen);
      }
      if (may.has('consent')) {
        for (const id of patients.slice(4, 12)) assert.equal((await post(`Patient/${id}/$consent`, [{ name: 'reason', valueString: 'Prov av rapporten' }], who)).status, 201);
        await compare(who, some(unit, 2), seen);
      }
      if (may.has('emergency')) {
        const id = blocks.find((b) => provider(b.org) !== undefined)?.patient ?? patients[0];
        const first = await post(`Patient/${id}/$emergency`, [], who);
        const ticket = first.json.parameter.find((p) => p.name === 'ticket').valueString;
        assert.equal((await post(`Patient/${id}/$emergency`, [{ name: 'ticket', valueString: ticket }, { name: 'reason', valueString: 'Prov av rapporten' }], who)).status, 201);
        await compare(who, resources.filter((r) => r.patient === id).slice(0, EACH), seen);
        const { row } = await reportOf(who);
        assert.equal(part(row, 'emergencies').valueInteger, 1);
        assert.equal(part(row, 'choices').valueInteger, 8);
      }
      const clinical = may.has('choose');
      assert.equal(seen.read > 0, clinical, JSON.stringify(seen));
      assert.ok(seen.hidden > 0);
    });
});

describe('the report', () => {
  test('tells of the unit, the persons and the roles', async () => {
    const who = await enter('overlakare');
    const { json, row } = await reportOf(who);
    const of = (name) => json.parameter.find((p) => p.name === name);
    assert.equal(of('unit').valueReference.display, who.mine.unit.display);
    assert.equal(of('provider').valueReference.display, who.mine.provider.display);
    assert.equal(part(row, 'person').valueReference.display, who.who.user.display);
    assert.equal(part(row, 'usable').valueBoolean, true);
    assert.equal(part(part(row, 'analysis'), 'holds').valueBoolean, true);
    assert.match(part(part(row, 'analysis'), 'reference').valueReference.display, /^Behovs- och riskanalys/);
    assert.ok(Date.now() - Date.parse(part(row, 'login').valueDateTime) < 600000);
    const same = json.parameter.filter((p) => p.name === 'place' && part(p, 'where').valueCode === 'same-provider');
    const unit = idOf(who.mine.unit.reference);
    assert.equal(same.length, [...organizations.keys()].filter((id) => id !== unit && provider(id) === provider(unit)).length);
    assert.equal((await get(`Organization/${unit}/$access-report?_format=xml`, admin)).headers['content-type'].startsWith('application/fhir+xml'), true);
  });

  test('as a table, by HTTP and by command line alike', async () => {
    const who = await enter('overlakare');
    const unit = idOf(who.mine.unit.reference);
    const r = await get(`Organization/${unit}/$access-report?output=csv`, admin);
    assert.equal(r.status, 200);
    assert.match(r.headers['content-type'], /^text\/csv; charset=utf-8/);
    assert.match(r.headers['content-disposition'], /attachment/);
    const lines = r.text.trimEnd().split('\r\n');
    const heads = lines[0].split(';').length;
    assert.ok(lines.length > 2 && lines.every((line) => line.split('";"').length === heads));
    assert.ok(lines.some((line) => line.includes(`"${who.who.user.display}"`)));
    assert.equal((await server.stop({ keep: true })).code, 0);
    const cli = execFileSync(program, ['access', 'report', '--data', data, '--unit', `Organization/${unit}`], { encoding: 'utf8' });
    assert.equal(cli, r.text);
    const all = execFileSync(program, ['access', 'report', '--data', data], { encoding: 'utf8', maxBuffer: 1 << 26 }).trimEnd().split('\r\n');
    assert.equal(all.filter((line) => line.startsWith('"Enhet"')).length, 1);
    assert.ok(all.length > lines.length);
    assert.throws(() => execFileSync(program, ['access', 'report', '--data', data, '--unit', 'finns-inte'], { stdio: 'pipe' }));
    server = await closed(data);
  });

  test('is for those who administrate or review, and of units that are', async () => {
    const unit = idOf((await enter('overlakare')).mine.unit.reference);
    for (const name of ['overlakare', 'sjukskoterska', 'registrator', 'patient', 'vardnadshavare']) assert.equal((await get(`Organization/${unit}/$access-report`, await enter(name))).status, 403, name);
    for (const name of ['systemadmin', 'loggranskare']) assert.equal((await get(`Organization/${unit}/$access-report`, await enter(name))).status, 200, name);
    assert.equal((await get('Organization/finns-inte/$access-report', admin)).status, 404);
    assert.equal((await get(`Organization/${unit}/$access-report?output=pdf`, admin)).status, 400);
    assert.equal((await get(`Organization/${unit}/$access-report?okand=1`, admin)).status, 400);
    assert.equal((await get(`Organization/${unit}/$access-report`, { cookie: {} })).status, 401);
  });
});
