// SPDX-License-Identifier: Apache-2.0
// One entry being added, changed, ended or marked as a mistake: its fields, what is amiss, somebody else's change, and
// the button that says for whom. What is written is a draft from the first key.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AllergyIntolerance } from "@fhir";
import { navigate } from "../app/route.ts";
import { useChart, type Chart } from "../chart/model.ts";
import { activeAllergies, activeConditions, activeFlags, isNoneKnown } from "../chart/state.ts";
import { read } from "../fhir/client.ts";
import { conceptCode } from "../fhir/text.ts";
import { today } from "../fhir/today.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { failureText } from "../ui/failureText.ts";
import { focusIn, useFocusDrawn } from "../ui/focus.ts";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { dropDraft, keepDraft, newDraftId, openDraft } from "../write/drafts.ts";
import { LISTS } from "./CodeField.tsx";
import { ConflictBox } from "./ConflictBox.tsx";
import { amissOf, differing, ENDING, type Deed, type Form, type Kind } from "./fields.ts";
import { FormFields } from "./FormFields.tsx";
import { entriesOf, listPath, LIST_OF } from "./places.ts";
import { emptyForm, endedEntry, entryOf, formOf, isMistaken, mistaken, type Entry } from "./records.ts";
import type { Me } from "./marks.ts";
import { focusOn } from "./rowFocus.ts";
import { SaveBar } from "./SaveBar.tsx";
import { readTerms } from "./terms.ts";
import { c } from "./words.ts";
import { useWriting, type What, type Writing } from "./writing.ts";

/** What a draft holds; its kind is the kind of entry, and version the one it was begun from. */
export interface Content { readonly form: Form; readonly deed: Deed; readonly about: string; readonly version: string }
interface Begun { readonly deed: Deed; readonly base: Entry | null; readonly form: Form; readonly draft: string; readonly touched: boolean; /** undefined: nobody has. */ readonly theirs?: Entry | null }
type State = Begun | "reading" | "gone" | { readonly failed: unknown };

function firstForm(kind: Kind, deed: Deed, base: Entry | null): Form {
  if (deed === "ny") return emptyForm(kind, today());
  if (deed === "andra") return base === null ? {} : formOf(base);
  if (deed === "fel") return {};
  return Object.fromEntries(ENDING[kind].map((field) => [field.name, field.control === "choice" ? (field.choices?.[0] ?? "") : field.control === "date" ? today() : ""]));
}

function found(chart: Chart, kind: Kind, id: string): Entry | "reading" | "gone" {
  const list = chart.lists[LIST_OF[kind]];
  const entry = entriesOf(chart, kind).find((one) => one.id === id);
  return entry ?? (list.status.value === "idle" || list.status.value === "loading" ? "reading" : "gone");
}

async function fromDraft(chart: Chart, kind: Kind, id: string): Promise<State> {
  const got = await openDraft<Content>(id);
  if (got === null) return "gone";
  const { form, deed, about, version } = got.content;
  const begun: Begun = { deed, base: null, form, draft: id, touched: true };
  if (about === "") return begun;
  const type = ({ diagnos: "Condition", overkanslighet: "AllergyIntolerance", varning: "Flag", vaccination: "Immunization" } as const)[kind];
  const base = (await read(type, about, new AbortController().signal)) as Entry;
  chart.lists[LIST_OF[kind]].start();
  return { ...begun, base, ...(base.meta?.versionId === version ? {} : { theirs: base }) };
}

/** A form begins once; what is read again meanwhile does not change it. */
function useBegun(kind: Kind, deed: Deed, about: string, draft: string) {
  const chart = useChart();
  const [state, setState] = useState<State>("reading");
  const settled = typeof state === "object";
  const target = draft !== "" || about === "" ? null : found(chart, kind, about);
  useEffect(() => {
    if (settled || draft !== "") return;
    if (typeof target === "string") setState(target);
    else setState({ deed, base: target, form: firstForm(kind, deed, target), draft: newDraftId(), touched: false });
  }, [typeof target === "string" ? target : "there", settled]);
  useEffect(() => {
    if (draft !== "") fromDraft(chart, kind, draft).then(setState, (failed: unknown) => setState({ failed }));
  }, [draft]);
  return { chart, state, setState };
}

