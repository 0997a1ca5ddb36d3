// SPDX-License-Identifier: Apache-2.0
// The dialogs that open, block and end access: one way for all, in two steps. First what is asked, then what will happen,
// for whom, for how long, and that it is logged. Each has an address, so each can be linked to and left by going back.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { goBack, patientPath, route } from "../app/route.ts";
import { useChart, type Chart } from "../chart/model.ts";
import { Fact } from "../chart/Parts.tsx";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t, word } from "../i18n/index.ts";
import { session } from "../session/session.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { focusIn, useFocusDrawn } from "../ui/focus.ts";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { deeds, fieldsOf, lengthsOf, missing, type Deed, type DeedName, type Missing, type Values } from "./deeds.ts";
import { DeedFields, Reasons } from "./DeedForm.tsx";
import type { Explained, Grant } from "./explained.ts";
import { actor } from "./sight.ts";
import { advice, deedWords, showUntil } from "./words.ts";

/** A key that is held down must not go through the second step as well. */
const PAUSE_MS = 350;
const HOUR_MS = 3_600_000;
const NO_LIMITS: Explained["limits"] = { choiceHours: 0, emergencyHours: 0, liftDays: 0, consentDays: 0 };
/** What a patient does with their own record. */
const OWN: readonly DeedName[] = ["sparr", "hav-sparr", "oppna-sparr", "samtycke", "avsluta"];

function here(id: string): string {
  const now = route.value;
  return now.screen === "patient" ? patientPath(now.id, now.section, now.detail) : patientPath(id);
}

/** Focus goes back to where it was; to the heading when that is no longer there. */
function focusSomewhere(): void {
  setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById("section-heading")?.focus();
  }, 0);
}

interface Props { deed: DeedName; about: string }

export function AccessDialog({ deed, about }: Props) {
  const { id } = useChart();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return focusSomewhere;
  }, []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class={`dialog deed${deed === "nodoppning" ? " deed-danger" : ""}`} aria-labelledby="deed-heading" onClose={() => goBack(here(id))}>
      <h2 id="deed-heading">{deedWords(deed).heading}</h2>
      <Body deed={deed} about={about} close={close} />
    </dialog>
  );
}

interface BodyProps extends Props { close: () => void }

function Refusal({ text, close }: { text: string; close: () => void }) {
  return <><p class="box box-warn"><Icon name="lock" />{text}</p><p class="actions"><button type="button" class="button" onClick={close}>{t.value.common.close}</button></p></>;
}

function Body(props: BodyProps) {
  const { sight } = useChart();
  const { deed, about, close } = props;
  const status = sight.status.value;
  const explained = sight.explained.value;
  const own = status === "own";
  const known = own ? (sight.wishes.value !== null || about === "") && (sight.limits.value !== null || deeds[deed].lengths.length === 0) : explained !== null && (explained.blocks !== null || !/-sparr$/.test(deed));
  useEffect(() => {
    if (own && !known) void sight.readWishes();
    // Whoever opens a dialog about one block has taken the second step.
    if (!own && explained !== null && !known) void sight.reveal();
  }, [own, known, explained === null]);
  const means = deeds[deed].means;
  const may = own ? session.value?.kind === "patient" && OWN.includes(deed) : explained !== null && (means === null || explained.may.has(means));
  if (status === "open" || status === "refused" || ((own || explained !== null) && !may)) return <Refusal text={t.value.access.form.mayNot} close={close} />;
  if (status === "failed") return <><FailureBox text={failureText(sight.error.value)} retry={() => void sight.load()} /><Refusal text={t.value.access.failed} close={close} /></>;
  if (!known) return <SectionSkeleton lines={3} />;
  return deed === "nodoppning" ? <Emergency close={close} /> : <Steps {...props} own={own} limits={explained?.limits ?? sight.limits.value ?? NO_LIMITS} />;
}

function Whose() {
  const patient = useChart().patient.value;
  const f = t.value.access.form;
  if (patient === null) return null;
  return <Fact term={f.for}><b>{nameText(currentName(patient.name)) || t.value.search.noName}</b> <span class="num nowrap">{identityNumber(patient)?.text ?? t.value.search.noNumber}</span></Fact>;
}

function grantAbout(chart: Chart, about: string): Grant | null {
  const all = [...(chart.sight.explained.value?.grants ?? []), ...(chart.sight.wishes.value ?? [])];
  return all.find((g) => g.id === about) ?? null;
}

