// SPDX-License-Identifier: Apache-2.0
// What a result rests on, as the service tells it: each piece by its name. Of persons only to those who may know; else oneself.
import { told } from "../api.ts";

export interface Piece { reference: string; name: string }
export interface Person { role?: string; person?: string; name?: string; code?: string; done: boolean; firstDone?: boolean; tries?: number; evidence?: string }
export interface Evidence { unit: string; note?: string; peopleShown?: boolean; people?: Person[]; part?: { name: string; numerator: number; denominator: number }[]; evidence?: Piece[] }

export const readEvidence = async (checkpoint: string, code: string, signal: AbortSignal): Promise<Evidence> => (await told(`ReadinessCheckpoint/${encodeURIComponent(checkpoint)}/$evidence?${new URLSearchParams({ criterion: code })}`, signal)) as Evidence;
