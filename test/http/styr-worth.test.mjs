// SPDX-License-Identifier: Apache-2.0
// Steering's operations: what a benefit case comes to, the contract cliff, what a case lacks, what is disclosed of it.
// The expected figures are worked out here with whole numbers (BigInt), or stand in the domain's own text.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, start } from './server.mjs';

let server, styr;
before(async () => {
  server = await start();
  styr = `${server.origin}/styr`;
});
after(() => server?.stop());

const put = async (type, id, body) => {
  const r = await ask(server, 'PUT', `${styr}/${type}/${id}`, { body: { resourceType: type, id, ...body } });
  assert.ok([200, 201].includes(r.status), `${type}/${id}: ${r.text}`);
  return r.json;
};
const value = (p) => Object.entries(p).find(([k]) => k.startsWith('value'))?.[1];
const named = (r, name) => r.json.parameter.filter((p) => p.name === name);
const one = (r, name) => value(named(r, name)[0] ?? {});
const part = (p) => Object.fromEntries(p.part.map((x) => [x.name, value(x) ?? x.part]));

/** Present value of `years` equal parts of whole, in öre, rounded: exact fractions. */
function presentOre(whole, years, percent, late = 0) {
  const [up, down] = [100n, 100n + BigInt(percent)];
  let sum = 0n;
  const n = years + late;
  for (let t = 1 + late; t <= n; t++) sum += BigInt(whole) * 100n * up ** BigInt(t) * down ** BigInt(n - t);
  const by = BigInt(years) * down ** BigInt(n);
  return (sum * 2n + by) / (by * 2n);
}

const SHLR = {
  status: 'draft', title: 'SHLR', rate: 3,
  cost: [{ title: 'Utveckling', low: 300000, expected: 350000, high: 450000 }],
  benefit: [{ title: 'Frigjord tid', class: 'redistribution', low: 300000, expected: 430000, high: 500000, yearCount: 6 }],
};

describe('BenefitCase/$calculate', () => {
  test('the SHLR case comes to its own figures', async () => {
    await put('BenefitCase', 'shlr', SHLR);
    const r = await ask(server, 'GET', `${styr}/BenefitCase/shlr/$calculate`);
    assert.equal(r.status, 200, r.text);
    const ore = (n) => Number(n) / 100;
    assert.equal(one(r, 'undiscounted'), 80000);
    assert.equal(one(r, 'npv'), ore(presentOre(430000, 6, 3) - 35000000n));
    assert.equal(Math.round(one(r, 'npv')), 38232);
    assert.equal(one(r, 'late'), ore(presentOre(430000, 6, 3, 1) - 35000000n));
    assert.equal(Math.round(one(r, 'late')), 26924);
    assert.equal(Math.round(one(r, 'breakEven')), 387655);
    assert.equal(Math.round(one(r, 'shortTenth')), -591);
    assert.equal(one(r, 'npvFinancial'), -350000);
    assert.equal(Math.round(one(r, 'irr') * 10), 62);
    assert.equal(one(r, 'irrCount'), 'one');
    assert.equal(Math.round(one(r, 'payback') * 10), 49);
    const bars = named(r, 'tornado').map(part);
    assert.deepEqual(bars.map((b) => b.name), ['Frigjord tid', 'Utveckling']);
    assert.equal(bars[0].low, ore(presentOre(300000, 6, 3) - 35000000n));
    assert.equal(bars[1].high, ore(presentOre(430000, 6, 3) - 45000000n));
    const texts = named(r, 'warning').map((w) => part(w).text);
    assert.ok(texts.includes('En minskning av nyttan med 10 % gör kalkylen negativ.'), texts.join());
    assert.ok(texts.includes('Frigjord tid är omfördelning, inte en besparing i budget.'));
    const en = await ask(server, 'GET', `${styr}/BenefitCase/shlr/$calculate`, { headers: { 'Accept-Language': 'en' } });
    assert.ok(named(en, 'warning').some((w) => part(w).text === 'Benefits 10 % lower make the case negative.'), en.text);
  });
  test('another rate, plan and outcome, refusals', async () => {
    await put('BenefitCase', 'followed', { ...SHLR, actual: [{ kind: 'cost', atYear: 0, amount: 400000 }, { kind: 'benefit', class: 'redistribution', atYear: 1, amount: 50000 }] });
    let r = await ask(server, 'GET', `${styr}/BenefitCase/followed/$calculate?rate=0`);
    assert.equal(one(r, 'npv'), 80000);
    assert.ok(Math.abs(one(r, 'npvFollowed') - ((430000 * 5) / 6 + 50000 - 400000)) < 0.01);
    const codes = named(r, 'warning').map((w) => part(w).code);
    assert.ok(codes.includes('behind') && codes.includes('over'), codes.join());
    const years = named(r, 'year').map(part);
    assert.deepEqual([years.length, years[0].actual, years[1].actualBenefit, years[2].actual], [7, -400000, 50000, undefined]);
    for (const [path, status] of [['BenefitCase/none/$calculate', 404], ['BenefitCase/shlr/$calculate?rate=x', 400], ['BenefitCase/shlr/$calculate?rate=-100', 400], ['BenefitCase/shlr/$calculate?x=1', 400]]) {
      r = await ask(server, 'GET', `${styr}/${path}`);
      assert.equal(r.status, status, `${path}: ${r.text}`);
    }
  });
});

