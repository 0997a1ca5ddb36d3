// SPDX-License-Identifier: Apache-2.0
// What a form asks, as data: the path of each element and what kind of answer it takes. What it is called stands in words.*.ts.
import { choices, s, type System } from "../words.ts";
import type { StyrType } from "../types.ts";
import type { Tree } from "./tree.ts";

/** person: an assignment (PractitionerRole); unit: an Organization; else a type of Steering. */
export type Source = StyrType | "person" | "unit";
export type Options = () => readonly (readonly [string, string])[];

interface Base { readonly at: string; readonly required?: boolean }
interface Plain extends Base { readonly as: "text" | "area" | "date" | "yes" | "lines" }
interface Counted extends Base { readonly as: "number" | "whole"; readonly min?: number; readonly max?: number }
export interface Chosen extends Base { readonly as: "one" | "many"; readonly of: Options }
export interface Referred extends Base { readonly as: "ref" | "refs"; readonly from: readonly Source[]; /** Only those of this status. */ readonly status?: string }
export interface Listed extends Base { readonly as: "rows"; readonly of: readonly Field[]; readonly start?: Readonly<Record<string, unknown>> }
export type Field = Plain | Counted | Chosen | Referred | Listed;

/** What is written when it is not the resource alone. The key is the same for a second try of the same. */
export type Write = (tree: Tree, receipt: string, key: string) => Promise<unknown>;

/** rules: at which field a rule about the whole is told, by its key or its code. */
export interface Form { readonly fields: readonly Field[]; readonly rules?: Readonly<Record<string, string>> }

