// SPDX-License-Identifier: Apache-2.0
// One section of a note: its keyword as label, where its text was carried from, and the field it is written in.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { dottedAt, fitting, meant, type Phrase } from "./templates.ts";
import type { Editor } from "./editor.ts";
import { isChanged, type Part } from "./note.ts";
import { Carried } from "./Carried.tsx";
import { n } from "./words.ts";

const SHOWN_MAX = 6;

interface Props { editor: Editor; part: Part; all: readonly Phrase[]; patient: string }

export function SectionField({ editor, part, all, patient }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const caret = useSignal(-1);
  const wanted = editor.focus.value;
  useLayoutEffect(() => {
    if (wanted?.key !== part.key || field.current === null) return;
    field.current.focus();
    field.current.setSelectionRange(wanted.caret, wanted.caret);
    editor.focus.value = null;
  }, [wanted]);
  const dotted = caret.value < 0 ? null : dottedAt(part.text, caret.value);
  const fits = dotted === null ? [] : fitting(all, dotted.name);
  const one = dotted === null ? null : meant(all, dotted.name);
  /** By what stands in the field at this very moment, which may be ahead of what is drawn. */
  const expand = (at: HTMLTextAreaElement): boolean => {
    const here = at.selectionStart === at.selectionEnd ? dottedAt(at.value, at.selectionStart) : null;
    const phrase = here === null ? null : meant(all, here.name);
    if (here === null || phrase === null) return false;
    caret.value = -1;
    editor.expand(part.key, here, phrase);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      if (editor.move(part.key, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if ((event.key === "Tab" || event.key === "Enter") && !event.shiftKey && !event.altKey) {
      if (expand(event.currentTarget)) event.preventDefault();
    } else if (event.key === "Backspace" && event.currentTarget.value === "" && editor.remove(part.key)) event.preventDefault();
  };
  const look = () => {
    const at = field.current;
    caret.value = at !== null && at.selectionStart === at.selectionEnd ? at.selectionStart : -1;
  };
  const id = `text-${part.key}`;
  return (
    <div class="note-part">
      <label for={id}>{part.title}</label>
      {part.origin === undefined ? null : <Carried origin={part.origin} changed={isChanged(part)} patient={patient} />}
      <textarea
        id={id} ref={field} value={part.text} rows={3} spellcheck aria-describedby={`hint-${part.key}`} lang="sv" autocomplete="off"
        onInput={(event) => { editor.setText(part.key, event.currentTarget.value); look(); }}
        onKeyDown={onKeyDown} onKeyUp={look} onClick={look} onBlur={() => (caret.value = -1)}
      />
      <div class="note-phrases" id={`hint-${part.key}`} role="status">
        {fits.length === 0 ? null : one !== null ? <span>{n.value.expands(one.title)}</span> : <span>{n.value.several} {fits.slice(0, SHOWN_MAX).map((p) => `.${p.name}`).join("  ")}</span>}
      </div>
    </div>
  );
}
