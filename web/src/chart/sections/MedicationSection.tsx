// SPDX-License-Identifier: Apache-2.0
import type { Dosage } from "@fhir";
import { dosageText, type DosageWords } from "../../fhir/dosage.ts";
import { conceptsText, conceptText, shownCode } from "../../fhir/text.ts";
import { heldDecimal, showDate } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge } from "../../ui/Badge.tsx";
import { ListFrame, MoreButton } from "../ListFrame.tsx";
import { useChart, useLists, type Chart } from "../model.ts";
import { ClinicalText, Comments, Fact } from "../Parts.tsx";
import { currentMedicines, medicineDate, pastMedicines, type Medicine } from "../state.ts";

function dosageWords(): DosageWords {
  const m = t.value.medication;
  return {
    number: heldDecimal,
    asNeeded: m.asNeeded,
    times(count, period, unit) {
      if (period !== "1") return m.timesEvery(count, period, word(m.unitsPlural, unit));
      return count === "1" ? m.oncePer(word(m.units, unit)) : m.timesPer(count, word(m.units, unit));
    },
  };
}

export function dosages(m: Medicine): string[] {
  const list: readonly Dosage[] = (m.resourceType === "MedicationRequest" ? m.dosageInstruction : m.dosage) ?? [];
  return list.map((d) => dosageText(d, dosageWords())).filter((text) => text !== "");
}

export function medicineName(m: Medicine, chart: Chart): string {
  const text = m.medicationCodeableConcept === undefined ? chart.nameOf(m.medicationReference) : conceptText(m.medicationCodeableConcept);
  return text === "" ? t.value.common.unnamed : text;
}

export function allMedicines(chart: Chart): readonly Medicine[] {
  return [...chart.lists.prescriptions.items.value, ...chart.lists.statements.items.value];
}

export function MedicationSection() {
  const chart = useLists("prescriptions", "statements");
  const all = allMedicines(chart);
  const current = currentMedicines(all);
  const past = pastMedicines(all);
  const m = t.value.medication;
  return (
    <ListFrame names={["prescriptions", "statements"]} empty={t.value.empty.lakemedel} together>
      <h3 class="group">{m.current}</h3>
      {current.length === 0 ? <p class="empty">{m.noCurrent}</p> : <MedicineList medicines={current} />}
      {past.length === 0 ? null : <><h3 class="group">{m.past}</h3><MedicineList medicines={past} /></>}
      <MoreButton names={["prescriptions", "statements"]} />
    </ListFrame>
  );
}

function MedicineList({ medicines }: { medicines: readonly Medicine[] }) {
  return <ul class="rows">{medicines.map((m) => <MedicineRow key={`${m.resourceType}/${m.id}`} medicine={m} />)}</ul>;
}

function MedicineRow({ medicine: m }: { medicine: Medicine }) {
  const chart = useChart();
  const w = t.value.medication;
  const code = shownCode(m.medicationCodeableConcept)?.code;
  const lines = dosages(m);
  const by = m.resourceType === "MedicationRequest" ? m.requester : m.informationSource;
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{showDate(medicineDate(m))}</div>
      <div class="row-what">
        <h4>
          {medicineName(m, chart)}
          {code === undefined ? null : <span class="code">{code}</span>}
          {m.status === "active" ? null : <Badge tone={m.status === "on-hold" || m.status === "draft" ? "warn" : "quiet"} text={word(w.statuses, m.status)} />}
          {m.resourceType === "MedicationStatement" ? <Badge tone="info" text={w.stated} /> : null}
        </h4>
        {lines.length === 0 ? <p class="quiet">{w.noDosage}</p> : lines.map((line, i) => <ClinicalText key={i} text={line} />)}
        <dl class="facts">
          <Fact term={w.reason}>{conceptsText(m.reasonCode)}</Fact>
          <Fact term={w.by}>{chart.nameOf(by)}</Fact>
        </dl>
        <Comments notes={m.note} />
      </div>
    </li>
  );
}
