// SPDX-License-Identifier: Apache-2.0
import type { Condition } from "@fhir";
import { conceptCode } from "../../fhir/text.ts";
import { showDate, showPeriod } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge } from "../../ui/Badge.tsx";
import { ListFrame, MoreButton } from "../ListFrame.tsx";
import { useLists } from "../model.ts";
import { Comments, Concept, Fact } from "../Parts.tsx";
import { activeConditions, pastConditions } from "../state.ts";

export function ConditionsSection() {
  const { conditions } = useLists("conditions").lists;
  const c = t.value.condition;
  const active = activeConditions(conditions.items.value);
  const past = pastConditions(conditions.items.value);
  return (
    <ListFrame names={["conditions"]} empty={t.value.empty.diagnoser}>
      <h3 class="group">{c.active}</h3>
      {active.length === 0 ? <p class="empty">{t.value.storyboard.noDiagnoses}</p> : <ConditionList conditions={active} />}
      {past.length === 0 ? null : <><h3 class="group">{c.past}</h3><ConditionList conditions={past} /></>}
      <MoreButton names={["conditions"]} />
    </ListFrame>
  );
}

function ConditionList({ conditions }: { conditions: readonly Condition[] }) {
  return <ul class="rows">{conditions.map((c) => <ConditionRow key={c.id} condition={c} />)}</ul>;
}

function onset(c: Condition): string {
  if (c.onsetDateTime !== undefined) return showDate(c.onsetDateTime);
  return c.onsetPeriod !== undefined ? showPeriod(c.onsetPeriod) : (c.onsetString ?? "");
}

function ConditionRow({ condition: c }: { condition: Condition }) {
  const w = t.value.condition;
  const status = conceptCode(c.clinicalStatus);
  const verification = conceptCode(c.verificationStatus);
  const began = onset(c);
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{began === "" ? showDate(c.recordedDate) : began}</div>
      <div class="row-what">
        <h4>
          <Concept concept={c.code} />
          {status === "" || status === "active" ? null : <Badge tone="quiet" text={word(w.statuses, status)} />}
          {verification === "" || verification === "confirmed" ? null : <Badge tone="warn" text={word(w.verification, verification)} />}
        </h4>
        <dl class="facts">
          <Fact term={w.ended}>{c.abatementDateTime === undefined ? "" : showDate(c.abatementDateTime)}</Fact>
          <Fact term={w.recorded}>{c.recordedDate === undefined || began === "" || showDate(c.recordedDate) === began ? "" : showDate(c.recordedDate)}</Fact>
        </dl>
        <Comments notes={c.note} />
      </div>
    </li>
  );
}
