// SPDX-License-Identifier: Apache-2.0
// A new message (/inkorg/nytt), a new task (/inkorg/uppgift), each also about a patient (…/nytt.ID), and one that has been
// begun (/inkorg/utkast.ID). What is written is a draft from the first key until it is sent.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Reference } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { openCharts } from "../app/charts.ts";
import { pagePath, replaceWith } from "../app/route.ts";
import { readPatients, recent } from "../desk/mine.ts";
import { t } from "../i18n/index.ts";
import { colleagues } from "../note/people.ts";
import { me } from "../results/me.ts";
import { teamRef, teamsFailed, unitTeams } from "../results/teams.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { DraftMark } from "../write/DraftMark.tsx";
import { dropDraft, keepDraft, newDraftId, openDraft } from "../write/drafts.ts";
import { called, patientName } from "../write/names.ts";
import { PLACES } from "./inbox.ts";
import { Sender } from "./mail.ts";
import { TEXT_MAX, TOPIC_MAX, type Kind } from "./message.ts";
import { m } from "./words.ts";
import "../styles/inbox.css";

/** As it is kept; to: a reference. */
interface Writing { kind: Kind; to: string; patient: string; topic: string; text: string; due: string; urgent: boolean }
const EMPTY: Writing = { kind: "message", to: "", patient: "", topic: "", text: "", due: "", urgent: false };

function begunBy(about: string): Writing {
  const [word = "", patient = ""] = about.split(/\.(.*)/);
  return { ...EMPTY, kind: word === PLACES.newTask ? "todo" : "message", patient };
}

/** null: it is being read; "gone": there is none. */
function useWriting(about: string) {
  const draft = about.startsWith(PLACES.draft) ? about.slice(PLACES.draft.length) : "";
  const id = useRef(draft || newDraftId());
  const now = useSignal<Writing | null | "gone">(draft === "" ? begunBy(about) : null);
  const failure = useSignal<unknown>(null);
  const kept = useRef(draft !== "");
  const load = () => {
    failure.value = null;
    openDraft<Writing>(id.current).then((found) => (now.value = found === null ? "gone" : { ...EMPTY, ...found.content }), (error: unknown) => (failure.value = error));
  };
  useEffect(() => { if (draft !== "" && now.peek() === null) load(); }, []);
  const change = (part: Partial<Writing>) => {
    const was = now.peek();
    if (was === null || was === "gone") return;
    const next = { ...was, ...part };
    now.value = next;
    keepDraft({ id: id.current, kind: next.kind, patient: next.patient, title: m.peek().compose.draft(next.topic), content: next });
    if (kept.current) return;
    kept.current = true;
    replaceWith(pagePath("inkorg", PLACES.draft + id.current));
  };
  const drop = () => { if (kept.current) dropDraft(id.current); };
  return { now: now.value, failure: failure.value, load, change, drop };
}

function useReceivers(kind: Kind) {
  const c = m.value.compose;
  const people = useLoaded((signal) => colleagues(signal), []);
  const now = me.value;
  const choices: { to: Reference; text: string }[] = [
    ...(kind === "todo" && now.who.reference !== undefined ? [{ to: now.who, text: c.self }] : []),
    ...unitTeams.value.map((team) => ({ to: teamRef(team), text: c.team(team.name ?? "") })),
    ...(now.unit === "" ? [] : [{ to: { reference: now.unit, display: now.unitName }, text: c.unit(now.unitName) }]),
    ...(people.data ?? []).map((one) => ({ to: one as Reference, text: one.display ?? "" })),
  ];
  return { people, choices };
}

export function Compose({ about, close }: { about: string; close: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const writing = useWriting(about);
  const kind = writing.now === null || writing.now === "gone" ? "message" : writing.now.kind;
  const c = m.value.compose;
  useEffect(() => {
    document.title = t.value.title([c[kind]]);
  });
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <div class="page inbox">
      <h1 ref={heading} tabIndex={-1}>{c[kind]}</h1>
      {writing.failure === null ? null : <FailureBox text={failureText(writing.failure)} retry={writing.load} />}
      {writing.now === "gone" ? <p class="box box-warn" role="status">{c.gone} <a href={pagePath("inkorg")}>{m.value.thread.back}</a></p> : null}
      {me.value.open ? <p class="box box-warn" role="status">{m.value.open}</p> : writing.now === null ? <SectionSkeleton /> : writing.now === "gone" ? null : <Form now={writing.now} change={writing.change} drop={writing.drop} close={close} />}
    </div>
  );
}

interface FormProps { now: Writing; change: (part: Partial<Writing>) => void; drop: () => void; close: () => void }

