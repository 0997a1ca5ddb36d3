// SPDX-License-Identifier: Apache-2.0
// What comes next and what is new in a chart, in Swedish; its shape is the type that words.en.ts is checked against.
export const sv = {
  next: {
    heading: "Nästa steg",
    none: "Inget bokat, planerat eller remitterat.",
    now: "Pågår",
    since: (when: string) => `sedan ${when}`,
    ahead: "Nästa",
    later: (n: number) => (n === 1 ? "1 tid till" : `${n} tider till`),
    referrals: (n: number) => (n === 1 ? "1 öppen remiss" : `${n} öppna remisser`),
    oldest: (title: string, date: string) => `äldst: ${title}, ${date}`,
  },
  news: {
    heading: "Sedan ditt senaste besök",
    first: "Du har inte haft den här journalen öppen förut.",
    none: (when: string) => `Inget nytt sedan ${when}.`,
    some: (n: number, when: string) => (n === 1 ? `1 ny eller ändrad uppgift sedan ${when}` : `${n} nya eller ändrade uppgifter sedan ${when}`),
    atLeast: (n: number, when: string) => `Minst ${n} nya eller ändrade uppgifter sedan ${when}`,
    failed: "Det gick inte att ta reda på vad som är nytt.",
  },
  sought: {
    marked: (what: string) => `Markerat i texten: ${what}.`,
    back: "Till träffarna",
    off: "Ta bort markeringen",
  },
  find: "Sök i journalen",
  sheet: "Sammanfattning",
  hidden: "Dolt finns",
};

type Widen<T> = T extends string ? string : T extends (...args: infer A) => string ? (...args: A) => string : { readonly [K in keyof T]: Widen<T[K]> };
export type Words = Widen<typeof sv>;
