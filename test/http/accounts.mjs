// SPDX-License-Identifier: Apache-2.0
// A small record with staff, their assignments and a patient, accounts for them, and a service where all must log in.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, bundle, entry, start } from './server.mjs';

export const PASSWORD = 'fjällräv på krukväxt';
export const OTHER = 'blå cykelhjälm vid ån';
const URL = 'https://helhet.example/fhir/';
const CONTEXT = 'http://terminology.hl7.org/CodeSystem/usage-context-type';

const program = process.env.HELHET_BIN ?? 'build/helhet';

/** helhet user; the password goes in as a line of standard input. */
export function user(data, args, password) {
  const r = spawnSync(program, ['user', ...args, '--data', data], { input: password === undefined ? '' : `${password}\n`, encoding: 'utf8' });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

export function role(id, person, unit, { code = 'physician', title = 'Överläkare', analysis = true, ...more } = {}) {
  return {
    resourceType: 'PractitionerRole',
    id,
    ...(analysis ? { extension: [{ url: `${URL}StructureDefinition/needs-and-risk-analysis`, valueReference: { reference: 'Library/analysis' } }] } : {}),
    active: true,
    practitioner: { reference: `Practitioner/${person}` },
    organization: { reference: `Organization/${unit}` },
    code: [{ coding: [{ system: `${URL}CodeSystem/role`, code }], text: title }],
    ...more,
  };
}

const put = (resource) => entry('PUT', `${resource.resourceType}/${resource.id}`, resource);
export const organization = (id, name, partOf) => ({ resourceType: 'Organization', id, active: true, name, ...(partOf ? { partOf: { reference: `Organization/${partOf}` } } : {}) });
export const named = (resourceType, id, given, family, more = {}) => ({ resourceType, id, name: [{ given: [given], family }], ...more });

/** The needs-and-risk analysis of those roles at those units. */
export const analysis = (id, roles, units, more = {}) => ({
  resourceType: 'Library',
  id,
  status: 'active',
  type: { coding: [{ system: `${URL}CodeSystem/library-type`, code: 'needs-and-risk-analysis' }] },
  title: 'Behovs- och riskanalys',
  useContext: [
    ...roles.map((code) => ({ code: { system: CONTEXT, code: 'user' }, valueCodeableConcept: { coding: [{ system: `${URL}CodeSystem/role`, code }] } })),
    ...units.map((unit) => ({ code: { system: CONTEXT, code: 'venue' }, valueReference: { reference: `Organization/${unit}` } })),
  ],
  effectivePeriod: { start: '2024-01-01', end: '2099-12-31' },
  ...more,
});

const people = [
  analysis('analysis', ['physician', 'nurse', 'allied', 'assistant', 'secretary', 'registrar', 'controller', 'administrator'], ['region']),
  organization('region', 'Testsjukhuset'),
  organization('med', 'Medicinkliniken', 'region'),
  organization('kir', 'Kirurgkliniken', 'region'),
  named('Practitioner', 'anna', 'Anna', 'Prov'),
  named('Practitioner', 'bo', 'Bo', 'Prov'),
  named('Patient', 'pat', 'Per', 'Patient'),
  role('anna-med', 'anna', 'med'),
  role('anna-kir', 'anna', 'kir', { code: 'nurse', title: 'Sjuksköterska' }),
  role('anna-old', 'anna', 'kir', { period: { start: '2001-01-01', end: '2002-01-01' } }),
  role('anna-bare', 'anna', 'kir', { analysis: false }),
  role('bo-med', 'bo', 'med'),
];

/** A store with the people above and what more is given, and accounts anna, bo and pat and more (all with PASSWORD). */
export async function makeData(more = [], accounts = []) {
  const data = mkdtempSync(join(tmpdir(), 'helhet-accounts-'));
  const open = await start(data);
  const r = await ask(open, 'POST', '', { body: bundle('transaction', ...people.concat(more).map(put)) });
  await open.stop({ keep: true });
  if (r.status !== 200) throw new Error(r.text);
  for (const [name, person] of [['anna', 'Practitioner/anna'], ['bo', 'Practitioner/bo'], ['pat', 'Patient/pat'], ...accounts]) {
    const made = user(data, ['add', name, '--person', person], PASSWORD);
    if (made.code !== 0) throw new Error(made.err);
  }
  return data;
}

export const closed = (data, options = []) => start(data, options, { login: true });
export const forget = (data) => rmSync(data, { recursive: true, force: true });

/** One request as it is written, with nothing added or tidied: fetch would mend paths and headers. */
export function raw(server, method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    // Node sends a DELETE's body without saying how long it is.
    const length = body === undefined || headers['Transfer-Encoding'] ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const r = request({ port: server.port, host: '127.0.0.1', method, path, headers: { ...length, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (t) => (text += t)).on('end', () => {
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          json = undefined;
        }
        resolve({ status: answer.statusCode, headers: answer.headers, text, json });
      });
    });
    r.on('error', reject);
    r.end(body);
  });
}

export const OURS = { 'Helhet-Request': '1', 'Content-Type': 'application/json' };

/** POST under /auth as our own pages do it. */
export const auth = (server, what, body = {}, headers = {}) => raw(server, 'POST', `/auth/${what}`, { headers: { ...OURS, ...headers }, body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body) });

/** The cookie an answer sets, as it is sent back; undefined when it sets none. */
export const cookieOf = (answer) => answer.headers['set-cookie']?.[0].split(';')[0];

export async function login(server, name = 'anna', more = {}) {
  const r = await auth(server, 'login', { name, password: PASSWORD, ...more });
  if (r.status !== 200) throw new Error(`${r.status} ${r.text}`);
  return { Cookie: cookieOf(r) };
}
