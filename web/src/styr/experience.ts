// SPDX-License-Identifier: Apache-2.0
// What employees have told, by theme. Pure. Fewer than SMALL from one unit are not told apart.
import { daysBetween, nameOf } from "./api.ts";
import type { Experience } from "./types.ts";

export const SMALL = 5;
export interface ThemeRow { theme: string; question: string; n: number | null; units: { name: string; n: number | null }[]; machine: number; quotes: string[] }
export interface Themes { rows: ThemeRow[]; answerDays: number | null; waiting: number }

const QUOTES_MAX = 3;
const orNull = (n: number) => (n < SMALL ? null : n);

export function themesOf(all: readonly Experience[]): Themes {
  const rows = new Map<string, ThemeRow & { count: number; by: Map<string, number> }>();
  for (const one of all) {
    const human = new Set((one.coding ?? []).filter((c) => c.coderKind === "human").map((c) => c.theme));
    for (const theme of new Set((one.coding ?? []).map((c) => c.theme))) {
      const key = `${one.question}|${theme}`;
      const row = rows.get(key) ?? { theme, question: one.question, n: 0, units: [], machine: 0, quotes: [], count: 0, by: new Map<string, number>() };
      if (human.has(theme)) {
        row.count++;
        row.by.set(nameOf(one.unit), (row.by.get(nameOf(one.unit)) ?? 0) + 1);
        if (row.quotes.length < QUOTES_MAX) row.quotes.push(one.statement);
      } else row.machine++;
      rows.set(key, row);
    }
  }
  const days = all.filter((one) => one.receivedOn !== undefined && one.repliedOn !== undefined).map((one) => daysBetween(one.receivedOn ?? "", one.repliedOn ?? "")).sort((a, b) => a - b);
  return {
    rows: [...rows.values()].map((r) => ({ theme: r.theme, question: r.question, n: orNull(r.count), machine: r.machine, units: [...r.by].map(([name, n]) => ({ name, n: orNull(n) })), quotes: r.count < SMALL ? [] : r.quotes })).sort((a, b) => (b.n ?? 0) - (a.n ?? 0) || a.theme.localeCompare(b.theme, "sv")),
    answerDays: days.length === 0 ? null : (days[Math.floor(days.length / 2)] ?? null), waiting: all.filter((one) => one.status !== "answered").length,
  };
}
