// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./words.sv.ts";

export const en: Words = {
  did: { read: "Read", search: "Searched", history: "Read earlier versions", create: "Added", update: "Changed", delete: "Removed", bundle: "Sent several things", file: "Fetched a file", job: "Followed a long job" },
  about: (did, what) => `${did}: ${what}`,
  operations: {
    everything: "Read the whole record", export: "Took out data", "viewdefinition-export": "Took out a table", "viewdefinition-run": "Read a table", run: "Read a table", graphql: "Read", meta: "Read labels", diff: "Compared versions",
    validate: "Tried", lastn: "Read the latest measurements", stats: "Reckoned on measurements", import: "Read in data", reindex: "Remade a search index", "reindex-status": "Followed a search index", "access-explain": "Asked what may be shown",
    "access-log": "Read the patient's log", "access-report": "Read who can see what", "active-choice": "Made an active choice", consent: "Registered consent", emergency: "Opened in an emergency", block: "Blocked", unblock: "Removed a block", "lift-block": "Opened a block",
    merge: "Merged records", unmerge: "Took records apart", "register-unknown": "Registered an unknown patient", flags: "Read the log's flags", sample: "Drew a sample of the log", mine: "Read their own log", review: "Reviewed a log entry",
  },
  own: {
    "POST /auth/login": "Logged in", "POST /auth/logout": "Logged out", "POST /auth/resume": "Resumed a session", "POST /auth/assignment": "Changed assignment", "POST /auth/password": "Changed password", "POST /auth/oidc": "Logged in from outside",
    "POST /auth/accounts/search": "Searched accounts", "POST /auth/accounts": "Added an account", "POST /auth/accounts/enable": "Opened an account", "POST /auth/accounts/disable": "Closed an account", "POST /auth/accounts/unlock": "Unlocked an account",
    "POST /auth/accounts/reset": "Gave a new password", "POST /auth/accounts/end-sessions": "Ended sessions", "GET /auth/authorize": "Showed what an app asks for", "POST /auth/authorize": "Let an app in", "POST /auth/token": "An app fetched a key",
    "POST /auth/introspect": "An app tried a key", "POST /auth/revoke": "An app gave a key back", "POST /auth/apps": "Shut an app out", "POST /auth/launch": "Started an app", "GET /live": "Followed changes", "GET /metrics": "Read metrics",
    "audit-up": "The log is written again", "audit-spare": "The log is written in the spare folder", "audit-down": "The log could not be written", "audit-in": "The log took in what had waited", "audit-prune": "Pruned the log", "audit-review": "Reviewed a log entry",
    "user-add": "Added an account", "user-list": "Read accounts", "user-disable": "Closed an account", "user-enable": "Opened an account", "user-passwd": "Changed an account's password", "app-add": "Added an app", "app-list": "Read apps", "app-disable": "Closed an app", "app-enable": "Opened an app",
    "downtime-copy": "Wrote a reserve copy", read: "Read",
  },
  types: {
    AllergyIntolerance: "hypersensitivity", Appointment: "booked time", AuditEvent: "log", Binary: "file", Bundle: "several things", CarePlan: "care plan", CareTeam: "care team", Communication: "message", Composition: "note", Condition: "diagnosis",
    Consent: "consent or block", Device: "device", DiagnosticReport: "report", DocumentReference: "note", Encounter: "contact", EpisodeOfCare: "episode of care", Flag: "warning", Goal: "goal", Group: "group", Immunization: "vaccination",
    Library: "analysis or document", List: "list", Location: "place", Media: "picture", Medication: "medicine", MedicationAdministration: "given dose", MedicationDispense: "dispensed medicine", MedicationRequest: "prescription",
    MedicationStatement: "stated medicine", Observation: "measurement", Organization: "unit", Patient: "patient details", Person: "person", Practitioner: "staff", PractitionerRole: "assignment", Procedure: "procedure", Provenance: "origin",
    Questionnaire: "form", QuestionnaireResponse: "answered form", RelatedPerson: "relative", SearchParameter: "search parameter", ServiceRequest: "referral or order", Specimen: "specimen", StructureDefinition: "definition", Task: "task",
    ValueSet: "value set", ViewDefinition: "table view",
  },
};
