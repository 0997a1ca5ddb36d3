// SPDX-License-Identifier: Apache-2.0
// The reserve copy: what stands on a unit's page, what does not, and that it lives on without the service.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { makeData, named } from '../http/accounts.mjs';
import { ask, start } from '../http/server.mjs';

const EXT = 'https://helhet.example/fhir/StructureDefinition/';
const made = (unit) => ({ meta: { extension: [{ url: `${EXT}care-unit`, valueReference: { reference: `Organization/${unit}` } }, { url: `${EXT}care-provider`, valueReference: { reference: 'Organization/region' } }] } });
const of = (id) => ({ reference: `Patient/${id}` });
const ago = (hours) => new Date(Date.now() - hours * 3600e3).toISOString();
const NASTY = 'Sår <b>djupt</b> & "öppet", ingen blödning';

const stay = (id, patient, unit, more = {}) => ({ resourceType: 'Encounter', id, ...made(unit), status: 'in-progress', class: { code: 'IMP' }, subject: of(patient), period: { start: ago(30) }, serviceProvider: { reference: `Organization/${unit}`, display: unit === 'med' ? 'Medicinkliniken' : 'Kirurgkliniken' }, location: [{ location: { display: 'Avd 3, säng 12' } }], ...more });
const lab = (id, patient, unit, text, hours, value, more = {}) => ({ resourceType: 'Observation', id, ...made(unit), status: 'final', category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }], code: { text }, subject: of(patient), effectiveDateTime: ago(hours), ...value, ...more });
const order = (id, patient, unit, text, more = {}) => ({ resourceType: 'MedicationRequest', id, ...made(unit), status: 'active', intent: 'order', medicationCodeableConcept: { text }, subject: of(patient), authoredOn: ago(20), requester: { display: 'Anna Prov' }, ...more });

const world = [
  named('Patient', 'ena', 'Ena', 'Prov', { identifier: [{ system: 'urn:oid:1.2.752.129.2.1.3.1', value: '191212121212' }] }),
  named('Patient', 'tva', 'Tva', 'Prov', { identifier: [{ system: 'urn:oid:1.2.752.129.2.1.3.1', value: '201212121212' }] }),
  named('Patient', 'gone', 'Gunn', 'Hemgangen'),
  stay('e1', 'ena', 'med'),
  stay('e2', 'tva', 'kir'),
  stay('e3', 'gone', 'med', { status: 'finished' }),
  order('o1', 'ena', 'med', 'Waran 2,5 mg tablett', { dosageInstruction: [{ text: '1 tablett klockan 18\n<efter> INR' }] }),
  order('o2', 'ena', 'med', 'Furix 40 mg', { status: 'on-hold', dosageInstruction: [{ doseAndRate: [{ doseQuantity: { value: 0.5, unit: 'tablett' } }], timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }] }),
  order('o3', 'ena', 'med', 'Avslutad medicin', { status: 'completed' }),
  order('o4', 'ena', 'kir', 'Kirurgens läkemedel'),
  { resourceType: 'AllergyIntolerance', id: 'a1', ...made('med'), patient: of('ena'), clinicalStatus: { coding: [{ code: 'active' }] }, criticality: 'high', code: { text: 'Penicillin' }, reaction: [{ manifestation: [{ text: 'Anafylaxi' }] }] },
  { resourceType: 'AllergyIntolerance', id: 'a2', ...made('med'), patient: of('ena'), clinicalStatus: { coding: [{ code: 'active' }] }, verificationStatus: { coding: [{ code: 'refuted' }] }, code: { text: 'Avfärdad allergi' } },
  { resourceType: 'Flag', id: 'f1', ...made('med'), status: 'active', subject: of('ena'), code: { text: NASTY } },
  { resourceType: 'Condition', id: 'c1', ...made('med'), subject: of('ena'), clinicalStatus: { coding: [{ code: 'active' }] }, code: { text: 'Förmaksflimmer' } },
  { resourceType: 'Condition', id: 'c2', ...made('med'), subject: of('ena'), clinicalStatus: { coding: [{ code: 'resolved' }] }, code: { text: 'Läkt fraktur' } },
  lab('l1', 'ena', 'med', 'P-Kalium', 3, { valueQuantity: { value: 5.6, unit: 'mmol/L' } }, { referenceRange: [{ low: { value: 3.5 }, high: { value: 4.6 } }], interpretation: [{ coding: [{ code: 'HH', display: 'Critical high' }] }] }),
  lab('l2', 'ena', 'med', 'P-Gammalt', 80, { valueQuantity: { value: 1, unit: 'mmol/L' } }),
  lab('l3', 'ena', 'med', 'Odling', 5, { valueString: 'ingen växt' }, { status: 'preliminary' }),
  { resourceType: 'CarePlan', id: 'p1', ...made('med'), status: 'active', intent: 'plan', subject: of('ena'), title: 'Vårdplan', activity: [{ detail: { status: 'scheduled', description: 'Vikt varje morgon' } }] },
];

let data, dir, server;
const page = (unit) => readFileSync(join(dir, `${unit}.html`), 'utf8');
const text = (html) => html.replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

async function until(what, seconds = 20) {
  for (let i = 0; i < seconds * 20; i++) {
    if (await what()) return;
    await sleep(50);
  }
  assert.fail(`waited ${seconds} s in vain`);
}

