// SPDX-License-Identifier: Apache-2.0
// The fields of a dialog about access.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Organization } from "@fhir";
import { useChart, useLists } from "../chart/model.ts";
import { search } from "../fhir/client.ts";
import { t } from "../i18n/index.ts";
import { current } from "../session/session.ts";
import { deeds, fieldsOf, lengthsOf, type DeedName, type Values } from "./deeds.ts";
import type { Explained } from "./explained.ts";

const SEARCH_AFTER_MS = 250;
const FOUND_MAX = 20;
const SEEN_MAX = 12;
const REASON_MAX = 500;

interface Part { values: Values; set: (change: Partial<Values>) => void }

interface ChoiceProps { name: string; text: string; checked: boolean; onChoose: () => void; children?: ComponentChildren }

function Choice({ name, text, checked, onChoose, children }: ChoiceProps) {
  return <label class="pick"><input type="radio" name={name} checked={checked} onChange={onChoose} /><span>{text}{children}</span></label>;
}

/** The usual reasons one press away, and room for another. */
export function Reasons({ values, set, usual, wrong }: Part & { usual: readonly string[]; wrong: boolean }) {
  const [other, setOther] = useState(false);
  const f = t.value.access.form;
  return (
    <fieldset class="picks" aria-describedby={wrong ? "deed-wrong" : undefined}>
      <legend>{f.reason}</legend>
      {usual.map((text) => <Choice key={text} name="reason" text={text} checked={!other && values.reason === text} onChoose={() => { setOther(false); set({ reason: text }); }} />)}
      <Choice name="reason" text={f.other} checked={other} onChoose={() => { setOther(true); set({ reason: "" }); }} />
      {other ? (
        <label class="written">
          <span>{f.otherReason}</span>
          <textarea class="field" rows={2} maxLength={REASON_MAX} aria-invalid={wrong} value={values.reason} onInput={(event) => set({ reason: event.currentTarget.value })} />
        </label>
      ) : null}
    </fieldset>
  );
}

function Lengths({ deed, values, set, limits }: Part & { deed: DeedName; limits: Explained["limits"] }) {
  const f = t.value.access.form;
  const show = deeds[deed].fields.includes("hours") ? f.hours : f.days;
  return (
    <fieldset class="picks picks-row">
      <legend>{f.time}</legend>
      {lengthsOf(deeds[deed], limits).map((n) => <Choice key={n} name="length" text={show(n)} checked={values.length === n} onChoose={() => set({ length: n })} />)}
    </fieldset>
  );
}

type PlaceKind = "any" | "provider" | "unit";

interface Unit { reference: string; name: string; hint: string }

/** One's own unit and provider, where the patient has been, and any other by name. */
function Organizations({ values, set, own, kind, wrong }: Part & { own: boolean; kind: PlaceKind; wrong: boolean }) {
  const chart = useLists("encounters");
  const f = t.value.access.form;
  const now = current.value;
  const mine: Unit[] = now === null || own ? [] : [{ reference: now.unit.reference, name: now.unit.display, hint: f.ownUnit }, { reference: now.provider.reference, name: now.provider.display, hint: f.ownProvider }];
  // Contacts are with units.
  const been = kind === "provider" ? [] : [...new Set(chart.lists.encounters.items.value.map((e) => e.serviceProvider?.reference ?? ""))].filter((r) => r.startsWith("Organization/")).slice(0, SEEN_MAX);
  const units = [...mine, ...been.map((reference) => ({ reference, name: chart.nameOf({ reference }), hint: "" }))];
  const unique = units.filter((unit, i) => unit.name !== "" && units.findIndex((u) => u.reference === unit.reference) === i);
  return (
    <fieldset class="picks" aria-describedby={wrong ? "deed-wrong" : undefined}>
      <legend>{kind === "any" ? f.organization : f[kind]}</legend>
      {unique.map((unit) => (
        <Choice key={unit.reference} name="organization" text={unit.name} checked={values.organization === unit.reference} onChoose={() => set({ organization: unit.reference })}>
          {unit.hint === "" ? null : <small> ({unit.hint})</small>}
        </Choice>
      ))}
      <OtherUnits values={values} set={set} kind={kind} known={unique.map((unit) => unit.reference)} />
    </fieldset>
  );
}

function OtherUnits({ values, set, kind, known }: Part & { kind: PlaceKind; known: readonly string[] }) {
  const chart = useChart();
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly Organization[] | null>(null);
  const [failed, setFailed] = useState(false);
  const f = t.value.access.form;
  useEffect(() => {
    if (text.trim().length < 2) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      search("Organization", [["name:contains", text.trim()], ...(kind === "provider" ? [["partof:missing", "true"] as const] : []), ["_count", String(FOUND_MAX)]], stop.signal).then(
        (page) => { chart.names.learn(page.matches); setFound(page.matches); setFailed(false); },
        () => { if (!stop.signal.aborted) setFailed(true); },
      );
    }, SEARCH_AFTER_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text]);
  const others = (found ?? []).filter((o) => !known.includes(`Organization/${o.id ?? ""}`));
  return (
    <>
      <label class="written"><span>{kind === "provider" ? f.searchProvider : kind === "unit" ? f.searchUnit : f.search}</span><input class="field" value={text} autocomplete="off" maxLength={120} onInput={(event) => setText(event.currentTarget.value)} /></label>
      <div role="status">{failed ? <p>{f.searchFailed}</p> : found !== null && found.length === 0 ? <p>{f.searchNone}</p> : null}</div>
      {others.map((o) => {
        const reference = `Organization/${o.id ?? ""}`;
        return <Choice key={reference} name="organization" text={o.name ?? ""} checked={values.organization === reference} onChoose={() => set({ organization: reference })} />;
      })}
    </>
  );
}

function Check({ text, checked, wrong, onChange }: { text: string; checked: boolean; wrong: boolean; onChange: (on: boolean) => void }) {
  return <label class="check"><input type="checkbox" checked={checked} aria-invalid={wrong} aria-describedby={wrong ? "deed-wrong" : undefined} onChange={(event) => onChange(event.currentTarget.checked)} /><span>{text}</span></label>;
}

interface Props extends Part { deed: DeedName; limits: Explained["limits"]; own: boolean; wrong: string | null }

export function DeedFields({ deed, values, set, limits, own, wrong }: Props) {
  const fields = fieldsOf(deeds[deed], own);
  const has = (field: (typeof fields)[number]) => fields.includes(field);
  const place = has("organization") ? "any" : has("provider") ? "provider" : has("unit") ? "unit" : null;
  const f = t.value.access.form;
  return (
    <>
      {has("reason") ? <Reasons values={values} set={set} usual={f.reasons} wrong={wrong === "needReason"} /> : null}
      {place === null ? null : <Organizations values={values} set={set} own={own} kind={place} wrong={wrong === "needOrganization"} />}
      {has("outer") ? <Check text={f.outer} checked={values.outer} wrong={false} onChange={(outer) => set({ outer })} /> : null}
      {has("hours") || has("days") ? <Lengths deed={deed} values={values} set={set} limits={limits} /> : null}
      {has("wish") && !own ? <Check text={f.wish[deed] ?? ""} checked={values.wish} wrong={wrong === "needWish"} onChange={(wish) => set({ wish })} /> : null}
      {has("note") && !own ? <label class="written"><span>{f.note}</span><input class="field" value={values.reason} maxLength={REASON_MAX} autocomplete="off" onInput={(event) => set({ reason: event.currentTarget.value })} /></label> : null}
    </>
  );
}
