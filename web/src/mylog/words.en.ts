// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./words.sv.ts";

export const en: Words = {
  heading: "My log",
  intro: "What you have done and read at work, as it stands in the access log. That you read your log is logged too.",
  table: "My accesses, newest first",
  time: "Time",
  unit: "Unit",
  what: "What",
  whose: "Patient",
  outcome: "Outcome",
  outcomes: { "0": "Done", "4": "Refused", "8": "Failed", "12": "Failed" },
  chart: "Open the record",
  many: "several patients",
  from: "From",
  to: "To",
  show: "Show",
  older: "Older",
  none: "No access in the time that is shown.",
  staffOnly: "This log is for staff. Who has read your own record is told under Who has read.",
};
