// SPDX-License-Identifier: Apache-2.0
// One conversation (/inkorg/meddelande.ID): what was written, by whom and when, who has read it and who has seen to it,
// and an answer. That it is shown to who has it is noted as read.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Reference, Task } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { patientPath } from "../app/route.ts";
import { ClinicalText } from "../chart/Parts.tsx";
import { conceptText, referenceText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { me } from "../results/me.ts";
import { doneBy, isUrgent, isWaiting, patientOf, whose } from "../results/tasks.ts";
import { r } from "../results/words.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { DraftMark } from "../write/DraftMark.tsx";
import { dropDraft, keepDraft, openDraft } from "../write/drafts.ts";
import { itemOf } from "./inbox.ts";
import { Deeds, Patient } from "./Lists.tsx";
import { markRead, readThread, Sender, type Letter, type Thread } from "./mail.ts";
import { readBy, TEXT_MAX, textOf } from "./message.ts";
import { m } from "./words.ts";
import "../styles/inbox.css";

export function MessageView({ task, turn, close }: { task: string; turn: number; close: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const own = useSignal(0);
  const wrong = useSignal("");
  const loaded = useLoaded((signal) => readThread(task, signal), [task, turn, own.value]);
  const w = m.value.thread;
  const thread = loaded.data;
  const topic = conceptText(thread?.letters[0]?.letter.topic) || m.value.kinds.meddelanden;
  useEffect(() => {
    document.title = t.value.title([topic]);
  });
  useLayoutEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    const asked = thread?.asked;
    if (asked === undefined || !isWaiting(asked) || whose(asked, me.peek()) === "other") return;
    void markRead(asked, me.peek(), topic).then((text) => { if (text !== "") wrong.value = text; });
  }, [thread?.asked.meta?.versionId]);
  const said = (text: string) => { wrong.value = text; own.value++; };
  return (
    <div class="page inbox">
      <h1 ref={heading} tabIndex={-1}>{topic}</h1>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      <div role="alert">{wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong.value}</p>}</div>
      {thread === null ? (loaded.loading ? <SectionSkeleton /> : loaded.error === null ? <p class="box box-warn" role="status">{w.unseen}</p> : null) : <Shown thread={thread} said={said} />}
      <p><button type="button" class="button" onClick={close}><Icon name="left" />{w.back}</button></p>
    </div>
  );
}

function Shown({ thread, said }: { thread: Thread; said: (text: string) => void }) {
  const w = m.value.thread;
  const { asked } = thread;
  const patient = patientOf(asked);
  const mine = isWaiting(asked) && whose(asked, me.value) !== "other";
  return (
    <>
      <p class="thread-about"><Patient id={patient} /> {patient === "" ? null : <a class="button button-small" href={patientPath(patient)}>{w.chart}</a>}{isUrgent(asked) ? <> <Badge tone="danger" icon="mark" text={r.value.urgent} /></> : null}</p>
      {thread.more ? <p class="box box-warn"><Icon name="warning" />{w.more}</p> : null}
      <ol class="thread">{thread.letters.map((one) => <LetterItem key={one.letter.id} one={one} />)}</ol>
      {mine ? <Deeds item={itemOf(asked, new Map(), me.value, Date.now())} said={said} /> : null}
      {me.value.open ? null : <Reply thread={thread} said={said} />}
    </>
  );
}

function LetterItem({ one: { letter, task } }: { one: Letter }) {
  const w = m.value.thread;
  const by = task === null ? null : doneBy(task);
  const read = task === null ? [] : readBy(task);
  return (
    <li class="thread-letter">
      <p class="thread-head"><b>{referenceText(letter.sender)}</b> <span class="quiet">{w.to((letter.recipient ?? []).map(referenceText).join(", "))}</span> <time dateTime={letter.sent} class="nowrap">{showDateTime(letter.sent)}</time></p>
      <ClinicalText text={textOf(letter)} />
      <ul class="thread-fate">
        {task === null ? <li>{w.taskless}</li> : null}
        {task !== null && read.length === 0 && by === null ? <li>{m.value.notRead}</li> : null}
        {read.map((mark, i) => <li key={i}><Icon name="check" />{m.value.readBy(referenceText(mark.authorReference), showDateTime(mark.time))}</li>)}
        {by === null ? null : <li><Icon name="check" />{m.value.doneBy(referenceText(by.who), showDateTime(by.when))}</li>}
      </ul>
    </li>
  );
}

/** Whom an answer goes to: who wrote last, other than the user; else whom it was sent to. */
function answerTo(thread: Thread, refs: readonly string[]): { to: Reference | undefined; after: Letter | undefined } {
  const other = [...thread.letters].reverse().find((one) => !refs.includes(one.letter.sender?.reference ?? ""));
  const after = thread.letters.at(-1);
  return { to: other?.letter.sender ?? after?.letter.recipient?.[0], after };
}

function Reply({ thread, said }: { thread: Thread; said: (text: string) => void }) {
  const w = m.value.thread;
  const now = me.value;
  const { asked } = thread;
  const patient = patientOf(asked);
  const draft = `answer-${asked.id ?? ""}`;
  const text = useSignal("");
  const busy = useSignal(false);
  const sender = useMemo(() => new Sender(), []);
  const { to, after } = answerTo(thread, now.refs);
  const topic = conceptText(thread.letters[0]?.letter.topic);
  useEffect(() => { void openDraft<{ text: string }>(draft).then((found) => { if (found !== null && text.peek() === "") text.value = found.content.text; }, () => undefined); }, [draft]);
  const write = (value: string) => {
    text.value = value;
    keepDraft({ id: draft, kind: "answer", patient, title: m.peek().compose.draft(topic), content: { text: value } });
  };
  const send = async () => {
    if (busy.peek() || to === undefined || after === undefined) return;
    if (text.peek().trim() === "") return said(m.value.compose.noText);
    busy.value = true;
    const own: Task | null = isWaiting(asked) && whose(asked, now) !== "other" ? asked : null;
    const wrong = await sender.send({ kind: "message", patient, to, topic, text: text.peek(), urgent: false, due: "", after: after.letter }, own, m.value.answered(referenceText(to)));
    busy.value = false;
    if (wrong === "") { text.value = ""; dropDraft(draft); }
    said(wrong);
  };
  const sendByKey = (event: KeyboardEvent) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void send(); } };
  return (
    <form class="compose" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p class="field"><label for="thread-reply">{w.replyTo(referenceText(to))}</label><textarea id="thread-reply" rows={4} maxLength={TEXT_MAX} value={text.value} onInput={(event) => write(event.currentTarget.value)} onKeyDown={sendByKey} /></p>
      <p class="actions"><button type="submit" class="button button-main" aria-keyshortcuts="Control+Enter" aria-disabled={busy.value}>{w.send}</button>{text.value === "" ? null : <DraftMark />}</p>
    </form>
  );
}
