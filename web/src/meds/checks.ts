// SPDX-License-Identifier: Apache-2.0
// The checks of an order: against what the patient already has, does not tolerate, and the most there should be in a
// day. Each gives cards; only a card that says stop asks for a reason. Pure functions; the rules are data (rules.ts).
import type { AllergyIntolerance, Coding, CodeableConcept } from "@fhir";
import { activeAllergies, allergyText } from "../chart/state.ts";
import { compareRatios, divide, parseDec, plus, ratio, times, whole, type Dec } from "./decimal.ts";
import { compareTo, dosesPerDay, inUnit, perDay, perKilogram, substancePerDay, type Amount, type Line, type Quotient, type Strength } from "./dose.ts";
import { ALLERGENS, CHILD_YEARS, MOST, MOST_PER_KG, ONE_IS_ENOUGH, type Allergen } from "./rules.ts";
import { amountText, swedish } from "./say.ts";
import { unitWord } from "./units.ts";

export type CheckName = "duplicate" | "allergy" | "most";
export type Level = "info" | "warn" | "stop";
export type CardKind = "same" | "group" | "allergy" | "cross" | "intolerance" | "unread" | "mostDay" | "together" | "mostKg" | "weekly" | "ownMost" | "uncounted" | "noWeight";

/** One finding. `about` is the resource it is of, `parts` the words its sentence is made with. */
export interface Card { readonly id: string; readonly check: CheckName; readonly kind: CardKind; readonly level: Level; readonly about: string; readonly parts: readonly string[] }

/** A medicine the patient has, as the checks see it. */
export interface Having { readonly reference: string; readonly name: string; readonly atc: string; readonly substances: readonly string[]; readonly lines: readonly Line[]; readonly strength: Strength | null }

export interface Ordered { readonly name: string; readonly atc: string; readonly substances: readonly string[]; readonly strength: Strength | null; readonly lines: readonly Line[] }

export interface Facts {
  readonly having: readonly Having[];
  readonly allergies: readonly AllergyIntolerance[];
  /** Whether the lists could be read whole: what was not read is never taken for nothing. */
  readonly havingRead: boolean;
  readonly allergiesRead: boolean;
  readonly years: number | null;
  readonly kilograms: Dec | null;
}

const ATC_SYSTEM = /whocc\.no\/atc|\batc\b/i;
const SNOMED = "http://snomed.info/sct";

const codingsOf = (concept: CodeableConcept | undefined): readonly Coding[] => concept?.coding ?? [];

export function atcOf(concept: CodeableConcept | undefined): string {
  return codingsOf(concept).find((c) => ATC_SYSTEM.test(c.system ?? ""))?.code ?? "";
}

const fold = (text: string) => text.normalize("NFC").toLowerCase();

