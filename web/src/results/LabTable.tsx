// SPDX-License-Identifier: Apache-2.0
// The matrix: a row an analyte, a column a sampling time, newest to the left.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { patientPath } from "../app/route.ts";
import { rangeOf, Sparkline, Value } from "../chart/LabParts.tsx";
import { matrix, type Analyte, type LabValue, type Matrix } from "../chart/labs.ts";
import { useChart } from "../chart/model.ts";
import { showClock, showDate } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Answer } from "./answers.ts";
import { r } from "./words.ts";

const ROWS_MAX = 100;
const NAME_PX = 230;
const RANGE_PX = 100;
const TREND_PX = 116;
const COLUMN_PX = 118;
const DIGIT_PX = 9;
const COLUMN_MARGIN_PX = 24;
const NARROW_PX = 620;

/** For each observation, "Observation/x", the answer that waits to be acknowledged. */
export type Waits = ReadonlyMap<string, Answer>;

/** How many sampling times fit beside the names; the rest are a step away. On a narrow screen only the latest value of each analyte is shown. */
function useColumns(rows: readonly Analyte[]) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    width.value = element.clientWidth;
    const watch = new ResizeObserver(([entry]) => (width.value = Math.round(entry?.contentRect.width ?? 0)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const known = width.value > 0;
  const narrow = width.value < NARROW_PX;
  const longest = Math.max(0, ...rows.flatMap((row) => row.values.map((v) => (v.number === null ? 0 : v.text.length))));
  const column = Math.max(COLUMN_PX, longest * DIGIT_PX + COLUMN_MARGIN_PX);
  return { box, known, narrow, count: Math.max(1, Math.floor((width.value - NAME_PX - RANGE_PX - TREND_PX) / column)) };
}

export function LabTable({ rows, chosen, waits }: { rows: readonly Analyte[]; chosen: string; waits: Waits }) {
  const from = useSignal(0);
  const shown = useSignal(ROWS_MAX);
  const { box, known, narrow, count } = useColumns(rows);
  const table = matrix(rows);
  const first = Math.min(from.value, Math.max(0, table.columns.length - 1));
  const places = narrow ? [] : table.columns.map((_, i) => i).slice(first, first + count);
  // Drawn once, when it is known how wide.
  if (!known) return <div ref={box} class="lab-box" />;
  return (
    <div ref={box} class="lab-box">
      {narrow ? null : <ColumnSteps first={first} count={places.length} of={table.columns.length} move={(to) => (from.value = to)} step={count} />}
      <table class={`labs ${narrow ? "labs-narrow" : ""}`}>
        <caption class="sr">{t.value.labs.table}</caption>
        <thead>
          <tr>
            <th scope="col">{t.value.labs.analyte}</th>
            {narrow ? null : <th scope="col">{t.value.labs.range}</th>}
            {narrow ? <th scope="col" class="lab-when">{t.value.labs.latest}</th> : <th scope="col">{t.value.labs.trend}</th>}
            {places.map((i) => <th key={i} scope="col" class="lab-when"><span class="nowrap">{showDate(table.columns[i])}</span> <span class="lab-clock">{showClock(table.columns[i])}</span></th>)}
          </tr>
        </thead>
        <tbody>{rows.slice(0, shown.value).map((row) => <LabRow key={row.key} row={row} table={table} places={places} narrow={narrow} chosen={row.key === chosen} waits={waits} />)}</tbody>
      </table>
      {rows.length > shown.value ? <p class="more"><button type="button" class="button" onClick={() => (shown.value += ROWS_MAX)}>{t.value.common.more}</button></p> : null}
    </div>
  );
}

interface StepProps { first: number; count: number; of: number; step: number; move: (to: number) => void }

function ColumnSteps({ first, count, of, step, move }: StepProps) {
  const newer = Math.max(0, first - step);
  const older = first + count;
  return (
    <div class="steps">
      <span role="status">{t.value.labs.columns(first + 1, first + count, of)}</span>
      <button type="button" class="button button-small" aria-disabled={first === 0} onClick={() => move(newer)}><Icon name="left" />{t.value.common.newer}</button>
      <button type="button" class="button button-small" aria-disabled={older >= of} onClick={() => { if (older < of) move(older); }}>{t.value.common.older}<Icon name="right" /></button>
    </div>
  );
}

interface RowProps { row: Analyte; table: Matrix; places: readonly number[]; narrow: boolean; chosen: boolean; waits: Waits }

function LabRow({ row, table, places, narrow, chosen, waits }: RowProps) {
  const chart = useChart();
  const link = useRef<HTMLAnchorElement>(null);
  const range = rangeOf(row.values[0]);
  const cells: readonly LabValue[][] = table.cells.get(row.key) ?? [];
  const latest = row.values[0];
  return (
    <tr class={chosen ? "chosen" : ""} data-analyte={row.key} onClick={(event) => { if (!(event.target instanceof HTMLAnchorElement)) link.current?.click(); }}>
      <th scope="row">
        <a ref={link} href={patientPath(chart.id, "provsvar", row.key)} data-row aria-label={t.value.labs.openTrend(row.name)}>{row.name === "" ? t.value.common.unnamed : row.name}</a>
        <span class="unit">{row.unit}</span>
        {narrow && range !== "" ? <span class="unit">{t.value.labs.range} {range}</span> : null}
      </th>
      {narrow ? null : <td class="num lab-range">{range}</td>}
      {narrow ? <td class="lab-value">{latest === undefined ? null : <><Marked value={latest} waits={waits} /><span class="unit">{showDate(latest.date)}</span></>}</td> : <td class="lab-trend"><Sparkline row={row} /></td>}
      {places.map((i) => <td key={i} class="lab-value">{(cells[i] ?? []).map((value, n) => <Marked key={n} value={value} waits={waits} />)}</td>)}
    </tr>
  );
}

/** A value, and that it waits to be acknowledged. */
export function Marked({ value, waits }: { value: LabValue; waits: Waits }) {
  const fresh = waits.has(`Observation/${value.observation.id ?? ""}`);
  return <>{fresh ? <span class="lab-fresh">{r.value.fresh}<span class="sr">{r.value.freshLong}</span></span> : null}<Value value={value} /></>;
}
