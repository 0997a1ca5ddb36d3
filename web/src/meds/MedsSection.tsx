// SPDX-License-Identifier: Apache-2.0
// Läkemedel: one list of everything the patient has, where each thing comes from and when the list was last gone
// through; and what can be done with it.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Reference } from "@fhir";
import { navigate, patientPath, route, type Route } from "../app/route.ts";
import { ListFrame, MoreButton } from "../chart/ListFrame.tsx";
import { allMedicines, dosages, medicineName } from "../chart/medicines.ts";
import { useChart, useLists, type Chart } from "../chart/model.ts";
import { ClinicalText, Comments, Fact } from "../chart/Parts.tsx";
import { medicineDate, type Medicine } from "../chart/state.ts";
import { conceptsText, conceptText, shownCode } from "../fhir/text.ts";
import { showDate, showDateTime, showQuantity } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { addCommands } from "../desk/commands.ts";
import { Badge } from "../ui/Badge.tsx";
import { lazy } from "../ui/Lazy.tsx";
import { drafts, dropDraft, type DraftLine } from "../write/drafts.ts";
import type { Props as DialogProps } from "./MedDialog.tsx";
import type { Props as PanelProps } from "./OrderPanel.tsx";
import { draftAbout, DRAFT_KIND, isMedDeed, isOrdering } from "./places.ts";
import { changedSince, currentRows, lastGiven, latestReconciliation, pastRows, type Row, type Source } from "./rows.ts";
import { offNames, readRange } from "./state.ts";
import { m } from "./words.ts";
import "./meds.css";

/** Files of their own, fetched at once after the list, so that neither makes anybody wait. */
const OrderPanel = lazy<PanelProps>(() => import("./OrderPanel.tsx").then((module) => module.OrderPanel));
const MedDialog = lazy<DialogProps>(() => import("./MedDialog.tsx").then((module) => module.MedDialog));

const LISTS = ["prescriptions", "statements"] as const;
const GIVEN_MAX = 20;
const PAST_STEP = 50;

const path = (chart: Chart, dialog: string, about = "") => patientPath(chart.id, "lakemedel", "", dialog, about);

/** What the address asks for; ?visa=ID is a draft, as the list of what is unfinished writes it. */
function placeOf(now: Route): { dialog: string; about: string } {
  if (now.screen !== "patient") return { dialog: "", about: "" };
  return now.dialog === "" && now.detail !== "" ? { dialog: "ordinera", about: draftAbout(now.detail) } : { dialog: now.dialog, about: now.about };
}

/** In the palette while the list is open. */
function useCommands(chart: Chart): void {
  useLayoutEffect(() => addCommands([
    { id: "med-order", label: () => m.value.orderKey, keys: "O", run: () => navigate(path(chart, "ordinera")) },
    { id: "med-reconcile", label: () => m.value.reconcile, run: () => navigate(path(chart, "stam-av")) },
    { id: "med-checks", label: () => `${m.value.order}: ${m.value.checks}`, run: () => navigate(path(chart, "kontroller")) },
  ]), [chart]);
}

export function MedsSection() {
  const chart = useLists(...LISTS, "administrations", "reconciliations", "allergies", "vitals");
  useEffect(() => {
    void readRange();
    OrderPanel.ahead();
    MedDialog.ahead();
  }, []);
  useCommands(chart);
  const now = route.value;
  const { dialog, about } = placeOf(now);
  const all = allMedicines(chart);
  const rows = currentRows(all, (one) => medicineName(one, chart));
  const past = pastRows(all);
  return (
    <>
      <Toolbar ordering={isOrdering(dialog)} />
      <Reconciled rows={rows} />
      <Begun hidden={isOrdering(dialog)} />
      {isOrdering(dialog) ? <OrderPanel key={dialog + about} ordering={dialog} about={about} /> : null}
      <ListFrame names={LISTS} empty={t.value.empty.lakemedel} together>
        <h3 class="group">{m.value.current}</h3>
        {rows.length === 0 ? <p class="empty">{m.value.noCurrent}</p> : <Rows rows={rows} current />}
        {past.length === 0 ? null : <><h3 class="group">{m.value.past}</h3><Past rows={past} /></>}
        <MoreButton names={LISTS} />
      </ListFrame>
      <Given />
      {isMedDeed(dialog) ? <MedDialog key={dialog + about} deed={dialog} about={about} /> : null}
    </>
  );
}

function Toolbar({ ordering }: { ordering: boolean }) {
  const chart = useChart();
  return (
    <p class="actions med-tools">
      {ordering ? null : <a class="button button-main" href={path(chart, "ordinera")} aria-keyshortcuts="O">{m.value.order} <kbd aria-hidden="true">O</kbd></a>}
      <a class="button" href={path(chart, "stam-av")}>{m.value.reconcile}</a>
      <a class="button" href={path(chart, "kontroller")}>{m.value.checks}</a>
    </p>
  );
}

