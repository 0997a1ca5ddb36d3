// SPDX-License-Identifier: Apache-2.0
// Small things that all these screens use.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { later, useLoaded, type Choice, type Find, type Run } from "./load.ts";
import { failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { a } from "./words.ts";

export { Dialog } from "../ui/Dialog.tsx";

interface DeedProps { children?: ComponentChildren; button: string; danger?: boolean; run: Run; cancel: () => void }

/** A form that does one thing, says when it is at work and what went wrong. */
export function DeedForm({ children, button, danger, run, cancel }: DeedProps) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    run().catch((error: unknown) => setWrong(error instanceof Told ? error.message : failureText(error))).finally(() => setBusy(false));
  };
  return (
    <form class="admin-form" onSubmit={submit} aria-busy={busy}>
      {children}
      <div role="alert">{wrong === "" ? null : <p class="box box-failure">{wrong}</p>}</div>
      <p class="actions">
        <button type="submit" class={danger === true ? "button button-danger" : "button button-main"} disabled={busy}>{busy ? a.value.busy : button}</button>
        <button type="button" class="button" onClick={cancel}>{a.value.cancel}</button>
      </p>
    </form>
  );
}

/** A fault that we say in our own words. */
export class Told extends Error {}

interface PickerProps { label: string; find: Find; chosen: Choice | null; choose: (one: Choice) => void }

/** A search whose hits are buttons: one of them is chosen. */
export function Picker({ label, find, chosen, choose }: PickerProps) {
  const [text, setText] = useState("");
  const hits = useLoaded((signal) => (text.trim().length < 2 ? null : later(signal).then(() => find(text.trim(), signal))), [text]);
  return (
    <div class="picker">
      <label><span>{label}</span><input class="field" type="search" autocomplete="off" value={text} onInput={(e) => setText(e.currentTarget.value)} /></label>
      {chosen === null ? null : <p class="picked"><Icon name="check" /><b>{chosen.title}</b> {chosen.line}</p>}
      <div role="status" class="sr">{hits.data === null ? "" : String(hits.data.length)}</div>
      {hits.data !== null && hits.data.length === 0 ? <p class="hint">{a.value.none}</p> : null}
      {hits.error === null ? null : <p class="box box-failure" role="alert">{failureText(hits.error)}</p>}
      <ul class="picks">
        {(hits.data ?? []).map((one) => (
          <li key={one.id}><button type="button" class="pick" aria-pressed={chosen?.id === one.id} onClick={() => choose(one)}><b>{one.title}</b><small>{one.line}</small></button></li>
        ))}
      </ul>
    </div>
  );
}