/** What the deed is about, in words: an organization, or the kind of what is ended. */
function aboutText(chart: Chart, deed: DeedName, about: string, values: Values): string {
  const block = chart.sight.explained.value?.blocks?.find((b) => b.id === about);
  const grant = grantAbout(chart, about);
  const chosen = chart.nameOf({ reference: values.organization });
  if (chart.sight.status.value === "own" && deed === "oppna-sparr") {
    const of = chart.nameOf({ reference: grantAbout(chart, about)?.actor ?? "" });
    return chosen === "" ? of : t.value.access.own.liftAbout(of, chosen);
  }
  if (deed === "sparr" || deed === "samtycke") return chosen;
  if (block !== undefined) return chart.nameOf({ reference: block.organization });
  if (grant === null) return "";
  return grant.kind === "block" || chart.sight.status.value === "own" ? chart.nameOf({ reference: grant.actor }) : `${word(t.value.access.kinds, grant.kind)}, ${showUntil(grant.to)}`;
}

function lengthText(deed: Deed, n: number): string {
  const f = t.value.access.form;
  const hours = deed.fields.includes("hours");
  return `${hours ? f.hours(n) : f.days(n)}, ${showUntil(new Date(Date.now() + n * (hours ? 1 : 24) * HOUR_MS).toISOString())}`;
}

function Wrong({ wrong }: { wrong: Missing | null }) {
  return <div role="alert">{wrong === null ? null : <p id="deed-wrong" class="deed-wrong"><Icon name="warning" />{t.value.access.form[wrong]}</p>}</div>;
}

interface FailedProps { error: unknown; close: () => void }

function Failed({ error, close }: FailedProps) {
  const chart = useChart();
  const f = t.value.access.form;
  const told = error === null ? null : advice(error);
  return (
    <div role="alert">
      {told === null ? null : (
        <div class="box box-failure">
          <Icon name="warning" />
          <div><strong>{f.failed}</strong><p>{told.text}</p>{told.unsure ? <button type="button" class="button button-small" onClick={() => { close(); void chart.sight.load(); void chart.reload(); }}>{f.look}</button> : null}</div>
        </div>
      )}
    </div>
  );
}

interface StepsProps extends BodyProps { own: boolean; limits: Explained["limits"] }

function useDeed(props: StepsProps) {
  const chart = useChart();
  const plan = deeds[props.deed];
  const lengths = lengthsOf(plan, props.limits);
  const [values, setValues] = useState<Values>({ reason: "", length: lengths.includes(plan.usual) ? plan.usual : (lengths[0] ?? 0), organization: "", outer: false, wish: false });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = () => {
    const grant = grantAbout(chart, props.about);
    const asked = { ...values, reason: values.reason.trim() };
    setBusy(true);
    setError(null);
    chart.sight.act(props.deed, plan.operation(grant), plan.parameters(asked, props.about, grant)).then(props.close, setError).finally(() => setBusy(false));
  };
  return { plan, values, set: (change: Partial<Values>) => setValues((old) => ({ ...old, ...change })), error, busy, send };
}

function Steps(props: StepsProps) {
  const { deed, own, close } = props;
  const chart = useChart();
  const all = useDeed(props);
  // Where nothing is asked, the first step was choosing to end it.
  const [step, setStep] = useState<1 | 2>(fieldsOf(all.plan, own).length === 0 || (own && deed === "hav-sparr") ? 2 : 1);
  const [wrong, setWrong] = useState<Missing | null>(null);
  const form = useRef<HTMLFormElement>(null);
  // What may be done has come after the dialog: the dialog itself has the focus then.
  useLayoutEffect(() => { if (document.activeElement === form.current?.closest("dialog")) form.current?.querySelector<HTMLElement>("input, button")?.focus(); }, []);
  const focusWrong = useFocusDrawn(() => focusIn(form.current, WRONG));
  const f = t.value.access.form;
  const on = (event: SubmitEvent) => {
    event.preventDefault();
    const lacks = missing(all.plan, all.values, own);
    setWrong(lacks);
    if (lacks === null) setStep(2);
    else focusWrong();
  };
  if (step === 2) return <Confirm {...props} {...all} back={all.plan.fields.length === 0 ? null : () => setStep(1)} />;
  return (
    <form ref={form} class="deed-form" onSubmit={on} noValidate>
      <p class="step">{f.step(1)}</p>
      <p>{own && deed === "sparr" ? t.value.access.own.blockWhat : deedWords(deed).what}</p>
      <dl class="facts facts-column"><Whose /><Fact term={f.about}>{deed === "sparr" || deed === "samtycke" ? "" : aboutText(chart, deed, props.about, all.values)}</Fact></dl>
      <DeedFields deed={deed} values={all.values} set={all.set} limits={props.limits} own={own} wrong={wrong} />
      <Wrong wrong={wrong} />
      <p class="actions"><button type="submit" class="button button-main">{f.on}</button><button type="button" class="button" onClick={close}>{f.cancel}</button></p>
    </form>
  );
}

