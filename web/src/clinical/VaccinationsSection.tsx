// SPDX-License-Identifier: Apache-2.0
import type { Immunization } from "@fhir";
import { ListFrame, MoreButton } from "../chart/ListFrame.tsx";
import { useLists } from "../chart/model.ts";
import { Comments, Concept, Fact } from "../chart/Parts.tsx";
import { conceptCode, conceptText, newestFirst } from "../fhir/text.ts";
import { showDate } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import type { Asked } from "./places.ts";
import { isMistaken } from "./records.ts";
import { EntryRow, Head, Mistakes, useAsked } from "./Rows.tsx";
import { c } from "./words.ts";
import "./clinical.css";

const KINDS = ["vaccination"] as const;

export function VaccinationsSection() {
  const { immunizations } = useLists("immunizations").lists;
  const asked = useAsked(KINDS);
  const all = newestFirst(immunizations.items.value, (one) => one.occurrenceDateTime ?? one.recorded ?? "");
  const row = (one: Immunization) => <VaccinationRow key={one.id} one={one} asked={asked} />;
  const given = all.filter((one) => !isMistaken(one));
  return (
    <>
      <Head kinds={KINDS} asked={asked} />
      <ListFrame names={["immunizations"]} empty={c.value.vaccination.empty}>
        {given.length === 0 ? (all.length === 0 ? null : <p class="empty">{c.value.vaccination.empty}</p>) : <ul class="rows">{given.map(row)}</ul>}
        <Mistakes entries={all.filter(isMistaken)} row={(one) => row(one as Immunization)} />
        <MoreButton names={["immunizations"]} />
      </ListFrame>
    </>
  );
}

function VaccinationRow({ one, asked }: { one: Immunization; asked: Asked }) {
  const w = c.value.vaccination;
  const applied = one.protocolApplied?.[0];
  const dose = applied?.doseNumberPositiveInt === undefined ? (applied?.doseNumberString ?? "") : String(applied.doseNumberPositiveInt);
  const origin = conceptCode(one.reportOrigin);
  return (
    <EntryRow entry={one} asked={asked} over={false} when={one.occurrenceDateTime === undefined ? (one.occurrenceString ?? "") : showDate(one.occurrenceDateTime)}>
      <h4>
        <Concept concept={one.vaccineCode} />
        {dose === "" ? null : <Badge tone="info" text={w.dose(dose)} />}
        {one.status === "not-done" ? <Badge tone="warn" text={w.notDone} /> : null}
      </h4>
      <dl class="facts">
        <Fact term={w.reason}>{conceptText(one.statusReason)}</Fact>
        <Fact term={w.batch}>{one.lotNumber ?? ""}</Fact>
        <Fact term={w.expires}>{one.expirationDate === undefined ? "" : showDate(one.expirationDate)}</Fact>
        <Fact term={w.site}>{c.value.choices[conceptCode(one.site)] ?? conceptText(one.site)}</Fact>
        <Fact term={w.route}>{c.value.choices[conceptCode(one.route)] ?? conceptText(one.route)}</Fact>
        <Fact term={w.origin}>{one.primarySource !== false ? "" : (c.value.choices[origin] ?? conceptText(one.reportOrigin))}</Fact>
      </dl>
      <Comments notes={one.note} />
    </EntryRow>
  );
}
