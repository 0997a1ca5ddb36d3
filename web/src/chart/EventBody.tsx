// SPDX-License-Identifier: Apache-2.0
// What one event of the timeline says.
import type { ComponentChildren } from "preact";
import type { Observation } from "@fhir";
import { itemPath, patientPath } from "../app/route.ts";
import { conceptsText } from "../fhir/text.ts";
import { t, word } from "../i18n/index.ts";
import type { EventResource, TimelineEvent } from "./events.ts";
import { Value } from "./LabParts.tsx";
import { analytes } from "./labs.ts";
import { useChart, type Chart } from "./model.ts";
import { hasWords, noteTitle } from "./Note.tsx";
import { ClinicalText, Comments, Concept } from "./Parts.tsx";
import { appointmentPlace, appointmentTitle, encounterTitle, encounterUnit } from "./sections/EncountersSection.tsx";
import { dosages, medicineName } from "./medicines.ts";
import { referralTitle } from "./sections/ReferralsSection.tsx";
import { allergyText } from "./state.ts";

export function EventBody({ event }: { event: TimelineEvent }) {
  const chart = useChart();
  const observations = event.resources.filter((r) => r.resourceType === "Observation");
  if (observations.length > 0) return <Measurements observations={observations} />;
  return <>{event.resources.map((resource) => <div key={resource.id}>{said(resource, chart)}</div>)}</>;
}

function Measurements({ observations }: { observations: readonly Observation[] }) {
  return (
    <ul class="measures">
      {analytes(observations).map((row) => <li key={row.key}>{row.name} {row.values.map((value, i) => <Value key={i} value={value} unit />)}</li>)}
    </ul>
  );
}

function Line({ title, rest }: { title: ComponentChildren; rest: readonly string[] }) {
  return <p><b>{title}</b>{rest.filter((text) => text !== "").map((text) => <span key={text}> · {text}</span>)}</p>;
}

function said(r: EventResource, chart: Chart): ComponentChildren {
  switch (r.resourceType) {
    case "Encounter":
      return <Line title={encounterTitle(r)} rest={[encounterUnit(r, chart), r.status === "finished" ? "" : word(t.value.encounter.statuses, r.status), conceptsText(r.reasonCode)]} />;
    case "Condition":
      return <><Line title={<Concept concept={r.code} />} rest={[]} /><Comments notes={r.note} /></>;
    case "MedicationRequest":
    case "MedicationStatement":
      return <><Line title={medicineName(r, chart)} rest={[word(t.value.medication.statuses, r.status)]} />{dosages(r).map((text, i) => <ClinicalText key={i} text={text} />)}</>;
    case "DocumentReference":
    case "Composition":
      return <Line title={<a href={r.id === undefined ? patientPath(chart.id, "anteckningar") : itemPath(chart.id, "anteckningar", r.id)}>{noteTitle(r)}</a>} rest={(r.author ?? []).map((a) => chart.nameOf(a))} />;
    case "DiagnosticReport":
      return <><Line title={hasWords(r) ? <a href={patientPath(chart.id, "anteckningar")}>{noteTitle(r)}</a> : noteTitle(r)} rest={[]} />{r.conclusion === undefined ? null : <ClinicalText text={r.conclusion} />}</>;
    case "ServiceRequest":
      return <Line title={referralTitle(r)} rest={[word(t.value.referral.statuses, r.status), conceptsText(r.reasonCode)]} />;
    case "Procedure":
      return <><Line title={<Concept concept={r.code} />} rest={[]} /><Comments notes={r.note} /></>;
    case "Immunization":
      return <Line title={<Concept concept={r.vaccineCode} />} rest={[]} />;
    case "AllergyIntolerance":
      return <Line title={allergyText(r)} rest={[r.criticality === undefined ? "" : word(t.value.warning.criticality, r.criticality)]} />;
    case "Appointment":
      return <Line title={appointmentTitle(r)} rest={[appointmentPlace(r, chart), word(t.value.appointment.statuses, r.status)]} />;
    case "CarePlan":
      return <Line title={r.title ?? t.value.timeline.types.CarePlan} rest={[word(t.value.carePlan.statuses, r.status)]} />;
    case "Flag":
      return <Line title={<Concept concept={r.code} />} rest={[]} />;
    case "Observation":
      return null;
  }
}
