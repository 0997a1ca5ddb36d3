// SPDX-License-Identifier: Apache-2.0
// Frågor och svar: each question with who is to answer it, how old it is and how many have asked it; it stays until it is answered.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { current } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { daysBetween, find, nameOf, save, todayText } from "./api.ts";
import { may, myself } from "./may.ts";
import { Area, Chips, Dialog, Done, Form, Head, Input, More, PrintButton, Ready, useScreenful } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Question } from "./types.ts";
import { s, say } from "./words.ts";

const LISTS = ["alla", "obesvarade", "forsenade", "besvarade"] as const;
type List = (typeof LISTS)[number];
const ANSWERED = ["answered", "published"];
const isLate = (q: Question, today: string) => !ANSWERED.includes(q.status) && q.due !== undefined && q.due < today;
const isIn = (q: Question, list: List, today: string) => list === "alla" || (list === "forsenade" ? isLate(q, today) : ANSWERED.includes(q.status) === (list === "besvarade"));

type Asked = { what: "ask" } | { what: "answer"; of: Question } | null;

export function QuestionScreen() {
  const w = s.value.question;
  const loaded = useLoaded((signal) => find("Question", [], signal), []);
  const [asked, setAsked] = useState<Asked>(null);
  const [done, setDone] = useState("");
  const close = () => setAsked(null);
  const did = (text: string) => { close(); setDone(text); loaded.again(); };
  return (
    <section>
      <Head title={w.heading} about={w.about}><button type="button" class="button button-main" onClick={() => setAsked({ what: "ask" })}>{w.ask}</button><PrintButton /></Head>
      <Done text={done} />
      <Ready of={loaded}>{(found) => <><More more={found.more} /><Shown all={found.all} ask={setAsked} did={did} /></>}</Ready>
      {asked === null ? null : asked.what === "ask" ? <AskDialog close={close} did={did} /> : <AnswerDialog of={asked.of} close={close} did={did} />}
    </section>
  );
}

function Shown({ all, ask, did }: { all: readonly Question[]; ask: (asked: Asked) => void; did: (text: string) => void }) {
  const w = s.value.question;
  const [list, setList] = useState<List>("alla");
  const today = todayText();
  const rows = all.filter((q) => isIn(q, list, today)).sort((a, b) => Number(ANSWERED.includes(a.status)) - Number(ANSWERED.includes(b.status)) || b.askedCount - a.askedCount);
  const { shown, rest } = useScreenful(rows);
  return (
    <>
      <Chips legend={w.show} name="styr-questions" all={LISTS} now={list} choose={setList} label={(one) => w.lists[one](all.filter((q) => isIn(q, one, today)).length)} />
      {rows.length === 0 ? <p class="empty">{w.none}</p> : null}
      <ul class="admin-cards">{shown.map((q) => <li key={q.id}><One q={q} today={today} ask={ask} did={did} /></li>)}</ul>
      {rest}
    </>
  );
}

function One({ q, today, ask, did }: { q: Question; today: string; ask: (asked: Asked) => void; did: (text: string) => void }) {
  const w = s.value.question;
  const answered = ANSWERED.includes(q.status);
  const also = () => void save({ ...q, askedCount: q.askedCount + 1 }, w.alsoReceipt, styrPath("fragor")).then(() => did(w.alsoReceipt), () => did(w.alsoFailed));
  return (
    <article class={isLate(q, today) ? "admin-card unfit" : "admin-card"} aria-label={q.question}>
      <header><h3>{q.question}</h3><Badge text={say("question-status", q.status)} tone={answered ? "good" : "info"} icon={answered ? "check" : "mark"} />{isLate(q, today) ? <Badge text={w.late} tone="danger" icon="warning" /> : null}</header>
      <p class="quiet">{[w.askedBy(q.askedCount), q.askedOn === undefined ? "" : answered ? showDate(q.askedOn) : w.age(daysBetween(q.askedOn, today)), q.owner === undefined ? w.noOwner : w.owner(nameOf(q.owner)), q.due === undefined || answered ? "" : w.due(showDate(q.due)), (q.unit ?? []).map(nameOf).join(", ")].filter((x) => x !== "").join(" · ")}</p>
      {q.answer === undefined ? null : <><p class="styr-text">{q.answer}</p><p class="quiet">{[nameOf(q.answeredBy), q.answeredOn === undefined ? "" : showDate(q.answeredOn)].filter((x) => x !== "").join(", ")}</p></>}
      <p class="actions print-not">
        {answered || !may("answer") ? null : <button type="button" class="button button-small" onClick={also}>{w.also}<span class="sr"> {q.question}</span></button>}
        {may("answer") ? <button type="button" class="button button-small" onClick={() => ask({ what: "answer", of: q })}>{answered ? w.changeAnswer : w.answer}<span class="sr"> {q.question}</span></button> : null}
      </p>
    </article>
  );
}

interface DeedProps { close: () => void; did: (text: string) => void }

function AskDialog({ close, did }: DeedProps) {
  const w = s.value.question;
  const unit = current.value?.unit;
  return (
    <Dialog heading={w.ask} close={close}>
      <Form button={w.ask} cancel={close} run={async (value) => {
        await save({ resourceType: "Question", status: "open", question: value("question"), askedCount: 1, askedOn: todayText(), ...(unit === undefined ? {} : { unit: [{ reference: unit.reference, display: unit.display }] }) }, w.askedReceipt, styrPath("fragor"));
        did(w.askedReceipt);
      }}>
        <Area label={w.question} name="question" required hint={w.noPatient} />
      </Form>
    </Dialog>
  );
}

function AnswerDialog({ of, close, did }: DeedProps & { of: Question }) {
  const w = s.value.question;
  const me = myself();
  if (me === undefined) return <Dialog heading={w.answer} close={close}><p class="box box-warn">{w.needsAssignment}</p></Dialog>;
  return (
    <Dialog heading={w.answer} close={close}>
      <p class="styr-text">{of.question}</p>
      <Form button={w.publish} cancel={close} run={async (value) => {
        const today = todayText();
        await save({ ...of, status: "published", answer: value("answer"), answeredBy: me, answeredOn: today, publishedOn: today, ...(value("until") === "" ? {} : { validUntil: value("until") }) }, w.answeredReceipt, styrPath("fragor"));
        did(w.answeredReceipt);
      }}>
        <Area label={w.answer} name="answer" value={of.answer ?? ""} required rows={6} />
        <Input label={w.until} name="until" type="date" value={of.validUntil ?? ""} />
      </Form>
    </Dialog>
  );
}
