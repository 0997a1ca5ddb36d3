// SPDX-License-Identifier: Apache-2.0
// The resource types of the steering (definitions/styr), through the API: the invariants of the domain's own samples, and
// that the engine serves the types as any other, on a base of their own.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { analysis, closed, forget, login, makeData, named, role as inRole } from './accounts.mjs';
import { ask, bundle, corpus, entry, start } from './server.mjs';

const types = ['Assignment', 'BenefitCase', 'ChangeActivity', 'CheckpointDefinition', 'Decision', 'DecisionCase', 'EffectGoal', 'Experience', 'GovernanceBody', 'Incident', 'Initiative', 'Mandate', 'Meeting', 'Portfolio', 'ProcessDefinition', 'Project', 'Question', 'ReadinessCheckpoint', 'Report', 'ReportDefinition', 'Risk', 'Scenario', 'SystemAsset'];

let server;
before(async () => (server = await start()));
after(() => server.stop());

const styr = (method, path, more) => ask(server, method, `${server.origin}/styr${path}`, more);
async function made(resource, path = `/${resource.resourceType}`) {
  const r = await styr('POST', path, { body: resource });
  assert.equal(r.status, 201, r.text);
  return r.json;
}
async function found(path, ...expected) {
  const r = await styr('GET', path);
  assert.equal(r.status, 200, `${path}: ${r.text}`);
  assert.deepEqual((r.json.entry ?? []).filter((e) => e.search.mode === 'match').map((e) => e.resource.id).sort(), expected.sort(), path);
}

// ---- the domain's samples ----

const file = join(corpus, '..', 'domain', 'governance-invariants.json');
const samples = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
const role = (id) => ({ reference: `PractitionerRole/${id}` });

/** What a type requires besides what a sample says of it. */
const needed = {
  Initiative: { status: 'idea', title: 'Prov', phase: 1 },
  DecisionCase: {
    status: 'draft', title: 'Prov', recordStatus: 'arbetsmaterial', need: 'x', proposal: 'x', functionality: 'x', funding: 'x',
    coordination: [{ body: { display: 'Funktionsgrupp' } }],
    identifier: [{ system: 'urn:se:diarium', value: 'RS 2025-02255' }],
    benefitExemption: { motivation: 'x' },
  },
  Decision: { status: 'draft', kind: 'delegering', outcome: 'pending', decider: role('a'), preparedBy: [role('b')] },
  ReadinessCheckpoint: { status: 'open', definition: { reference: 'CheckpointDefinition/t30' }, unit: { reference: 'Organization/med' }, asOf: '2026-10-01' },
  Risk: { status: 'assessed', title: 'Prov', likelihood: 2, consequence: 2, score: 4, acceptedBy: role('a') },
  BenefitCase: { status: 'draft', title: 'Prov' },
  Experience: { status: 'received', question: 'works', statement: 'Det fungerar.', anonymous: false },
  SystemAsset: { status: 'in-use', name: 'Prov' },
};
/** An empty object in a sample stands for any reference. */
const filled = (v) => (Array.isArray(v) ? v.map(filled) : v && typeof v === 'object' ? (Object.keys(v).length ? Object.fromEntries(Object.entries(v).map(([k, w]) => [k, filled(w)])) : { display: 'Någon' }) : v);

function verdictOf(results) {
  const open = results.filter((r) => r.state !== 'met');
  return open.some((r) => r.severity === 'hard') ? 'no-go' : open.some((r) => !r.waiver) ? 'incomplete' : open.length ? 'go-with-conditions' : 'go';
}

