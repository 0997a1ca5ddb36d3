// SPDX-License-Identifier: Apache-2.0
// Notes: 10,000 Swedish texts through the writer and reader of the browser part and every way through the server, with
// not one character changed; and what a signature is.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before, test } from 'node:test';
import { COMPILED, compile } from '../browser/compile.mjs';
import { notes } from '../notes.mjs';
import { closed, forget, login, makeData } from './accounts.mjs';
import { exportAll } from './bulk.mjs';
import { ask, bundle, entry, start } from './server.mjs';

const COUNT = 10_000;
const BATCH = 500;
/** What systems have lost: negations alone, control characters, halves of characters, spaces and blank lines. */
const ENDS = ['', ' ingen', '\n\n\n\n\n\n', '\t\t', '   ', '\u000b\u0000\u001f', '\ufffe\uffff', '\ud800', '\udc00 slut', '\r', '<br/>', '&#13;', ' 0,50 mg', '\ningen'];

let writeText;
let readText;
before(async () => {
  compile();
  ({ writeText, readText } = await import(pathToFileURL(join(COMPILED, 'note/text.js')).href));
});

const note = (text, i) => ({
  resourceType: 'Composition',
  id: `n-${i}`,
  status: 'preliminary',
  type: { text: 'Dagsnotat' },
  subject: { reference: 'Patient/p' },
  date: '2026-11-22T08:00:00+01:00',
  author: [{ display: 'Prov' }],
  title: 'Dagsnotat',
  section: [{ title: 'Aktuellt', text: { status: 'additional', div: writeText(text) } }],
});

/** The texts of an answer by id, out of FHIR JSON. */
const inJson = (resources) => resources.map((r) => [r.id, readText(r.section[0].text.div)]);
/** The same out of FHIR XML, where the narrative stands as markup. */
const inXml = (xml) => [...xml.matchAll(/<Composition[^>]*><id value="([^"]+)"\/>.*?(<div[^>]*>.*?<\/div>)<\/text>/gs)].map((m) => [m[1], readText(m[2])]);

test('10,000 notes: JSON, XML, history and $export change no character', { timeout: 900_000 }, async () => {
  const server = await start();
  const texts = notes(COUNT).map((text, i) => text + ENDS[i % ENDS.length]);
  const wanted = new Map(texts.map((text, i) => [`n-${i}`, text]));
  let compared = 0;
  const same = (pairs, where) => {
    for (const [id, text] of pairs) assert.equal(text, wanted.get(id), `${where} ${id}`);
    compared += pairs.length;
    return pairs.length;
  };
  const sent = async (method, path, body, type) => {
    const r = await ask(server, method, path, { body, type });
    assert.equal(r.status, 200, r.text.slice(0, 500));
    return r;
  };
  await ask(server, 'PUT', '/Patient/p', { body: { resourceType: 'Patient', id: 'p' } });
  for (let from = 0; from < COUNT; from += BATCH) {
    const some = texts.slice(from, from + BATCH).map((text, k) => note(text, from + k));
    await sent('POST', '', bundle('transaction', ...some.map((c) => entry('PUT', `Composition/${c.id}`, c))));
  }
  const pages = async (path, type, each) => {
    for (let next = path; next; ) {
      const r = await ask(server, 'GET', next, { headers: { Accept: type } });
      assert.equal(r.status, 200, r.text.slice(0, 300));
      next = each(r);
    }
  };
  const linkIn = (xml) => /<relation value="next"\/><url value="([^"]+)"/.exec(xml)?.[1].replaceAll('&amp;', '&');
  let seen = 0;
  await pages(`/Composition?_count=${BATCH}`, 'application/fhir+json', (r) => {
    seen += same(inJson(r.json.entry.map((e) => e.resource)), 'JSON');
    return r.json.link.find((l) => l.relation === 'next')?.url;
  });
  assert.equal(seen, COUNT);
  // What was read as XML is written back as XML, and is the same when it is read as JSON.
  const xmls = [];
  await pages(`/Composition?_count=${BATCH}`, 'application/fhir+xml', (r) => {
    seen += same(inXml(r.text), 'XML');
    xmls.push(...[...r.text.matchAll(/<resource>(<Composition.*?<\/Composition>)<\/resource>/gs)].map((m) => m[1]));
    return linkIn(r.text);
  });
  assert.equal(seen, 2 * COUNT);
  const put = (xml) => `<entry><resource>${xml.replace(/<meta>.*?<\/meta>/s, '')}</resource><request><method value="PUT"/><url value="Composition/${/<id value="([^"]+)"/.exec(xml)[1]}"/></request></entry>`;
  for (let from = 0; from < COUNT; from += BATCH)
    await sent('POST', '', `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/>${xmls.slice(from, from + BATCH).map(put).join('')}</Bundle>`, 'application/fhir+xml');
  let versions = 0;
  await pages(`/Composition/_history?_count=${BATCH}`, 'application/fhir+json', (r) => {
    versions += same(inJson(r.json.entry.map((e) => e.resource)), '_history');
    return r.json.link.find((l) => l.relation === 'next')?.url;
  });
  assert.ok(versions >= COUNT, `${versions} versions`);
  const { all } = await exportAll(server, '/$export?_type=Composition');
  assert.equal(same(inJson([...all.values()].map((line) => JSON.parse(line))), '$export'), COUNT);
  console.log(`notes: ${COUNT} texts, ${compared} comparisons, 0 changed characters`);
  await server.stop();
});

