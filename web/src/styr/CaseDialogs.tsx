// SPDX-License-Identifier: Apache-2.0
// What is done with a case: a heading written, a body's standpoint noted, the decision taken, dispatched, the next step.
import { useState } from "preact/hooks";
import { newKey, uuidOf } from "../ids/key.ts";
import { diaryOf, nameOf, save, saveAll, todayText } from "./api.ts";
import type { Heading } from "./board.ts";
import type { WholeCase } from "./CaseScreen.tsx";
import type { Values } from "./form.ts";
import { movedBy } from "./gates.ts";
import { may, myself } from "./may.ts";
import { Area, Dialog, Form, Input, Select } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Decision, DecisionCase, DecisionCaseCoordination, Mandate, Reference } from "./types.ts";
import { choices, s, say } from "./words.ts";

export interface Props { whole: WholeCase; close: () => void; did: (text: string) => void }

export const linkOf = (it: DecisionCase) => styrPath("arende", it.id ?? "");
const DIARY = "urn:se:diarium";

export function WriteDialog({ whole: { it }, heading, close, did }: Props & { heading: Heading }) {
  const w = s.value.caseOf;
  const name = say("case-section", heading);
  const isBenefit = heading === "benefitCase";
  const text = isBenefit ? (it.benefitExemption?.motivation ?? "") : heading === "coordination" ? "" : (it[heading] ?? "");
  return (
    <Dialog heading={name} close={close}>
      {isBenefit ? <p class="hint">{w.benefitHow}</p> : null}
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const change = isBenefit ? { benefitExemption: { motivation: value("text") } } : { [heading]: value("text") };
        await save({ ...it, ...change } as DecisionCase, w.wrote(name), linkOf(it));
        close();
        did(w.wrote(name));
      }}>
        <Area label={isBenefit ? w.exemption : name} name="text" value={text} rows={8} required />
      </Form>
    </Dialog>
  );
}

export function EndorseDialog({ whole: { it, bodies }, close, did }: Props) {
  const w = s.value.caseOf;
  return (
    <Dialog heading={w.endorse} close={close}>
      <p class="hint">{w.endorsementAbout}</p>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const body = bodies.find((b) => b.id === value("body"));
        const said: DecisionCaseCoordination = { body: { reference: `GovernanceBody/${value("body")}`, display: body?.name ?? "" }, date: value("date"), outcome: value("outcome"), ...(value("statement") === "" ? {} : { statement: value("statement") }) };
        await save({ ...it, coordination: [...(it.coordination ?? []), said] }, w.endorsed, linkOf(it));
        close();
        did(w.endorsed);
      }}>
        <Select label={w.body} name="body" required all={bodies.map((b) => [b.id ?? "", b.name] as const)} />
        <Input label={w.date} name="date" type="date" value={todayText()} required />
        <Select label={w.outcome} name="outcome" all={choices("coordination-outcome")} />
        <Area label={w.statement} name="statement" />
      </Form>
    </Dialog>
  );
}

const KINDS = ["verkstallighet", "delegering", "namnd"] as const;
const OUTCOMES = ["granted", "rejected", "referred-back"] as const;

/** Mandates that the one who is logged in holds come first; without a login they are all shown. */
export function mine(mandates: readonly Mandate[]): readonly Mandate[] {
  const me = myself();
  return me === undefined ? mandates : mandates.filter((m) => m.holder?.reference === me.reference);
}

export function DecideDialog({ whole, close, did }: Props) {
  const w = s.value.caseOf;
  const { it, mandates, bodies, decisions, meetings } = whole;
  const [kind, setKind] = useState<string>(KINDS[0]);
  const usable = mine(mandates);
  const last = decisions.at(-1);
  const wrong = usable.length === 0 ? w.noMandate : it.handler === undefined ? w.noPreparer : kind === "namnd" && meetings.length === 0 ? w.noMeeting : "";
  if (usable.length === 0 || it.handler === undefined) return <Dialog heading={w.decide} close={close}><p class="box box-warn">{wrong}</p><p class="actions"><button type="button" class="button" onClick={close}>{s.value.close}</button></p></Dialog>;
  return (
    <Dialog heading={w.decide} close={close}>
      <p class="hint">{w.signAbout}</p>
      <Form button={w.sign} cancel={close} run={async (value) => {
        const mandate = usable.find((m) => m.id === value("mandate"));
        if (mandate === undefined || it.handler === undefined) return;
        const decision = decisionOf(whole, mandate, it.handler, value);
        const urn = `urn:uuid:${uuidOf(newKey(), 0)}`;
        const moved = whole.initiative === undefined || !may("move") ? null : movedBy(whole.initiative, decision, urn, whole.process);
        await saveAll([decision, { ...it, status: "decided" }, ...(moved === null ? [] : [moved])], w.decided, linkOf(it), new Map([[decision, urn]]));
        close();
        did(w.decided);
      }}>
        <Select label={w.kind} name="kind" value={kind} change={setKind} all={KINDS.map((k) => [k, say("decision-kind", k)] as const)} />
        <Select label={w.outcome} name="outcome" all={OUTCOMES.map((o) => [o, say("decision-outcome", o)] as const)} />
        <Select label={w.mandate} name="mandate" required all={usable.map((m) => [m.id ?? "", [nameOf(m.holder), m.title ?? "", m.source].filter((x) => x !== "").join(" · ")] as const)} />
        <Input label={w.decidedOn} name="decidedOn" type="date" value={todayText()} required />
        {kind === "namnd" ? (
          <>
            <Select label={w.body} name="body" required all={bodies.map((b) => [b.id ?? "", b.name] as const)} />
            <Input label={w.paragraph} name="paragraph" type="number" min={1} required />
            <Select label={w.protocol} name="protocol" required all={meetings.map((m) => [m.id ?? "", m.title] as const)} />
          </>
        ) : null}
        <Area label={w.motivation} name="motivation" />
        {wrong === "" ? null : <p class="box box-warn">{wrong}</p>}
        <Select label={w.dissentWho} name="dissenter" all={[["", w.nobody] as const, ...dissenters(whole).map((r) => [r.reference ?? "", nameOf(r)] as const)]} />
        <Area label={w.dissentText} name="dissent" hint={w.dissentHint} />
        <Input label={w.reviewOn} name="reviewOn" type="date" />
        {last === undefined ? null : <p class="hint">{w.supersedes}</p>}
      </Form>
    </Dialog>
  );
}

