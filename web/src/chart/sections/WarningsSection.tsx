// SPDX-License-Identifier: Apache-2.0
import type { AllergyIntolerance, Flag } from "@fhir";
import { conceptCode, conceptsText, conceptText } from "../../fhir/text.ts";
import { showDate, showPeriod } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { ListFrame } from "../ListFrame.tsx";
import { useChart, useLists } from "../model.ts";
import { Comments, Concept, Fact } from "../Parts.tsx";
import { activeAllergies, activeFlags, isNoneKnown, pastAllergies, saysNoneKnown } from "../state.ts";

export function WarningsSection() {
  const { flags, allergies } = useLists("flags", "allergies").lists;
  const w = t.value.warning;
  const active = activeAllergies(allergies.items.value);
  const current = activeFlags(flags.items.value);
  const oldFlags = flags.items.value.filter((f) => f.status !== "active");
  const oldAllergies = pastAllergies(allergies.items.value);
  return (
    <>
      <h3 class="group">{w.flags}</h3>
      <ListFrame names={["flags"]} empty={w.noFlags} isEmpty={current.length === 0}>
        <ul class="rows">{current.map((flag) => <FlagRow key={flag.id} flag={flag} />)}</ul>
      </ListFrame>
      <h3 class="group">{w.allergies}</h3>
      <ListFrame names={["allergies"]} empty={saysNoneKnown(allergies.items.value) ? t.value.storyboard.noneKnown : t.value.storyboard.noneRecorded} isEmpty={active.length === 0}>
        <ul class="rows">{active.map((allergy) => <AllergyRow key={allergy.id} allergy={allergy} />)}</ul>
      </ListFrame>
      {oldFlags.length + oldAllergies.length === 0 ? null : (
        <>
          <h3 class="group">{w.past}</h3>
          <ul class="rows">
            {oldFlags.map((flag) => <FlagRow key={flag.id} flag={flag} />)}
            {oldAllergies.filter((a) => !isNoneKnown(a)).map((allergy) => <AllergyRow key={allergy.id} allergy={allergy} />)}
          </ul>
        </>
      )}
    </>
  );
}

function FlagRow({ flag }: { flag: Flag }) {
  const chart = useChart();
  const active = flag.status === "active";
  return (
    <li class={`row ${active ? "row-warn" : ""}`} tabIndex={-1} data-row>
      <div class="row-when num">{flag.period === undefined ? "" : showPeriod(flag.period)}</div>
      <div class="row-what">
        <h4>{active ? <Icon name="warning" /> : null}<Concept concept={flag.code} /></h4>
        <dl class="facts">
          <Fact term={t.value.common.status}>{active ? "" : word(t.value.warning.statuses, flag.status)}</Fact>
          <Fact term={t.value.notes.author}>{chart.nameOf(flag.author)}</Fact>
        </dl>
      </div>
    </li>
  );
}

function reactions(allergy: AllergyIntolerance): string {
  return (allergy.reaction ?? []).map((r) => {
    const severity = r.severity === undefined ? "" : ` (${word(t.value.warning.severity, r.severity)})`;
    return `${conceptsText(r.manifestation)}${severity}${r.description === undefined ? "" : `: ${r.description}`}`;
  }).join("; ");
}

function AllergyRow({ allergy }: { allergy: AllergyIntolerance }) {
  const w = t.value.warning;
  const status = conceptCode(allergy.clinicalStatus);
  const verification = conceptCode(allergy.verificationStatus);
  const danger = allergy.criticality === "high" && (status === "" || status === "active");
  return (
    <li class={`row ${danger ? "row-danger" : ""}`} tabIndex={-1} data-row>
      <div class="row-when num">{showDate(allergy.onsetDateTime ?? allergy.recordedDate)}</div>
      <div class="row-what">
        <h4>
          <Icon name="allergy" />
          {conceptText(allergy.code) === "" ? conceptText(allergy.reaction?.[0]?.substance) || t.value.common.unnamed : <Concept concept={allergy.code} />}
          {allergy.criticality === undefined ? null : <Badge tone={danger ? "danger" : "plain"} text={word(w.criticality, allergy.criticality)} />}
          {status === "" || status === "active" ? null : <Badge tone="quiet" text={word(w.statuses, status)} />}
          {verification === "" || verification === "confirmed" ? null : <Badge tone="warn" text={word(t.value.condition.verification, verification)} />}
        </h4>
        <dl class="facts">
          <Fact term={w.reaction}>{reactions(allergy)}</Fact>
          <Fact term={w.category}>{(allergy.category ?? []).map((c) => word(w.categories, c)).join(", ")}</Fact>
        </dl>
        <Comments notes={allergy.note} />
      </div>
    </li>
  );
}
