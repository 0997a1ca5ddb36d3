// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { decimal, decimals, showAge, showClock, showDate, showPeriod, showQuantity } from "./format.ts";
import { language } from "./index.ts";

test("dates keep the precision they have", () => {
  assert.deepEqual(["1998", "1998-06", "1998-06-10", "", undefined, "nonsense"].map(showDate), ["1998", "juni 1998", "10 juni 1998", "Datum saknas", "Datum saknas", "nonsense"]);
  assert.equal(showClock("1998-06-10"), "");
  assert.equal(showClock("2026-01-02T08:05:00"), "08:05");
});

test("a period within a day says its day once", () => {
  assert.equal(showPeriod({ start: "2026-01-02T08:05:00", end: "2026-01-02T09:00:00" }), "2 jan. 2026 08:05–09:00");
  assert.equal(showPeriod({ start: "2026-01-02", end: "2026-01-05" }), "2 jan. 2026–5 jan. 2026");
  assert.equal(showPeriod({ end: "2026-01-05" }), "till 5 jan. 2026");
  assert.equal(showPeriod(undefined), "Datum saknas");
});

test("decimal comma, true minus, units kept", () => {
  assert.equal(decimal("-1.50"), "−1,50");
  assert.equal(decimals("0.1–0.5 mg/dL."), "0,1–0,5 mg/dL.");
  assert.equal(showQuantity({ value: 0.5, unit: "mg", comparator: "<" }), "<0,5 mg");
});

test("age: months for the youngest, at death for the dead", () => {
  const now = new Date();
  const born = `${now.getFullYear()}-01-01`;
  assert.equal(showAge({ resourceType: "Patient", birthDate: born }), now.getMonth() === 1 ? "1 månad" : `${now.getMonth()} månader`);
  assert.equal(showAge({ resourceType: "Patient", birthDate: "1900-01-01", deceasedDateTime: "1950-06-01" }), "50 år");
  assert.equal(showAge({ resourceType: "Patient" }), "Ålder okänd");
});

test("dates are written as the language's own formats write them", () => {
  for (const [lang, locale] of [["sv", "sv-SE"], ["en", "en-GB"]] as const) {
    language.value = lang;
    const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
    const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" });
    const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    for (let i = 0; i < 36; i++) {
      const at = new Date(1999 + i, i % 12, 1 + ((i * 7) % 28), i % 24, (i * 13) % 60);
      const date = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
      assert.deepEqual([showDate(date), showDate(date.slice(0, 7)), showClock(at.toISOString())], [day.format(at), month.format(at), clock.format(at)]);
    }
  }
  language.value = "sv";
});
