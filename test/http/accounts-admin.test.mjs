// SPDX-License-Identifier: Apache-2.0
// Accounts over HTTP: who may, what it does to sessions and passwords, and every bad way of asking.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auth, closed, cookieOf, forget, login, makeData, named, OTHER, OURS, PASSWORD, raw, role } from './accounts.mjs';

const people = [
  named('Practitioner', 'ada', 'Ada', 'Admin'),
  named('Practitioner', 'alva', 'Alva', 'Ånsson'),
  named('Practitioner', 'cia', 'Cia', 'Granskare'),
  named('Practitioner', 'ny', 'Nya', 'Nyman'),
  role('ada-adm', 'ada', 'region', { code: 'administrator', title: 'Systemadministratör' }),
  role('ada-med', 'ada', 'med'),
  role('alva-adm', 'alva', 'region', { code: 'administrator', title: 'Systemadministratör' }),
  role('cia-log', 'cia', 'region', { code: 'controller', title: 'Loggranskare' }),
  role('ny-med', 'ny', 'med', { code: 'nurse', title: 'Sjuksköterska' }),
  named('RelatedPerson', 'rel', 'Rut', 'Patient', { patient: { reference: 'Patient/pat' } }),
];

let data, server, admin;
before(async () => {
  data = await makeData(people, [
    ['ada', 'Practitioner/ada'],
    ['alva', 'Practitioner/alva'],
    ['cia', 'Practitioner/cia'],
  ]);
  server = await closed(data);
  admin = await login(server, 'ada', { assignment: 'PractitionerRole/ada-adm' });
});
after(async () => {
  if (server) assert.equal((await server.stop({ keep: true })).code, 0);
  if (data) forget(data);
});

const accounts = (what, body, cookie = admin) => auth(server, what ? `accounts/${what}` : 'accounts', body, cookie);
const session = async (cookie) => (await raw(server, 'GET', '/auth/session', { headers: cookie })).json;
const find = async (name) => (await accounts('search', { text: name })).json.accounts.find((a) => a.name === name);
function refused(r, status, code, what = '') {
  assert.equal(r.status, status, `${what} ${r.text.slice(0, 300)}`);
  assert.equal(r.json?.issue?.[0].details.coding[0].code, code, `${what} ${r.text.slice(0, 300)}`);
}
async function done(r) {
  const answer = await r;
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['cache-control'], 'no-store');
  return answer.json;
}
const WAYS = ['search', '', 'enable', 'disable', 'unlock', 'reset', 'end-sessions'];

describe('who may', () => {
  test('only a session in an assignment with the right', async () => {
    const asPhysician = await login(server, 'ada', { assignment: 'PractitionerRole/ada-med' });
    const others = [asPhysician, await login(server, 'bo'), await login(server, 'cia'), await login(server, 'pat')];
    for (const way of WAYS) {
      refused(await accounts(way, { name: 'bo' }, {}), 401, 'LOGIN_REQUIRED', way);
      refused(await accounts(way, { name: 'bo' }, { Cookie: `helhet-session=${'A'.repeat(43)}` }), 401, 'LOGIN_REQUIRED', way);
      for (const cookie of others) refused(await accounts(way, { name: 'bo' }, cookie), 403, 'ACCOUNT_RIGHT', way);
    }
    const anna = { Cookie: cookieOf(await auth(server, 'login', { name: 'anna', password: PASSWORD })) }; // no assignment chosen
    refused(await accounts('disable', { name: 'bo' }, anna), 403, 'ACCOUNT_RIGHT');
    assert.equal((await find('bo')).enabled, true);
  });

  test('not a request that another site could make', async () => {
    for (const way of WAYS) {
      const path = `/auth/accounts${way && `/${way}`}`;
      const body = JSON.stringify({ name: 'bo' });
      refused(await raw(server, 'POST', path, { headers: { ...admin, 'Content-Type': 'application/json' }, body }), 403, 'LOGIN_CROSS_SITE', way);
      refused(await raw(server, 'POST', path, { headers: { ...admin, ...OURS, Origin: 'https://evil.example' }, body }), 403, 'LOGIN_CROSS_SITE', way);
      refused(await raw(server, 'POST', path, { headers: { ...admin, ...OURS, 'Sec-Fetch-Site': 'cross-site' }, body }), 403, 'LOGIN_CROSS_SITE', way);
      refused(await raw(server, 'GET', path, { headers: admin }), 405, 'METHOD', way);
      refused(await raw(server, 'POST', path, { headers: { ...admin, ...OURS, 'Content-Type': 'text/plain' }, body }), 415, 'LOGIN_CONTENT', way);
    }
    assert.equal((await find('bo')).enabled, true);
  });

  test('the right goes with the assignment, at once', async () => {
    const alva = await login(server, 'alva');
    await done(accounts('search', {}, alva));
    const gone = role('alva-adm', 'alva', 'region', { code: 'administrator', title: 'Systemadministratör', active: false });
    const put = (body) => raw(server, 'PUT', '/fhir/PractitionerRole/alva-adm', { headers: { ...admin, ...OURS, 'Content-Type': 'application/fhir+json' }, body: JSON.stringify(body) });
    assert.equal((await put(gone)).status, 200);
    refused(await accounts('search', {}, alva), 403, 'ACCOUNT_RIGHT');
    assert.equal((await put({ ...gone, active: true })).status, 200);
    await done(accounts('search', {}, alva));
  });
});

