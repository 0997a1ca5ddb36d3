// SPDX-License-Identifier: Apache-2.0
// The results on paper: every sample that has been read, newest left, in as many tables as the columns need. Drawn only
// while something is printed, so that the screen never carries it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { rangeOf } from "../chart/LabParts.tsx";
import { matrix, type Analyte } from "../chart/labs.ts";
import { showClock, showDate } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { Marked, type Waits } from "./LabTable.tsx";
import { r } from "./words.ts";

const COLUMNS = 6;
const ASKED = "helhet-print";

/** The list is drawn first, then the browser's own dialog opens. */
export function printList(): void {
  document.dispatchEvent(new Event(ASKED));
  setTimeout(() => print(), 0);
}

function usePrinting(): boolean {
  const printing = useSignal(false);
  useEffect(() => {
    const paper = matchMedia("print");
    const begin = () => (printing.value = true);
    const end = () => (printing.value = false);
    const change = () => (printing.value = paper.matches);
    document.addEventListener(ASKED, begin);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    paper.addEventListener("change", change);
    change();
    return () => {
      document.removeEventListener(ASKED, begin);
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
      paper.removeEventListener("change", change);
    };
  }, []);
  return printing.value;
}

interface Props { rows: readonly Analyte[]; kind: string; more: boolean; waits: Waits }

export function CumulativePrint(props: Props) {
  return usePrinting() ? <Printed {...props} /> : null;
}

function Printed({ rows, kind, more, waits }: Props) {
  const table = matrix(rows);
  const parts = Array.from({ length: Math.ceil(table.columns.length / COLUMNS) }, (_, i) => table.columns.map((_c, at) => at).slice(i * COLUMNS, (i + 1) * COLUMNS));
  return (
    <div class="lab-cumulative">
      <h3>{r.value.printHeading(kind)}</h3>
      {more ? <p>{r.value.printMore}</p> : null}
      {waits.size === 0 ? null : <p>{r.value.printFresh}</p>}
      {parts.map((places, i) => (
        <table key={i} class="labs">
          <caption>{r.value.printPart(showDate(table.columns[places.at(-1) ?? 0]), showDate(table.columns[places[0] ?? 0]))}</caption>
          <thead><tr><th scope="col">{t.value.labs.analyte}</th><th scope="col">{t.value.labs.range}</th>{places.map((at) => <th key={at} scope="col" class="lab-when">{showDate(table.columns[at])} {showClock(table.columns[at])}</th>)}</tr></thead>
          <tbody>{rows.map((row) => <PrintedRow key={row.key} row={row} cells={places.map((at) => table.cells.get(row.key)?.[at] ?? [])} waits={waits} />)}</tbody>
        </table>
      ))}
    </div>
  );
}

/** An analyte that was not taken at any of the times takes no room on the paper. */
function PrintedRow({ row, cells, waits }: { row: Analyte; cells: readonly Analyte["values"][]; waits: Waits }) {
  if (cells.every((cell) => cell.length === 0)) return null;
  return (
    <tr>
      <th scope="row">{row.name === "" ? t.value.common.unnamed : row.name} <span class="unit">{row.unit}</span></th>
      <td class="num">{rangeOf(row.values[0])}</td>
      {cells.map((cell, i) => <td key={i} class="lab-value">{cell.map((value, n) => <Marked key={n} value={value} waits={waits} />)}</td>)}
    </tr>
  );
}
