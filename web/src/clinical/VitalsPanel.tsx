// SPDX-License-Identifier: Apache-2.0
// A set of vital signs being registered, changed or marked as a mistake: one form, one transaction. What is unlikely is
// asked about, never forbidden; NEWS2 and BMI of what is filled in are told as it is written.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { navigate, patientPath } from "../app/route.ts";
import { useChart, type Chart } from "../chart/model.ts";
import { read } from "../fhir/client.ts";
import { ageYears } from "../fhir/text.ts";
import { decimal, showDateTime } from "../i18n/format.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { failureText } from "../ui/failureText.ts";
import { focusIn, useFocusDrawn } from "../ui/focus.ts";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { dropDraft, keepDraft, newDraftId, openDraft } from "../write/drafts.ts";
import { Choose } from "./ConflictBox.tsx";
import type { Form } from "./fields.ts";
import { MEASURES, NUMBERS, type NumberName } from "./measures.ts";
import { totalText } from "./NewsChart.tsx";
import { focusOn } from "./rowFocus.ts";
import { SaveBar } from "./SaveBar.tsx";
import { Doubts, VitalFields } from "./VitalFields.tsx";
import { bmiOf, doubts, earlierOf, formOfSet, localTime, mistakenSet, newsOf, readSet, scaleIn, scaleOf, setsOf, vitalsIn, writesOf, type Read, type VitalSet } from "./vitals.ts";
import { c } from "./words.ts";
import { meOf, urnOf, useWriting, type What, type Writing } from "./writing.ts";

export type VitalDeed = "ny" | "andra" | "fel";
export interface Props { deed: VitalDeed; about: string; draft: string }
export const DRAFT_KIND = "matning";
/** versions: of what is changed, as it was read. */
interface Content { readonly form: Form; readonly deed: VitalDeed; readonly about: string; readonly versions: Readonly<Record<string, string>> }
interface Begun { readonly deed: VitalDeed; readonly base: VitalSet | null; readonly form: Form; readonly draft: string; readonly touched: boolean; readonly theirs?: VitalSet | null }
type State = Begun | "reading" | "gone" | { readonly failed: unknown };

const show = (text: string) => decimal(text);
const versionsOf = (set: VitalSet | null) => Object.fromEntries((set?.observations ?? []).map((o) => [o.id ?? "", o.meta?.versionId ?? ""]));

function newForm(chart: Chart): Form {
  const last = setsOf(chart.lists.vitals.items.peek()).find((set) => scaleOf(set) !== "");
  return { at: localTime(new Date()), scale: last === undefined ? "1" : scaleOf(last) };
}

function begin(chart: Chart, deed: VitalDeed, about: string): State {
  const { vitals } = chart.lists;
  if (vitals.status.value === "idle" || (vitals.status.value === "loading" && vitals.items.value.length === 0)) return "reading";
  if (deed === "ny") return { deed, base: null, form: newForm(chart), draft: newDraftId(), touched: false };
  const base = setsOf(vitals.items.value).find((set) => set.key === about);
  return base === undefined ? "gone" : { deed, base, form: deed === "fel" ? {} : formOfSet(base, show), draft: newDraftId(), touched: false };
}

async function fromDraft(chart: Chart, id: string): Promise<State> {
  const got = await openDraft<Content>(id);
  if (got === null) return "gone";
  const { form, deed, about, versions } = got.content;
  if (about === "") return { deed, base: null, form, draft: id, touched: true };
  const base = setsOf(chart.lists.vitals.items.peek()).find((set) => set.key === about || set.observations.some((o) => versions[o.id ?? ""] !== undefined));
  if (base === undefined) return "gone";
  const same = JSON.stringify(versionsOf(base)) === JSON.stringify(versions);
  return { deed, base, form, draft: id, touched: true, ...(same ? {} : { theirs: base }) };
}

function useBegun({ deed, about, draft }: Props) {
  const chart = useChart();
  const [state, setState] = useState<State>("reading");
  const settled = typeof state === "object";
  const { vitals } = chart.lists;
  const read = vitals.status.value === "ready" || vitals.items.value.length > 0 || vitals.status.value === "failed";
  useEffect(() => {
    if (settled) return;
    if (draft === "") setState(begin(chart, deed, about));
    else if (read) fromDraft(chart, draft).then(setState, (failed: unknown) => setState({ failed }));
  }, [read, settled, vitals.status.value]);
  return { chart, state, setState };
}

