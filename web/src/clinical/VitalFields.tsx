// SPDX-License-Identifier: Apache-2.0
// The form of a set of vital signs, in the order they are taken; the unit stands at each field.
import { decimal } from "../i18n/format.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Form } from "./fields.ts";
import { ACVPU, MEASURES, type NumberName } from "./measures.ts";
import type { Doubted, Read } from "./vitals.ts";
import { showDate } from "../i18n/format.ts";
import { c } from "./words.ts";

const NUMBER_MAX = 12;
const NOTE_MAX = 2000;

interface Props { form: Form; amiss: Read["amiss"]; years: number | null; change: (form: Form) => void }

const HEAD_YEARS = 7;

export function VitalFields({ form, amiss, years, change }: Props) {
  const number = (name: NumberName, first = false) => <NumberField key={name} name={name} form={form} first={first} wrong={amiss?.field === name ? amiss.why : ""} change={change} />;
  const v = c.value.vital;
  const wrongAt = amiss?.field === "at" ? (v.read[amiss.why] ?? "") : "";
  return (
    <div class="vital-fields">
      <label class="written"><span>{v.measures.at}</span>
        <input class="field" type="datetime-local" value={form["at"] ?? ""} aria-invalid={wrongAt !== ""} aria-describedby={wrongAt === "" ? undefined : "vital-wrong-at"} onInput={(e) => change({ ...form, at: e.currentTarget.value })} />
        {wrongAt === "" ? null : <span id="vital-wrong-at" class="deed-wrong"><Icon name="warning" />{wrongAt}</span>}
      </label>
      {number("respiration", true)}
      {number("saturation")}
      <Choice name="oxygen" label={v.measures.oxygen} form={form} codes={v.oxygen} change={change} />
      {form["oxygen"] === "syrgas" ? number("flow") : null}
      {(form["saturation"] ?? "") === "" ? null : <Choice name="scale" label={v.measures.scale} form={form} codes={v.scale} hint={v.scaleHint} change={change} />}
      {number("systolic")}
      {number("diastolic")}
      {number("pulse")}
      <Choice name="consciousness" label={v.measures.consciousness} form={form} codes={Object.fromEntries(Object.keys(ACVPU).map((letter) => [letter, v.acvpu[letter] ?? letter]))} wide change={change} />
      {number("temperature")}
      {number("pain")}
      {number("weight")}
      {number("height")}
      {(years !== null && years < HEAD_YEARS) || (form["head"] ?? "") !== "" ? number("head") : null}
      <label class="written vital-wide"><span>{v.note}</span><textarea class="field" rows={1} maxLength={NOTE_MAX} value={form["note"] ?? ""} onInput={(e) => change({ ...form, note: e.currentTarget.value })} /></label>
    </div>
  );
}

function NumberField({ name, form, first, wrong, change }: { name: NumberName; form: Form; first: boolean; wrong: string; change: (form: Form) => void }) {
  const v = c.value.vital;
  return (
    <label class="written">
      <span>{v.measures[name]} <small class="hint">{MEASURES[name].unit}</small></span>
      <input class="field num" type="text" inputMode="decimal" autocomplete="off" maxLength={NUMBER_MAX} value={form[name] ?? ""} data-first={first || undefined} aria-invalid={wrong !== ""} aria-describedby={wrong === "" ? undefined : `vital-wrong-${name}`} onInput={(e) => change({ ...form, [name]: e.currentTarget.value })} />
      {wrong === "" ? null : <span id={`vital-wrong-${name}`} class="deed-wrong"><Icon name="warning" />{v.read[wrong] ?? wrong}</span>}
    </label>
  );
}

/** Pressed once more, the chosen one is taken back: what was not measured is not an answer. */
function Choice({ name, label, form, codes, hint, wide, change }: { name: string; label: string; form: Form; codes: Readonly<Record<string, string>>; hint?: string; wide?: boolean; change: (form: Form) => void }) {
  const now = form[name] ?? "";
  return (
    <fieldset class={wide === true ? "chips vital-wide" : "chips"}>
      <legend>{label}{hint === undefined ? null : <small class="hint"> {hint}</small>}</legend>
      {Object.entries(codes).map(([code, text]) => (
        <label key={code} class="chip"><input type="radio" name={`vital-${name}`} checked={now === code} onClick={() => { if (now === code) change({ ...form, [name]: "" }); }} onChange={() => change({ ...form, [name]: code, ...(name === "oxygen" && code === "luft" ? { flow: "" } : {}) })} /><span>{text}</span></label>
      ))}
    </fieldset>
  );
}

export function Doubts({ all, form }: { all: readonly Doubted[]; form: Form }) {
  const v = c.value.vital;
  if (all.length === 0) return null;
  const said = (one: Doubted) => {
    const value = `${form[one.measure] ?? ""} ${MEASURES[one.measure].unit}`;
    return v.doubts[one.doubt](one.earlier === null ? [v.measures[one.measure], value] : [value, decimal(one.earlier.text), showDate(one.earlier.when)]);
  };
  return (
    <div class="box box-warn clin-doubts">
      <Icon name="warning" />
      <div><strong>{v.doubtsHeading}</strong><ul>{all.map((one) => <li key={`${one.doubt}-${one.measure}`}>{said(one)}</li>)}</ul><p>{v.doubtsHint}</p></div>
    </div>
  );
}
