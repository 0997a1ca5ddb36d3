// SPDX-License-Identifier: Apache-2.0
// Cases under secrecy, and their decisions: for who has the right to them alone, by every way of asking; each version of them;
// until the day it ends. What is secret is words of its own, and no answer to anybody else has any of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { analysis, closed, forget, login, makeData, named, OURS, raw, role } from './accounts.mjs';
import { start } from './server.mjs';

const ANALYSIS = [{ url: 'https://helhet.example/fhir/StructureDefinition/needs-and-risk-analysis', valueReference: { reference: 'Library/styr' } }];
/** officer has the right; manager sees drafts, admin exports, doctor is at work: none of them has it. */
const ROLES = { officer: 'case-officer', manager: 'manager', admin: 'administrator', doctor: 'physician', writer: 'communicator' };
const WITHOUT = ['manager', 'admin', 'doctor', 'writer'];
const day = (shift) => new Date(Date.now() + shift * 86400000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Stockholm' });
const ref = (reference) => ({ reference });
const who = {};
const SECRET = 'zebrafink';
let data, server;

const send = (id, method, path, body, headers = {}) => raw(server, method, path.startsWith('/') ? path : `/styr/${path}`, { headers: { ...OURS, 'Content-Type': 'application/fhir+json', ...who[id], ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const put = async (body) => {
  const r = await send('officer', 'PUT', `${body.resourceType}/${body.id}`, body);
  assert.ok(r.status < 300, r.text);
  return r.json;
};
const a = (id, more = {}) => ({ resourceType: 'DecisionCase', id, status: 'draft', kind: 'gate', title: `Ärende ${SECRET} ${id}`, identifier: [{ system: 'urn:se:diarium', value: id === 'hid' ? 'RS 2025-09999' : 'RS 2025-01111' }], recordStatus: 'upprattad', need: `Behov ${SECRET}`, funding: `Anbud ${SECRET}`, initiative: ref('Initiative/ini'), receivedOn: '2025-02-03', ...more });
const secrecy = (more = {}) => [{ ground: 'OSL 19 kap. 3 §', section: 'funding', ...more }];

before(async () => {
  const ids = Object.keys(ROLES);
  data = await makeData(
    [analysis('styr', [...new Set(Object.values(ROLES))], ['region']), ...ids.flatMap((id) => [named('Practitioner', id, id, 'Prov'), role(`${id}-r`, id, 'region', { code: ROLES[id], title: ROLES[id], extension: ANALYSIS })])],
    ids.map((id) => [id, `Practitioner/${id}`]),
  );
  const open = await start(data);
  for (const body of [{ resourceType: 'ProcessDefinition', id: 'p', status: 'active', name: 'Process', version: '1', phase: [{ number: 0, name: 'Idé' }] }, { resourceType: 'Initiative', id: 'ini', status: 'idea', title: 'Initiativ', phase: 0, process: ref('ProcessDefinition/p'), nominatedOn: '2025-01-01' },
    a('hid'), // its first version is of before the secrecy
    a('ends', { secrecy: secrecy({ until: day(0) }) }), // the last day
    { ...a('past', { secrecy: secrecy({ until: day(-1), ground: 'OSL 21 kap.' }) }), title: 'Släppt', need: 'Släppt', funding: 'Släppt' },
    { ...a('plain'), title: 'Öppet', need: 'Öppet', funding: 'Öppet' },
    { resourceType: 'Decision', id: 'dec', status: 'draft', title: `Beslut ${SECRET}`, kind: 'verkstallighet', outcome: 'pending', case: ref('DecisionCase/hid'), initiative: ref('Initiative/ini'), decider: ref('PractitionerRole/manager-r'), preparedBy: [ref('PractitionerRole/officer-r')], wording: SECRET },
  ]) {
    const r = await fetch(`${open.origin}/styr/${body.resourceType}/${body.id}`, { method: 'PUT', headers: { 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(body) });
    assert.ok(r.status < 300, await r.text());
  }
  await open.stop({ keep: true });
  server = await closed(data);
  for (const id of ids) who[id] = await login(server, id, { assignment: `PractitionerRole/${id}-r` });
  await put({ ...(await send('officer', 'GET', 'DecisionCase/hid')).json, secrecy: secrecy() });
});
after(async () => {
  await server?.stop({ keep: true });
  if (data) forget(data);
});

/** What it says but for the question itself, which links repeat. */
const said = (r) => (r.json?.link ? JSON.stringify({ ...r.json, link: undefined }) : r.text.replace(/<link>.*?<\/link>/gs, ''));
const silent = (r, what) => assert.ok(!said(r).includes(SECRET) && !said(r).includes('2025-09999') && !/OSL 19/.test(said(r)), `${what}: ${r.text.slice(0, 600)}`);
const total = (r) => r.json?.total ?? r.json?.entry?.length ?? 0;

describe('a case under secrecy', () => {
  test('who has the right reads it, by every way', async () => {
    for (const path of ['DecisionCase/hid', 'DecisionCase/hid/_history/1', 'Decision/dec', 'DecisionCase/ends', 'DecisionCase/hid/$lint', 'DecisionCase/hid/$as-basic', 'DecisionCase/hid/$package']) {
      const r = await send('officer', 'GET', path);
      assert.equal(r.status, 200, `${path}: ${r.text}`);
    }
    assert.equal(total((await send('officer', 'GET', 'DecisionCase?_total=accurate'))), 4);
  });

  test('for everybody else it is as if it were not there', async () => {
    const paths = (id, type = 'DecisionCase') => [`${type}/${id}`, `${type}/${id}/_history`, `${type}/${id}/_history/1`, `${type}/${id}/_history/2`, `${type}/${id}/$as-basic`, `${type}/${id}/$lint`, `${type}/${id}/$package`, `${type}/${id}/$pdf`, `${type}/${id}/$meta`, `${type}/${id}/$diff`, `${type}/${id}/$validate`, `${type}/${id}?_elements=title`, `${type}/${id}/$graphql?query={title}`];
    for (const id of WITHOUT)
      for (const [name, none, type] of [['hid', 'no-such', 'DecisionCase'], ['ends', 'no-such', 'DecisionCase'], ['dec', 'no-such', 'Decision']]) {
        const nothing = paths(none, type);
        for (const [i, path] of paths(name, type).entries()) {
          const [there, missing] = [await send(id, 'GET', path), await send(id, 'GET', nothing[i])];
          silent(there, `${id} ${path}`);
          assert.equal(there.status, missing.status, `${id} ${path}: ${there.text}`);
        }
        const etag = await send(id, 'GET', `${type}/${name}`, undefined, { 'If-None-Match': 'W/"2"' });
        assert.equal(etag.status, 404, `${id} ${name}`);
      }
  });

  test('it is found, counted, sorted, included and followed by nobody else', async () => {
    const searches = [
      'DecisionCase', 'DecisionCase?_total=accurate&_summary=count', 'DecisionCase?_id=hid', `DecisionCase?title=${encodeURIComponent(`Ärende ${SECRET}`)}`, `DecisionCase?title:contains=${SECRET}`, 'DecisionCase?identifier=urn:se:diarium|RS%202025-09999', 'DecisionCase?_sort=title', 'DecisionCase?received=2025-02-03',
      'DecisionCase?_filter=status%20eq%20draft', 'DecisionCase?initiative=Initiative/ini', 'DecisionCase?status:not=decided', 'DecisionCase?record-status=upprattad',
      'Initiative?_id=ini&_revinclude=DecisionCase:initiative&_revinclude=Decision:initiative', 'Decision?_include=Decision:case', `Decision?case.title:contains=${SECRET}`, 'Decision?case=DecisionCase/hid', 'Initiative?_has:DecisionCase:initiative:identifier=RS%202025-09999', 'Initiative?_has:Decision:initiative:status=draft',
      `DecisionCase?_content=${SECRET}`, `DecisionCase?_text=${SECRET}`, `Decision?_content=${SECRET}`, `?_content=${SECRET}`, '?_type=DecisionCase,Decision&_lastUpdated=gt2020-01-01', 'DecisionCase/_history', 'Decision/_history', '_history', '$meta', 'DecisionCase/$meta', 'Initiative/$board', 'DecisionCase?_elements=funding', 'DecisionCase?_format=xml',
    ];
    for (const id of WITHOUT)
      for (const path of searches) silent(await send(id, 'GET', path.startsWith('?') ? `/styr${path}` : path), `${id} ${path}`);
    for (const id of WITHOUT) {
      assert.equal(total(await send(id, 'GET', 'DecisionCase?_total=accurate')), 2, `${id} counts what is open`);
      assert.equal(total(await send(id, 'GET', 'Initiative?_has:DecisionCase:initiative:identifier=RS%202025-09999')), 0, id);
      assert.equal(total(await send(id, 'GET', `Decision?case.title:contains=${SECRET}`)), 0, id);
      const graph = await send(id, 'GET', `/styr/$graphql?query=${encodeURIComponent('{DecisionCaseList{id title funding}}')}`);
      silent(graph, `${id} graphql`);
      const batch = await send(id, 'POST', '/styr', { resourceType: 'Bundle', type: 'batch', entry: ['DecisionCase/hid', 'DecisionCase/hid/_history/1', 'DecisionCase', 'Decision/dec'].map((url) => ({ request: { method: 'GET', url } })) });
      assert.equal(batch.status, 200, batch.text);
      silent(batch, `${id} batch`);
    }
  });

  test('nor is it written over, or told of by what is refused', async () => {
    const plain = (id) => ({ ...a(id), title: 'Annat', need: 'Annat', funding: 'Annat', identifier: [{ system: 'urn:se:diarium', value: 'RS 2025-00001' }] });
    for (const id of WITHOUT) {
      const tries = [['PUT', 'DecisionCase/hid', plain('hid')], ['DELETE', 'DecisionCase/hid'], ['PUT', 'DecisionCase?identifier=RS%202025-09999', plain('hid')]];
      for (const [method, path, body] of tries) {
        const r = await send(id, method, path, body);
        assert.ok(r.status >= 400, `${id} ${method} ${path}: ${r.status}`);
        silent(r, `${id} ${method} ${path}`);
      }
      const patch = await send(id, 'PATCH', 'DecisionCase/hid', [{ op: 'test', path: '/funding', value: `Anbud ${SECRET}` }], { 'Content-Type': 'application/json-patch+json' });
      assert.ok([403, 404].includes(patch.status), patch.text);
    }
    assert.match((await send('officer', 'GET', 'DecisionCase/hid')).text, new RegExp(SECRET));
  });

  test('nor exported', async () => {
    const begun = await send('admin', 'GET', '/styr/$export?_type=DecisionCase,Decision', undefined, { Prefer: 'respond-async' });
    assert.equal(begun.status, 202, begun.text);
    const path = new URL(begun.headers['content-location']).pathname;
    let status;
    for (let i = 0; i < 100; i++) {
      status = await send('admin', 'GET', path);
      if (status.status !== 202) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(status.status, 200, status.text);
    let lines = 0;
    for (const file of status.json.output) {
      const r = await send('admin', 'GET', new URL(file.url).pathname);
      silent(r, file.url);
      lines += r.text.split('\n').filter((line) => line.includes('"DecisionCase"')).length;
    }
    assert.equal(lines, 2, 'what is open is there');
  });

  test('a report that many read counts it, and does not name it', async () => {
    const definition = { resourceType: 'ReportDefinition', id: 'cases', status: 'active', name: 'Ärenden', title: 'Ärenden', kind: 'weekly', section: [{ code: 'cases', title: 'Ärenden', kind: 'query', query: 'DecisionCase' }, { code: 'decisions', title: 'Beslut', kind: 'query', query: 'Decision' }] };
    const { id: _, ...own_definition } = definition;
    const made = await send('writer', 'POST', 'ReportDefinition', own_definition);
    assert.ok(made.status < 300, made.text);
    const begun = await send('writer', 'POST', `Report/$begin?definition=${made.json.id}`);
    assert.equal(begun.status, 201, begun.text);
    const mine = await send('writer', 'POST', `Report/${begun.json.id}/$refresh`, undefined);
    assert.equal(mine.status, 200, mine.text);
    silent(mine, 'by who has no right');
    const own = await send('officer', 'POST', `Report/${begun.json.id}/$refresh`, undefined);
    if (own.status === 200) {
      silent(own, 'by who has it');
      assert.match(own.text, /\[Sekretess\]/);
    } else assert.equal(own.status, 403, own.text);
    const open = await start(undefined);
    await fetch(`${open.origin}/styr/DecisionCase/hid`, { method: 'PUT', headers: { 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(a('hid', { secrecy: secrecy() })) });
    await fetch(`${open.origin}/styr/ReportDefinition/cases`, { method: 'PUT', headers: { 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(definition) });
    const report = await (await fetch(`${open.origin}/styr/Report/$begin?definition=cases`, { method: 'POST' })).json();
    const text = await (await fetch(`${open.origin}/styr/Report/${report.id}/$refresh`, { method: 'POST' })).text();
    assert.ok(!text.includes(SECRET) && text.includes('[Sekretess]') && text.includes('"count":1'), text);
    await open.stop();
  });

  test('when it has ended, the case is open; and what is lifted is, with its past still as it was', async () => {
    for (const id of WITHOUT) assert.equal((await send(id, 'GET', 'DecisionCase/past')).status, 200, id);
    const held = (await send('officer', 'GET', 'DecisionCase/hid')).json;
    const { secrecy: gone, ...rest } = held;
    await put({ ...rest, funding: 'Utlämnat' });
    for (const id of WITHOUT) {
      assert.equal((await send(id, 'GET', 'DecisionCase/hid')).status, 200, id);
      assert.equal((await send(id, 'GET', 'DecisionCase/hid/_history/2')).status, 404, 'the version that was secret is');
    }
  });
});
