// SPDX-License-Identifier: Apache-2.0
// What must be seen whatever part of the chart is open: who it is, what to beware of, what the patient suffers from,
// and what could not be read.
import type { Patient } from "@fhir";
import { AccessLine, Emptiness } from "../access/AccessLine.tsx";
import { stripOf } from "../app/charts.ts";
import { pagePath, patientPath } from "../app/route.ts";
import { currentName, identityNumber, nameText, protection } from "../fhir/text.ts";
import { showAge, showDate } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Soon } from "../ui/Soon.tsx";
import { u } from "../unknown/words.ts";
import { isWaiting } from "./list.ts";
import { useChart, useLists, type ListName } from "./model.ts";
import { activeAllergies, activeConditions, activeFlags, allergyText, conditionText, flagText, isGravest, saysNoneKnown } from "./state.ts";
import { Card, HiddenCard } from "./StoryCard.tsx";
import { FindButton, NewsCard, NextCard } from "./StoryNext.tsx";

const STORYBOARD_DIAGNOSES_MAX = 12;

/** Where there is no room beside the chart it lies above it, and comes down over it when it is asked for. */
export function Storyboard({ over }: { over: boolean }) {
  const chart = useLists("flags", "allergies", "conditions");
  const patient = chart.patient.value;
  return (
    <aside id="storyboard" class={`storyboard strip-${stripOf(chart.id)}${over ? " storyboard-over" : ""}`} aria-label={t.value.storyboard.label}>
      {patient === null ? <SectionSkeleton lines={3} /> : <Identity patient={patient} />}
      <NotLoaded />
      <AccessLine />
      <Soon lines={4}>
        <div class="storyboard-cards">
          <Warnings />
          <Allergies />
          <Diagnoses />
          <NextCard />
          <NewsCard />
        </div>
        <FindButton />
      </Soon>
    </aside>
  );
}

function Identity({ patient }: { patient: Patient }) {
  const number = identityNumber(patient);
  const i = t.value.identity;
  const dead = patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined;
  return (
    <header class="who">
      <h1>{nameText(currentName(patient.name)) || t.value.search.noName}</h1>
      {number === null || number.kind === "other" ? <OtherNumber text={number?.text ?? ""} /> : (
        <p class="who-number"><span class="sr">{i[number.kind]} </span><span class="num">{number.text}</span></p>
      )}
      <p class="who-facts">{showAge(patient)} · {word(i.sexes, patient.gender ?? "unknown")}{number?.kind === "personnummer" || patient.birthDate === undefined ? null : ` · ${i.born} ${showDate(patient.birthDate)}`}</p>
      {number?.kind === "reservnummer" ? <><Badge tone="warn" icon="warning" text={u.value.reserve} /><p><a href={pagePath("sammanfor", patient.id ?? "")}>{u.value.whenKnown}</a></p></> : null}
      {dead ? <Badge tone="quiet" text={patient.deceasedDateTime === undefined ? i.deceased : i.deceasedOn(showDate(patient.deceasedDateTime))} /> : null}
      {protection(patient) === "" ? null : <Badge tone="danger" icon="lock" text={word(t.value.access.badges, protection(patient))} />}
    </header>
  );
}

function OtherNumber({ text }: { text: string }) {
  return (
    <p class="who-other">
      <strong>{t.value.search.noNumber}</strong>
      {text === "" ? null : <span>{t.value.identity.other}: {text}</span>}
    </p>
  );
}

/** Said aloud: a list that failed is never taken for an empty one. */
function NotLoaded() {
  const chart = useChart();
  const failed = (Object.keys(chart.lists) as ListName[]).filter((name) => chart.lists[name].status.value === "failed");
  const s = t.value.storyboard;
  return (
    <div class="not-loaded" role="alert">
      {failed.length === 0 ? null : (
        <div class="box box-failure">
          <Icon name="warning" />
          <div>
            <strong>{s.notLoaded}</strong>
            <ul>{failed.map((name) => <li key={name}>{t.value.lists[name]}: {failureText(chart.lists[name].error.value)}</li>)}</ul>
            <p>{s.notLoadedHint}</p>
            <button type="button" class="button button-small" onClick={() => failed.forEach((name) => void chart.lists[name].load())}>{t.value.common.retry}</button>
          </div>
        </div>
      )}
    </div>
  );
}

