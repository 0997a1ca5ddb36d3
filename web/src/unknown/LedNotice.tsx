// SPDX-License-Identifier: Apache-2.0
// Over a chart that others have been merged into: that one has been led here, and what was merged, with the way to it.
import { useEffect } from "preact/hooks";
import { pagePath, replaceWith, patientPath, route } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { patientName } from "../write/names.ts";
import { Icon } from "../ui/Icon.tsx";
import { led, mergedFrom, mergedWith } from "./led.ts";
import { u } from "./words.ts";

export const mergePath = (source: string, target: string): string => `${pagePath("sammanfor", source)}?med=${encodeURIComponent(target)}`;

/** An old address leads on, to the same part of the right chart. */
export function useLeadOn(): void {
  const chart = useChart();
  const patient = chart.patient.value;
  const to = patient === null ? "" : mergedWith(patient);
  useEffect(() => {
    const now = route.peek();
    if (patient === null || to === "" || now.screen !== "patient" || now.id !== chart.id) return;
    const name = [nameText(currentName(patient.name)), identityNumber(patient)?.text ?? ""].filter((part) => part !== "").join(", ");
    led.value = { to, from: name, source: chart.id };
    replaceWith(patientPath(to, now.section));
  }, [to]);
}

export function LedNotice() {
  const chart = useChart();
  const patient = chart.patient.value;
  const now = led.value;
  useLeadOn();
  if (patient === null) return null;
  const w = u.value.merge;
  const here = now?.to === chart.id ? now : null;
  const from = mergedFrom(patient).filter((id) => id !== here?.source);
  if (here === null && from.length === 0) return null;
  return (
    <div class="led">
      {here === null ? null : (
        <p class="box box-warn" role="status"><Icon name="right" />{w.led(here.from)} <a href={mergePath(here.source, chart.id)}>{w.showMerge}</a> <button type="button" class="button button-small" onClick={() => (led.value = null)}>{w.hide}</button></p>
      )}
      {from.map((id) => <p key={id} class="quiet"><a href={mergePath(id, chart.id)}>{w.merged(patientName(id) || w.source)}</a></p>)}
    </div>
  );
}
