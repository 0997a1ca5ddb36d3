// SPDX-License-Identifier: Apache-2.0
// Hand-made patients for the browser tests, with official test identities. One has everything a chart can show; the
// others are there to be found, or taken for one another.
const PERSONNUMMER = "http://electronichealth.se/identifier/personnummer";
const ICD = "urn:oid:1.2.752.116.1.1.1.1.8";
const ATC = "http://www.whocc.no/atc";
const NPU = "http://npu-terminology.org";
const TERMS = "http://terminology.hl7.org/CodeSystem/";

const concept = (system, code, text) => ({ coding: [{ system, code }], text });
const coded = (system, code) => ({ coding: [{ system: TERMS + system, code }] });
const base64 = (text) => Buffer.from(text, "utf8").toString("base64");
const subject = { reference: "Patient/web-tolvan" };

/** Everything that is easily lost on the way: negations, markup, line ends, combining marks, runs of spaces. */
export const SPECIAL = "Ingen blödning. Inga tecken till sepsis; ej feber, utan hosta.\r\n<b>inte fet</b> & \"citat\" 'enkelt' \\^~|\r\n  indrag   kvar\ta\u030angest e\u0301 ≥ 38,5 °C\n\n</script><!-- slut -->";

const VISIT = `Kontaktorsak
Återbesök för kontroll av förmaksflimmer och hypertoni.

Aktuellt
Mår bra. Ingen bröstsmärta, ingen andfåddhet i vila, inga svimningar. Har inte märkt någon blödning under behandling med apixaban. Tål inte penicillin.

Status
Hjärta: oregelbunden rytm, frekvens 72. Inga blåsljud. Lungor: inga biljud. Blodtryck 142/78 mmHg. Inga benödem.

Bedömning
Välreglerad frekvens. Kreatinin stiger långsamt; eGFR 45. Ingen dosändring av apixaban i dag.

Planering
Ny kontroll av njurfunktion om 3 månader. Åter tidigare vid blödning eller yrsel.`;

function person(id, given, family, number, gender, municipality, rest = {}) {
  return {
    resourceType: "Patient", id, identifier: [{ system: PERSONNUMMER, value: number }], name: [{ use: "official", family, given }], gender,
    birthDate: `${number.slice(0, 4)}-${number.slice(4, 6)}-${number.slice(6, 8)}`, address: [{ line: ["Björkvägen 12"], postalCode: "411 05", city: municipality, district: municipality }], ...rest,
  };
}

const SECRET = { meta: { security: [{ system: "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel", code: "sekretessmarkering" }] } };
const TOLVAN = {
  telecom: [{ system: "phone", value: "070-174 06 05", use: "mobile" }],
  contact: [{ relationship: [{ text: "Dotter" }], name: { family: "Tolvansson", given: ["Eva"] }, telecom: [{ system: "phone", value: "070-174 06 10" }] }],
  communication: [{ language: concept("urn:ietf:bcp:47", "sv", "Svenska") }],
};

const PEOPLE = [
  person("web-tolvan", ["Tolvan", "Åke"], "Tolvansson", "191212121212", "male", "Göteborg", TOLVAN),
  person("web-asa", ["Åsa"], "Öbergska", "198001022386", "female", "Borås"),
  person("web-asa2", ["Åsa", "Maria"], "Obergska", "198001302382", "female", "Borås"),
  person("web-hemlig", ["Kristina"], "Öbergdal", "198002232380", "female", "Uddevalla", SECRET),
];

const flag = (id, status, text, period) => ({ resourceType: "Flag", id, status, code: { text }, subject, period });

function allergy(id, patient, code, rest) {
  return { resourceType: "AllergyIntolerance", id, clinicalStatus: coded("allergyintolerance-clinical", "active"), code, patient: { reference: `Patient/${patient}` }, ...rest };
}

