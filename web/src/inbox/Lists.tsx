// SPDX-License-Identifier: Apache-2.0
// One list of the inbox and its rows: what, whom it is about, how old it is, who has it, and what can be done.
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { itemPath, pagePath } from "../app/route.ts";
import { referenceText } from "../fhir/text.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { ageOf, type Unsigned } from "../note/unsigned.ts";
import { me } from "../results/me.ts";
import { doneBy, finished, isAcknowledge, isCorrected, isEscalated, isMessage, isTakenBack, isUrgent, isWaiting, taken } from "../results/tasks.ts";
import { r } from "../results/words.ts";
import { Badge } from "../ui/Badge.tsx";
import { called, patientName } from "../write/names.ts";
import { change, PLACES, type Item } from "./inbox.ts";
import { dueOf, hasRead, isOverdue, readBy } from "./message.ts";
import { m } from "./words.ts";

interface ListProps { heading: string; none: string; n: number; children: ComponentChildren }

/** The roles are said outright, as the table is laid out as cards on small screens. */
export function List({ heading, none, n, children }: ListProps) {
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

export function Patient({ id }: { id: string }) {
  const i = r.value.inbox;
  const name = patientName(id);
  if (id === "") return <span class="quiet">{i.noPatient}</span>;
  return <>{name === "" ? i.noPerson : <b>{name}</b>} <span class="num nowrap">{called.value.get(id)?.number ?? ""}</span></>;
}

function Age({ date }: { date: string }) {
  const i = r.value.inbox;
  const age = ageOf(date, Date.now());
  if (date === "") return <span class="quiet">{t.value.common.undated}</span>;
  return <><time dateTime={date} class="nowrap" title={showDateTime(date)}>{i[age.unit](age.n)}</time> {age.late ? <Badge tone="warn" text={i.late} /> : null}</>;
}

function Owner({ item }: { item: Item }) {
  const i = r.value.inbox;
  if (me.value.open || item.whose === "other" || item.whose === "team") return <>{item.owner || r.value.noOwner}</>;
  return <>{i[item.whose]}</>;
}

function Marks({ item }: { item: Item }) {
  const { task } = item;
  const due = dueOf(task);
  return (
    <>
      {isMessage(task) && isWaiting(task) && item.whose !== "other" && !me.value.open && !hasRead(task, me.value) ? <> <Badge tone="info" text={m.value.unread} /></> : null}
      {isEscalated(task) ? <> <Badge tone="warn" icon="warning" text={r.value.escalated} /></> : null}
      {isUrgent(task) ? <> <Badge tone="danger" icon="mark" text={r.value.urgent} /></> : null}
      {isCorrected(task) ? <> <Badge tone="warn" text={r.value.corrected} /></> : null}
      {isTakenBack(task) ? <> <Badge tone="warn" text={m.value.takenBack} /></> : null}
      {item.until === "" ? null : <> <Badge text={r.value.inbox.until(showDateTime(item.until))} /></>}
      {due === "" || !isWaiting(task) ? null : <> <span class="nowrap">{m.value.due(showDate(due))}</span>{isOverdue(task, Date.now()) ? <> <Badge tone="warn" text={m.value.overdue} /></> : null}</>}
    </>
  );
}

/** Who sent it, what was said when it was handed over; of what has been sent or is done, what became of it. */
function Said({ item, still }: { item: Item; still: boolean }) {
  const { task } = item;
  const said = task.note?.at(-1);
  const by = doneBy(task);
  const sender = (isMessage(task) || task.requester?.display !== undefined) && !isAcknowledge(task) && !me.value.refs.includes(task.requester?.reference ?? "") ? referenceText(task.requester) : "";
  const read = readBy(task);
  return (
    <>
      {sender === "" || still ? null : <span class="inbox-note">{m.value.from(sender)}</span>}
      {said === undefined ? null : <span class="inbox-note">{[said.authorReference?.display ?? said.authorString ?? "", said.text].filter((text) => text !== "").join(": ")}</span>}
      {!still || !isMessage(task) ? null : read.length === 0 ? (by === null ? <span class="inbox-note">{m.value.notRead}</span> : null) : read.map((one, n) => <span key={n} class="inbox-note">{m.value.readBy(referenceText(one.authorReference), showDateTime(one.time))}</span>)}
      {!still || by === null ? null : <span class="inbox-note">{m.value.doneBy(referenceText(by.who) || item.owner, showDateTime(by.when))}</span>}
    </>
  );
}

/** still: what was sent or is done, of which nothing is to be done here. */
export function Row({ item, said, still = false }: { item: Item; said: (text: string) => void; still?: boolean }) {
  return (
    <tr role="row">
      <td role="cell">
        {item.link === "" ? <span data-row tabIndex={-1}>{item.title}</span> : <a href={item.link} data-row>{item.title}</a>}
        <Marks item={item} />
        <Said item={item} still={still} />
      </td>
      <td role="cell"><Patient id={item.patient} /></td>
      <td role="cell"><Age date={item.date} /></td>
      <td role="cell"><Owner item={item} /></td>
      <td role="cell">{still ? null : <Deeds item={item} said={said} />}</td>
    </tr>
  );
}

/** In a service without login nobody can own anything: there is nobody to take it or to hand it to. */
export function Deeds({ item, said }: { item: Item; said: (text: string) => void }) {
  const i = r.value.inbox;
  const busy = useSignal(false);
  const id = item.task.id ?? "";
  if (me.value.open) return null;
  const name = (deed: string) => i.actOn(deed, item.title, patientName(item.patient));
  const run = async (as: typeof taken, title: string) => {
    if (busy.peek()) return;
    busy.value = true;
    said(await change(item, as(item.task, me.peek(), new Date().toISOString()), title));
    busy.value = false;
  };
  const shared = item.whose === "unit" || item.whose === "team";
  return (
    <span class="inbox-deeds">
      {shared ? <button type="button" class="button button-small" aria-disabled={busy.value} aria-label={name(i.take)} onClick={() => void run(taken, i.taken(item.title))}>{i.take}</button> : null}
      {isAcknowledge(item.task) ? null : <button type="button" class="button button-small" aria-disabled={busy.value} aria-label={name(m.value.finish)} onClick={() => void run(finished, m.value.finished(item.title))}>{m.value.finish}</button>}
      <a class="button button-small" href={pagePath("inkorg", PLACES.hand + id)} aria-label={name(i.hand)}>{i.hand}</a>
      {item.whose !== "mine" ? null : item.until === "" ? <a class="button button-small" href={pagePath("inkorg", PLACES.rest + id)} aria-label={name(i.sleep)}>{i.sleep}</a> : <button type="button" class="button button-small" aria-disabled={busy.value} aria-label={name(i.wake)} onClick={() => void run(taken, i.woken(item.title))}>{i.wake}</button>}
    </span>
  );
}

export function NoteRow({ note }: { note: Unsigned }) {
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
