// SPDX-License-Identifier: Apache-2.0
// A note that stands: its text, who has signed it, its earlier wordings, and what can be done with it.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Composition, DocumentReference } from "@fhir";
import { itemPath, patientPath } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { Note, noteTitle } from "../chart/Note.tsx";
import { failureText } from "../ui/FailureBox.tsx";
import { Conflict, update } from "../write/write.ts";
import { localTime } from "./editor.ts";
import { awaited, isSigned } from "./marks.ts";
import { countersigned, withdraw } from "./note.ts";
import { isOurs, isSelf, maySign, self } from "./people.ts";
import { ForWhom } from "./SignBar.tsx";
import { markDone, waiting } from "./queue.ts";
import { Versions } from "./Versions.tsx";
import { Withdraw } from "./Withdraw.tsx";
import { n } from "./words.ts";

type Found = Composition | DocumentReference;
interface Props { note: Found; edit: (() => void) | null; changed: (note: Found) => void }

export function NoteView({ note, edit, changed }: Props) {
  const chart = useChart();
  const busy = useSignal(false);
  const failure = useSignal<unknown>(null);
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => void setTimeout(() => focusNote(first.current), 0), [note.id]);
  const save = async (fresh: Found, title: string) => {
    if (busy.peek()) return;
    busy.value = true;
    failure.value = null;
    try {
      const { resource } = await update<Found>(fresh, { patient: chart.id, title, link: itemPath(chart.id, "anteckningar", note.id ?? "") });
      markDone(note.id ?? "");
      changed(resource);
      void (note.resourceType === "Composition" ? chart.lists.compositions : chart.lists.documents).reload();
    } catch (error) {
      if (error instanceof Conflict && error.theirs !== null) changed(error.theirs as Found);
      failure.value = error;
    }
    busy.value = false;
  };
  const sign = signing(note);
  const gone = note.status === "entered-in-error";
  const act = () => { if (sign !== null) void save(sign.make(), sign.title); };
  useSignKey(act);
  return (
    <div class="note-view" ref={first}>
      <Note note={note} />
      {sign === null ? null : (
        <div class="note-sign" role="group" aria-label={sign.label}>
          <p class="note-for">{n.value.signFor} <ForWhom /> <span class="note-as">{n.value.signAs(self.value.display ?? "")}</span></p>
          <div class="note-acts"><button type="button" class="button button-main" aria-keyshortcuts="Control+Enter" aria-disabled={busy.value} onClick={act}>{busy.value ? n.value.signing : sign.label}<span class="note-key" aria-hidden="true">{n.value.signKey}</span></button></div>
        </div>
      )}
      <div role="alert">{failure.value === null ? null : <div class="box box-failure"><div><strong>{n.value.failed}</strong><p>{failure.value instanceof Conflict ? n.value.conflict : failureText(failure.value)}</p></div></div>}</div>
      <p class="note-acts">
        {edit !== null && isOurs(note) && !gone ? <button type="button" class="button" onClick={edit}>{note.resourceType === "Composition" && isSigned(note) ? n.value.act.correct : n.value.act.edit}</button> : null}
        <button type="button" class="button" onClick={() => print()}>{n.value.act.print}</button>
        <a class="button" href={patientPath(chart.id, "anteckningar")}>{n.value.back}</a>
        {maySign.value && isOurs(note) && !gone ? <Withdraw busy={busy.value} run={(why) => void save(withdraw(note, self.peek(), localTime(), why), `${n.value.done.withdrawn}: ${noteTitle(note)}`)} /> : null}
        <NextUnsigned of={note.id ?? ""} signed={sign === null} />
      </p>
      {isOurs(note) ? null : <p class="hint">{n.value.otherUnit}</p>}
      {note.resourceType === "Composition" && (isSigned(note) || gone) ? <Versions note={note} /> : null}
    </div>
  );
}

function focusNote(within: HTMLElement | null): void {
  const note = within?.querySelector("[data-row]");
  if (note instanceof HTMLElement) note.focus({ preventScroll: true });
}

interface Sign { label: string; title: string; make: () => Found }

/** What the reader's signature would be: the countersignature that is asked of them, or the signing of a document. */
function signing(note: Found): Sign | null {
  if (!maySign.value || !isOurs(note)) return null;
  if (note.resourceType === "Composition") {
    if (!isSigned(note) || !awaited(note, "professional").some(isSelf)) return null;
    return { label: n.value.act.countersign, title: `${n.value.done.countersigned}: ${note.title}`, make: () => countersigned(note, self.peek(), localTime()) };
  }
  if (note.status !== "current" || note.docStatus !== "preliminary") return null;
  return { label: n.value.act.sign, title: `${n.value.done.signed}: ${note.description ?? ""}`, make: () => ({ ...note, docStatus: "final", authenticator: self.peek() }) };
}

function useSignKey(act: () => void): void {
  const now = useRef(act);
  now.current = act;
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      now.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** Whoever came from the list of unsigned notes goes on to the next. */
function NextUnsigned({ of, signed }: { of: string; signed: boolean }) {
  const rest = waiting.value.filter((one) => one.id !== of && !one.done);
  const next = rest[0];
  if (!signed || !waiting.value.some((one) => one.id === of)) return null;
  if (next === undefined) return <a class="button" href="/osignerat">{n.value.lastUnsigned}</a>;
  return <a class="button button-main" href={itemPath(next.patient, "anteckningar", next.id)} autofocus>{n.value.nextUnsigned(rest.length)}</a>;
}
