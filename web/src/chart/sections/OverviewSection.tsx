// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import type { Patient } from "@fhir";
import { patientPath, type Section } from "../../app/route.ts";
import { conceptText, isProtected, municipality, nameText, newestFirst, periodStart, protection } from "../../fhir/text.ts";
import { showDate, showPeriod } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { session } from "../../session/session.ts";
import { Badge } from "../../ui/Badge.tsx";
import { SectionSkeleton } from "../../ui/Skeleton.tsx";
import { Soon } from "../../ui/Soon.tsx";
import { Sparkline, Value } from "../LabParts.tsx";
import { analytes } from "../labs.ts";
import { ListFrame } from "../ListFrame.tsx";
import { useChart, useLists } from "../model.ts";
import { Note } from "../Note.tsx";
import { Fact } from "../Parts.tsx";
import { currentMedicines, isOpenReferral } from "../state.ts";
import { encounterTitle, encounterUnit } from "./EncountersSection.tsx";
import { allMedicines, dosages, medicineName } from "../medicines.ts";
import { NOTE_LISTS, useNotes } from "./NotesSection.tsx";
import { referralState, referralTitle } from "./ReferralsSection.tsx";

const LABS_MAX = 10;
const CONTACTS_MAX = 5;
const REFERRALS_MAX = 5;
const NOTES_MAX = 2;

export function OverviewSection() {
  useLists("prescriptions", "statements", "labs", "documents", "compositions", "reports", "encounters", "referrals", "tasks", "carePlans");
  return (
    <div class="cards">
      <div>
        <Soon><CurrentMedication /></Soon>
        <Soon><LatestNotes /></Soon>
      </div>
      <div>
        <Soon><LatestLabs /></Soon>
        <Soon><OpenReferrals /></Soon>
        <Soon><LatestContacts /></Soon>
        <Soon><CarePlans /></Soon>
        <Soon><Personal /></Soon>
      </div>
    </div>
  );
}

interface CardProps { heading: string; section?: Section; children: ComponentChildren }

function Card({ heading, section, children }: CardProps) {
  const chart = useChart();
  return (
    <section class="card">
      <header><h3>{heading}</h3>{section === undefined ? null : <a href={patientPath(chart.id, section)} aria-label={t.value.common.showAll(t.value.sections[section])}>{t.value.common.all}</a>}</header>
      {children}
    </section>
  );
}

function CurrentMedication() {
  const chart = useChart();
  const current = currentMedicines(allMedicines(chart));
  return (
    <Card heading={t.value.overview.currentMedication} section="lakemedel">
      <ListFrame names={["prescriptions", "statements"]} empty={t.value.medication.noCurrent} isEmpty={current.length === 0} together>
        <ul class="plain">
          {current.map((m) => (
            <li key={`${m.resourceType}/${m.id}`}><b>{medicineName(m, chart)}</b> {m.status === "on-hold" ? <Badge tone="warn" text={word(t.value.medication.statuses, m.status)} /> : null} {m.resourceType === "MedicationStatement" ? <Badge tone="info" text={t.value.medication.stated} /> : null}{dosages(m).map((text, i) => <div key={i} class="clinical quiet">{text}</div>)}</li>
          ))}
        </ul>
      </ListFrame>
    </Card>
  );
}

function LatestLabs() {
  const chart = useChart();
  const rows = newestFirst(analytes(chart.lists.labs.items.value), (row) => row.values[0]?.date ?? "").slice(0, LABS_MAX);
  return (
    <Card heading={t.value.overview.latestLabs} section="provsvar">
      <ListFrame names={["labs"]} empty={t.value.empty.provsvar}>
        <ul class="plain lab-list">
          {rows.map((row) => {
            const latest = row.values[0];
            return latest === undefined ? null : (
              <li key={row.key}>
                <a href={patientPath(chart.id, "provsvar", row.key)} data-row>{row.name}</a>
                <Value value={latest} unit />
                <Sparkline row={row} />
                <span class="quiet num">{showDate(latest.date)}</span>
              </li>
            );
          })}
        </ul>
      </ListFrame>
    </Card>
  );
}

function LatestNotes() {
  const { notes, waiting } = useNotes(NOTES_MAX);
  return (
    <Card heading={t.value.overview.latestNotes} section="anteckningar">
      <ListFrame names={NOTE_LISTS} empty={t.value.empty.anteckningar} isEmpty={notes.length === 0 && !waiting}>
        {waiting && notes.length === 0 ? <SectionSkeleton lines={4} /> : null}
        {notes.map((note) => <Note key={`${note.resourceType}/${note.id}`} note={note} />)}
      </ListFrame>
    </Card>
  );
}

