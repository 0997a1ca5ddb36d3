// SPDX-License-Identifier: Apache-2.0
// NEWS2 over time as on the paper chart: bands with their points' colour, the value written in its band, and the sum
// below with its words. The same is a table underneath.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Measure } from "../board/news2.ts";
import { useChart } from "../chart/model.ts";
import { ageYears } from "../fhir/text.ts";
import { decimal, showClock, showDate, showDateTime } from "../i18n/format.ts";
import { columnsOf, rowsOf, type Column, type Row } from "./newsChart.ts";
import type { VitalSet } from "./vitals.ts";
import { NEWS_YEARS } from "./vitals.ts";
import { c } from "./words.ts";

const SHOWN_STEP = 20;
const LABEL = 132;
const WIDTH = 52;
const HEIGHT = 20;
const HEAD = 52;
const FOOT = 26;
const GAP = 6;

export function NewsChart({ sets }: { sets: readonly VitalSet[] }) {
  const chart = useChart();
  const [shown, setShown] = useState(SHOWN_STEP);
  const birth = chart.patient.value?.birthDate;
  const years = ageYears(birth, new Date());
  const n = c.value.news;
  const all = columnsOf(sets, (time) => ageYears(birth, new Date(time)));
  const columns = all.slice(0, shown);
  return (
    <section aria-labelledby="news-heading">
      <h3 class="group" id="news-heading">{n.heading}</h3>
      <p class="hint">{n.about}</p>
      {columns.length === 0 ? <p class="empty">{years !== null && years < NEWS_YEARS ? n.child : n.none}</p> : (
        <>
          <Drawn columns={[...columns].reverse()} />
          <Legend />
          <Table columns={columns} />
          {all.length > shown ? <p class="more"><button type="button" class="button" onClick={() => setShown(shown + SHOWN_STEP)}>{n.older}</button></p> : null}
        </>
      )}
    </section>
  );
}

function Legend() {
  return (
    <ul class="news-legend" aria-hidden="true">
      {[0, 1, 2, 3].map((points) => <li key={points}><svg width="18" height="14"><rect class={`np-${points}`} x="0.5" y="0.5" width="17" height="13" /><rect class="cb-edge" x="0.5" y="0.5" width="17" height="13" fill="none" stroke="currentColor" /></svg> {c.value.vital.points(points)}</li>)}
    </ul>
  );
}

/** A temperature is read in tenths: 39,0. */
const number = (value: number, measure: Measure) => decimal(measure === "temperature" && Number.isInteger(value) ? value.toFixed(1) : String(value));

function useRows(columns: readonly Column[]): Row[] {
  const n = c.value.news;
  return rowsOf(columns, { air: n.air, oxygen: n.onOxygen, alert: n.alert, notAlert: n.notAlert, withOxygen: (label) => `${label} ${n.onOxygen.toLowerCase()}`, withAir: (label) => `${label} ${n.air.toLowerCase()}` }, number);
}

const rowName = (row: Row) => c.value.news.rows[row.measure === "saturation" && row.scale === 2 ? "saturation2" : row.measure] ?? row.measure;

/** columns: oldest first, as on paper; the newest is scrolled into view. */
function Drawn({ columns }: { columns: readonly Column[] }) {
  const box = useRef<HTMLDivElement>(null);
  const n = c.value.news;
  const rows = useRows(columns);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollLeft = box.current.scrollWidth;
  }, [columns.length, columns.at(-1)?.key]);
  let y = HEAD;
  const placed = rows.map((row) => {
    const top = y;
    y += (row.bands.length + 1) * HEIGHT + GAP;
    return { row, top };
  });
  const width = columns.length * WIDTH + 1;
  return (
    <div class="chart-box chart-news" ref={box} tabIndex={0} role="region" aria-label={n.scroll}>
      <svg class="cb-labels" aria-hidden="true" width={LABEL} height={y + FOOT}>
        {placed.map(({ row, top }) => <Labels key={rowName(row)} row={row} top={top} />)}
        <text class="cb-strong" x="4" y={y + 16}>{n.total}</text>
      </svg>
      <svg role="img" width={width} height={y + FOOT} aria-label={n.label(columns.length, showDateTime(columns[0]?.time), showDateTime(columns.at(-1)?.time))}>
        {columns.map((column, i) => <Times key={column.key} column={column} x={i * WIDTH} before={columns[i - 1]} />)}
        {placed.map(({ row, top }) => <Measured key={rowName(row)} row={row} columns={columns} top={top} width={width} />)}
        {columns.map((column, i) => <Total key={column.key} column={column} x={i * WIDTH} y={y} />)}
      </svg>
    </div>
  );
}

/** When, with the year where another one begins: columns lie side by side whatever time there is between them. */
function Times({ column, x, before }: { column: Column; x: number; before: Column | undefined }) {
  const [day, year] = [showDate(column.time).replace(/ \d{4}$/, ""), column.time.slice(0, 4)];
  return (
    <>
      {before?.time.slice(0, 4) === year ? null : <text class="cb-strong" x={x + 3} y="12">{year}</text>}
      {before === undefined || showDate(before.time) !== showDate(column.time) ? <text class="cb-strong" x={x + 3} y="28">{day}</text> : null}
      <text class="cb-soft" x={x + 3} y="44">{showClock(column.time)}</text>
    </>
  );
}

