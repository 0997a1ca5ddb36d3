// SPDX-License-Identifier: Apache-2.0
// Where things are shown: the screen of a resource, and the screen a draft is written in.
import { itemPath, pagePath, patientPath, type Place } from "../app/route.ts";

const PLACES: Readonly<Record<string, Place>> = {
  AllergyIntolerance: "varningar", Flag: "varningar", Condition: "diagnoser", MedicationRequest: "lakemedel", MedicationStatement: "lakemedel", MedicationAdministration: "lakemedel", Observation: "provsvar",
  DiagnosticReport: "provsvar", Composition: "anteckningar", DocumentReference: "anteckningar", ServiceRequest: "remisser", Encounter: "kontakter", Appointment: "kontakter", Procedure: "tidslinje",
  Immunization: "vaccinationer", Consent: "atkomst",
};

/** "" when there is no screen for it. */
export function resourceLink(resource: string, patient: string): string {
  const [type = "", id = ""] = resource.split("/");
  const of = type === "Patient" ? id : patient;
  if (type === "Communication") return pagePath("inkorg", "skickat");
  if (type === "CareTeam") return pagePath("inkorg", "lag");
  // A task may be about anything; what it is stands in the inbox.
  if (type === "Task") return pagePath("inkorg");
  if (of !== "" && (type === "Composition" || type === "DocumentReference")) return itemPath(of, "anteckningar", id);
  return of === "" ? "" : patientPath(of, PLACES[type] ?? "oversikt");
}

/** Kinds of drafts and the screens they are written in; the draft's id is what the screen shows. */
const DRAFT_PLACES: Readonly<Record<string, Place>> = { order: "lakemedel", referral: "remisser", diagnos: "diagnoser", overkanslighet: "varningar", varning: "varningar", vaccination: "vaccinationer", matning: "vitalparametrar" };

export function draftLink(draft: { kind: string; patient: string; id: string }): string {
  const place = DRAFT_PLACES[draft.kind];
  if (draft.kind === "message" || draft.kind === "todo") return pagePath("inkorg", `utkast.${draft.id}`);
  if (draft.kind === "answer") return pagePath("inkorg", `meddelande.${draft.id.slice("answer-".length)}`);
  if (draft.patient === "") return "";
  if (draft.kind === "note") return noteDraftPath(draft.patient, draft.id);
  return place === undefined ? patientPath(draft.patient) : patientPath(draft.patient, place, draft.id);
}

/** A new note is written under "ny"; the draft of a change of a note that is in the record has its id ("note-ID"). */
function noteDraftPath(patient: string, id: string): string {
  return id.startsWith("note-") ? itemPath(patient, "anteckningar", id.slice("note-".length)) : itemPath(patient, "anteckningar", "ny", id);
}
