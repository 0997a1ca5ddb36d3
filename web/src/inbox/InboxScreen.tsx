// SPDX-License-Identifier: Apache-2.0
// Uppgifter (/inkorg): results to acknowledge, notes to sign, messages, other tasks, what rests, what was sent and what is
// done. What is shown stands in the address (filter.ts), and so does what is open: a message, a new one, a question.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { goBack, pagePath, replaceWith } from "../app/route.ts";
import { liveness, watchLive } from "../board/live.ts";
import { t } from "../i18n/index.ts";
import type { Unsigned } from "../note/unsigned.ts";
import { me } from "../results/me.ts";
import { isAcknowledge, isMessage } from "../results/tasks.ts";
import { teamsFailed } from "../results/teams.ts";
import { r } from "../results/words.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Compose } from "./Compose.tsx";
import { EVERYTHING, filterAbout, filterIn, isWhose, KINDS, WAITING, whoseChoices, type Filter, type Kind } from "./filter.ts";
import { PLACES, readDone, readInbox, readSent, type Inbox, type Item } from "./inbox.ts";
import { List, NoteRow, Row } from "./Lists.tsx";
import { MessageView } from "./MessageView.tsx";
import { HandDialog, RestDialog } from "./TaskDialogs.tsx";
import { TeamsView } from "./TeamsView.tsx";
import { m } from "./words.ts";
import "../styles/inbox.css";

/** The last good answer stays while a new one is fetched. */
function useInbox() {
  const [turn, setTurn] = useState(0);
  const [kept, setKept] = useState<Inbox | null>(null);
  const now = me.value;
  const who = [...now.refs, now.unit, ...now.teams.map((one) => one.reference)].join();
  useEffect(() => watchLive("unit=own", () => setTurn((n) => n + 1)), []);
  const loaded = useLoaded((signal) => readInbox(() => me.peek(), signal), [who, turn]);
  useEffect(() => { if (loaded.data !== null) setKept(loaded.data); }, [loaded.data]);
  return { inbox: loaded.data ?? kept, turn, again: () => setTurn((n) => n + 1) };
}

const isIn = (about: string, place: string) => about === place || about.startsWith(`${place}.`);

export function InboxScreen({ about }: { about: string }) {
  const last = useSignal<Filter>(EVERYTHING);
  const filter = filterIn(about) ?? last.value;
  useEffect(() => { last.value = filter; }, [about]);
  const wrong = useSignal("");
  const state = useInbox();
  const close = () => goBack(pagePath("inkorg", filterAbout(last.peek())));
  const said = (text: string) => { wrong.value = text; state.again(); };
  if (about.startsWith(PLACES.message)) return <MessageView key={about} task={about.slice(PLACES.message.length)} turn={state.turn} close={close} />;
  if (isIn(about, PLACES.newMessage) || isIn(about, PLACES.newTask) || about.startsWith(PLACES.draft)) return <Compose key="compose" about={about} close={close} />;
  if (about === PLACES.teams) return <TeamsView close={close} />;
  return <Tasks about={about} filter={filter} inbox={state.inbox} turn={state.turn} again={state.again} wrong={wrong.value} said={said} close={close} />;
}

interface TasksProps { about: string; filter: Filter; inbox: Inbox | null; turn: number; again: () => void; wrong: string; said: (text: string) => void; close: () => void }

function Tasks({ about, filter, inbox, turn, again, wrong, said, close }: TasksProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const i = r.value.inbox;
  useEffect(() => {
    document.title = t.value.title([i.heading]);
  });
  useLayoutEffect(() => heading.current?.focus(), []);
  const asked = (inbox?.tasks.data?.items ?? []).find((one) => about === PLACES.hand + one.task.id || about === PLACES.rest + one.task.id);
  const gone = asked === undefined && filterIn(about) === null && inbox !== null && inbox.tasks.data !== null;
  return (
    <div class="page inbox">
      <header class="inbox-head">
        <h1 ref={heading} tabIndex={-1}>{i.heading}</h1>
        {me.value.open ? null : (
          <nav class="inbox-new" aria-label={m.value.newTask}>
            <a class="button button-main" href={pagePath("inkorg", PLACES.newMessage)}>{m.value.newMessage}</a>
            <a class="button" href={pagePath("inkorg", PLACES.newTask)}>{m.value.newTask}</a>
            <a class="button" href={pagePath("inkorg", PLACES.teams)}>{m.value.teams}</a>
          </nav>
        )}
      </header>
      {me.value.open ? <p class="hint">{i.openUser}</p> : null}
      <div role="alert">{wrong === "" ? null : <p class="box box-warn"><Icon name="warning" />{wrong}</p>}</div>
      {gone ? <p class="box box-warn" role="status">{i.gone} <a href={pagePath("inkorg")}>{i.heading}</a></p> : null}
      {teamsFailed.value ? <p class="box box-warn" role="status"><Icon name="warning" />{m.value.teamsFailed}</p> : null}
      {inbox === null || inbox.tasks.error === null ? null : <FailureBox heading={i.tasksFailed} text={failureText(inbox.tasks.error)} retry={again} />}
      <Filters filter={filter} inbox={inbox} />
      {filter.kind === "skickat" || filter.kind === "klart" ? <Latest key={filter.kind} kind={filter.kind} turn={turn} said={said} /> : inbox === null ? <SectionSkeleton /> : <Shown inbox={inbox} filter={filter} again={again} said={said} />}
      {asked === undefined ? null : about.startsWith(PLACES.hand) ? <HandDialog key={about} item={asked} close={close} said={said} /> : <RestDialog key={about} item={asked} close={close} said={said} />}
    </div>
  );
}

