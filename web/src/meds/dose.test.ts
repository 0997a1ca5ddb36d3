// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { decText, divide, normal, parseDec, whole, ZERO, type Dec } from "./decimal.ts";
import { allInAll, compareTo, daysBetween, dosesIn, fault, inAll, lastDay, NO_LINE, perDay, perKilogram, substanceIn, substancePerDay, type Line, type Quotient, type Schedule, type Strength } from "./dose.ts";
import { lineText } from "./say.ts";
import { convert, singular, unitCode, unitWord } from "./units.ts";

const dec = (text: string): Dec => parseDec(text) ?? ZERO;
const amount = (value: string, unit: string) => ({ value: dec(value), unit });
const every = (frequency: number, period = "1", unit: Schedule["unit"] = "d", when: Schedule["when"] = []): Schedule => ({ frequency, period: dec(period), unit, when, days: [] });
const line = (value: string, unit: string, schedule: Schedule | null, rest: Partial<Line> = {}): Line => ({ ...NO_LINE, dose: amount(value, unit), schedule, ...rest });
const strength = (a: string, b: string, c = "1", d = "tablett"): Strength => ({ substance: amount(a, b), in: amount(c, d) });
const said = (q: Quotient | null) => (q === null ? null : `${decText(divide(q.value, 6).value)} ${q.unit}`);

test("units: by powers of ten within a kind, never across", () => {
  const to = (v: string, a: string, b: string) => { const got = convert(dec(v), a, b); return got === null ? null : decText(normal(got)); };
  assert.deepEqual([to("0.5", "g", "mg"), to("125", "ug", "mg"), to("1", "L", "mL"), to("2", "tablett", "tablett")], ["500", "0.125", "1000", "2"]);
  assert.deepEqual([to("1", "mg", "mL"), to("1", "[iU]", "mg"), to("1", "mmol", "mg"), to("1", "tablett", "kapsel"), to("1", "tablett", "mg")], [null, null, null, null, null]);
  assert.deepEqual(["µg", "mikrogram", "IE", "E", "ml", "Gram", "tablett"].map(unitCode), ["ug", "ug", "[iU]", "[iU]", "mL", "g", "tablett"]);
  assert.deepEqual([unitWord("tablett", dec("1")), unitWord("tablett", dec("0.5")), unitWord("tablett", dec("2")), unitWord("ug", dec("2")), unitWord("kapsel", dec("1.5"))], ["tablett", "tablett", "tabletter", "mikrogram", "kapslar"]);
  assert.equal(singular("kapslar"), "kapsel");
});

test("per day, in substance and per kilogram", () => {
  const paracetamol = line("2", "tablett", every(4));
  assert.equal(said(perDay(paracetamol)), "8 tablett");
  assert.equal(said(substancePerDay([paracetamol], strength("500", "mg"))), "4000 mg");
  assert.equal(said(perDay(line("1", "tablett", every(1, "8", "h")))), "3 tablett");
  assert.equal(said(perDay(line("1", "tablett", every(1, "36", "h")))), "0.666667 tablett");
  assert.equal(said(perDay(line("1", "plåster", every(1, "1", "mo")))), null, "a month has no exact length");
  const mixture = substancePerDay([line("6.5", "mL", every(4))], strength("24", "mg", "1", "mL"));
  assert.equal(said(mixture), "624 mg");
  assert.equal(mixture === null ? "" : said(perKilogram(mixture, dec("10.4"))), "60 mg");
  assert.equal(said(substanceIn({ value: { num: dec("0.01"), den: whole(1) }, unit: "L" }, strength("50", "mg", "1", "mL"))), "500 mg");
  assert.equal(substancePerDay([paracetamol, { ...NO_LINE, free: "enligt schema" }], strength("500", "mg")), null, "one that cannot tell makes the sum untold");
});

test("as needed counts with what it says at most; a range with its upper end", () => {
  const needed = line("1", "tablett", null, { high: dec("2"), asNeeded: true, max: amount("8", "tablett") });
  assert.equal(said(perDay(needed)), "8 tablett");
  assert.equal(said(perDay(line("1", "tablett", every(3), { high: dec("2") }))), "6 tablett");
  assert.equal(said(perDay(line("1", "tablett", null, { asNeeded: true }))), null);
  assert.equal(compareTo({ value: { num: whole(4), den: whole(1) }, unit: "g" }, amount("4000", "mg")), 0);
  assert.equal(compareTo({ value: { num: whole(4), den: whole(1) }, unit: "g" }, amount("4", "mL")), null);
});

test("in all: every dose of the cure, a begun period too", () => {
  const all = (l: Line, days: number) => { const got = inAll(l, days); return got === null ? null : `${decText(normal(got.value))} ${got.unit}`; };
  assert.equal(all(line("1", "tablett", every(3)), 10), "30 tablett");
  assert.equal(all(line("1", "tablett", every(1, "1", "wk")), 30), "5 tablett");
  assert.equal(all(line("2.5", "mL", every(1, "8", "h")), 7), "52.5 mL");
  assert.equal(all(line("1", "tablett", null, { high: dec("2"), asNeeded: true, max: amount("8", "tablett") }), 10), "80 tablett");
  assert.equal(all(line("1", "tablett", every(3)), 0), null);
  assert.equal(dosesIn(every(1, "36", "h"), 3), 2n);
  const both = allInAll([line("2", "tablett", every(1)), line("1", "tablett", every(1))], 30);
  assert.equal(both === null ? "" : decText(both.value), "90");
  assert.equal(allInAll([line("2", "tablett", every(1)), line("1", "mL", every(1))], 30), null);
});

test("days count the first and the last", () => {
  assert.equal(daysBetween("2026-11-22", "2026-12-01"), 10);
  assert.equal(lastDay("2026-11-22", 10), "2026-12-01");
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 3, "summer time takes no hour from a day");
  assert.equal(daysBetween("2026-11-22", "2026-11-21"), null);
  assert.equal(daysBetween("2026-11-22", "x"), null);
});

test("what is amiss in a line is named", () => {
  assert.deepEqual([NO_LINE, line("0", "tablett", every(1)), line("1", "tablett", null), line("2", "tablett", every(1), { high: dec("1") }), line("1", "tablett", every(0)), line("1", "tablett", every(1), { max: amount("1", "mg") }), { ...NO_LINE, free: "x" }, line("1", "mL", every(1))].map(fault),
    ["nothing", "dose", "schedule", "range", "frequency", "max", null, null]);
});

test("in Swedish words, with comma and units", () => {
  assert.equal(lineText(line("0.5", "tablett", every(1, "1", "d", ["MORN"]))), "0,5 tablett på morgonen");
  assert.equal(lineText(line("2", "tablett", every(2, "1", "d", ["MORN", "EVE"]))), "2 tabletter på morgonen och på kvällen");
  assert.equal(lineText(line("1", "kapsel", every(3))), "1 kapsel 3 gånger dagligen");
  assert.equal(lineText(line("1.5", "mL", every(1, "8", "h"))), "1,5 ml 1 gång per 8 timmar");
  assert.equal(lineText(line("1", "tablett", null, { high: dec("2"), asNeeded: true, asNeededFor: "smärta", max: amount("8", "tablett") })), "1–2 tabletter vid behov mot smärta, högst 8 tabletter per dygn");
  assert.equal(lineText({ ...line("6", "tablett", every(1, "1", "wk")), schedule: { ...every(1, "1", "wk"), days: ["thu"] } }), "6 tabletter 1 gång i veckan på torsdagar");
});
