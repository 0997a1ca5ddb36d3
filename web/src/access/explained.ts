// SPDX-License-Identifier: Apache-2.0
// What Patient/$access-explain tells, and what follows from it for each kind of record. Pure functions.
import type { Consent, Parameters, ParametersParameter } from "@fhir";

export type Means = "choose" | "block" | "consent" | "emergency";
export type GrantKind = "active-choice" | "emergency" | "lifted" | "consent" | "block";

/** A Consent that rules access: somebody's choice, opening, lifting, consent or block. */
export interface Grant {
  id: string;
  kind: GrantKind;
  from: string;
  /** Absent: until it is ended. */
  to: string | undefined;
  reason: string;
  /** "Organization/x" or "PractitionerRole/x" that it is about. */
  actor: string;
  outer: boolean;
  review: boolean;
  active: boolean;
}

export interface Block { id: string; organization: string; outer: boolean; hides: boolean }

export interface Explained {
  careRelation: boolean;
  care: boolean;
  activeChoice: boolean;
  emergency: boolean;
  consent: boolean;
  joined: boolean;
  blocked: boolean;
  may: ReadonlySet<Means>;
  limits: { choiceHours: number; emergencyHours: number; liftDays: number; consentDays: number };
  grants: readonly Grant[];
  /** null: the second step has not been taken. */
  blocks: readonly Block[] | null;
}

const CATEGORY = "https://helhet.example/fhir/CodeSystem/access-category";
const EXTENSION = "https://helhet.example/fhir/StructureDefinition/";
const KINDS: readonly string[] = ["active-choice", "emergency", "lifted", "consent", "block"];

const isKind = (code: string | undefined): code is GrantKind => code !== undefined && KINDS.includes(code);

/** null: another Consent, that rules no access here. */
export function grantOf(consent: Consent): Grant | null {
  const code = consent.category.flatMap((c) => c.coding ?? []).find((c) => c.system === CATEGORY)?.code;
  if (!isKind(code)) return null;
  const ours = (name: string) => consent.extension?.find((e) => e.url === EXTENSION + name);
  const period = consent.provision?.period;
  return {
    id: consent.id ?? "",
    kind: code,
    from: period?.start ?? consent.dateTime ?? "",
    to: period?.end,
    reason: ours("access-reason")?.valueString ?? "",
    actor: consent.provision?.actor?.[0]?.reference.reference ?? "",
    outer: ours("outer-block")?.valueBoolean === true,
    review: ours("review")?.valueBoolean === true,
    active: consent.status === "active",
  };
}

function blockOf(parameter: ParametersParameter): Block {
  const part = (name: string) => parameter.part?.find((p) => p.name === name);
  return {
    id: (part("consent")?.valueReference?.reference ?? "").replace(/^Consent\//, ""),
    organization: part("organization")?.valueReference?.reference ?? "",
    outer: part("outer")?.valueBoolean === true,
    hides: part("hides")?.valueBoolean === true,
  };
}

export function explained(parameters: Parameters, revealed: boolean): Explained {
  const all = parameters.parameter ?? [];
  const named = (name: string) => all.filter((p) => p.name === name);
  const flag = (name: string) => named(name)[0]?.valueBoolean === true;
  const number = (name: string) => named(name)[0]?.valueInteger ?? 0;
  const consents = named("access").map((p) => p.resource).filter((r): r is Consent => r?.resourceType === "Consent");
  return {
    careRelation: flag("careRelation"),
    care: flag("care"),
    activeChoice: flag("activeChoice"),
    emergency: flag("emergency"),
    consent: flag("consent"),
    joined: flag("joined"),
    blocked: flag("blocked"),
    may: new Set(named("may").map((p) => p.valueCode as Means)),
    limits: { choiceHours: number("choiceHours"), emergencyHours: number("emergencyHours"), liftDays: number("liftDays"), consentDays: number("consentDays") },
    grants: consents.map(grantOf).filter((g) => g !== null),
    blocks: revealed ? named("block").map(blockOf) : null,
  };
}

export type RuleName = "own" | "units" | "providers" | "blocked" | "protected";
export type Because =
  | "relation" | "choice" | "emergency" | "emergencyJoined" | "consent" | "noRelation" | "noChoice" | "noConsent" | "noChoiceNorConsent" | "notJoined" | "purpose" | "blocked" | "protected";
/** What one can do about it: names of dialogs. */
export type Way = "val" | "samtycke" | "oppna-sparr" | "nodoppning";

export interface Rule { name: RuleName; seen: boolean; because: Because; ways: readonly Way[] }

const RIGHT_OF: Record<Way, Means> = { val: "choose", samtycke: "consent", "oppna-sparr": "block", nodoppning: "emergency" };

function own(e: Explained): Rule {
  const because = e.careRelation ? "relation" : e.emergency ? "emergency" : e.activeChoice ? "choice" : "noRelation";
  return { name: "own", seen: because !== "noRelation", because, ways: because === "noRelation" ? ["val", "nodoppning"] : [] };
}

function units(e: Explained): Rule {
  if (!e.care) return { name: "units", seen: false, because: "purpose", ways: [] };
  if (e.emergency || e.activeChoice) return { name: "units", seen: true, because: e.emergency ? "emergency" : "choice", ways: [] };
  return { name: "units", seen: false, because: "noChoice", ways: ["val", "nodoppning"] };
}

function providers(e: Explained): Rule {
  const hidden = (because: Because, ...ways: Way[]): Rule => ({ name: "providers", seen: false, because, ways });
  if (!e.care) return hidden("purpose");
  if (!e.joined) return hidden("notJoined");
  if (e.emergency || (e.activeChoice && e.consent)) return { name: "providers", seen: true, because: e.emergency ? "emergencyJoined" : "consent", ways: [] };
  if (e.activeChoice) return hidden("noConsent", "samtycke", "nodoppning");
  return e.consent ? hidden("noChoice", "val", "nodoppning") : hidden("noChoiceNorConsent", "samtycke", "val", "nodoppning");
}

/** Each kind of record: shown or not, why, and what this role may do about it. Blocks are told of only where there are any. */
export function rules(e: Explained, masked: boolean): readonly Rule[] {
  const all = [own(e), units(e), providers(e)];
  // An emergency opening lifts blocks only where the records are read for care.
  if (e.blocked) all.push(opensBlocks(e) ? { name: "blocked", seen: true, because: "emergency", ways: [] } : { name: "blocked", seen: false, because: "blocked", ways: ["oppna-sparr", "nodoppning"] });
  if (masked) all.push({ name: "protected", seen: false, because: "protected", ways: [] });
  return all.map((rule) => ({ ...rule, ways: rule.ways.filter((way) => e.may.has(RIGHT_OF[way])) }));
}

/** Does an emergency opening show what is blocked? */
export function opensBlocks(e: Explained): boolean {
  return e.emergency && e.care;
}

/** Hours and minutes that are left, never below nothing. */
export function timeLeft(to: string, now: number): { hours: number; minutes: number } {
  const minutes = Math.max(0, Math.floor((Date.parse(to) - now) / 60_000));
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/** When the first of them ends, in ms; null: none does. */
export function nextEnd(grants: readonly Grant[], now: number): number | null {
  const ends = grants.map((g) => Date.parse(g.to ?? "")).filter((at) => at > now);
  return ends.length === 0 ? null : Math.min(...ends);
}