function Reconciled({ rows }: { rows: readonly Row[] }) {
  const chart = useChart();
  const { reconciliations } = chart.lists;
  const list = latestReconciliation(reconciliations.items.value);
  const off = offNames();
  const since = list === null ? 0 : changedSince(rows.map((row) => row.medicine), list);
  const told = list !== null ? m.value.reconciled(showDateTime(list.date), chart.nameOf(list.source)) : reconciliations.status.value === "ready" ? m.value.never : "";
  return (
    <>
      {told === "" ? null : <p class="med-reconciled">{told} {since === 0 ? null : <b>{m.value.changedSince(since)}</b>}</p>}
      <ListFrame names={["reconciliations"]} empty="" isEmpty={false}>{null}</ListFrame>
      {off === "" ? null : <p class="box box-warn">{m.value.off(off)}</p>}
    </>
  );
}

/** What was begun for this patient and not signed: gone on with, or thrown away. */
function Begun({ hidden }: { hidden: boolean }) {
  const chart = useChart();
  const [begun, setBegun] = useState<readonly DraftLine[]>([]);
  useEffect(() => {
    if (hidden) return;
    drafts().then((all) => setBegun(all.filter((d) => d.kind === DRAFT_KIND && d.patient === chart.id)), () => setBegun([]));
  }, [hidden, chart]);
  if (hidden || begun.length === 0) return null;
  const discard = (id: string) => {
    dropDraft(id);
    setBegun(begun.filter((d) => d.id !== id));
  };
  return (
    <section class="med-begun" aria-labelledby="med-begun">
      <h3 class="group" id="med-begun">{m.value.begun}</h3>
      <ul class="rows">{begun.map((d) => (
        <li key={d.id} class="row" data-row tabIndex={-1}>
          <div class="row-when num">{showDateTime(d.updated)}</div>
          <div class="row-what"><b>{d.title}</b>
            <p class="actions"><a class="button button-small" href={patientPath(chart.id, "lakemedel", d.id)}>{m.value.goOn}</a><button type="button" class="button button-small" onClick={() => discard(d.id)}>{m.value.discard}</button></p>
          </div>
        </li>
      ))}</ul>
    </section>
  );
}

/** Rows drawn are bounded: what ended long ago is shown when it is asked for. */
function Past({ rows }: { rows: readonly Row[] }) {
  const [shown, setShown] = useState(PAST_STEP);
  return (
    <>
      <Rows rows={rows.slice(0, shown)} current={false} />
      {rows.length <= shown ? null : <p class="more"><button type="button" class="button" onClick={() => setShown(shown + PAST_STEP)}>{m.value.morePast(rows.length - shown)}</button></p>}
    </>
  );
}

function Rows({ rows, current }: { rows: readonly Row[]; current: boolean }) {
  return <ul class="rows">{rows.map((row) => <MedicineRow key={`${row.medicine.resourceType}/${row.medicine.id}`} row={row} current={current} />)}</ul>;
}

const SOURCE_TONES: Readonly<Record<Source, "good" | "plain" | "info">> = { inpatient: "good", ordered: "plain", stated: "info" };
const CARE_UNIT = "https://helhet.example/fhir/StructureDefinition/care-unit";

function unitOf(one: Medicine, chart: Chart): string {
  const reference: Reference | undefined = one.meta?.extension?.find((e) => e.url === CARE_UNIT)?.valueReference;
  return chart.nameOf(reference);
}

function MedicineRow({ row, current }: { row: Row; current: boolean }) {
  const chart = useChart();
  const { medicine, source } = row;
  const name = medicineName(medicine, chart);
  const code = shownCode(medicine.medicationCodeableConcept)?.code;
  const lines = dosages(medicine);
  return (
    <li class={`row med-row-${medicine.status}`} tabIndex={-1} data-row>
      <div class="row-when num"><span class="sr">{m.value.since} </span>{showDate(medicineDate(medicine))}</div>
      <div class="row-what">
        <h4>
          {name}
          {code === undefined ? null : <span class="code">{code}</span>}
          {medicine.status === "active" ? null : <Badge tone={medicine.status === "on-hold" || medicine.status === "draft" ? "warn" : "quiet"} text={word(t.value.medication.statuses, medicine.status)} />}
          <Badge tone={SOURCE_TONES[source]} text={m.value.sources[source]} />
        </h4>
        {lines.length === 0 ? <p class="quiet">{m.value.noDosage}</p> : lines.map((line, i) => <ClinicalText key={i} text={line} />)}
        <RowFacts row={row} />
        <Comments notes={medicine.note} />
        {current ? <RowActions medicine={medicine} name={name} /> : null}
      </div>
    </li>
  );
}