export interface Props { kind: Kind; deed: Deed; about: string; draft: string }
type Close = (focus: string, fresh?: Promise<unknown>) => void;

export function EntryPanel({ kind, deed, about, draft }: Props) {
  const { chart, state, setState } = useBegun(kind, deed, about, draft);
  const heading = useRef<HTMLHeadingElement>(null);
  const list = LISTS[kind];
  useEffect(() => {
    if (list !== null) void readTerms(list);
    heading.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const close = (focus: string, fresh?: Promise<unknown>) => {
    navigate(listPath(chart, kind));
    focusOn(focus, fresh);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(about);
  };
  const title = c.value.headings[typeof state === "object" && "deed" in state ? state.deed : deed][kind];
  return (
    <section class="clin-panel" aria-labelledby="clin-panel-heading" onKeyDown={keys}>
      <h3 id="clin-panel-heading" ref={heading}>{title}</h3>
      {state === "reading" ? <SectionSkeleton lines={3} /> : null}
      {state === "gone" ? <><FailureBox text={c.value.gone} /><p class="actions"><button type="button" class="button" onClick={() => close("")}>{c.value.cancel}</button></p></> : null}
      {typeof state === "object" && "failed" in state ? <FailureBox text={failureText(state.failed)} /> : null}
      {typeof state === "object" && "form" in state ? <Filled key={state.draft} kind={kind} begun={state} set={setState} close={close} /> : null}
    </section>
  );
}

interface FilledProps { kind: Kind; begun: Begun; set: (state: Begun) => void; close: Close }

/** none: what says that no intolerance is known. */
function whatOf(kind: Kind, begun: Begun, none: readonly AllergyIntolerance[], run: Writing): What {
  const me = run.me();
  const { base, form, deed } = begun;
  if (base === null) return adding(entryOf(kind, null, form, me), none, me, run.urns());
  return { update: deed === "avsluta" ? endedEntry(base, form, me) : deed === "fel" ? mistaken(base, (form["why"] ?? "").trim(), me) : entryOf(kind, base, form, me) };
}

const saysNone = (one: AllergyIntolerance) => isNoneKnown(one) && conceptCode(one.clinicalStatus) === "active" && !isMistaken(one);

/** As they stand in the record now, whatever the list has. */
async function noneAgain(none: readonly AllergyIntolerance[]): Promise<AllergyIntolerance[]> {
  const fresh = await Promise.all(none.map((one) => read("AllergyIntolerance", one.id ?? "", new AbortController().signal)));
  return fresh.filter(saysNone);
}

/** That none is known no longer holds once one is: both in one transaction, so that the record never says both. */
function adding(entry: Entry, none: readonly AllergyIntolerance[], me: Me, urn: () => string): What {
  if (entry.resourceType !== "AllergyIntolerance" || none.length === 0) return { create: entry };
  const over = none.map((one) => ({ resource: endedEntry(one, { how: "inactive" }, me), request: { method: "PUT" as const, url: `AllergyIntolerance/${one.id ?? ""}`, ifMatch: `W/"${one.meta?.versionId ?? ""}"` } }));
  return { transact: [{ fullUrl: urn(), resource: entry, request: { method: "POST", url: entry.resourceType } }, ...over] };
}

/** One that is current and says the same: told of, never forbidden. */
function twin(chart: Chart, kind: Kind, form: Form): string {
  const { what = "", whatCode = "" } = form;
  const same = (entry: Entry) => {
    const has = formOf(entry);
    return whatCode === "" ? (has["what"] ?? "").toLowerCase() === what.trim().toLowerCase() : has["whatCode"] === whatCode;
  };
  const all: readonly Entry[] = kind === "diagnos" ? activeConditions(chart.lists.conditions.items.value) : kind === "overkanslighet" ? activeAllergies(chart.lists.allergies.items.value) : kind === "varning" ? activeFlags(chart.lists.flags.items.value) : [];
  const found = what.trim() === "" ? undefined : all.find(same);
  return found === undefined ? "" : (formOf(found)["what"] ?? "");
}

/** Where writing begins. */
function useFirstField(box: { current: HTMLFormElement | null }): void {
  useLayoutEffect(() => focusIn(box.current, "[data-first]", "input:checked", "input, textarea"), []);
}

function Filled({ kind, begun, set, close }: FilledProps) {
  const chart = useChart();
  const box = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const [met, setMet] = useState(false);
  const { base, form, deed } = begun;
  const name = base === null ? (form["what"] ?? "") : (formOf(base)["what"] ?? "");
  const run = useWriting(chart, [LIST_OF[kind]], listPath(chart, kind));
  useFirstField(box);
  const focusWrong = useFocusDrawn(() => focusIn(box.current, "[aria-invalid=true]"));
  const focusSign = useFocusDrawn(() => focusIn(box.current, "[data-sign]"));
  const amiss = amissOf(kind, deed, form, today());
  const double = deed === "ny" ? twin(chart, kind, form) : "";
  const unchanged = deed === "andra" && base !== null && differing(kind, formOf(base), form).length === 0;
  const change = (next: Form) => {
    set({ ...begun, form: next, touched: true });
    keepDraft<Content>({ id: begun.draft, kind, patient: chart.id, title: `${c.value.headings[deed][kind]}: ${(base === null ? next["what"] : name) ?? ""}`, content: { form: next, deed, about: base?.id ?? "", version: base?.meta?.versionId ?? "" } });
  };
  const drop = () => { if (begun.touched) dropDraft(begun.draft); };
  const submit = async () => {
    setTried(true);
    if (amiss !== null) return focusWrong();
    if (unchanged || begun.theirs !== undefined) return;
    const none = kind === "overkanslighet" ? chart.lists.allergies.items.peek().filter(saysNone) : [];
    const write = (standing: readonly AllergyIntolerance[]) => run.write(whatOf(kind, begun, standing, run), c.value.done[deed][kind](name.trim()));
    setMet(false);
    let end = await write(none);
    // Nothing of one's own was met when something is added: what has changed is read, and it is added once more.
    if (!end.done && end.met && base === null) end = await write(await noneAgain(none).catch(() => none));
    setMet(!end.done && end.met);
    if (end.done) { drop(); close(base?.id ?? "", end.fresh); }
    else if (end.met && base !== null) set({ ...begun, theirs: end.theirs as Entry | null });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    void submit();
  };
  return (
    <form class="clin-form" ref={box} onKeyDown={keys} onSubmit={(event) => { event.preventDefault(); void submit(); }} noValidate>
      {deed === "fel" ? <p class="hint">{c.value.wrongHint}</p> : null}
      {double === "" ? null : <p class="box box-warn" role="status">{c.value.double(double)}</p>}
      <FormFields kind={kind} deed={deed} form={form} amiss={tried ? amiss : null} change={change} />
      <Met kind={kind} begun={begun} set={set} settled={focusSign} />
      <div role="alert">{tried && unchanged ? <p class="deed-wrong">{c.value.unchanged}</p> : null}</div>
      {met && base === null ? <FailureBox heading={c.value.failed} text={c.value.conflict} /> : null}
      {run.error === null ? null : <FailureBox heading={c.value.failed} text={failureText(run.error)} />}
      {begun.theirs !== undefined ? null : <SaveBar busy={run.busy} text={deed === "fel" ? c.value.markWrong : deed === "avsluta" ? c.value.end : c.value.save} keeps={begun.touched} close={() => close(base?.id ?? "")} discard={begun.touched ? () => { drop(); close(base?.id ?? ""); } : null} />}
    </form>
  );
}

function Met({ kind, begun, set, settled }: { kind: Kind; begun: Begun; set: (state: Begun) => void; settled: () => void }) {
  const { theirs, base } = begun;
  if (theirs === undefined || base === null) return null;
  const again = () => void read(base.resourceType, base.id ?? "", new AbortController().signal).then((entry) => set({ ...begun, theirs: entry as Entry }), () => undefined);
  const settle = (form: Form | null) => {
    const { theirs: _, ...rest } = begun;
    set({ ...rest, base: theirs, form: form ?? begun.form, touched: true });
    settled();
  };
  return <ConflictBox kind={kind} mine={begun.deed === "andra" ? begun.form : null} before={base} theirs={theirs} again={again} settle={settle} />;
}
