// SPDX-License-Identifier: Apache-2.0
// What of the inbox is shown, as it stands in the address: "/inkorg/meddelanden.mina". Pure.
import type { Whose } from "../results/tasks.ts";

export const KINDS = ["allt", "svar", "signera", "meddelanden", "uppgifter", "skickat", "klart"] as const;
export type Kind = (typeof KINDS)[number];
/** Kinds of what waits; the others are asked for by themselves. */
export const WAITING: readonly Kind[] = ["allt", "svar", "signera", "meddelanden", "uppgifter"];
const WHOSE = ["alla", "mina", "enhetens"] as const;

/** whose: one of the words, or the id of a team. */
export interface Filter { kind: Kind; whose: string }
export const EVERYTHING: Filter = { kind: "allt", whose: "alla" };

/** null: the address says something else. */
export function filterIn(about: string): Filter | null {
  if (about === "") return EVERYTHING;
  const [kind = "", ...rest] = about.split(".");
  const whose = rest.join(".");
  const found = KINDS.find((one) => one === kind);
  return found === undefined ? null : { kind: found, whose: whose === "" ? "alla" : whose };
}

export function filterAbout({ kind, whose }: Filter): string {
  return whose === "alla" ? (kind === "allt" ? "" : kind) : `${kind}.${whose}`;
}

export const whoseChoices = (teams: readonly string[]): readonly string[] => [...WHOSE, ...teams];

/** owner: "CareTeam/x". */
export function isWhose(choice: string, whose: Whose, owner: string): boolean {
  if (choice === "alla") return true;
  if (choice === "mina") return whose === "mine";
  return choice === "enhetens" ? whose === "unit" : owner === `CareTeam/${choice}`;
}
