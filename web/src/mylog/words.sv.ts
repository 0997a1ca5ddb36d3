// SPDX-License-Identifier: Apache-2.0
// Texts of one's own log, in Swedish. Fetched with that screen alone.

export const sv = {
  heading: "Min logg",
  intro: "Det du har gjort och läst i tjänsten, så som det står i åtkomstloggen. Att du läser din logg loggas också.",
  table: "Mina åtkomster, nyast först",
  time: "Tid",
  unit: "Enhet",
  what: "Vad",
  whose: "Patient",
  outcome: "Utfall",
  outcomes: { "0": "Gjort", "4": "Avvisat", "8": "Fel", "12": "Fel" } as Record<string, string>,
  chart: "Öppna journalen",
  many: "flera patienter",
  from: "Från",
  to: "Till",
  show: "Visa",
  older: "Äldre",
  none: "Ingen åtkomst under den tid som visas.",
  staffOnly: "Den här loggen finns för personal. Vilka som har läst din egen journal ser du under Vem har läst.",
};

export type Words = typeof sv;
