// SPDX-License-Identifier: Apache-2.0
// Experiences without author: with the data folder and every log in hand, neither the account's id, name, session nor
// address of who sent one is found, nor when. Each way of looking is shown to find something where there is something.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { closed, cookieOf, forget, makeData, named, OURS, organization, PASSWORD, raw, role } from './accounts.mjs';
import { start } from './server.mjs';

const PATH = '/styr/Experience/$report-anonymous';
const ADDRESS = '203.0.113.77', CONTROL = '203.0.113.78';
const FRONT = { Host: 'journal.example', Origin: 'https://journal.example' };
const ref = (reference) => ({ reference });
const parameters = (o) => ({ resourceType: 'Parameters', parameter: Object.entries(o).map(([name, v]) => ({ name, ...v })) });
const form = (statement, more = {}) => parameters({ question: { valueCode: 'chafes' }, statement: { valueString: statement }, screen: { valueString: 'patient/lakemedel' }, unit: { valueReference: ref('Organization/med') }, role: { valueCode: 'nurse' }, ...more });
const code = (r) => r.json?.issue?.[0]?.details?.coding?.[0]?.code;
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

// Six nurses of the medical clinic, two physicians, and a small ward with one of its own.
const nurses = ['cia', 'dan', 'eva', 'fia', 'gun', 'hal'];
const people = [
  organization('ward', 'Avdelning 1', 'med'),
  ...nurses.flatMap((id) => [named('Practitioner', id, id, 'Prov'), role(`${id}-med`, id, 'med', { code: 'nurse', title: 'Sjuksköterska' })]),
  named('Practitioner', 'ida', 'Ida', 'Ensam'),
  role('ida-ward', 'ida', 'ward', { code: 'nurse', title: 'Sjuksköterska' }),
];

