// SPDX-License-Identifier: Apache-2.0
// The order as a form: the product, its dosage, for how long, why; what is reckoned from it; what the checks found; and
// the signature with the patient's name and number. Ctrl+Enter signs from anywhere in it.
import { useRef, useState } from "preact/hooks";
import { useChart, type Chart } from "../chart/model.ts";
import { dosages } from "../chart/medicines.ts";
import type { Medicine } from "../chart/state.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { failureText } from "../ui/failureText.ts";
import { Icon } from "../ui/Icon.tsx";
import { DraftMark } from "../write/DraftMark.tsx";
import { underWay } from "../write/receipts.ts";
import { emptyLine } from "./begin.ts";
import { CheckCards } from "./CheckCards.tsx";
import { cardText } from "./cards.ts";
import { check, type Card } from "./checks.ts";
import { daysBetween, lastDay } from "./dose.ts";
import { addFavourite, favourites, removeFavourite } from "./favourites.ts";
import { readDates, readLine, type Amiss, type LineForm, type OrderForm } from "./form.ts";
import { LineFields, wrongText } from "./LineFields.tsx";
import { drugOf, ended, orderedOf, overridden, replacing, signing, toRequest, type Drug, type Order } from "./order.ts";
import { Reckoning } from "./Reckoning.tsx";
import { toDosage } from "./dosage.ts";
import { factsOf, switchesOn } from "./state.ts";
import { sv } from "./words.sv.ts";
import { m } from "./words.ts";
import { readAgain, useSigning, type Signing } from "./writing.ts";

interface Props { form: OrderForm; words: readonly string[]; prior: Medicine | null; lost: boolean; change: (form: OrderForm) => void; another: (() => void) | null; /** Something has been written, so a draft is kept. */ touched: boolean; done: () => void }

const LINES_MAX = 6;
const CURES = [3, 5, 7, 10, 14, 30, 90];

interface Read { order: Order; amiss: Amiss | null; cards: Card[]; missing: Card | null }

/** What the form means now, what is amiss in it, and what the checks say of it. */
function readForm(chart: Chart, form: OrderForm, prior: Medicine | null): Read {
  const lines = form.lines.map((line, i) => readLine(line, i));
  const order: Order = { drug: drugOf(form.medication), lines: lines.map((one) => one.line), start: form.start, end: form.end, reason: form.reason.trim(), note: form.note.trim(), inpatient: form.inpatient };
  const cards = check(orderedOf(order), factsOf(chart, prior === null ? "" : `${prior.resourceType}/${prior.id ?? ""}`), switchesOn.value);
  return { order, amiss: lines.find((one) => one.amiss !== null)?.amiss ?? readDates(form), cards, missing: cards.find((card) => card.level === "stop" && (form.reasons[card.id] ?? "").trim() === "") ?? null };
}

function write(read: Read, form: OrderForm, prior: Medicine | null, run: Signing): Promise<boolean> {
  const who = run.signer();
  const { order, cards } = read;
  const changed = prior?.resourceType === "MedicationRequest" ? prior : null;
  const request = changed === null ? toRequest(order, who) : replacing(order, changed, who);
  const issues = cards.filter((card) => card.level === "stop").map((card) => overridden(card, cardText(card, sv), (form.reasons[card.id] ?? "").trim(), who));
  const replaced = changed !== null ? ended(changed, "stopped", "Ersatt av ändrad ordination", who) : prior?.resourceType === "MedicationStatement" ? prior : null;
  const title = changed === null ? m.value.ordered(order.drug.name) : m.value.changed(order.drug.name);
  return issues.length === 0 && replaced === null ? run.sign({ create: request }, title) : run.sign({ transact: signing(request, issues, replaced, run.uuids()) }, title);
}

/** The first field that has something amiss, once it has been drawn so. */
function focusWrong(form: HTMLFormElement | null): void {
  setTimeout(() => {
    const wrong = form?.querySelector("[aria-invalid=true]");
    if (wrong instanceof HTMLElement) wrong.focus();
  }, 0);
}