function endOf(one: Medicine): string {
  const dosage = one.resourceType === "MedicationRequest" ? one.dosageInstruction?.[0] : one.dosage?.[0];
  return dosage?.timing?.repeat?.boundsPeriod?.end ?? (one.resourceType === "MedicationStatement" ? (one.effectivePeriod?.end ?? "") : "");
}

function RowFacts({ row }: { row: Row }) {
  const chart = useChart();
  const { medicine: one, also } = row;
  const request = one.resourceType === "MedicationRequest" ? one : null;
  const by = request === null ? (one as Exclude<Medicine, { resourceType: "MedicationRequest" }>).informationSource : request.requester;
  const why = one.resourceType === "MedicationRequest" ? conceptText(one.statusReason) : conceptsText(one.statusReason);
  const given = request === null ? null : lastGiven(chart.lists.administrations.items.value, request);
  const end = endOf(one);
  return (
    <dl class="facts">
      <Fact term={m.value.until}>{end === "" ? "" : showDate(end)}</Fact>
      <Fact term={m.value.reason}>{[conceptsText(one.reasonCode), ...(one.reasonReference ?? []).map((r) => chart.nameOf(r))].filter((x) => x !== "").join(", ")}</Fact>
      <Fact term={request === null ? m.value.statedBy : m.value.by}>{chart.nameOf(by)}</Fact>
      <Fact term={m.value.source}>{unitOf(one, chart)}</Fact>
      <Fact term={m.value.why}>{why}</Fact>
      <Fact term={m.value.total}>{showQuantity(request?.dispenseRequest?.quantity)}</Fact>
      <Fact term={m.value.lastGiven}>{given === null ? "" : `${showDateTime(given.effectiveDateTime)} ${showQuantity(given.dosage?.dose)}`.trim()}</Fact>
      {also[0] === undefined ? null : <div class="fact"><dd>{m.value.alsoStated(showDate(medicineDate(also[0])), chart.nameOf(also[0].informationSource))}</dd></div>}
      {request?.priorPrescription === undefined ? null : <div class="fact"><dd>{m.value.replaces}</dd></div>}
    </dl>
  );
}

type Action = keyof typeof m.value.actions;

function actionsOf(one: Medicine): readonly Action[] {
  if (one.resourceType === "MedicationStatement") return ["bestall", "tar-inte"];
  if (one.status === "on-hold") return ["ateruppta", "satt-ut"];
  return one.status === "active" ? ["fornya", "andra", "ge", "pausa", "satt-ut"] : [];
}

function RowActions({ medicine, name }: { medicine: Medicine; name: string }) {
  const chart = useChart();
  return (
    <p class="actions" role="group" aria-label={m.value.actionsFor(name)}>
      {actionsOf(medicine).map((action) => <a key={action} class="button button-small" href={path(chart, action, medicine.id)} aria-label={`${m.value.actions[action]} ${name}`}>{m.value.actions[action]}</a>)}
    </p>
  );
}

function Given() {
  const chart = useChart();
  const all = chart.lists.administrations.items.value.slice(0, GIVEN_MAX);
  return (
    <>
      <ListFrame names={["administrations"]} empty="" isEmpty={false}>{null}</ListFrame>
      {all.length === 0 ? null : (
        <>
          <h3 class="group">{m.value.given}</h3>
          <ul class="rows">{all.map((one) => (
            <li key={one.id} class="row" data-row tabIndex={-1}>
              <div class="row-when num">{showDateTime(one.effectiveDateTime ?? one.effectivePeriod?.start)}</div>
              <div class="row-what">
                <h4>{one.medicationCodeableConcept === undefined ? chart.nameOf(one.medicationReference) : conceptText(one.medicationCodeableConcept)} <Badge tone={one.status === "completed" ? "good" : "warn"} text={word(m.value.givenStatuses, one.status)} /></h4>
                <dl class="facts">
                  <Fact term={m.value.dose}>{showQuantity(one.dosage?.dose)}</Fact>
                  <Fact term={m.value.why}>{conceptsText(one.statusReason)}</Fact>
                  <Fact term={t.value.labs.performer}>{(one.performer ?? []).map((p) => chart.nameOf(p.actor)).filter((x) => x !== "").join(", ")}</Fact>
                </dl>
                <Comments notes={one.note} />
              </div>
            </li>
          ))}</ul>
        </>
      )}
    </>
  );
}

