// SPDX-License-Identifier: Apache-2.0
import type { Encounter } from "@fhir";
import { conceptsText, conceptText, newestFirst, periodStart } from "../../fhir/text.ts";
import { showPeriod } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { ListFrame, MoreButton } from "../ListFrame.tsx";
import { useChart, useLists, type Chart } from "../model.ts";
import { Fact } from "../Parts.tsx";

const TONES: Readonly<Record<string, Tone>> = { planned: "info", arrived: "info", triaged: "info", "in-progress": "good", onleave: "info", cancelled: "quiet", "entered-in-error": "warn" };

export function encounterTitle(e: Encounter): string {
  const named = conceptsText(e.type) || conceptText(e.serviceType);
  const kind = e.class.code === undefined ? (e.class.display ?? "") : (t.value.encounter.classes[e.class.code] ?? e.class.display ?? e.class.code);
  return named === "" ? kind : named;
}

export function encounterUnit(e: Encounter, chart: Chart): string {
  return chart.nameOf(e.serviceProvider) || (e.location ?? []).map((l) => chart.nameOf(l.location)).filter((n) => n !== "").join(", ");
}

export function EncountersSection() {
  const { encounters } = useLists("encounters").lists;
  return (
    <ListFrame names={["encounters"]} empty={t.value.empty.kontakter}>
      <ul class="rows">{newestFirst(encounters.items.value, (e) => periodStart(e.period)).map((e) => <EncounterRow key={e.id} encounter={e} />)}</ul>
      <MoreButton names={["encounters"]} />
    </ListFrame>
  );
}

function EncounterRow({ encounter: e }: { encounter: Encounter }) {
  const chart = useChart();
  const w = t.value.encounter;
  const kind = e.class.code === undefined ? "" : (w.classes[e.class.code] ?? e.class.code);
  const people = (e.participant ?? []).map((p) => chart.nameOf(p.individual)).filter((n) => n !== "");
  const title = encounterTitle(e);
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{showPeriod(e.period)}</div>
      <div class="row-what">
        <h3>{title} {e.status === "finished" ? null : <Badge tone={TONES[e.status] ?? "plain"} text={word(w.statuses, e.status)} />}</h3>
        <dl class="facts">
          <Fact term={w.where}>{encounterUnit(e, chart)}</Fact>
          <Fact term={w.what}>{kind === title ? "" : kind}</Fact>
          <Fact term={w.who}>{people.join(", ")}</Fact>
          <Fact term={w.why}>{conceptsText(e.reasonCode)}</Fact>
        </dl>
      </div>
    </li>
  );
}
