// SPDX-License-Identifier: Apache-2.0
// Work in pieces. What takes long to draw is drawn a part at a time, each part in a task of its own, so that no key is
// kept waiting by a whole screen. Small parts share a task as long as it is short.
const TASK_MS = 8;

interface Scheduler { postTask(work: () => void, options: { priority: "user-visible" }): Promise<unknown> }
const scheduler = (globalThis as { scheduler?: Scheduler }).scheduler;
const waiting: (() => void)[] = [];
let under = false;

function post(work: () => void): void {
  if (scheduler === undefined) setTimeout(work, 0);
  else void scheduler.postTask(work, { priority: "user-visible" });
}

async function run(): Promise<void> {
  const from = performance.now();
  while (waiting.length > 0) {
    waiting.shift()?.();
    // Whoever waited goes on, and what it changed is drawn, before the next.
    for (let i = 0; i < 4; i++) await null;
    if (performance.now() - from > TASK_MS) break;
  }
  under = waiting.length > 0;
  if (under) post(() => void run());
}

/** Resolves when it is one's turn: in a later task, in the order asked. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (under) return;
    under = true;
    post(() => void run());
  });
}
