// SPDX-License-Identifier: Apache-2.0
// What a case lacks before it can go on, from its own headings.
import { diaryOf } from "../api.ts";
import { lacks } from "../board.ts";
import type { DecisionCase } from "../types.ts";

/** code: of s.lint; text: the service's own words, "" when it has none. */
export interface Remark { code: string; text: string }

const DIARY = /^[A-ZÅÄÖ]{2,6} [0-9]{4}-[0-9]{5}$/;

export async function readLint(it: DecisionCase, _signal: AbortSignal): Promise<Remark[]> {
  const codes = [...lacks(it), ...(DIARY.test(diaryOf(it)) ? [] : ["diary"])];
  return codes.map((code) => ({ code, text: "" }));
}
