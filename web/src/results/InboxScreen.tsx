// SPDX-License-Identifier: Apache-2.0
// Uppgifter (/inkorg): results to acknowledge, notes to sign, other tasks, what rests. /inkorg/lamna.ID and
// /inkorg/vila.ID have the question about one of them open.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { goBack, itemPath, pagePath } from "../app/route.ts";
import { watchLive } from "../board/live.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { ageOf, type Unsigned } from "../note/unsigned.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { called, patientName } from "../write/names.ts";
import { change, readInbox, type Inbox, type Item } from "./inbox.ts";
import { me } from "./me.ts";
import { HandDialog, RestDialog } from "./TaskDialogs.tsx";
import { isAcknowledge, isCorrected, isEscalated, isUrgent, taken } from "./tasks.ts";
import { r } from "./words.ts";
import "../styles/results.css";

const WHOSE = ["all", "mine", "unit"] as const;
type Filter = (typeof WHOSE)[number];
const HAND = "lamna.";
const REST = "vila.";

/** The last good answer stays while a new one is fetched. */
function useInbox() {
  const [turn, setTurn] = useState(0);
  const [kept, setKept] = useState<Inbox | null>(null);
  const now = me.value;
  const who = [...now.refs, now.unit].join();
  useEffect(() => watchLive("unit=own", () => setTurn((n) => n + 1)), []);
  const loaded = useLoaded((signal) => readInbox(now, signal), [who, turn]);
  useEffect(() => { if (loaded.data !== null) setKept(loaded.data); }, [loaded.data]);
  return { inbox: loaded.data ?? kept, again: () => setTurn((n) => n + 1) };
}

export function InboxScreen({ about }: { about: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const filter = useSignal<Filter>("all");
  const wrong = useSignal("");
  const { inbox, again } = useInbox();
  const i = r.value.inbox;
  useEffect(() => {
    document.title = t.value.title([i.heading]);
  });
  useEffect(() => heading.current?.focus(), []);
  const items = inbox?.tasks.data?.items ?? [];
  const said = (text: string) => { wrong.value = text; again(); };
  const asked = items.find((one) => about === `${HAND}${one.task.id}` || about === `${REST}${one.task.id}`);
  const close = () => goBack(pagePath("inkorg"));
  return (
    <div class="page inbox">
      <h1 ref={heading} tabIndex={-1}>{i.heading}</h1>
      {me.value.open ? <p class="hint">{i.openUser}</p> : null}
      <div role="alert">{wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong.value}</p>}</div>
      {about !== "" && asked === undefined && inbox !== null && inbox.tasks.data !== null ? <p class="box box-warn" role="status">{i.gone} <a href={pagePath("inkorg")}>{i.heading}</a></p> : null}
      <fieldset class="chips">
        <legend>{i.show}</legend>
        {WHOSE.map((one) => <label key={one} class="chip"><input type="radio" name="inbox-whose" checked={filter.value === one} onChange={() => (filter.value = one)} /><span>{i.whose[one]}</span></label>)}
      </fieldset>
      {inbox === null ? <SectionSkeleton /> : <Shown inbox={inbox} filter={filter.value} again={again} said={said} />}
      {asked === undefined ? null : about.startsWith(HAND) ? <HandDialog key={about} item={asked} close={close} said={said} /> : <RestDialog key={about} item={asked} close={close} said={said} />}
    </div>
  );
}

interface ShownProps { inbox: Inbox; filter: Filter; again: () => void; said: (text: string) => void }

function Shown({ inbox, filter, again, said }: ShownProps) {
  const i = r.value.inbox;
  const { tasks, notes } = inbox;
  const items = (tasks.data?.items ?? []).filter((one) => filter === "all" || one.whose === filter);
  const awake = items.filter((one) => one.until === "");
  const asleep = items.filter((one) => one.until !== "");
  const signing = filter === "unit" ? [] : (notes.data?.items ?? []);
  const list = (heading: string, none: string, all: readonly Item[]) => <List heading={heading} none={none} n={all.length}>{all.map((one) => <Row key={one.task.id} item={one} said={said} />)}</List>;
  return (
    <>
      {tasks.error === null ? null : <FailureBox heading={i.tasksFailed} text={failureText(tasks.error)} retry={again} />}
      {notes.error === null ? null : <FailureBox heading={i.notesFailed} text={failureText(notes.error)} retry={again} />}
      {tasks.data === null ? null : <p role="status">{i.count(awake.length + signing.length)}</p>}
      {tasks.data?.more === true ? <p class="box box-warn"><Icon name="warning" />{i.incomplete}</p> : null}
      {tasks.data === null ? null : list(i.results, i.noResults, awake.filter((one) => isAcknowledge(one.task)))}
      {notes.data === null || filter === "unit" ? null : <List heading={i.notes} none={i.noNotes} n={signing.length}>{signing.map((one) => <NoteRow key={one.id} note={one} />)}</List>}
      {tasks.data === null ? null : list(i.others, i.noOthers, awake.filter((one) => !isAcknowledge(one.task)))}
      {asleep.length === 0 ? null : list(i.asleep, i.noAsleep, asleep)}
    </>
  );
}

