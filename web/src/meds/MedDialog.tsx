// SPDX-License-Identifier: Apache-2.0
// What is done with one medicine of the list, or with the list itself: stop, pause, resume, renew, give, reconcile. Each
// has an address, says for whom, and is signed with one press once its few questions are answered.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { DetectedIssue, MedicationRequest } from "@fhir";
import { goBack } from "../app/route.ts";
import { allMedicines, dosages, medicineName } from "../chart/medicines.ts";
import { useChart, type Chart } from "../chart/model.ts";
import { Fact } from "../chart/Parts.tsx";
import { currentMedicines, type Medicine } from "../chart/state.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { today } from "../fhir/today.ts";
import { t } from "../i18n/index.ts";
import { settingState } from "../me/settings.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { focusIn, useFocusDrawn } from "../ui/focus.ts";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { CheckCards } from "./CheckCards.tsx";
import { cardText } from "./cards.ts";
import { ALL_ON, check, type Card, type CheckName, type Ordered } from "./checks.ts";
import { isDec, readDec } from "./decimal.ts";
import { reckoned } from "./dosage.ts";
import { daysBetween, lastDay } from "./dose.ts";
import { Failed, SignBar } from "./OrderFields.tsx";
import { administration, dosagesOf, ended, overridden, reconciliation, renewed, resumed, resuming, signing, statementEnded, type Given, type Signer } from "./order.ts";
import { listPath, medicineOf, type MedDeed } from "./places.ts";
import { amountText } from "./say.ts";
import { CHECKS, drugFor, factsOf, switches, switchesOn } from "./state.ts";
import { unitName } from "./units.ts";
import { sv } from "./words.sv.ts";
import { m } from "./words.ts";
import { useSigning, type What } from "./writing.ts";

/** Deeds that have an answer to all their questions from the start. */
const UNASKED: readonly MedDeed[] = ["fornya", "ateruppta", "stam-av"];

export interface Props { deed: MedDeed; about: string }

export function MedDialog({ deed, about }: Props) {
  const chart = useChart();
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    // Where nothing need be asked, the signature is next.
    const first = UNASKED.includes(deed) ? box.current?.querySelector("[data-sign]") : null;
    if (first instanceof HTMLElement) first.focus();
    return () => setTimeout(() => {
      if (document.activeElement !== document.body) return;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.getElementById("section-heading")?.focus();
    }, 0);
  }, []);
  const close = () => box.current?.close();
  return (
    <dialog ref={box} class="dialog med-dialog" aria-labelledby="med-dialog-heading" onClose={() => goBack(listPath(chart))}>
      <h2 id="med-dialog-heading">{m.value.dialogs[deed].heading}</h2>
      {deed === "kontroller" ? <Switches close={close} /> : deed === "stam-av" ? <Reconcile close={close} /> : <About deed={deed} about={about} close={close} />}
    </dialog>
  );
}

interface FormProps { chart: Chart; medicine: Medicine; deed: MedDeed; close: () => void }

function About({ deed, about, close }: Props & { close: () => void }) {
  const chart = useChart();
  const medicine = medicineOf(chart, about);
  const waits = [chart.lists.prescriptions, chart.lists.statements].some((list) => list.status.value === "idle" || list.status.value === "loading");
  if (medicine === null) return waits ? <SectionSkeleton lines={3} /> : <><FailureBox text={m.value.gone} /><p class="actions"><button type="button" class="button" onClick={close}>{m.value.close}</button></p></>;
  const props = { chart, medicine, deed, close };
  if (medicine.resourceType === "MedicationStatement") return <WithReason {...props} />;
  if (deed === "fornya") return <Renew {...props} medicine={medicine} />;
  if (deed === "ge") return <Give {...props} medicine={medicine} />;
  return deed === "ateruppta" ? <Resume {...props} medicine={medicine} /> : <WithReason {...props} />;
}

/** The first question that has no answer. */
const ASKED = "[data-ask] input:not([type=radio]), [data-ask] textarea, [data-ask] input";

interface FrameProps { chart: Chart; medicine: Medicine | null; deed: MedDeed; close: () => void; wrong: string; what: (who: Signer, uuid: () => string) => What | null; children?: ComponentChildren }

