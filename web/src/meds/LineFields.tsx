// SPDX-License-Identifier: Apache-2.0
// One dosage of an order: so much, in this unit, at these times, as needed, this way.
import { useId } from "preact/hooks";
import { word } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Day } from "./dose.ts";
import { ROUTES } from "./dosage.ts";
import { PATTERNS, PERIOD_UNITS, type Amiss, type Field, type LineForm } from "./form.ts";
import type { Drug } from "./order.ts";
import { unitName } from "./units.ts";
import { m } from "./words.ts";

interface Props { at: number; line: LineForm; drug: Drug; legend: string; amiss: Amiss | null; change: (line: LineForm) => void; remove: (() => void) | null }

const DAYS: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TEXT_MAX = 1000;
const NUMBER_MAX = 20;

export function wrongText(amiss: Amiss | null): string {
  return amiss === null ? "" : m.value.amiss[amiss.why];
}

/** What a dose of this may be counted in: its form, and the substance where its strength is known. */
function unitsOf(drug: Drug, now: string): string[] {
  return [...new Set([drug.unit, drug.strength?.substance.unit ?? "", drug.strength?.in.unit ?? "", now])].filter((unit) => unit !== "");
}

interface NumberProps { field: Field; label: string; value: string; amiss: Amiss | null; first?: boolean; on: (text: string) => void }

function NumberField({ field, label, value, amiss, first = false, on }: NumberProps) {
  const id = useId();
  const wrong = amiss?.field === field;
  return (
    <label class="written med-number">
      <span>{label}</span>
      <input class="field num" inputMode="decimal" autocomplete="off" value={value} maxLength={NUMBER_MAX} aria-invalid={wrong} aria-describedby={wrong ? id : undefined} data-first={first ? "yes" : undefined} ref={first ? focusFirst : null} onInput={(e) => on(e.currentTarget.value)} />
      {wrong ? <span id={id} class="deed-wrong"><Icon name="warning" />{wrongText(amiss)}</span> : null}
    </label>
  );
}

/** The dose is where a new form begins; once. */
function focusFirst(input: HTMLInputElement | HTMLTextAreaElement | null): void {
  if (input === null || input.dataset["focused"] === "yes") return;
  input.dataset["focused"] = "yes";
  input.focus();
  input.select();
}

export function LineFields({ at, line, drug, legend, amiss, change, remove }: Props) {
  const set = (part: Partial<LineForm>) => change({ ...line, ...part });
  return (
    <fieldset class="med-line">
      <legend>{legend}</legend>
      {line.isFree ? <FreeFields line={line} amiss={amiss} set={set} first={at === 0} /> : <Structured at={at} line={line} drug={drug} amiss={amiss} set={set} />}
      <div class="med-row">
        <label class="written med-wide"><span>{m.value.instruction}</span><input class="field" value={line.instruction} maxLength={TEXT_MAX} onInput={(e) => set({ instruction: e.currentTarget.value })} /></label>
        <p class="actions">
          <button type="button" class="button button-small" onClick={() => set({ isFree: !line.isFree })}>{line.isFree ? m.value.fromFree : m.value.toFree}</button>
          {remove === null ? null : <button type="button" class="button button-small" onClick={remove}>{m.value.removeLine(at + 1)}</button>}
        </p>
      </div>
    </fieldset>
  );
}

interface Part { line: LineForm; amiss: Amiss | null; set: (part: Partial<LineForm>) => void }

function FreeFields({ line, amiss, set, first }: Part & { first: boolean }) {
  const id = useId();
  const wrong = amiss?.field === "free";
  return (
    <label class="written"><span>{m.value.free}</span>
      <textarea class="field" rows={2} value={line.free} maxLength={TEXT_MAX} aria-invalid={wrong} aria-describedby={wrong ? id : undefined} onInput={(e) => set({ free: e.currentTarget.value })} data-first={first ? "yes" : undefined} ref={first ? focusFirst : null} />
      {wrong ? <span id={id} class="deed-wrong"><Icon name="warning" />{wrongText(amiss)}</span> : null}
    </label>
  );
}

