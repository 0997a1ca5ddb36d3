// SPDX-License-Identifier: Apache-2.0
// What every list here has: the button that adds, what is begun, who and when in each row, and what can be done with it.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { navigate, patientPath, route } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { addCommands } from "../desk/commands.ts";
import { showDateTime } from "../i18n/format.ts";
import { isOwn } from "../session/session.ts";
import { FailureBox } from "../ui/FailureBox.tsx";
import { lazy } from "../ui/Lazy.tsx";
import { drafts, dropDraft, type DraftLine } from "../write/drafts.ts";
import type { Props as PanelProps } from "./EntryPanel.tsx";
import type { Kind } from "./fields.ts";
import { lastChange, type Marked } from "./marks.ts";
import { askedFor, deedPath, entriesOf, kindOf, LIST_OF, PLACE_OF, type Asked } from "./places.ts";
import { formOf, isMistaken, recordedBy, type Entry } from "./records.ts";
import { c } from "./words.ts";

/** Files of their own, fetched at once after the list, so that none makes anybody wait. */
export const EntryPanel = lazy<PanelProps>(() => import("./EntryPanel.tsx").then((module) => module.EntryPanel));
const History = lazy<{ entry: Entry }>(() => import("./History.tsx").then((module) => module.History));

/** What the address asks for, and the files it needs on their way. */
export function useAsked(kinds: readonly Kind[]): Asked {
  const chart = useChart();
  const first = kinds[0] ?? "diagnos";
  useEffect(() => {
    EntryPanel.ahead();
    History.ahead();
  }, []);
  useLayoutEffect(() => addCommands(kinds.map((kind) => ({ id: `clinical-${kind}`, label: () => c.value.add[kind], when: () => !isOwn.value, ...(kind === first ? { keys: "L" } : {}), run: () => navigate(deedPath(chart, kind, "ny")) }))), [chart]);
  return askedFor(route.value, kinds);
}

/** Above the lists: what adds, what is begun, and a form that is about no row. */
export function Head({ kinds, asked, children }: { kinds: readonly Kind[]; asked: Asked; children?: ComponentChildren }) {
  const chart = useChart();
  const open = !isOwn.value && (asked.draft !== "" || asked.deed === "ny");
  return (
    <>
      {isOwn.value || open ? null : (
        <p class="actions clin-tools">
          {kinds.map((kind, i) => <a key={kind} class={i === 0 ? "button button-main" : "button"} href={deedPath(chart, kind, "ny")} aria-keyshortcuts={i === 0 ? "L" : undefined}>{c.value.add[kind]}{i === 0 ? <> <kbd aria-hidden="true">L</kbd></> : null}</a>)}
          {children}
        </p>
      )}
      <BegunList kinds={kinds} hidden={asked.deed !== "" || asked.draft !== ""} />
      <Gone asked={asked} />
      {open && asked.deed === "ny" && asked.kind !== "" ? <EntryPanel key={asked.kind} kind={asked.kind} deed="ny" about="" draft="" /> : null}
      {!open || asked.draft === "" ? null : <DraftPanel key={asked.draft} kinds={kinds} draft={asked.draft} />}
    </>
  );
}

/** An address that leads to what is not in the list says so, once the list has been read whole. */
function Gone({ asked }: { asked: Asked }) {
  const chart = useChart();
  if (asked.kind === "" || asked.about === "") return null;
  const list = chart.lists[LIST_OF[asked.kind]];
  const known = list.status.value !== "ready" || list.more.value || entriesOf(chart, asked.kind).some((one) => one.id === asked.about);
  return known ? null : <FailureBox text={c.value.gone} />;
}

/** A draft knows its own kind; where the part has two lists it is asked for. */
function DraftPanel({ kinds, draft }: { kinds: readonly Kind[]; draft: string }) {
  const [kind, setKind] = useState<Kind | null>(kinds.length === 1 ? (kinds[0] ?? null) : null);
  useEffect(() => {
    if (kind === null) drafts().then((all) => setKind(kinds.find((one) => all.some((line) => line.id === draft && line.kind === one)) ?? kinds[0] ?? null), () => setKind(kinds[0] ?? null));
  }, []);
  return kind === null ? null : <EntryPanel kind={kind} deed="ny" about="" draft={draft} />;
}

