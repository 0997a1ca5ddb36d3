// SPDX-License-Identifier: Apache-2.0
// Word from the service that something has changed (/live, server-sent events); where there is none, the question is
// asked again each quarter of a minute. What came is never shown from the event: it is read anew.
import { signal } from "@preact/signals";

const POLL_MS = 15_000;
const GATHER_MS = 400;
const RETRY_MS = 60_000;

/** How one gets to know of changes now. */
export const liveness = signal<"live" | "asking">("asking");

/** Calls `changed` after each burst of changes; answers with what stops it. */
export function watchLive(query: string, changed: () => void): () => void {
  let stream: EventSource | null = null;
  let gather: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(gather);
    gather = setTimeout(changed, GATHER_MS);
  };
  const poll = setInterval(() => { if (liveness.peek() !== "live") changed(); }, POLL_MS);
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
  open();
  return () => {
    stream?.close();
    clearInterval(poll);
    clearTimeout(gather);
    clearTimeout(retry);
    liveness.value = "asking";
  };
}