/** Beside the columns, and in view however they are scrolled: each band's limits and points. */
function Labels({ row, top }: { row: Row; top: number }) {
  return (
    <>
      <text class="cb-strong" x="4" y={top + 14}>{rowName(row)}</text>
      {row.bands.map((band, b) => {
        const y = top + (b + 1) * HEIGHT;
        return (
          <g key={band.label}>
            <rect class={`np-${band.points}`} x={LABEL - 22} y={y} width="22" height={HEIGHT} />
            <line class="cb-grid" x1="0" x2={LABEL} y1={y} y2={y} />
            <text class="cb-soft" x={LABEL - 28} y={y + 14} text-anchor="end">{band.label}</text>
            <text x={LABEL - 7} y={y + 14} text-anchor="end">{band.points}</text>
          </g>
        );
      })}
    </>
  );
}

function Measured({ row, columns, top, width }: { row: Row; columns: readonly Column[]; top: number; width: number }) {
  return (
    <>
      {row.bands.map((band, b) => {
        const y = top + (b + 1) * HEIGHT;
        return (
          <g key={band.label}>
            <rect class={`np-${band.points}`} x="0" y={y} width={width - 1} height={HEIGHT} />
            <line class="cb-grid" x1="0" x2={width} y1={y} y2={y} />
            {columns.map((column, i) => (band.holds(column) ? <Mark key={column.key} x={i * WIDTH + WIDTH / 2} y={y} text={row.text(column)} /> : null))}
          </g>
        );
      })}
      <Path row={row} columns={columns} top={top} />
      {columns.map((column, i) => <line key={column.key} class="cb-grid" x1={i * WIDTH} x2={i * WIDTH} y1={top + HEIGHT} y2={top + (row.bands.length + 1) * HEIGHT} />)}
    </>
  );
}

/** From one value to the next of the same measure, as a pen draws it on paper; it stops short of the numbers. */
function Path({ row, columns, top }: { row: Row; columns: readonly Column[]; top: number }) {
  const at = columns.map((column) => row.bands.findIndex((band) => band.holds(column)));
  const x = (i: number) => i * WIDTH + WIDTH / 2;
  const y = (i: number) => top + ((at[i] ?? 0) + 1.5) * HEIGHT;
  return <>{columns.map((column, i) => (i === 0 || (at[i] ?? -1) < 0 || (at[i - 1] ?? -1) < 0 ? null : <line key={column.key} class="cb-path" x1={x(i - 1) + 16} y1={y(i - 1)} x2={x(i) - 16} y2={y(i)} />))}</>;
}

function Mark({ x, y, text }: { x: number; y: number; text: string }) {
  return text === "" ? <circle class="cb-dot" cx={x} cy={y + HEIGHT / 2} r="5" /> : <text class="cb-strong" x={x} y={y + 14} text-anchor="middle">{text}</text>;
}

const RISK_POINTS = { low: 0, lowMedium: 1, medium: 2, high: 3 } as const;

function Total({ column, x, y }: { column: Column; x: number; y: number }) {
  const { news } = column;
  return (
    <>
      <rect class={`np-${news.risk === null ? 0 : RISK_POINTS[news.risk]}`} x={x} y={y} width={WIDTH} height={FOOT - 2} />
      <rect class="cb-edge" x={x} y={y} width={WIDTH} height={FOOT - 2} />
      <text class="cb-strong" x={x + WIDTH / 2} y={y + 16} text-anchor="middle">{news.missing.length === 0 ? String(news.score) : `≥ ${news.score}`}</text>
    </>
  );
}

/** What stands in a cell: the value and its points. */
function cell(column: Column, measure: Measure): string {
  const n = c.value.news;
  const { vitals, news } = column;
  const points = news.points[measure];
  const value = measure === "oxygen" ? (vitals.oxygen === undefined ? "" : vitals.oxygen ? n.onOxygen : n.air) : measure === "consciousness" ? (vitals.alert === undefined ? "" : vitals.alert ? n.alert : n.notAlert) : vitals[measure] === undefined ? "" : number(vitals[measure], measure);
  return value === "" ? "–" : points === undefined ? value : `${value} (${c.value.vital.points(points)})`;
}

const IN_TABLE: readonly Measure[] = ["respiration", "saturation", "oxygen", "systolic", "pulse", "consciousness", "temperature"];

export function totalText({ news, scale }: Pick<Column, "news" | "scale">): string {
  const v = c.value.vital;
  const said = news.missing.length === 0 ? v.news(news.score, v.risks[news.risk ?? ""] ?? "") : v.newsLeast(news.score, news.missing.map((one) => v.missing[one] ?? one).join(", "));
  return scale === 2 ? `${said} (${v.newsScale2})` : said;
}

function Table({ columns }: { columns: readonly Column[] }) {
  const n = c.value.news;
  return (
    <details class="chart-details">
      <summary>{n.table}</summary>
      <div class="chart-box" tabIndex={0} role="region" aria-label={n.caption}>
        <table class="chart-table">
          <caption class="sr">{n.caption}</caption>
          <thead><tr><th scope="col">{n.time}</th>{IN_TABLE.map((measure) => <th key={measure} scope="col">{n.rows[measure]}</th>)}<th scope="col">{n.total}</th></tr></thead>
          <tbody>{columns.map((column) => <tr key={column.key}><th scope="row" class="num">{showDateTime(column.time)}</th>{IN_TABLE.map((measure) => <td key={measure} class="num">{cell(column, measure)}</td>)}<td>{totalText(column)}</td></tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}
