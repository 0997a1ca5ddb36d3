// SPDX-License-Identifier: Apache-2.0
// Receipts, drafts and what is unfinished, in Swedish; its shape is the type that words.en.ts is checked against.
export const sv = {
  title: "Kvitton",
  states: { sending: "Sparas", saved: "Sparat", failed: "Inte sparat", unsure: "Osäkert" },
  waits: "Väntar på servern",
  waitsKept: "Väntar på servern, sparat på den här datorn",
  parked: (name: string) => `Skrivet av ${name}. Det ligger kvar på den här datorn och sparas när ${name} loggar in här.`,
  queueFailed: "Står kvar bland det som väntar på den här datorn.",
  unsureWhere: "Svaret kom aldrig. Det kan ha sparats. Se efter i patientens journal innan du gör om det.",
  wrongPatient: "Det som skulle sparas hör till en annan patient. Inget har sparats.",
  conflict: "Någon annan har ändrat samma uppgift sedan du läste den. Inget har sparats; välj vilken text som ska gälla.",
  cancelled: "Avbröts av dig innan det hade skickats. Inget har sparats.",
  nothingSaved: "Inget har sparats.",
  neverCame: "Det kom aldrig fram. Inget har sparats.",
  again: "Kontrollera igen",
  undo: "Avbryt",
  open: "Öppna",
  openWhat: (title: string) => `Öppna: ${title}`,
  hide: "Dölj",
  more: (n: number) => (n === 1 ? "1 kvitto till" : `${n} kvitton till`),
  strip: "Senaste kvitton",
  drafts: { kept: "Utkastet är sparat", keeping: "Sparar utkastet …", "not kept": "Utkastet är inte sparat på servern. Lämna inte sidan." },
};

type Widen<T> = T extends string ? string : T extends (...args: infer A) => string ? (...args: A) => string : { readonly [K in keyof T]: Widen<T[K]> };
export type Words = Widen<typeof sv>;
