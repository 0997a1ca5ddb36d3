// SPDX-License-Identifier: Apache-2.0
// The resources of Steering, generated from definitions/styr.
import type * as Fhir from "@fhir";

export type * from "@fhir";
export type Styr =
  | Fhir.BenefitCase | Fhir.ChangeActivity | Fhir.CheckpointDefinition | Fhir.Decision | Fhir.DecisionCase | Fhir.EffectGoal | Fhir.Experience | Fhir.GovernanceBody | Fhir.Incident | Fhir.Initiative | Fhir.Mandate
  | Fhir.Meeting | Fhir.Portfolio | Fhir.ProcessDefinition | Fhir.Project | Fhir.Question | Fhir.ReadinessCheckpoint | Fhir.Report | Fhir.ReportDefinition | Fhir.Risk | Fhir.Scenario | Fhir.SystemAsset;
export type StyrType = Styr["resourceType"];
export type Of<T extends StyrType> = Extract<Styr, { resourceType: T }>;
