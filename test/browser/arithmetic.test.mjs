// SPDX-License-Identifier: Apache-2.0
// The arithmetic of doses against an independent oracle: 100,000 generated cases, reckoned by web/src/meds and by
// Python's decimal and fractions (arithmetic.py, used by this test alone). Not one may differ.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { compile, COMPILED } from "./compile.mjs";

const CASES = 100_000;
const SEED = Number(process.env.HELHET_SEED ?? 20261122);
const MEASURES = ["kg", "g", "mg", "ug", "ng", "L", "dL", "cL", "mL", "mol", "mmol", "umol", "[iU]"];
/** Units that can be turned into one another. */
const KINDRED = [["kg", "g", "mg", "ug", "ng"], ["L", "dL", "cL", "mL"], ["mol", "mmol", "umol"]];
const FORMS = ["tablett", "kapsel", "dos"];

function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, of: (list) => list[below(list.length)], chance: (share) => next() < share };
}

/** Digits as somebody writes a dose: mostly few, sometimes many, with zeros at the ends now and then. */
function digits(r, most) {
  const n = 1 + (r.chance(0.8) ? r.below(Math.min(4, most)) : r.below(most));
  return Array.from({ length: n }, () => (r.chance(0.25) ? 0 : r.below(10))).join("");
}
const decimal = (r, most = 10) => (r.chance(0.45) ? digits(r, most) : `${digits(r, most)}.${digits(r, most)}`);
const above = (r, most = 6) => { for (;;) { const text = decimal(r, most); if (/[1-9]/.test(text)) return text; } };
const signed = (r) => `${r.chance(0.3) ? "-" : ""}${decimal(r)}`;

function line(r, unit) {
  const scheduled = r.chance(0.85);
  const asNeeded = !scheduled || r.chance(0.3);
  return {
    dose: above(r), high: r.chance(0.25) ? above(r) : null, unit, frequency: scheduled ? 1 + r.below(12) : null, period: r.chance(0.6) ? "1" : above(r, 2), periodUnit: r.of(["h", "d", "d", "d", "wk", "mo"]),
    asNeeded, max: asNeeded && r.chance(0.6) ? above(r) : null, maxUnit: r.chance(0.8) ? unit : r.of(MEASURES),
  };
}

const unitOf = (r) => r.of(r.chance(0.5) ? FORMS : MEASURES);
const MAKERS = {
  arithmetic: (r) => ({ op: r.of(["add", "subtract", "multiply", "compare"]), a: signed(r), b: signed(r) }),
  division: (r) => ({ a: signed(r), b: above(r, 10), decimals: r.below(9), mode: r.of(["near", "up", "down"]) }),
  reading: (r) => ({ text: written(r) }),
  conversion: (r) => { const kin = r.of(KINDRED); return { value: decimal(r), from: r.of(kin), to: r.chance(0.8) ? r.of(kin) : unitOf(r) }; },
  perDay: (r) => {
    const unit = unitOf(r);
    const strength = r.chance(0.9) ? { value: above(r), unit: r.of(["g", "mg", "ug", "[iU]", "mmol"]), per: r.chance(0.7) ? "1" : above(r, 3), perUnit: r.chance(0.7) ? unit : r.of(["mL", "L", "tablett"]) } : null;
    return { lines: Array.from({ length: 1 + r.below(3) }, () => line(r, r.chance(0.85) ? unit : unitOf(r))), strength, limit: above(r), limitUnit: r.of(["g", "mg", "ug", "[iU]"]), kilograms: above(r, 3) };
  },
  inAll: (r) => {
    const unit = unitOf(r);
    return { lines: Array.from({ length: 1 + r.below(3) }, () => line(r, r.chance(0.85) ? unit : unitOf(r))), days: r.chance(0.95) ? 1 + r.below(400) : r.of([0, -1, 3650, 3651]) };
  },
  json: (r) => ({ text: decimal(r, 20) }),
};

/** What people type, and what they did not mean to. */
function written(r) {
  const text = decimal(r, r.chance(0.1) ? 18 : 7).replace(".", r.chance(0.7) ? "," : ".");
  const grouped = r.chance(0.25) ? text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, r.of([" ", "\u00a0", "\u202f", "."]))) : text;
  const spoiled = r.chance(0.2) ? grouped.slice(0, r.below(grouped.length + 1)) + r.of([" ", ",", ".", "-", "e", "mg", "½", "٣", "", "  "]) + grouped.slice(r.below(grouped.length + 1)) : grouped;
  return r.chance(0.1) ? ` ${spoiled} ` : spoiled;
}

