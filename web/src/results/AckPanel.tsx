// SPDX-License-Identifier: Apache-2.0
// What waits to be acknowledged, one line an answer, with what is abnormal in it named; and what has been, by whom and when.
import { useEffect } from "preact/hooks";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { rangeOf, Value } from "../chart/LabParts.tsx";
import { useChart } from "../chart/model.ts";
import { ClinicalText } from "../chart/Parts.tsx";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { DRAWN_STEP, type Acks } from "./acks.ts";
import { abnormalOf, isNormal, unjudgedOf, type Answer, type Part } from "./answers.ts";
import { me } from "./me.ts";
import { doneBy, isCorrected, isEscalated, isTakenBack, isUrgent, mayAct, whose } from "./tasks.ts";
import { r } from "./words.ts";

interface Props { acks: Acks; ask: () => void }

export function AckPanel({ acks, ask }: Props) {
  const waiting = acks.open.value.length;
  // The line that had the focus is gone when it has been acknowledged: the next one takes it.
  useEffect(() => {
    if (acks.status.peek() === "ready" && document.activeElement === document.body && document.querySelector("dialog[open]") === null) (document.querySelector<HTMLElement>("[data-answer]") ?? document.getElementById("section-heading"))?.focus({ preventScroll: true });
  }, [waiting]);
  const failed = acks.status.value === "failed";
  return (
    <>
      {failed ? <FailureBox heading={r.value.failed} text={failureText(acks.error.value)} retry={() => void acks.load()} /> : null}
      {acks.status.value === "loading" && waiting === 0 ? <p class="quiet print-not" role="status">{r.value.loading}</p> : null}
      <div role="alert">{acks.wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{acks.wrong.value}</p>}</div>
      <div role="status">{acks.undoable.value.length === 0 ? null : <Undo acks={acks} />}</div>
      {waiting === 0 ? null : <Waiting acks={acks} ask={ask} />}
    </>
  );
}

/** For a short time after: one press. */
function Undo({ acks }: { acks: Acks }) {
  const some = acks.undoable.value;
  return <p class="box ack-undo print-not"><Icon name="check" />{r.value.receipt(some.length)} <button type="button" class="button button-small" aria-disabled={acks.busy.value} onClick={() => void acks.takeBack(some, "")}>{r.value.undo}</button></p>;
}

function Waiting({ acks, ask }: Props) {
  const shown = acks.shown.value;
  const mine = acks.mine.value.length;
  const others = acks.others.value.slice(0, DRAWN_STEP);
  return (
    <section class="acks print-not" aria-labelledby="acks-heading">
      <header class="acks-head">
        <h3 id="acks-heading">{r.value.heading(mine)}</h3>
        {shown.length < 2 ? null : <button type="button" class="button button-main" aria-keyshortcuts="Shift+V" aria-disabled={acks.busy.value} onClick={ask}><Icon name="check" />{acks.busy.value ? r.value.busy : r.value.all(shown.length)}</button>}
      </header>
      {mine === 0 ? null : <p class="quiet">{r.value.hint}</p>}
      {acks.more.value.open ? <p class="box box-warn"><Icon name="warning" />{r.value.incomplete}</p> : null}
      <ul class="acks-list">{shown.map((one) => <Line key={one.task.id} acks={acks} one={one} />)}</ul>
      {mine > shown.length ? <p class="more"><button type="button" class="button" onClick={() => (acks.drawn.value += DRAWN_STEP)}>{t.value.common.more}</button></p> : null}
      {others.length === 0 ? null : <><h4>{r.value.others}</h4><ul class="acks-list">{others.map((one) => <Line key={one.task.id} acks={acks} one={one} />)}</ul></>}
    </section>
  );
}

