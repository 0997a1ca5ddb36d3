// SPDX-License-Identifier: Apache-2.0
// One initiative: where in the process it is and which decisions took it there, its cases, what it lacks, its checkpoints.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { showDate } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { failureText } from "../ui/failureText.ts";
import { Icon } from "../ui/Icon.tsx";
import { diaryOf, find, idOf, nameOf, one, save } from "./api.ts";
import { FormDialog } from "./Asked.tsx";
import { lacks, worst } from "./board.ts";
import type { Write } from "./form/fields.ts";
import { movedBy, notEntered } from "./gates.ts";
import { may, myself } from "./may.ts";
import { Dialog, Diary, Facts, Form, Head, Input, PrintButton, Ready, Select, Table, Verdict } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { BenefitCase, Decision, DecisionCase, Initiative, ProcessDefinition, ReadinessCheckpoint } from "./types.ts";
import { s, say } from "./words.ts";
import { newBenefit } from "./worth.ts";

interface Whole { it: Initiative; process: ProcessDefinition | undefined; cases: DecisionCase[]; decisions: Decision[]; checkpoints: ReadinessCheckpoint[]; benefits: BenefitCase[] }

async function readWhole(id: string, signal: AbortSignal): Promise<Whole> {
  const of = [["initiative", `Initiative/${id}`]] as const;
  const [it, processes, cases, decisions, checkpoints, benefits] = await Promise.all([
    one("Initiative", id, signal), find("ProcessDefinition", [], signal), find("DecisionCase", of, signal), find("Decision", [], signal), find("ReadinessCheckpoint", [...of, ["status", "open"]], signal), find("BenefitCase", of, signal),
  ]);
  const process = processes.all.find((p) => p.id === idOf(it.process)) ?? processes.all.find((p) => p.status === "active");
  return { it, process, cases: cases.all, decisions: decisions.all, checkpoints: checkpoints.all, benefits: benefits.all };
}

export function InitiativeScreen({ id }: { id: string }) {
  const loaded = useLoaded((signal) => readWhole(id, signal), [id]);
  return <Ready of={loaded}>{(whole) => <Shown key={whole.it.meta?.versionId} whole={whole} again={loaded.again} />}</Ready>;
}

