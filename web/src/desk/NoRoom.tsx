// SPDX-License-Identifier: Apache-2.0
// In place of a third chart when both open ones hold something unsaved, or stand in other windows.
import { chartsElsewhere, closeChart, closeElsewhere, openCharts } from "../app/charts.ts";
import { patientPath } from "../app/route.ts";
import { Icon } from "../ui/Icon.tsx";
import { patientName } from "../write/names.ts";
import { d } from "./words.ts";

export function NoRoom() {
  const c = d.value.charts;
  const own = openCharts.value;
  const elsewhere = chartsElsewhere.value.filter((e) => own.every((o) => o.id !== e.id));
  return (
    <div class="page desk no-room">
      <h1 tabIndex={-1}>{c.fullHeading}</h1>
      <p class="box box-warn"><Icon name="warning" />{c.fullText}</p>
      <ul class="unfinished-list">
        {own.map(({ id, strip }) => (
          <li key={id} class={`unfinished-row chart-choice strip-${strip}`}>
            <a href={patientPath(id)} data-row>{patientName(id)}</a>
            <button type="button" class="button button-small" onClick={() => closeChart(id)}>{c.closeWhat(patientName(id))}</button>
          </li>
        ))}
        {elsewhere.map(({ id, strip }) => (
          <li key={id} class={`unfinished-row chart-choice strip-${strip}`}>
            <span>{patientName(id)} ({c.otherWindow})</span>
            <button type="button" class="button button-small" onClick={() => closeElsewhere(id)}>{c.closeWhat(patientName(id))}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}