/** The form around every deed: whose and what it is, its questions, what went wrong, and the signature. */
function Frame({ chart, medicine, deed, close, wrong, what, children }: FrameProps) {
  const run = useSigning(chart);
  const box = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const focusAsked = useFocusDrawn(() => focusIn(box.current, ASKED));
  const title = m.value.dialogs[deed].title(medicine === null ? "" : medicineName(medicine, chart));
  const submit = async () => {
    setTried(true);
    const made = wrong === "" ? what(run.signer(), run.uuids()) : null;
    if (made === null) focusAsked();
    else if (await run.sign(made, title)) close();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    void submit();
  };
  return (
    <form class="med-form" ref={box} onKeyDown={keys} onSubmit={(event) => { event.preventDefault(); void submit(); }} noValidate>
      <Whose medicine={medicine} />
      {children}
      <div role="alert">{tried && wrong !== "" ? <p class="deed-wrong"><Icon name="warning" />{wrong}</p> : null}</div>
      <Failed run={run} prior={medicine} />
      <SignBar busy={run.busy} text={m.value.dialogs[deed].button} />
      <p class="actions"><button type="button" class="button" onClick={close}>{m.value.close}</button></p>
    </form>
  );
}

function Whose({ medicine }: { medicine: Medicine | null }) {
  const chart = useChart();
  const patient = chart.patient.value;
  return (
    <dl class="facts facts-column">
      {patient === null ? null : <Fact term={t.value.access.form.for}><b>{nameText(currentName(patient.name)) || t.value.search.noName}</b> <span class="num nowrap">{identityNumber(patient)?.text ?? t.value.search.noNumber}</span></Fact>}
      {medicine === null ? null : <Fact term={m.value.search}><b>{medicineName(medicine, chart)}</b></Fact>}
      {medicine === null ? null : <Fact term={m.value.dosing}>{dosages(medicine).join("; ")}</Fact>}
    </dl>
  );
}

type ReasonKey = keyof typeof sv.reasonsFor;
const REASON_MAX = 500;

/** What is being written survives a dialog that is closed before it is signed. */
const written = new Map<string, string>();

function Reasons({ list, value, keep, set }: { list: ReasonKey; value: string; keep: string; set: (reason: string) => void }) {
  const usual: readonly string[] = sv.reasonsFor[list];
  const [other, setOther] = useState(value !== "" && !usual.includes(value));
  const choose = (reason: string) => { written.set(keep, reason); set(reason); };
  return (
    <fieldset class="picks" data-ask>
      <legend>{m.value.why}</legend>
      {usual.map((text, i) => <label key={text} class="pick"><input type="radio" name="med-why" checked={!other && value === text} onChange={() => { setOther(false); choose(text); }} /><span>{m.value.reasonsFor[list][i]}</span></label>)}
      <label class="pick"><input type="radio" name="med-why" checked={other} onChange={() => { setOther(true); choose(""); }} /><span>{m.value.otherReason}</span></label>
      {other ? <label class="written"><span>{m.value.otherReason}</span><textarea class="field" rows={2} maxLength={REASON_MAX} value={value} onInput={(e) => choose(e.currentTarget.value)} /></label> : null}
    </fieldset>
  );
}

function WithReason({ chart, medicine, deed, close }: FormProps) {
  const keep = `${deed}/${medicine.id ?? ""}`;
  const [reason, set] = useState(written.get(keep) ?? "");
  const list: ReasonKey = deed === "pausa" ? "pausa" : deed === "tar-inte" ? "tar-inte" : "satt-ut";
  const what = (who: Signer): What => {
    written.delete(keep);
    return medicine.resourceType === "MedicationStatement" ? { update: statementEnded(medicine, reason.trim(), who) } : { update: ended(medicine, deed === "pausa" ? "on-hold" : "stopped", reason.trim(), who) };
  };
  return <Frame chart={chart} medicine={medicine} deed={deed} close={close} wrong={reason.trim() === "" ? m.value.reasonNeeded : ""} what={what}><Reasons list={list} value={reason} keep={keep} set={set} /></Frame>;
}

interface RequestProps extends FormProps { medicine: MedicationRequest }