function Line({ acks, one }: { acks: Acks; one: Answer }) {
  const chart = useChart();
  const own = whose(one.task, me.value);
  const named = chart.nameOf(one.task.owner) || r.value.noOwner;
  const owner = me.value.open ? named : own === "mine" ? r.value.mineWord : own === "unit" ? r.value.unitWord : named;
  const title = one.title || t.value.common.unnamed;
  return (
    <li class="ack" data-answer={one.task.id} data-row tabIndex={-1}>
      <div class="ack-what">
        <p><b>{title}</b> <time dateTime={one.date} class="nowrap">{showDateTime(one.date)}</time> <span class="quiet">{r.value.waitsFor(owner)}</span> <Marks one={one} /></p>
        {isTakenBack(one.task) ? <p class="quiet">{one.task.note?.at(-1)?.text}</p> : null}
        <Contents one={one} />
      </div>
      {mayAct(one.task, me.value) ? <button type="button" class="button button-small" aria-disabled={acks.busy.value} aria-label={r.value.oneOf(title, showDateTime(one.date))} onClick={() => void acks.acknowledge([one])}><Icon name="check" />{r.value.one}</button> : null}
    </li>
  );
}

function Marks({ one }: { one: Answer }) {
  return (
    <>
      {isEscalated(one.task) ? <Badge tone="warn" icon="warning" text={r.value.escalated} /> : null}
      {isUrgent(one.task) ? <Badge tone="danger" icon="mark" text={r.value.urgent} /> : null}
      {isCorrected(one.task) ? <Badge tone="warn" text={r.value.corrected} /> : null}
      {isTakenBack(one.task) ? <Badge tone="warn" text={r.value.takenBack} /> : null}
    </>
  );
}

function Contents({ one }: { one: Answer }) {
  const abnormal = abnormalOf(one);
  const unjudged = unjudgedOf(one);
  return (
    <>
      {one.whole ? null : <p class="ack-unseen"><Icon name="warning" />{r.value.unseen}</p>}
      {one.parts.length === 0 ? null : <p class="quiet">{r.value.tests(one.parts.length)}{isNormal(one) ? `, ${r.value.allNormal}` : ""}</p>}
      {abnormal.length === 0 ? null : <Parts heading={r.value.abnormal} parts={abnormal} />}
      {unjudged.length === 0 ? null : <Parts heading={r.value.unjudged} parts={unjudged} />}
      {one.text === "" ? null : <ClinicalText text={one.text} />}
    </>
  );
}

/** Values by name, each whole with its unit and interval. */
export function Parts({ heading, parts }: { heading: string; parts: readonly Part[] }) {
  return (
    <div class="ack-parts">
      <span class="quiet">{heading}</span>
      <ul>{parts.map((part, i) => <li key={i}>{part.name} <Value value={part.value} unit /> {rangeOf(part.value) === "" ? null : <span class="quiet">({rangeOf(part.value)})</span>}</li>)}</ul>
    </div>
  );
}

/** The latest that have been acknowledged. */
export function DoneList({ acks, takeBack }: { acks: Acks; takeBack: (task: string) => string }) {
  const chart = useChart();
  const done = acks.done.value.slice(0, DRAWN_STEP);
  if (done.length === 0) return null;
  return (
    <details class="acks-done print-not">
      <summary>{r.value.doneHeading(acks.done.value.length)}</summary>
      {acks.more.value.done || acks.done.value.length > done.length ? <p class="quiet">{r.value.doneMore}</p> : null}
      <ul>{done.map((one) => {
        const by = doneBy(one.task);
        return <li key={one.task.id}><b>{one.title || t.value.common.unnamed}</b> <span class="nowrap">{showDateTime(one.date)}</span>: {r.value.done} {r.value.doneBy(chart.nameOf(by?.who), showDateTime(by?.when))} {mayAct(one.task, me.value) ? <a class="button button-small" href={takeBack(one.task.id ?? "")} aria-label={r.value.undoOf(one.title, showDateTime(one.date))}>{r.value.undoLater}</a> : null}</li>;
      })}</ul>
    </details>
  );
}
