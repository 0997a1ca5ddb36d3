// SPDX-License-Identifier: Apache-2.0
// The fields of a form, as fields.ts asks them.
import { Icon } from "../ui/Icon.tsx";
import { CodeField, LISTS } from "./CodeField.tsx";
import { shownFields, type Amiss, type Deed, type Field, type Form, type Kind } from "./fields.ts";
import { choiceName, fieldName } from "./say.ts";
import { c } from "./words.ts";

const TEXT_MAX = 2000;
const SHORT_MAX = 200;

interface Props { kind: Kind; deed: Deed; form: Form; amiss: Amiss | null; change: (form: Form) => void }

export function FormFields({ kind, deed, form, amiss, change }: Props) {
  return (
    <div class="clin-fields">
      {shownFields(kind, deed, form).map((field) => {
        const wrong = amiss?.field === field.name ? c.value.amiss[amiss.why] : "";
        const id = `clin-wrong-${field.name}`;
        return (
          <div key={field.name} class={`clin-field clin-${field.control}`}>
            <Input kind={kind} field={field} form={form} wrong={wrong} wrongId={id} change={change} />
            {wrong === "" ? null : <p id={id} class="deed-wrong"><Icon name="warning" />{wrong}</p>}
          </div>
        );
      })}
    </div>
  );
}

interface InputProps { kind: Kind; field: Field; form: Form; wrong: string; wrongId: string; change: (form: Form) => void }

function Input({ kind, field, form, wrong, wrongId, change }: InputProps) {
  const label = fieldName(kind, field.name);
  const set = (text: string) => change({ ...form, [field.name]: text });
  const list = LISTS[kind];
  if (field.control === "code" && list !== null) return <CodeField label={label} list={list} form={form} wrong={wrong} wrongId={wrongId} change={change} />;
  if (field.control === "choice") return <Choices kind={kind} field={field} label={label} value={form[field.name] ?? ""} wrong={wrong} wrongId={wrongId} set={set} />;
  const described = wrong === "" ? undefined : wrongId;
  const more = { value: form[field.name] ?? "", "aria-invalid": wrong !== "", "aria-describedby": described, required: field.needed === true, "data-first": field.name === "what" || undefined };
  if (field.control === "area") return <label class="written"><span>{label}</span><textarea class="field" rows={2} maxLength={TEXT_MAX} {...more} onInput={(e) => set(e.currentTarget.value)} /></label>;
  const date = field.control === "date";
  return (
    <label class="written">
      <span>{label}{date ? <small class="hint"> {c.value.dateHint}</small> : null}</span>
      <input class="field" type="text" autocomplete="off" inputMode={field.control === "whole" ? "numeric" : undefined} maxLength={date ? 10 : SHORT_MAX} {...more} onInput={(e) => set(e.currentTarget.value)} />
    </label>
  );
}

function Choices({ kind, field, label, value, wrong, wrongId, set }: { kind: Kind; field: Field; label: string; value: string; wrong: string; wrongId: string; set: (text: string) => void }) {
  return (
    <fieldset class="chips" aria-describedby={wrong === "" ? undefined : wrongId}>
      <legend>{label}</legend>
      {(field.choices ?? []).map((code) => (
        <label key={code} class="chip"><input type="radio" name={`clin-${kind}-${field.name}`} checked={value === code} aria-invalid={wrong !== "" || undefined} onChange={() => set(code)} /><span>{choiceName(kind, field.name, code)}</span></label>
      ))}
    </fieldset>
  );
}
