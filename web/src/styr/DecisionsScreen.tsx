// SPDX-License-Identifier: Apache-2.0
// Beslut: what has been decided, cases on their way, and what is to be reported to a body (anmälningsärenden).
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { showDate } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { diaryOf, find, idOf, nameOf, saveAll, todayText } from "./api.ts";
import { FormDialog } from "./Asked.tsx";
import { lacks } from "./board.ts";
import type { Write } from "./form/fields.ts";
import { may } from "./may.ts";
import { Chips, Diary, Done, Head, More, PrintButton, Ready, Table, useScreenful } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Decision, DecisionCase, Reference } from "./types.ts";
import { s, say } from "./words.ts";

const LISTS = ["beslut", "arenden", "anmalning"] as const;
type List = (typeof LISTS)[number];
interface All { decisions: Decision[]; cases: DecisionCase[]; more: boolean }

export function DecisionsScreen() {
  const w = s.value.decisions;
  const loaded = useLoaded(async (signal): Promise<All> => {
    const [decisions, cases] = await Promise.all([find("Decision", [], signal), find("DecisionCase", [], signal)]);
    return { decisions: decisions.all.sort((a, b) => (b.decidedOn ?? "").localeCompare(a.decidedOn ?? "")), cases: cases.all, more: decisions.more || cases.more };
  }, []);
  const [list, setList] = useState<List>("beslut");
  return (
    <section>
      <Head title={w.heading} about={w.about}><PrintButton /></Head>
      <Chips legend={w.show} name="styr-list" all={LISTS} now={list} choose={setList} label={(one) => w.lists[one]} />
      <Ready of={loaded}>{(all) => <><More more={all.more} />{list === "arenden" ? <Cases cases={all.cases} /> : list === "beslut" ? <Decided all={all} /> : <Reported all={all} again={loaded.again} />}</>}</Ready>
    </section>
  );
}

const KINDS = ["alla", "verkstallighet", "delegering", "namnd", "go-live"] as const;
type Kind = (typeof KINDS)[number];

const caseOf = (d: Decision, cases: readonly DecisionCase[]) => cases.find((c) => c.id !== undefined && c.id === idOf(d.case));
const caseLink = (d: Decision, cases: readonly DecisionCase[]) => {
  const held = caseOf(d, cases);
  return held === undefined ? <span>{nameOf(d.case) || nameOf(d.initiative)}</span> : <a href={styrPath("arende", held.id ?? "")} data-row>{held.title ?? diaryOf(held)}</a>;
};

function Decided({ all }: { all: All }) {
  const w = s.value.decisions;
  const [kind, setKind] = useState<Kind>("alla");
  const rows = all.decisions.filter((d) => kind === "alla" || d.kind === kind);
  const replaced = new Set(all.decisions.flatMap((d) => (d.supersedes ?? []).map(idOf)));
  const { shown, rest } = useScreenful(rows);
  return (
    <>
      <Chips legend={w.kind} name="styr-kind" all={KINDS} now={kind} choose={setKind} label={(one) => (one === "alla" ? w.all : say("decision-kind", one))} />
      <p class="hint" role="status">{w.count(rows.length, all.decisions.length - rows.length)}</p>
      <Table caption={w.lists.beslut} columns={w.columns} none={w.none} rows={shown.map((d) => ({ key: d.id ?? "", cells: [caseLink(d, all.cases), <Diary key="d" of={caseOf(d, all.cases) ?? d} />, say("decision-kind", d.kind), `${say("decision-outcome", d.outcome)}${replaced.has(d.id ?? "-") ? `, ${s.value.caseOf.replaced.toLowerCase()}` : ""}`, nameOf(d.decider), d.decidedOn === undefined ? "" : showDate(d.decidedOn), (d.dissent ?? []).length === 0 ? "" : w.dissent((d.dissent ?? []).length)] }))} />
      {rest}
    </>
  );
}

function Cases({ cases }: { cases: readonly DecisionCase[] }) {
  const w = s.value.decisions;
  const { shown, rest } = useScreenful(cases);
  return <><Table caption={w.lists.arenden} columns={w.caseColumns} none={w.noCases} rows={shown.map((c) => ({ key: c.id ?? "", cells: [<a key="a" href={styrPath("arende", c.id ?? "")} data-row>{c.title ?? diaryOf(c)}</a>, <Diary key="d" of={c} />, say("case-status", c.status), say("record-status", c.recordStatus), lacks(c).map((flag) => word(s.value.lint, flag)).join(", ")] }))} />{rest}</>;
}

/** Decisions on delegation and on execution are told to the body they were taken for. */
const TOLD = ["verkstallighet", "delegering"];

/** What a decision's reporting is noted on: the decision, and its case when that has been dispatched. */
const tell = (d: Decision, of: DecisionCase | undefined): Write => (tree, receipt, key) => {
  const reported = { reportedAt: tree["reportedAt"] as Reference, reportedOn: tree["reportedOn"] as string };
  return saveAll([{ ...d, ...reported }, ...(of?.status === "dispatched" ? [{ ...of, ...reported, status: "reported" as const }] : [])], receipt, styrPath("beslut"), new Map(), key);
};

function Reported({ all, again }: { all: All; again: () => void }) {
  const w = s.value.decisions;
  const told = all.decisions.filter((d) => TOLD.includes(d.kind ?? ""));
  const isTold = (d: Decision) => d.reportedAt !== undefined || d.reportedOn !== undefined;
  const [asked, setAsked] = useState<Decision | null>(null);
  const [done, setDone] = useState("");
  const button = (d: Decision) => (may("register") && d.status === "final" ? <button type="button" class="button button-small print-not" onClick={() => setAsked(d)}>{w.tell}<span class="sr"> {d.title ?? nameOf(d.case)}</span></button> : null);
  const rowOf = (d: Decision) => ({ key: d.id ?? "", cells: [caseLink(d, all.cases), <Diary key="d" of={caseOf(d, all.cases) ?? d} />, nameOf(d.decider), d.decidedOn === undefined ? "" : showDate(d.decidedOn), (d.dispatch ?? []).map((x) => `${nameOf(x.to)} ${x.sentOn === undefined ? "" : showDate(x.sentOn)}`).join("; "), isTold(d) ? nameOf(d.reportedAt) || showDate(d.reportedOn) : <span key="n">{w.notTold} {button(d)}</span>] });
  return (
    <>
      <Done text={done} />
      <h3>{w.toTell}</h3>
      <Table caption={w.toTell} columns={w.toldColumns} none={w.noneToTell} rows={told.filter((d) => !isTold(d)).map(rowOf)} />
      <h3>{w.told}</h3>
      <Table caption={w.told} columns={w.toldColumns} none={w.noneTold} rows={told.filter(isTold).map(rowOf)} />
      {asked === null ? null : <FormDialog form="tell" of={{ reportedOn: todayText() }} link={styrPath("beslut")} write={tell(asked, caseOf(asked, all.cases))} close={() => setAsked(null)} did={(text) => { setDone(text); again(); }} />}
    </>
  );
}
