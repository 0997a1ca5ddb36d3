// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from "preact";
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { itemPath, route } from "../../app/route.ts";
import { timeOf } from "../../fhir/text.ts";
import { showDateTime } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { isOwn } from "../../session/session.ts";
import { FailureBox } from "../../ui/FailureBox.tsx";
import { SectionSkeleton } from "../../ui/Skeleton.tsx";
import { ListFrame } from "../ListFrame.tsx";
import { useChart, useLists, type Chart, type ListName } from "../model.ts";
import { hasWords, Note, noteDate, noteTitle, type NoteResource } from "../Note.tsx";
import { mergeTimeline, type TimedList } from "../timeline.ts";

export const NOTE_LISTS = ["documents", "compositions", "reports"] as const satisfies readonly ListName[];
const STEP = 20;

/** A list that has not answered yet still has more to give; one that failed has not, and is told of. */
function timedNotes(chart: Chart, name: (typeof NOTE_LISTS)[number]): TimedList<NoteResource> {
  const list = chart.lists[name];
  const items: readonly NoteResource[] = list.items.value;
  const waiting = list.status.value === "idle" || (list.status.value === "loading" && items.length === 0);
  return {
    items: items.map((item) => ({ time: timeOf(noteDate(item)), item })).sort((a, b) => b.time - a.time),
    more: list.status.value !== "failed" && (list.more.value || waiting),
  };
}

const readable = (note: NoteResource) => note.resourceType !== "DiagnosticReport" || hasWords(note);

/**
 * The newest `count` notes of all kinds. Pages are fetched until there are so many, since a page of reports may hold
 * nothing but numbers; while `waiting`, "there are none" must not be said.
 */
export function useNotes(count: number): { notes: NoteResource[]; waiting: boolean; more: boolean } {
  const chart = useLists(...NOTE_LISTS);
  const merged = mergeTimeline(NOTE_LISTS.map((name) => timedNotes(chart, name)), Number.POSITIVE_INFINITY);
  const notes = merged.events.map((event) => event.item).filter(readable);
  const wanted = notes.length < count ? merged.wanted.map((i) => NOTE_LISTS[i]).filter((name) => name !== undefined) : [];
  const ready = wanted.filter((name) => chart.lists[name].status.value === "ready");
  useEffect(() => {
    for (const name of ready) void chart.lists[name].load();
  }, [ready.join(), notes.length]);
  return { notes: notes.slice(0, count), waiting: wanted.length > 0, more: notes.length > count || merged.wanted.length > 0 };
}

/** A note of its own is a file of its own: most who read notes write none. */
interface ScreenProps { item: string; detail: string }
const screen = signal<ComponentType<ScreenProps> | null>(null);
const screenFailed = signal(false);

function fetchScreen(): void {
  screenFailed.value = false;
  import("../../note/NoteScreen.tsx").then((module) => (screen.value = module.NoteScreen), () => (screenFailed.value = true));
}

export function NotesSection() {
  const now = route.value;
  const item = now.screen === "patient" ? now.item : "";
  useEffect(() => (screen.peek() === null ? fetchScreen() : undefined), []);
  if (item === "") return <NoteList />;
  if (screenFailed.value) return <FailureBox text={t.value.failure.network} retry={fetchScreen} />;
  return screen.value === null ? <SectionSkeleton /> : <screen.value item={item} detail={now.screen === "patient" ? now.detail : ""} />;
}

const keyOf = (note: NoteResource) => `${note.resourceType}/${note.id ?? ""}`;

function NoteList() {
  const chart = useChart();
  const count = useSignal(STEP);
  const picked = useSignal<ReadonlySet<string>>(new Set());
  const { notes, waiting, more } = useNotes(count.value);
  const w = t.value.notes;
  const pick = (key: string, on: boolean) => {
    const next = new Set(picked.value);
    if (on) next.add(key);
    else next.delete(key);
    picked.value = next;
  };
  return (
    <>
      <p class="note-acts">
        {isOwn.value ? null : <a class="button button-main" href={itemPath(chart.id, "anteckningar", "ny")} aria-keyshortcuts="n">{w.fresh}<kbd aria-hidden="true">N</kbd></a>}
        {notes.length === 0 ? null : <button type="button" class="button" onClick={() => print()}>{picked.value.size === 0 ? w.printShown : w.printSome(picked.value.size)}</button>}
      </p>
      <ListFrame names={NOTE_LISTS} empty={t.value.empty.anteckningar} isEmpty={notes.length === 0 && !waiting}>
        {notes.map((note) => (
          <div key={keyOf(note)} class={`note-pick${picked.value.size > 0 && !picked.value.has(keyOf(note)) ? " print-not" : ""}`}>
            <input type="checkbox" class="note-picker" aria-label={w.pick(`${noteTitle(note)} ${showDateTime(noteDate(note))}`)} checked={picked.value.has(keyOf(note))} onChange={(event) => pick(keyOf(note), event.currentTarget.checked)} />
            <Note note={note} link />
          </div>
        ))}
        {waiting ? <SectionSkeleton /> : more ? <p class="more"><button type="button" class="button" onClick={() => (count.value += STEP)}>{t.value.common.more}</button></p> : null}
      </ListFrame>
    </>
  );
}