const CONDITIONS = [
  ["I109", "Essentiell hypertoni", "2009-05-02"], ["I489", "Förmaksflimmer, ospecificerat", "2018-11-20"], ["E119", "Diabetes mellitus typ 2 utan komplikationer", "2012-02-14"],
  ["N183", "Kronisk njursvikt, stadium 3", "2021-09-03"], ["J189", "Pneumoni, ospecificerad", "2025-02-11", "2025-04-01"], ["S525", "Fraktur på nedre delen av radius", "2016-01-18", "2016-06-01"],
].map(([code, text, onsetDateTime, ended], i) => ({
  resourceType: "Condition", id: `web-diagnos-${i}`, clinicalStatus: coded("condition-clinical", ended === undefined ? "active" : "resolved"), verificationStatus: coded("condition-ver-status", "confirmed"),
  code: concept(ICD, code, text), subject, onsetDateTime, recordedDate: onsetDateTime, ...(ended === undefined ? {} : { abatementDateTime: ended }),
}));

const MEDICINES = [
  ["C07AB02", "Metoprolol 50 mg depottablett", "1 tablett på morgonen", "active", "Hypertoni", "2024-01-14"],
  ["B01AF02", "Apixaban 5 mg tablett", "1 tablett morgon och kväll", "active", "Förmaksflimmer", "2021-02-14"],
  ["A10BA02", "Metformin 500 mg tablett", "1 tablett till frukost och 1 till middag.\nPaus vid kräkning eller diarré.", "active", "Diabetes", "2022-03-14"],
  ["N02BE01", "Paracetamol 500 mg tablett", "1–2 tabletter vid behov, högst 8 per dygn", "active", "Smärta", "2023-04-14"],
  ["C03CA01", "Furosemid 40 mg tablett", null, "on-hold", "Vätskeansamling", "2024-05-14"],
  ["J01CA08", "Pivmecillinam 400 mg tablett", "1 tablett 3 gånger dagligen i 5 dagar", "stopped", "Urinvägsinfektion", "2025-06-14"],
].map(([code, text, dosage, status, reason, authoredOn], i) => ({
  resourceType: "MedicationRequest", id: `web-medicin-${i}`, status, intent: "order", medicationCodeableConcept: concept(ATC, code, text), subject, authoredOn, requester: { display: "Maja Lund" },
  reasonCode: [{ text: reason }],
  dosageInstruction: [dosage === null ? { timing: { repeat: { frequency: 1, period: 1, periodUnit: "d" } }, route: { text: "peroralt" }, doseAndRate: [{ doseQuantity: { value: 0.5, unit: "tablett" } }] } : { text: dosage }],
}));

/** Decimals are text here, so that they reach the server as written: 4.10 is not 4.1. */
const RESULTS = [
  ["NPU19748", "P-CRP", "mg/L", null, "5", ["48", "12", "4", "3", "6", "4", "3"]],
  ["NPU28309", "B-Hemoglobin", "g/L", "134", "170", ["118", "121", "126", "131", "136", "140", "139"]],
  ["NPU03429", "P-Natrium", "mmol/L", "137", "145", ["138", "139", "141", "136", "140", "142", "139"]],
  ["NPU03230", "P-Kalium", "mmol/L", "3.5", "4.4", ["4.10", "3.9", "4.6", "4.20", "4.0", "3.8", "4.1"]],
  ["NPU18016", "P-Kreatinin", "µmol/L", "60", "105", ["138", "132", "129", "121", "118", "111", "104"]],
  ["NPU27300", "HbA1c", "mmol/mol", "31", "46", ["58", "56", "61", "64", "59", "57", "55"]],
  ["NPU04998", "P-Kolesterol", "mmol/L", "3.3", "6.9", ["4.2", "4.4", "5.1", "5.6", "5.2", "5.5", "5.7"]],
  ["NPU19651", "P-ALAT", "µkat/L", null, "1.1", ["0.45", "0.51", "0.50", "0.62", "0.48", "0.55", "0.60"]],
  ["NPU21571", "P-NT-proBNP", "ng/L", null, "300", ["1250", "980", "860", "720", "640", "410", "290"]],
  ["NPU01685", "P-PK(INR)", "1", "0.8", "1.2", ["1.1", "1.1", "1.0", "1.2", "1.1", "1.0", "1.1"]],
];
const SAMPLED = ["2026-10-18T07:52:00+02:00", "2026-09-02T08:10:00+02:00", "2026-05-14T08:05:00+02:00", "2025-12-01T07:58:00+01:00", "2025-05-20T08:15:00+02:00", "2024-10-07T08:00:00+02:00", "2024-03-11T08:20:00+01:00"];

