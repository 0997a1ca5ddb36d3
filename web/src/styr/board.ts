// SPDX-License-Identifier: Apache-2.0
// The pipeline: initiatives as cards in the phases of a process, and what a case lacks. Pure.
import type { Both } from "../fhir/translation.ts";
import type { DecisionCase, ProcessDefinitionPhase } from "./types.ts";

export interface Card {
  id: string; title: string; diary: string; phase: number; status: string;
  /** Days since the phase began; null when nothing says. */
  gateAge: number | null;
  flags: { code: string; text: Both }[];
  verdict: string | undefined;
  level: string;
  /** The system whose contract drives it. */
  driver: { name: string; late: boolean } | null;
}
export interface ProjectRow { id: string; title: string; status: string; level: string; health: string; verdict: string | undefined; initiative: string; driver: string }
export interface Column { number: number; name: string; cards: Card[] }
export interface Pipeline { columns: Column[]; projects: ProjectRow[]; more: boolean }

export const LEVELS = ["strategic", "tactical", "operative"] as const;
const RANK = ["no-go", "incomplete", "go-with-conditions", "go"];

/** The worst of them: nobody is further than the one who is least far. */
export function worst(verdicts: readonly (string | undefined)[]): string | undefined {
  return RANK.find((one) => verdicts.includes(one));
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

/** The process's phases in order, and those that its initiatives are in although it does not name them. */
export function columnsOf(phases: readonly ProcessDefinitionPhase[], cards: readonly Card[], unnamed: (n: number) => string): Column[] {
  const known = new Map(phases.map((p) => [p.number, p.name]));
  for (const card of cards) if (!known.has(card.phase)) known.set(card.phase, unnamed(card.phase));
  return [...known].sort(([a], [b]) => a - b).map(([number, name]) => ({ number, name, cards: cards.filter((c) => c.phase === number).sort((a, b) => a.diary.localeCompare(b.diary, "sv") || a.title.localeCompare(b.title, "sv")) }));
}
