// SPDX-License-Identifier: Apache-2.0
// ui-budget.json for the browser tests: keys and clicks are counted as they are made, times are medians.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const BUDGET = JSON.parse(readFileSync(join(import.meta.dirname, "../../ui-budget.json"), "utf8"));
const SLACK_MIN = 2;
const SPIN_MS = 150;

/** How many times longer a piece of work takes now than when it has a processor to itself: others may be at work here. */
export function crowding() {
  const cpu = process.cpuUsage();
  const from = process.hrtime.bigint();
  while (process.cpuUsage(cpu).user < SPIN_MS * 1000) Math.sqrt(Math.random());
  const used = process.cpuUsage(cpu);
  return Math.max(1, Number(process.hrtime.bigint() - from) / 1000 / (used.user + used.system));
}

/** Counts what the user does. A key held with another is one; each letter of a text typed with type() is one. */
export function counted(page) {
  const done = { keys: 0, clicks: 0 };
  return {
    done,
    press: async (key) => { done.keys++; await page.keyboard.press(key); },
    type: async (text) => { done.keys += [...text].length; await page.keyboard.type(text); },
    click: async (locator) => { done.clicks++; await locator.click(); },
    /** Fails when more has been done than the budget of that name allows. what: "keys", "clicks" or both together. */
    within: (name, what = "both") => {
      const bar = BUDGET.flows[name];
      assert.equal(typeof bar, "number", `no budget ${name}`);
      const used = what === "both" ? done.keys + done.clicks : done[what];
      console.log(`BUDGET ${name}: ${used} of ${bar}`);
      assert.ok(used > 0 && used <= bar, `${name}: ${used} of ${bar}`);
    },
  };
}

const PERCENTILE = 0.95;

/** The same for what nineteen of twenty must be within, not the median alone. crowds: how crowded it was at each: one slow moment
 * of the machine is not one of the program's. */
export function within95(name, values, crowds) {
  const at = (list) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * PERCENTILE) - 1];
  const alone = values.map((value, i) => value / crowds[i]);
  const bar = BUDGET.times[name];
  assert.ok(typeof bar === "number" && crowds.length === values.length);
  console.log(`BUDGET ${name}: p95 ${Math.round(at(values))} ms of ${values.length}, ${Math.round(at(alone))} ms with the processor to itself, bar ${bar} ms, crowding up to ${Math.max(...crowds).toFixed(1)}${at(alone) > bar ? " OVER" : ""}`);
  assert.ok(at(alone) <= bar * SLACK_MIN, `${name}: p95 ${Math.round(at(alone))} ms, bar ${bar} ms, slack ${SLACK_MIN}`);
}

/** Prints the median and fails when it is past the bar, with slack for the noise and for what else runs on the machine. A bar that
 * is not met yet stands among "missed" with what it must not get worse than: it is said each time, and may only go down. */
export function withinTime(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  held(name, sorted[Math.floor(sorted.length / 2)], `median of ${values.length}, worst ${Math.round(sorted.at(-1))} ms`);
}

function held(name, value, what) {
  const bar = BUDGET.times[name];
  assert.equal(typeof bar, "number", `no budget ${name}`);
  const most = BUDGET.missed[name] ?? bar;
  const slack = SLACK_MIN * crowding();
  console.log(`BUDGET ${name}: ${Math.round(value)} ms, ${what}, bar ${bar} ms${value > bar ? ` OVER${most === bar ? "" : `: a bar that is missed, held at ${most}`}, slack ${slack.toFixed(1)}` : ""}`);
  assert.ok(value <= most * slack, `${name}: ${Math.round(value)} ms, bar ${bar} ms, held at ${most} ms, slack ${slack.toFixed(1)}`);
}