/** Anybody with a mandate or a body may disagree. */
function dissenters({ mandates, bodies }: WholeCase): Reference[] {
  const all = [...mandates.map((m) => m.holder), ...bodies.map((b) => ({ reference: `GovernanceBody/${b.id ?? ""}`, display: b.name }))];
  return [...new Map(all.map((r) => [r.reference ?? "", r])).values()];
}

function decisionOf(whole: WholeCase, mandate: Mandate, handler: Reference, value: Values): Decision {
  const { it, decisions, bodies } = whole;
  const some = (name: string, held: Partial<Decision>) => (value(name) === "" ? {} : held);
  const last = decisions.at(-1);
  const isBoard = value("kind") === "namnd";
  const body = { reference: `GovernanceBody/${value("body")}`, display: bodies.find((b) => b.id === value("body"))?.name ?? "" };
  const who = dissenters(whole).find((r) => r.reference === value("dissenter"));
  return {
    resourceType: "Decision", status: "final", title: it.title, kind: value("kind"), case: { reference: `DecisionCase/${it.id ?? ""}`, display: it.title }, outcome: value("outcome"), decidedOn: value("decidedOn"), signedAt: new Date().toISOString(),
    ...(it.initiative === undefined ? {} : { initiative: it.initiative }), ...(it.gateNumber === undefined ? {} : { gateNumber: it.gateNumber }), decider: isBoard ? body : mandate.holder, mandate: { reference: `Mandate/${mandate.id ?? ""}`, display: mandate.title ?? mandate.source },
    preparedBy: [handler], ...some("motivation", { motivation: value("motivation") }), ...(who === undefined ? {} : some("dissent", { dissent: [{ who, statement: value("dissent") }] })), ...some("reviewOn", { reviewOn: value("reviewOn") }),
    ...(isBoard ? { body, paragraph: Number(value("paragraph")), protocol: { reference: `Meeting/${value("protocol")}` } } : {}), ...(last?.id === undefined ? {} : { supersedes: [{ reference: `Decision/${last.id}` }] }),
  };
}

export function DispatchDialog({ whole: { it, bodies }, decision, close, did }: Props & { decision: Decision }) {
  const w = s.value.caseOf;
  return (
    <Dialog heading={w.toDispatch} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const body = bodies.find((b) => b.id === value("to"));
        const sent = { to: { reference: `GovernanceBody/${value("to")}`, display: body?.name ?? "" }, sentOn: value("sentOn") };
        await saveAll([{ ...decision, dispatch: [...(decision.dispatch ?? []), sent] }, ...(it.status === "decided" ? [{ ...it, status: "dispatched" as const, recordStatus: "expedierad" as const, dispatchedOn: value("sentOn") }] : [])], w.dispatched, linkOf(it));
        close();
        did(w.dispatched);
      }}>
        <Select label={w.to} name="to" required all={bodies.map((b) => [b.id ?? "", b.name] as const)} />
        <Input label={w.sentOn} name="sentOn" type="date" value={todayText()} required />
      </Form>
    </Dialog>
  );
}

/** What may follow what; a decision and its dispatch have forms of their own. */
const NEXT: Readonly<Record<string, readonly string[]>> = { draft: ["submitted"], submitted: ["endorsed", "referred-back"], "referred-back": ["submitted"], endorsed: ["referred-back"], dispatched: ["reported"] };

export function StepDialog({ whole: { it }, close, did }: Props) {
  const w = s.value.caseOf;
  const next = NEXT[it.status ?? ""] ?? [];
  return (
    <Dialog heading={w.step} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const other = (it.identifier ?? []).filter((i) => i.system !== DIARY);
        const identifier = value("diary") === "" ? other : [...other, { system: DIARY, value: value("diary") }];
        const status = value<DecisionCase["status"] | "">("status");
        const record = status === "submitted" ? { recordStatus: "upprattad" as const, submittedOn: todayText() } : {};
        await save({ ...it, ...record, status: status === "" ? it.status : status, ...(identifier.length === 0 ? {} : { identifier }) }, w.stepped, linkOf(it));
        close();
        did(w.stepped);
      }}>
        <Input label={w.diary} name="diary" value={diaryOf(it)} hint={w.diaryHint} />
        {next.length === 0 ? null : <Select label={w.status} name="status" all={[["", say("case-status", it.status)] as const, ...next.map((code) => [code, say("case-status", code)] as const)]} />}
      </Form>
    </Dialog>
  );
}