/** What a product is of, when nobody says it: the words before its first number. "Metformin 500 mg tablett" → metformin. */
export function substancesIn(name: string): string[] {
  const words = /^[^\d,(]+/.exec(fold(name))?.[0].trim() ?? "";
  return words.split("/").map((part) => part.trim()).filter((part) => part.length > 2);
}

function sameSubstance(a: Ordered, b: Having): boolean {
  if (a.atc.length >= 7 && b.atc.length >= 7) return a.atc === b.atc;
  return a.substances.some((one) => b.substances.includes(one));
}

const starts = (code: string, prefixes: readonly string[]) => code !== "" && prefixes.some((p) => code.startsWith(p));
/** ATC's fourth level: the chemical group. */
const GROUP_LENGTH = 5;

function duplicates(order: Ordered, facts: Facts): Card[] {
  const cards: Card[] = facts.havingRead ? [] : [{ id: "having-unread", check: "duplicate", kind: "unread", level: "warn", about: "", parts: [] }];
  for (const one of facts.having) {
    const card = (kind: CardKind, level: Level, ...parts: string[]) => cards.push({ id: `${kind}-${one.reference}`, check: "duplicate", kind, level, about: one.reference, parts: [one.name, ...parts] });
    const enough = ONE_IS_ENOUGH.find((group) => starts(order.atc, group.atc) && starts(one.atc, group.atc));
    if (sameSubstance(order, one)) card("same", "warn");
    else if (enough !== undefined) card("group", "warn", enough.sv);
    else if (order.atc.length >= GROUP_LENGTH && one.atc.startsWith(order.atc.slice(0, GROUP_LENGTH))) card("group", "info", order.atc.slice(0, GROUP_LENGTH));
  }
  return cards;
}

const wordsOf = (text: string) => fold(text).split(/[^\p{L}\d]+/u).filter((word) => word !== "");

/** Short words must be the whole word: "asa" is not the beginning of every other one. */
const WORD_WHOLE_MAX = 4;
const says = (text: string, word: string) => wordsOf(text).some((one) => (word.length <= WORD_WHOLE_MAX ? one === word : one.startsWith(word)));

/** The classes an allergy is of: by its ATC code, its SNOMED CT code or its words. */
export function classesOf(allergy: AllergyIntolerance): Allergen[] {
  const concepts = [allergy.code, ...(allergy.reaction ?? []).map((r) => r.substance)];
  const atcs = concepts.map(atcOf).filter((code) => code !== "");
  const snomed = concepts.flatMap((c) => codingsOf(c).filter((one) => one.system === SNOMED).map((one) => one.code ?? ""));
  const text = concepts.flatMap((c) => [c?.text ?? "", ...codingsOf(c).map((one) => one.display ?? "")]).join(" ");
  return ALLERGENS.filter((a) => atcs.some((code) => starts(code, a.atc)) || a.snomed.some((code) => snomed.includes(code)) || a.words.some((word) => says(text, word)));
}

function allergyCard(order: Ordered, allergy: AllergyIntolerance): Card | null {
  const text = allergyText(allergy);
  const atc = atcOf(allergy.code);
  const mild = allergy.criticality === "low" || allergy.type === "intolerance";
  const made = (kind: CardKind, level: Level, ...parts: string[]): Card => ({ id: `${kind}-${allergy.id ?? text}`, check: "allergy", kind, level, about: `AllergyIntolerance/${allergy.id ?? ""}`, parts: [text, ...parts] });
  const classes = classesOf(allergy);
  const hit = classes.find((c) => starts(order.atc, c.atc));
  const named = order.substances.some((one) => says(text, one));
  if (hit !== undefined || named || (atc !== "" && order.atc.startsWith(atc))) return made(mild ? "intolerance" : "allergy", mild ? "warn" : "stop", hit?.sv ?? order.name);
  const cross = classes.find((c) => starts(order.atc, c.cross));
  return cross === undefined ? null : made("cross", "warn", cross.sv);
}

function allergies(order: Ordered, facts: Facts): Card[] {
  if (!facts.allergiesRead) return [{ id: "allergies-unread", check: "allergy", kind: "unread", level: "warn", about: "", parts: [] }];
  return activeAllergies(facts.allergies).map((allergy) => allergyCard(order, allergy)).filter((card) => card !== null);
}

const amount = (pair: readonly [string, string]): Amount => ({ value: parseDec(pair[0]) ?? whole(0), unit: pair[1] });

/** As a number with a unit, rounded only to be read. */
export function quotientText(q: Quotient, decimals = 3): string {
  const { value, exact } = divide(q.value, decimals);
  return `${exact ? "" : "≈ "}${swedish(value)} ${unitWord(q.unit, value)}`;
}

/** What the patient would get of the same substance together with what is already ordered; null when something cannot tell. */
function together(order: Ordered, own: Quotient, facts: Facts): Quotient | null {
  let sum: Quotient | null = null;
  for (const one of facts.having.filter((h) => sameSubstance(order, h))) {
    const part = substancePerDay(one.lines, one.strength);
    const same = part === null ? null : inUnit(part, own.unit);
    if (same !== null) sum = { value: plus((sum ?? own).value, same.value), unit: own.unit };
  }
  return sum;
}

function overOwnMost(line: Line): boolean {
  if (line.max === null || line.dose === null || line.schedule === null) return false;
  const day = perDay({ ...line, asNeeded: false });
  return day !== null && compareTo(day, line.max) === 1;
}

const WEEK = whole(7);

function most(order: Ordered, facts: Facts): Card[] {
  const cards: Card[] = [];
  const card = (kind: CardKind, level: Level, ...parts: string[]) => cards.push({ id: kind, check: "most", kind, level, about: "", parts });
  const rule = MOST.find((r) => r.atc === order.atc);
  // More than once a week of what is given once a week.
  if (rule?.weekly === true && order.lines.some(overWeekly)) card("weekly", "stop", order.name);
  if (order.lines.some(overOwnMost)) card("ownMost", "warn");
  const day = substancePerDay(order.lines, order.strength);
  const child = facts.years !== null && facts.years < CHILD_YEARS;
  const perKg = child ? MOST_PER_KG.find((r) => r.atc === order.atc) : undefined;
  if (day === null) {
    // What cannot be reckoned has not been checked.
    if (rule?.perDay !== undefined || perKg !== undefined) card("uncounted", "warn");
    return cards;
  }
  if (perKg !== undefined && facts.kilograms === null) card("noWeight", "warn");
  const kg = perKg === undefined || facts.kilograms === null ? null : perKilogram(day, facts.kilograms);
  if (perKg !== undefined && kg !== null && compareTo(kg, amount(perKg.perDay)) === 1) card("mostKg", "stop", quotientText(kg), amountText(amount(perKg.perDay)));
  if (rule?.perDay === undefined) return cards;
  const limit = amount(rule.perDay);
  const sum = together(order, day, facts);
  if (compareTo(day, limit) === 1) card("mostDay", "stop", quotientText(day), amountText(limit));
  else if (sum !== null && compareTo(sum, limit) === 1) card("together", "stop", quotientText(sum), amountText(limit));
  return cards;
}

function overWeekly(line: Line): boolean {
  const doses = dosesPerDay(line.schedule);
  return doses !== null && compareRatios(times(doses, ratio(WEEK)), ratio(whole(1))) > 0;
}

export type Switches = Readonly<Record<CheckName, boolean>>;
export const ALL_ON: Switches = { duplicate: true, allergy: true, most: true };
const CHECKS: Readonly<Record<CheckName, (order: Ordered, facts: Facts) => Card[]>> = { allergy: allergies, most, duplicate: duplicates };
const ORDER: readonly Level[] = ["stop", "warn", "info"];

/** Every card of the checks that are on, the gravest first. */
export function check(order: Ordered, facts: Facts, on: Switches): Card[] {
  const cards = (Object.keys(CHECKS) as CheckName[]).filter((name) => on[name]).flatMap((name) => CHECKS[name](order, facts));
  return ORDER.flatMap((level) => cards.filter((card) => card.level === level));
}
