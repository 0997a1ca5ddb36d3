// SPDX-License-Identifier: Apache-2.0
// Word from the service that something has changed (/live, server-sent events); where there is none, the question is
// asked again each quarter of a minute. What came is never shown from the event: it is read anew. The stream tells of
// what the own unit has written: what others write about its patients is asked for each minute.
import { signal } from "@preact/signals";
import { current, session } from "../session/session.ts";

const POLL_MS = 15_000;
const POLL_LIVE_TURNS = 4;
const GATHER_MS = 400;
const RETRY_MS = 60_000;

/** The own unit has a stream; on a service without login there is one for everything. */
export function streamOf(unit: string): "unit=own" | null {
  return session.value?.access === "open" || current.value?.unit.reference === `Organization/${unit}` ? "unit=own" : null;
}

/** How one gets to know of changes now. */
export const liveness = signal<"live" | "asking">("asking");

/** Calls `changed` after each burst of changes; answers with what stops it. null: there is no stream for it. */
export function watchLive(query: "unit=own" | `patient=${string}` | null, changed: () => void): () => void {
  let stream: EventSource | null = null;
  let gather: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(gather);
    gather = setTimeout(changed, GATHER_MS);
  };
  let turn = 0;
  const poll = setInterval(() => { if (liveness.peek() !== "live" || ++turn % POLL_LIVE_TURNS === 0) changed(); }, POLL_MS);
  const open = () => {
    stream = new EventSource(`/live?${query}`);
    stream.onopen = () => {
      if (liveness.peek() !== "live") soon();
      liveness.value = "live";
    };
    stream.addEventListener("changed", soon);
    stream.addEventListener("again", soon);
    stream.onerror = () => {
      liveness.value = "asking";
      // The browser itself tries again while it is connecting; a service that has no stream is asked again later.
      if (stream?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
    };
  };
  if (query !== null) open();
  return () => {
    stream?.close();
    clearInterval(poll);
    clearTimeout(gather);
    clearTimeout(retry);
    liveness.value = "asking";
  };
}
