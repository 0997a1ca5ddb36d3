// SPDX-License-Identifier: Apache-2.0
// The chart on the screen follows its record: what the service says has changed is read anew, part by part. What came is
// never shown from the event. Where there is no stream, it is asked once a minute.
import { connection } from "../app/connection.ts";
import type { Chart } from "./model.ts";

const GATHER_MS = 400;
const POLL_MS = 60_000;
/** More than this at once is read as "anything may have changed". */
const KEYS_MAX = 100;

interface Word { type?: string; id?: string }

/** Answers with what ends it. */
export function watchChart(chart: Chart): () => void {
  const changed = new Map<string, true>();
  let all = false;
  let broken = false;
  let gather: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(gather);
    gather = setTimeout(() => {
      const keys = all || changed.size > KEYS_MAX ? null : [...changed.keys()];
      changed.clear();
      all = false;
      void chart.changed(keys);
    }, GATHER_MS);
  };
  const anything = () => { all = true; soon(); };
  const stream = new EventSource(`/live?patient=${encodeURIComponent(chart.id)}`);
  stream.addEventListener("changed", (event) => {
    const word = JSON.parse((event as MessageEvent<string>).data) as Word;
    if (word.type === undefined || word.id === undefined) all = true;
    else changed.set(`${word.type}/${word.id}`, true);
    soon();
  });
  stream.addEventListener("again", anything);
  // What happened while it was broken is sent when it is whole again, or "again" is.
  stream.onerror = () => (broken = stream.readyState === EventSource.CLOSED);
  const poll = setInterval(() => { if (broken && connection.peek() === "up" && document.visibilityState === "visible") anything(); }, POLL_MS);
  return () => {
    stream.close();
    clearInterval(poll);
    clearTimeout(gather);
  };
}