interface ListProps { heading: string; none: string; n: number; children: ComponentChildren }

/** The roles are said outright, as the table is laid out as cards on small screens. */
function List({ heading, none, n, children }: ListProps) {
  const i = r.value.inbox;
  return (
    <section class="inbox-list" aria-label={heading}>
      <h2>{heading} ({n})</h2>
      {n === 0 ? <p class="quiet">{none}</p> : (
        <table class="inbox-table" role="table" aria-label={heading}>
          <thead role="rowgroup"><tr role="row">{[i.what, i.patient, i.age, i.owner, i.act].map((name) => <th key={name} role="columnheader" scope="col">{name}</th>)}</tr></thead>
          <tbody role="rowgroup">{children}</tbody>
        </table>
      )}
    </section>
  );
}

function Patient({ id }: { id: string }) {
  const i = r.value.inbox;
  const name = patientName(id);
  if (id === "") return <span class="quiet">{i.noPatient}</span>;
  return <>{name === "" ? i.noPerson : <b>{name}</b>} <span class="num nowrap">{called.value.get(id)?.number ?? ""}</span></>;
}

function Age({ date }: { date: string }) {
  const i = r.value.inbox;
  const age = ageOf(date, Date.now());
  if (date === "") return <span class="quiet">{t.value.common.undated}</span>;
  return <><time dateTime={date} class="nowrap">{i[age.unit](age.n)}</time> {age.late ? <Badge tone="warn" text={i.late} /> : null}</>;
}

function Owner({ item }: { item: Item }) {
  return <>{item.whose === "other" || me.value.open ? item.owner || r.value.noOwner : r.value.inbox[item.whose]}</>;
}

function Row({ item, said }: { item: Item; said: (text: string) => void }) {
  const i = r.value.inbox;
  const { task } = item;
  const message = task.note?.at(-1);
  return (
    <tr role="row">
      <td role="cell">
        {item.link === "" ? item.title : <a href={item.link} data-row>{item.title}</a>}
        {isEscalated(task) ? <> <Badge tone="warn" icon="warning" text={r.value.escalated} /></> : null}
        {isUrgent(task) ? <> <Badge tone="danger" icon="mark" text={r.value.urgent} /></> : null}
        {isCorrected(task) ? <> <Badge tone="warn" text={r.value.corrected} /></> : null}
        {item.until === "" ? null : <> <Badge text={i.until(showDateTime(item.until))} /></>}
        {message === undefined ? null : <span class="inbox-note">{[message.authorReference?.display ?? message.authorString ?? "", message.text].filter((text) => text !== "").join(": ")}</span>}
      </td>
      <td role="cell"><Patient id={item.patient} /></td>
      <td role="cell"><Age date={item.date} /></td>
      <td role="cell"><Owner item={item} /></td>
      <td role="cell"><Deeds item={item} said={said} /></td>
    </tr>
  );
}

/** In a service without login nobody can own anything: there is nobody to take it or to hand it to. */
function Deeds({ item, said }: { item: Item; said: (text: string) => void }) {
  const i = r.value.inbox;
  const busy = useSignal(false);
  const id = item.task.id ?? "";
  if (me.value.open) return null;
  const name = (deed: string) => i.actOn(deed, item.title, patientName(item.patient));
  const take = async (title: string) => {
    if (busy.peek()) return;
    busy.value = true;
    said(await change(item, taken(item.task, me.peek(), new Date().toISOString()), title));
    busy.value = false;
  };
  return (
    <span class="inbox-deeds">
      {item.whose === "unit" ? <button type="button" class="button button-small" aria-disabled={busy.value} aria-label={name(i.take)} onClick={() => void take(i.taken(item.title))}>{i.take}</button> : null}
      <a class="button button-small" href={pagePath("inkorg", HAND + id)} aria-label={name(i.hand)}>{i.hand}</a>
      {item.whose !== "mine" ? null : item.until === "" ? <a class="button button-small" href={pagePath("inkorg", REST + id)} aria-label={name(i.sleep)}>{i.sleep}</a> : <button type="button" class="button button-small" aria-disabled={busy.value} aria-label={name(i.wake)} onClick={() => void take(i.woken(item.title))}>{i.wake}</button>}
    </span>
  );
}

function NoteRow({ note }: { note: Unsigned }) {
  const i = r.value.inbox;
  return (
    <tr role="row">
      <td role="cell"><a href={itemPath(note.patient, "anteckningar", note.id)} data-row>{note.title}</a></td>
      <td role="cell"><Patient id={note.patient} /></td>
      <td role="cell"><Age date={note.date} /></td>
      <td role="cell">{i.mine}</td>
      <td role="cell">{note.kind === "sign" ? i.sign : i.counter}</td>
    </tr>
  );
}
