// SPDX-License-Identifier: Apache-2.0
// Themes of what employees have told, as the service counts them: small cells it does not tell.
import { nameOf } from "../api.ts";
import { ask, isSet, numberOf, partsOf, referenceOf, textOf, type Part } from "./params.ts";

/** null: fewer than the smallest that is told. */
export interface ThemeRow { theme: string; question: string; n: number | null; machine: number | null; units: { name: string; n: number | null }[]; quotes: string[] }
export interface Themes { rows: ThemeRow[]; smallest: number; waiting: number | null; kappa: number | null; bothCoded: number | null }

const counted = (part: readonly Part[]) => (isSet(part, "suppressed") ? null : numberOf(part, "count"));

export async function readThemes(signal: AbortSignal): Promise<Themes> {
  const all = await ask("Experience/$themes", signal);
  const kappa = partsOf(all, "kappa")[0] ?? [];
  return {
    rows: partsOf(all, "theme").map((p) => ({
      theme: textOf(p, "theme"), question: textOf(p, "question"), n: counted(p), machine: isSet(p, "machineSuppressed") ? null : numberOf(p, "machine"),
      units: partsOf(p, "unit").map((u) => ({ name: nameOf(referenceOf(u, "unit")), n: counted(u) })), quotes: p.filter((one) => one.name === "quote").map((one) => one.valueString ?? ""),
    })).sort((a, b) => (b.n ?? 0) - (a.n ?? 0) || a.theme.localeCompare(b.theme, "sv")),
    smallest: numberOf(all, "smallest") ?? 5, waiting: counted(partsOf(all, "waiting")[0] ?? []), kappa: numberOf(kappa, "kappa"), bothCoded: numberOf(kappa, "count"),
  };
}