describe('what can be done', () => {
  test('the list: search, pages, and nothing of passwords', async () => {
    const all = await done(accounts('search', {}));
    assert.equal(all.total, all.accounts.length);
    assert.deepEqual(all.accounts.map((a) => a.name), [...all.accounts.map((a) => a.name)].sort());
    const ada = all.accounts.find((a) => a.name === 'ada');
    assert.deepEqual(ada.person, { reference: 'Practitioner/ada', display: 'Ada Admin' });
    assert.equal(ada.assignments, 2);
    assert.equal(ada.usable, 2);
    assert.ok(ada.sessions >= 1 && ada.login >= ada.created);
    assert.equal((await find('anna')).usable, 2); // of four
    assert.ok(!/argon|hash|\$/.test(JSON.stringify(all)));
    const pages = [];
    for (let from = 0; from < all.total; from += 2) pages.push(...(await done(accounts('search', { from, count: 2 }))).accounts);
    assert.deepEqual(pages.map((a) => a.name), all.accounts.map((a) => a.name));
    // By account, by person's name in any case and without marks, by reference.
    for (const [text, names] of [['ALVA', ['alva']], ['ånsson', ['alva']], ['ansson', ['alva']], ['practitioner/bo', ['bo']], ['patient', ['pat']], ['finns inte', []]])
      assert.deepEqual((await done(accounts('search', { text }))).accounts.map((a) => a.name), names, text);
  });

  test('an account is added with a one-time password that must be changed before anything else', async () => {
    const made = await done(accounts('', { name: 'Ny', person: 'Practitioner/ny' }));
    assert.equal(made.name, 'ny');
    assert.match(made.password, /^([bdfghjklmnprstvk][aeiou]){2}(-([bdfghjklmnprstvk][aeiou]){2}){3}$/);
    assert.deepEqual([(await find('ny')).once, (await find('ny')).enabled, (await find('ny')).login], [true, true, undefined]);
    const first = await auth(server, 'login', { name: 'ny', password: made.password });
    assert.equal(first.status, 200);
    assert.equal(first.json.state, 'change');
    assert.equal(first.json.assignment, undefined);
    const cookie = { Cookie: cookieOf(first) };
    assert.equal((await session(cookie)).state, 'change');
    refused(await raw(server, 'GET', '/fhir/Patient/pat', { headers: cookie }), 403, 'LOGIN_CHANGE');
    refused(await auth(server, 'assignment', { assignment: 'PractitionerRole/ny-med' }, cookie), 403, 'LOGIN_CHANGE');
    refused(await accounts('search', {}, cookie), 403, 'LOGIN_CHANGE');
    const resumed = await auth(server, 'resume', { password: made.password }, cookie); // is no way round it
    assert.equal(resumed.json.state, 'change');
    const again = { Cookie: cookieOf(resumed) };
    refused(await auth(server, 'password', { old: made.password, new: made.password }, again), 400, 'ACCOUNT_PASSWORD');
    refused(await auth(server, 'password', { old: made.password, new: 'kort' }, again), 400, 'ACCOUNT_PASSWORD');
    const chosen = await auth(server, 'password', { old: made.password, new: OTHER }, again);
    assert.equal(chosen.status, 200, chosen.text);
    assert.deepEqual([chosen.json.state, chosen.json.assignment], ['live', 'PractitionerRole/ny-med']);
    assert.equal((await raw(server, 'GET', '/fhir/Practitioner/ny', { headers: { Cookie: cookieOf(chosen) } })).status, 200);
    refused(await auth(server, 'login', { name: 'ny', password: made.password }), 401, 'LOGIN_WRONG');
    assert.equal((await find('ny')).once, false);
  });

  test('a session that must change its password still must after a restart', async () => {
    const { password } = await done(accounts('reset', { name: 'cia' }));
    const cookie = { Cookie: cookieOf(await auth(server, 'login', { name: 'cia', password })) };
    assert.equal((await server.stop({ keep: true })).code, 0);
    server = await closed(data);
    assert.equal((await session(cookie)).state, 'change');
    refused(await raw(server, 'GET', '/fhir/Organization', { headers: cookie }), 403, 'LOGIN_CHANGE');
    assert.equal((await session(admin)).state, 'live');
  });

  test('disabling ends sessions and closes the door; enabling opens it', async () => {
    const bo = await login(server, 'bo');
    await done(accounts('disable', { name: 'bo' }));
    assert.equal((await session(bo)).state, 'none');
    refused(await auth(server, 'login', { name: 'bo', password: PASSWORD }), 401, 'LOGIN_WRONG');
    assert.equal((await find('bo')).enabled, false);
    await done(accounts('enable', { name: 'bo' }));
    await login(server, 'bo');
  });

  test('a reset ends sessions and the old password', async () => {
    const pat = await login(server, 'pat');
    const { password } = await done(accounts('reset', { name: 'pat' }));
    assert.equal((await session(pat)).state, 'none');
    refused(await auth(server, 'login', { name: 'pat', password: PASSWORD }), 401, 'LOGIN_WRONG');
    const first = await auth(server, 'login', { name: 'pat', password });
    assert.equal(first.json.state, 'change');
    const own = await auth(server, 'password', { old: password, new: PASSWORD }, { Cookie: cookieOf(first) });
    assert.equal(own.json.state, 'live');
  });

  test('all sessions end, and the password stays', async () => {
    const [one, two] = [await login(server, 'bo'), await login(server, 'bo')];
    assert.ok((await find('bo')).sessions >= 2);
    await done(accounts('end-sessions', { name: 'bo' }));
    for (const cookie of [one, two]) assert.equal((await session(cookie)).state, 'none');
    assert.equal((await find('bo')).sessions, 0);
    await login(server, 'bo');
  });

  test('failed attempts are shown, and a lock-out is lifted', async () => {
    for (let i = 0; i < 5; i++) refused(await auth(server, 'login', { name: 'anna', password: `fel nummer ${i} igen` }), 401, 'LOGIN_WRONG');
    const locked = await find('anna');
    assert.equal(locked.fails, 5);
    assert.ok(locked.wait > 0 && locked.wait <= 15 && locked.failed);
    refused(await auth(server, 'login', { name: 'anna', password: PASSWORD }), 429, 'LOGIN_WAIT');
    await done(accounts('unlock', { name: 'anna' }));
    assert.deepEqual([(await find('anna')).fails, (await find('anna')).wait], [0, 0]);
    assert.equal((await auth(server, 'login', { name: 'anna', password: PASSWORD })).status, 200);
  });
});