/** The sample, whole: what the passing one has and the failing one lacks stays away. */
function whole(sample, { pass }) {
  const lacking = Object.keys(pass).filter((k) => !(k in sample));
  const out = { ...needed[sample.resourceType], ...filled(sample) };
  lacking.forEach((k) => delete out[k]);
  if (out.resourceType === 'Decision') out.dispatch = out.dispatch?.map((d) => ({ to: { display: 'Någon' }, ...d }));
  if (out.resourceType === 'ReadinessCheckpoint') {
    out.result = out.result.map((r, i) => ({ code: `E${i + 1}`, severity: 'soft', state: 'met', evidenceKind: 'measured', validUntil: '2026-10-05', ...r }));
    out.criterion = (out.criterion ?? out.result).map((c) => ({ code: c.code, severity: c.severity ?? 'soft' }));
    out.verdict ??= verdictOf(out.result);
  }
  return JSON.parse(JSON.stringify(out));
}

// Written by decisions, by the system, and without login alone (test/http/styr-rules.test.mjs): these are validated only.
const ruled = (r) => ['Initiative', 'ReadinessCheckpoint'].includes(r.resourceType) || r.anonymous;
/** Without what the system alone puts into a decision, when it is signed. */
const people = ({ computedVerdict: _v, evidenceBundle: _e, ...rest }) => rest;
/** Stores it, the way its status comes about. */
async function brought(r) {
  if (r.resourceType !== 'DecisionCase' || r.status === 'draft') return made(r);
  const draft = await made({ ...r, status: 'draft' });
  const sent = await styr('PUT', `/${r.resourceType}/${draft.id}`, { body: { ...draft, status: r.status } });
  assert.equal(sent.status, 200, sent.text);
  return sent.json;
}

describe('the domain’s invariants', { skip: samples ? false : `${file} is absent` }, () => {
  for (const s of samples ?? [])
    test(s.key, async () => {
      const { resourceType: type } = s.pass;
      const good = whole(s.pass, s), bad = whole(s.fail, s);
      const valid = await styr('POST', `/${type}/$validate`, { body: good });
      assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
      if (!ruled(good)) await brought(people(good));
      const r = await styr('POST', `/${type}`, { body: bad });
      assert.equal(r.status, 422, r.text);
      const issue = r.json.issue.find((i) => JSON.stringify(i).includes(`(${s.key})`));
      assert.ok(issue, r.text);
      assert.equal(issue.code, 'invariant');
      assert.equal(issue.expression[0], type);
      const definition = JSON.parse(readFileSync(`definitions/styr/StructureDefinition-${type}.json`, 'utf8'));
      const rule = definition.differential.element.flatMap((e) => e.constraint ?? []).find((c) => c.key === s.key);
      assert.equal(rule.expression, s.expression);
      const [sv, en] = rule.human.split(' / ');
      for (const text of [sv, en]) assert.ok(JSON.stringify(issue).includes(JSON.stringify(text).slice(1, -1)), `${text}: ${r.text}`);
    });

  test('all nineteen are here', () => assert.equal(samples.length, 19));
});

// ---- the engine ----

const gives = (path, type = 'application/fhir+xml') => styr('GET', path, { headers: { Accept: type } });
const initiative = (more) => ({ resourceType: 'Initiative', status: 'idea', title: 'Digital remisshantering', phase: 1, ...more });

describe('a base of their own', () => {
  test('none of them is on /fhir, nor told of there', async () => {
    const told = (r) => r.json.rest[0].resource.map((t) => t.type);
    const fhir = await ask(server, 'GET', '/metadata'), own = await styr('GET', '/metadata');
    assert.deepEqual(told(own).sort(), types);
    assert.deepEqual(types.filter((t) => told(fhir).includes(t)), []);
    assert.ok(!JSON.stringify(fhir.json).includes('as-basic'));
    assert.ok(own.json.rest[0].operation.some((o) => o.name === 'as-basic'));
    for (const t of own.json.rest[0].resource) {
      assert.equal(t.profile, `https://helhet.example/styr/StructureDefinition/${t.type}`);
      assert.ok(t.searchParam.some((p) => p.name === 'status'), t.type);
    }
    for (const type of types) assert.equal((await ask(server, 'GET', `/${type}`)).status, 404, type);
    assert.equal((await ask(server, 'POST', '/Initiative', { body: initiative() })).status, 404);
    assert.equal((await styr('GET', '/Patient')).status, 404);
  });

  test('every type has a definition file that says what it is in Swedish and English, and docs/STEERING.md names it', () => {
    const page = readFileSync('docs/STEERING.md', 'utf8');
    for (const type of types) {
      assert.ok(page.includes(`| ${type} |`), type);
      const d = JSON.parse(readFileSync(`definitions/styr/StructureDefinition-${type}.json`, 'utf8'));
      for (const e of d.differential.element) {
        assert.match(e.short, /.+ \/ .+/, e.path);
        for (const c of e.constraint ?? []) {
          assert.match(c.human, /^.+\. \/ .+\.$/, c.key);
          assert.ok(page.includes(`| ${c.key} | ${e.path} | ${c.human.split(' / ')[1]} |`), c.key);
        }
      }
    }
  });
});

