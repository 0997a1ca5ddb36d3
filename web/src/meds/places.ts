// SPDX-License-Identifier: Apache-2.0
// The addresses of what is done with medicines: /patient/ID/lakemedel?dialog=…&om=…
import { patientPath } from "../app/route.ts";
import type { Chart } from "../chart/model.ts";
import type { Medicine } from "../chart/state.ts";
import type { OrderForm } from "./form.ts";

export const ORDERING = ["ordinera", "andra", "bestall"] as const;
export type Ordering = (typeof ORDERING)[number];
export const isOrdering = (text: string): text is Ordering => (ORDERING as readonly string[]).includes(text);

const DEEDS = ["satt-ut", "pausa", "ateruppta", "fornya", "ge", "tar-inte", "stam-av", "kontroller"] as const;
export type MedDeed = (typeof DEEDS)[number];
export const isMedDeed = (text: string): text is MedDeed => (DEEDS as readonly string[]).includes(text);

/** What is kept as a draft: the form as written, and what it is to replace. */
export interface OrderDraft { readonly form: OrderForm; readonly words: readonly string[]; readonly ordering: Ordering; readonly about: string }
/** The kind the list of what is unfinished knows; it links to ?visa=ID. */
export const DRAFT_KIND = "order";
/** What an order is about, in its address: a draft, a favourite, or the id of a medicine. */
export const DRAFT = "utkast:";
export const FAVOURITE = "favorit:";
export const draftAbout = (id: string): string => DRAFT + id;

export function listPath(chart: Chart): string {
  return patientPath(chart.id, "lakemedel");
}

export function medicineOf(chart: Chart, id: string): Medicine | null {
  return [...chart.lists.prescriptions.items.value, ...chart.lists.statements.items.value].find((one) => one.id === id) ?? null;
}