const req = { required: true } as const;
const text = (at: string): Field => ({ at, as: "text" });
const area = (at: string): Field => ({ at, as: "area" });
const date = (at: string): Field => ({ at, as: "date" });
const yes = (at: string): Field => ({ at, as: "yes" });
const lines = (at: string): Field => ({ at, as: "lines" });
const number = (at: string): Field => ({ at, as: "number" });
const whole = (at: string, min?: number, max?: number): Field => ({ at, as: "whole", ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
const one = (at: string, system: System): Field => ({ at, as: "one", of: () => choices(system) });
const many = (at: string, system: System): Field => ({ at, as: "many", of: () => choices(system) });
const ref = (at: string, ...from: Source[]): Field => ({ at, as: "ref", from });
const refs = (at: string, ...from: Source[]): Field => ({ at, as: "refs", from });
const rows = (at: string, of: readonly Field[], start: Readonly<Record<string, unknown>> = {}): Field => ({ at, as: "rows", of, start });
const must = (field: Field): Field => ({ ...field, ...req });

const low = number("low"), expected = must(number("expected")), high = number("high");
const period = [must(date("period.start")), date("period.end")];
const steps = [whole("fromYear", 0, 100), whole("yearCount", 0, 100)];
const SCOPES = ["Portfolio", "Initiative", "Project", "unit", "GovernanceBody", "ProcessDefinition"] as const;

export const FORMS = {
  benefit: {
    fields: [
      must(text("title")), must(one("status", "benefit-status")), ref("initiative", "Initiative"), date("date"), number("rate"), whole("horizon", 1, 100), whole("priceYear", 1900, 2200), ref("economist", "person"), ref("realisationOwner", "person", "unit"), ref("approvedBy", "person"), date("approvedOn"),
      rows("cost", [must(text("title")), low, expected, high, ...steps, ref("budgetHolder", "person", "unit")]),
      rows("benefit", [must(text("title")), must(one("class", "benefit-class")), must(low), expected, must(high), ...steps, text("beneficiary"), text("baseline"), ref("budgetHolder", "person", "unit")]),
    ],
    rules: { "ben-1": "benefit", "ben-2": "rate", "ben-3": "cost", "ben-4": "status" },
  },
  actual: { fields: [rows("actual", [must(one("kind", "actual-kind")), one("class", "benefit-class"), must(whole("atYear", 0, 100)), must(number("amount")), text("note")])] },
  attach: { fields: [must(ref("benefitCase", "BenefitCase"))] },
  scenario: {
    fields: [
      must(text("title")), must(one("kind", "scenario-kind")), must(one("status", "scenario-status")), ref("initiative", "Initiative"), date("date"), area("narrative"),
      rows("assumption", [must(area("statement")), date("validUntil"), text("source")]), rows("swot", [must(one("kind", "swot-kind")), must(area("statement"))]),
      rows("cost", [must(text("title")), low, expected, high, whole("yearCount", 0, 100)]), refs("risk", "Risk"), ref("benefitCase", "BenefitCase"),
      rows("informant", [text("role"), ref("organization", "unit"), must(whole("count", 1)), text("referredBy")]),
      rows("actionPlan", [must(area("description")), date("due"), ref("responsible", "person", "unit")]),
      rows("communicationPlan", [must(area("message")), text("audience"), text("channel"), date("date"), ref("responsible", "person", "unit")]), area("recommendation"),
    ],
    rules: { "sc-1": "recommendation", "sc-2": "cost" },
  },
  open: { fields: [{ at: "definition", as: "ref", from: ["CheckpointDefinition"], status: "active", required: true }, must(ref("initiative", "Initiative")), must(refs("unit", "unit")), text("wave"), text("release"), date("plannedDate")] },
  definition: {
    fields: [
      must(text("name")), text("title"), must(whole("offsetDays", -1000, 1000)), ref("process", "ProcessDefinition"), area("description"),
      rows("criterion", [
        must(text("code")), must(text("title")), must(one("severity", "severity")), { at: "measure", as: "one", of: () => Object.entries(s.value.checkpoint.measures) }, must(one("evidenceKind", "criterion-evidence")), one("comparator", "comparator"), number("target"), text("unit"), whole("maxAgeDays", 0, 3650),
        one("scope", "criterion-scope"), whole("windowDays", 1, 3650), one("onBreach", "breach-action"), text("area"), yes("overridable"),
      ], { overridable: false, severity: "hard", evidenceKind: "measured", comparator: "ge", maxAgeDays: 90 }),
      ref("replaces", "CheckpointDefinition"), ref("decision", "Decision"),
    ],
    rules: { "cd-2": "criterion", "cd-3": "criterion", "cd-4": "criterion", GOV_LOOSENED: "decision" },
  },
  lock: { fields: [must(yes("sure"))], rules: { GOV_LOOSENED: "", "cd-4": "" } },
  waiver: { fields: [must(ref("owner", "person")), must(area("workaround")), must(area("motivation")), must(date("expires"))], rules: { GOV_WAIVER_PARTS: "expires" } },
  goal: {
    fields: [
      whole("number", 1), must(text("title")), must(one("status", "goal-status")), one("area", "change-area"), ref("initiative", "Initiative"), text("measure"), text("unit"), number("baseline"), date("baselineOn"), one("comparator", "comparator"), number("target"), date("due"), ref("owner", "person", "unit"), area("description"),
      rows("measurement", [must(date("date")), must(number("value"))]),
    ],
    rules: { "eg-1": "status", "eg-2": "measurement" },
  },
  activity: {
    fields: [
      must(text("title")), must(one("phase", "change-phase")), must(one("status", "activity-status")), one("area", "change-area"), yes("duringPause"), refs("unit", "unit"), lines("audience"), ref("initiative", "Initiative"), date("period.start"), date("period.end"), ref("responsible", "person", "unit"), ref("checkpoint", "CheckpointDefinition"),
      text("completionMeasure"), number("completionTarget"), number("completionValue"), refs("effectGoal", "EffectGoal"), date("effectCheckedOn"), area("effectNote"), area("description"),
    ],
    rules: { "ca-1": "effectCheckedOn" },
  },
  pulse: { fields: [must(ref("subject", "unit")), ...period.map(must), ...["discover", "explore", "experience", "execute", "use"].map((phase): Field => ({ at: phase, as: "number", min: 0, max: 100 }))] },
  body: {
    fields: [
      must(text("name")), must(one("status", "body-status")), one("kind", "body-kind"), one("level", "level"), yes("decides"), area("description"), text("charter.identifier.value"), date("charter.date"), area("charter.summary"), ref("appointer", "person", "GovernanceBody", "unit"), ref("partOf", "GovernanceBody"), date("period.start"), date("period.end"),
      rows("seat", [must(text("role")), ref("organization", "unit"), ref("holder", "person"), yes("chair"), yes("voting")]),
    ],
    rules: { "gb-1": "decides", "gb-2": "period.end" },
  },
  mandate: {
    fields: [text("title"), must(ref("holder", "person", "GovernanceBody")), must(many("kind", "decision-kind")), yes("allScope"), refs("scope", ...SCOPES), { at: "amountLimit.value", as: "number", min: 0 }, ...period, must(text("source")), ref("grantedBy", "GovernanceBody", "person")],
    rules: { "man-1": "period.end", "man-2": "period.start", GOV_OWN_MANDATE: "holder" },
  },
  end: { fields: [must(date("period.end"))], rules: { GOV_MANDATE_GIVEN: "period.end" } },
  portfolio: {
    fields: [must(text("name")), must(one("status", "portfolio-status")), one("level", "level"), ref("owner", "person", "unit"), ref("body", "GovernanceBody"), ref("partOf", "Portfolio"), refs("member", "Initiative", "Project"), { at: "budget.value", as: "number", min: 0 }, area("description"), rows("capacity", [must(text("role")), must(number("amount")), text("unit"), date("period.start"), date("period.end")])],
  },
  process: {
    fields: [
      must(text("name")), must(one("status", "process-status")), text("version"), text("source"), area("description"),
      rows("phase", [must(whole("number", 1)), must(text("name")), whole("gate", 1), one("initiativeStatus", "initiative-status"), many("requiredSection", "case-section"), area("description")]),
      rows("gate", [must(whole("number", 1)), must(text("name")), whole("opens", 1), one("kind", "decision-kind"), refs("endorsedBy", "GovernanceBody"), refs("decider", "person", "GovernanceBody")]),
    ],
    rules: { "pd-1": "phase", "pd-2": "gate", "pd-3": "phase", "pd-4": "phase" },
  },
  tell: { fields: [must(ref("reportedAt", "Meeting")), must(date("reportedOn"))] },
} as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof FORMS;
