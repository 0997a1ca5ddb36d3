// SPDX-License-Identifier: Apache-2.0
// Makulera: a note that was written in error, as in the wrong chart, is marked as such with who, when and why. Its text
// stays to be read, and so does every signed version.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ForWhom } from "./SignBar.tsx";
import { n } from "./words.ts";

const REASON_MAX = 500;

export function Withdraw({ busy, run }: { busy: boolean; run: (why: string) => void }) {
  const asks = useSignal(false);
  const wrong = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => { if (asks.value) field.current?.focus(); }, [asks.value]);
  const w = n.value.withdraw;
  if (!asks.value) return <button type="button" class="button" onClick={() => (asks.value = true)}>{w.act}</button>;
  const submit = () => {
    const why = field.current?.value.trim() ?? "";
    wrong.value = why === "" ? w.noReason : "";
    if (why !== "" && !busy) run(why);
  };
  return (
    <form class="note-withdraw" aria-label={w.act} onSubmit={(event) => { event.preventDefault(); submit(); }} onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); asks.value = false; } }}>
      <p class="note-for">{n.value.signFor} <ForWhom /></p>
      <p class="hint">{w.hint}</p>
      <label class="note-title">{w.why}<input ref={field} type="text" maxLength={REASON_MAX} lang="sv" autocomplete="off" /></label>
      <p role="alert">{wrong.value}</p>
      <p class="note-acts"><button type="submit" class="button button-main" aria-disabled={busy}>{w.run}</button><button type="button" class="button" onClick={() => (asks.value = false)}>{n.value.cancel}</button></p>
    </form>
  );
}
