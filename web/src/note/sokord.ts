// SPDX-License-Identifier: Apache-2.0
// Keywords of Swedish records (sökord): the headings a note is written under. Each is a section with a title and a
// code of our own, and where there is one the LOINC code for the same, so that others can find it too.
import type { CodeableConcept } from "@fhir";

export const SOKORD_SYSTEM = "https://helhet.example/fhir/CodeSystem/sokord";
const LOINC = "http://loinc.org";

interface Sokord { code: string; title: string; loinc?: readonly [code: string, display: string] }

export const SOKORD: readonly Sokord[] = [
  { code: "anteckning", title: "Anteckning" },
  { code: "kontaktorsak", title: "Kontaktorsak", loinc: ["29299-5", "Reason for visit Narrative"] },
  { code: "remissorsak", title: "Remissorsak", loinc: ["42349-1", "Reason for referral (narrative)"] },
  { code: "anamnes", title: "Anamnes", loinc: ["10164-2", "History of Present illness Narrative"] },
  { code: "aktuellt", title: "Aktuellt" },
  { code: "hereditet", title: "Hereditet", loinc: ["10157-6", "History of family member diseases Narrative"] },
  { code: "socialt", title: "Socialt", loinc: ["29762-2", "Social history Narrative"] },
  { code: "tidigare", title: "Tidigare sjukdomar", loinc: ["11348-0", "History of Past illness Narrative"] },
  { code: "overkanslighet", title: "Överkänslighet", loinc: ["48765-2", "Allergies and adverse reactions Document"] },
  { code: "lakemedel", title: "Läkemedel", loinc: ["10160-0", "History of Medication use Narrative"] },
  { code: "levnadsvanor", title: "Levnadsvanor" },
  { code: "status", title: "Status", loinc: ["29545-1", "Physical findings Narrative"] },
  { code: "at", title: "Allmäntillstånd" },
  { code: "hjarta", title: "Hjärta" },
  { code: "lungor", title: "Lungor" },
  { code: "buk", title: "Buk" },
  { code: "neurologi", title: "Neurologi" },
  { code: "psykiskt", title: "Psykiskt status" },
  { code: "lokalstatus", title: "Lokalstatus" },
  { code: "provsvar", title: "Provsvar", loinc: ["30954-2", "Relevant diagnostic tests/laboratory data Narrative"] },
  { code: "undersokningar", title: "Undersökningar" },
  { code: "atgard", title: "Åtgärd", loinc: ["47519-4", "History of Procedures Document"] },
  { code: "forlopp", title: "Förlopp", loinc: ["8648-8", "Hospital course Narrative"] },
  { code: "bedomning", title: "Bedömning", loinc: ["51848-0", "Evaluation note"] },
  { code: "bedomning-plan", title: "Bedömning och plan", loinc: ["51847-2", "Evaluation + Plan note"] },
  { code: "planering", title: "Planering", loinc: ["18776-5", "Plan of care note"] },
  { code: "omvardnad", title: "Omvårdnad" },
  { code: "nutrition", title: "Nutrition" },
  { code: "smarta", title: "Smärta" },
  { code: "information", title: "Information till patienten", loinc: ["69730-0", "Instructions"] },
  { code: "sjukskrivning", title: "Sjukskrivning" },
];

const TABLE: ReadonlyMap<string, Sokord> = new Map(SOKORD.map((one) => [one.code, one]));

/** The keyword's heading; a code that is not known is its own heading. */
export function sokordTitle(code: string): string {
  return TABLE.get(code)?.title ?? code;
}

export function sokordConcept(code: string): CodeableConcept | undefined {
  const known = TABLE.get(code);
  if (known === undefined) return undefined;
  const loinc = known.loinc === undefined ? [] : [{ system: LOINC, code: known.loinc[0], display: known.loinc[1] }];
  return { coding: [{ system: SOKORD_SYSTEM, code, display: known.title }, ...loinc] };
}

export function sokordOf(concept: CodeableConcept | undefined): string {
  return concept?.coding?.find((c) => c.system === SOKORD_SYSTEM)?.code ?? "";
}
