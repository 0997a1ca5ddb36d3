// SPDX-License-Identifier: Apache-2.0
// Growth before NEWS2 for the young, for whom NEWS2 is not reckoned; the other way round for the rest.
import type { Observation } from "@fhir";
import { useChart } from "../chart/model.ts";
import { ageYears } from "../fhir/text.ts";
import { GrowthChart } from "./GrowthChart.tsx";
import { NewsChart } from "./NewsChart.tsx";
import { NEWS_YEARS, type VitalSet } from "./vitals.ts";

export function Charts({ observations, sets }: { observations: readonly Observation[]; sets: readonly VitalSet[] }) {
  const years = ageYears(useChart().patient.value?.birthDate, new Date());
  const young = years !== null && years < NEWS_YEARS;
  return <>{young ? <GrowthChart observations={observations} /> : null}<NewsChart sets={sets} />{young ? null : <GrowthChart observations={observations} />}</>;
}