describe('SystemAsset/$cliff', () => {
  test('KeyForCare should have been begun', async () => {
    const asset = { status: 'in-use', owner: { display: 'KSD' }, criticality: 'critical', annualCost: { value: 1000000, currency: 'SEK' } };
    await put('SystemAsset', 'kfc', { ...asset, name: 'KeyForCare', contractEnd: '2026-12-31', leadTimeMonths: 18, replacedBy: { display: 'Nytt' } });
    await put('SystemAsset', 'a', { ...asset, name: 'A', contractEnd: '2026-11-30', leadTimeMonths: 1, criticality: 'low' });
    await put('SystemAsset', 'b', { ...asset, name: 'B', contractEnd: '2031-02-28', leadTimeMonths: 24 });
    await put('SystemAsset', 'gone', { ...asset, name: 'G', status: 'ended', endedOn: '2025-01-01', contractEnd: '2025-01-01', leadTimeMonths: 1 });
    await put('SystemAsset', 'plan', { name: 'P', status: 'planned' });
    const r = await ask(server, 'GET', `${styr}/SystemAsset/$cliff?date=2026-03-01`);
    assert.equal(r.status, 200, r.text);
    const quarters = named(r, 'quarter').map((q) => ({ ...part(q), assets: q.part.filter((p) => p.name === 'asset').map(part) }));
    assert.deepEqual(quarters.map((q) => [q.name, q.count, q.late, q.cost]), [['2026 K4', 2, 1, 2000000], ['2031 K1', 1, 0, 1000000]]);
    const kfc = quarters[0].assets.find((a) => a.asset.display === 'KeyForCare');
    assert.deepEqual([kfc.latestStart, kfc.state, kfc.replacedBy], ['2025-06-30', 'passed', 'Nytt']);
    assert.equal(quarters[1].assets[0].latestStart, '2029-02-28');
    assert.equal(named(r, 'unknown').length, 1);
    assert.equal((await ask(server, 'GET', `${styr}/SystemAsset/$cliff?date=igår`)).status, 400);
  });
});

const diary = (value) => [{ system: 'urn:se:diarium', value }];
const coordination = (body, outcome) => [{ body: { reference: body }, outcome }];