const ANNA = 'PractitionerRole/anna-med';
const BO = 'PractitionerRole/bo-med';
const NOW = new Date().toISOString();

test('a signature is one\'s own, a countersignature changes no text, a correction says what it corrects', async () => {
  const data = await makeData([{ resourceType: 'Encounter', id: 'e', status: 'in-progress', class: { code: 'IMP' }, subject: { reference: 'Patient/pat' }, period: { start: NOW }, serviceProvider: { reference: 'Organization/med' } }]);
  const server = await closed(data);
  const anna = { ...(await login(server, 'anna', { assignment: ANNA })), 'Helhet-Request': '1' };
  const bo = { ...(await login(server, 'bo', { assignment: BO })), 'Helhet-Request': '1' };
  const { id: _id, ...plain } = note('Ingen feber.', 0);
  const fresh = { ...plain, subject: { reference: 'Patient/pat' }, author: [{ reference: BO }] };
  const by = (who, mode = 'legal') => ({ mode, time: NOW, party: { reference: who } });
  const put = (c, headers) => ask(server, 'PUT', `/Composition/${c.id}`, { body: c, headers });
  const corrects = (c) => c.meta.extension.find((e) => e.url.endsWith('/corrects'))?.extension[0].valueReference.reference;

  // In another's name: refused, whether created or changed.
  assert.equal((await ask(server, 'POST', '/Composition', { body: { ...fresh, status: 'final', attester: [by(ANNA)] }, headers: bo })).status, 403);
  const made = await ask(server, 'POST', '/Composition', { body: { ...fresh, attester: [{ mode: 'legal', party: { reference: BO } }, { mode: 'professional', party: { reference: ANNA } }] }, headers: bo });
  assert.equal(made.status, 201, made.text);
  assert.equal((await put({ ...made.json, status: 'final', attester: [by(BO)] }, anna)).status, 403);
  const waiting = async (who, headers) => (await ask(server, 'GET', `/Composition?awaits=${who}&_summary=count`, { headers })).json.total;
  assert.deepEqual([await waiting(BO, bo), await waiting(ANNA, anna)], [1, 1]);

  const signed = await put({ ...made.json, status: 'final', attester: [by(BO), made.json.attester[1]] }, bo);
  assert.equal(signed.status, 200, signed.text);
  assert.deepEqual([await waiting(BO, bo), await waiting(ANNA, anna)], [0, 1]);
  // Signed: nothing else may change under the same status, and no signature may go.
  const section = [{ ...fresh.section[0], text: { status: 'additional', div: writeText('Feber.') } }];
  assert.equal((await put({ ...signed.json, section }, anna)).status, 409);
  assert.equal((await put({ ...signed.json, section, attester: [...signed.json.attester.slice(0, 1), by(ANNA, 'professional')] }, anna)).status, 409);
  assert.equal((await put({ ...signed.json, attester: [by(ANNA, 'professional')] }, anna)).status, 409);
  const counter = await put({ ...signed.json, attester: [signed.json.attester[0], by(ANNA, 'professional')] }, anna);
  assert.equal(counter.status, 200, counter.text);
  assert.deepEqual([counter.json.status, corrects(counter.json), await waiting(ANNA, anna)], ['final', undefined, 0]);

  const amended = await put({ ...counter.json, status: 'amended', section, attester: [...counter.json.attester, by(ANNA)] }, anna);
  assert.equal(amended.status, 200, amended.text);
  assert.equal(corrects(amended.json), `Composition/${made.json.id}/_history/3`);
  // Countersigned after that: still the correction of the same version.
  const again = await put({ ...amended.json, attester: [...amended.json.attester, by(BO, 'professional')] }, bo);
  assert.equal(again.status, 200, again.text);
  assert.equal(corrects(again.json), `Composition/${made.json.id}/_history/3`);
  assert.deepEqual(again.json.meta.extension.filter((e) => e.url.endsWith('/corrects')).length, 1);
  const history = (await ask(server, 'GET', `/Composition/${made.json.id}/_history`, { headers: anna })).json.entry.map((e) => readText(e.resource.section[0].text.div));
  assert.deepEqual(history, ['Feber.', 'Feber.', 'Ingen feber.', 'Ingen feber.', 'Ingen feber.']);
  await server.stop({ keep: true });
  forget(data);
});

