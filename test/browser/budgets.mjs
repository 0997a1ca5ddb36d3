// SPDX-License-Identifier: Apache-2.0
// ui-budget.json for the browser tests: keys and clicks are counted as they are made, times are medians.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const BUDGET = JSON.parse(readFileSync(join(import.meta.dirname, "../../ui-budget.json"), "utf8"));
const SLACK_MIN = 2;
const SPIN_MS = 150;

/** How many times longer a piece of work takes now than when it has a processor to itself: others may be at work here. */
function crowding() {
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

/** Prints the median and fails when it is past the bar, with slack for the noise and for what else runs on the machine. A bar that
 * is not met yet stands among "missed" with what it must not get worse than: it is said each time, and may only go down. */
export function withinTime(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const bar = BUDGET.times[name];
  assert.equal(typeof bar, "number", `no budget ${name}`);
  const held = BUDGET.missed[name] ?? bar;
  const slack = SLACK_MIN * crowding();
  console.log(`BUDGET ${name}: median ${Math.round(median)} ms of ${values.length}, worst ${Math.round(sorted.at(-1))} ms, bar ${bar} ms${median > bar ? ` OVER${held === bar ? "" : `: a bar that is missed, held at ${held}`}, slack ${slack.toFixed(1)}` : ""}`);
  assert.ok(median <= held * slack, `${name}: ${Math.round(median)} ms, bar ${bar} ms, held at ${held} ms, slack ${slack.toFixed(1)}`);
}
