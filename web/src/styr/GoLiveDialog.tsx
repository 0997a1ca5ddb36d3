// SPDX-License-Identifier: Apache-2.0
// The go-live decision: it rests on frozen checkpoints, whose worst verdict is computed. Against it only where every criterion that stops
// it may be overridden, with a motivation and bodies that are notified.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { find, idOf, nameOf, saveAll, todayText } from "./api.ts";
import { worst } from "./board.ts";
import { linkOf, mine, type Props } from "./CaseDialogs.tsx";
import type { Values } from "./form.ts";
import { Area, Dialog, Form, Input, Ready, Select, Verdict } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Decision, DecisionCase, DecisionOverrideCriterion, Mandate, ReadinessCheckpoint, Reference } from "./types.ts";
import { s, say } from "./words.ts";

const PASSES: readonly (string | undefined)[] = ["go", "go-with-conditions"];

/** Frozen ones of the initiative; those that the case names, when it names any. */
async function readFrozen(it: DecisionCase, signal: AbortSignal): Promise<ReadinessCheckpoint[]> {
  const found = await find("ReadinessCheckpoint", [["status", "frozen"], ["initiative", it.initiative?.reference ?? ""]], signal);
  const named = new Set((it.checkpoint ?? []).map(idOf));
  return named.size === 0 ? found.all : found.all.filter((one) => named.has(one.id ?? ""));
}

/** Criteria that are not met in those that do not pass, each once. */
export function stopsOf(checkpoints: readonly ReadinessCheckpoint[]): DecisionOverrideCriterion[] {
  const stops = checkpoints.filter((one) => !PASSES.includes(one.verdict)).flatMap((one) => (one.result ?? []).filter((r) => r.state !== "met").map((r) => ({ code: r.code, overridable: one.criterion?.find((c) => c.code === r.code)?.overridable === true })));
  return [...new Map(stops.map((stop) => [stop.code, { ...stop, overridable: stops.filter((x) => x.code === stop.code).every((x) => x.overridable) }])).values()];
}

export function GoLiveDialog(props: Props) {
  const w = s.value.goLive;
  const { it, mandates } = props.whole;
  const frozen = useLoaded((signal) => readFrozen(it, signal), [it.id]);
  const usable = mine(mandates).filter((m) => m.kind.includes("go-live"));
  const wrong = usable.length === 0 ? s.value.caseOf.noMandate : it.handler === undefined ? s.value.caseOf.noPreparer : "";
  return (
    <Dialog heading={w.heading} close={props.close}>
      {wrong === "" ? <Ready of={frozen}>{(all) => (all.length === 0 ? <p class="box box-warn"><span>{w.noFrozen} <a href={styrPath("linje", idOf(it.initiative))}>{s.value.initiative.toLine}</a></span></p> : <Fields {...props} checkpoints={all} mandates={usable} />)}</Ready> : <p class="box box-warn">{wrong}</p>}
    </Dialog>
  );
}

interface FieldsProps extends Props { checkpoints: readonly ReadinessCheckpoint[]; mandates: readonly Mandate[] }

function Fields({ whole, close, did, checkpoints, mandates }: FieldsProps) {
  const w = s.value.goLive;
  const c = s.value.caseOf;
  const { it, bodies } = whole;
  const verdict = worst(checkpoints.map((one) => one.verdict));
  const stops = stopsOf(checkpoints);
  const hard = stops.filter((stop) => !stop.overridable);
  const [outcome, setOutcome] = useState<string>(PASSES.includes(verdict) ? "go" : "no-go");
  const against = outcome === "go" && !PASSES.includes(verdict);
  return (
    <Form button={c.sign} cancel={close} run={async (value) => {
      const mandate = mandates.find((m) => m.id === value("mandate"));
      if (mandate === undefined || it.handler === undefined) return;
      await saveAll([decisionOf(it, mandate, it.handler, checkpoints, against ? stops : [], value), { ...it, status: "decided" }], c.decided, linkOf(it));
      close();
      did(c.decided);
    }}>
      <p class="hint">{w.about}</p>
      <ul class="styr-pieces">{checkpoints.map((one) => <li key={one.id}><Verdict verdict={one.verdict} /> {nameOf(one.unit)}, {nameOf(one.definition)}</li>)}</ul>
      <p>{w.computed} <Verdict verdict={verdict} /></p>
      <Select label={c.outcome} name="outcome" value={outcome} change={setOutcome} all={(["go", "no-go"] as const).map((code) => [code, say("decision-outcome", code)] as const)} />
      {against && hard.length > 0 ? <p class="box box-warn" role="alert">{w.stopped(hard.map((stop) => stop.code).join(", "))}</p> : null}
      {against && hard.length === 0 ? <><p class="box box-warn">{w.against(stops.map((stop) => stop.code).join(", "))}</p><Area label={w.why} name="why" required /><Select label={w.notified} name="notified" required all={bodies.map((b) => [b.id ?? "", b.name] as const)} /></> : null}
      <Select label={c.mandate} name="mandate" required all={mandates.map((m) => [m.id ?? "", [nameOf(m.holder), m.title ?? ""].filter((x) => x !== "").join(" · ")] as const)} />
      <Input label={c.decidedOn} name="decidedOn" type="date" value={todayText()} required />
      <Area label={c.motivation} name="motivation" />
    </Form>
  );
}

/** The computed verdict and the evidence it rests on are put there by the service. */
function decisionOf(it: DecisionCase, mandate: Mandate, handler: Reference, checkpoints: readonly ReadinessCheckpoint[], stops: readonly DecisionOverrideCriterion[], value: Values): Decision {
  return {
    resourceType: "Decision", status: "final", title: it.title, kind: "go-live", case: { reference: `DecisionCase/${it.id ?? ""}`, display: it.title }, outcome: value("outcome"), decidedOn: value("decidedOn"), signedAt: new Date().toISOString(),
    ...(it.initiative === undefined ? {} : { initiative: it.initiative }), checkpoint: checkpoints.map((one) => ({ reference: `ReadinessCheckpoint/${one.id ?? ""}`, display: nameOf(one.unit) })), decider: mandate.holder, mandate: { reference: `Mandate/${mandate.id ?? ""}`, display: mandate.title ?? mandate.source },
    preparedBy: [handler], ...(value("motivation") === "" ? {} : { motivation: value("motivation") }),
    ...(stops.length === 0 ? {} : { override: { motivation: value("why"), notified: [{ reference: `GovernanceBody/${value("notified")}` }], criterion: [...stops] } }),
  };
}
