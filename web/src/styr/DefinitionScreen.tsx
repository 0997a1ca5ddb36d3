// SPDX-License-Identifier: Apache-2.0
// Avstämningspunkter: the criteria of the critical line, drafted, locked, and from then on as they are.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { decimal, showDate } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, idOf, nameOf, one, save, todayText } from "./api.ts";
import { FormDialog, type Asked } from "./Asked.tsx";
import { may } from "./may.ts";
import { openCheckpoints } from "./ops/open.ts";
import { Done, Facts, Head, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { CheckpointDefinition, CheckpointDefinitionCriterion as Criterion } from "./types.ts";
import { s, say } from "./words.ts";

export const DefinitionScreen = ({ id }: { id: string }) => (id === "" ? <All /> : <One id={id} />);

const called = (it: CheckpointDefinition) => it.title ?? it.name;
const isLocked = (it: CheckpointDefinition) => it.status !== "draft";
const targetOf = (c: Criterion) => [say("comparator", c.comparator), c.target === undefined ? "" : decimal(String(c.target)), c.unit ?? ""].join(" ").trim();
const hardOf = (it: CheckpointDefinition) => (it.criterion ?? []).filter((c) => c.severity === "hard").length;

function All() {
  const w = s.value.define;
  const loaded = useLoaded((signal) => find("CheckpointDefinition", [], signal), []);
  const [asked, setAsked] = useState(false);
  const write = async (tree: object, receipt: string, key: string) => { const made = await save(tree as CheckpointDefinition, receipt, styrPath("kriterier"), key); navigate(styrPath("kriterier", made.id ?? "")); };
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("define") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.add}</button> : null}<PrintButton /></Head>
      <Ready of={loaded}>{(found) => (
        <>
          <More more={found.more} />
          <Table caption={w.heading} columns={w.columns} none={w.none} rows={found.all.sort((a, b) => a.offsetDays - b.offsetDays).map((it) => ({ key: it.id ?? "", cells: [<a key="a" href={styrPath("kriterier", it.id ?? "")} data-row>{called(it)}</a>, s.value.line.offset(it.offsetDays), w.count((it.criterion ?? []).length, hardOf(it)), <Badge key="b" text={say("definition-status", it.status)} tone={it.status === "active" ? "info" : "quiet"} icon={isLocked(it) ? "lock" : "mark"} />] }))} />
        </>
      )}</Ready>
      {asked ? <FormDialog form="definition" of={{ resourceType: "CheckpointDefinition", status: "draft" }} link={styrPath("kriterier")} write={write} close={() => setAsked(false)} did={() => undefined} /> : null}
    </section>
  );
}

function One({ id }: { id: string }) {
  const loaded = useLoaded((signal) => one("CheckpointDefinition", id, signal), [id]);
  const [done, setDone] = useState("");
  return <><Done text={done} /><Ready of={loaded}>{(it) => <Shown it={it} did={(text) => { setDone(text); loaded.again(); }} />}</Ready></>;
}

const withoutMeta = ({ id: _id, meta: _meta, lockedOn: _locked, decision: _decision, ...rest }: CheckpointDefinition) => rest;

function Shown({ it, did }: { it: CheckpointDefinition; did: (text: string) => void }) {
  const w = s.value.define;
  const [asked, setAsked] = useState<Asked | null>(null);
  const link = styrPath("kriterier", it.id ?? "");
  const me = { reference: `CheckpointDefinition/${it.id ?? ""}`, display: called(it) };
  const lock: Asked = { form: "lock", of: {}, before: <Criteria of={it} />, write: (_tree, receipt, key) => save({ ...it, status: "active", lockedOn: todayText() }, receipt, link, key) };
  const replace: Asked = { form: "definition", of: { ...withoutMeta(it), status: "draft", replaces: me }, write: async (tree, receipt, key) => { const made = await save(tree as unknown as CheckpointDefinition, receipt, link, key); navigate(styrPath("kriterier", made.id ?? "")); } };
  const open: Asked = { form: "open", of: { definition: me }, write: async (tree, receipt, key) => { await openCheckpoints(tree, receipt, key); navigate(styrPath("linje", idOf(tree["initiative"] as { reference?: string }))); } };
  const button = (text: string, what: Asked, main = false) => <button type="button" class={main ? "button button-main" : "button"} onClick={() => setAsked(what)}>{text}</button>;
  return (
    <section>
      <Head title={called(it)} about={[s.value.line.offset(it.offsetDays), say("definition-status", it.status)].filter((x) => x !== "").join(" · ")}>
        {may("define") && !isLocked(it) ? <>{button(w.lock, lock, true)}{button(w.change, { form: "definition", of: it })}</> : null}
        {may("define") && it.status === "active" ? <>{button(w.open, open, true)}{button(w.replace, replace)}</> : null}
        <PrintButton />
      </Head>
      <p class="hint">{it.lockedOn === undefined ? w.isDraft : w.isLocked(showDate(it.lockedOn))}</p>
      {it.description === undefined ? null : <p class="styr-text">{it.description}</p>}
      <Facts of={[[w.replaces, it.replaces === undefined ? "" : <a href={styrPath("kriterier", idOf(it.replaces))}>{nameOf(it.replaces)}</a>], [w.decision, nameOf(it.decision)]]} />
      <h3>{w.criteria}</h3>
      <Criteria of={it} />
      {asked === null ? null : <FormDialog {...asked} link={link} close={() => setAsked(null)} did={did} />}
    </section>
  );
}

function Criteria({ of }: { of: CheckpointDefinition }) {
  const w = s.value.define;
  return <Table caption={w.criteria} columns={w.criterionColumns} none={w.noCriteria} rows={(of.criterion ?? []).map((c) => ({ key: c.code, cells: [<span key="n">{c.code} {c.title}{c.measure === undefined ? null : <small class="quiet"> {word(s.value.checkpoint.measures, c.measure)}</small>}</span>, say("severity", c.severity), targetOf(c), say("criterion-evidence", c.evidenceKind), c.maxAgeDays === undefined ? "" : w.days(c.maxAgeDays), c.overridable ? s.value.yes : s.value.no] }))} />;
}
