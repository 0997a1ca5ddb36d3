// SPDX-License-Identifier: Apache-2.0
import type { Condition } from "@fhir";
import { ListFrame, MoreButton } from "../chart/ListFrame.tsx";
import { useLists } from "../chart/model.ts";
import { Comments, Concept, Fact } from "../chart/Parts.tsx";
import { activeConditions, pastConditions } from "../chart/state.ts";
import { conceptCode } from "../fhir/text.ts";
import { showDate, showPeriod } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import type { Asked } from "./places.ts";
import { isMistaken } from "./records.ts";
import { EntryRow, Head, Mistakes, useAsked } from "./Rows.tsx";
import "./clinical.css";

const KINDS = ["diagnos"] as const;

export function ConditionsSection() {
  const { conditions } = useLists("conditions").lists;
  const asked = useAsked(KINDS);
  const w = t.value.condition;
  const all = conditions.items.value;
  const active = activeConditions(all);
  const past = pastConditions(all).filter((one) => !isMistaken(one));
  const row = (one: Condition) => <ConditionRow key={one.id} condition={one} asked={asked} over={past.includes(one)} />;
  return (
    <>
      <Head kinds={KINDS} asked={asked} />
      <ListFrame names={["conditions"]} empty={t.value.empty.diagnoser}>
        {all.length === 0 ? null : <h3 class="group">{w.active}</h3>}
        {active.length > 0 ? <ul class="rows">{active.map(row)}</ul> : all.length === 0 ? null : <p class="empty">{t.value.storyboard.noDiagnoses}</p>}
        {past.length === 0 ? null : <><h3 class="group">{w.past}</h3><ul class="rows">{past.map(row)}</ul></>}
        <Mistakes entries={all.filter(isMistaken)} row={(one) => row(one as Condition)} />
        <MoreButton names={["conditions"]} />
      </ListFrame>
    </>
  );
}

function onset(one: Condition): string {
  if (one.onsetDateTime !== undefined) return showDate(one.onsetDateTime);
  return one.onsetPeriod !== undefined ? showPeriod(one.onsetPeriod) : (one.onsetString ?? "");
}

function ConditionRow({ condition: one, asked, over }: { condition: Condition; asked: Asked; over: boolean }) {
  const w = t.value.condition;
  const status = conceptCode(one.clinicalStatus);
  const verification = conceptCode(one.verificationStatus);
  const began = onset(one);
  return (
    <EntryRow entry={one} asked={asked} over={over} when={began === "" ? showDate(one.recordedDate) : began}>
      <h4>
        <Concept concept={one.code} />
        {status === "" || status === "active" ? null : <Badge tone="quiet" text={word(w.statuses, status)} />}
        {verification === "" || verification === "confirmed" ? null : <Badge tone="warn" text={word(w.verification, verification)} />}
      </h4>
      <dl class="facts"><Fact term={w.ended}>{one.abatementDateTime === undefined ? "" : showDate(one.abatementDateTime)}</Fact></dl>
      <Comments notes={one.note} />
    </EntryRow>
  );
}
