// SPDX-License-Identifier: Apache-2.0
import { test } from "node:test";
import assert from "node:assert/strict";
import { add, compare, compareRatios, decText, divide, isDec, jsonNumber, multiply, normal, ONE, over, parseDec, plus, ratio, readDec, shift, subtract, times, whole, ZERO, type Dec } from "./decimal.ts";

const dec = (text: string): Dec => parseDec(text) ?? ZERO;

test("decimals are read and written as they stand", () => {
  for (const text of ["0", "1.50", "-0.075", "12345678901234567890.123456789", "0.1"]) assert.equal(decText(dec(text)), text);
  assert.equal(decText(dec("1.5e3")), "1500");
  assert.equal(decText(dec("2e-3")), "0.002");
  assert.equal(decText(normal(dec("1.500"))), "1.5");
  for (const text of ["", "1,5", "1.", ".5", "x", "1e999", "9".repeat(41), "1e-41"]) assert.equal(parseDec(text), null, text);
});

test("what is written by hand: comma or point, thousands apart; what two readers read differently is refused", () => {
  const read = (text: string) => {
    const got = readDec(text);
    return isDec(got) ? decText(got) : got;
  };
  assert.deepEqual(["1,5", "1.5", " 0,125 ", "0.125", "1 000", "12 500,5", "1\u00a0000", "007"].map(read), ["1.5", "1.5", "0.125", "0.125", "1000", "12500.5", "1000", "7"]);
  assert.deepEqual(["1.000", "12.500", "1.000.000"].map(read), ["ambiguous", "ambiguous", "ambiguous"]);
  assert.deepEqual(["", "-1", "1 5", "1,5 mg", "1,,5", ",5", "1e3", "½", "Infinity", "4 900. 900", "1 000,5 5"].map(read), ["empty", "number", "number", "number", "number", "number", "number", "number", "number", "number", "number"]);
  assert.equal(read("0,1234567890123456"), "long");
});

test("a tenth and two tenths are three tenths", () => {
  assert.equal(decText(add(dec("0.1"), dec("0.2"))), "0.3");
  assert.equal(decText(subtract(dec("1"), dec("0.9"))), "0.1");
  assert.equal(decText(multiply(dec("1.1"), dec("1.1"))), "1.21");
  assert.equal(compare(dec("0.30"), add(dec("0.1"), dec("0.2"))), 0);
  assert.equal(decText(shift(dec("2.5"), -3)), "0.0025");
  assert.equal(decText(shift(dec("2.5"), 3)), "2500.0");
});

test("division says whether it rounded, and to which side", () => {
  const third = ratio(ONE, whole(3));
  assert.deepEqual(divide(third, 3), { value: dec("0.333"), exact: false });
  assert.deepEqual(divide(third, 3, "up"), { value: dec("0.334"), exact: false });
  assert.deepEqual(divide(ratio(dec("-0.5"), ONE), 0), { value: dec("-1"), exact: false });
  assert.deepEqual(divide(ratio(dec("2.5"), dec("0.5")), 2), { value: dec("5"), exact: true });
  assert.deepEqual(divide(ratio(whole(7)), 0, "up"), { value: dec("7"), exact: true });
  assert.throws(() => divide(ratio(ONE, ZERO), 2));
  assert.equal(compareRatios(plus(third, times(third, ratio(whole(2)))), ratio(ONE)), 0);
  assert.equal(compareRatios(over(third, third), ratio(ONE)), 0);
});

test("only what JSON gives back unchanged becomes a JSON number", () => {
  for (const text of ["0.1", "2.5", "123456789.012345", "0.000001", "0.0000001", "500"]) assert.equal(compare(dec(String(jsonNumber(dec(text)))), dec(text)), 0, text);
  assert.equal(jsonNumber(dec("0.12345678901234567890")), null);
  assert.equal(jsonNumber(dec("12345678901234567891")), null);
});