class Decimal {
  constructor(text) {
    this.text = text;
  }
  toJSON() {
    return `\u0001${this.text}\u0001`;
  }
}
/** JSON with each Decimal as the number it was written as. */
export const writeJson = (value) => JSON.stringify(value).replace(/"\\u0001([\d.]+)\\u0001"/g, "$1");

const LABS = RESULTS.flatMap(([code, text, unit, low, high, values]) => values.map((value, i) => ({
  resourceType: "Observation", id: `web-prov-${code.toLowerCase()}-${i}`, status: code === "NPU19748" && i === 0 ? "preliminary" : "final",
  category: [coded("observation-category", "laboratory")], code: concept(NPU, code, text), subject, effectiveDateTime: SAMPLED[i], performer: [{ display: "Klinisk kemi" }],
  valueQuantity: { value: new Decimal(value), unit },
  referenceRange: [{ ...(low === null ? {} : { low: { value: new Decimal(low), unit } }), high: { value: new Decimal(high), unit } }],
})));

const PRESSURE = {
  resourceType: "Observation", id: "web-blodtryck", status: "final", category: [coded("observation-category", "vital-signs")], code: { text: "Blodtryck" }, subject, effectiveDateTime: "2026-10-18T09:00:00+02:00",
  component: [{ code: { text: "Systoliskt blodtryck" }, valueQuantity: { value: 142, unit: "mmHg" } }, { code: { text: "Diastoliskt blodtryck" }, valueQuantity: { value: 78, unit: "mmHg" } }],
};

const CONTACTS = [["planned", "AMB", "Återbesök", "2027-01-12T10:00:00+01:00", null], ["finished", "AMB", "Mottagningsbesök", "2026-10-18T10:00:00+02:00", "2026-10-18T10:40:00+02:00"],
  ["finished", "IMP", "Slutenvård", "2025-02-11T15:00:00+01:00", "2025-02-16T11:00:00+01:00"], ["finished", "EMER", "Akutbesök", "2025-02-11T11:00:00+01:00", "2025-02-11T15:00:00+01:00"]].map(([status, code, text, start, end], i) => ({
  resourceType: "Encounter", id: `web-kontakt-${i}`, status, class: { system: `${TERMS}v3-ActCode`, code }, type: [{ text }], subject, period: { start, ...(end === null ? {} : { end }) },
  serviceProvider: { display: "Angereds Närsjukhus, medicinmottagning" }, participant: [{ individual: { display: "Maja Lund, specialistläkare" } }], reasonCode: [{ text: "Kontroll av förmaksflimmer" }],
}));

function note(id, docStatus, title, date, author, text) {
  return {
    resourceType: "DocumentReference", id, status: "current", docStatus, type: { text: title }, subject, date, author: [{ display: author }], custodian: { display: "Angereds Närsjukhus, medicinmottagning" },
    content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: base64(text) } }],
  };
}