function Shown({ whole: { it, process, cases, decisions, checkpoints, benefits }, again }: { whole: Whole; again: () => void }) {
  const w = s.value.initiative;
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState("");
  const [making, setMaking] = useState(false);
  const make: Write = async (tree, receipt, key) => { const made = await save(tree as unknown as BenefitCase, receipt, styrPath("initiativ", it.id ?? ""), key); navigate(styrPath("nytta", made.id ?? "")); };
  const enter = (d: Decision) => {
    const moved = movedBy(it, d, `Decision/${d.id ?? ""}`, process);
    if (moved !== null) save(moved, w.entered, styrPath("initiativ", it.id ?? "")).then(again, (error: unknown) => setWrong(failureText(error)));
  };
  const flags = [...new Set(cases.flatMap((c) => lacks(c)))];
  return (
    <section>
      <Head title={it.title ?? ""} about={[diaryOf(it), say("initiative-status", it.status)].filter((x) => x !== "").join(" · ")}>
        {may("open") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.newCase}</button> : null}
        <PrintButton />
      </Head>
      {it.need === undefined ? null : <><h3>{say("case-section", "need")}</h3><p class="styr-text">{it.need}</p></>}
      <Facts of={[
        [w.owner, nameOf(it.processOwner)], [w.nominatedBy, nameOf(it.nominatedBy)], [w.portfolio, nameOf(it.portfolio)], [w.patientFacing, it.patientFacing === undefined ? "" : it.patientFacing ? s.value.yes : s.value.no],
        [w.systems, (it.system ?? []).map(nameOf).join(", ")], [w.reason, it.statusReason],
      ]} />
      <h3>{w.process}</h3>
      <ol class="styr-steps">
        {(process?.phase ?? []).map((phase) => {
          const gate = (it.gate ?? []).find((g) => g.number === phase.number - 1);
          const decision = decisions.find((d) => d.id !== undefined && d.id === idOf(gate?.decision));
          return (
            <li key={phase.number} aria-current={phase.number === it.phase ? "step" : undefined}>
              <b>{phase.number}. {phase.name}</b>
              {phase.number === it.phase ? <Badge text={w.now} tone="info" /> : null}
              {gate === undefined ? null : <span class="quiet">{w.gate(gate.number ?? 0)}: {say("gate-outcome", gate.outcome)}{decision?.decidedOn === undefined ? "" : `, ${showDate(decision.decidedOn)}`}</span>}
            </li>
          );
        })}
      </ol>
      <p class="hint">{w.onlyDecision}</p>
      {may("move") ? notEntered(it, decisions).map((d) => <p key={d.id} class="print-not"><button type="button" class="button" onClick={() => enter(d)}>{w.enter(d.title ?? w.gate(d.gateNumber ?? 0))}</button></p>) : null}
      <div role="alert">{wrong === "" ? null : <p class="box box-failure">{wrong}</p>}</div>
      {flags.length === 0 ? null : <p class="box box-warn"><Icon name="warning" />{flags.map((flag) => word(s.value.lint, flag)).join(" · ")}</p>}
      <h3>{w.cases}</h3>
      <Table caption={w.cases} columns={w.caseColumns} none={w.noCases} rows={cases.map((c) => ({ key: c.id ?? "", cells: [<a key="a" href={styrPath("arende", c.id ?? "")} data-row>{c.title ?? w.gate(c.gateNumber ?? 0)}</a>, <Diary key="d" of={c} />, say("case-status", c.status), lacks(c).map((flag) => word(s.value.lint, flag)).join(", ")] }))} />
      <h3>{w.benefit}</h3>
      {benefits.length === 0 ? <p class="empty">{w.noBenefit}</p> : <ul class="styr-bullets">{benefits.map((b) => <li key={b.id}><a href={styrPath("nytta", b.id ?? "")}>{b.title}</a> <Badge text={say("benefit-status", b.status)} /></li>)}</ul>}
      {may("benefit") ? <p class="print-not"><button type="button" class="button" onClick={() => setMaking(true)}>{s.value.benefit.make}</button></p> : null}
      {making ? <FormDialog form="benefit" of={newBenefit({ title: it.title ?? "", initiative: { reference: `Initiative/${it.id ?? ""}`, display: it.title ?? "" } })} link={styrPath("initiativ", it.id ?? "")} write={make} close={() => setMaking(false)} did={() => undefined} /> : null}
      <h3>{w.readiness}</h3>
      {checkpoints.length === 0 ? <p class="empty">{w.noReadiness}</p> : <p><Verdict verdict={worst(checkpoints.map((c) => c.verdict))} /> <a href={styrPath("linje", it.id ?? "")}>{w.toLine}</a></p>}
      {asked ? <NewCase it={it} close={() => setAsked(false)} /> : null}
    </section>
  );
}

function NewCase({ it, close }: { it: Initiative; close: () => void }) {
  const w = s.value.initiative;
  const me = myself();
  return (
    <Dialog heading={w.newCase} close={close}>
      <Form button={w.begin} cancel={close} run={async (value) => {
        const made = await save({ resourceType: "DecisionCase", status: "draft", recordStatus: "arbetsmaterial", title: value("title"), initiative: { reference: `Initiative/${it.id ?? ""}`, display: it.title ?? "" }, kind: value("kind"), ...(value("kind") === "gate" ? { gateNumber: Number(value("gate")) } : {}), ...(it.need === undefined ? {} : { need: it.need }), ...(me === undefined ? {} : { handler: me }) }, w.caseReceipt, styrPath("initiativ", it.id ?? ""));
        close();
        navigate(styrPath("arende", made.id ?? ""));
      }}>
        <Input label={w.caseTitle} name="title" value={it.title ?? ""} required />
        <Select label={w.caseKind} name="kind" all={(["gate", "go-live"] as const).map((code) => [code, say("case-kind", code)] as const)} />
        <Input label={w.gateNumber} name="gate" type="number" min={1} max={20} value={String(it.phase ?? 1)} required />
      </Form>
    </Dialog>
  );
}
