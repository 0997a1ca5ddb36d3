// SPDX-License-Identifier: Apache-2.0
// Above a text in which words are marked: which, the way back to the hits, and no marks any more.
import { patientPath, route } from "../app/route.ts";
import { useChart } from "./model.ts";
import { NOTHING } from "./sought.ts";
import { c } from "./words.ts";

export function SoughtLine() {
  const chart = useChart();
  const now = route.value;
  const { terms } = chart.sought.value;
  if (terms.length === 0 || (now.screen === "patient" && now.section === "tidslinje")) return null;
  const w = c.value.sought;
  return (
    <p class="sought-line">
      {w.marked(terms.map((term) => `”${term.words.join(" ")}${term.prefix ? "…" : ""}”`).join(", "))}{" "}
      <a class="button button-small" href={patientPath(chart.id, "tidslinje")}>{w.back}</a>{" "}
      <button type="button" class="button button-small" onClick={() => (chart.sought.value = NOTHING)}>{w.off}</button>
    </p>
  );
}
