// SPDX-License-Identifier: Apache-2.0
// One note: a new one, one that waits for a signature, or one that stands.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Composition, DocumentReference } from "@fhir";
import { itemPath, navigate, patientPath, replaceWith } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { read } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { showDateTime } from "../i18n/format.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Conflict, update } from "../write/write.ts";
import { drafts, newDraftId, openDraft, type DraftLine } from "../write/drafts.ts";
import { DRAFT_KIND, draftIdOf, Editor, localTime } from "./editor.ts";
import { isSigned } from "./marks.ts";
import { noteOf, noteOfDraft, withdraw, type DraftNote } from "./note.ts";
import { NoteEditor } from "./NoteEditor.tsx";
import { NoteView } from "./NoteView.tsx";
import { isOurs, self } from "./people.ts";
import { Withdraw } from "./Withdraw.tsx";
import { n } from "./words.ts";
import "../styles/note.css";

export function NoteScreen({ item, detail }: { item: string; detail: string }) {
  return item === "ny" ? <NewNote key={detail === "" ? "ny" : detail} draft={detail} /> : <OneNote key={item} id={item} />;
}

function startIn(editor: Editor): void {
  const part = editor.note.peek().parts[0];
  // After the screen itself has taken focus.
  setTimeout(() => { if (part !== undefined) editor.focus.value = { key: part.key, caret: part.text.length }; }, 0);
}

function editorOf(patient: string, id: string, content: DraftNote): Editor {
  return new Editor(patient, id, { note: noteOfDraft(content), base: content.base, encounter: content.encounter, reason: content.reason });
}

/** A new note, or a draft that is gone on with. The draft's id stands in the address, so that a page that is lost leads back to it. */
function NewNote({ draft }: { draft: string }) {
  const chart = useChart();
  const editor = useSignal<Editor | null>(null);
  const failure = useSignal<unknown>(null);
  const other = useSignal<readonly DraftLine[]>([]);
  const gone = useSignal(false);
  const begin = () => {
    failure.value = null;
    const id = draft === "" ? newDraftId() : draft;
    const start = (fresh: Editor) => {
      editor.value = fresh;
      startIn(fresh);
    };
    if (draft === "") return void replaceWith(itemPath(chart.id, "anteckningar", "ny", id));
    void openDraft<DraftNote>(id).then((held) => {
      if (held !== null && held.patient !== chart.id) return void (failure.value = new FhirError("notFound", 404));
      start(held === null ? new Editor(chart.id, id, null) : editorOf(chart.id, id, held.content));
    }, (error: unknown) => {
      // A service that keeps no drafts yet, or is away: what is written is kept on this page until it is there.
      if (error instanceof FhirError && error.kind === "refused") failure.value = error;
      else start(new Editor(chart.id, id, null));
    });
  };
  useEffect(begin, [draft]);
  useEffect(() => void drafts().then((all) => (other.value = all.filter((d) => d.kind === DRAFT_KIND && d.patient === chart.id && d.id !== draft && !d.id.startsWith("note-"))), () => undefined), [draft]);
  if (failure.value !== null) return <FailureBox text={failureText(failure.value)} retry={begin} />;
  if (editor.value === null) return <SectionSkeleton />;
  const done = (id: string) => {
    void chart.lists.compositions.reload();
    replaceWith(itemPath(chart.id, "anteckningar", id));
  };
  return (
    <>
      <h3>{n.value.fresh}</h3>
      {gone.value ? <p>{n.value.draftGone}</p> : null}
      {other.value.length === 0 || editor.value.touched.value ? null : (
        <div class="note-resume"><p>{n.value.resume}</p><ul>{other.value.map((d) => <li key={d.id}><a href={itemPath(chart.id, "anteckningar", "ny", d.id)}>{n.value.goOn(d.title, showDateTime(d.updated))}</a></li>)}</ul></div>
      )}
      <NoteEditor editor={editor.value} done={done} discarded={() => navigate(patientPath(chart.id, "anteckningar"))} />
    </>
  );
}

type Found = Composition | DocumentReference;

