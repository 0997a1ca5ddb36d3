// SPDX-License-Identifier: Apache-2.0
// /okand: a patient whom nobody knows gets a reserve number, and the chart opens with what is ordered at once.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Patient } from "@fhir";
import { navigate, patientPath } from "../app/route.ts";
import { isType } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { currentName, nameText } from "../fhir/text.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { newKey } from "../ids/key.ts";
import { learnPatient } from "../write/names.ts";
import { changeReceipt } from "../write/receipts.ts";
import { perform } from "../write/write.ts";
import { u } from "./words.ts";
import "./unknown.css";

const SEXES = ["unknown", "female", "male"] as const;
type Sex = (typeof SEXES)[number];
const AGE_MAX = 120;

const ageFault = (age: string) => age.trim() !== "" && !(/^\d{1,3}$/.test(age.trim()) && Number(age) <= AGE_MAX);

async function register(sex: Sex, age: string, key: string): Promise<Patient> {
  const parameters = [{ name: "gender", valueCode: sex }, ...(age.trim() === "" ? [] : [{ name: "age", valueInteger: Number(age) }])];
  const { resource, receipt } = await perform("Patient/$register-unknown", parameters, { patient: "", title: u.value.made, key });
  if (!isType(resource, "Patient") || resource.id === undefined) throw new FhirError("format", 200);
  learnPatient(resource);
  changeReceipt(receipt.key, { patient: resource.id, patientName: nameText(currentName(resource.name)), link: patientPath(resource.id) });
  return resource;
}

/** The key is the form's own: pressing again after a lost answer makes nobody more. */
function useRegister() {
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const make = async (sex: Sex, age: string) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const made = await register(sex, age, key.current);
      navigate(patientPath(made.id ?? "", "oversikt", "", "akut"));
    } catch (failed) {
      if (failed instanceof FhirError && failed.status >= 400 && failed.status < 500) key.current = newKey();
      setError(failed);
      setBusy(false);
    }
  };
  return { busy, error, make };
}

export function UnknownScreen() {
  const w = u.value;
  const [sex, setSex] = useState<Sex>("unknown");
  const [age, setAge] = useState("");
  const [tried, setTried] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { busy, error, make } = useRegister();
  const wrong = tried && ageFault(age);
  useEffect(() => { document.title = t.value.title([w.heading]); });
  useLayoutEffect(() => button.current?.focus(), []);
  const submit = () => {
    setTried(true);
    if (!ageFault(age)) void make(sex, age);
  };
  return (
    <div class="page unknown">
      <h1 tabIndex={-1}>{w.heading}</h1>
      <p class="hint">{w.intro}</p>
      <form class="unknown-form" noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <fieldset><legend>{w.sex}</legend>
          <div class="chips">{SEXES.map((one) => <label key={one} class="chip"><input type="radio" name="okand-kon" checked={sex === one} onChange={() => setSex(one)} /><span>{w.sexes[one]}</span></label>)}</div>
        </fieldset>
        <label class="written"><span>{w.age}</span>
          <input class="field unknown-age" inputMode="numeric" autoComplete="off" maxLength={3} value={age} aria-invalid={wrong} aria-describedby={wrong ? "okand-alder-fel" : undefined} onInput={(event) => setAge(event.currentTarget.value)} />
          {wrong ? <span id="okand-alder-fel" class="deed-wrong"><Icon name="warning" />{w.ageWrong}</span> : null}
        </label>
        {error === null ? null : <FailureBox text={failureText(error)} />}
        <p><button ref={button} type="submit" class="button button-main" disabled={busy}>{busy ? w.making : w.make}</button></p>
      </form>
    </div>
  );
}