test('whoever is said to have signed a document or sent a message is the caller', async () => {
  const data = await makeData([{ resourceType: 'Encounter', id: 'e', status: 'in-progress', class: { code: 'IMP' }, subject: { reference: 'Patient/pat' }, period: { start: NOW }, serviceProvider: { reference: 'Organization/med' } }]);
  const server = await closed(data);
  const anna = { ...(await login(server, 'anna', { assignment: ANNA })), 'Helhet-Request': '1' };
  const bo = { ...(await login(server, 'bo', { assignment: BO })), 'Helhet-Request': '1' };
  const paper = { resourceType: 'DocumentReference', status: 'current', docStatus: 'preliminary', subject: { reference: 'Patient/pat' }, content: [{ attachment: { contentType: 'text/plain', data: 'SW5nZW4gZmViZXIu' } }] };
  const post = (body, headers) => ask(server, 'POST', `/${body.resourceType}`, { body, headers });
  const put = (body, headers) => ask(server, 'PUT', `/${body.resourceType}/${body.id}`, { body, headers });
  const by = (reference) => ({ authenticator: { reference } });

  assert.equal((await post({ ...paper, docStatus: 'final', ...by(ANNA) }, bo)).status, 403);
  assert.equal((await post({ ...paper, ...by('Practitioner/anna') }, bo)).status, 403);
  const made = await post({ ...paper, ...by(BO) }, bo);
  assert.equal(made.status, 201, made.text);
  // Said to be Bo's, but signed by Anna: no.
  assert.equal((await put({ ...made.json, docStatus: 'final' }, anna)).status, 403);
  assert.equal((await put({ ...made.json, description: 'Ändrad' }, anna)).status, 200);
  const now = (await ask(server, 'GET', `/DocumentReference/${made.json.id}`, { headers: bo })).json;
  const signed = await put({ ...now, docStatus: 'final' }, bo);
  assert.equal(signed.status, 200, signed.text);
  // A correction that leaves who signed as it was is not a signature.
  assert.equal((await put({ ...signed.json, docStatus: 'amended', description: 'Rättad' }, anna)).status, 200);

  const letter = { resourceType: 'Communication', status: 'completed', sender: { reference: ANNA }, payload: [{ contentString: 'Hej' }] };
  assert.equal((await post(letter, bo)).status, 403);
  assert.equal((await post({ ...letter, subject: { reference: 'Patient/pat' }, sender: { reference: 'Patient/pat' } }, bo)).status, 201);
  const sent = await post(letter, anna);
  assert.equal(sent.status, 201, sent.text);
  assert.equal((await put({ ...sent.json, sender: { reference: BO } }, anna)).status, 403);
  await server.stop({ keep: true });
  forget(data);
});