describe('DecisionCase/$lint and $package', () => {
  before(async () => {
    await ask(server, 'PUT', '/PractitionerRole/x', { body: { resourceType: 'PractitionerRole', id: 'x' } });
    await put('GovernanceBody', 'kl', { status: 'active', name: 'KL HoS', kind: 'management' });
    await put('GovernanceBody', 'fg', { status: 'active', name: 'FG', kind: 'function-group' });
    await put('Initiative', 'survey', { status: 'idea', title: 'Enkäter', phase: 0, processOwner: { reference: 'PractitionerRole/x' }, nominatedBy: { reference: 'PractitionerRole/x' } });
  });
  test('the survey case lacks its benefit case', async () => {
    await put('DecisionCase', 'survey', { status: 'draft', recordStatus: 'arbetsmaterial', title: 'Enkäter', identifier: diary('RS 2025-02223'), initiative: { reference: 'Initiative/survey' }, handler: { reference: 'PractitionerRole/x' }, need: 'a', proposal: 'b', functionality: 'c', coordination: [...coordination('GovernanceBody/kl', 'endorsed'), ...coordination('GovernanceBody/fg', 'anchored')], funding: 'd' });
    const r = await ask(server, 'GET', `${styr}/DecisionCase/survey/$lint`);
    assert.deepEqual(named(r, 'finding').map((f) => { const x = part(f); return [x.code, x.severity, x.place, x.text]; }), [['benefit', 'error', 'benefitCase', 'Nyttokalkyl saknas.']], r.text);
    assert.deepEqual([one(r, 'errors'), one(r, 'warnings')], [1, 0]);
  });
  test('what is lacking is told in the language asked for, with the other beside it; on the board too', async () => {
    const both = (x, key) => ({ text: x[key], other: x[`_${key}`].extension.map((e) => [e.url, Object.fromEntries(e.extension.map((p) => [p.url, p.valueCode ?? p.valueString]))]) });
    const as = (lang, text, other) => ({ text, other: [['http://hl7.org/fhir/StructureDefinition/translation', { lang, content: other }]] });
    for (const [asked, expect] of [['sv', (sv, en) => as('en', sv, en)], ['en', (sv, en) => as('sv', en, sv)]]) {
      const get = async (path) => (await ask(server, 'GET', `${styr}/${path}`, { headers: { 'Accept-Language': asked } })).json;
      const found = (await get('DecisionCase/survey/$lint')).parameter.find((p) => p.name === 'finding').part.find((p) => p.name === 'text');
      assert.deepEqual(both(found, 'valueString'), expect('Nyttokalkyl saknas.', 'A benefit case is missing.'));
      const card = (await get('Initiative/$board')).item.find((i) => i.reference === 'Initiative/survey');
      assert.deepEqual(card.lint.map((l) => [l.code, both(l, 'text')]), [['benefit', expect('Nyttokalkyl saknas.', 'A benefit case is missing.')]]);
    }
  });
  test('an empty case lacks all, in the order of the headings', async () => {
    await put('DecisionCase', 'empty', { status: 'draft', recordStatus: 'arbetsmaterial', title: 'Tomt', need: ' \n' });
    const codes = named(await ask(server, 'GET', `${styr}/DecisionCase/empty/$lint`), 'finding').map((f) => part(f).code);
    assert.deepEqual(codes, ['need', 'proposal', 'functionality', 'coordination', 'benefit', 'funding', 'diary', 'initiative', 'process-owner', 'nomination', 'function-group', 'handler', 'endorsement']);
  });
  test('which headings are asked for is the process', async () => {
    await put('ProcessDefinition', 'short', { status: 'active', name: 'Kort', gate: [{ number: 1, name: 'VB1', opens: 2 }], phase: [{ number: 1, name: 'Idé', gate: 1, requiredSection: ['need', 'proposal'] }] });
    await put('Initiative', 'short', { status: 'idea', title: 'Kort', phase: 0, process: { reference: 'ProcessDefinition/short' } });
    await put('DecisionCase', 'short', { status: 'draft', recordStatus: 'arbetsmaterial', title: 'Kort', gateNumber: 1, initiative: { reference: 'Initiative/short' }, identifier: diary('rs 25-1') });
    const codes = named(await ask(server, 'GET', `${styr}/DecisionCase/short/$lint`), 'finding').map((f) => part(f).code);
    assert.deepEqual(codes, ['need', 'proposal', 'diary-form', 'process-owner', 'nomination', 'function-group', 'handler', 'endorsement']);
  });
  test('working material is not disclosed; secrets are masked until they are not', async () => {
    const closed = await ask(server, 'GET', `${styr}/DecisionCase/survey/$package`);
    assert.equal(closed.status, 409, closed.text);
    await put('BenefitCase', 'p', { ...SHLR, title: 'HEMLIG KALKYL' });
    await put('DecisionCase', 'open', {
      status: 'draft', recordStatus: 'upprattad', title: 'Utlämnas', identifier: diary('RS 2025-02255'), need: 'Behovet <b>', funding: 'HEMLIG FINANSIERING', functionality: 'Var hemlig',
      benefitCase: { reference: 'BenefitCase/p' }, note: [{ text: 'ANTECKNING' }],
      secrecy: [{ ground: 'OSL 19 kap. 1 §', section: 'funding' }, { ground: 'OSL 19 kap. 3 §', section: 'benefitCase', until: '2999-01-01' }, { ground: 'x', section: 'functionality', until: '2020-01-01' }],
      attachment: [{ title: 'Utkast', document: { reference: 'DocumentReference/u' }, recordStatus: 'arbetsmaterial' }],
    });
    const r = await ask(server, 'GET', `${styr}/DecisionCase/open/$package`);
    assert.equal(r.status, 200, r.text);
    assert.deepEqual([r.json.type, r.json.entry[0].resource.resourceType], ['document', 'Composition']);
    for (const hidden of ['HEMLIG', 'ANTECKNING', 'Utkast']) assert.ok(!r.text.includes(hidden), hidden);
    assert.equal(r.json.entry.find((e) => e.resource.resourceType === 'DecisionCase').resource.funding, '[Sekretess: OSL 19 kap. 1 §]');
    assert.ok(r.text.includes('Var hemlig'), 'its time has passed');
    assert.deepEqual(r.json.entry[0].resource.section.map((s) => s.title), ['Behov', 'Funktionalitet', 'Nyttokalkyl', 'Finansiering och resurskonsekvenser', 'Handlingar i ärendet']);
    const valid = await ask(server, 'POST', '/Bundle/$validate', { body: { ...r.json, entry: r.json.entry.slice(0, 1) } });
    assert.ok(!valid.json.issue.some((i) => ['error', 'fatal'].includes(i.severity)), valid.text);
  });
});
