// SPDX-License-Identifier: Apache-2.0
// Choosing an earlier note and which of its parts to carry forward.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { noteDate } from "../chart/Note.tsx";
import { useLists } from "../chart/model.ts";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { timeOf } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { carriable, carry, sourceTitle, type Carriable, type Source } from "./carry.ts";
import type { Editor } from "./editor.ts";
import { n } from "./words.ts";

const SOURCES_MAX = 40;

export function CarryDialog({ editor, close }: { editor: Editor; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const chart = useLists("compositions", "documents");
  const source = useSignal<Source | null>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const { compositions, documents } = chart.lists;
  const all: Source[] = [...compositions.items.value.filter((c) => c.id !== editor.base.value?.id && c.status !== "entered-in-error"), ...documents.items.value.filter((d) => d.status !== "entered-in-error")];
  const sources = all.sort((a, b) => timeOf(noteDate(b)) - timeOf(noteDate(a))).slice(0, SOURCES_MAX);
  const waiting = [compositions, documents].some((list) => list.status.value === "loading");
  const author = (one: Source) => (one.author ?? []).map((a) => chart.nameOf(a)).filter((text) => text !== "").join("; ");
  const take = (chosen: readonly Carriable[]) => {
    if (source.value === null || chosen.length === 0) return;
    const done = carry(editor.note.peek(), source.value, author(source.value), chosen);
    editor.change(done.note);
    const first = done.note.parts.find((p) => p.key === done.first);
    if (first !== undefined) editor.focus.value = { key: first.key, caret: first.text.length };
    close();
  };
  return (
    <dialog ref={dialog} class="dialog note-carry" aria-labelledby="carry-heading" onClose={close}>
      <h2 id="carry-heading">{n.value.carry}</h2>
      <p class="hint">{n.value.carryHint}</p>
      {source.value !== null ? <Parts source={source.value} take={take} /> : waiting && sources.length === 0 ? <SectionSkeleton /> : sources.length === 0 ? <p>{n.value.carryNone}</p> : (
        <ul class="note-sources">
          {sources.map((one) => (
            <li key={`${one.resourceType}/${one.id ?? ""}`}>
              <button type="button" class="button" onClick={() => (source.value = one)}><b>{sourceTitle(one)}</b><span>{[showDateTime(noteDate(one)), author(one)].filter((text) => text !== "").join(" · ")}</span></button>
            </li>
          ))}
        </ul>
      )}
      <p class="actions"><button type="button" class="button" onClick={() => dialog.current?.close()}>{n.value.cancel}</button></p>
    </dialog>
  );
}

function Parts({ source, take }: { source: Source; take: (chosen: readonly Carriable[]) => void }) {
  const parts = useMemo(() => carriable(source), [source]);
  const chosen = useSignal<ReadonlySet<number>>(new Set(parts.map((_, i) => i)));
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  const toggle = (i: number, on: boolean) => {
    const next = new Set(chosen.value);
    if (on) next.add(i);
    else next.delete(i);
    chosen.value = next;
  };
  return (
    <>
      <p><b>{sourceTitle(source)}</b> {showDateTime(noteDate(source))}</p>
      {parts.map((p, i) => (
        <div key={i} class="note-carriable">
          <label class="check"><input type="checkbox" checked={chosen.value.has(i)} onChange={(event) => toggle(i, event.currentTarget.checked)} /><span>{p.title}</span></label>
          <div class="clinical">{p.text}</div>
        </div>
      ))}
      <p><button ref={button} type="button" class="button button-main" aria-disabled={chosen.value.size === 0} onClick={() => take(parts.filter((_, i) => chosen.value.has(i)))}>{n.value.carryParts(chosen.value.size)}</button></p>
    </>
  );
}
