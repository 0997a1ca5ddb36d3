// SPDX-License-Identifier: Apache-2.0
// One made-up patient with a long life in care: 20,000 resources of many kinds over forty years, at several units, the
// same each time. NDJSON for `helhet import`.
const PERSONNUMMER = "http://electronichealth.se/identifier/personnummer";
const UNIT_URL = "https://helhet.example/fhir/StructureDefinition/care-unit";
const TERMS = "http://terminology.hl7.org/CodeSystem/";
export const LONG_ID = "lang-levnad";
export const LONG_COUNT = 20_000;
const UNITS = [["enhet-medicin", "Medicinkliniken"], ["enhet-vc", "Vårdcentralen Ängen"], ["enhet-ogon", "Ögonmottagningen"], ["enhet-kirurgi", "Kirurgkliniken"]];
const ANALYTES = ["P-Kalium", "P-Natrium", "P-Kreatinin", "B-Hemoglobin", "P-CRP", "P-Glukos", "P-ALAT", "B-Leukocyter"];
const YEARS = 40;
const HOUR = 3_600_000;
const YEAR = 365.25 * 24 * HOUR;
/** Of each hundred resources. The rest is measurements. */
const SHARE = [["Encounter", 7], ["Composition", 4], ["DocumentReference", 4], ["DiagnosticReport", 3], ["ServiceRequest", 2], ["Procedure", 2], ["Immunization", 1], ["MedicationRequest", 1]];
const subject = { reference: `Patient/${LONG_ID}` };
const stamp = (time) => new Date(time).toISOString();
const unitOf = (i) => UNITS[i % UNITS.length];
const org = (i) => ({ reference: `Organization/${unitOf(i)[0]}`, display: unitOf(i)[1] });
const base64 = (text) => Buffer.from(text, "utf8").toString("base64");
const category = (code) => [{ coding: [{ system: `${TERMS}observation-category`, code }] }];
const noteText = (i) => `Besök ${i}. Mår i stort sett bra. Ingen bröstsmärta, ingen andfåddhet. Blodtryck 142/78 mmHg. ${i % 400 === 3 ? "Misstänkt borrelia efter fästingbett. " : ""}Ny kontroll om tre månader.`;

const MAKE = {
  Encounter: (i, at) => ({ status: "finished", class: { system: `${TERMS}v3-ActCode`, code: "AMB" }, type: [{ text: "Mottagningsbesök" }], subject, period: { start: stamp(at), end: stamp(at + HOUR) }, serviceProvider: org(i) }),
  Composition: (i, at) => ({ status: "final", type: { text: "Besöksanteckning" }, subject, date: stamp(at), author: [{ display: "Maja Lund, Överläkare" }], title: `Besöksanteckning ${i}`, custodian: org(i), section: [{ title: "Aktuellt", text: { status: "additional", div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${noteText(i)}</p></div>` } }] }),
  DocumentReference: (i, at) => ({ status: "current", docStatus: "final", type: { text: "Dagsnotat" }, subject, date: stamp(at), author: [{ display: "Maja Lund, Överläkare" }], custodian: org(i), description: `Dagsnotat ${i}`, content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: base64(noteText(i)) } }] }),
  DiagnosticReport: (i, at) => ({ status: "final", code: { text: "Röntgen" }, subject, effectiveDateTime: stamp(at), issued: stamp(at), conclusion: `Inga tecken till ny infiltration (${i}).` }),
  ServiceRequest: (i, at) => ({ status: "completed", intent: "order", code: { text: "Remiss" }, subject, authoredOn: stamp(at) }),
  Procedure: (i, at) => ({ status: "completed", code: { text: "Spirometri" }, subject, performedDateTime: stamp(at) }),
  Immunization: (i, at) => ({ status: "completed", vaccineCode: { text: "Influensavaccin" }, patient: subject, occurrenceDateTime: stamp(at) }),
  MedicationRequest: (i, at) => ({ status: i % 15 === 0 ? "active" : "stopped", intent: "order", medicationCodeableConcept: { text: `Läkemedel ${i % 60}` }, subject, authoredOn: stamp(at), dosageInstruction: [{ text: "1 tablett dagligen" }] }),
  Observation: (i, at) => ({ status: "final", category: category(i % 5 === 0 ? "vital-signs" : "laboratory"), code: { text: ANALYTES[i % ANALYTES.length] }, subject, effectiveDateTime: stamp(at), valueQuantity: { value: 40 + ((i * 7) % 60) / 10, unit: "mmol/L" }, referenceRange: [{ low: { value: 38, unit: "mmol/L" }, high: { value: 45, unit: "mmol/L" } }] }),
};

const TYPES = SHARE.flatMap(([type, share]) => Array(share).fill(type));

/** Thinly at first, more and more often towards today; ten of them in the latest fortnight. */
function timeOf(i, now) {
  return now - HOUR - YEARS * YEAR * (i / LONG_COUNT) ** 2;
}

export function longLife(now = Date.now()) {
  const lines = UNITS.map(([id, name]) => ({ resourceType: "Organization", id, name }));
  lines.push({ resourceType: "Patient", id: LONG_ID, identifier: [{ system: PERSONNUMMER, value: "194709182390" }], name: [{ use: "official", family: "Långliv", given: ["Lage"] }], gender: "male", birthDate: "1947-09-18" });
  for (let i = 0; i < LONG_COUNT; i++) {
    const type = TYPES[(i * 37) % 100] ?? "Observation";
    lines.push({ resourceType: type, id: `lang-${i}`, meta: { extension: [{ url: UNIT_URL, valueReference: { reference: `Organization/${unitOf(i)[0]}` } }] }, ...MAKE[type](i, timeOf(i, now)) });
  }
  return lines.map((line) => JSON.stringify(line)).join("\n") + "\n";
}