const NOTES = [
  note("web-anteckning-1", "final", "Besöksanteckning", "2026-10-18T10:40:00+02:00", "Maja Lund, specialistläkare", VISIT),
  note("web-anteckning-2", "preliminary", "Telefonanteckning", "2026-09-02T13:05:00+02:00", "Olle Ström, sjuksköterska", SPECIAL),
  {
    resourceType: "Composition", id: "web-epikris", status: "final", type: { text: "Epikris" }, title: "Epikris, slutenvård", subject, date: "2025-02-16T11:00:00+01:00", author: [{ display: "Sven Ek, överläkare" }],
    section: [{ title: "Vårdförlopp", text: { status: "generated", div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Inkom med feber och hosta. <b>Ingen</b> svikt, saturation &lt; 92 % endast inledningsvis.</p><ul><li>Cefotaxim i 3 dagar</li><li>Därefter doxycyklin</li></ul></div>' } }],
  },
  {
    resourceType: "DiagnosticReport", id: "web-rontgen", status: "final", code: { text: "Röntgen, lungor" }, subject, effectiveDateTime: "2025-02-11T16:00:00+01:00", performer: [{ display: "Radiologen" }],
    conclusion: "Infiltrat i höger underlob. Ingen pleuravätska. Inga tecken till malignitet.",
  },
];

const REFERRALS = [["active", "urgent", "Remiss till njurmedicin", "Bedömning av långsamt stigande kreatinin", "Njurmottagningen", "2026-10-19"],
  ["completed", "routine", "Remiss till ögonmottagning", "Ögonbottenfotografering vid diabetes", "Ögonmottagningen", "2025-11-19"]].map(([status, priority, text, reason, to, authoredOn], i) => ({
  resourceType: "ServiceRequest", id: `web-remiss-${i}`, status, intent: "order", priority, code: { text }, subject, authoredOn, requester: { display: "Maja Lund" }, performer: [{ display: to }], reasonCode: [{ text: reason }],
}));
const TASK = {
  resourceType: "Task", id: "web-remisslage", status: "accepted", intent: "order", focus: { reference: "ServiceRequest/web-remiss-0" }, for: subject, lastModified: "2026-10-20T08:00:00+02:00",
  businessStatus: { text: "Bedömd, väntar på tid" }, owner: { display: "Njurmottagningen" },
};

const RESOURCES = [
  ...PEOPLE, flag("web-varning-1", "active", "MRSA-bärare", { start: "2024-03-01" }), flag("web-varning-2", "inactive", "Fallrisk", { start: "2019-03-01", end: "2020-01-01" }),
  allergy("web-overkanslighet-1", "web-tolvan", concept(ATC, "J01C", "Penicillin"), {
    criticality: "high", category: ["medication"], recordedDate: "1998-06-10", reaction: [{ manifestation: [{ text: "Anafylaxi" }], severity: "severe", description: "andningssvårt inom 10 minuter" }],
  }),
  allergy("web-overkanslighet-2", "web-tolvan", { text: "Jordnöt" }, { criticality: "low", category: ["food"], recordedDate: "2001-01-01" }),
  allergy("web-overkanslighet-3", "web-asa", { coding: [{ system: "http://snomed.info/sct", code: "716186003", display: "No known allergy" }] }, {}),
  ...CONDITIONS, ...MEDICINES, ...LABS, PRESSURE, ...CONTACTS, ...NOTES, ...REFERRALS, TASK,
  { resourceType: "Immunization", id: "web-vaccin", status: "completed", vaccineCode: { text: "Influensavaccin" }, patient: subject, occurrenceDateTime: "2025-10-12" },
  { resourceType: "Procedure", id: "web-atgard", status: "completed", code: { text: "Elkonvertering" }, subject, performedDateTime: "2019-01-15" },
];

/** Puts the patients in through the public API. */
export async function putPatients(url) {
  const bundle = { resourceType: "Bundle", type: "transaction", entry: RESOURCES.map((resource) => ({ resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` } })) };
  const response = await fetch(`${url}/fhir`, { method: "POST", headers: { "Content-Type": "application/fhir+json" }, body: writeJson(bundle) });
  if (!response.ok) throw new Error(`the patients were refused: ${response.status} ${await response.text()}`);
}
