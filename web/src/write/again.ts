// SPDX-License-Identifier: Apache-2.0
// Asking once more what became of a write that nobody was sure of.
import { fateOf } from "./fate.ts";
import { changeReceipt, noteReceipt, receiptOf, type Receipt } from "./receipts.ts";
import { w } from "./words.ts";

/** Its receipt tells afterwards: saved, never saved, or still unsure. */
export async function askAgain(receipt: Receipt): Promise<void> {
  if (receiptOf(receipt.key) === undefined) noteReceipt(receipt);
  const fate = await fateOf(receipt.key);
  if (fate.known === "saved") changeReceipt(receipt.key, { state: "saved", failure: "", ...(fate.resource === "" ? {} : { resource: fate.resource }), ...(fate.version === "" ? {} : { version: fate.version }) });
  else if (fate.known === "never") changeReceipt(receipt.key, { state: "failed", failure: w.value.neverCame });
}
