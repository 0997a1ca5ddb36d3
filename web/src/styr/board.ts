// SPDX-License-Identifier: Apache-2.0
// The pipeline: initiatives as cards in the phases of a process. Pure.
import { daysBetween, diaryOf, idOf, nameOf } from "./api.ts";
import type { Decision, DecisionCase, Initiative, Portfolio, ProcessDefinitionPhase as Phase, ProcessDefinition, ReadinessCheckpoint } from "./types.ts";

export interface Card {
  id: string; title: string; diary: string; phase: number; status: string;
  /** Days since the gate into the phase was decided; null when no gate says. */
  gateAge: number | null;
  /** Codes of what is lacking, the word of each in s.lint. */
  flags: string[];
  verdict: string | undefined;
  level: string; owner: string; portfolio: string;
}
export interface Column { number: number; name: string; gate: string; cards: Card[] }
export interface Pipeline { columns: Column[]; process: string; more: boolean }

export const LEVELS = ["strategic", "tactical", "operative"] as const;
const RANK = ["no-go", "incomplete", "go-with-conditions", "go"];

/** The worst of them: nobody is further than the one who is least far. */
export function worst(verdicts: readonly (string | undefined)[]): string | undefined {
  if (verdicts.length === 0) return undefined;
  return RANK.find((one) => verdicts.includes(one)) ?? undefined;
}

/** A heading that the case must have, and where its text lies. */
export const HEADINGS = ["need", "proposal", "functionality", "coordination", "benefitCase", "funding"] as const;
export type Heading = (typeof HEADINGS)[number];

export function lacks(one: DecisionCase): Heading[] {
  return HEADINGS.filter((name) => {
    if (name === "benefitCase") return one.benefitCase === undefined && one.benefitExemption?.motivation === undefined;
    const held = one[name];
    return held === undefined || held.length === 0;
  });
}

/** Nothing but a case that is being handled can lack something. */
const OPEN = ["draft", "submitted", "endorsed", "referred-back"];

export interface Pieces { processes: readonly ProcessDefinition[]; initiatives: readonly Initiative[]; cases: readonly DecisionCase[]; decisions: readonly Decision[]; checkpoints: readonly ReadinessCheckpoint[]; portfolios: readonly Portfolio[] }

export function cardOf(one: Initiative, all: Pieces, today: string): Card {
  const id = one.id ?? "";
  const cases = all.cases.filter((c) => idOf(c.initiative) === id);
  const portfolio = all.portfolios.find((p) => p.id === idOf(one.portfolio));
  const last = [...(one.gate ?? [])].sort((a, b) => (a.number ?? 0) - (b.number ?? 0)).at(-1);
  const decided = last?.decidedOn ?? one.phaseSince ?? all.decisions.find((d) => d.id !== undefined && d.id === idOf(last?.decision))?.decidedOn;
  const flags = cases.filter((c) => OPEN.includes(c.status ?? "")).flatMap((c) => lacks(c));
  return {
    id, title: one.title ?? id, diary: diaryOf(one) || cases.map(diaryOf).find((d) => d !== "") || "", phase: one.phase ?? 1, status: one.status ?? "",
    gateAge: decided === undefined ? null : daysBetween(decided, today), flags: [...new Set(flags)],
    verdict: worst(all.checkpoints.filter((c) => idOf(c.initiative) === id).map((c) => c.verdict)),
    level: one.level ?? portfolio?.level ?? "", owner: nameOf(one.processOwner), portfolio: portfolio?.name ?? nameOf(one.portfolio),
  };
}

/** The process's phases in order, and those that its initiatives are in although it does not name them. */
export function columnsOf(phases: readonly Phase[], cards: readonly Card[], unnamed: (n: number) => string): Column[] {
  const known = new Map(phases.map((p) => [p.number, p]));
  for (const card of cards) if (!known.has(card.phase)) known.set(card.phase, { number: card.phase, name: unnamed(card.phase) });
  return [...known.values()].sort((a, b) => a.number - b.number).map((p) => ({
    number: p.number, name: p.name, gate: p.gate === undefined ? "" : String(p.gate),
    cards: cards.filter((c) => c.phase === p.number).sort((a, b) => a.diary.localeCompare(b.diary, "sv") || a.title.localeCompare(b.title, "sv")),
  }));
}
