// SPDX-License-Identifier: Apache-2.0
// What a benefit case comes to, in kronor; null is what cannot be computed.
export interface Bar { name: string; low: number; high: number }
export interface ClassSum { code: string; amount: number }
export interface YearRow { year: number; planned: number; actual: number | null }
export interface Worth { rate: number; undiscounted: number | null; npv: number | null; irr: number | null; payback: number | null; breakEven: number | null; tornado: Bar[]; classes: ClassSum[]; years: YearRow[]; warnings: { code: string; text: string }[] }
