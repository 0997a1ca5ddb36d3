// SPDX-License-Identifier: Apache-2.0
import type { AllergyIntolerance, Flag } from "@fhir";
import { ListFrame } from "../chart/ListFrame.tsx";
import { useChart, useLists } from "../chart/model.ts";
import { ClinicalText, Comments, Concept, Fact } from "../chart/Parts.tsx";
import { activeAllergies, activeFlags, degreeOf, isNoneKnown, pastAllergies, saysNoneKnown } from "../chart/state.ts";
import { conceptCode, conceptsText, conceptText } from "../fhir/text.ts";
import { showDate } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { isOwn } from "../session/session.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { REMARK_URL } from "./marks.ts";
import { listPath, type Asked } from "./places.ts";
import { flagKind, isMistaken, noneKnown, type Entry } from "./records.ts";
import { EntryRow, Head, Mistakes, useAsked } from "./Rows.tsx";
import { c } from "./words.ts";
import { useWriting } from "./writing.ts";
import "./clinical.css";

const KINDS = ["overkanslighet", "varning"] as const;
const TONES: Readonly<Record<string, Tone>> = { "life-threatening": "danger", harmful: "warn", troublesome: "plain", observation: "plain" };

export function WarningsSection() {
  const { flags, allergies } = useLists("flags", "allergies").lists;
  const asked = useAsked(KINDS);
  const w = t.value.warning;
  const active = activeAllergies(allergies.items.value);
  const current = activeFlags(flags.items.value);
  const oldFlags = flags.items.value.filter((f) => f.status === "inactive");
  const oldAllergies = pastAllergies(allergies.items.value).filter((a) => !isMistaken(a) && !isNoneKnown(a));
  const mistakes: Entry[] = [...flags.items.value, ...allergies.items.value].filter(isMistaken);
  const known = saysNoneKnown(allergies.items.value);
  const row = (one: Entry) => (one.resourceType === "Flag" ? <FlagRow key={one.id} flag={one} asked={asked} /> : one.resourceType === "AllergyIntolerance" ? <AllergyRow key={one.id} allergy={one} asked={asked} over={oldAllergies.includes(one)} /> : null);
  return (
    <>
      <Head kinds={KINDS} asked={asked} />
      <h3 class="group">{w.flags}</h3>
      <ListFrame names={["flags"]} empty={w.noFlags} isEmpty={current.length === 0}>
        <ul class="rows">{current.map(row)}</ul>
      </ListFrame>
      <h3 class="group">{w.allergies}</h3>
      <ListFrame names={["allergies"]} empty={known ? t.value.storyboard.noneKnown : t.value.storyboard.noneRecorded} isEmpty={active.length === 0}>
        <ul class="rows">{active.map(row)}</ul>
      </ListFrame>
      <NoneKnown offered={active.length === 0 && !known && allergies.status.value === "ready" && !isOwn.value} />
      {oldFlags.length + oldAllergies.length === 0 ? null : <><h3 class="group">{w.past}</h3><ul class="rows">{oldFlags.map(row)}{oldAllergies.map(row)}</ul></>}
      <Mistakes entries={mistakes} row={row} />
    </>
  );
}

/** One press: the patient has been asked, and knows of none. */
function NoneKnown({ offered }: { offered: boolean }) {
  const chart = useChart();
  const run = useWriting(chart, ["allergies"], listPath(chart, "overkanslighet"));
  if (!offered || chart.sight.hidden.value) return null;
  return (
    <>
      {run.error === null ? null : <FailureBox heading={c.value.failed} text={failureText(run.error)} />}
      <p class="actions"><button type="button" class="button" aria-disabled={run.busy} title={c.value.noneKnownHint} onClick={() => void run.write({ create: noneKnown(run.me()) }, c.value.noneKnownDone)}>{c.value.noneKnown}</button></p>
    </>
  );
}

function FlagRow({ flag, asked }: { flag: Flag; asked: Asked }) {
  const active = flag.status === "active";
  const degree = degreeOf(flag);
  const kind = flagKind(flag);
  const remark = flag.extension?.find((e) => e.url === REMARK_URL)?.valueString;
  return (
    <EntryRow entry={flag} asked={asked} over={!active} tone={!active ? "" : degree === "life-threatening" ? "row-danger" : "row-warn"} when={flag.period?.start === undefined ? "" : showDate(flag.period.start)}>
      <h4>
        {active ? <Icon name="warning" /> : null}<Concept concept={flag.code} />
        {degree === "" ? null : <Badge tone={active ? (TONES[degree] ?? "plain") : "quiet"} text={word(c.value.choices, degree)} />}
        {active ? null : <Badge tone="quiet" text={word(t.value.warning.statuses, flag.status)} />}
      </h4>
      <dl class="facts">
        <Fact term={c.value.warning.kind}>{kind === "" ? conceptsText(flag.category) : word(c.value.choices, kind)}</Fact>
        <Fact term={c.value.warning.until}>{flag.period?.end === undefined ? "" : showDate(flag.period.end)}</Fact>
      </dl>
      {remark === undefined ? null : <ClinicalText text={remark} />}
    </EntryRow>
  );
}

function reactions(allergy: AllergyIntolerance): string {
  return (allergy.reaction ?? []).map((r) => {
    const severity = r.severity === undefined ? "" : ` (${word(t.value.warning.severity, r.severity)})`;
    return `${conceptsText(r.manifestation)}${severity}${r.description === undefined ? "" : `: ${r.description}`}`;
  }).join("; ");
}

/** The Swedish degree where there is one; else the risk as FHIR says it. */
function Degree({ allergy, danger }: { allergy: AllergyIntolerance; danger: boolean }) {
  const degree = degreeOf(allergy);
  if (degree !== "") return <Badge tone={danger ? "danger" : "plain"} text={word(c.value.choices, degree)} />;
  return allergy.criticality === undefined ? null : <Badge tone={danger ? "danger" : "plain"} text={word(t.value.warning.criticality, allergy.criticality)} />;
}

function AllergyRow({ allergy, asked, over }: { allergy: AllergyIntolerance; asked: Asked; over: boolean }) {
  const w = t.value.warning;
  const status = conceptCode(allergy.clinicalStatus);
  const verification = conceptCode(allergy.verificationStatus);
  const danger = allergy.criticality === "high" && !over && !isMistaken(allergy);
  return (
    <EntryRow entry={allergy} asked={asked} over={over} tone={danger ? "row-danger" : ""} when={showDate(allergy.onsetDateTime ?? allergy.recordedDate)}>
      <h4>
        <Icon name="allergy" />
        {conceptText(allergy.code) === "" ? conceptText(allergy.reaction?.[0]?.substance) || t.value.common.unnamed : <Concept concept={allergy.code} />}
        <Degree allergy={allergy} danger={danger} />
        {status === "" || status === "active" ? null : <Badge tone="quiet" text={word(w.statuses, status)} />}
        {verification === "" || verification === "confirmed" ? null : <Badge tone="warn" text={word(t.value.condition.verification, verification)} />}
      </h4>
      <dl class="facts">
        <Fact term={w.reaction}>{reactions(allergy)}</Fact>
        <Fact term={w.category}>{(allergy.category ?? []).map((one) => word(w.categories, one)).join(", ")}</Fact>
        <Fact term={c.value.warning.type}>{allergy.type === undefined ? "" : word(c.value.choices, allergy.type)}</Fact>
      </dl>
      <Comments notes={allergy.note} />
    </EntryRow>
  );
}