const kindOf = (item: Item): Kind => (isAcknowledge(item.task) ? "svar" : isMessage(item.task) ? "meddelanden" : "uppgifter");
const isOf = (item: Item, whose: string) => isWhose(whose, item.whose, item.task.owner?.reference ?? "");

/** What waits of a kind and of somebody; notes to sign are always one's own. What rests is not counted. */
function countOf(inbox: Inbox | null, { kind, whose }: Filter): number {
  const items = (inbox?.tasks.data?.items ?? []).filter((one) => one.until === "" && (kind === "allt" || kindOf(one) === kind) && isOf(one, whose));
  return items.length + notesOf(inbox, { kind, whose }).length;
}

function notesOf(inbox: Inbox | null, { kind, whose }: Filter): readonly Unsigned[] {
  return (kind === "allt" || kind === "signera") && (whose === "alla" || whose === "mina") ? (inbox?.notes.data?.items ?? []) : [];
}

function Filters({ filter, inbox }: { filter: Filter; inbox: Inbox | null }) {
  const i = r.value.inbox;
  const show = (next: Filter) => replaceWith(pagePath("inkorg", filterAbout(next)));
  const counted = (name: string, of: Filter) => (inbox === null ? name : m.value.withCount(name, countOf(inbox, of)));
  const teams = me.value.teams.map((one) => [one.reference?.slice("CareTeam/".length) ?? "", one.display ?? ""] as const);
  const named: Readonly<Record<string, string>> = { alla: i.whose.all, mina: i.whose.mine, enhetens: i.whose.unit, ...Object.fromEntries(teams) };
  return (
    <>
      <fieldset class="chips">
        <legend>{m.value.kind}</legend>
        {KINDS.map((kind) => <label key={kind} class="chip"><input type="radio" name="inbox-kind" checked={filter.kind === kind} onChange={() => show({ kind, whose: filter.whose })} /><span>{WAITING.includes(kind) ? counted(m.value.kinds[kind], { kind, whose: filter.whose }) : m.value.kinds[kind]}</span></label>)}
      </fieldset>
      {!WAITING.includes(filter.kind) ? null : (
        <fieldset class="chips">
          <legend>{i.show}</legend>
          {whoseChoices(teams.map(([id]) => id)).map((whose) => <label key={whose} class="chip"><input type="radio" name="inbox-whose" checked={filter.whose === whose} onChange={() => show({ kind: filter.kind, whose })} /><span>{counted(named[whose] ?? whose, { kind: filter.kind, whose })}</span></label>)}
        </fieldset>
      )}
    </>
  );
}

interface ShownProps { inbox: Inbox; filter: Filter; again: () => void; said: (text: string) => void }

function Shown({ inbox, filter, again, said }: ShownProps) {
  const i = r.value.inbox;
  const { tasks, notes } = inbox;
  const items = (tasks.data?.items ?? []).filter((one) => (filter.kind === "allt" || kindOf(one) === filter.kind) && isOf(one, filter.whose));
  const asleep = items.filter((one) => one.until !== "");
  const signing = notesOf(inbox, filter);
  const list = (heading: string, none: string, all: readonly Item[]) => <List heading={heading} none={none} n={all.length}>{all.map((one) => <Row key={one.task.id} item={one} said={said} />)}</List>;
  const of = (kind: Kind, heading: string, none: string) => (tasks.data === null || (filter.kind !== "allt" && filter.kind !== kind) ? null : list(heading, none, items.filter((one) => one.until === "" && kindOf(one) === kind)));
  const signs = notes.data !== null && (filter.kind === "allt" || filter.kind === "signera") && (filter.whose === "alla" || filter.whose === "mina");
  return (
    <>
      {notes.error === null ? null : <FailureBox heading={i.notesFailed} text={failureText(notes.error)} retry={again} />}
      {tasks.data === null ? null : <div class="inbox-state"><p role="status">{i.count(countOf(inbox, filter))}</p><span class="quiet">{m.value.live[liveness.value]}</span></div>}
      {tasks.data?.more === true ? <p class="box box-warn"><Icon name="warning" />{i.incomplete}</p> : null}
      {of("svar", i.results, i.noResults)}
      {signs ? <List heading={i.notes} none={i.noNotes} n={signing.length}>{signing.map((one) => <NoteRow key={one.id} note={one} />)}</List> : null}
      {of("meddelanden", m.value.messages, m.value.noMessages)}
      {of("uppgifter", i.others, i.noOthers)}
      {asleep.length === 0 ? null : list(i.asleep, i.noAsleep, asleep)}
    </>
  );
}

/** What was sent, or is done: the latest, with what became of it. */
function Latest({ kind, turn, said }: { kind: "skickat" | "klart"; turn: number; said: (text: string) => void }) {
  const now = me.value;
  const loaded = useLoaded((signal) => (kind === "skickat" ? readSent(now, signal) : readDone(now, signal)), [now.refs.join(), turn]);
  const words = kind === "skickat" ? [m.value.sent, m.value.noSent] as const : [m.value.done, m.value.noDone] as const;
  return (
    <>
      {loaded.error === null ? null : <FailureBox heading={r.value.inbox.tasksFailed} text={failureText(loaded.error)} retry={loaded.again} />}
      {loaded.data === null ? (loaded.error === null ? <SectionSkeleton /> : null) : (
        <List heading={words[0]} none={words[1]} n={loaded.data.items.length}>{loaded.data.items.map((one) => <Row key={one.task.id} item={one} said={said} still />)}</List>
      )}
      {loaded.data?.more === true ? <p class="quiet">{m.value.latest}</p> : null}
    </>
  );
}
