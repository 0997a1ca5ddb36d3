// SPDX-License-Identifier: Apache-2.0
// What a checkpoint would be on a day to come, as the service measures it. Nothing is saved.
import { told } from "../api.ts";

export interface Ahead { today: string; asOf: string; lookForward: boolean; verdict: string; verdictToday: string; earliest?: string; result: { code: string; state: string; stateToday?: string; validUntil?: string; earliest?: string }[] }

export const evaluate = async (checkpoint: string, asOf: string, signal: AbortSignal): Promise<Ahead> => (await told(`ReadinessCheckpoint/${encodeURIComponent(checkpoint)}/$evaluate?${new URLSearchParams({ asOf })}`, signal)) as Ahead;
