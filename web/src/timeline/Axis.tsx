// SPDX-License-Identifier: Apache-2.0
// The line of time: how much there is of each year, month or day. A bar zooms in on what it stands for. The same
// numbers stand in a table below.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useChart } from "../chart/model.ts";
import { Icon } from "../ui/Icon.tsx";
import { showDate } from "../i18n/format.ts";
import { goTo, spanText, viewPath } from "./go.ts";
import { besides, countIn, levelOf, parts, RECENT, wider, ZOOM, zoomTo, type Span } from "./span.ts";
import { sift, type Entry, type View } from "./view.ts";
import { l } from "./words.ts";

interface Props {
  view: View;
  entries: readonly Entry[];
  isNew: (key: string) => boolean;
  now: number;
}

interface Bar { span: Span; count: number; fresh: number }

/** The bars count what the other filters show, whatever the time. */
function useBars({ view, entries, isNew, now }: Props): { bars: Bar[]; newest: number } {
  return useMemo(() => {
    const { shown } = sift(entries, { ...view, span: "" }, isNew, now);
    const dated = shown.filter((entry) => Number.isFinite(entry.time));
    const newest = dated[0]?.time ?? now;
    const spans = parts(view.span, dated.at(-1)?.time ?? Number.POSITIVE_INFINITY, dated[0]?.time ?? Number.NEGATIVE_INFINITY, now);
    const counts = countIn(spans, dated.map((entry) => entry.time), now);
    const fresh = countIn(spans, dated.filter((entry) => isNew(entry.key)).map((entry) => entry.time), now);
    return { bars: spans.map((span, i) => ({ span, count: counts[i] ?? 0, fresh: fresh[i] ?? 0 })), newest };
  }, [view, entries, isNew]);
}

export function Axis(props: Props) {
  const chart = useChart();
  const { view, now } = props;
  const { bars, newest } = useBars(props);
  const to = (span: Span) => viewPath(chart, { ...view, span });
  const t = l.value.time;
  const level = levelOf(view.span) ?? "all";
  const moves = level !== "all";
  return (
    <section class="tl-time" aria-label={t.label}>
      <nav class="tl-zoom" aria-label={t.label}>
        {[...ZOOM, "recent" as const].map((one) => <a key={one} class="tl-level" href={to(one === "recent" ? RECENT : zoomTo(one, view.span, Math.min(newest, now), now))} aria-current={one === level ? "true" : undefined}>{t.levels[one]}</a>)}
        {moves ? <a class="tl-step" href={to(besides(view.span, -1, now))}><Icon name="left" />{t.earlier}</a> : null}
        <b class="tl-span">{spanText(view.span)}</b>
        {moves ? <a class="tl-step" href={to(besides(view.span, 1, now))}>{t.later}<Icon name="right" /></a> : null}
      </nav>
      {bars.length === 0 ? null : <Bars bars={bars} view={view} now={now} />}
    </section>
  );
}

const HEIGHT = 48;
const WIDTH = 10;

/** What stands under a bar: the part that its neighbours do not share. */
function shortText(span: Span): string {
  const level = levelOf(span);
  if (level === "month") return showDate(span).slice(0, 3);
  return level === "day" ? String(Number(span.slice(8))) : level === "decade" ? span.replace("x", "0") : span;
}

function Bars({ bars, view, now }: { bars: readonly Bar[]; view: View; now: number }) {
  const chart = useChart();
  const list = useRef<HTMLOListElement>(null);
  const [at, setAt] = useState<Span>("");
  const [asTable, setAsTable] = useState(false);
  /** The bars have been used: the focus goes along to those that come instead. */
  const follow = useRef(false);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const found = bars.findIndex((bar) => bar.span === (at === "" ? view.span : at));
  const lastFull = bars.findLastIndex((bar) => bar.count > 0);
  const current = found >= 0 ? found : lastFull >= 0 ? lastFull : bars.length - 1;
  const t = l.value.time;
  const key = bars.map((bar) => bar.span).join();
  useEffect(() => {
    const links = list.current?.querySelectorAll("a");
    const box = list.current?.parentElement;
    if (box !== null && box !== undefined) box.scrollLeft = box.scrollWidth;
    if (follow.current) links?.[current]?.focus();
    follow.current = false;
  }, [key]);
  const move = (step: number) => {
    const next = bars[current + step];
    if (next === undefined) return void (view.span === "" ? undefined : goTo(chart, { ...view, span: besides(view.span, step > 0 ? 1 : -1, now) }));
    setAt(next.span);
    follow.current = false;
    list.current?.querySelectorAll("a")[current + step]?.focus();
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(-1), ArrowRight: () => move(1), Home: () => move(-current), End: () => move(bars.length - 1 - current),
    "-": () => goTo(chart, { ...view, span: wider(view.span, now) }), "+": () => list.current?.querySelectorAll("a")[current]?.click(),
  };
  return (
    <>
      <div class="tl-axis">
        <ol ref={list} aria-label={t.axis(spanText(view.span))} aria-describedby="tl-keys" onClick={() => (follow.current = true)}
          onKeyDown={(event) => { const run = event.ctrlKey || event.altKey || event.metaKey ? undefined : keys[event.key]; if (run !== undefined) { event.preventDefault(); follow.current = true; run(); } }}>
          {bars.map((bar, i) => (
            <li key={bar.span}>
              <a href={viewPath(chart, { ...view, span: bar.span })} tabIndex={i === current ? 0 : -1} aria-current={bar.span === view.span ? "true" : undefined}>
                <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect class="tl-bar" x="1" width={WIDTH - 2} y={HEIGHT - heightOf(bar.count, most)} height={heightOf(bar.count, most)} />
                  {bar.fresh === 0 ? null : <rect class="tl-bar-new" x="1" width={WIDTH - 2} y={HEIGHT - heightOf(bar.fresh, most)} height={heightOf(bar.fresh, most)} />}
                </svg>
                <span aria-hidden="true">{shortText(bar.span)}</span><span class="sr">{t.bar(spanText(bar.span), bar.count, bar.fresh)}</span>
              </a>
            </li>
          ))}
        </ol>
      </div>
      <p id="tl-keys" class="sr">{t.keys}</p>
      <details class="tl-table" onToggle={(event) => setAsTable(event.currentTarget.open)}>
        <summary>{t.table}</summary>
        {!asTable ? null : <table class="trend-table">
          <caption class="sr">{t.axis(spanText(view.span))}</caption>
          <thead><tr><th scope="col">{t.period}</th><th scope="col">{t.count}</th><th scope="col">{l.value.fresh}</th></tr></thead>
          <tbody>{bars.map((bar) => <tr key={bar.span}><th scope="row"><a href={viewPath(chart, { ...view, span: bar.span })}>{spanText(bar.span)}</a></th><td class="num">{bar.count}</td><td class="num">{bar.fresh}</td></tr>)}</tbody>
        </table>}
      </details>
    </>
  );
}

/** Whatever is there can be seen. */
function heightOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(2, Math.round((count / most) * HEIGHT));
}
