// SPDX-License-Identifier: Apache-2.0
// Over the chart: what is ordered at once, with one signature. Medicines pass the same checks as in the medicine list;
// one that a check stops is ordered there.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { navigate, patientPath, route } from "../app/route.ts";
import { singleKeys } from "../app/settings.ts";
import { useLists, type Chart } from "../chart/model.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { fromFavourite } from "../meds/begin.ts";
import { cardText } from "../meds/cards.ts";
import { check, type Card } from "../meds/checks.ts";
import { favourites } from "../meds/favourites.ts";
import { readLine, type Favourite } from "../meds/form.ts";
import { drugOf, orderedOf, toRequest, type Order } from "../meds/order.ts";
import { factsOf, switchesOn } from "../meds/state.ts";
import { m } from "../meds/words.ts";
import { useSigning } from "../meds/writing.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { ACUTE, FIRST, serviceRequest, together, type Acute } from "./acute.ts";
import { sv } from "./words.sv.ts";
import { u } from "./words.ts";
import "./unknown.css";

const DIGITS = 9;
const FAVOURITES_SHOWN = 9;

function orderOf(favourite: Favourite): Order {
  const form = fromFavourite(favourite);
  return { drug: drugOf(form.medication), lines: form.lines.map((line, i) => readLine(line, i).line), start: form.start, end: form.end, reason: form.reason, note: "", inpatient: true };
}

/** What the checks say of a favourite for this patient; unread lists are said to be so by the checks. */
function cardsOf(chart: Chart, order: Order): Card[] {
  return check(orderedOf(order), factsOf(chart, ""), switchesOn.value).filter((card) => card.level !== "info");
}

function useAcute(chart: Chart) {
  const run = useSigning(chart, "remisser", ["referrals", "prescriptions"]);
  const sign = (tests: readonly Acute[], drugs: readonly Order[]): Promise<boolean> => {
    const who = run.signer();
    const entries = together([...tests.map((one) => serviceRequest(one, sv.acute.orders[one], who)), ...drugs.map((order) => toRequest(order, who))], run.uuids());
    const said = [...tests.map((one) => u.value.acute.orders[one]), ...drugs.map((order) => order.drug.name)].join(", ");
    return run.sign({ transact: entries }, u.value.acute.done(said));
  };
  return { busy: run.busy, error: run.error, sign };
}

const toggled = <T,>(all: readonly T[], one: T) => (all.includes(one) ? all.filter((x) => x !== one) : [...all, one]);

export function AcutePanel() {
  const chart = useLists("prescriptions", "statements", "allergies", "vitals");
  const [tests, setTests] = useState<readonly Acute[]>(FIRST);
  const [drugs, setDrugs] = useState<readonly string[]>([]);
  const [empty, setEmpty] = useState(false);
  const box = useRef<HTMLElement>(null);
  const { busy, error, sign } = useAcute(chart);
  const shown = favourites().slice(0, FAVOURITES_SHOWN).map((favourite) => ({ favourite, order: orderOf(favourite) })).map((one) => ({ ...one, cards: cardsOf(chart, one.order) }));
  const stopped = (id: string) => shown.find((one) => one.favourite.id === id)?.cards.some((card) => card.level === "stop") === true;
  const chosen = shown.filter((one) => drugs.includes(one.favourite.id) && !stopped(one.favourite.id));
  const count = tests.length + chosen.length;
  const close = () => navigate(patientPath(chart.id));
  const submit = async () => {
    setEmpty(count === 0);
    if (count > 0 && (await sign(tests, chosen.map((one) => one.order)))) close();
  };
  useLayoutEffect(() => box.current?.focus(), []);
  useKeys((digit) => { const one = shown[digit - 1]; if (one !== undefined && !stopped(one.favourite.id)) setDrugs((was) => toggled(was, one.favourite.id)); }, () => void submit());
  const w = u.value.acute;
  return (
    <section class="acute" aria-labelledby="acute-heading" tabIndex={-1} ref={box}>
      <header><h2 id="acute-heading">{w.heading}: {who(chart)}</h2><button type="button" class="button button-small" onClick={close}>{w.close}</button></header>
      <Unknown chart={chart} />
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <fieldset><legend>{w.samples}</legend>
          {ACUTE.map((one) => <label key={one} class="acute-choice"><input type="checkbox" checked={tests.includes(one)} onChange={() => setTests(toggled(tests, one))} /><span>{w.orders[one]}</span></label>)}
        </fieldset>
        <fieldset><legend>{w.drugs}</legend>
          {shown.map((one, i) => <Drug key={one.favourite.id} number={i + 1} order={one.order} cards={one.cards} on={drugs.includes(one.favourite.id)} stopped={stopped(one.favourite.id)} href={patientPath(chart.id, "lakemedel")} toggle={() => setDrugs(toggled(drugs, one.favourite.id))} />)}
          {singleKeys.value ? <p class="hint">{w.digits}</p> : null}
        </fieldset>
        {empty && count === 0 ? <p class="deed-wrong" role="alert"><Icon name="warning" />{w.none}</p> : null}
        {error === null ? null : <FailureBox text={failureText(error)} />}
        <p><button type="submit" class="button button-main" disabled={busy}>{busy ? w.signing : w.sign(count)}</button></p>
      </form>
    </section>
  );
}

/** Name and number stand where the signature is made. */
function who(chart: Chart): string {
  const patient = chart.patient.value;
  return patient === null ? "" : [nameText(currentName(patient.name)), identityNumber(patient)?.text ?? ""].filter((part) => part !== "").join(", ");
}

function Unknown({ chart }: { chart: Chart }) {
  const patient = chart.patient.value;
  return patient !== null && identityNumber(patient)?.kind === "reservnummer" ? <p class="box box-warn"><Icon name="warning" />{u.value.acute.unknown}</p> : null;
}

interface DrugProps { number: number; order: Order; cards: readonly Card[]; on: boolean; stopped: boolean; href: string; toggle: () => void }

function Drug({ number, order, cards, on, stopped, href, toggle }: DrugProps) {
  return (
    <div class="acute-drug">
      <label class="acute-choice"><input type="checkbox" checked={on && !stopped} disabled={stopped} onChange={toggle} /><kbd aria-hidden="true">{number}</kbd><span>{order.drug.name}</span></label>
      {cards.length === 0 ? null : <ul class="acute-cards">{cards.map((card) => <li key={card.id}><Icon name="warning" />{m.value.levels[card.level]}: {cardText(card, m.value)}</li>)}</ul>}
      {stopped ? <p><a href={href}>{u.value.acute.stop}</a></p> : null}
    </div>
  );
}

const writing = (target: EventTarget | null) => target instanceof HTMLElement && target.matches("input:not([type=checkbox],[type=radio]), textarea, select");

/** The digits choose, unless single keys are switched off; Ctrl+Enter signs. Only while the panel is what is shown. */
function useKeys(digit: (n: number) => void, sign: () => void): void {
  const now = useRef({ digit, sign });
  now.current = { digit, sign };
  useLayoutEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || document.querySelector("dialog[open]") !== null || route.peek().screen !== "patient") return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); now.current.sign(); return; }
      const n = Number(event.key);
      if (!singleKeys.peek() || writing(event.target) || event.ctrlKey || event.altKey || event.metaKey || !(n >= 1 && n <= DIGITS)) return;
      event.preventDefault();
      now.current.digit(n);
    };
    addEventListener("keydown", heard);
    return () => removeEventListener("keydown", heard);
  }, []);
}