describe('what cannot', () => {
  test('nobody closes the door behind themselves', async () => {
    for (const way of ['disable', 'reset']) refused(await accounts(way, { name: 'ADA' }), 409, 'ACCOUNT_OWN', way);
    await done(accounts('disable', { name: 'alva' }));
    for (const way of ['disable', 'reset']) refused(await accounts(way, { name: 'ada' }), 409, 'ACCOUNT_LAST_ADMIN', way);
    await done(accounts('enable', { name: 'alva' }));
    // One who has never had a password of their own is not yet one to rely on.
    const { password } = await done(accounts('reset', { name: 'alva' }));
    refused(await accounts('disable', { name: 'ada' }), 409, 'ACCOUNT_LAST_ADMIN');
    const first = await auth(server, 'login', { name: 'alva', password });
    await auth(server, 'password', { old: password, new: PASSWORD }, { Cookie: cookieOf(first) });
    refused(await accounts('disable', { name: 'ada' }), 409, 'ACCOUNT_OWN');
    assert.equal((await session(admin)).state, 'live');
  });

  test('accounts that are not, are there already, or for nobody', async () => {
    for (const way of ['enable', 'disable', 'unlock', 'reset', 'end-sessions']) {
      refused(await accounts(way, { name: 'finns.inte' }), 404, 'ACCOUNT_NONE', way);
      refused(await accounts(way, { name: "' OR 1=1 --" }), 400, 'ACCOUNT_NAME', way);
      refused(await accounts(way, {}), 400, 'ACCOUNT_NAME', way);
    }
    refused(await accounts('', { name: 'ada', person: 'Practitioner/ada' }), 409, 'ACCOUNT_EXISTS');
    refused(await accounts('', { name: 'x', person: 'Practitioner/ada' }), 400, 'ACCOUNT_NAME');
    refused(await accounts('', { name: 'tuva', person: 'Practitioner/finns-inte' }), 422, 'ACCOUNT_PERSON_NONE');
    for (const person of ['Device/x', 'Practitioner/../x', 'Practitioner/', 'https://x.example/Practitioner/ada', 'Practitioner/ada?x'])
      refused(await accounts('', { name: 'tuva', person }), 400, 'ACCOUNT_PERSON', person);
    for (const body of [{}, { name: 'tuva' }, { person: 'Practitioner/ada' }, { name: 'tuva', person: 'Practitioner/ada', password: OTHER }, { name: 1, person: 'Practitioner/ada' }])
      refused(await accounts('', body), 400, 'LOGIN_BODY', JSON.stringify(body));
    assert.equal(await find('tuva'), undefined);
    await done(accounts('', { name: 'rut', person: 'RelatedPerson/rel' }));
    assert.equal((await find('rut')).kind, 'guardian');
  });

  test('requests that are none', async () => {
    for (const body of [{ from: -1 }, { from: '0' }, { from: 1.5 }, { count: 1e9 }, { count: 101 }, { text: 1 }, { name: 'ada' }, { everywhere: true }])
      refused(await accounts('search', body), 400, 'LOGIN_BODY', JSON.stringify(body));
    for (const body of ['[]', '"x"', 'null', '1']) refused(await accounts('search', body), 400, 'LOGIN_BODY', body);
    assert.equal((await accounts('search', '{')).status, 400);
    assert.equal((await accounts('search', { text: 'a'.repeat(5000) })).status, 413);
    refused(await raw(server, 'POST', '/auth/accounts/finns-inte', { headers: { ...admin, ...OURS }, body: '{}' }), 404, 'URL');
    assert.deepEqual((await done(accounts('search', { from: 1000000 }))).accounts, []);
    assert.equal((await done(accounts('search'))).from, 0);
  });

  test('all of it is in the log: what was done to whom, and what was refused', async () => {
    const cia = (await accounts('reset', { name: 'cia' })).json.password;
    const first = await auth(server, 'login', { name: 'cia', password: cia });
    const own = await auth(server, 'password', { old: cia, new: OTHER }, { Cookie: cookieOf(first) });
    const log = { Cookie: cookieOf(own) };
    let entries = [];
    for (let i = 0; i < 50 && !entries.some((e) => /end-sessions/.test(JSON.stringify(e))); i++) {
      await new Promise((go) => setTimeout(go, 100)); // the index follows
      const r = await raw(server, 'GET', '/fhir/AuditEvent?_count=500', { headers: log });
      assert.equal(r.status, 200, r.text.slice(0, 300));
      entries = r.json.entry.map((e) => e.resource);
    }
    const of = (action, outcome) => entries.filter((e) => JSON.stringify(e).includes(`"POST /auth/${action}"`) && (outcome ? e.outcome === outcome : true));
    const about = (list, person) => list.filter((e) => e.entity?.some((x) => x.what?.reference === person));
    assert.ok(about(of('accounts/disable', '0'), 'Practitioner/bo').length >= 1);
    assert.ok(about(of('accounts/reset', '0'), 'Practitioner/cia').length >= 1);
    assert.ok(about(of('accounts', '0'), 'Practitioner/ny').length >= 1);
    assert.ok(of('accounts/disable').some((e) => e.outcome !== '0' && JSON.stringify(e).includes('ACCOUNT_OWN')));
    assert.ok(of('accounts/end-sessions').some((e) => e.outcome !== '0' && JSON.stringify(e).includes('ACCOUNT_RIGHT')));
    assert.ok(!JSON.stringify(entries).includes(cia));
  });
});
