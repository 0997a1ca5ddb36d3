// SPDX-License-Identifier: Apache-2.0
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { timeOf } from "../../fhir/text.ts";
import { t } from "../../i18n/index.ts";
import { SectionSkeleton } from "../../ui/Skeleton.tsx";
import { ListFrame } from "../ListFrame.tsx";
import { useLists, type Chart, type ListName } from "../model.ts";
import { hasWords, Note, noteDate, type NoteResource } from "../Note.tsx";
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

export function NotesSection() {
  const count = useSignal(STEP);
  const { notes, waiting, more } = useNotes(count.value);
  return (
    <ListFrame names={NOTE_LISTS} empty={t.value.empty.anteckningar} isEmpty={notes.length === 0 && !waiting}>
      {notes.map((note) => <Note key={`${note.resourceType}/${note.id}`} note={note} />)}
      {waiting ? <SectionSkeleton /> : more ? <p class="more"><button type="button" class="button" onClick={() => (count.value += STEP)}>{t.value.common.more}</button></p> : null}
    </ListFrame>
  );
}