function Structured({ at, line, drug, amiss, set }: Part & { at: number; drug: Drug }) {
  return (
    <>
      <div class="med-row">
        <NumberField field="dose" label={m.value.dose} value={line.dose} amiss={amiss} first={at === 0} on={(dose) => set({ dose })} />
        <NumberField field="high" label={m.value.high} value={line.high} amiss={amiss} on={(high) => set({ high })} />
        <UnitField line={line} drug={drug} set={set} />
        <ScheduleField line={line} set={set} />
        <RouteField line={line} set={set} />
      </div>
      {line.pattern === "custom" ? <Custom line={line} amiss={amiss} set={set} /> : null}
      {line.pattern === "w1" || line.pattern === "custom" ? <Weekdays line={line} set={set} /> : null}
      <div class="med-row">
        <label class="check"><input type="checkbox" checked={line.asNeeded} onChange={(e) => set({ asNeeded: e.currentTarget.checked, ...(e.currentTarget.checked || line.pattern !== "none" ? {} : { pattern: "d1" }) })} /><span>{m.value.asNeeded}</span></label>
        {line.asNeeded ? <label class="written"><span>{m.value.asNeededFor}</span><input class="field" value={line.asNeededFor} maxLength={TEXT_MAX} onInput={(e) => set({ asNeededFor: e.currentTarget.value })} /></label> : null}
        {line.asNeeded ? <NumberField field="max" label={`${m.value.max} (${unitName(line.unit)})`} value={line.max} amiss={amiss} on={(max) => set({ max })} /> : null}
      </div>
    </>
  );
}

function UnitField({ line, drug, set }: Omit<Part, "amiss"> & { drug: Drug }) {
  const units = unitsOf(drug, line.unit);
  return (
    <label class="written"><span>{m.value.unit}</span>
      {units.length === 0 ? <input class="field" value={line.unit} maxLength={NUMBER_MAX} onInput={(e) => set({ unit: e.currentTarget.value })} /> : (
        <select class="field" value={line.unit} onChange={(e) => set({ unit: e.currentTarget.value })}>{units.map((unit) => <option key={unit} value={unit}>{unitName(unit)}</option>)}</select>
      )}
    </label>
  );
}

function ScheduleField({ line, set }: Omit<Part, "amiss">) {
  const keys = [...Object.keys(PATTERNS), "custom", ...(line.asNeeded || line.pattern === "none" ? ["none"] : [])];
  return (
    <label class="written"><span>{m.value.schedule}</span>
      <select class="field" value={line.pattern} onChange={(e) => set({ pattern: e.currentTarget.value })}>{keys.map((key) => <option key={key} value={key}>{word(m.value.patterns, key)}</option>)}</select>
    </label>
  );
}

function RouteField({ line, set }: Omit<Part, "amiss">) {
  const known = ROUTES[line.route] !== undefined || line.route === "";
  return (
    <label class="written"><span>{m.value.route}</span>
      <select class="field" value={line.route} onChange={(e) => set({ route: e.currentTarget.value })}>
        <option value="">{m.value.noRoute}</option>
        {known ? null : <option value={line.route}>{line.route}</option>}
        {Object.entries(ROUTES).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
      </select>
    </label>
  );
}

function Custom({ line, amiss, set }: Part) {
  return (
    <div class="med-row">
      <NumberField field="frequency" label={m.value.frequency} value={line.frequency} amiss={amiss} on={(frequency) => set({ frequency, when: [] })} />
      <NumberField field="period" label={m.value.per} value={line.period} amiss={amiss} on={(period) => set({ period, when: [] })} />
      <label class="written"><span>{m.value.unit}</span>
        <select class="field" value={line.periodUnit} onChange={(e) => set({ periodUnit: e.currentTarget.value as LineForm["periodUnit"] })}>{PERIOD_UNITS.map((unit) => <option key={unit} value={unit}>{word(m.value.periodUnits, unit)}</option>)}</select>
      </label>
    </div>
  );
}

function Weekdays({ line, set }: Omit<Part, "amiss">) {
  return (
    <fieldset class="med-cures"><legend>{m.value.weekdays}</legend>
      {DAYS.map((day) => (
        <label key={day} class="chip"><input type="checkbox" checked={line.days.includes(day)} onChange={(e) => set({ days: DAYS.filter((one) => (one === day ? e.currentTarget.checked : line.days.includes(one))) })} /><span>{word(m.value.days, day)}</span></label>
      ))}
    </fieldset>
  );
}
