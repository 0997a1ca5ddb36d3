// SPDX-License-Identifier: Apache-2.0
// What the access log tells of, in words.

export const sv = {
  did: { read: "Läste", search: "Sökte", history: "Läste tidigare versioner", create: "Lade till", update: "Ändrade", delete: "Tog bort", bundle: "Skickade flera uppgifter", file: "Hämtade fil", job: "Följde ett långt arbete" },
  /** "Läste: diagnos" */
  about: (did: string, what: string) => `${did}: ${what}`,
  operations: {
    everything: "Läste hela journalen", export: "Tog ut data", "viewdefinition-export": "Tog ut en tabell", "viewdefinition-run": "Läste en tabell", run: "Läste en tabell", graphql: "Läste", meta: "Läste märkning", diff: "Jämförde versioner",
    validate: "Prövade", lastn: "Läste de senaste mätvärdena", stats: "Räknade på mätvärden", import: "Läste in data", reindex: "Gjorde om sökregister", "reindex-status": "Följde ett sökregister", "access-explain": "Frågade vad som får visas",
    "access-log": "Läste patientens logg", "access-report": "Läste vem som kan se vad", "active-choice": "Gjorde aktivt val", consent: "Registrerade samtycke", emergency: "Nödöppnade", block: "Spärrade", unblock: "Tog bort spärr", "lift-block": "Öppnade spärr",
    merge: "Sammanförde journaler", unmerge: "Skilde journaler åt", "register-unknown": "Registrerade okänd patient", flags: "Läste flaggor i loggen", sample: "Drog stickprov ur loggen", mine: "Läste egen logg", review: "Granskade loggpost",
  } as Record<string, string>,
  own: {
    "POST /auth/login": "Loggade in", "POST /auth/logout": "Loggade ut", "POST /auth/resume": "Återupptog session", "POST /auth/assignment": "Bytte uppdrag", "POST /auth/password": "Bytte lösenord", "POST /auth/oidc": "Loggade in utifrån",
    "POST /auth/accounts/search": "Sökte konton", "POST /auth/accounts": "Lade till konto", "POST /auth/accounts/enable": "Öppnade konto", "POST /auth/accounts/disable": "Stängde konto", "POST /auth/accounts/unlock": "Låste upp konto",
    "POST /auth/accounts/reset": "Gav nytt lösenord", "POST /auth/accounts/end-sessions": "Avslutade sessioner", "GET /auth/authorize": "Visade vad en app ber om", "POST /auth/authorize": "Släppte in app", "POST /auth/token": "App hämtade nyckel",
    "POST /auth/introspect": "App prövade nyckel", "POST /auth/revoke": "App lämnade nyckel", "POST /auth/apps": "Stängde ute app", "POST /auth/launch": "Startade app", "GET /live": "Följde ändringar", "GET /metrics": "Läste driftmått",
    "audit-up": "Loggen skrivs igen", "audit-spare": "Loggen skrivs i reserven", "audit-down": "Loggen kunde inte skrivas", "audit-in": "Loggen förde in det som väntat", "audit-prune": "Gallrade loggen", "audit-review": "Granskade loggpost",
    "user-add": "Lade till konto", "user-list": "Läste konton", "user-disable": "Stängde konto", "user-enable": "Öppnade konto", "user-passwd": "Bytte lösenord åt konto", "app-add": "Lade till app", "app-list": "Läste appar", "app-disable": "Stängde app", "app-enable": "Öppnade app",
    "downtime-copy": "Skrev reservkopia", read: "Läste",
  } as Record<string, string>,
  types: {
    AllergyIntolerance: "överkänslighet", Appointment: "bokad tid", AuditEvent: "logg", Binary: "fil", Bundle: "flera uppgifter", CarePlan: "vårdplan", CareTeam: "vårdlag", Communication: "meddelande", Composition: "anteckning", Condition: "diagnos",
    Consent: "samtycke eller spärr", Device: "utrustning", DiagnosticReport: "svar", DocumentReference: "anteckning", Encounter: "vårdkontakt", EpisodeOfCare: "vårdåtagande", Flag: "varning", Goal: "mål", Group: "grupp", Immunization: "vaccination",
    Library: "analys eller dokument", List: "lista", Location: "plats", Media: "bild", Medication: "läkemedel", MedicationAdministration: "given dos", MedicationDispense: "utlämnat läkemedel", MedicationRequest: "ordination",
    MedicationStatement: "uppgivet läkemedel", Observation: "mätvärde", Organization: "enhet", Patient: "patientuppgift", Person: "person", Practitioner: "personal", PractitionerRole: "uppdrag", Procedure: "åtgärd", Provenance: "ursprung",
    Questionnaire: "formulär", QuestionnaireResponse: "formulärsvar", RelatedPerson: "närstående", SearchParameter: "sökparameter", ServiceRequest: "remiss eller beställning", Specimen: "prov", StructureDefinition: "definition", Task: "uppgift",
    ValueSet: "urval", ViewDefinition: "tabellvy",
  } as Record<string, string>,
};
export type Words = typeof sv;
