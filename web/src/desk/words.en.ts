// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./words.sv.ts";

export const en: Words = {
  receipts: {
    heading: "Receipts",
    intro: "Everything you have saved, and everything that could not be saved. Each line leads back to what it is about.",
    none: "No receipts yet. Everything you do is seen here as soon as you do it.",
    failed: "Older receipts could not be read. Those of this page are shown.",
    missing: "The server keeps no receipts. Only those of this page are shown.",
    more: "Show older",
    filter: "Show",
    kinds: { all: "All", saved: "Saved", sending: "Saving", failed: "Not saved", unsure: "Not certain" },
  },
  methods: { POST: "New", PUT: "Changed", PATCH: "Changed", DELETE: "Removed" },
  types: {
    AllergyIntolerance: "allergy", Appointment: "booked time", Bundle: "several entries", CarePlan: "care plan", Composition: "note", Condition: "diagnosis", Consent: "consent", DiagnosticReport: "report",
    DocumentReference: "note", Encounter: "contact", Flag: "warning", Immunization: "vaccination", MedicationAdministration: "dose given", MedicationRequest: "prescription", MedicationStatement: "stated medicine",
    Observation: "measurement", Patient: "patient details", Procedure: "procedure", ServiceRequest: "referral", Task: "task", PractitionerRole: "assignment",
  },
  did: (how, what) => `${how} ${what}`,
  unfinished: {
    heading: "My unfinished work",
    intro: "What you have begun and not finished.",
    none: "You have nothing unfinished.",
    drafts: "Drafts",
    noDrafts: "No drafts.",
    draftsFailed: "The drafts could not be read.",
    draftsMissing: "The server keeps no drafts yet. Only those of this page are shown.",
    unsigned: "Unsigned",
    noUnsigned: "Nothing unsigned.",
    unsignedFailed: "What is unsigned could not be read.",
    unsignedOpen: "Nobody is logged in, so it is not shown who has written what.",
    writes: "Not saved or not certain",
    noWrites: "Everything you have saved has arrived.",
    here: "Only on this page",
    age: (days) => (days === 0 ? "today" : days === 1 ? "1 day" : `${days} days`),
    settle: "Done",
    settleWhat: (title) => `Done: ${title}`,
    untitled: "Untitled",
    nobody: "No patient",
    kinds: { note: "Note", order: "Prescription", referral: "Referral" },
  },
};