/** What was begun for this patient and not saved: gone on with, or thrown away. */
export function BegunList({ kinds, hidden }: { kinds: readonly string[]; hidden: boolean }) {
  const chart = useChart();
  const [begun, setBegun] = useState<readonly DraftLine[]>([]);
  useEffect(() => {
    if (!hidden) drafts().then((all) => setBegun(all.filter((d) => kinds.includes(d.kind) && d.patient === chart.id)), () => setBegun([]));
  }, [hidden, chart]);
  if (hidden || begun.length === 0) return null;
  const place = kinds.includes("matning") ? "vitalparametrar" : PLACE_OF[kinds[0] as Kind];
  const discard = (id: string) => {
    dropDraft(id);
    setBegun(begun.filter((d) => d.id !== id));
    document.getElementById("section-heading")?.focus();
  };
  return (
    <section class="clin-begun" aria-labelledby="clin-begun">
      <h3 class="group" id="clin-begun">{c.value.begun}</h3>
      <ul class="rows">{begun.map((d) => (
        <li key={d.id} class="row" data-row tabIndex={-1}>
          <div class="row-when num">{showDateTime(d.updated)}</div>
          <div class="row-what"><b>{d.title}</b>
            <p class="actions"><a class="button button-small" href={patientPath(chart.id, place, d.id)} aria-label={`${c.value.goOn}: ${d.title}`}>{c.value.goOn}</a><button type="button" class="button button-small" aria-label={`${c.value.throwAway}: ${d.title}`} onClick={() => discard(d.id)}>{c.value.throwAway}</button></p>
          </div>
        </li>
      ))}</ul>
    </section>
  );
}

/** Who wrote it down and when, and who changed it last. */
export function WhoLine({ entry }: { entry: Entry }) {
  const chart = useChart();
  const { who, when } = recordedBy(entry);
  const date = when === "" ? "" : showDateTime(when);
  // What was given elsewhere was given by nobody known here, but somebody has written it down.
  const given = entry.resourceType === "Immunization" && who !== undefined;
  const first = given ? c.value.givenBy(date, chart.nameOf(who)) : c.value.recorded(date, chart.nameOf(who ?? (date === "" ? undefined : lastChange(entry)?.by)));
  return <Said first={first} entry={entry} when={when} />;
}

/** when: the instant it was recorded, so that a first version is not called a change. */
export function Said({ first, entry, when }: { first: string; entry: Marked; when: string }) {
  const chart = useChart();
  const change = lastChange(entry);
  const changed = (entry.meta?.versionId ?? "1") !== "1" && (change === null || change.at !== when);
  return (
    <p class="clin-who">{first}{changed ? <>{first === "" ? "" : " · "}{c.value.changedBy(showDateTime(entry.meta?.lastUpdated), chart.nameOf(change?.by))}</> : null}{change === null || change.why === "" ? null : <> · {c.value.because(change.why)}</>}</p>
  );
}

type Action = keyof typeof c.value.deeds;

function actionsOf(entry: Entry, over: boolean): readonly Action[] {
  if (isMistaken(entry)) return ["historik"];
  return over || entry.resourceType === "Immunization" ? ["andra", "fel", "historik"] : ["andra", "avsluta", "fel", "historik"];
}

interface RowProps { entry: Entry; asked: Asked; over: boolean; tone?: string; when: ComponentChildren; children: ComponentChildren }

/** A row of a list, with what is being done with it open inside it. */
export function EntryRow({ entry, asked, over, tone = "", when, children }: RowProps) {
  const chart = useChart();
  const kind = kindOf(entry);
  const id = entry.id ?? "";
  const here = asked.kind === kind && asked.about === id && asked.draft === "";
  const name = formOf(entry)["what"] ?? "";
  return (
    <li class={`row ${isMistaken(entry) ? "clin-mistake" : tone}`} tabIndex={-1} data-row id={`entry-${id}`}>
      <div class="row-when num">{when}</div>
      <div class="row-what">
        {children}
        <WhoLine entry={entry} />
        {here || isOwn.value ? null : (
          <p class="actions" role="group" aria-label={c.value.actionsFor(name)}>
            {actionsOf(entry, over).map((action) => <a key={action} class="button button-small" href={deedPath(chart, kind, action, id)} aria-label={`${c.value.deeds[action]}: ${name}`}>{c.value.deeds[action]}</a>)}
          </p>
        )}
        {here && asked.deed === "historik" ? <History entry={entry} /> : null}
        {here && !isOwn.value && (asked.deed === "andra" || asked.deed === "avsluta" || asked.deed === "fel") ? <EntryPanel key={asked.deed} kind={kind} deed={asked.deed} about={id} draft="" /> : null}
      </div>
    </li>
  );
}

/** What should never have been written stays to be seen, apart. */
export function Mistakes({ entries, row }: { entries: readonly Entry[]; row: (entry: Entry) => ComponentChildren }) {
  if (entries.length === 0) return null;
  return <><h3 class="group">{c.value.mistakes}</h3><ul class="rows">{entries.map(row)}</ul></>;
}
