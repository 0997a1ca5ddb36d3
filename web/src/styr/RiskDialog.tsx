// SPDX-License-Identifier: Apache-2.0
// A risk, new or assessed anew: four by four, what is left, and for a severe consequence what was tried to build it away.
import { idOf, nameOf, save } from "./api.ts";
import type { Values } from "./form.ts";
import { myself } from "./may.ts";
import { Area, Dialog, Form, Input, Select } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Risk } from "./types.ts";
import { choices, s } from "./words.ts";

const STEPS = ["1", "2", "3", "4"] as const;

export function RiskDialog({ risk, close, did }: { risk: Risk | null; close: () => void; did: (text: string) => void }) {
  const w = s.value.risk;
  const steps = (label: string, name: string, value: number | undefined, none = false) => <Select label={label} name={name} {...(value === undefined ? {} : { value: String(value) })} all={[...(none ? [["", w.noResidual] as const] : []), ...STEPS.map((n) => [n, w.steps[Number(n) - 1] ?? n] as const)]} />;
  const title = risk === null ? w.add : (risk.title ?? risk.event ?? w.change);
  return (
    <Dialog heading={title} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => { await save(riskOf(risk, value), w.receipt, styrPath("risker")); close(); did(w.receipt); }}>
        <Input label={w.title} name="title" value={risk?.title ?? ""} required />
        <Input label={w.event} name="event" value={risk?.event ?? ""} required />
        <Input label={w.cause} name="cause" value={risk?.cause ?? ""} required />
        <Input label={w.effect} name="effect" value={risk?.effect ?? ""} required />
        {steps(w.likelihood, "likelihood", risk?.likelihood)}
        {steps(w.consequence, "consequence", risk?.consequence)}
        {steps(w.leftLikelihood, "leftLikelihood", risk?.residual?.likelihood, true)}
        {steps(w.leftConsequence, "leftConsequence", risk?.residual?.consequence, true)}
        <Area label={w.treatment} name="treatment" value={(risk?.treatment ?? []).map((t) => nameOf(t)).join(", ")} hint={w.treatmentHint} />
        <Area label={w.elimination} name="elimination" value={(risk?.eliminationAttempt ?? []).map((e) => e.text ?? "").join("\n")} hint={w.eliminationHint} />
        <Select label={w.status} name="status" value={risk?.status ?? "assessed"} all={choices("risk-status")} />
        <Input label={w.nextReview} name="nextReview" type="date" value={risk?.nextReview ?? ""} required />
      </Form>
    </Dialog>
  );
}

function riskOf(risk: Risk | null, value: Values): Risk {
  const likelihood = Number(value("likelihood"));
  const consequence = Number(value("consequence"));
  const [l, c] = [Number(value("leftLikelihood")), Number(value("leftConsequence"))];
  const tried = value("elimination").split("\n").map((text) => text.trim()).filter((text) => text !== "");
  const me = myself();
  const written = (risk?.treatment ?? []).map((t) => nameOf(t)).join(", ");
  const treatment = value("treatment") === "" ? [] : value("treatment") === written ? (risk?.treatment ?? []) : [...(risk?.treatment ?? []).filter((t) => idOf(t) !== ""), { display: value("treatment") }];
  const { residual: _r, treatment: _t, eliminationAttempt: _e, ...rest } = risk ?? { resourceType: "Risk" as const };
  return {
    ...rest, title: value("title"), event: value("event"), cause: value("cause"), effect: value("effect"), likelihood, consequence, score: likelihood * consequence, status: value("status"), nextReview: value("nextReview"),
    ...(l > 0 && c > 0 ? { residual: { likelihood: l, consequence: c } } : {}), ...(treatment.length === 0 ? {} : { treatment }), ...(tried.length === 0 ? {} : { eliminationAttempt: tried.map((text) => ({ text })) }),
    ...(risk?.owner === undefined && me !== undefined ? { owner: me } : {}),
  };
}