export function OrderFields({ form, words, prior, lost, change, another, touched, done }: Props) {
  const chart = useChart();
  const box = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const run = useSigning(chart);
  const read = readForm(chart, form, prior);
  const submit = async () => {
    setTried(true);
    if (read.amiss !== null || read.missing !== null || lost) focusWrong(box.current);
    else if (await write(read, form, prior, run)) done();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    void submit();
  };
  const amiss = tried ? read.amiss : null;
  return (
    <form class="med-form med-order" ref={box} onKeyDown={keys} onSubmit={(event) => { event.preventDefault(); void submit(); }} noValidate>
      <div class="med-fields">
        <Product drug={read.order.drug} form={form} another={another} />
        {words.length === 0 ? null : <p class="med-before"><span class="quiet">{m.value.before}: </span>{words.join("; ")}</p>}
        <Lines form={form} drug={read.order.drug} amiss={amiss} change={change} />
        <Times form={form} amiss={amiss} change={change} />
        <Rest form={form} change={change} />
      </div>
      <div class="med-aside">
        <Reckoning order={read.order} whole={read.amiss === null} />
        <CheckCards cards={read.cards} reasons={form.reasons} wrong={tried ? (read.missing?.id ?? "") : ""} change={(reasons) => change({ ...form, reasons })} />
        {lost ? <FailureBox text={m.value.gone} /> : null}
        <Failed run={run} prior={prior} />
        <SignBar busy={run.busy} keeps={touched} />
      </div>
    </form>
  );
}

function Product({ drug, form, another }: { drug: Drug; form: OrderForm; another: (() => void) | null }) {
  const [said, setSaid] = useState("");
  const id = drug.product === "" ? drug.name : drug.product;
  const kept = favourites().some((f) => f.id === id);
  const keep = () => {
    const lines = form.lines.map((line, i) => readLine(line, i));
    if (lines.some((one) => one.amiss !== null)) return;
    addFavourite({ id, medication: form.medication, dosage: lines.map((one, i) => toDosage(one.line, i + 1, "", "")), days: form.end === "" ? null : daysBetween(form.start, form.end), reason: form.reason });
    setSaid(m.value.favouriteAdded);
  };
  return (
    <div class="med-product">
      <h4>{drug.name}{drug.atc === "" ? null : <span class="code">{drug.atc}</span>}</h4>
      <span class="actions">
        {another === null ? null : <button type="button" class="button button-small" onClick={another}>{m.value.other}</button>}
        <button type="button" class="button button-small" onClick={keep}>{m.value.addFavourite}</button>
        {kept ? <button type="button" class="button button-small" onClick={() => { removeFavourite(id); setSaid(m.value.favouriteRemoved); }}>{m.value.removeFavourite}</button> : null}
      </span>
      <span role="status" class="quiet">{said}</span>
    </div>
  );
}

interface Part { form: OrderForm; change: (form: OrderForm) => void }

function Lines({ form, drug, amiss, change }: Part & { drug: Drug; amiss: Amiss | null }) {
  const set = (at: number, line: LineForm) => change({ ...form, lines: form.lines.map((one, i) => (i === at ? line : one)) });
  const many = form.lines.length > 1;
  return (
    <>
      {form.lines.map((line, i) => (
        <LineFields key={i} at={i} line={line} drug={drug} legend={many ? m.value.line(i + 1) : m.value.dosing} amiss={amiss?.line === i ? amiss : null} change={(next) => set(i, next)}
          remove={many ? () => change({ ...form, lines: form.lines.filter((_, at) => at !== i) }) : null} />
      ))}
      {form.lines.length >= LINES_MAX ? null : <p><button type="button" class="button button-small" onClick={() => change({ ...form, lines: [...form.lines, emptyLine(drug)] })}>{m.value.addLine}</button></p>}
    </>
  );
}