describe('the engine serves them as any type', () => {
  test('create, read, change, patch, history, delete', async () => {
    const { id, meta } = await made(initiative({ status: 'nominated', need: 'En **remiss** som följs.' }));
    assert.equal(meta.versionId, '1');
    const read = await styr('GET', `/Initiative/${id}`);
    assert.equal(read.json.title, 'Digital remisshantering');
    const put = await styr('PUT', `/Initiative/${id}`, { body: { ...read.json, title: 'Digital remiss' } });
    assert.equal(put.status, 200, put.text);
    const patched = await styr('PATCH', `/Initiative/${id}`, { type: 'application/json-patch+json', body: JSON.stringify([{ op: 'add', path: '/patientFacing', value: true }]) });
    assert.equal(patched.status, 200, patched.text);
    const wrong = await styr('PATCH', `/Initiative/${id}`, { type: 'application/json-patch+json', body: JSON.stringify([{ op: 'replace', path: '/status', value: 'stopped' }]) });
    assert.equal(wrong.status, 422, wrong.text);
    assert.match(wrong.text, /Ett parkerat eller stoppat initiativ säger varför.*A parked or stopped initiative says why/);
    const history = await styr('GET', `/Initiative/${id}/_history`);
    assert.deepEqual(history.json.entry.map((e) => e.resource.meta.versionId), ['3', '2', '1']);
    assert.equal((await styr('GET', `/Initiative/${id}/_history/1`)).json.title, 'Digital remisshantering');
    assert.equal((await styr('DELETE', `/Initiative/${id}`)).status, 204);
    assert.equal((await styr('GET', `/Initiative/${id}`)).status, 410);
  });

  test('a code outside its set, an element nobody knows, a missing one: each with its path', async () => {
    const refused = async (resource, status, expression, words) => {
      const r = await styr('POST', `/${resource.resourceType}`, { body: resource });
      assert.equal(r.status, status, r.text);
      assert.equal(r.json.issue[0].expression[0], expression, r.text);
      assert.match(r.text, words);
    };
    await refused(initiative({ status: 'kanske' }), 400, 'Initiative.status', /kanske.*initiative-status/);
    await refused(initiative({ fas: 2 }), 400, 'Initiative.fas', /fas/);
    await refused({ resourceType: 'Initiative', status: 'idea', phase: 1 }, 400, 'Initiative.title', /title/);
    await refused({ resourceType: 'CheckpointDefinition', status: 'draft', name: 'T-30', offsetDays: -30, criterion: [
      { code: 'E11', title: 'Riskbedömning', severity: 'hard', overridable: false, evidenceKind: 'signed' },
      { code: 'E3', title: 'Utbildning', severity: 'hard', overridable: true, evidenceKind: 'measured' },
    ] }, 422, 'CheckpointDefinition.criterion[1]', /mål.*target.*cd-4/);
  });

  test('XML, both ways', async () => {
    const { id } = await made(initiative({ title: 'Å & Ä', nasss: [{ domain: 'technology', rating: 'complex' }] }));
    const xml = await gives(`/Initiative/${id}`);
    assert.match(xml.text, /<Initiative xmlns="http:\/\/hl7.org\/fhir">.*<nasss><domain value="technology"\/><rating value="complex"\/><\/nasss>/);
    const back = await styr('POST', '/Initiative', { type: 'application/fhir+xml', body: xml.text });
    assert.equal(back.status, 201, back.text);
    assert.equal(back.json.title, 'Å & Ä');
    assert.deepEqual(back.json.nasss, [{ domain: 'technology', rating: 'complex' }]);
  });

  test('a transaction of several types, and what refers to what', async () => {
    const put = (r) => entry('PUT', `${r.resourceType}/${r.id}`, r);
    const criterion = { code: 'E1', title: 'Öppna testfynd', comparator: 'le', target: 0, severity: 'hard', overridable: false, maxAgeDays: 7, evidenceKind: 'measured' };
    const today = new Date().toLocaleDateString('sv-SE', { timeZone: 'Europe/Stockholm' });
    const r = await styr('POST', '', { body: bundle('transaction',
      put({ resourceType: 'CheckpointDefinition', id: 't30', status: 'active', name: 'T-30', offsetDays: -30, lockedOn: '2025-01-01', criterion: [criterion] }),
      put({ resourceType: 'Portfolio', id: 'hos', status: 'active', name: 'Hälso- och sjukvårdens digitalisering' }),
      put(initiative({ id: 'ekg', title: 'Sammanhållen EKG-miljö', status: 'concept', portfolio: { reference: 'Portfolio/hos' }, processOwner: role('pa') })),
      put(initiative({ id: 'ultra', title: 'Lagring av bildgivande ultraljud', portfolio: { reference: 'Portfolio/hos' } })),
      put({ resourceType: 'DecisionCase', id: 'ekg-1', status: 'draft', title: 'Beslut 1', recordStatus: 'arbetsmaterial', gateNumber: 1, initiative: { reference: 'Initiative/ekg' }, identifier: [{ system: 'urn:se:diarium', value: 'RS 2025-99255' }] }),
      put({ resourceType: 'Decision', id: 'd1', status: 'draft', kind: 'verkstallighet', outcome: 'granted', decidedOn: '2025-06-03', case: { reference: 'DecisionCase/ekg-1' }, decider: role('dir'), preparedBy: [role('hand')] }),
      put({ resourceType: 'SystemAsset', id: 'keyforcare', status: 'in-use', name: 'KeyForCare', contractEnd: '2026-12-31', leadTimeMonths: 18, owner: { display: 'Systemägare' } }),
      put({ resourceType: 'Risk', id: 'r1', status: 'assessed', title: 'Prov', likelihood: 2, consequence: 4, score: 8, treatment: [{ display: 'Åtgärd' }], initiative: { reference: 'Initiative/ekg' } }),
      put({ resourceType: 'ReadinessCheckpoint', id: 'rc', status: 'open', definition: { reference: 'CheckpointDefinition/t30' }, unit: { reference: 'Organization/med' }, asOf: today, plannedDate: '2026-11-12', verdict: 'no-go',
        criterion: [criterion], result: [{ code: 'E1', severity: 'hard', state: 'missing' }] }),
    ) });
    assert.equal(r.status, 200, r.text);
    await found('/Initiative?portfolio=Portfolio/hos', 'ekg', 'ultra');
    await found('/Initiative?portfolio=Portfolio/hos&status=concept', 'ekg');
    await found('/Initiative?phase=1&title=samman', 'ekg');
    await found('/Initiative?process-owner=PractitionerRole/pa', 'ekg');
    await found('/Initiative?portfolio.name=H%C3%A4lso&_sort=-title', 'ekg', 'ultra');
    await found('/Initiative?_has:DecisionCase:initiative:gate=1', 'ekg');
    await found('/DecisionCase?identifier=urn:se:diarium%7CRS 2025-99255', 'ekg-1');
    await found('/DecisionCase?initiative=Initiative/ekg&record-status=arbetsmaterial', 'ekg-1');
    await found('/Decision?case=DecisionCase/ekg-1&kind=verkstallighet&decider=PractitionerRole/dir&decided-on=2025-06', 'd1');
    await found('/Decision?case.initiative=Initiative/ekg', 'd1');
    await found('/SystemAsset?contract-end=lt2027&status=in-use&name=KeyForCare', 'keyforcare');
    await found('/Risk?score=ge8&initiative=Initiative/ekg', 'r1');
    await found('/ReadinessCheckpoint?unit=Organization/med&verdict=no-go&planned=2026-11-12&definition=CheckpointDefinition/t30', 'rc');
    await found('/ReadinessCheckpoint?state=missing&criterion=E1', 'rc');
    const included = await styr('GET', '/DecisionCase?_id=ekg-1&_include=DecisionCase:initiative&_revinclude=Decision:case');
    assert.deepEqual(included.json.entry.map((e) => e.resource.resourceType).sort(), ['Decision', 'DecisionCase', 'Initiative']);
    const unknown = await styr('GET', '/Initiative?fas=1');
    assert.equal(unknown.status, 400);
    // What others refer to stays.
    assert.equal((await styr('DELETE', '/Portfolio/hos')).status, 409);
    // All types at once: the steering's, and never R4's; on /fhir the other way round.
    await ask(server, 'PUT', '/Organization/med', { body: { resourceType: 'Organization', id: 'med', name: 'Medicinkliniken' } });
    const all = (await styr('GET', '?_count=200')).json.entry.map((e) => e.resource.resourceType);
    assert.ok(all.includes('Portfolio') && all.every((t) => types.includes(t)), all.join());
    const fhir = (await ask(server, 'GET', '?_count=200')).json.entry.map((e) => e.resource.resourceType);
    assert.ok(fhir.includes('Organization') && !fhir.some((t) => types.includes(t)), fhir.join());
  });

  test('$validate says it all without storing', async () => {
    const r = await styr('POST', '/Risk/$validate', { body: { resourceType: 'Risk', status: 'accepted', title: 'Prov', likelihood: 5, consequence: 4, score: 12 } });
    assert.deepEqual(r.json.issue.filter((i) => i.severity === 'error').map((i) => /\((risk-\d)\)/.exec(i.details.text)[1]), ['risk-1', 'risk-2', 'risk-3', 'risk-4'], r.text);
  });
});

