// SPDX-License-Identifier: Apache-2.0
// Every version of each measurement of a set: who made it, when and why.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Observation } from "@fhir";
import { useLoaded } from "../admin/load.ts";
import { navigate, patientPath } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { nextPage } from "../fhir/client.ts";
import { conceptText } from "../fhir/text.ts";
import { decimal, showDateTime, showQuantity } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { focusIn } from "../ui/focus.ts";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Versions, type Told } from "./History.tsx";
import { focusOn } from "./rowFocus.ts";
import type { VitalSet } from "./vitals.ts";
import { c } from "./words.ts";

const VERSIONS_MAX = 50;

type Valued = Pick<Observation, "code" | "valueQuantity" | "valueInteger" | "valueBoolean" | "valueCodeableConcept" | "valueString">;

function valueOf(part: Valued): string {
  if (part.valueQuantity !== undefined) return showQuantity(part.valueQuantity);
  if (part.valueInteger !== undefined) return decimal(String(part.valueInteger));
  if (part.valueBoolean !== undefined) return part.valueBoolean ? "✓" : "✗";
  return part.valueCodeableConcept === undefined ? (part.valueString ?? "") : conceptText(part.valueCodeableConcept);
}

function toldBy(o: Observation): Told[] {
  const parts: readonly Valued[] = [o, ...(o.component ?? [])];
  return [
    ...parts.map((part) => ({ label: conceptText(part.code), text: valueOf(part) })),
    { label: c.value.vital.measures.at, text: showDateTime(o.effectiveDateTime) },
    { label: c.value.vital.note, text: (o.note ?? []).map((one) => one.text).join("\n") },
    { label: c.value.state, text: o.status === "entered-in-error" ? word(c.value.choices, o.status) : "" },
  ];
}

export function SetHistory({ set }: { set: VitalSet }) {
  const chart = useChart();
  const box = useRef<HTMLElement>(null);
  const all = (signal: AbortSignal) => Promise.all(set.observations.map((o) => nextPage("Observation", `/fhir/Observation/${o.id ?? ""}/_history?_count=${VERSIONS_MAX}`, signal).then((page) => page.matches)));
  const loaded = useLoaded(all, [set.observations.map((o) => `${o.id ?? ""}/${o.meta?.versionId ?? ""}`).join()]);
  useLayoutEffect(() => focusIn(box.current, "h5"), []);
  const close = () => {
    navigate(patientPath(chart.id, "vitalparametrar"));
    focusOn(set.key);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return (
    <section ref={box} class="clin-panel clin-history" aria-labelledby="clin-history" onKeyDown={keys}>
      <h5 id="clin-history" tabIndex={-1}>{c.value.history(`${c.value.vital.saved} ${showDateTime(set.time)}`)}</h5>
      {loaded.error === null ? null : <FailureBox text={failureText(loaded.error)} retry={loaded.again} />}
      {loaded.loading && loaded.data === null ? <SectionSkeleton lines={2} /> : null}
      {(loaded.data ?? []).map((versions, i) => (
        <div key={versions[0]?.id ?? i}>
          <p><b>{conceptText(versions[0]?.code)}</b></p>
          <Versions versions={versions} told={toldBy} first={(o) => ({ who: o.performer?.[0], when: o.issued ?? "" })} />
        </div>
      ))}
      <p class="actions"><button type="button" class="button button-small" onClick={close}>{c.value.cancel}</button></p>
    </section>
  );
}
