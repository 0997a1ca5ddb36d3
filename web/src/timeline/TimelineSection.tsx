// SPDX-License-Identifier: Apache-2.0
// Everything that has happened, at all units: zoomed in time, filtered, searched, and with what is new marked.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { useLists, type Chart } from "../chart/model.ts";
import type { EventResource } from "../chart/events.ts";
import { newsOf } from "../chart/news.ts";
import { addressQuery } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Emptiness } from "../access/AccessLine.tsx";
import { Axis } from "./Axis.tsx";
import { bodiesOf } from "./bodies.ts";
import { byTime, entryOf, keyOf } from "./entries.ts";
import { Events } from "./Events.tsx";
import { Filters, Told } from "./Filters.tsx";
import { FindBar, Hits } from "./FindBar.tsx";
import { finderOf, type Finder } from "./find.ts";
import { outlineOf, type Outline } from "./outline.ts";
import { bounds } from "./span.ts";
import { KINDS, readView, sift, type Entry, type Kind } from "./view.ts";
import { l } from "./words.ts";
import "../styles/timeline.css";

const STEP = 50;
/** So many are drawn at the most at one press. */
const ALL_MAX = 500;

/** What there is to show: the record in outline, or what a search found. */
function useEntries(outline: Outline, finder: Finder): { entries: readonly Entry[]; hits: boolean } {
  const hits = finder.state.value.kind !== "idle" && finder.state.value.kind !== "empty";
  const found = finder.hits.value;
  const entries = useMemo(() => (hits ? byTime(found.map(entryOf)) : []), [hits, found]);
  return hits ? { entries, hits } : { entries: outline.entries.value, hits };
}

export function TimelineSection() {
  const chart = useLists(...KINDS);
  const outline = outlineOf(chart);
  const finder = finderOf(chart);
  const news = newsOf(chart);
  const view = useMemo(() => readView(addressQuery.value), [addressQuery.value]);
  const now = useMemo(() => Date.now(), [view]);
  useEffect(() => void outline.begin(), [outline]);
  const { entries, hits } = useEntries(outline, finder);
  const fresh = news.keys.value;
  const isNew = useMemo(() => (key: string) => fresh?.has(key) === true, [fresh]);
  const sifted = useMemo(() => sift(entries, view, isNew, now), [entries, view, isNew]);
  const has = useMemo(() => new Set(entries.map((entry) => entry.kind)), [entries]);
  return (
    <>
      <FindBar finder={finder} />
      <div class="tl-controls">
        <Axis view={view} entries={entries} isNew={isNew} now={now} />
        <Filters view={view} sifted={sifted} has={has} first={news.since.value === "" || news.since.value === null} />
      </div>
      <Faults outline={outline} />
      <Shown chart={chart} outline={outline} finder={finder} sifted={sifted} of={entries.length} hits={hits} table={view.table} isNew={isNew} view={addressQuery.value} />
    </>
  );
}

function Faults({ outline }: { outline: Outline }) {
  const names = (kinds: readonly Kind[]) => kinds.map((kind) => t.value.lists[kind]).join(", ");
  const failed = outline.failed.value;
  const cut = outline.cut.value;
  return (
    <>
      {failed.length === 0 ? null : <FailureBox text={l.value.told.incomplete(names(failed))} retry={() => outline.retry()} />}
      {cut.length === 0 ? null : <p class="box box-warn">{l.value.told.cut(names(cut))}</p>}
    </>
  );
}

interface ShownProps { chart: Chart; outline: Outline; finder: Finder; sifted: ReturnType<typeof sift<Entry>>; of: number; hits: boolean; table: boolean; isNew: (key: string) => boolean; view: string }

function Shown({ chart, outline, finder, sifted, of, hits, table, isNew, view }: ShownProps) {
  const bodies = bodiesOf(chart);
  const count = useSignal(STEP);
  useLayoutEffect(() => { count.value = STEP; }, [view, hits]);
  const drawn = sifted.shown.slice(0, count.value);
  const held = outline.held.value;
  const known = bodies.known.value;
  const ofHits = useMemo(() => new Map(finder.hits.value.map((one) => [keyOf(one), one])), [finder.hits.value]);
  const bodyOf = (key: string): EventResource | undefined => held.get(key) ?? known.get(key) ?? ofHits.get(key);
  const unread = bodies.error.value === null ? drawn.filter((entry) => bodyOf(entry.key) === undefined).map((entry) => entry.key) : [];
  useEffect(() => bodies.want(unread), [unread.join()]);
  const reading = !hits && outline.reading.value;
  const waiting = hits ? finder.state.value.kind === "searching" : reading && outline.horizon.value > bounds(readView(view).span, Date.now()).from;
  const rest = sifted.shown.length - drawn.length;
  const blank = !hits && of === 0;
  return (
    <>
      {blank || (hits && of === 0) ? null : <Told shown={sifted.shown.length} of={of} hidden={sifted.hidden} drawn={drawn.length} reading={reading} hits={hits} />}
      {bodies.error.value === null ? null : <FailureBox text={`${l.value.told.bodies} ${failureText(bodies.error.value)}`} retry={() => bodies.retry()} />}
      {blank && !waiting ? <><p class="empty">{t.value.empty.tidslinje}</p><Emptiness link /></> : null}
      {of > 0 && sifted.shown.length === 0 && !waiting ? <p class="empty">{l.value.told.noneHere}</p> : null}
      <Events entries={drawn} bodyOf={bodyOf} missing={bodies.missing.value} isNew={isNew} table={table} {...(hits ? { under: (resources: readonly EventResource[]) => <Hits resources={resources} /> } : {})} />
      {waiting && rest === 0 ? <SectionSkeleton lines={3} /> : null}
      {rest <= 0 ? null : (
        <p class="more">
          <button type="button" class="button" onClick={() => (count.value += STEP)}>{l.value.told.more(Math.min(STEP, rest))}</button>{" "}
          {rest > STEP && sifted.shown.length <= ALL_MAX ? <button type="button" class="button" onClick={() => (count.value = ALL_MAX)}>{l.value.told.all(sifted.shown.length)}</button> : null}
        </p>
      )}
    </>
  );
}