/** Whether nothing may be said about this list yet, or at all. */
function useUnsure(list: { items: { value: readonly unknown[] } }): "waiting" | "hidden" | "no" {
  const { sight } = useChart();
  if (list.items.value.length > 0) return "no";
  return sight.status.value === "loading" ? "waiting" : sight.hidden.value ? "hidden" : "no";
}

function Warnings() {
  const { flags } = useChart().lists;
  const s = t.value.storyboard;
  const unsure = useUnsure(flags);
  const active = activeFlags(flags.items.value);
  if (unsure === "hidden") return <HiddenCard heading={s.warnings} icon="warning" />;
  if (unsure === "waiting" || isWaiting(flags)) return <Card heading={s.warnings} icon="warning" tone="plain"><SectionSkeleton lines={1} /></Card>;
  if (flags.status.value === "failed") return <Card heading={s.warnings} icon="warning" tone="warn"><p>{s.notLoaded}</p></Card>;
  return (
    <Card heading={s.warnings} icon="warning" tone={active.length === 0 ? "plain" : "warn"}>
      {active.length === 0 ? <><p class="quiet">{s.noWarnings}</p><Emptiness /></> : <ul>{active.map((flag) => <li key={flag.id}>{flagText(flag)}{isGravest(flag) ? <Badge tone="danger" text={t.value.warning.gravest} /> : null}</li>)}</ul>}
      {flags.more.value ? <p>{t.value.common.incomplete}</p> : null}
    </Card>
  );
}

function Allergies() {
  const { allergies } = useChart().lists;
  const s = t.value.storyboard;
  const unsure = useUnsure(allergies);
  const active = activeAllergies(allergies.items.value);
  if (unsure === "hidden") return <HiddenCard heading={s.allergies} icon="allergy" />;
  if (unsure === "waiting" || isWaiting(allergies)) return <Card heading={s.allergies} icon="allergy" tone="plain"><SectionSkeleton lines={1} /></Card>;
  if (allergies.status.value === "failed") return <Card heading={s.allergies} icon="allergy" tone="warn"><p>{s.notLoaded}</p></Card>;
  if (active.length === 0) {
    const known = saysNoneKnown(allergies.items.value);
    return <Card heading={s.allergies} icon="allergy" tone="plain"><p>{known ? <><Icon name="check" />{s.noneKnown}</> : s.noneRecorded}</p><Emptiness /></Card>;
  }
  return (
    <Card heading={s.allergies} icon="allergy" tone="danger">
      <ul>{active.map((allergy) => (
        <li key={allergy.id}>
          <b>{allergyText(allergy)}</b>
          {isGravest(allergy) ? <Badge tone="danger" text={t.value.warning.gravest} /> : allergy.criticality === "high" ? <Badge tone="danger" text={word(t.value.warning.criticality, "high")} /> : null}
        </li>
      ))}</ul>
      {allergies.more.value ? <p>{t.value.common.incomplete}</p> : null}
    </Card>
  );
}

function Diagnoses() {
  const chart = useChart();
  const { conditions } = chart.lists;
  const s = t.value.storyboard;
  const unsure = useUnsure(conditions);
  const active = activeConditions(conditions.items.value);
  const rest = active.length - STORYBOARD_DIAGNOSES_MAX;
  if (unsure === "hidden") return <HiddenCard heading={s.diagnoses} icon="list" />;
  if (unsure === "waiting" || isWaiting(conditions)) return <Card heading={s.diagnoses} icon="list" tone="plain"><SectionSkeleton lines={2} /></Card>;
  if (conditions.status.value === "failed") return <Card heading={s.diagnoses} icon="list" tone="warn"><p>{s.notLoaded}</p></Card>;
  return (
    <Card heading={s.diagnoses} icon="list" tone="plain">
      {active.length === 0 ? <><p class="quiet">{s.noDiagnoses}</p><Emptiness /></> : <ul>{active.slice(0, STORYBOARD_DIAGNOSES_MAX).map((c) => <li key={c.id}>{conditionText(c)}</li>)}</ul>}
      {conditions.more.value ? <p>{t.value.common.incomplete}</p> : null}
      {rest > 0 ? <p><a href={patientPath(chart.id, "diagnoser")}>{s.more(rest)}</a></p> : null}
    </Card>
  );
}
