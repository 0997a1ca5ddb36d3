// SPDX-License-Identifier: Apache-2.0
// Erfarenheter: themes by question and unit, what waits to be coded by people, and what has been answered.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { decimal, showDate } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { daysBetween, find, nameOf, save, todayText } from "./api.ts";
import { may, myself } from "./may.ts";
import { readThemes, type Themes } from "./ops/themes.ts";
import { Area, Chips, Dialog, Done, Form, Head, Input, More, PrintButton, Ready, Select, Table, useScreenful } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { ReportDialog } from "./ReportDialog.tsx";
import type { Experience } from "./types.ts";
import { choices, s, say } from "./words.ts";

type Wanted = "alla" | "works" | "chafes" | "bring-along";
const QUESTIONS: readonly Wanted[] = ["alla", "works", "chafes", "bring-along"];

export function ExperienceScreen() {
  const w = s.value.experience;
  const [asked, setAsked] = useState(false);
  const [turn, setTurn] = useState(0);
  const themes = useLoaded((signal) => readThemes(signal), [turn]);
  return (
    <section>
      <Head title={w.heading} about={w.about}><button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.report}</button><PrintButton /></Head>
      <Ready of={themes}>{(data) => <ThemeTable themes={data} />}</Ready>
      <Told turn={turn} again={() => setTurn(turn + 1)} />
      {asked ? <ReportDialog close={() => { setAsked(false); setTurn(turn + 1); }} /> : null}
    </section>
  );
}

function ThemeTable({ themes }: { themes: Themes }) {
  const w = s.value.experience;
  const [question, setQuestion] = useState<Wanted>("alla");
  const rows = themes.rows.filter((r) => question === "alla" || r.question === question);
  const few = (n: number | null) => (n === null ? w.few(themes.smallest) : String(n));
  return (
    <>
      <p class="hint">{[w.waiting(few(themes.waiting)), themes.kappa === null ? "" : w.kappa(decimal(String(themes.kappa)), few(themes.bothCoded))].filter((x) => x !== "").join(" · ")}</p>
      <Chips legend={w.question} name="styr-question" all={QUESTIONS} now={question} choose={setQuestion} label={(one) => word(w.short, one)} />
      <h3>{w.themes}</h3>
      <p class="hint">{w.suppressed(themes.smallest)}</p>
      <Table caption={w.themes} columns={w.themeColumns} none={w.noThemes} rows={rows.map((r) => ({ key: r.question + r.theme, cells: [
        r.theme, word(w.short, r.question), few(r.n), r.units.filter((u) => u.name !== "").map((u) => `${u.name}: ${few(u.n)}`).join(", "), r.machine === 0 ? "" : <Badge key="m" text={w.machine(few(r.machine))} tone="info" />,
        r.quotes.length === 0 ? "" : <ul key="q" class="styr-bullets">{r.quotes.map((q) => <li key={q}>{w.quoted(q)}</li>)}</ul>,
      ] }))} />
    </>
  );
}

type Asked = { what: "code" | "reply"; of: Experience } | null;

/** One by one, for those who code and answer. */
function Told({ turn, again }: { turn: number; again: () => void }) {
  const w = s.value.experience;
  const loaded = useLoaded((signal) => find("Experience", [], signal), [turn]);
  const [asked, setAsked] = useState<Asked>(null);
  const [done, setDone] = useState("");
  const close = () => setAsked(null);
  const did = (text: string) => { close(); setDone(text); again(); };
  return (
    <>
      <h3>{w.told}</h3>
      <Done text={done} />
      <Ready of={loaded}>{(found) => <><More more={found.more} /><p class="hint">{answerTime(found.all)}</p><Rows all={found.all} ask={setAsked} /></>}</Ready>
      {asked === null ? null : asked.what === "code" ? <CodeDialog of={asked.of} themes={themesOf(loaded.data?.all ?? [])} close={close} did={did} /> : <ReplyDialog of={asked.of} close={close} did={did} />}
    </>
  );
}