let data, server, cookie;
const front = () => closed(data, ['--front', 'https://journal.example']);
const send = (body, headers = {}, path = PATH, method = 'POST') => raw(server, method, path, { headers: { ...OURS, ...FRONT, 'X-Forwarded-For': ADDRESS, Cookie: cookie, 'User-Agent': 'spår-i-webbläsaren', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
const get = (path, headers = {}) => raw(server, 'GET', path, { headers: { ...FRONT, Cookie: cookie, 'X-Forwarded-For': CONTROL, ...headers } });

/** Every file under the data folder: its hash, size and time. */
function files(dir = data, prefix = '') {
  const all = {};
  for (const f of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, f.name);
    if (f.isDirectory()) Object.assign(all, files(path, `${prefix}${f.name}/`));
    else if (!f.name.endsWith('-shm')) all[prefix + f.name] = `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${statSync(path).size} ${statSync(path).mtimeMs}`;
  }
  return all;
}
/** Until nothing is written any more: the log's index follows the log. */
async function settled() {
  for (let last = '', i = 0; i < 60; i++) {
    const now = JSON.stringify(files());
    if (now === last) return files();
    last = now;
    await sleep(400);
  }
  throw new Error('the data folder does not come to rest');
}
const changed = (a, b) => Object.keys({ ...a, ...b }).filter((f) => a[f] !== b[f]);

before(async () => {
  data = await makeData(people);
  server = await front();
  const r = await raw(server, 'POST', '/auth/login', { headers: { ...OURS, ...FRONT, 'X-Forwarded-For': CONTROL }, body: JSON.stringify({ name: 'anna', password: PASSWORD, assignment: 'PractitionerRole/anna-med' }) });
  assert.equal(r.status, 200, r.text);
  cookie = cookieOf(r);
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

describe('without a trace', () => {
  test('nothing but the box changes, and the box says nothing but what was said', async () => {
    const calm = await settled();
    const log = server.log();
    const r = await send(form('Läkemedelslistan är svår att läsa'));
    assert.equal(r.status, 202, r.text);
    assert.equal(r.headers.location, undefined);
    assert.ok(!/[0-9a-f]{8}-/.test(r.text), 'no id comes back');
    const refused = await send(form('Patienten 19121212-1212 fick fel lista'));
    assert.deepEqual([refused.status, code(refused)], [422, 'GOV_ANONYMOUS_NUMBER'], refused.text);
    assert.equal((await send('{', {})).status, 400);
    assert.equal((await send(form('x'), { 'Helhet-Request': '' })).status, 403);
    assert.equal((await send('x'.repeat(20000))).status, 413);
    await sleep(1500);
    assert.deepEqual(changed(calm, await settled()), ['experiences.box']);
    assert.equal(server.log(), log, 'not a line in the log');
    assert.equal(statSync(join(data, 'experiences.box')).mtimeMs, 0);
    const box = readFileSync(join(data, 'experiences.box')).toString('latin1');
    const kept = /\{"id":"[0-9a-f-]{36}"[^\0]*\}/.exec(box)[0];
    assert.deepEqual(Object.keys(JSON.parse(Buffer.from(kept, 'latin1').toString())), ['id', 'question', 'statement', 'screen', 'unit', 'role']);
    const session = cookie.split('=')[1];
    for (const trace of [ADDRESS, 'anna', session, 'spår-i', Buffer.from('spår-i').toString('latin1'), '19121212', '20' + new Date().toISOString().slice(2, 10)]) assert.ok(!box.includes(trace), trace);
    // The same ways of looking find an ordinary request.
    const seen = await get('/styr/Experience');
    assert.equal(seen.status, 200, seen.text);
    const after = await settled();
    assert.ok(changed(calm, after).some((f) => f.startsWith('audit/')));
    const all = readdirSync(join(data, 'audit')).map((f) => readFileSync(join(data, 'audit', f), 'utf8')).join('');
    assert.ok(all.includes(CONTROL) && all.includes('Practitioner/anna'));
    assert.ok(!all.includes(ADDRESS) && !all.includes('report-anonymous') && !/Experience.*POST|POST.*Experience/.test(all));
    assert.notEqual(server.log(), log);
    assert.ok(!(await get('/metrics', { 'X-Forwarded-For': '127.0.0.1' })).text.includes('report-anonymous'));
  });
  test('what waits survives kill -9, is written once, many at a time, in no order', async () => {
    const said = [...Array(7).keys()].map((i) => `Ordning ${i}`);
    for (const s of said) assert.equal((await send(form(s))).status, 202);
    assert.equal((await send(form('Ensam på avdelningen', { unit: { valueReference: ref('Organization/ward') } }))).status, 202);
    assert.equal((await send(form('Läkare', { role: { valueCode: 'physician' } }))).status, 202);
    assert.equal((await send(form('Okänd enhet', { unit: { valueReference: ref('Organization/none') } }))).status, 202);
    await server.kill();
    server = await start(data, ['--experiences-every', '1', '--audit']);
    let all = [];
    for (let i = 0; i < 60 && all.length < 11; i++) {
      await sleep(300);
      all = ((await (await fetch(`${server.origin}/styr/Experience?_count=100`)).json()).entry ?? []).map((e) => e.resource);
    }
    assert.equal(all.length, 11);
    await sleep(2200); // nothing is written twice
    all = (await (await fetch(`${server.origin}/styr/Experience?_count=100`)).json()).entry.map((e) => e.resource);
    assert.equal(all.length, 11);
    assert.equal(new Set(all.map((e) => e.meta.lastUpdated)).size, 1, 'one commit');
    for (const e of all) {
      assert.deepEqual(Object.keys(e.meta).sort(), ['lastUpdated', 'versionId']);
      assert.ok(e.anonymous && e.author === undefined && e.cellSize >= 5 && /^\d{4}-\d{2}$/.test(e.receivedOn), JSON.stringify(e));
    }
    const of = (statement) => all.find((e) => e.statement === statement);
    assert.deepEqual([of('Ordning 3').unit.reference, of('Ordning 3').role, of('Ordning 3').cellSize], ['Organization/med', 'nurse', 7]);
    assert.deepEqual([of('Ensam på avdelningen').unit.reference, of('Ensam på avdelningen').role], ['Organization/med', undefined], 'the ward is too small');
    assert.deepEqual([of('Läkare').unit.reference, of('Läkare').role], ['Organization/med', undefined], 'too few physicians');
    assert.deepEqual([of('Okänd enhet').unit, of('Okänd enhet').role], [undefined, undefined]);
    // Neither ids nor the order in the history follow the order they came in (one chance in 5040 each).
    const history = (await (await fetch(`${server.origin}/styr/Experience/_history?_count=100`)).json()).entry.map((e) => e.resource.statement).filter((s) => s.startsWith('Ordning'));
    assert.notDeepEqual(history, said);
    assert.notDeepEqual([...history].reverse(), said);
    const text = JSON.stringify(all);
    for (const trace of ['anna', ADDRESS, 'PractitionerRole', 'Practitioner/']) assert.ok(!text.includes(trace), trace);
    assert.equal(readFileSync(join(data, 'experiences.box')).every((b) => b === 0), true, 'the box is empty');
    const log = readdirSync(join(data, 'audit')).map((f) => readFileSync(join(data, 'audit', f), 'utf8')).join('');
    assert.ok(!log.includes(ADDRESS));
    await server.stop({ keep: true });
    server = await front();
  });
});

describe('the form', () => {
  test('is strict, and says what is wrong', async () => {
    const wrong = [
      [form('x', { screen: { valueString: 'patient/p-1' } }), 400], [form('x', { question: { valueCode: 'other' } }), 400], [form(''), 400], [form('y'.repeat(4001)), 400],
      [form('x', { ip: { valueString: '1' } }), 400], [form('x', { unit: { valueReference: ref('Patient/p') } }), 400], [{ resourceType: 'Experience' }, 400], [form('x', { question: { valueString: 'works' } }), 400],
    ];
    for (const [body, status] of wrong) { const r = await send(body); assert.equal(r.status, status, `${JSON.stringify(body).slice(0, 200)}: ${r.text}`); assert.ok(r.json.issue[0].details.text); }
    for (const number of ['191212121212', '19121212-1212', '121212+1212', '121212-1212', 'om 19121212 1212.', '191212121212x', '19 12 12 12-12 12', '19121212–1212', '121212-1213', '20000101T220']) {
      const r = await send(form(`Gäller ${number} i går`));
      assert.deepEqual([code(r), r.status], ['GOV_ANONYMOUS_NUMBER', 422], number);
    }
    for (const fine of ['Det tog 45 minuter 2026-11-22', 'Rum 1212, plan 12', 'version 1.2.3 av 2025-01-01', 'ring 031-123 45 67']) assert.equal((await send(form(fine))).status, 202, fine);
  });
  test('every screen of the browser part has a name here', async () => {
    const route = readFileSync('web/src/app/route.ts', 'utf8'), places = readFileSync('web/src/styr/places.ts', 'utf8');
    const list = (text, name) => [...new RegExp(`const ${name} = \\[([^\\]]*)\\]`).exec(text)[1].matchAll(/"([a-z-]+)"/g)].map((m) => m[1]);
    const singles = [...(/const SINGLE = \{([^}]*)\}/.exec(places)?.[1] ?? '').matchAll(/([a-z]+):/g)].map((m) => m[1]);
    const screens = ['sok', 'okand-adress', ...[...list(route, 'SECTIONS'), 'atkomst'].map((s) => `patient/${s}`), ...list(route, 'ADMIN_TABS').map((t) => `administration/${t}`), ...list(route, 'PAGES').filter((p) => p !== 'styrning'), ...[...list(places, 'TABS'), ...singles].map((p) => `styrning/${p}`)];
    assert.ok(screens.length > 40);
    for (const screen of screens) { const r = await send(form('x', { screen: { valueString: screen } })); assert.ok([202, 429].includes(r.status), `${screen}: ${r.text}`); }
  });
  test('a named report is an ordinary one', async () => {
    const r = await send({ resourceType: 'Experience', status: 'received', question: 'works', statement: 'Snabbt', anonymous: false, author: ref('PractitionerRole/anna-med') }, { 'Content-Type': 'application/fhir+json' }, '/styr/Experience');
    assert.equal(r.status, 201, r.text);
    const sneaky = await send({ resourceType: 'Experience', status: 'received', question: 'works', statement: 'Snabbt', anonymous: true, cellSize: 9 }, { 'Content-Type': 'application/fhir+json' }, '/styr/Experience');
    assert.equal(code(sneaky), 'GOV_ANONYMOUS', sneaky.text);
    const inside = await send({ resourceType: 'Bundle', type: 'batch', entry: [{ resource: form('I en bunt'), request: { method: 'POST', url: 'Experience/$report-anonymous' } }] }, { 'Content-Type': 'application/fhir+json' }, '/styr');
    assert.ok(/"status":"4\d\d/.test(inside.text), 'a Bundle is not the way');
    const metadata = await get('/styr/metadata');
    assert.ok(JSON.stringify(metadata.json.rest[0].resource.find((r) => r.type === 'Experience').operation).includes('report-anonymous'));
  });
});

describe('with too few to hide among', () => {
  test('nothing is taken', async () => {
    const small = await start();
    try {
      const r = await fetch(`${small.origin}${PATH}`, { method: 'POST', headers: OURS, body: JSON.stringify(form('x')) });
      assert.equal(r.status, 409);
      assert.match(await r.text(), /GOV_ANONYMOUS_FEW/);
    } finally {
      await small.stop();
    }
  });
});

describe('themes', () => {
  test('by people; small cells and what would tell them are not told; machines apart, with kappa', async () => {
    const open = await start();
    try {
      const put = async (path, body) => { const r = await fetch(`${open.origin}${path}`, { method: 'PUT', headers: { 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(body) }); assert.ok(r.ok, `${path}: ${await r.text()}`); };
      for (const id of ['u', 'v', 'w']) await put(`/fhir/Organization/${id}`, { resourceType: 'Organization', id, name: id.toUpperCase() });
      await put('/fhir/PractitionerRole/p', { resourceType: 'PractitionerRole', id: 'p' });
      await put('/fhir/Device/m', { resourceType: 'Device', id: 'm' });
      let n = 0;
      const said = (unit, human, machine = []) => put(`/styr/Experience/e${n}`, { resourceType: 'Experience', id: `e${n}`, status: human.length ? 'themed' : 'received', question: 'chafes', statement: `Sagt ${n++}`, anonymous: false, unit: ref(`Organization/${unit}`), coding: [...human.map((theme) => ({ theme, coder: ref('PractitionerRole/p'), coderKind: 'human' })), ...machine.map((theme) => ({ theme, coder: ref('Device/m'), coderKind: 'machine' }))] });
      for (let i = 0; i < 6; i++) await said('u', ['utbildning'], ['utbildning']);
      for (let i = 0; i < 5; i++) await said('v', ['utbildning'], i < 3 ? ['utbildning'] : ['tid']);
      for (let i = 0; i < 2; i++) await said('w', ['utbildning']);
      for (let i = 0; i < 7; i++) await said('u', [], ['tid']);
      const value = (p) => Object.entries(p ?? {}).find(([k]) => k.startsWith('value'))?.[1];
      const get1 = (p, name) => value(p.part.find((x) => x.name === name));
      const told = async () => (await (await fetch(`${open.origin}/styr/Experience/$themes`)).json()).parameter;
      let rows = (await told()).filter((p) => p.name === 'theme');
      let row = rows.find((p) => get1(p, 'theme') === 'utbildning');
      const units = (r) => Object.fromEntries(r.part.filter((p) => p.name === 'unit').map((p) => [get1(p, 'unit').reference, get1(p, 'count') ?? (get1(p, 'suppressed') ? 'dold' : '?')]));
      assert.deepEqual(units(row), { 'Organization/u': 6, 'Organization/v': 5, 'Organization/w': 'dold' });
      assert.deepEqual([get1(row, 'count'), get1(row, 'suppressed'), get1(row, 'machine')], [undefined, true, 9], 'the total would tell the small cell');
      assert.equal(row.part.filter((p) => p.name === 'quote').length, 0);
      const tid = rows.find((p) => get1(p, 'theme') === 'tid');
      assert.deepEqual([get1(tid, 'suppressed'), get1(tid, 'machine'), units(tid)], [true, 9, {}]);
      // 11 coded by both, two themes: human utbildning 11, machine utbildning 9 and tid 2; agreement 18/22.
      const kappa = (await told()).find((p) => p.name === 'kappa');
      const [ph, pm, po] = [11 / 22, 11 / 22, 18 / 22];
      const pe = ph * pm + (1 - ph) * (1 - pm);
      assert.deepEqual([get1(kappa, 'count'), get1(kappa, 'kappa')], [11, Number(((po - pe) / (1 - pe)).toFixed(3))]);
      for (let i = 0; i < 3; i++) await said('w', ['utbildning']);
      rows = (await told()).filter((p) => p.name === 'theme');
      row = rows.find((p) => get1(p, 'theme') === 'utbildning');
      assert.deepEqual([get1(row, 'count'), units(row)], [16, { 'Organization/u': 6, 'Organization/v': 5, 'Organization/w': 5 }]);
      assert.equal(row.part.filter((p) => p.name === 'quote').length, 3);
    } finally {
      await open.stop();
    }
  });
});
