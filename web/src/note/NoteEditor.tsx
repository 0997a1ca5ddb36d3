// SPDX-License-Identifier: Apache-2.0
// The note as it is written: title, templates, one field for each keyword, and the place where it is signed.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { useChart } from "../chart/model.ts";
import { CarryDialog } from "./CarryDialog.tsx";
import { EncounterPicker, KeywordPicker, OwnTemplates, ownTemplates, TemplatePicker, useEncounters } from "./Choices.tsx";
import { ConflictPanel } from "./ConflictPanel.tsx";
import type { Deed, Editor } from "./editor.ts";
import { isBlank } from "./note.ts";
import { SectionField } from "./SectionField.tsx";
import { SignBar, Signers } from "./SignBar.tsx";
import { phrases } from "./templates.ts";
import { readUnitTemplates, unitTemplates } from "./unitTemplates.ts";
import { n } from "./words.ts";

interface Props { editor: Editor; done: (id: string, deed: Deed) => void; discarded: () => void }

export function NoteEditor({ editor, done, discarded }: Props) {
  const chart = useChart();
  const carrying = useSignal(false);
  const encounters = useEncounters();
  const all = useMemo(() => phrases(ownTemplates.value, unitTemplates.value.map((one) => one.template)), [ownTemplates.value, unitTemplates.value]);
  useEffect(() => {
    const stop = new AbortController();
    readUnitTemplates(stop.signal).catch(() => undefined);
    return () => stop.abort();
  }, []);
  const finish = (deed: Deed) => void editor.finish(deed).then((id) => (id === null ? undefined : done(id, deed)));
  useKeys(editor, finish);
  useOngoing(editor, encounters);
  const note = editor.note.value;
  const blank = note.parts.every((p) => isBlank(p.text));
  if (editor.conflict.value !== null) return <ConflictPanel editor={editor} />;
  return (
    <div class="note-editor">
      {editor.isCorrection ? <p class="box box-warn">{n.value.correctHint}</p> : null}
      <label class="note-title">{n.value.title}
        <input type="text" value={note.title} lang="sv" autocomplete="off" onInput={(event) => editor.change({ ...note, title: event.currentTarget.value })} />
      </label>
      {blank && !editor.isCorrection ? <TemplatePicker editor={editor} /> : null}
      {note.parts.map((part) => <SectionField key={part.key} editor={editor} part={part} all={all} patient={chart.id} />)}
      {editor.isCorrection ? (
        <label class="note-title">{n.value.reason}
          <input type="text" value={editor.reason.value} lang="sv" autocomplete="off" onInput={(event) => { editor.reason.value = event.currentTarget.value; editor.keep(); }} />
        </label>
      ) : null}
      <SignBar editor={editor} finish={finish} discard={() => { editor.discard(); discarded(); }} />
      <div class="note-choices">
        <KeywordPicker editor={editor} />
        {editor.base.value === null ? <EncounterPicker editor={editor} encounters={encounters} /> : null}
        <button type="button" class="button" onClick={() => (carrying.value = true)}>{n.value.carry}</button>
        <Signers editor={editor} />
      </div>
      <p class="hint">{n.value.templateHint} {n.value.parts}</p>
      <details class="note-more"><summary>{n.value.ownTemplates}</summary><OwnTemplates editor={editor} /></details>
      {carrying.value ? <CarryDialog editor={editor} close={() => (carrying.value = false)} /> : null}
    </div>
  );
}

/** Ctrl+Enter signs from anywhere in the note. */
function useKeys(editor: Editor, finish: (deed: Deed) => void): void {
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || document.querySelector("dialog[open]") !== null || editor.conflict.peek() !== null) return;
      event.preventDefault();
      finish("sign");
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [editor]);
}

/** A new note belongs to the encounter that is going on, when there is exactly one, also when that is known only
 * after the first words; the writer can change it. */
function useOngoing(editor: Editor, encounters: ReturnType<typeof useEncounters>): void {
  const ongoing = encounters.filter((e) => e.status === "in-progress");
  const id = ongoing.length === 1 ? ongoing[0]?.id : undefined;
  useEffect(() => {
    if (id !== undefined && editor.base.peek() === null && editor.encounter.peek() === "" && !editor.chosen) editor.encounter.value = `Encounter/${id}`;
  }, [id, editor]);
}