describe('$as-basic', () => {
  const u = (path) => `https://helhet.example/styr/StructureDefinition/extension-${path}`;
  test('any of them as a Basic that R4 knows', async () => {
    const meeting = await made({ resourceType: 'Meeting', status: 'planned', title: 'Samordnande grupp', _title: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/translation', extension: [{ url: 'lang', valueCode: 'en' }, { url: 'content', valueString: 'Coordinating group' }] }] },
      start: '2025-09-19T09:00:00+02:00', body: { reference: 'GovernanceBody/hos', display: 'Samordnande grupp' }, text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Möte</div>' },
      extension: [{ url: 'http://example.org/eget', valueBoolean: true }],
      agenda: [{ id: 'p1', time: '09:00:00', lengthMinutes: 5, title: 'Inledning', detail: ['Agenda', 'Tillägg'], responsible: [{ reference: 'PractitionerRole/ordf' }] }, { title: 'Laget runt' }] });
    const r = await styr('GET', `/Meeting/${meeting.id}/$as-basic`);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.headers.get('content-type').split(';')[0], 'application/fhir+json');
    const b = r.json;
    assert.deepEqual(b.code, { coding: [{ system: 'https://helhet.example/styr/CodeSystem/type', code: 'Meeting' }] });
    assert.equal(b.id, meeting.id);
    assert.equal(b.text.div, meeting.text.div);
    // What modifies the resource modifies the Basic.
    assert.deepEqual(b.modifierExtension, [{ url: u('Meeting.status'), valueCode: 'planned' }]);
    const of = (path) => b.extension.filter((e) => e.url === u(path));
    assert.deepEqual(b.extension[0], { url: 'http://example.org/eget', valueBoolean: true });
    assert.equal(of('Meeting.title')[0].valueString, 'Samordnande grupp');
    assert.equal(of('Meeting.title')[0]._valueString.extension[0].extension[0].valueCode, 'en');
    assert.equal(of('Meeting.start')[0].valueDateTime, '2025-09-19T09:00:00+02:00');
    assert.deepEqual(of('Meeting.body')[0].valueReference, { reference: `${server.origin}/styr/GovernanceBody/hos`, display: 'Samordnande grupp' });
    assert.deepEqual(of('Meeting.agenda'), [
      { id: 'p1', url: u('Meeting.agenda'), extension: [
        { url: 'time', valueTime: '09:00:00' }, { url: 'lengthMinutes', valuePositiveInt: 5 }, { url: 'title', valueString: 'Inledning' },
        { url: 'detail', valueString: 'Agenda' }, { url: 'detail', valueString: 'Tillägg' }, { url: 'responsible', valueReference: { reference: 'PractitionerRole/ordf' } },
      ] },
      { url: u('Meeting.agenda'), extension: [{ url: 'title', valueString: 'Laget runt' }] },
    ]);
    const valid = await ask(server, 'POST', '/Basic/$validate', { body: b });
    assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
    assert.equal((await ask(server, 'PUT', `/Basic/${b.id}`, { body: b })).status, 201);
    const xml = await gives(`/Meeting/${meeting.id}/$as-basic`);
    assert.match(xml.text, /^<\?xml[^>]*\?>\s*<Basic|^<Basic/);
  });

  test('every sample of every type, nothing of it lost', { skip: samples ? false : `${file} is absent` }, async () => {
    const leaves = (v) => (v && typeof v === 'object' ? Object.values(v).flatMap(leaves) : [String(v)]);
    for (const s of samples) {
      const good = people(whole(s.pass, s));
      if (ruled(good)) continue;
      const { id } = await brought(good);
      const b = await styr('GET', `/${good.resourceType}/${id}/$as-basic`);
      const told = leaves(b.json);
      for (const leaf of leaves(good)) assert.ok(told.some((t) => t === leaf || t.endsWith(`/${leaf}`)), `${s.key}: ${leaf}\n${b.text}`);
      const valid = await ask(server, 'POST', '/Basic/$validate', { body: b.json });
      assert.deepEqual(valid.json.issue.filter((i) => i.severity === 'error'), [], valid.text);
    }
  });

  test('what is not there, and what is not the steering’s', async () => {
    assert.equal((await styr('GET', '/Meeting/ingen/$as-basic')).status, 404);
    assert.equal((await ask(server, 'GET', '/Patient/x/$as-basic')).status, 404);
    assert.equal((await ask(server, 'GET', '/Meeting/x/$as-basic')).status, 404);
  });
});