interface Checked { readonly cards: readonly Card[]; readonly missing: Card | null; readonly issues: (who: Signer) => DetectedIssue[]; readonly view: ComponentChildren; readonly wrong: string }

/** What has come to light since it was ordered is checked before it goes on: as for a new order. */
function useChecks(chart: Chart, medicine: MedicationRequest): Checked {
  const [reasons, set] = useState<Readonly<Record<string, string>>>({});
  const drug = drugFor(medicine, chart);
  const order: Ordered = { name: drug.name, atc: drug.atc, substances: drug.substances, strength: drug.strength, lines: dosagesOf(medicine).map(reckoned) };
  const cards = check(order, factsOf(chart, `MedicationRequest/${medicine.id ?? ""}`), switchesOn.value);
  const stops = cards.filter((card) => card.level === "stop");
  const missing = stops.find((card) => (reasons[card.id] ?? "").trim() === "") ?? null;
  const issues = (who: Signer) => stops.map((card) => overridden(card, cardText(card, sv), (reasons[card.id] ?? "").trim(), who));
  return { cards, missing, issues, wrong: missing === null ? "" : m.value.overrideNeeded, view: <div data-ask={stops.length > 0 ? "" : undefined}><CheckCards cards={cards} reasons={reasons} wrong="" change={set} /></div> };
}

function Resume({ chart, medicine, deed, close }: RequestProps) {
  const checked = useChecks(chart, medicine);
  const what = (who: Signer, uuid: () => string): What => {
    const issues = checked.issues(who);
    return issues.length === 0 ? { update: resumed(medicine, who) } : { transact: resuming(resumed(medicine, who), issues, uuid) };
  };
  return <Frame chart={chart} medicine={medicine} deed={deed} close={close} wrong={checked.wrong} what={what}>{checked.view}</Frame>;
}

/** As long as it was last time, or until further notice as it was. */
function lengthOf(medicine: MedicationRequest): number {
  const bounds = medicine.dosageInstruction?.[0]?.timing?.repeat?.boundsPeriod;
  return bounds?.start === undefined || bounds.end === undefined ? 0 : (daysBetween(bounds.start.slice(0, 10), bounds.end.slice(0, 10)) ?? 0);
}

const RENEW_DAYS = [30, 90, 365];

function Renew({ chart, medicine, deed, close }: RequestProps) {
  const own = lengthOf(medicine);
  const [days, set] = useState(own);
  const checked = useChecks(chart, medicine);
  const what = (who: Signer, uuid: () => string): What => {
    const request = renewed(medicine, today(), days === 0 ? "" : lastDay(today(), days), who);
    return { transact: signing(request, checked.issues(who), ended(medicine, "completed", "Förnyad", who), uuid) };
  };
  const lengths = [...new Set([0, own, ...RENEW_DAYS])].sort((a, b) => a - b);
  return (
    <Frame chart={chart} medicine={medicine} deed={deed} close={close} wrong={checked.wrong} what={what}>
      <fieldset class="med-cures"><legend>{m.value.renewUntil}</legend>
        {lengths.map((n) => <label key={n} class="chip"><input type="radio" name="med-renew" checked={days === n} onChange={() => set(n)} /><span>{n === 0 ? m.value.furtherNotice : m.value.renewSame(n)}</span></label>)}
      </fieldset>
      {checked.view}
    </Frame>
  );
}

