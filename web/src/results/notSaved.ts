// SPDX-License-Identifier: Apache-2.0
import { failureText } from "../ui/failureText.ts";
import { receiptOf } from "../write/receipts.ts";
import { r } from "./words.ts";

/** What a write that failed is told as: not saved only when its receipt says so for certain. */
export function notSaved(key: string, error: unknown): string {
  return receiptOf(key)?.state === "unsure" ? r.value.unsure : `${r.value.notSaved}: ${failureText(error)}`;
}