export function VitalsPanel(props: Props) {
  const { chart, state, setState } = useBegun(props);
  const heading = useRef<HTMLHeadingElement>(null);
  const v = c.value.vital;
  useEffect(() => heading.current?.scrollIntoView({ block: "nearest" }), []);
  const close = (fresh?: Promise<unknown>) => {
    navigate(patientPath(chart.id, "vitalparametrar"));
    focusOn(props.about, fresh);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  const deed = typeof state === "object" && "deed" in state ? state.deed : props.deed;
  return (
    <section class="clin-panel" aria-labelledby="clin-panel-heading" onKeyDown={keys}>
      <h3 id="clin-panel-heading" ref={heading}>{deed === "ny" ? v.add : deed === "andra" ? v.change : v.wrong}</h3>
      {state === "reading" ? <SectionSkeleton lines={3} /> : null}
      {state === "gone" ? <><FailureBox text={c.value.gone} /><p class="actions"><button type="button" class="button" onClick={() => close()}>{c.value.cancel}</button></p></> : null}
      {typeof state === "object" && "failed" in state ? <FailureBox text={failureText(state.failed)} /> : null}
      {typeof state === "object" && "form" in state ? <Filled key={state.draft} begun={state} set={setState} close={close} /> : null}
    </section>
  );
}

interface FilledProps { begun: Begun; set: (state: Begun) => void; close: (fresh?: Promise<unknown>) => void }

/** What stands now, measurement by measurement; one that all was marked as a mistake in is shown so. */
async function standing(base: VitalSet): Promise<VitalSet | null> {
  const stop = new AbortController().signal;
  const fresh = await Promise.all(base.observations.map((o) => read("Observation", o.id ?? "", stop)));
  return setsOf(fresh)[0] ?? setsOf(fresh, true)[0] ?? null;
}

interface Made { readonly what: What; readonly title: string; readonly nothing: boolean }

function made(begun: Begun, read: Read, run: Writing, years: number | null): Made {
  const v = c.value.vital;
  const me = run.me();
  const { base, form } = begun;
  if (begun.deed === "fel" && base !== null) return { what: { transact: mistakenSet(base, (form["why"] ?? "").trim(), me) }, title: v.wronged, nothing: false };
  const news = newsOf(vitalsIn(form, read), scaleIn(form["scale"] ?? ""), years);
  const { entries, values } = writesOf(base, form, read, news, me, run.urns(), show);
  return { what: { transact: entries }, title: base === null ? v.done(values) : v.changed, nothing: entries.length === 0 };
}

function changesNothing({ base, form }: Begun, read: Read, patient: string, years: number | null): boolean {
  return writesOf(base, form, read, newsOf(vitalsIn(form, read), scaleIn(form["scale"] ?? ""), years), meOf(patient), () => urnOf("", 0), show).entries.length === 0;
}

function Filled({ begun, set, close }: FilledProps) {
  const chart = useChart();
  const box = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const v = c.value.vital;
  const { base, form, deed } = begun;
  const years = ageYears(chart.patient.value?.birthDate, new Date(form["at"] ?? Date.now()));
  const run = useWriting(chart, ["vitals"], patientPath(chart.id, "vitalparametrar"));
  useLayoutEffect(() => focusIn(box.current, "[data-first]"), []);
  const focusWrong = useFocusDrawn(() => focusIn(box.current, "[aria-invalid=true]"));
  const focusSign = useFocusDrawn(() => focusIn(box.current, "[data-sign]"));
  const read = readSet(form, Date.now());
  const wrong = deed === "fel" ? (form["why"] ?? "").trim() === "" : read.amiss !== null;
  const nothing = deed === "andra" && !wrong && changesNothing(begun, read, chart.id, years);
  const change = (next: Form) => {
    set({ ...begun, form: next, touched: true });
    keepDraft<Content>({ id: begun.draft, kind: DRAFT_KIND, patient: chart.id, title: deed === "ny" ? v.add : `${deed === "andra" ? v.change : v.wrong}: ${showDateTime(base?.time)}`, content: { form: next, deed, about: base?.key ?? "", versions: versionsOf(base) } });
  };
  const drop = () => { if (begun.touched) dropDraft(begun.draft); };
  const met = async () => {
    void chart.lists.vitals.reload();
    set({ ...begun, theirs: base === null ? null : await standing(base).catch(() => null) });
  };
  const submit = async () => {
    setTried(true);
    if (wrong) return focusWrong();
    if (nothing || begun.theirs !== undefined) return;
    const { what, title } = made(begun, read, run, years);
    const end = await run.write(what, title);
    if (end.done) { drop(); close(end.fresh); }
    else if (end.met) await met();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    void submit();
  };
  return (
    <form class="clin-form" ref={box} onKeyDown={keys} onSubmit={(event) => { event.preventDefault(); void submit(); }} noValidate>
      {deed === "fel" ? <WhyField form={form} wrong={tried && wrong} change={change} /> : <VitalFields form={form} amiss={tried ? read.amiss : null} years={years} change={change} />}
      {deed === "fel" ? null : <Reckoned form={form} read={read} years={years} leftOut={base?.key ?? ""} />}
      <Met begun={begun} set={set} again={() => void met()} settled={focusSign} />
      <div role="alert">{tried && nothing ? <p class="deed-wrong">{v.unchanged}</p> : null}</div>
      {run.error === null ? null : <FailureBox heading={c.value.failed} text={failureText(run.error)} />}
      {begun.theirs !== undefined ? null : <SaveBar busy={run.busy} text={deed === "fel" ? c.value.markWrong : c.value.save} keeps={begun.touched} close={() => close()} discard={begun.touched ? () => { drop(); close(); } : null} />}
    </form>
  );
}

function WhyField({ form, wrong, change }: { form: Form; wrong: boolean; change: (form: Form) => void }) {
  return (
    <>
      <p class="hint">{c.value.wrongHint}</p>
      <label class="written"><span>{c.value.fields["why"]}</span><input class="field" type="text" data-first maxLength={200} value={form["why"] ?? ""} aria-invalid={wrong} aria-describedby={wrong ? "vital-wrong-why" : undefined} onInput={(e) => change({ ...form, why: e.currentTarget.value })} /></label>
      {wrong ? <p id="vital-wrong-why" class="deed-wrong"><Icon name="warning" />{c.value.amiss.empty}</p> : null}
    </>
  );
}

const withUnit = (text: string, name: NumberName) => `${text} ${MEASURES[name].unit}`;

/** What the answers come to, and what is worth a second look. */
function Reckoned({ form, read, years, leftOut }: { form: Form; read: Read; years: number | null; leftOut: string }) {
  const chart = useChart();
  const v = c.value.vital;
  const news = newsOf(vitalsIn(form, read), scaleIn(form["scale"] ?? ""), years);
  const number = (name: NumberName) => (read.numbers[name] === undefined ? undefined : Number((form[name] ?? "").replace(",", ".").replace(/\s/g, "")));
  const bmi = bmiOf(number("weight"), number("height"));
  const earlier = earlierOf(setsOf(chart.lists.vitals.items.value), leftOut, withUnit);
  return (
    <>
      {news === null && bmi === null ? null : (
        <p role="status" class="vital-sum"><span class="quiet">{v.preview}: </span>{[news === null ? "" : totalText({ news, scale: scaleIn(form["scale"] ?? "") }), bmi === null ? "" : `${v.bmi} ${decimal(bmi)} kg/m²`].filter((x) => x !== "").join(" · ")}</p>
      )}
      <Doubts all={doubts(read, earlier, years)} form={form} />
    </>
  );
}

export const FORM_FIELDS = ["at", ...NUMBERS, "oxygen", "scale", "consciousness", "note"] as const;

/** An answer of the set's form as it is read, with its unit. */
export function vitalAnswer(name: string, form: Form): string {
  const v = c.value.vital;
  const text = form[name] ?? "";
  if (text === "") return "";
  if (name === "at") return showDateTime(new Date(text).toISOString());
  const words = { oxygen: v.oxygen, scale: v.scale, consciousness: v.acvpu }[name];
  if (words !== undefined) return words[text] ?? text;
  return name === "note" ? text : `${text} ${MEASURES[name as NumberName].unit}`;
}

export const vitalLabel = (name: string) => (name === "note" ? c.value.vital.note : c.value.vital.measures[name as NumberName]);

function Met({ begun, set, again, settled }: { begun: Begun; set: (state: Begun) => void; again: () => void; settled: () => void }) {
  const { theirs, base } = begun;
  if (theirs === undefined || base === null) return null;
  if (theirs === null) return <FailureBox heading={c.value.conflict} text={c.value.conflictGone} retry={again} />;
  const told = begun.deed === "fel";
  const now = formOfSet(theirs, show);
  const left = told ? formOfSet(base, show) : begun.form;
  const rows = FORM_FIELDS.filter((name) => (left[name] ?? "") !== (now[name] ?? "")).map((name) => ({ name, label: vitalLabel(name), mine: vitalAnswer(name, left), theirs: vitalAnswer(name, now) }));
  const latest = [...theirs.observations].sort((a, b) => (b.meta?.lastUpdated ?? "").localeCompare(a.meta?.lastUpdated ?? ""))[0];
  return (
    <Choose rows={rows} standing={latest} told={told} mistaken={theirs.observations.every((o) => o.status === "entered-in-error")} settle={(side) => {
      const { theirs: _, ...rest } = begun;
      const form = told ? begun.form : Object.fromEntries([...Object.entries(begun.form), ...rows.filter((row) => side(row.name) === "theirs").map((row) => [row.name, now[row.name] ?? ""] as const)]);
      set({ ...rest, base: theirs, form, touched: true });
      settled();
    }} />
  );
}