/** Now, as a field for local time writes it. */
function localNow(now = new Date()): string {
  return `${today(now)}T${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
}

const SKEW_MS = 60_000;
const NUMBER_MAX = 20;

function Give({ chart, medicine, deed, close }: RequestProps) {
  const dose = dosagesOf(medicine).map(reckoned).find((line) => line.dose !== null)?.dose ?? null;
  const [amount, setAmount] = useState(dose === null ? "" : amountText(dose).split(" ")[0] ?? "");
  const [unit, setUnit] = useState(dose?.unit ?? "");
  const [at, setAt] = useState(localNow());
  const [done, setDone] = useState(true);
  const keep = `ge/${medicine.id ?? ""}`;
  const [reason, setReason] = useState(written.get(keep) ?? "");
  const read = readDec(amount);
  const time = new Date(at);
  const future = Number.isNaN(time.getTime()) ? m.value.amiss.date : time.getTime() > Date.now() + SKEW_MS ? m.value.futureTime : "";
  const wrong = done ? (!isDec(read) ? m.value.amiss[read] : read.c <= 0n ? m.value.amiss.dose : unit.trim() === "" ? m.value.amiss.empty : future) : reason.trim() === "" ? m.value.reasonNeeded : future;
  const what = (who: Signer): What => {
    written.delete(keep);
    const given: Given = { amount: done && isDec(read) ? { value: read, unit: unit.trim() } : null, at: time.toISOString(), done, reason: reason.trim(), note: "" };
    return { create: administration(medicine, given, who) };
  };
  return (
    <Frame chart={chart} medicine={medicine} deed={deed} close={close} wrong={wrong} what={what}>
      <fieldset class="med-cures"><legend>{m.value.doneChoice}</legend>
        {[true, false].map((yes) => <label key={String(yes)} class="chip"><input type="radio" name="med-done" checked={done === yes} onChange={() => setDone(yes)} /><span>{yes ? m.value.wasGiven : m.value.notGiven}</span></label>)}
      </fieldset>
      <div class="med-row" data-ask={done ? "" : undefined}>
        {done ? <label class="written med-number"><span>{m.value.givenAmount}</span><input class="field num" inputMode="decimal" value={amount} maxLength={NUMBER_MAX} onInput={(e) => setAmount(e.currentTarget.value)} /></label> : null}
        {done ? <label class="written med-number"><span>{m.value.unit}</span>{dose === null ? <input class="field" value={unit} maxLength={NUMBER_MAX} onInput={(e) => setUnit(e.currentTarget.value)} /> : <output class="med-unit">{unitName(unit)}</output>}</label> : null}
        <label class="written"><span>{m.value.givenAt}</span><input class="field" type="datetime-local" value={at} onInput={(e) => setAt(e.currentTarget.value)} /></label>
      </div>
      {done ? null : <Reasons list="notGiven" value={reason} keep={keep} set={setReason} />}
    </Frame>
  );
}

function Reconcile({ close }: { close: () => void }) {
  const chart = useChart();
  const [note, setNote] = useState(written.get("stam-av") ?? "");
  const current = currentMedicines(allMedicines(chart));
  const { prescriptions, statements } = chart.lists;
  const unread = [prescriptions, statements].some((list) => list.status.value !== "ready" || list.more.value) || chart.sight.hidden.value;
  const what = (who: Signer): What => {
    written.delete("stam-av");
    return { create: reconciliation(current, note.trim(), who) };
  };
  return (
    <Frame chart={chart} medicine={null} deed="stam-av" close={close} wrong={unread ? m.value.cards.unread([]) : ""} what={what}>
      <p>{m.value.holds(current.length)}</p>
      <ul class="plain">{current.map((one) => <li key={`${one.resourceType}/${one.id}`}><b>{medicineName(one, chart)}</b> {dosages(one).join("; ")}</li>)}</ul>
      <label class="written" data-ask><span>{m.value.note}</span><input class="field" value={note} maxLength={REASON_MAX} onInput={(e) => { written.set("stam-av", e.currentTarget.value); setNote(e.currentTarget.value); }} /></label>
    </Frame>
  );
}

/** Nothing is shown as chosen before it is known what is, and nothing can be chosen over it. */
function Switches({ close }: { close: () => void }) {
  const on = switchesOn.value;
  const reading = settingState(CHECKS) === "reading";
  return (
    <div class="med-form">
      <p>{m.value.purpose}</p>
      {(Object.keys(ALL_ON) as CheckName[]).map((name) => <label key={name} class="check"><input type="checkbox" checked={on[name]} disabled={reading} onChange={(e) => (switches.value = { ...on, [name]: e.currentTarget.checked })} /><span>{m.value.checkNames[name]}</span></label>)}
      <p class="hint" role="status">{reading ? t.value.common.loading : m.value.switchHint}</p>
      <p class="actions"><button type="button" class="button button-main" onClick={close}>{m.value.close}</button></p>
    </div>
  );
}

