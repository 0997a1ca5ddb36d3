// SPDX-License-Identifier: Apache-2.0
// One meeting: the agenda with its clock, notes and who is responsible, and the wish list. An item that takes longer shifts the rest.
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate, showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { nameOf, one, save } from "./api.ts";
import { clockOf, minuteNow, minuteOf, slotsOf, type Slot } from "./agenda.ts";
import type { Note } from "./form.ts";
import { may, myself } from "./may.ts";
import { Area, Dialog, Done, Facts, Form, Head, Input, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Meeting, MeetingAgenda } from "./types.ts";
import { s, say } from "./words.ts";

export function MeetingScreen({ id }: { id: string }) {
  const loaded = useLoaded((signal) => one("Meeting", id, signal), [id]);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{(it) => <Shown key={it.meta?.versionId} it={it} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

const TICK_MS = 15_000;
/** The time, while somebody looks. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => { const timer = setInterval(() => setNow(Date.now()), TICK_MS); return () => clearInterval(timer); }, []);
  return now;
}

const clockIn = (moment: string | undefined) => (moment === undefined ? null : minuteNow(new Date(moment).getTime()));
type Asked = { what: "note"; at: number } | { what: "item" | "wish" } | null;

function Shown({ it, did }: { it: Meeting; did: (text: string) => void }) {
  const w = s.value.meeting;
  const now = useNow();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const agenda = it.agenda ?? [];
  const goes = agenda.some((a) => a.startedAt !== undefined && a.endedAt === undefined);
  const slots = slotsOf(agenda, clockIn(it.start), clockIn(it.end), goes ? minuteNow(now) : null);
  const late = slots.at(-1)?.late ?? 0;
  const put = (at: number, change: Partial<MeetingAgenda>, text: string) => save({ ...it, agenda: agenda.map((a, i) => (i === at ? { ...a, ...change } : a)) }, text, styrPath("mote", it.id ?? "")).then(() => did(text));
  return (
    <section>
      <Head title={it.title} about={[showPeriod({ start: it.start, ...(it.end === undefined ? {} : { end: it.end }) }), it.place ?? "", say("meeting-status", it.status)].filter((x) => x !== "").join(" · ")}><PrintButton /></Head>
      <Facts of={[[w.body, nameOf(it.body)], [w.chair, nameOf(it.chair)], [w.secretary, nameOf(it.secretary)], [w.apologies, [...(it.apologies ?? []), ...(it.participant ?? []).filter((p) => p.attendance === "apology" || p.attendance === "partly").map((p) => [nameOf(p.who), say("attendance", p.attendance), p.note ?? ""].filter((x) => x !== "").join(", "))].join("; ")], [w.adjusted, it.adjustedOn === undefined ? "" : `${showDate(it.adjustedOn)}, ${(it.adjustedBy ?? []).map(nameOf).join(", ")}`]]} />
      <h3>{w.agenda}</h3>
      <p role="status" class={late > 0 ? "box box-warn" : "hint"}>{late > 0 ? w.shifted(late) : w.onTime}</p>
      <Table caption={w.agenda} columns={w.columns} none={w.noAgenda} rows={agenda.map((a, i) => ({ key: String(i), cells: cellsOf(a, slots[i], may("meet") && it.status === "planned", (deed) => (deed === "note" ? setAsked({ what: "note", at: i }) : void put(i, deed === "begin" ? { startedAt: new Date().toISOString() } : { endedAt: new Date().toISOString() }, deed === "begin" ? w.begun : w.ended).catch(() => did(s.value.meeting.failed)))) }))} />
      {may("meet") && it.status === "planned" ? <p class="actions print-not"><button type="button" class="button" onClick={() => setAsked({ what: "item" })}>{w.addItem}</button></p> : null}
      <h3>{w.wishes}</h3>
      <Table caption={w.wishes} columns={w.wishColumns} none={w.noWishes} rows={(it.wish ?? []).map((x, i) => ({ key: String(i), cells: [x.statement, x.targetDate === undefined ? "" : showDate(x.targetDate), nameOf(x.requestedBy), say("wish-status", x.status ?? "open")] }))} />
      <p class="actions print-not"><button type="button" class="button" hidden={!may("meet")} onClick={() => setAsked({ what: "wish" })}>{w.addWish}</button></p>
      {asked === null ? null : asked.what === "note" ? <NoteDialog text={agenda[asked.at]?.note ?? ""} title={agenda[asked.at]?.title ?? ""} close={close} run={(note) => put(asked.at, { note }, w.noted)} /> : asked.what === "item" ? <ItemDialog it={it} close={close} did={did} /> : <WishDialog it={it} close={close} did={did} />}
    </section>
  );
}

type Deed = "begin" | "end" | "note";

function cellsOf(a: MeetingAgenda, slot: Slot | undefined, able: boolean, act: (deed: Deed) => void) {
  const w = s.value.meeting;
  const time = slot === undefined ? "" : [clockOf(slot.expected), clockOf(slot.ends)].filter((x) => x !== "").join("–");
  return [
    <span key="t">{time}{slot !== undefined && slot.late > 0 ? <small>{w.was(clockOf(slot.planned))}</small> : null}</span>,
    <span key="p"><b>{a.title}</b>{a.added === true ? <> <Badge text={w.added} tone="info" /></> : null}{slot?.state === "now" ? <> <Badge text={w.now} tone="warn" /></> : slot?.state === "done" ? <> <Badge text={w.done} tone="good" icon="check" /></> : null}{(a.detail ?? []).length === 0 ? null : <ul class="styr-bullets">{(a.detail ?? []).map((text) => <li key={text}>{text}</li>)}</ul>}</span>,
    <span key="n" class="styr-text">{a.note ?? ""}</span>, (a.responsible ?? []).map(nameOf).join(", "),
    able ? <span key="a" class="actions print-not">{slot?.state === "waits" ? <button type="button" class="button button-small" onClick={() => act("begin")}>{w.begin}<span class="sr"> {a.title}</span></button> : slot?.state === "now" ? <button type="button" class="button button-small" onClick={() => act("end")}>{w.end}<span class="sr"> {a.title}</span></button> : null}<button type="button" class="button button-small" onClick={() => act("note")}>{w.note}<span class="sr"> {a.title}</span></button></span> : "",
  ];
}

function NoteDialog({ text, title, close, run }: { text: string; title: string; close: () => void; run: Note }) {
  return <Dialog heading={title} close={close}><Form button={s.value.save} cancel={close} run={async (value) => { await run(value("note")); close(); }}><Area label={s.value.meeting.noteLabel} name="note" value={text} rows={6} required /></Form></Dialog>;
}

interface AddProps { it: Meeting; close: () => void; did: (text: string) => void }

function ItemDialog({ it, close, did }: AddProps) {
  const w = s.value.meeting;
  return (
    <Dialog heading={w.addItem} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const item: MeetingAgenda = { title: value("title"), ...(minuteOf(value("time")) === null ? {} : { time: `${value("time")}:00` }), ...(value("length") === "" ? {} : { lengthMinutes: Number(value("length")) }), ...((it.agenda ?? []).length === 0 ? {} : { added: true }) };
        await save({ ...it, agenda: [...(it.agenda ?? []), item] }, w.itemAdded, styrPath("mote", it.id ?? ""));
        close();
        did(w.itemAdded);
      }}>
        <Input label={w.item} name="title" required />
        <Input label={w.time} name="time" type="time" />
        <Input label={w.length} name="length" type="number" min={1} max={600} />
      </Form>
    </Dialog>
  );
}

function WishDialog({ it, close, did }: AddProps) {
  const w = s.value.meeting;
  const me = myself();
  return (
    <Dialog heading={w.addWish} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        await save({ ...it, wish: [...(it.wish ?? []), { statement: value("wish"), status: "open", ...(value("target") === "" ? {} : { targetDate: value("target") }), ...(me === undefined ? {} : { requestedBy: me }) }] }, w.wished, styrPath("mote", it.id ?? ""));
        close();
        did(w.wished);
      }}>
        <Area label={w.wish} name="wish" required />
        <Input label={w.target} name="target" type="date" />
      </Form>
    </Dialog>
  );
}