function generate() {
  const r = random(SEED);
  const kinds = Object.keys(MAKERS);
  return Array.from({ length: CASES }, (_, i) => { const kind = kinds[i % kinds.length]; return { kind, ...MAKERS[kind](r) }; });
}

function gcd(a, b) {
  while (b !== 0n) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

async function ours() {
  compile();
  const load = (name) => import(pathToFileURL(join(COMPILED, "meds", `${name}.js`)).href);
  const [d, u, dose] = await Promise.all(["decimal", "units", "dose"].map(load));
  const dec = (text) => d.parseDec(text) ?? assert.fail(`${text} was not read`);
  const text = (one) => d.decText(d.normal(one));
  const lineOf = (l) => ({
    ...dose.NO_LINE, dose: { value: dec(l.dose), unit: l.unit }, high: l.high === null ? null : dec(l.high), asNeeded: l.asNeeded, max: l.max === null ? null : { value: dec(l.max), unit: l.maxUnit },
    schedule: l.frequency === null ? null : { frequency: l.frequency, period: dec(l.period), unit: l.periodUnit, when: [], days: [] },
  });
  const fraction = (q) => {
    if (q === null) return "none";
    const n = q.value.num.c * 10n ** BigInt(q.value.den.s), m = q.value.den.c * 10n ** BigInt(q.value.num.s), by = gcd(n, m);
    return `${n / by}/${m / by}`;
  };
  const rounded = (value, decimals, mode) => { const got = d.divide(value, decimals, mode); return `${text(got.value)} ${got.exact ? "exact" : "rounded"}`; };
  const MEANS = {
    arithmetic: (c) => (c.op === "compare" ? String(d.compare(dec(c.a), dec(c.b))) : text(d[c.op](dec(c.a), dec(c.b)))),
    division: (c) => rounded(d.ratio(dec(c.a), dec(c.b)), c.decimals, c.mode),
    reading: (c) => { const got = d.readDec(c.text); return d.isDec(got) ? text(got) : got; },
    conversion: (c) => { const got = u.convert(dec(c.value), c.from, c.to); return got === null ? "none" : text(got); },
    perDay: (c) => {
      const lines = c.lines.map(lineOf);
      const strength = c.strength === null ? null : { substance: { value: dec(c.strength.value), unit: c.strength.unit }, in: { value: dec(c.strength.per), unit: c.strength.perUnit } };
      const day = dose.substancePerDay(lines, strength);
      const first = [fraction(dose.perDay(lines[0])), fraction(day)];
      if (day === null) return first.join(" ");
      return [...first, String(dose.compareTo(day, { value: dec(c.limit), unit: c.limitUnit }) ?? "none"), rounded(dose.perKilogram(day, dec(c.kilograms)).value, 2, "near")].join(" ");
    },
    inAll: (c) => { const got = dose.allInAll(c.lines.map(lineOf), c.days); return got === null ? "none" : text(got.value); },
    json: (c) => { const got = d.jsonNumber(dec(c.text)); return got === null ? "none" : text(dec(JSON.stringify(got))); },
  };
  return (c) => MEANS[c.kind](c);
}

const python = spawnSync("python3", ["-c", "import fractions"]).status === 0;
test(`${CASES} generated cases: not one differs from Python's decimal and fractions`, { skip: python ? false : "python3 is not here (apt install python3)" }, async () => {
  const cases = generate();
  const oracle = spawnSync("python3", [join(import.meta.dirname, "arithmetic.py")], { input: cases.map((c) => JSON.stringify(c)).join("\n"), encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(oracle.status, 0, oracle.stderr);
  const theirs = oracle.stdout.trimEnd().split("\n");
  assert.equal(theirs.length, CASES);
  const mean = await ours();
  const answers = cases.map(mean);
  const differ = cases.flatMap((c, i) => (answers[i] === theirs[i] ? [] : [`${JSON.stringify(c)}\n    ours ${answers[i]}\n    oracle ${theirs[i]}`]));
  console.log(`CONFORMANCE dose arithmetic: ${CASES - differ.length} passed, ${differ.length} failed, 0 skipped`);
  for (const one of differ.slice(0, 5)) console.log(`  - ${one}`);
  assert.equal(differ.length, 0);
  // A generator that makes nothing but "none" would compare nothing.
  for (const kind of Object.keys(MAKERS)) {
    const told = theirs.filter((answer, i) => cases[i].kind === kind && !/^(none|number)/.test(answer)).length;
    assert.ok(told > CASES / Object.keys(MAKERS).length / 5, `${kind}: only ${told} cases tell anything`);
  }
});
