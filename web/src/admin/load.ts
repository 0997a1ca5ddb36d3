// SPDX-License-Identifier: Apache-2.0
// Asking the service from a component, and what is asked for.
import { useEffect, useState } from "preact/hooks";

export interface Choice { id: string; title: string; line: string }
export type Find = (text: string, signal: AbortSignal) => Promise<Choice[]>;
export type Run = () => Promise<void>;

export type Loaded<T> = { data: T | null; error: unknown; loading: boolean; again: () => void };

/** What `get` gives, anew whenever one of `when` changes; the one before is aborted. */
export function useLoaded<T>(get: (signal: AbortSignal) => Promise<T> | null, when: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: unknown; loading: boolean }>({ data: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const asked = get(stop.signal);
    setState((was) => ({ data: asked === null ? null : was.data, error: null, loading: asked !== null }));
    asked?.then(
      (data) => { if (!stop.signal.aborted) setState({ data, error: null, loading: false }); },
      (error: unknown) => { if (!stop.signal.aborted) setState({ data: null, error, loading: false }); },
    );
    return () => stop.abort();
  }, [...when, turn]);
  return { ...state, again: () => setTurn(turn + 1) };
}

const PAUSE_MS = 200;
/** Waits for the next letter to be written. */
export function later(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason as Error); }, { once: true });
  });
}

/** What stands in a field of that name. */
export function fieldValue(within: HTMLElement | null, name: string): string {
  const field = within?.querySelector(`[name="${name}"]`);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement ? field.value.trim() : "";
}
