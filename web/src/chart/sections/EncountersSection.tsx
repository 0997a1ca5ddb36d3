// SPDX-License-Identifier: Apache-2.0
import type { Appointment, Encounter } from "@fhir";
import { conceptsText, conceptText, isProtected, newestFirst, periodStart } from "../../fhir/text.ts";
import { showDateTime, showPeriod } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { ListFrame, MoreButton } from "../ListFrame.tsx";
import { useChart, useLists, type Chart } from "../model.ts";
import { Fact } from "../Parts.tsx";

const TONES: Readonly<Record<string, Tone>> = { planned: "info", arrived: "info", triaged: "info", "in-progress": "good", onleave: "info", cancelled: "quiet", "entered-in-error": "warn" };

export function encounterTitle(e: Encounter): string {
  const named = conceptsText(e.type) || conceptText(e.serviceType);
  const kind = e.class.code === undefined ? (e.class.display ?? "") : (t.value.encounter.classes[e.class.code] ?? e.class.display ?? e.class.code);
  return named === "" ? kind : named;
}

export function encounterUnit(e: Encounter, chart: Chart): string {
  const named = chart.nameOf(e.serviceProvider) || (e.location ?? []).map((l) => chart.nameOf(l.location)).filter((n) => n !== "").join(", ");
  const patient = chart.patient.value;
  const masked = e.serviceProvider === undefined && e.location === undefined && patient !== null && isProtected(patient);
  return masked ? t.value.access.masked : named;
}

export function appointmentTitle(a: Appointment): string {
  return conceptsText(a.serviceType) || conceptText(a.appointmentType) || a.description || t.value.timeline.types.Appointment;
}

export function appointmentPlace(a: Appointment, chart: Chart): string {
  const others = a.participant.map((p) => p.actor).filter((actor) => actor?.reference?.startsWith("Patient/") !== true);
  const named = others.map((actor) => chart.nameOf(actor)).filter((n) => n !== "").join(", ");
  const patient = chart.patient.value;
  return named === "" && patient !== null && isProtected(patient) ? t.value.access.masked : named;
}

/** Those that are still to come, or have not been settled. */
const AHEAD = new Set(["proposed", "pending", "booked", "waitlist", "arrived", "checked-in"]);

export function EncountersSection() {
  const { encounters, appointments } = useLists("encounters", "appointments").lists;
  const ahead = newestFirst(appointments.items.value.filter((a) => AHEAD.has(a.status)), (a) => a.start ?? "").reverse();
  return (
    <>
      {ahead.length === 0 ? null : (
        <>
          <h3 class="group">{t.value.appointment.booked}</h3>
          <ul class="rows">{ahead.map((a) => <AppointmentRow key={a.id} appointment={a} />)}</ul>
        </>
      )}
      <h3 class="group">{t.value.appointment.past}</h3>
      <ListFrame names={["encounters", "appointments"]} empty={t.value.empty.kontakter} isEmpty={encounters.items.value.length + ahead.length === 0}>
        <ul class="rows">{newestFirst(encounters.items.value, (e) => periodStart(e.period)).map((e) => <EncounterRow key={e.id} encounter={e} />)}</ul>
        <MoreButton names={["encounters"]} />
      </ListFrame>
    </>
  );
}

function AppointmentRow({ appointment: a }: { appointment: Appointment }) {
  const chart = useChart();
  const w = t.value.appointment;
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{a.start === undefined ? t.value.common.undated : showDateTime(a.start)}</div>
      <div class="row-what">
        <h4>{appointmentTitle(a)} <Badge tone="info" text={word(w.statuses, a.status)} /></h4>
        <dl class="facts">
          <Fact term={t.value.encounter.where}>{appointmentPlace(a, chart)}</Fact>
          <Fact term={t.value.encounter.why}>{conceptsText(a.reasonCode)}</Fact>
        </dl>
      </div>
    </li>
  );
}

function EncounterRow({ encounter: e }: { encounter: Encounter }) {
  const chart = useChart();
  const w = t.value.encounter;
  const kind = e.class.code === undefined ? "" : (w.classes[e.class.code] ?? e.class.code);
  const people = (e.participant ?? []).map((p) => chart.nameOf(p.individual)).filter((n) => n !== "");
  const title = encounterTitle(e);
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{showPeriod(e.period)}</div>
      <div class="row-what">
        <h4>{title} {e.status === "finished" ? null : <Badge tone={TONES[e.status] ?? "plain"} text={word(w.statuses, e.status)} />}</h4>
        <dl class="facts">
          <Fact term={w.where}>{encounterUnit(e, chart)}</Fact>
          <Fact term={w.what}>{kind === title ? "" : kind}</Fact>
          <Fact term={w.who}>{people.join(", ")}</Fact>
          <Fact term={w.why}>{conceptsText(e.reasonCode)}</Fact>
        </dl>
      </div>
    </li>
  );
}
