// SPDX-License-Identifier: Apache-2.0
// What a benefit case comes to, in kronor, rates in per cent; null is what cannot be computed.
import { todayText } from "./api.ts";
import type { BenefitCase } from "./types.ts";

export interface Bar { name: string; low: number; high: number }
export interface ClassSum { code: string; amount: number | null; count: number | null }
export interface YearRow { year: number; planned: number; actual: number | null }
export interface Worth {
  rate: number | null; undiscounted: number | null; npv: number | null; npvLow: number | null; npvHigh: number | null; npvFinancial: number | null; late: number | null; tenth: number | null; breakEven: number | null;
  irr: number | null; /** none, one, several */ irrCount: string; payback: number | null; npvFollowed: number | null; tornado: Bar[]; classes: ClassSum[]; years: YearRow[]; warnings: { code: string; text: string }[];
}

/** What every benefit case begins with: the usual rate, and prices of this year. */
export const newBenefit = (known: Partial<BenefitCase> = {}) => ({ resourceType: "BenefitCase" as const, status: "draft", rate: 3, horizon: 5, priceYear: new Date().getFullYear(), date: todayText(), ...known });
