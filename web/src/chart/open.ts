// SPDX-License-Identifier: Apache-2.0
// The charts that are held: one stays as it was while another is looked at, until it is closed. What it shows is asked
// for anew when one comes back to it.
import { effect } from "@preact/signals";
import { closeChart, openChart, openCharts } from "../app/charts.ts";
import { unkeptPatients } from "../write/drafts.ts";
import { underWay } from "../write/receipts.ts";
import { Chart } from "./model.ts";

const held = new Map<string, Chart>();

/** Something written about this patient is not yet kept, or not yet certain. */
export function unsaved(id: string): boolean {
  return unkeptPatients().has(id) || underWay.peek().some((r) => r.patient === id);
}

/** null: two charts with unsaved work are open already. */
export function takeChart(id: string): Chart | null {
  if (!openChart(id, unsaved)) return null;
  const known = held.get(id);
  const chart = known ?? new Chart(id);
  held.set(id, chart);
  if (known !== undefined) void chart.refresh();
  return chart;
}

/** One that could not be shown is not kept open. */
export function leaveChart(chart: Chart): void {
  if (chart.patient.peek() === null) closeChart(chart.id);
}

effect(() => {
  const open = new Set(openCharts.value.map((c) => c.id));
  for (const [id, chart] of [...held]) {
    if (open.has(id)) continue;
    held.delete(id);
    chart.close();
  }
});
