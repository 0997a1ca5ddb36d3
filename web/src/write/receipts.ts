// SPDX-License-Identifier: Apache-2.0
// What has been done from this page, and what became of it. A receipt says "saved" only when the record has said so;
// one whose reply is lost says "sending" until it is certain, or "unsure" when it cannot be found out.
import { computed, signal } from "@preact/signals";

export interface Receipt {
  key: string;
  time: string;
  title: string;
  patient: string;
  patientName: string;
  state: "sending" | "saved" | "failed" | "unsure";
  resource?: string;
  version?: string;
  link?: string;
  failure?: string;
  /** Nothing has been sent yet: the service is away. */
  waits?: boolean;
  /** It lies on this computer, and is sent by its author even if the page is gone. */
  kept?: boolean;
}

const RECEIPTS_MAX = 500;
/** Newest first. In memory only: they name patients. */
export const receipts = signal<readonly Receipt[]>([]);
/** Writes of this page whose fate is not known yet. */
export const underWay = computed(() => receipts.value.filter((r) => r.state === "sending"));

/** Puts a receipt in its place, newest first; the oldest that are certain go when there are too many. */
export function noteReceipt(receipt: Receipt): void {
  const rest = receipts.peek().filter((r) => r.key !== receipt.key);
  const all = [receipt, ...rest];
  receipts.value = all.length <= RECEIPTS_MAX ? all : all.filter((r, i) => i < RECEIPTS_MAX || r.state !== "saved");
}

/** What more is known about it; nothing when there is no such receipt. */
export function changeReceipt(key: string, change: Partial<Receipt>): void {
  receipts.value = receipts.peek().map((r) => (r.key === key ? { ...r, ...change } : r));
}

export function receiptOf(key: string): Receipt | undefined {
  return receipts.peek().find((r) => r.key === key);
}