/** The first field that has something wrong. */
const WRONG = "[aria-invalid=true], [aria-describedby=deed-wrong] input";

interface ConfirmProps extends StepsProps { plan: Deed; values: Values; error: unknown; busy: boolean; send: () => void; back: (() => void) | null }

function Confirm({ deed, about, own, close, plan, values, error, busy, send, back }: ConfirmProps) {
  const chart = useChart();
  const shown = useRef(Date.now());
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const a = t.value.access;
  const f = a.form;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy && Date.now() - shown.current > PAUSE_MS) send();
  };
  return (
    <form class="deed-form" onSubmit={submit} aria-busy={busy}>
      <p class="step">{f.step(2)}</p>
      <dl class="facts facts-column" id="deed-summary">
        <Whose />
        <Fact term={f.what}>{deedWords(deed).what}</Fact>
        <Fact term={f.about}>{aboutText(chart, deed, about, values)}</Fact>
        <Fact term={f.time}>{plan.lengths.length === 0 ? "" : lengthText(plan, values.length)}</Fact>
        <Fact term={f.reason}>{values.reason.trim()}</Fact>
        <Fact term={f.by}>{actor()}</Fact>
      </dl>
      <p class="hint">{own ? f.loggedOwn : f.logged}</p>
      <Failed error={error} close={close} />
      <p class="actions">
        <button ref={first} type="submit" class="button button-main" aria-disabled={busy} aria-describedby="deed-summary">{busy ? f.busy : deedWords(deed).confirm}</button>
        {back === null ? null : <button type="button" class="button" onClick={back}>{f.back}</button>}
        <button type="button" class="button" onClick={close}>{f.cancel}</button>
      </p>
    </form>
  );
}

/** Two steps, never three: what it means (the server gives a ticket), then the reason, and the record is open. */
function Emergency({ close }: { close: () => void }) {
  const { sight } = useChart();
  const [ticket, setTicket] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const a = t.value.access;
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const begin = () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    sight.ticket().then(setTicket, setError).finally(() => setBusy(false));
  };
  if (ticket !== "") return <EmergencyReason ticket={ticket} close={close} again={() => setTicket("")} />;
  return (
    <div class="deed-form" aria-busy={busy}>
      <p class="step">{a.form.step(1)}</p>
      <p class="box box-warn"><Icon name="warning" />{a.deeds.nodoppning.what}</p>
      <dl class="facts facts-column">
        <Whose />
        <Fact term={a.form.time}>{a.form.hours(sight.explained.value?.limits.emergencyHours ?? 0)}</Fact>
        <Fact term={a.form.by}>{actor()}</Fact>
      </dl>
      <p class="hint">{a.form.logged} {a.reviewed}.</p>
      <Failed error={error} close={close} />
      <p class="actions"><button ref={first} type="button" class="button button-danger" aria-disabled={busy} onClick={begin}>{a.form.understood}</button><button type="button" class="button" onClick={close}>{a.form.cancel}</button></p>
    </div>
  );
}

interface ReasonProps { ticket: string; close: () => void; again: () => void }

function EmergencyReason({ ticket, close, again }: ReasonProps) {
  const { sight } = useChart();
  const form = useRef<HTMLFormElement>(null);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<Missing | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const focusWrong = useFocusDrawn(() => focusIn(form.current, WRONG));
  const a = t.value.access;
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const lacks = reason.trim() === "" ? "needReason" : null;
    setWrong(lacks);
    if (lacks !== null) return focusWrong();
    setBusy(true);
    setError(null);
    sight.act("nodoppning", "$emergency", [{ name: "ticket", valueString: ticket }, { name: "reason", valueString: reason.trim() }]).then(close, setError).finally(() => setBusy(false));
  };
  return (
    <form ref={form} class="deed-form" onSubmit={submit} noValidate aria-busy={busy}>
      <p class="step">{a.form.step(2)}</p>
      <dl class="facts facts-column"><Whose /></dl>
      <Reasons values={{ reason, length: 0, organization: "", outer: false, wish: false }} set={(change) => setReason(change.reason ?? "")} usual={a.form.emergencyReasons} wrong={wrong !== null} />
      <Wrong wrong={wrong} />
      <Failed error={error} close={close} />
      <p class="actions">
        <button type="submit" class="button button-danger" aria-disabled={busy}>{busy ? a.form.busy : a.deeds.nodoppning.confirm}</button>
        {error === null ? null : <button type="button" class="button" onClick={again}>{a.form.back}</button>}
        <button type="button" class="button" onClick={close}>{a.form.cancel}</button>
      </p>
    </form>
  );
}