function Times({ form, amiss, change }: Part & { amiss: Amiss | null }) {
  const days = form.end === "" ? 0 : (daysBetween(form.start, form.end) ?? 0);
  const wrong = (field: "start" | "end") => (amiss?.line === -1 && amiss.field === field ? amiss : null);
  const date = (field: "start" | "end", label: string) => (
    <label class="written"><span>{label}</span>
      <input class="field" type="date" value={form[field]} aria-invalid={wrong(field) !== null} aria-describedby={wrong(field) === null ? undefined : `med-${field}-wrong`} onInput={(e) => change({ ...form, [field]: e.currentTarget.value })} />
      {wrong(field) === null ? null : <span id={`med-${field}-wrong`} class="deed-wrong"><Icon name="warning" />{wrongText(wrong(field))}</span>}
    </label>
  );
  return (
    <div class="med-row">
      {date("start", m.value.start)}
      {date("end", m.value.end)}
      <fieldset class="med-cures"><legend>{m.value.cures}</legend>
        {[0, ...CURES].map((n) => <label key={n} class="chip"><input type="radio" name="med-cure" checked={days === n} onChange={() => change({ ...form, end: n === 0 ? "" : lastDay(form.start, n) })} /><span>{n === 0 ? m.value.furtherNotice : m.value.cure(n)}</span></label>)}
      </fieldset>
    </div>
  );
}

const TEXT_MAX = 1000;

function Rest({ form, change }: Part) {
  return (
    <div class="med-row">
      <label class="written med-wide"><span>{m.value.reasonOptional}</span><input class="field" value={form.reason} maxLength={TEXT_MAX} onInput={(e) => change({ ...form, reason: e.currentTarget.value })} /></label>
      <label class="written med-wide"><span>{m.value.note}</span><input class="field" value={form.note} maxLength={TEXT_MAX} onInput={(e) => change({ ...form, note: e.currentTarget.value })} /></label>
      <fieldset class="med-cures"><legend>{m.value.place}</legend>
        {[false, true].map((here) => <label key={String(here)} class="chip"><input type="radio" name="med-place" checked={form.inpatient === here} onChange={() => change({ ...form, inpatient: here })} /><span>{here ? m.value.inpatient : m.value.outpatient}</span></label>)}
      </fieldset>
    </div>
  );
}

/** What went wrong; where somebody else has changed the order, what holds now beside what is written. */
export function Failed({ run, prior }: { run: Signing; prior: Medicine | null }) {
  const chart = useChart();
  if (run.error === null) return null;
  // What was pressed goes away, so focus goes on to the signature.
  const again = (form: HTMLFormElement | null) => void readAgain(chart).then(() => {
    run.clear();
    const sign = form?.querySelector("button[type=submit]");
    if (sign instanceof HTMLElement) sign.focus();
  });
  if (!run.conflict) return <FailureBox heading={m.value.failed} text={failureText(run.error)} />;
  return (
    <div class="box box-failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{m.value.conflict}</strong>
        {prior === null ? <p>{m.value.gone}</p> : <p>{[t.value.medication.statuses[prior.status] ?? prior.status, ...dosages(prior)].join(" · ")}</p>}
        <p>{m.value.mine}</p>
        <button type="button" class="button button-small" onClick={(event) => again(event.currentTarget.form)}>{m.value.again}</button>
      </div>
    </div>
  );
}

/** The signature says for whom. */
export function SignBar({ busy, text, keeps = false }: { busy: boolean; text?: string; keeps?: boolean }) {
  const patient = useChart().patient.value;
  const number = patient === null ? null : identityNumber(patient);
  const name = patient === null ? "" : nameText(currentName(patient.name)) || t.value.search.noName;
  const waits = busy && underWay.value.some((r) => r.waits === true);
  return (
    <div class="med-sign">
      <button type="submit" class="button button-main" data-sign aria-disabled={busy || patient === null} aria-keyshortcuts="Control+Enter">
        {busy ? m.value.signing : (text ?? m.value.sign)} <span class="med-for">{m.value.signFor(name, number?.text ?? t.value.search.noNumber)}</span><kbd aria-hidden="true">{t.value.keys.ctrl}</kbd><kbd aria-hidden="true">{t.value.keys.enter}</kbd>
      </button>
      {waits ? <span role="status">{m.value.waiting}</span> : keeps ? <DraftMark /> : null}
    </div>
  );
}