// ---- access ----

describe('who may do what', () => {
  const library = (id, codes) => analysis(id, codes, ['region']);
  const governs = (id, person, code, title) => inRole(id, person, 'region', { code, title, extension: [{ url: 'https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis', valueReference: { reference: 'Library/analysis-styr' } }] });
  let data, closedServer;
  const as = {};
  before(async () => {
    data = await makeData(
      [library('analysis-styr', ['process-owner', 'case-officer', 'diary-registrar', 'decider']),
        ...[['siv', 'process-owner', 'Processansvarig'], ['hans', 'case-officer', 'Handläggare'], ['reg', 'diary-registrar', 'Registrator'], ['dag', 'decider', 'Beslutsfattare']].flatMap(([who, code, title]) => [named('Practitioner', who, who, 'Prov'), governs(`${who}-rs`, who, code, title)])],
      [['siv', 'Practitioner/siv'], ['hans', 'Practitioner/hans'], ['reg', 'Practitioner/reg'], ['dag', 'Practitioner/dag']],
    );
    closedServer = await closed(data);
    for (const who of ['bo', 'siv', 'hans', 'reg', 'dag', 'pat']) as[who] = await login(closedServer, who);
  });
  after(async () => {
    await closedServer.stop();
    forget(data);
  });
  const go = (who, method, path, body) => ask(closedServer, method, `${closedServer.origin}/styr${path}`, { body, headers: { ...as[who], 'Helhet-Request': '1' } });
  const status = async (expected, ...request) => {
    const r = await go(...request);
    assert.equal(r.status, expected, `${request.slice(0, 3).join(' ')}: ${r.text}`);
    return r;
  };
  const draft = { resourceType: 'DecisionCase', status: 'draft', title: 'Beslut 2', recordStatus: 'arbetsmaterial' };

  test('without login nothing but the statement', async () => {
    assert.equal((await ask(closedServer, 'GET', `${closedServer.origin}/styr/metadata`)).status, 200);
    assert.equal((await ask(closedServer, 'GET', `${closedServer.origin}/styr/Initiative`)).status, 401);
  });

  test('patients: nothing', async () => {
    for (const type of types) await status(403, 'pat', 'GET', `/${type}`);
    await status(403, 'pat', 'POST', '/Question', { resourceType: 'Question', status: 'open', question: 'Varför?', askedCount: 1 });
  });

  test('everybody at work reads, asks and tells; the rest is for those whose it is', async () => {
    const { json: own } = await status(201, 'siv', 'POST', '/Initiative', initiative());
    await status(200, 'bo', 'GET', `/Initiative/${own.id}`);
    assert.equal((await status(200, 'bo', 'GET', '/Initiative?status=idea')).json.entry.length, 1);
    await status(201, 'bo', 'POST', '/Question', { resourceType: 'Question', status: 'open', question: 'När?', askedCount: 1 });
    await status(201, 'bo', 'POST', '/Experience', { resourceType: 'Experience', status: 'received', question: 'chafes', statement: 'Det skaver.', anonymous: false });
    await status(201, 'bo', 'POST', '/Initiative', initiative({ title: 'En idé' }));
    await status(403, 'bo', 'POST', '/Risk', { resourceType: 'Risk', status: 'assessed', title: 'Prov', likelihood: 1, consequence: 1, score: 1 });
    await status(403, 'bo', 'PUT', `/Initiative/${own.id}`, { ...own, title: 'Annat' });
    await status(403, 'bo', 'DELETE', `/Initiative/${own.id}`);
    await status(403, 'siv', 'DELETE', `/Initiative/${own.id}`);
    await status(403, 'siv', 'POST', '/Mandate', { resourceType: 'Mandate', status: 'active', holder: role('dag-rs'), kind: ['verkstallighet'], period: { start: '2025-01-01' }, source: 'Delegationsordning' });
    await status(201, 'reg', 'POST', '/Mandate', { resourceType: 'Mandate', status: 'active', holder: role('dag-rs'), kind: ['verkstallighet'], period: { start: '2025-01-01' }, source: 'Delegationsordning' });
  });

  test('working material is there for who prepares and decides alone', async () => {
    const { json: own } = await status(201, 'hans', 'POST', '/DecisionCase', draft);
    for (const who of ['siv', 'dag', 'reg', 'hans']) await status(200, who, 'GET', `/DecisionCase/${own.id}`);
    await status(404, 'bo', 'GET', `/DecisionCase/${own.id}`);
    await status(404, 'bo', 'GET', `/DecisionCase/${own.id}/$as-basic`);
    await status(404, 'bo', 'GET', `/DecisionCase/${own.id}/_history`);
    assert.equal((await status(200, 'bo', 'GET', '/DecisionCase')).json.entry, undefined);
    assert.equal((await status(200, 'bo', 'GET', '/DecisionCase?title=beslut&_summary=count')).json.total, 0);
    await status(200, 'hans', 'PUT', `/DecisionCase/${own.id}`, { ...own, recordStatus: 'upprattad' });
    await status(200, 'bo', 'GET', `/DecisionCase/${own.id}`);
    assert.equal((await status(200, 'bo', 'GET', '/DecisionCase?title=beslut')).json.entry.length, 1);
    // The version that was working material is so still.
    await status(404, 'bo', 'GET', `/DecisionCase/${own.id}/_history/1`);
  });
});
