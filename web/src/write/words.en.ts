// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./words.sv.ts";

export const en: Words = {
  title: "Receipts",
  states: { sending: "Saving", saved: "Saved", failed: "Not saved", unsure: "Not certain" },
  waits: "Waiting for the server",
  waitsKept: "Waits for the server, kept on this computer",
  parked: (name) => `Written by ${name}. It stays on this computer and is saved when ${name} logs in here.`,
  queueFailed: "It stays among what waits on this computer.",
  unsureWhere: "No answer came. It may have been saved. Look in the patient's record before you do it again.",
  wrongPatient: "What was to be saved belongs to another patient. Nothing has been saved.",
  conflict: "Somebody else has changed the same thing since you read it. Nothing has been saved; choose which text is to stand.",
  cancelled: "Cancelled by you before it had been sent. Nothing has been saved.",
  nothingSaved: "Nothing has been saved.",
  neverCame: "It never arrived. Nothing has been saved.",
  again: "Check again",
  undo: "Cancel",
  open: "Open",
  openWhat: (title) => `Open: ${title}`,
  hide: "Hide",
  more: (n) => (n === 1 ? "1 more receipt" : `${n} more receipts`),
  strip: "Latest receipts",
  drafts: { kept: "The draft is saved", keeping: "Saving the draft …", "not kept": "The draft is not saved on the server. Do not leave the page." },
};