/** How long it has usually taken: the middle one of all that have been answered. */
function answerTime(all: readonly Experience[]): string {
  const days = all.flatMap((one) => (one.receivedOn === undefined || one.repliedOn === undefined ? [] : [daysBetween(one.receivedOn, one.repliedOn)])).sort((a, b) => a - b);
  const middle = days[Math.floor(days.length / 2)];
  return middle === undefined ? s.value.experience.noAnswerTime : s.value.experience.answerTime(middle);
}

function Rows({ all, ask }: { all: readonly Experience[]; ask: (asked: Asked) => void }) {
  const w = s.value.experience;
  const { shown, rest } = useScreenful(all);
  return (
    <>
      <Table caption={w.told} columns={w.columns} none={w.none} rows={shown.map((one) => ({ key: one.id ?? "", cells: [
        <span key="s" class="styr-text">{one.statement}</span>, word(w.short, one.question), [nameOf(one.unit), one.screen ?? ""].filter((x) => x !== "").join(" · "), one.anonymous ? w.anonymous : nameOf(one.author),
        <span key="c">{(one.coding ?? []).map((c, i) => <Badge key={i} text={c.coderKind === "machine" ? w.suggested(c.theme) : c.theme} tone={c.coderKind === "machine" ? "info" : "plain"} />)}</span>,
        one.reply === undefined ? say("experience-status", one.status) : `${one.reply} (${showDate(one.repliedOn)})`,
        may("theme") ? <span key="a" class="actions print-not"><button type="button" class="button button-small" onClick={() => ask({ what: "code", of: one })}>{w.code}<span class="sr"> {one.statement.slice(0, 60)}</span></button><button type="button" class="button button-small" onClick={() => ask({ what: "reply", of: one })}>{w.reply}<span class="sr"> {one.statement.slice(0, 60)}</span></button></span> : "",
      ] }))} />
      {rest}
    </>
  );
}

interface DeedProps { of: Experience; close: () => void; did: (text: string) => void }

/** Themes that people have set: the same word for the same thing. */
const themesOf = (all: readonly Experience[]) => [...new Set(all.flatMap((one) => (one.coding ?? []).map((c) => c.theme)))].sort((a, b) => a.localeCompare(b, "sv"));

function CodeDialog({ of, themes, close, did }: DeedProps & { themes: readonly string[] }) {
  const w = s.value.experience;
  const me = myself();
  if (me === undefined) return <Dialog heading={w.code} close={close}><p class="box box-warn">{w.needsAssignment}</p></Dialog>;
  const suggested = (of.coding ?? []).find((c) => c.coderKind === "machine")?.theme ?? "";
  return (
    <Dialog heading={w.code} close={close}>
      <blockquote class="styr-text">{of.statement}</blockquote>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        await save({ ...of, status: of.status === "answered" ? of.status : "themed", disposition: value("disposition"), coding: [...(of.coding ?? []), { theme: value("theme"), coder: me, coderKind: "human", on: todayText() }] }, w.coded, styrPath("erfarenheter"));
        did(w.coded);
      }}>
        <Input label={w.theme} name="theme" value={suggested} list={themes} required />
        <Select label={w.disposition} name="disposition" all={choices("experience-disposition")} />
      </Form>
    </Dialog>
  );
}

function ReplyDialog({ of, close, did }: DeedProps) {
  const w = s.value.experience;
  const me = myself();
  return (
    <Dialog heading={w.reply} close={close}>
      <blockquote class="styr-text">{of.statement}</blockquote>
      <p class="hint">{w.replyPublic}</p>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        await save({ ...of, status: "answered", reply: value("reply"), repliedOn: todayText(), ...(me === undefined ? {} : { repliedBy: me }) }, w.replied, styrPath("erfarenheter"));
        did(w.replied);
      }}>
        <Area label={w.reply} name="reply" required rows={5} />
      </Form>
    </Dialog>
  );
}
