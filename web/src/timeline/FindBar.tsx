// SPDX-License-Identifier: Apache-2.0
// The field to search the record in, what became of it, and where in a hit the words stand.
import { useEffect, useRef } from "preact/hooks";
import { findAsked } from "../app/keys.ts";
import { itemPath, patientPath, type Section } from "../app/route.ts";
import type { EventResource } from "../chart/events.ts";
import { Pieces } from "../chart/Marked.tsx";
import { useChart, type Chart } from "../chart/model.ts";
import { excerpts, EXCERPTS_MAX, type Excerpt } from "../chart/sought.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import type { Finder } from "./find.ts";
import { textsOf } from "./texts.ts";
import { l } from "./words.ts";

export function FindBar({ finder }: { finder: Finder }) {
  const input = useRef<HTMLInputElement>(null);
  const asked = findAsked.value;
  useEffect(() => {
    if (asked === 0) return;
    findAsked.value = 0;
    // After the screen itself has taken focus.
    setTimeout(() => { input.current?.focus(); input.current?.select(); }, 0);
  }, [asked]);
  const f = l.value.find;
  const state = finder.state.value;
  return (
    <form role="search" class="tl-find" onSubmit={(event) => { event.preventDefault(); void finder.run(); }}>
      <label for="tl-find">{f.label}</label>
      <div class="search-field">
        <Icon name="search" />
        <input ref={input} id="tl-find" type="text" enterKeyHint="search" autoComplete="off" autoCapitalize="off" spellcheck={false} maxLength={200} data-rows-from aria-describedby="tl-find-hint"
          value={finder.text.value} onInput={(event) => (finder.text.value = event.currentTarget.value)} />
        <button type="submit" class="button">{f.button}</button>
        {state.kind === "idle" ? null : <button type="button" class="button button-quiet" onClick={() => { finder.clear(); input.current?.focus(); }}>{f.clear}</button>}
      </div>
      <p id="tl-find-hint" class="hint">{f.hint}</p>
      <Became finder={finder} />
    </form>
  );
}

function Became({ finder }: { finder: Finder }) {
  const f = l.value.find;
  const state = finder.state.value;
  const hits = finder.hits.value.length;
  const what = `”${finder.asked.value}”`;
  if (state.kind === "failed") return <FailureBox text={failureText(state.error)} retry={() => void finder.run()} />;
  return (
    <>
      <p role="status" class="tl-became">{state.kind === "searching" ? f.searching : state.kind === "empty" ? f.nothing : state.kind === "done" ? (hits === 0 ? f.none(what) : f.count(hits, finder.more.value, what)) : ""}</p>
      {state.kind === "done" ? <p class="hint">{f.scope}</p> : null}
      {finder.more.value && state.kind === "done" ? <p><button type="button" class="button button-small" onClick={() => void finder.readMore()}>{f.more}</button></p> : null}
      {finder.stale.value && state.kind === "done" ? <p class="box box-warn">{f.stale} <button type="button" class="button button-small" onClick={() => void finder.run()}>{f.again}</button></p> : null}
    </>
  );
}

const PLACES: Readonly<Partial<Record<EventResource["resourceType"], Section>>> = {
  Encounter: "kontakter", Appointment: "kontakter", Condition: "diagnoser", AllergyIntolerance: "varningar", Flag: "varningar", MedicationRequest: "lakemedel", MedicationStatement: "lakemedel", Observation: "provsvar",
  DiagnosticReport: "anteckningar", DocumentReference: "anteckningar", Composition: "anteckningar", ServiceRequest: "remisser",
};

function wholePath(chart: Chart, resource: EventResource): string {
  const note = resource.resourceType === "Composition" || resource.resourceType === "DocumentReference";
  const place = PLACES[resource.resourceType];
  return note && resource.id !== undefined ? itemPath(chart.id, "anteckningar", resource.id) : place === undefined ? "" : patientPath(chart.id, place);
}

/** Where the words stand in what was found; an excerpt says that it is one and leads to the whole. */
export function Hits({ resources }: { resources: readonly EventResource[] }) {
  const chart = useChart();
  const { terms } = chart.sought.value;
  return <>{resources.map((resource) => <Hit key={resource.id} resource={resource} path={wholePath(chart, resource)} found={textsOf(resource).flatMap((text) => excerpts(text, terms))} />)}</>;
}

function Hit({ resource, path, found }: { resource: EventResource; path: string; found: readonly Excerpt[] }) {
  const f = l.value.find;
  const place = PLACES[resource.resourceType];
  const note = resource.resourceType === "Composition" || resource.resourceType === "DocumentReference";
  const more = found.length - EXCERPTS_MAX;
  const cut = more > 0 || found.some((one) => !one.whole);
  const title = t.value.timeline.types[resource.resourceType];
  return (
    <div class="tl-hit">
      {found.length === 0 ? <p class="quiet">{f.noText}</p> : found.slice(0, EXCERPTS_MAX).map((one, i) => <ExcerptText key={i} excerpt={one} />)}
      {more > 0 ? <p class="quiet">{f.moreExcerpts(more)}</p> : null}
      {path === "" ? null : <p><a class="tl-whole" href={path} aria-label={note && cut ? f.openWholeOf(title) : undefined}>{note ? (cut ? f.openWhole : f.openNote) : f.showIn(place === undefined ? "" : t.value.sections[place])}</a></p>}
    </div>
  );
}

function ExcerptText({ excerpt }: { excerpt: Excerpt }) {
  const f = l.value.find;
  return (
    <div class={excerpt.whole ? "clinical" : "clinical tl-excerpt"}>
      {excerpt.whole ? null : <span class="tl-excerpt-head">{f.excerpt}</span>}
      {excerpt.before ? <span class="tl-cut">{f.cut} </span> : null}<Pieces of={excerpt.pieces} />{excerpt.after ? <span class="tl-cut"> {f.cut}</span> : null}
    </div>
  );
}
