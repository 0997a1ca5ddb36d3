// SPDX-License-Identifier: Apache-2.0
// Under the header: the open charts that are not the one on the screen, or both when there are two. Each has its colour,
// name and number, and is one press from being shown or closed.
import { useEffect } from "preact/hooks";
import { chartsElsewhere, closeChart, openCharts } from "../app/charts.ts";
import { navigate, patientPath, route } from "../app/route.ts";
import { lookalikes } from "../search/lookalike.ts";
import { Badge } from "../ui/Badge.tsx";
import { called, patientName } from "../write/names.ts";
import { remember } from "./mine.ts";
import { d } from "./words.ts";

export function closeShown(id: string): void {
  const now = route.value;
  const other = openCharts.value.find((c) => c.id !== id);
  if (now.screen === "patient" && now.id === id) navigate(other === undefined ? "/" : patientPath(other.id));
  closeChart(id);
}

/** Two open patients whose names are a slip apart. */
function alike(): boolean {
  const people = openCharts.value.flatMap(({ id }) => called.value.get(id) ?? []).map(({ given, family }, i) => ({ id: String(i), given, family }));
  return lookalikes(people).size > 0;
}

export function ChartTabs() {
  const now = route.value;
  const current = now.screen === "patient" ? now.id : "";
  const open = openCharts.value;
  const elsewhere = chartsElsewhere.value.filter((c) => open.every((o) => o.id !== c.id));
  const shown = called.value.get(current) !== undefined;
  useEffect(() => {
    if (current !== "" && shown) remember(current);
  }, [current, shown]);
  const c = d.value.charts;
  if (elsewhere.length === 0 && open.every((one) => one.id === current)) return null;
  return (
    <nav class="chart-tabs" aria-label={c.label}>
      <ul>
        {[...open].sort((a, b) => a.id.localeCompare(b.id)).map(({ id, strip }) => (
          <li key={id} class={`chart-tab strip-${strip}`}>
            <a href={patientPath(id)} aria-current={id === current ? "page" : undefined} aria-keyshortcuts={id === current ? undefined : "Alt+B"}><b>{patientName(id)}</b> <span class="num">{called.value.get(id)?.number ?? ""}</span></a>
            <button type="button" class="chart-close" aria-label={c.closeWhat(patientName(id))} onClick={() => closeShown(id)}>×</button>
          </li>
        ))}
        {elsewhere.map(({ id, strip }) => <li key={id} class={`chart-tab chart-elsewhere strip-${strip}`}>{patientName(id)} <span class="quiet">{c.otherWindow}</span></li>)}
        {alike() ? <li><Badge tone="warn" icon="twins" text={c.alike} /></li> : null}
      </ul>
    </nav>
  );
}
