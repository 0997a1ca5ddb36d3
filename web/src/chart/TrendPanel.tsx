// SPDX-License-Identifier: Apache-2.0
// One analyte over time: the curve with its reference band, and the same values as a table.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Observation } from "@fhir";
import { decimal, showDateTime } from "../i18n/format.ts";
import { language, t, word } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import { rangeOf, Value } from "./LabParts.tsx";
import { series, type Analyte, type LabValue } from "./labs.ts";
import { useChart } from "./model.ts";
import { Comments } from "./Parts.tsx";

/** A column of the screen's own in the table of values. */
interface Column { heading: string; of: (observation: Observation) => string }
interface Props { row: Analyte; done: Column; close: () => void }

export function TrendPanel({ row, done, close }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const l = t.value.labs;
  const range = rangeOf(row.values[0]);
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: "nearest" });
    return () => [...document.querySelectorAll<HTMLAnchorElement>("a[data-row]")].find((a) => new URL(a.href).searchParams.get("visa") === row.key)?.focus();
  }, []);
  return (
    <section class="trend" aria-labelledby="trend-heading">
      <header>
        <div>
          <h3 id="trend-heading" ref={heading} tabIndex={-1}>{l.trendHeading(row.name)}</h3>
          <p class="quiet">{[row.unit, range === "" ? l.noRange : l.rangeText(`${range} ${row.unit}`)].filter((p) => p !== "").join(" · ")}</p>
        </div>
        <button type="button" class="button" onClick={close}><Icon name="left" />{t.value.common.back}</button>
      </header>
      <Curve row={row} />
      <TrendTable row={row} done={done} />
    </section>
  );
}

function Curve({ row }: { row: Analyte }) {
  const box = useRef<HTMLDivElement>(null);
  const pointed = useSignal<LabValue | null>(null);
  const failed = useSignal(false);
  const points = series(row);
  const lang = language.value;
  useEffect(() => {
    let remove: (() => void) | null = null;
    let gone = false;
    if (points.length < 2) return;
    import("./drawTrend.ts").then(
      (module) => { if (!gone && box.current !== null) remove = module.drawTrend(box.current, points, (value) => (pointed.value = value)); },
      () => (failed.value = true),
    );
    return () => { gone = true; remove?.(); };
  }, [row, lang]);
  const l = t.value.labs;
  if (points.length < 2) return <p class="empty">{l.tooFew}</p>;
  if (failed.value) return <p class="empty">{t.value.failure.network}</p>;
  const numbers = points.map((p) => p.number ?? 0);
  const label = l.curve(row.name, points.length, decimal(String(Math.min(...numbers))), decimal(String(Math.max(...numbers))), row.unit);
  return (
    <figure class="curve">
      <div ref={box} class="curve-box" role="img" aria-label={label} />
      <figcaption>{pointed.value === null ? "\u00a0" : <>{showDateTime(pointed.value.date)} <Value value={pointed.value} unit /></>}</figcaption>
    </figure>
  );
}

function TrendTable({ row, done }: { row: Analyte; done: Column }) {
  const chart = useChart();
  const l = t.value.labs;
  return (
    <table class="trend-table">
      <caption class="sr">{l.trendHeading(row.name)}</caption>
      <thead><tr><th scope="col">{l.when}</th><th scope="col">{l.value}</th><th scope="col">{l.assessment}</th><th scope="col">{l.range}</th><th scope="col">{l.performer}</th><th scope="col">{done.heading}</th></tr></thead>
      <tbody>
        {row.values.map((v, i) => (
          <tr key={i}>
            <th scope="row" class="num">{showDateTime(v.date)}</th>
            <td><Value value={v} unit words={false} /></td>
            <td>{l.levels[v.level]}{v.observation.status === "final" ? "" : ` · ${word(l.statuses, v.observation.status)}`}<Comments notes={v.observation.note} /></td>
            <td class="num">{rangeOf(v)}</td>
            <td>{(v.observation.performer ?? []).map((p) => chart.nameOf(p)).filter((n) => n !== "").join(", ")}</td>
            <td>{done.of(v.observation)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