function Form({ now, change, drop, close }: FormProps) {
  const c = m.value.compose;
  const { people, choices } = useReceivers(now.kind);
  const wrong = useSignal("");
  const busy = useSignal(false);
  const sender = useMemo(() => new Sender(), []);
  const chosen = choices.find((one) => one.to.reference === now.to) ?? (now.kind === "todo" ? choices[0] : undefined);
  /** Sent as soon as it is known who the receiver is: it was chosen when this was a draft. */
  const wanted = useRef(false);
  const coming = now.to !== "" && chosen === undefined && people.data === null && people.error === null;
  useEffect(() => {
    if (!wanted.current || coming) return;
    wanted.current = false;
    void send();
  }, [coming]);
  const send = async () => {
    if (busy.peek()) return;
    wanted.current = coming;
    if (coming) return;
    wrong.value = chosen === undefined ? c.noReceiver : now.topic.trim() === "" ? c.noTopic : now.kind === "message" && now.text.trim() === "" ? c.noText : "";
    if (wrong.peek() !== "" || chosen === undefined) return;
    busy.value = true;
    const name = chosen.to.display ?? chosen.text;
    wrong.value = await sender.send({ ...now, to: chosen.to, topic: now.topic.trim(), after: null }, null, now.kind === "message" ? m.value.sentTo(name) : m.value.madeFor(name));
    busy.value = false;
    if (wrong.peek() !== "") return;
    drop();
    close();
  };
  const sendByKey = (event: KeyboardEvent) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void send(); } };
  return (
    <form class="compose" onKeyDown={sendByKey} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      {teamsFailed.value ? <p class="box box-warn" role="status"><Icon name="warning" />{m.value.teamsFailed}</p> : null}
      {people.error === null ? null : <FailureBox text={failureText(people.error)} retry={people.again} />}
      <p class="field"><label for="compose-to">{c.to}</label>
        <select id="compose-to" value={chosen?.to.reference ?? ""} onChange={(event) => change({ to: event.currentTarget.value })}>{chosen === undefined ? <option value="">{c.choose}</option> : null}{choices.map((one) => <option key={one.to.reference} value={one.to.reference}>{one.text}</option>)}</select>
      </p>
      <AboutField patient={now.patient} change={(patient) => change({ patient })} />
      <p class="field"><label for="compose-topic">{c.topic}</label><input id="compose-topic" type="text" maxLength={TOPIC_MAX} value={now.topic} onInput={(event) => change({ topic: event.currentTarget.value })} /></p>
      <p class="field"><label for="compose-text">{now.kind === "message" ? c.text : c.details}</label><textarea id="compose-text" rows={now.kind === "message" ? 7 : 3} maxLength={TEXT_MAX} value={now.text} onInput={(event) => change({ text: event.currentTarget.value })} /></p>
      {now.kind === "todo" ? <p class="field"><label for="compose-due">{c.due}</label><input id="compose-due" type="date" value={now.due} onInput={(event) => change({ due: event.currentTarget.value })} /></p> : null}
      <p><label class="check"><input type="checkbox" checked={now.urgent} onChange={(event) => change({ urgent: event.currentTarget.checked })} /> {c.urgent}</label></p>
      <div role="alert">{wrong.value === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong.value}</p>}</div>
      <p class="actions">
        <button type="submit" class="button button-main" aria-keyshortcuts="Control+Enter" aria-disabled={busy.value}>{now.kind === "message" ? c.send : c.make}</button>
        <button type="button" class="button" onClick={() => { drop(); close(); }}>{c.drop}</button>
        <DraftMark />
      </p>
    </form>
  );
}

/** Whom it is about: charts that are open, and those opened last; never a name in an address. */
function AboutField({ patient, change }: { patient: string; change: (id: string) => void }) {
  const c = m.value.compose;
  const ids = [...new Set([patient, ...openCharts.value.map((one) => one.id), ...recent.value.map((one) => one.id)])].filter((id) => id !== "");
  const loaded = useLoaded((signal) => readPatients(ids, signal), [[...ids].sort().join()]);
  const named = (id: string) => [patientName(id), called.value.get(id)?.number ?? ""].filter((text) => text !== "").join(" ");
  return (
    <div class="field">
      <label for="compose-about">{c.about}</label>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      <select id="compose-about" value={patient} aria-describedby="compose-about-hint" onChange={(event) => change(event.currentTarget.value)}>
        <option value="">{c.nobody}</option>
        {ids.filter((id) => id === patient || (loaded.data ?? []).some((one) => one.id === id)).map((id) => <option key={id} value={id}>{named(id) || id}</option>)}
      </select>
      <p id="compose-about-hint" class="hint">{patient === "" ? c.notAbout : c.aboutHint}</p>
    </div>
  );
}