before(async () => {
  data = await makeData(world);
  dir = mkdtempSync(join(tmpdir(), 'helhet-reserve-'));
  writeFileSync(join(dir, 'läs mig.txt'), 'inte vår');
  writeFileSync(join(dir, 'old-unit.html'), 'en enhet som inte har någon kvar');
  server = await start(data, ['--reserve', dir, '--reserve-every', '5'], { login: true });
  await until(() => existsSync(join(dir, 'index.html')));
});
after(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a page tells what its patients are treated with, whole and as recorded', () => {
  const seen = text(page('med'));
  for (const part of ['Prov, Ena', '19121212-1212', 'Avd 3, säng 12', 'Waran 2,5 mg tablett', '1 tablett klockan 18 &lt;efter&gt; INR', 'Furix 40 mg (tillfälligt utsatt)', '0,5 tablett × 2 per 1 d', 'Penicillin (allvarlig), Anafylaxi', 'Sår &lt;b&gt;djupt&lt;/b&gt; &amp; &quot;öppet&quot;, ingen blödning', 'Förmaksflimmer', '5,6 mmol/L', 'kritiskt högt', '3,5–4,6', 'ingen växt (preliminärt)', 'Vårdplan', 'Vikt varje morgon']) assert.ok(seen.includes(part), part);
  for (const part of ['Critical', 'Avslutad medicin', 'Avfärdad allergi', 'Läkt fraktur', 'P-Gammalt', 'Hemgangen']) assert.ok(!seen.includes(part), part);
});

test('what is done meanwhile can be written on the page: by its patients, with nothing but the page', () => {
  const html = page('med');
  assert.match(html, /<form id=rf [^>]*data-unit="med" data-name="Medicinkliniken"/);
  assert.match(html, /<option value="ena">Prov, Ena 19121212-1212<\/option>/);
  assert.ok(html.includes('helhet-reserve-1'));
  assert.ok(!/(src|href)="?(https?:)?\/\//.test(html) && !/<(link|img|iframe)/.test(html), 'nothing of it lies elsewhere');
  assert.ok(!/localStorage|indexedDB/.test(html), 'nothing is kept in the browser');
});

test('what the unit may not see is not there, and that it is left out is said where it is', () => {
  const med = text(page('med')), kir = text(page('kir'));
  assert.ok(!med.includes('Kirurgens') && !med.includes('Tva') && !kir.includes('Ena') && !kir.includes('Waran'));
  assert.match(med, /Läkemedel, ordinerade .*Det finns fler uppgifter som inte visas här.* Läkemedel enligt/);
  assert.match(med, /Läkemedel enligt andra uppgifter Inga sådana uppgifter/);
  assert.match(kir, /Överkänslighet Ingen uppgift om överkänslighet finns: fråga/);
});

test('the index leads to the pages, files are the owner’s, others’ files stay and old pages go', () => {
  const index = readFileSync(join(dir, 'index.html'), 'utf8');
  assert.match(index, /href="med\.html">Medicinkliniken<\/a>: 1 patient/);
  assert.match(index, /href="kir\.html">Kirurgkliniken<\/a>: 1 patient/);
  assert.deepEqual(readdirSync(dir).sort(), ['index.html', 'kir.html', 'läs mig.txt', 'med.html']);
  assert.equal(statSync(join(dir, 'med.html')).mode & 0o007, 0);
});

test('each writing is in the log, with the patients and whose eyes it was', async () => {
  const show = () => execFileSync(process.env.HELHET_BIN ?? 'build/helhet', ['audit', 'show', '--data', data, '--patient', 'ena', '--json'], { encoding: 'utf8' });
  const copies = () => show().split('\n').filter((line) => line.includes('downtime-copy') && line.includes('Organization/med'));
  await until(() => copies().length > 0); // the index follows a moment behind
  const [one] = copies();
  assert.match(one, /"assignment":"PractitionerRole\/(anna|bo)-med"/);
});

test('a page follows the record; who has left is gone from it', async () => {
  const open = JSON.parse(JSON.stringify(world.find((r) => r.id === 'e1')));
  await server.stop({ keep: true });
  const edit = await start(data);
  const r = await ask(edit, 'PUT', '/Encounter/e1', { body: { ...open, status: 'finished' } });
  assert.equal(r.status, 200, r.text);
  await edit.stop({ keep: true });
  assert.ok(page('med').includes('Waran')); // without the service it stands as it was
  server = await start(data, ['--reserve', dir, '--reserve-every', '5'], { login: true });
  await until(() => !existsSync(join(dir, 'med.html')));
});

test('a folder that cannot be written is told of, and tried again', async () => {
  rmSync(join(dir, 'kir.html'));
  mkdirSync(join(dir, 'kir.html')); // in the way, also for root
  await until(() => server.log().includes('downtime-failed'));
  assert.match(server.log(), /"event":"downtime-failed","unit":"kir","error":"IO"/);
  rmSync(join(dir, 'kir.html'), { recursive: true });
  await until(() => existsSync(join(dir, 'kir.html')) && statSync(join(dir, 'kir.html')).isFile());
});

test('wrong options are refused with a reason', () => {
  for (const every of ['0', '4', '86401', 'ofta', '-5'])
    assert.throws(() => execFileSync(process.env.HELHET_BIN ?? 'build/helhet', ['serve', '--data', data, '--reserve', dir, '--reserve-every', every], { stdio: 'pipe' }), (e) => /--reserve-every/.test(e.stderr));
});
