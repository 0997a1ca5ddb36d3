// SPDX-License-Identifier: Apache-2.0
// Receipts, what is unfinished, the palette, in Swedish; its shape is the type that words.en.ts is checked against.
export const sv = {
  receipts: {
    heading: "Kvitton",
    intro: "Allt du har sparat, och allt som inte gick att spara. Varje rad leder tillbaka till det den gäller.",
    none: "Inga kvitton än. Här syns allt du gör, så snart du gör det.",
    failed: "Äldre kvitton kunde inte läsas. De från den här sidan visas.",
    missing: "Servern sparar inga kvitton. Här visas bara de från den här sidan.",
    more: "Visa äldre",
    filter: "Visa",
    kinds: { all: "Alla", saved: "Sparat", sending: "Sparas", failed: "Inte sparat", unsure: "Osäkert" },
  },
  methods: { POST: "Ny", PUT: "Ändrad", PATCH: "Ändrad", DELETE: "Borttagen" } as Record<string, string>,
  types: {
    AllergyIntolerance: "överkänslighet", Appointment: "bokad tid", Bundle: "flera uppgifter", CarePlan: "vårdplan", Composition: "anteckning", Condition: "diagnos", Consent: "samtycke", DiagnosticReport: "utlåtande",
    DocumentReference: "anteckning", Encounter: "vårdkontakt", Flag: "varning", Immunization: "vaccination", MedicationAdministration: "given dos", MedicationRequest: "ordination", MedicationStatement: "uppgivet läkemedel",
    Observation: "mätvärde", Patient: "patientuppgift", Procedure: "åtgärd", ServiceRequest: "remiss", Task: "uppgift", PractitionerRole: "uppdrag",
  } as Record<string, string>,
  /** "Ny anteckning" */
  did: (how: string, what: string) => `${how} ${what}`,
  unfinished: {
    heading: "Mina ofärdiga",
    intro: "Det du har börjat och inte gjort klart.",
    none: "Du har inget ofärdigt.",
    drafts: "Utkast",
    noDrafts: "Inga utkast.",
    draftsFailed: "Utkasten kunde inte läsas.",
    draftsMissing: "Servern sparar inga utkast än. Bara de på den här sidan visas.",
    unsigned: "Osignerat",
    noUnsigned: "Inget osignerat.",
    unsignedFailed: "Det osignerade kunde inte läsas.",
    unsignedOpen: "Ingen är inloggad, därför visas inte vem som har skrivit vad.",
    writes: "Inte sparat eller osäkert",
    noWrites: "Allt du har sparat har kommit fram.",
    here: "Finns bara på den här sidan",
    age: (days: number) => (days === 0 ? "i dag" : days === 1 ? "1 dag" : `${days} dagar`),
    settle: "Klart",
    settleWhat: (title: string) => `Klart: ${title}`,
    untitled: "Utan rubrik",
    nobody: "Ingen patient",
    kinds: { note: "Anteckning", order: "Ordination", referral: "Remiss" } as Record<string, string>,
  },
};

type Widen<T> = T extends string ? string : T extends (...args: infer A) => string ? (...args: A) => string : { readonly [K in keyof T]: Widen<T[K]> };
export type Words = Widen<typeof sv>;
