// SPDX-License-Identifier: Apache-2.0
// Mina osignerade: drafts, notes to sign and notes to countersign, each with its patient, and how old it is.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { itemPath } from "../app/route.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { session } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { drafts, type DraftLine } from "../write/drafts.ts";
import { called, patientName } from "../write/names.ts";
import { DRAFT_KIND } from "./editor.ts";
import { self } from "./people.ts";
import { waiting } from "./queue.ts";
import { ageOf, unsigned, type Unsigned, type UnsignedList } from "./unsigned.ts";
import { n } from "./words.ts";
import "../styles/note.css";

/** The user as the record knows them: the assignment in use, and the person. */
function own(): string[] {
  return [self.value.reference, session.value?.user?.reference].filter((r) => r !== undefined);
}

export function UnsignedScreen() {
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useSignal<UnsignedList | null>(null);
  const begun = useSignal<readonly DraftLine[]>([]);
  const failure = useSignal<unknown>(null);
  const turn = useSignal(0);
  const who = own().join();
  useEffect(() => {
    document.title = t.value.title([n.value.unsigned.heading]);
  });
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    const stop = new AbortController();
    failure.value = null;
    const failed = (error: unknown) => { if (!stop.signal.aborted) failure.value = error; };
    unsigned(own(), stop.signal).then((found) => {
      list.value = found;
      waiting.value = found.items.map(({ id, patient }) => ({ id, patient, done: false }));
    }, failed);
    drafts().then((all) => (begun.value = all.filter((d) => d.kind === DRAFT_KIND)), failed);
    return () => stop.abort();
  }, [who, turn.value]);
  const u = n.value.unsigned;
  const items = list.value?.items ?? [];
  const first = items[0];
  return (
    <div class="page unsigned">
      <h1 ref={heading} tabIndex={-1}>{u.heading}</h1>
      {failure.value === null ? null : <FailureBox text={failureText(failure.value)} retry={() => turn.value++} />}
      {list.value === null ? (failure.value === null ? <SectionSkeleton /> : null) : (
        <>
          {items.length === 0 && begun.value.length === 0 ? <p class="empty">{u.none}</p> : <p class="hint">{u.hint}</p>}
          {first === undefined ? null : <p class="note-acts"><a class="button button-main" href={itemPath(first.patient, "anteckningar", first.id)}>{u.start}</a><span>{u.count(items.length)}</span></p>}
          {list.value.incomplete ? <p class="box box-warn">{u.incomplete}</p> : null}
          <List heading={u.sign} empty={u.noSign} rows={items.filter((one) => one.kind === "sign").map(rowOf)} />
          <List heading={u.counter} empty={u.noCounter} rows={items.filter((one) => one.kind === "counter").map(rowOf)} />
          <List heading={u.drafts} empty={u.noDrafts} rows={begun.value.map(rowOfDraft)} />
        </>
      )}
    </div>
  );
}

interface Row { key: string; link: string; title: string; patient: string; date: string; more: ComponentChildren }

const rowOf = (one: Unsigned): Row => ({ key: one.id, link: itemPath(one.patient, "anteckningar", one.id), title: one.title, patient: one.patient, date: one.date, more: null });

function rowOfDraft(d: DraftLine): Row {
  const link = d.id.startsWith("note-") ? itemPath(d.patient, "anteckningar", d.id.slice("note-".length)) : itemPath(d.patient, "anteckningar", "ny", d.id);
  return { key: d.id, link, title: d.title, patient: d.patient, date: d.updated, more: d.kept ? null : <Badge tone="warn" text={n.value.unsigned.draftsLocal} /> };
}

function List({ heading, empty, rows }: { heading: string; empty: string; rows: readonly Row[] }) {
  const u = n.value.unsigned;
  return (
    <section class="unsigned-list" aria-label={heading}>
      <h2>{heading}</h2>
      {rows.length === 0 ? <p class="quiet">{empty}</p> : (
        <table class="unsigned-table">
          <caption class="sr">{heading}</caption>
          <thead><tr><th scope="col">{u.what}</th><th scope="col">{u.patient}</th><th scope="col">{u.written}</th><th scope="col">{u.age}</th></tr></thead>
          <tbody>{rows.map((row) => <Line key={row.key} row={row} />)}</tbody>
        </table>
      )}
    </section>
  );
}

function Line({ row }: { row: Row }) {
  const u = n.value.unsigned;
  const age = ageOf(row.date, Date.now());
  const name = patientName(row.patient);
  const number = called.value.get(row.patient)?.number ?? "";
  return (
    <tr>
      <td><a href={row.link} data-row>{row.title}</a> {row.more}</td>
      <td>{name === "" ? u.noPerson : name} <span class="num nowrap">{number}</span></td>
      <td class="nowrap">{showDateTime(row.date)}</td>
      <td class="nowrap">{u[age.unit](age.n)} {age.late ? <Badge tone="warn" text={u.late} /> : null}</td>
    </tr>
  );
}