/** Notes are Compositions; those of older systems are documents. */
async function find(id: string, signal: AbortSignal): Promise<Found> {
  try {
    return await read("Composition", id, signal);
  } catch (error) {
    if (!(error instanceof FhirError) || (error.kind !== "notFound" && error.kind !== "gone")) throw error;
    return read("DocumentReference", id, signal);
  }
}

function OneNote({ id }: { id: string }) {
  const chart = useChart();
  const note = useSignal<Found | null>(null);
  const failure = useSignal<unknown>(null);
  const editor = useSignal<Editor | null>(null);
  const turn = useSignal(0);
  const edit = async (composition: Composition) => {
    const held = await openDraft<DraftNote>(draftIdOf(id)).catch(() => null);
    const mine = held === null || held.patient !== chart.id ? null : editorOf(chart.id, draftIdOf(id), held.content);
    const fresh = mine ?? new Editor(chart.id, draftIdOf(id), { note: noteOf(composition), base: composition, encounter: "", reason: "" });
    // Somebody has written it since the draft was begun: both texts, at once.
    if (mine !== null && mine.base.peek()?.meta?.versionId !== composition.meta?.versionId) fresh.conflict.value = { theirs: composition };
    editor.value = fresh;
    startIn(fresh);
  };
  useEffect(() => {
    const stop = new AbortController();
    failure.value = null;
    find(id, stop.signal).then(async (found) => {
      const subject = found.subject?.reference;
      if (subject !== `Patient/${chart.id}`) throw new FhirError("notFound", 404);
      const open = found.resourceType === "Composition" && isOurs(found) && (!isSigned(found) || (await begun(id)));
      if (open && found.status !== "entered-in-error") await edit(found);
      if (!stop.signal.aborted) note.value = found;
    }).catch((error: unknown) => { if (!stop.signal.aborted) failure.value = error; });
    return () => stop.abort();
  }, [id, turn.value]);
  if (failure.value !== null) return <FailureBox text={failureText(failure.value)} retry={() => turn.value++} />;
  const now = note.value;
  if (now === null) return <SectionSkeleton />;
  const leave = () => {
    editor.value = null;
    // What stood before is never shown as what stands now: a note just signed would say that it waits for a signature.
    note.value = null;
    void chart.lists.compositions.reload();
    turn.value++;
  };
  if (editor.value !== null) {
    return (
      <>
        <h3>{editor.value.isCorrection ? n.value.correct : n.value.edit}</h3>
        <NoteEditor key={editor.value.draft} editor={editor.value} done={leave} discarded={leave} />
        {now.resourceType === "Composition" && !isSigned(now) ? <WithdrawUnsigned note={now} done={() => { editor.value?.discard(); leave(); }} /> : null}
      </>
    );
  }
  return <NoteView note={now} edit={now.resourceType === "Composition" ? () => void edit(now) : null} changed={(fresh) => { note.value = fresh; }} />;
}

/** A note that nobody has signed may have been written in the wrong chart too. */
function WithdrawUnsigned({ note, done }: { note: Composition; done: () => void }) {
  const busy = useSignal(false);
  const failure = useSignal<unknown>(null);
  const run = async (why: string) => {
    busy.value = true;
    failure.value = null;
    const patient = note.subject?.reference?.slice("Patient/".length) ?? "";
    await update(withdraw(note, self.peek(), localTime(), why), { patient, title: `${n.value.done.withdrawn}: ${note.title}`, link: itemPath(patient, "anteckningar", note.id ?? "") }).then(done, (error: unknown) => (failure.value = error));
    busy.value = false;
  };
  return (
    <>
      <div role="alert">{failure.value === null ? null : <p class="box box-warn">{failure.value instanceof Conflict ? n.value.conflict : failureText(failure.value)}</p>}</div>
      <div class="note-acts"><Withdraw busy={busy.value} run={(why) => void run(why)} /></div>
    </>
  );
}

/** Has a change of it been begun and kept? */
async function begun(id: string): Promise<boolean> {
  return (await openDraft(draftIdOf(id)).catch(() => null)) !== null;
}