function LatestContacts() {
  const chart = useChart();
  const latest = newestFirst(chart.lists.encounters.items.value, (e) => periodStart(e.period)).slice(0, CONTACTS_MAX);
  return (
    <Card heading={t.value.overview.latestContacts} section="kontakter">
      <ListFrame names={["encounters"]} empty={t.value.empty.kontakter}>
        <ul class="plain">
          {latest.map((e) => <li key={e.id}><span class="num quiet">{showPeriod(e.period)}</span><div><b>{encounterTitle(e)}</b> {encounterUnit(e, chart)} {e.status === "finished" ? null : <Badge tone="info" text={word(t.value.encounter.statuses, e.status)} />}</div></li>)}
        </ul>
      </ListFrame>
    </Card>
  );
}

function OpenReferrals() {
  const { referrals, tasks } = useChart().lists;
  const open = newestFirst(referrals.items.value.filter(isOpenReferral), (r) => r.authoredOn ?? "").slice(0, REFERRALS_MAX);
  return (
    <Card heading={t.value.overview.openReferrals} section="remisser">
      <ListFrame names={["referrals"]} empty={t.value.overview.noReferrals} isEmpty={open.length === 0}>
        <ul class="plain">
          {open.map((r) => <li key={r.id}><span class="num quiet">{showDate(r.authoredOn)}</span><div><b>{referralTitle(r)}</b> <Badge tone="info" text={referralState(r, tasks.items.value)} /></div></li>)}
        </ul>
      </ListFrame>
    </Card>
  );
}

function CarePlans() {
  const plans = useChart().lists.carePlans.items.value.filter((plan) => plan.status === "active" || plan.status === "on-hold");
  if (plans.length === 0) return null;
  return (
    <Card heading={t.value.overview.carePlans}>
      {plans.map((plan) => (
        <div key={plan.id}>
          <p><b>{plan.title ?? t.value.timeline.types.CarePlan}</b> {plan.status === "active" ? null : <Badge tone="warn" text={word(t.value.carePlan.statuses, plan.status)} />}</p>
          {plan.description === undefined ? null : <div class="clinical quiet">{plan.description}</div>}
          <ul class="plain">
            {(plan.activity ?? []).map((step, i) => <li key={i}>{step.detail?.description ?? conceptText(step.detail?.code)} <Badge text={word(t.value.carePlan.steps, step.detail?.status)} /></li>)}
          </ul>
        </div>
      ))}
    </Card>
  );
}

function Personal() {
  const chart = useChart();
  const patient = chart.patient.value;
  if (patient === null) return null;
  const i = t.value.identity;
  return (
    <Card heading={t.value.overview.personal}>
      {isProtected(patient) ? <p class="box box-warn">{word(t.value.access.badges, protection(patient))}. {i.protectedHint}</p> : null}
      <dl class="facts facts-column">
        <Fact term={i.born}>{showDate(patient.birthDate)}</Fact>
        {isMasked(patient) ? <Masked /> : <Reachable patient={patient} />}
        <Fact term={i.language}>{(patient.communication ?? []).map((c) => conceptText(c.language)).join(", ")}</Fact>
        <Fact term={i.listedAt}>{patient.generalPractitioner === undefined && isMasked(patient) ? t.value.access.masked : (patient.generalPractitioner ?? []).map((g) => chart.nameOf(g)).filter((n) => n !== "").join(", ")}</Fact>
      </dl>
    </Card>
  );
}

/** Protected, and the service has not shown it either: who has the right gets it in the answer. */
function isMasked(patient: Patient): boolean {
  const shown = patient.address !== undefined || patient.telecom !== undefined;
  return isProtected(patient) && !(session.value?.access === "on" && shown);
}

function Masked() {
  const i = t.value.identity;
  return <>{[i.address, i.municipality, i.phone, i.email, i.contact].map((term) => <Fact key={term} term={term}>{t.value.access.masked}</Fact>)}</>;
}

function Reachable({ patient }: { patient: Patient }) {
  const i = t.value.identity;
  const address = patient.address?.find((a) => a.use !== "old") ?? patient.address?.[0];
  const line = [...(address?.line ?? []), [address?.postalCode, address?.city].filter((p) => p !== undefined).join(" ")].filter((p) => p !== "").join(", ");
  const reach = (system: string) => (patient.telecom ?? []).filter((c) => c.system === system && c.use !== "old").map((c) => c.value ?? "").join(", ");
  return (
    <>
      <Fact term={i.address}>{line}</Fact>
      <Fact term={i.municipality}>{municipality(patient)}</Fact>
      <Fact term={i.phone}>{reach("phone")}</Fact>
      <Fact term={i.email}>{reach("email")}</Fact>
      <Fact term={i.contact}>{(patient.contact ?? []).map((c) => [nameText(c.name), (c.relationship ?? []).map(conceptText).join(", "), (c.telecom ?? []).map((p) => p.value ?? "").join(", ")].filter((p) => p !== "").join(" · ")).join("; ")}</Fact>
    </>
  );
}
